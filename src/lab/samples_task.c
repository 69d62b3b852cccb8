/*
 * The samples of one task: bins and records as its stored parts hold them, and the list of its snapshots.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lane.h"
#include "samples.h"

#include <stdlib.h>
#include <string.h>

/* ---- which replicas ---- */

static int by_number(const void *first, const void *second) {
    const uint64_t a = *(const uint64_t *)first, b = *(const uint64_t *)second;
    return (a > b) - (a < b);
}

/* The numbers that are the names of the links in a group, in ascending order; allocated. */
static ons_status numbers_in(lab_h5 *h5, hid_t group, uint64_t **numbers, size_t *count) {
    H5G_info_t facts;
    *numbers = NULL;
    *count = 0;
    if (H5Gget_info(group, &facts) < 0 || facts.nlinks > h5->bytes) {
        return lab_h5_fail(h5, ONS_INVALID, "is damaged: a list of its replicas");
    }
    *numbers = ONS_NEW(uint64_t, (size_t)facts.nlinks + 1);
    if (*numbers == NULL) { return ONS_MEMORY; }
    for (hsize_t i = 0; i < facts.nlinks; ++i) {
        char name[32] = "";
        int64_t number = -1;
        const ssize_t length =
            H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
        if (length <= 0 || length >= (ssize_t)sizeof name || ons_parse_integer(name, &number) != ONS_OK || number < 0) {
            return lab_h5_fail(h5, ONS_INVALID, "is damaged: '%s' is no number of a replica", name);
        }
        (*numbers)[(*count)++] = (uint64_t)number;
    }
    qsort(*numbers, *count, sizeof **numbers, by_number);
    return ONS_OK;
}

/* How many replicas were asked for: lanes beyond that are surplus. Older archives say only how many were counted. */
static ons_status replicas_asked(lab_h5 *h5, hid_t group, const uint64_t *numbers, size_t count, uint64_t *asked) {
    if (lab_h5_has_attribute(group, "replicas_asked")) { return lab_h5_get_whole(h5, group, "replicas_asked", asked); }
    const ons_status status = lab_h5_get_whole(h5, group, "replicas", asked);
    if (status == ONS_OK && count > 0 && *asked >= count) { *asked = numbers[count - 1] + 1; }
    return status;
}

/* Older archives do not say it either; but there a mean of independent replicas has no autocorrelation time. */
static ons_status is_independent(lab_h5 *h5, hid_t group, bool *independent) {
    uint64_t stored = 0;
    if (lab_h5_has_attribute(group, "independent")) {
        const ons_status status = lab_h5_get_whole(h5, group, "independent", &stored);
        *independent = stored != 0;
        return status;
    }
    ons_task_result result;
    const ons_status status = lab_archive_get_result(h5, group, &result);
    if (status != ONS_OK) { return status; }
    *independent = true;
    for (size_t i = 0; i < result.results; ++i) {
        const ons_result *one = &result.result[i];
        for (size_t k = 0; one->kind == ONS_MEAN && !one->derived && k < one->size; ++k) {
            *independent = *independent && !(one->tau[k] == one->tau[k]);
        }
    }
    lab_task_result_free(&result);
    return ONS_OK;
}

/* ---- bins and records ---- */

/* The bytes of a stored part, checked against their digest. */
static ons_status part_bytes(lab_h5 *h5, hid_t parts, uint64_t state, char **bytes, size_t *count) {
    char name[32], text[ONS_DIGEST_TEXT], *digest = NULL;
    void *data;
    snprintf(name, sizeof name, "%04llu", (unsigned long long)state);
    ons_status status = lab_h5_get_array(h5, parts, name, H5T_NATIVE_UINT8, 1, &data, count);
    *bytes = status == ONS_OK ? data : NULL;
    const hid_t dataset = status == ONS_OK ? H5Dopen2(parts, name, H5P_DEFAULT) : -1;
    if (status == ONS_OK) { status = lab_h5_get_text(h5, dataset, "digest", &digest); }
    if (status == ONS_OK && strcmp(digest, ons_digest_text(ons_digest_bytes(*bytes, *count), text)) != 0) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: part %s does not fit its digest", name);
    }
    if (dataset >= 0) { H5Dclose(dataset); }
    free(digest);
    return status;
}

static ons_status read_lane(const ons_task_samples *task, ons_part *part, unsigned lane, unsigned lanes,
                            ons_replica_samples *replica) {
    ons_bins *bins = ONS_NEW(ons_bins, 1);
    ons_record *record = ONS_NEW(ons_record, 1);
    replica->bins = bins;
    replica->record = record;
    if (bins == NULL || record == NULL) { return ONS_MEMORY; }
    ons_status status = ons_bins_init(bins, task->components, lab_lane_rows(LAB_BINS, task->components, lanes));
    if (status == ONS_OK) { status = lab_bins_persist(bins, part, lane, "bins"); }
    if (status == ONS_OK) {
        status = ons_record_init(record, task->components, lab_lane_rows(LAB_RECORD, task->components, lanes));
    }
    return status == ONS_OK ? lab_record_persist(record, part, lane) : status;
}

