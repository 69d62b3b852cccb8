/*
 * Series and snapshots from the archive back into the files beside the parts, byte for byte.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 20 }; /* bytes of a series that are in memory at a time */

/* Opens path.new; closing and renaming is `keep`. */
static ons_status open_fresh(const char *path, FILE **file) {
    char *fresh = ons_format("%s.new", path);
    if (fresh == NULL) { return ONS_MEMORY; }
    *file = fopen(fresh, "wb");
    const ons_status status =
        *file != NULL ? ONS_OK : ons_fail(ONS_FAILED, "%s: cannot be written: %s", fresh, strerror(errno));
    free(fresh);
    return status;
}

static ons_status keep(const char *path, FILE *file, ons_status status) {
    if (fclose(file) != 0 && status == ONS_OK) {
        status = ons_fail(ONS_FAILED, "%s: cannot be written: %s", path, strerror(errno));
    }
    if (status == ONS_OK) { return ons_file_commit(path); }
    char *fresh = ons_format("%s.new", path);
    if (fresh != NULL) { remove(fresh); }
    free(fresh);
    return status;
}

static ons_status open_lane(lab_h5 *h5, hid_t group, uint64_t replica, hid_t *lane) {
    char name[48];
    snprintf(name, sizeof name, "replicas/%04llu", (unsigned long long)replica);
    return lab_h5_open_group(h5, group, name, lane);
}

/* ---- series ---- */

static ons_status open_series(lab_h5 *h5, hid_t group, const lab_replica *replica, size_t lane, hid_t *stream) {
    hid_t lane_group;
    hsize_t dimensions[8];
    int rank;
    ons_status status = open_lane(h5, group, replica->lanes[lane].replica, &lane_group);
    if (status != ONS_OK) { return status; }
    status = lab_h5_open_stream(h5, lane_group, "series", stream, &rank, dimensions);
    lab_h5_group_close(lane_group);
    if (status == ONS_OK &&
        (rank != 2 || dimensions[0] < replica->series_rows || dimensions[1] != replica->layout.means)) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: a series is shorter than its part says");
    }
    return status;
}

/* Rows of the lanes side by side. */
static ons_status pour(lab_h5 *h5, const lab_replica *replica, const hid_t *streams, const char *path, FILE *file) {
    const size_t width = replica->layout.means, lanes = replica->lane_count, row = width * lanes;
    const size_t rows = PIECE / (row * sizeof(double)) + 1;
    double *piece = ONS_NEW(double, rows *row), *lane_rows = ONS_NEW(double, rows *width);
    ons_status status = piece == NULL || lane_rows == NULL ? ONS_MEMORY : ONS_OK;
    for (uint64_t first = 0; first < replica->series_rows && status == ONS_OK;) {
        const uint64_t left = replica->series_rows - first;
        const size_t now = left < rows ? (size_t)left : rows;
        for (size_t k = 0; k < lanes && status == ONS_OK; ++k) {
            status = lab_h5_get_rows(h5, streams[k], H5T_NATIVE_DOUBLE, first, now, lane_rows);
            for (size_t r = 0; r < now && status == ONS_OK; ++r) {
                memcpy(piece + r * row + k * width, lane_rows + r * width, width * sizeof(double));
            }
        }
        if (status == ONS_OK && fwrite(piece, row * sizeof(double), now, file) != now) {
            status = ons_fail(ONS_FAILED, "%s: cannot be written: %s", path, strerror(errno));
        }
        first += now;
    }
    free(lane_rows);
    free(piece);
    return status;
}

ons_status lab_archive_get_series(lab_h5 *h5, hid_t group, const lab_replica *replica, const char *path) {
    FILE *file = NULL;
    if (replica->series_rows == 0 || replica->layout.means == 0 || replica->lane_count == 0) { return ONS_OK; }
    hid_t *streams = ONS_NEW(hid_t, replica->lane_count);
    if (streams == NULL) { return ONS_MEMORY; }
    for (size_t k = 0; k < replica->lane_count; ++k) { streams[k] = -1; }
    ons_status status = ONS_OK;
    for (size_t k = 0; k < replica->lane_count && status == ONS_OK; ++k) {
        status = open_series(h5, group, replica, k, &streams[k]);
    }
    if (status == ONS_OK) { status = open_fresh(path, &file); }
    if (status == ONS_OK) { status = keep(path, file, pour(h5, replica, streams, path, file)); }
    for (size_t k = 0; k < replica->lane_count; ++k) { lab_h5_stream_close(streams[k]); }
    free(streams);
    return status;
}

/* ---- snapshots ---- */

void lab_snapshot_arrays_close(lab_snapshot_array *arrays, size_t count) {
    for (size_t i = 0; arrays != NULL && i < count; ++i) {
        free(arrays[i].link);
        free(arrays[i].name);
        free(arrays[i].data);
        lab_h5_stream_close(arrays[i].stream);
    }
    free(arrays);
}

