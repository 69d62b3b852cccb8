/*
 * What lies behind the results, for re-binning, bootstrap and for going on: joint bins, thinned records, series,
 * snapshots and the parts themselves. The two long ones are copied in pieces.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PIECE = 1 << 20 }; /* bytes of a series that are in memory at a time */

/* ---- reading the parts ---- */

void lab_raw_free(lab_stored *states, size_t count) {
    for (size_t s = 0; states != NULL && s < count; ++s) {
        lab_replica_free(&states[s].replica);
        free(states[s].bytes);
    }
    free(states);
}

/* Whether a file beside the parts is at least this long. */
static bool long_enough(const char *directory, const lab_replica *replica, const char *kind, uint64_t bytes) {
    struct stat facts;
    if (bytes == 0) { return true; }
    char *path = lab_part_path(directory, replica->task, replica->state_index, kind);
    const bool enough = path != NULL && stat(path, &facts) == 0 && (uint64_t)facts.st_size >= bytes;
    free(path);
    return enough;
}

static uint64_t series_row_bytes(const lab_replica *replica) {
    return (uint64_t)replica->lane_count * replica->layout.means * sizeof(double);
}

/* The first of `kinds` that is intact and whose series and snapshots are there. */
static ons_status read_state(const lab_task *task, uint64_t state_index, const char *directory,
                             const char *const *kinds, lab_stored *stored, ons_text *warnings) {
    for (; *kinds != NULL; ++kinds) {
        const char *const one[2] = {*kinds, NULL};
        const ons_status status = lab_stored_read(stored, task, state_index, directory, one, warnings);
        if (status == ONS_DONE) { continue; }
        if (status != ONS_OK) { return status; }
        const lab_replica *replica = &stored->replica;
        if (long_enough(directory, replica, "series", replica->series_rows * series_row_bytes(replica)) &&
            long_enough(directory, replica, "snapshots", replica->snapshots * replica->snapshot_bytes)) {
            return ONS_OK;
        }
        if (warnings != NULL) {
            ons_text_add(warnings, "%s-%llu.%s was passed over: its series or snapshots are cut off\n", task->key_text,
                         (unsigned long long)state_index, *kinds);
        }
        lab_replica_free(&stored->replica);
        free(stored->bytes);
        *stored = (lab_stored){0};
    }
    return ONS_DONE;
}

static ons_status read_states(const lab_task *task, const char *directory, const char *const *kinds, lab_stored *states,
                              size_t *count, ons_text *warnings) {
    const size_t wanted = lab_state_count(task);
    *count = 0;
    for (size_t s = 0; s < wanted; ++s) {
        const ons_status status = read_state(task, s, directory, kinds, &states[*count], warnings);
        if (status == ONS_OK) { ++*count; }
        if (status < 0) { return status; }
    }
    return ONS_OK;
}

ons_status lab_raw_read(const lab_task *task, const char *directory, bool round, lab_stored **states, size_t *count,
                        ons_text *warnings) {
    static const char *const latest[] = {"part", "previous", NULL}, *const rounds[] = {"round", NULL};
    const size_t wanted = lab_state_count(task);
    lab_stored *read = ONS_NEW(lab_stored, wanted);
    ons_status status = read == NULL ? ONS_MEMORY : ONS_OK;
    *states = NULL;
    *count = 0;
    if (status == ONS_OK && round) { status = read_states(task, directory, rounds, read, count, warnings); }
    if (status == ONS_OK && (!round || *count < wanted)) {
        for (size_t s = 0; s < *count; ++s) {
            lab_replica_free(&read[s].replica);
            free(read[s].bytes);
            read[s] = (lab_stored){0};
        }
        status = read_states(task, directory, latest, read, count, warnings);
    }
    if (status == ONS_OK) {
        *states = read;
    } else {
        lab_raw_free(read, *count);
        *count = 0;
    }
    return status;
}

/* ---- parts without the seconds ---- */

typedef struct restamp {
    ons_part part;
    double replacement, old;
} restamp;

static ons_status copy_array(void *data, const lab_array *array) {
    restamp *r = data;
    void *values = (void *)array->data;
    double times[2];
    if (strcmp(array->name, "lab/times") == 0 && array->element == ONS_F64 && array->count == 2) {
        memcpy(times, array->data, sizeof times);
        r->old = times[1];
        times[1] = r->replacement;
        values = times;
    }
    if (array->configuration) {
        return ons_persist_configuration(&r->part, array->name, array->element, values, array->rank, array->dimensions);
    }
    return ons_persist(&r->part, array->name, array->element, values, array->count);
}