/* The components are named at every replica; all have the same. */
static ons_status read_components(lab_h5 *h5, hid_t replica, ons_task_samples *task) {
    if (task->component != NULL || !lab_h5_has_attribute(replica, "components")) { return ONS_OK; }
    char **names;
    const ons_status status = lab_h5_get_texts(h5, replica, "components", &names, &task->components);
    task->component = (const char *const *)names;
    return status;
}

/* ---- snapshots ---- */

static bool of_state(const lab_snapshot_array *array) { return strncmp(array->name, "state/", 6) == 0; }

/* All values of one of the laboratory's own arrays, a number a snapshot. */
static ons_status read_numbers(lab_h5 *h5, const lab_snapshot_array *array, size_t snapshots, hid_t memory,
                               void *values) {
    if (array->count != 1) { return lab_h5_fail(h5, ONS_INVALID, "is damaged: the shape of '%s'", array->name); }
    return lab_h5_get_rows(h5, array->stream, memory, 0, snapshots, values);
}

static ons_status keep_array(const lab_snapshot_array *array, ons_snapshot_array *kept) {
    kept->name = ons_copy(array->name + 6);
    kept->element = array->element;
    kept->rank = array->count == 1 && array->rank == 0 ? 0 : array->rank == 0 ? 1 : array->rank;
    kept->size = array->count;
    for (unsigned d = 0; d < kept->rank; ++d) { kept->dimensions[d] = array->dimensions[d]; }
    return kept->name == NULL ? ONS_MEMORY : ONS_OK;
}

static ons_status keep_arrays(lab_h5 *h5, const lab_snapshot_array *arrays, size_t count,
                              ons_replica_samples *replica) {
    uint64_t *steps = ONS_NEW(uint64_t, replica->snapshots + 1);
    double *times = ONS_NEW(double, replica->snapshots + 1);
    ons_snapshot_array *kept = ONS_NEW(ons_snapshot_array, count + 1);
    replica->snapshot_steps = steps;
    replica->snapshot_times = times;
    replica->array = kept;
    ons_status status = steps == NULL || times == NULL || kept == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t i = 0; i < count && status == ONS_OK; ++i) {
        if (strcmp(arrays[i].name, "lab/measured") == 0) {
            status = read_numbers(h5, &arrays[i], replica->snapshots, H5T_NATIVE_UINT64, steps);
        } else if (strcmp(arrays[i].name, "lab/time") == 0) {
            status = read_numbers(h5, &arrays[i], replica->snapshots, H5T_NATIVE_DOUBLE, times);
        } else if (of_state(&arrays[i])) {
            status = keep_array(&arrays[i], &kept[replica->arrays++]);
        }
    }
    return status;
}

static ons_status read_snapshots(lab_h5 *h5, hid_t group, ons_replica_samples *replica) {
    lab_snapshot_array *arrays = NULL;
    size_t count = 0;
    uint64_t lanes = 0;
    hid_t snapshots;
    if (!lab_h5_has(group, "snapshots")) { return ONS_OK; }
    ons_status status = lab_h5_open_group(h5, group, "snapshots", &snapshots);
    if (status != ONS_OK) { return status; }
    status = lab_h5_get_whole(h5, snapshots, "replicas", &lanes);
    if (status == ONS_OK) { status = lab_snapshot_arrays_open(h5, snapshots, 0, &arrays, &count); }
    replica->lanes = (size_t)lanes;
    if (status == ONS_OK && count > 0) {
        const hid_t space = H5Dget_space(arrays[0].stream);
        hsize_t extents[8] = {0};
        if (space >= 0) {
            H5Sget_simple_extent_dims(space, extents, NULL);
            H5Sclose(space);
        }
        replica->snapshots = (size_t)extents[0];
        status = keep_arrays(h5, arrays, count, replica);
    }
    lab_snapshot_arrays_close(arrays, count);
    lab_h5_group_close(snapshots);
    return status;
}

/* ---- a replica, a task ---- */

static ons_status read_series_length(lab_h5 *h5, hid_t group, ons_replica_samples *replica) {
    hid_t stream;
    hsize_t dimensions[8];
    int rank;
    if (!lab_h5_has(group, "series")) { return ONS_OK; }
    const ons_status status = lab_h5_open_stream(h5, group, "series", &stream, &rank, dimensions);
    if (status != ONS_OK) { return status; }
    replica->series = dimensions[0];
    lab_h5_stream_close(stream);
    return ONS_OK;
}