static ons_status find_element(lab_h5 *h5, lab_snapshot_array *array) {
    const hid_t type = H5Dget_type(array->stream);
    int element = ONS_I8;
    while (type >= 0 && element <= ONS_F64 && H5Tequal(type, lab_h5_element((ons_element)element, true)) <= 0) {
        ++element;
    }
    if (type >= 0) { H5Tclose(type); }
    if (type < 0 || element > ONS_F64) {
        return lab_h5_fail(h5, ONS_INVALID, "is damaged: the type of '%s'", array->link);
    }
    array->element = (ons_element)element;
    return ONS_OK;
}

static ons_status open_array(lab_h5 *h5, hid_t group, uint64_t snapshots, lab_snapshot_array *array) {
    hsize_t extents[8];
    uint64_t configuration = 0, stored_rank = 0;
    int rank;
    ons_status status = lab_h5_open_stream(h5, group, array->link, &array->stream, &rank, extents);
    if (status == ONS_OK) { status = find_element(h5, array); }
    if (status == ONS_OK) { status = lab_h5_get_text(h5, array->stream, "name", &array->name); }
    if (status == ONS_OK) { status = lab_h5_get_whole(h5, array->stream, "configuration", &configuration); }
    if (status == ONS_OK) { status = lab_h5_get_whole(h5, array->stream, "rank", &stored_rank); }
    if (status != ONS_OK) { return status; }
    array->count = 1;
    for (int d = 1; d < rank; ++d) {
        array->dimensions[d - 1] = (size_t)extents[d];
        array->count *= (size_t)extents[d];
    }
    array->configuration = configuration != 0;
    array->rank = (unsigned)stored_rank;
    if (extents[0] < snapshots || stored_rank > (uint64_t)(rank - 1)) {
        return lab_h5_fail(h5, ONS_INVALID, "is damaged: fewer snapshots than its part says");
    }
    array->data = ons_allocate(array->count, lab_element_size(array->element));
    return array->data == NULL ? ONS_MEMORY : ONS_OK;
}

ons_status lab_snapshot_arrays_open(lab_h5 *h5, hid_t group, uint64_t snapshots, lab_snapshot_array **arrays,
                                    size_t *count) {
    char *names;
    size_t capacity = 0;
    *arrays = NULL;
    *count = 0;
    ons_status status = lab_h5_get_text(h5, group, "arrays", &names);
    if (status != ONS_OK) { return status; }
    for (const char *at = names; *at != '\0' && status == ONS_OK; at += at[0] == '\n') {
        const size_t length = strcspn(at, "\n");
        status = ons_grow((void **)arrays, &capacity, *count + 1, sizeof **arrays);
        if (status != ONS_OK) { break; }
        lab_snapshot_array *array = &(*arrays)[(*count)++];
        *array = (lab_snapshot_array){.link = ons_copy_part(at, length), .stream = -1};
        status = array->link == NULL ? ONS_MEMORY : open_array(h5, group, snapshots, array);
        at += length;
    }
    free(names);
    return status;
}

/* The bytes of snapshot `index` as the running state wrote them. */
static ons_status write_record(lab_h5 *h5, const lab_replica *replica, lab_snapshot_array *arrays, size_t count,
                               uint64_t index, const char *path, FILE *file) {
    ons_part part;
    ons_status status = lab_part_write(&part, -1, "a snapshot in memory");
    for (size_t i = 0; i < count && status == ONS_OK; ++i) {
        lab_snapshot_array *a = &arrays[i];
        if (a->count > 0) {
            status = lab_h5_get_rows(h5, a->stream, lab_h5_element(a->element, false), index, 1, a->data);
        }
        if (status != ONS_OK) { break; }
        status = a->configuration
                     ? ons_persist_configuration(&part, a->name, a->element, a->data, a->rank, a->dimensions)
                     : ons_persist(&part, a->name, a->element, a->data, a->count);
    }
    if (status == ONS_OK) { status = lab_part_end(&part); }
    if (status == ONS_OK && part.bytes.length != replica->snapshot_bytes) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: a snapshot has not the size that its part says");
    }
    if (status == ONS_OK && fwrite(part.bytes.data, part.bytes.length, 1, file) != 1) {
        status = ons_fail(ONS_FAILED, "%s: cannot be written: %s", path, strerror(errno));
    }
    lab_part_close(&part);
    return status;
}

ons_status lab_archive_get_snapshots(lab_h5 *h5, hid_t group, const lab_replica *replica, const char *path) {
    lab_snapshot_array *arrays = NULL;
    size_t count = 0;
    hid_t lane = -1, snapshots = -1;
    FILE *file = NULL;
    if (replica->snapshots == 0) { return ONS_OK; }
    ons_status status = open_lane(h5, group, replica->lanes[0].replica, &lane);
    if (status == ONS_OK) { status = lab_h5_open_group(h5, lane, "snapshots", &snapshots); }
    if (status == ONS_OK) { status = lab_snapshot_arrays_open(h5, snapshots, replica->snapshots, &arrays, &count); }
    if (status == ONS_OK) { status = open_fresh(path, &file); }
    if (status == ONS_OK) {
        for (uint64_t k = 0; k < replica->snapshots && status == ONS_OK; ++k) {
            status = write_record(h5, replica, arrays, count, k, path, file);
        }
        status = keep(path, file, status);
    }
    lab_snapshot_arrays_close(arrays, count);
    lab_h5_group_close(snapshots);
    lab_h5_group_close(lane);
    return status;
}