ons_status lab_part_restamp(const char *bytes, size_t count, double replacement, double *seconds, char **fresh,
                            size_t *fresh_count) {
    restamp r = {.replacement = replacement};
    ons_status status = lab_part_write(&r.part, -1, "a part in memory");
    if (status == ONS_OK) { status = lab_part_arrays(bytes, count, copy_array, &r); }
    if (status == ONS_OK) { status = lab_part_end(&r.part); }
    if (status == ONS_OK) {
        if (seconds != NULL) { *seconds = r.old; }
        *fresh = r.part.bytes.data;
        *fresh_count = r.part.bytes.length;
        r.part.bytes = (ons_text){0};
    }
    lab_part_close(&r.part);
    return status;
}

static void put_part(lab_h5 *h5, hid_t parts, const lab_stored *stored) {
    char name[32], digest[ONS_DIGEST_TEXT], *fresh = NULL;
    double seconds = 0;
    size_t count = 0;
    if (h5->status != ONS_OK) { return; }
    h5->status = lab_part_restamp(stored->bytes, stored->count, 0, &seconds, &fresh, &count);
    if (h5->status != ONS_OK) { return; }
    const hsize_t dimension = count;
    snprintf(name, sizeof name, "%04llu", (unsigned long long)stored->replica.state_index);
    lab_h5_put_array(h5, parts, name, H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, &dimension, fresh);
    const hid_t dataset = h5->status == ONS_OK ? H5Dopen2(parts, name, H5P_DEFAULT) : -1;
    lab_h5_put_text(h5, dataset, "digest", ons_digest_text(ons_digest_bytes(fresh, count), digest));
    lab_h5_put_real(h5, dataset, "seconds", seconds);
    if (dataset >= 0) { H5Dclose(dataset); }
    free(fresh);
}

/* ---- bins and records ---- */

/* "energy", "profile[3]", "matrix[0,1]": the components of the joint vector in order. */
static char **component_names(const lab_replica *replica) {
    const struct ons_plan *plan = &replica->task->plan;
    const ons_observable *observables = replica->task->parameters.system->observables;
    char **names = ONS_NEW(char *, replica->layout.means);
    for (size_t o = 0; names != NULL && o < plan->observables; ++o) {
        const lab_shape *shape = &plan->shapes[o];
        if (observables[o].kind != ONS_MEAN || shape->omitted) { continue; }
        for (size_t i = 0; i < shape->size; ++i) {
            ons_text text = {0};
            ons_text_add(&text, "%s", observables[o].name);
            size_t below = shape->size, rest = i;
            for (unsigned d = 0; d < shape->rank; ++d) {
                below /= shape->dimensions[d];
                ons_text_add(&text, "%s%zu", d == 0 ? "[" : ",", rest / below);
                rest %= below;
            }
            if (shape->rank > 0) { ons_text_add(&text, "]"); }
            names[replica->layout.offsets[o] + i] = text.data;
        }
    }
    return names;
}

static void put_bins(lab_h5 *h5, hid_t group, const ons_bins *bins) {
    const hsize_t dimensions[2] = {bins->count, bins->components};
    double *values = ONS_NEW(double, bins->count * bins->components);
    if (values == NULL) {
        h5->status = ONS_MEMORY;
        return;
    }
    for (size_t i = 0; i < bins->count * bins->components; ++i) {
        values[i] = bins->bins[i] + bins->shift[i % bins->components];
    }
    lab_h5_put_array(h5, group, "bins", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, dimensions, values);
    lab_h5_put_whole(h5, group, "bin_length", bins->length);
    lab_h5_put_whole(h5, group, "samples", bins->samples);
    free(values);
}

static void put_lane(lab_h5 *h5, hid_t replicas, const lab_replica *replica, const lab_lane *lane, char **names) {
    char name[32];
    snprintf(name, sizeof name, "%04llu", (unsigned long long)lane->replica);
    const hid_t group = lab_h5_group(h5, replicas, name);
    lab_h5_put_whole(h5, group, "steps", replica->measured);
    lab_h5_put_whole(h5, group, "warmup", replica->warmup_steps);
    if (replica->layout.means > 0 && h5->status == ONS_OK) {
        const hsize_t dimensions[2] = {lane->record.count, replica->layout.means};
        lab_h5_put_texts(h5, group, "components", replica->layout.means, (const char *const *)names);
        put_bins(h5, group, &lane->bins);
        lab_h5_put_array(h5, group, "record", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, dimensions, lane->record.rows);
        lab_h5_put_whole(h5, group, "record_stride", lane->record.stride);
    }
    lab_h5_group_close(group);
}

/* ---- series ---- */