static ons_status read_replica(lab_h5 *h5, hid_t replicas, uint64_t number, ons_task_samples *task,
                               ons_replica_samples *replica) {
    char name[32];
    hid_t group;
    snprintf(name, sizeof name, "%04llu", (unsigned long long)number);
    *replica = (ons_replica_samples){.replica = number};
    ons_status status = lab_h5_open_group(h5, replicas, name, &group);
    if (status != ONS_OK) { return status; }
    status = lab_h5_get_whole(h5, group, "steps", &replica->steps);
    if (status == ONS_OK) { status = lab_h5_get_whole(h5, group, "warmup", &replica->warmup); }
    if (status == ONS_OK) { status = read_components(h5, group, task); }
    if (status == ONS_OK) { status = read_series_length(h5, group, replica); }
    if (status == ONS_OK) { status = read_snapshots(h5, group, replica); }
    lab_h5_group_close(group);
    return status;
}

/* Bins and records of all replicas, state by state. */
static ons_status read_states(lab_h5 *h5, hid_t parts, ons_task_samples *task) {
    uint64_t lanes = 0;
    ons_status status = lab_h5_get_whole(h5, parts, "lanes", &lanes);
    if (status == ONS_OK && (lanes == 0 || lanes > UINT32_MAX)) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: the number of its lanes");
    }
    for (size_t r = 0; r < task->replicas && status == ONS_OK;) {
        const uint64_t state = task->replica[r].replica / lanes;
        char *bytes;
        size_t count;
        ons_part part = {0};
        status = part_bytes(h5, parts, state, &bytes, &count);
        if (status == ONS_OK) { status = lab_part_read(&part, bytes, count); }
        for (; r < task->replicas && task->replica[r].replica / lanes == state && status == ONS_OK; ++r) {
            ons_replica_samples *replica = (ons_replica_samples *)&task->replica[r];
            status = read_lane(task, &part, (unsigned)(replica->replica % lanes), (unsigned)lanes, replica);
        }
        lab_part_close(&part);
        free(bytes);
    }
    return status;
}

static ons_status read_weight(lab_h5 *h5, hid_t group, ons_task_samples *task) {
    char **coefficients = NULL, **features = NULL;
    size_t count = 0, others = 0;
    if (!lab_h5_has_attribute(group, "weight_extent")) { return ONS_OK; }
    ons_status status = lab_h5_get_real(h5, group, "weight_extent", &task->extent);
    if (status == ONS_OK) { status = lab_h5_get_texts(h5, group, "weight_coefficients", &coefficients, &count); }
    if (status == ONS_OK) { status = lab_h5_get_texts(h5, group, "weight_features", &features, &others); }
    if (status == ONS_OK) {
        char **names = NULL;
        status = lab_h5_get_texts(h5, group, "weight_explicit", &names, &task->explicits);
        task->explicit_name = (const char *const *)names;
    }
    if (status == ONS_OK && count != others) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: the terms of its weight");
    }
    ons_weight *terms = status == ONS_OK ? ONS_NEW(ons_weight, count + 1) : NULL;
    if (status == ONS_OK && terms == NULL) { status = ONS_MEMORY; }
    for (size_t i = 0; i < count && status == ONS_OK; ++i) {
        terms[i] = (ons_weight){coefficients[i], features[i]};
        coefficients[i] = features[i] = NULL;
        task->terms = i + 1;
    }
    task->term = terms;
    lab_texts_free(coefficients, count);
    lab_texts_free(features, others);
    return status;
}

static ons_status read_replicas(lab_h5 *h5, hid_t group, ons_task_samples *task) {
    hid_t replicas = -1, parts = -1;
    uint64_t *numbers = NULL, asked = 0;
    size_t count = 0;
    ons_status status = lab_h5_open_group(h5, group, "replicas", &replicas);
    if (status == ONS_OK) { status = lab_h5_open_group(h5, group, "parts", &parts); }
    if (status == ONS_OK) { status = numbers_in(h5, replicas, &numbers, &count); }
    if (status == ONS_OK) { status = replicas_asked(h5, group, numbers, count, &asked); }
    ons_replica_samples *list = status == ONS_OK ? ONS_NEW(ons_replica_samples, count + 1) : NULL;
    if (status == ONS_OK && list == NULL) { status = ONS_MEMORY; }
    task->replica = list;
    for (size_t r = 0; r < count && status == ONS_OK && numbers[r] < asked; ++r) {
        task->replicas = r + 1;
        status = read_replica(h5, replicas, numbers[r], task, &list[r]);
    }
    if (status == ONS_OK && task->components > 0) { status = read_states(h5, parts, task); }
    lab_h5_group_close(parts);
    lab_h5_group_close(replicas);
    free(numbers);
    return status;
}

ons_status lab_samples_read(lab_h5 *h5, size_t index, ons_task_samples *task) {
    hid_t group;
    char *key = NULL;
    ons_status status = lab_archive_enter_task(h5, index, &group);
    if (status == ONS_OK) { status = lab_h5_get_text(h5, group, "key", &key); }
    task->key = key;
    if (status == ONS_OK) { status = is_independent(h5, group, &task->independent); }
    if (status == ONS_OK) { status = read_weight(h5, group, task); }
    if (status == ONS_OK) { status = read_replicas(h5, group, task); }
    lab_archive_leave_task(h5, group);
    return status;
}