static hid_t lane_group(const lab_replica *replica, hid_t replicas, size_t lane) {
    char name[32];
    snprintf(name, sizeof name, "%04llu", (unsigned long long)replica->lanes[lane].replica);
    return H5Gopen2(replicas, name, H5P_DEFAULT);
}

/* Rows of all lanes come off the file together; each lane's numbers go to its own dataset. */
static void pour_series(lab_h5 *h5, const lab_replica *replica, FILE *file, const hid_t *streams) {
    const size_t width = replica->layout.means, lanes = replica->lane_count, row = width * lanes;
    const size_t rows = PIECE / (row * sizeof(double)) + 1;
    double *piece = ONS_NEW(double, rows *row), *lane_rows = ONS_NEW(double, rows *width);
    if (piece == NULL || lane_rows == NULL) { h5->status = ONS_MEMORY; }
    for (uint64_t first = 0; first < replica->series_rows && h5->status == ONS_OK;) {
        const uint64_t left = replica->series_rows - first;
        const size_t now = left < rows ? (size_t)left : rows;
        if (fread(piece, row * sizeof(double), now, file) != now) {
            lab_h5_fail(h5, ONS_FAILED, "cannot be written: a series beside the parts is cut off");
            break;
        }
        for (size_t k = 0; k < lanes; ++k) {
            for (size_t r = 0; r < now; ++r) {
                memcpy(lane_rows + r * width, piece + r * row + k * width, width * sizeof(double));
            }
            lab_h5_stream_rows(h5, streams[k], H5T_NATIVE_DOUBLE, first, now, lane_rows);
        }
        first += now;
    }
    free(lane_rows);
    free(piece);
}

static void put_series(lab_h5 *h5, hid_t replicas, const lab_replica *replica, const char *directory) {
    const bool empty = replica->series_rows == 0 || replica->layout.means == 0 || replica->lane_count == 0;
    if (empty || h5->status != ONS_OK) { return; }
    const hsize_t width = replica->layout.means;
    char *path = lab_part_path(directory, replica->task, replica->state_index, "series");
    FILE *file = path == NULL ? NULL : fopen(path, "rb");
    hid_t *streams = ONS_NEW(hid_t, replica->lane_count);
    if (streams == NULL) { h5->status = ONS_MEMORY; }
    if (file == NULL) {
        lab_h5_fail(h5, ONS_FAILED, "cannot be written: %s cannot be opened", path == NULL ? "" : path);
    }
    for (size_t k = 0; streams != NULL && k < replica->lane_count; ++k) {
        const hid_t group = lane_group(replica, replicas, k);
        streams[k] = lab_h5_stream(h5, group, "series", H5T_IEEE_F64LE, replica->series_rows, 1, &width);
        lab_h5_group_close(group);
    }
    if (h5->status == ONS_OK) { pour_series(h5, replica, file, streams); }
    for (size_t k = 0; streams != NULL && k < replica->lane_count; ++k) { lab_h5_stream_close(streams[k]); }
    free(streams);
    if (file != NULL) { fclose(file); }
    free(path);
}

/* ---- snapshots ---- */

/* Every array of a snapshot has a dataset whose first index counts the snapshots; it is made with the first one. */
typedef struct snapshot_writer {
    lab_h5 *h5;
    hid_t group;
    uint64_t index, total;
    ons_text names; /* in order, a line each */
} snapshot_writer;

hid_t lab_h5_element(ons_element element, bool file) {
    switch (element) {
    case ONS_I8: return file ? H5T_STD_I8LE : H5T_NATIVE_INT8;
    case ONS_U8: return file ? H5T_STD_U8LE : H5T_NATIVE_UINT8;
    case ONS_I32: return file ? H5T_STD_I32LE : H5T_NATIVE_INT32;
    case ONS_U32: return file ? H5T_STD_U32LE : H5T_NATIVE_UINT32;
    case ONS_I64: return file ? H5T_STD_I64LE : H5T_NATIVE_INT64;
    case ONS_U64: return file ? H5T_STD_U64LE : H5T_NATIVE_UINT64;
    case ONS_F32: return file ? H5T_IEEE_F32LE : H5T_NATIVE_FLOAT;
    case ONS_F64: return file ? H5T_IEEE_F64LE : H5T_NATIVE_DOUBLE;
    }
    return -1;
}

static ons_status put_snapshot_array(void *data, const lab_array *array) {
    snapshot_writer *writer = data;
    lab_h5 *h5 = writer->h5;
    hsize_t dimensions[ONS_RANK];
    const unsigned rank = array->rank == 0 && array->count != 1 ? 1 : array->rank;
    for (unsigned d = 0; d < rank && d < ONS_RANK; ++d) {
        dimensions[d] = array->rank == 0 ? array->count : array->dimensions[d];
    }
    const bool of_state = strncmp(array->name, "state/", 6) == 0;
    char *link = ons_copy(array->name + (of_state ? 6 : 0));
    for (char *c = link; c != NULL && *c != '\0'; ++c) { *c = *c == '/' ? ':' : *c; }
    if (link == NULL) { return h5->status = ONS_MEMORY; }
    if (rank > ONS_RANK) {
        lab_h5_fail(h5, ONS_FAILED, "the snapshots of '%s' have %u dimensions, more than %d", link, rank, ONS_RANK);
        free(link);
        return h5->status;
    }
    hid_t dataset;
    if (writer->index == 0) {
        dataset = lab_h5_stream(h5, writer->group, link, lab_h5_element(array->element, true), writer->total, rank,
                                dimensions);
        lab_h5_put_text(h5, dataset, "name", array->name);
        lab_h5_put_whole(h5, dataset, "configuration", array->configuration);
        lab_h5_put_whole(h5, dataset, "rank", array->rank);
        ons_text_add(&writer->names, "%s%s", writer->names.length > 0 ? "\n" : "", link);
    } else {
        dataset = H5Dopen2(writer->group, link, H5P_DEFAULT);
    }
    if (array->count > 0) {
        lab_h5_stream_rows(h5, dataset, lab_h5_element(array->element, false), writer->index, 1, array->data);
    }
    lab_h5_stream_close(dataset);
    free(link);
    return h5->status;
}

static void pour_snapshots(lab_h5 *h5, const lab_replica *replica, FILE *file, hid_t group) {
    snapshot_writer writer = {.h5 = h5, .group = group, .total = replica->snapshots};
    char *record = ons_allocate((size_t)replica->snapshot_bytes, 1);
    if (record == NULL) { h5->status = ONS_MEMORY; }
    for (; writer.index < writer.total && h5->status == ONS_OK; ++writer.index) {
        if (fread(record, (size_t)replica->snapshot_bytes, 1, file) != 1) {
            lab_h5_fail(h5, ONS_FAILED, "cannot be written: a file of snapshots is cut off");
        } else {
            const ons_status status =
                lab_part_arrays(record, (size_t)replica->snapshot_bytes, put_snapshot_array, &writer);
            if (h5->status == ONS_OK) { h5->status = status; }
        }
    }
    lab_h5_put_text(h5, group, "arrays", writer.names.data == NULL ? "" : writer.names.data);
    ons_text_free(&writer.names);
    free(record);
}

static void put_snapshots(lab_h5 *h5, hid_t replicas, const lab_replica *replica, const char *directory) {
    if (replica->snapshots == 0 || replica->snapshot_bytes == 0 || h5->status != ONS_OK) { return; }
    char *path = lab_part_path(directory, replica->task, replica->state_index, "snapshots");
    FILE *file = path == NULL ? NULL : fopen(path, "rb");
    if (file == NULL) {
        lab_h5_fail(h5, ONS_FAILED, "cannot be written: %s cannot be opened", path == NULL ? "" : path);
    } else {
        const hid_t lane = lane_group(replica, replicas, 0), group = lab_h5_group(h5, lane, "snapshots");
        lab_h5_put_whole(h5, group, "replicas", replica->lane_count);
        if (h5->status == ONS_OK) { pour_snapshots(h5, replica, file, group); }
        lab_h5_group_close(group);
        lab_h5_group_close(lane);
        fclose(file);
    }
    free(path);
}

/* ---- all of a task ---- */

void lab_archive_put_raw(lab_h5 *h5, hid_t group, const lab_stored *states, size_t count, const char *directory) {
    const hid_t replicas = lab_h5_group(h5, group, "replicas"), parts = lab_h5_group(h5, group, "parts");
    lab_h5_put_whole(h5, parts, "lanes", count > 0 ? states[0].replica.lane_count : 0);
    for (size_t s = 0; s < count && h5->status == ONS_OK; ++s) {
        const lab_replica *replica = &states[s].replica;
        char **names = component_names(replica);
        if (names == NULL) { h5->status = ONS_MEMORY; }
        for (size_t k = 0; names != NULL && k < replica->lane_count; ++k) {
            put_lane(h5, replicas, replica, &replica->lanes[k], names);
        }
        lab_texts_free(names, replica->layout.means);
        put_series(h5, replicas, replica, directory);
        put_snapshots(h5, replicas, replica, directory);
        put_part(h5, parts, &states[s]);
    }
    lab_h5_group_close(parts);
    lab_h5_group_close(replicas);
}
