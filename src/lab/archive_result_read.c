/*
 * The results of one task, read from its group of the archive and held against their digest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"
#include "evaluate.h"

#include <stdlib.h>
#include <string.h>

/* ---- parameters ---- */

static ons_status get_parameters(lab_h5 *h5, hid_t task_group, ons_task_result *result) {
    char **names;
    size_t count, numbers_count;
    void *numbers = NULL;
    hid_t texts = -1;
    ons_status status = lab_h5_get_texts(h5, task_group, "parameter_names", &names, &count);
    if (status != ONS_OK) { return status; }
    char **values = ONS_NEW(char *, count);
    bool *is_number = ONS_NEW(bool, count), *varies = ONS_NEW(bool, count);
    result->parameter = (const char *const *)names;
    result->value = (const char *const *)values;
    result->value_is_number = is_number;
    result->varies = varies;
    result->parameters = count;
    if (values == NULL || is_number == NULL || varies == NULL) { return h5->status = ONS_MEMORY; }
    status = lab_h5_get_attribute(h5, task_group, "parameter_is_number", H5T_NATIVE_UINT8, 1, &numbers, &numbers_count);
    if (status == ONS_OK && numbers_count != count) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: its parameters do not fit together");
    }
    if (status == ONS_OK) { status = lab_h5_open_group(h5, task_group, "texts", &texts); }
    for (size_t p = 0; p < count && status == ONS_OK; ++p) {
        is_number[p] = ((const uint8_t *)numbers)[p] != 0;
        status = lab_h5_get_text(h5, texts, names[p], &values[p]);
    }
    lab_h5_group_close(texts);
    free(numbers);
    return status;
}

/* ---- results ---- */

static ons_status get_kind(lab_h5 *h5, hid_t group, ons_result *result) {
    char *name;
    const ons_status status = lab_h5_get_text(h5, group, "kind", &name);
    if (status != ONS_OK) { return status; }
    int kind = ONS_MEAN;
    while (kind <= ONS_TABLE && strcmp(name, lab_kind_name((ons_kind)kind)) != 0) { ++kind; }
    free(name);
    if (kind > ONS_TABLE) { return lab_h5_fail(h5, ONS_INVALID, "is damaged: '%s' is of no known kind", result->name); }
    result->kind = (ons_kind)kind;
    return ONS_OK;
}

static ons_status get_shape(lab_h5 *h5, hid_t group, ons_result *result) {
    result->size = result->kind != ONS_TABLE;
    if (!lab_h5_has_attribute(group, "shape")) { return ONS_OK; }
    void *shape;
    size_t rank;
    ons_status status = lab_h5_get_attribute(h5, group, "shape", H5T_NATIVE_UINT64, sizeof(uint64_t), &shape, &rank);
    if (status != ONS_OK) { return status; }
    bool fits = rank >= 1 && rank <= 4 && result->kind != ONS_TABLE;
    for (size_t d = 0; fits && d < rank; ++d) {
        const uint64_t extent = ((const uint64_t *)shape)[d];
        fits = extent <= h5->bytes && (extent == 0 || result->size <= h5->bytes / extent);
        result->shape[d] = fits ? (size_t)extent : 0;
        result->size *= result->shape[d];
    }
    result->rank = (unsigned)rank;
    free(shape);
    return fits ? ONS_OK : lab_h5_fail(h5, ONS_INVALID, "is damaged: the shape of '%s'", result->name);
}

/* A dataset of exactly `expected` numbers; what is optional may be absent (NULL). */
static ons_status get_reals(lab_h5 *h5, hid_t group, const char *name, bool optional, size_t expected,
                            const double **values) {
    void *data;
    size_t count;
    *values = NULL;
    if (optional && !lab_h5_has(group, name)) { return ONS_OK; }
    const ons_status status = lab_h5_get_array(h5, group, name, H5T_NATIVE_DOUBLE, sizeof(double), &data, &count);
    if (status != ONS_OK) { return status; }
    *values = data;
    return count == expected
               ? ONS_OK
               : lab_h5_fail(h5, ONS_INVALID, "is damaged: '%s' has %zu numbers instead of %zu", name, count, expected);
}

static ons_status get_flags(lab_h5 *h5, hid_t group, ons_result *result) {
    void *data;
    size_t count;
    const ons_status status = lab_h5_get_array(h5, group, "flags", H5T_NATIVE_UINT, sizeof(unsigned), &data, &count);
    if (status != ONS_OK) { return status; }
    result->flags = data;
    return count == result->size ? ONS_OK : lab_h5_fail(h5, ONS_INVALID, "is damaged: 'flags' has %zu numbers", count);
}

static ons_status get_numbers(lab_h5 *h5, hid_t group, ons_result *result) {
    ons_status status = ONS_OK;
    size_t rows = 1;
    if (result->kind == ONS_SERIES) {
        void *time;
        status = lab_h5_get_array(h5, group, "time", H5T_NATIVE_DOUBLE, sizeof(double), &time, &rows);
        if (status != ONS_OK) { return status; }
        result->time = time;
        result->times = rows;
    }
    if (rows != 0 && result->size > SIZE_MAX / rows) {
        return lab_h5_fail(h5, ONS_INVALID, "is damaged: the size of '%s'", result->name);
    }
    const size_t count = rows * result->size;
    const struct {
        const char *name;
        bool optional;
        const double **values;
    } arrays[] = {{"mean", false, &result->mean},      {"error", false, &result->error},
                  {"tau", true, &result->tau},         {"binning_tau", true, &result->binning_tau},
                  {"samples", true, &result->samples}, {"effective", true, &result->effective},
                  {"rhat", true, &result->rhat}};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0] && status == ONS_OK; ++i) {
        status = get_reals(h5, group, arrays[i].name, arrays[i].optional, count, arrays[i].values);
    }
    if (status == ONS_OK) { status = get_reals(h5, group, "exact", true, result->size, &result->exact); }
    if (status == ONS_OK) { status = get_flags(h5, group, result); }
    if (status == ONS_OK && result->kind == ONS_MEAN &&
        (!result->tau || !result->binning_tau || !result->samples || !result->effective || !result->rhat)) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: '%s' is not whole", result->name);
    }
    if (status == ONS_OK && result->kind == ONS_HISTOGRAM) {
        status = get_reals(h5, group, "edges", false, result->size + 1, &result->edges);
        if (status == ONS_OK) { status = lab_h5_get_real(h5, group, "below", &result->below); }
        if (status == ONS_OK) { status = lab_h5_get_real(h5, group, "above", &result->above); }
    }
    return status;
}

/* ---- tables ---- */

static ons_status get_column(lab_h5 *h5, hid_t columns, const ons_result *result, size_t index, double *numbers,
                             char **texts) {
    void *values = NULL;
    char **words = NULL, *link = lab_column_link(index, result->column[index]);
    size_t count = 0;
    if (link == NULL) { return h5->status = ONS_MEMORY; }
    ons_status status = result->column_is_text[index]
                            ? lab_h5_get_text_array(h5, columns, link, &words, &count)
                            : lab_h5_get_array(h5, columns, link, H5T_NATIVE_DOUBLE, sizeof(double), &values, &count);
    if (status == ONS_OK && count != result->rows) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: the column '%s' has %zu rows", link, count);
    }
    for (size_t r = 0; r < result->rows && status == ONS_OK; ++r) {
        const size_t to = r * result->columns + index;
        numbers[to] = values != NULL ? ((const double *)values)[r] : (double)__builtin_nan("");
        if (words != NULL) {
            texts[to] = words[r];
            words[r] = NULL;
        }
    }
    free(values);
    lab_texts_free(words, count);
    free(link);
    return status;
}

static ons_status get_table(lab_h5 *h5, hid_t group, ons_result *result) {
    char **names;
    void *is_text = NULL;
    size_t columns, texts_count;
    uint64_t rows = 0;
    hid_t group_of_columns = -1;
    ons_status status = lab_h5_get_texts(h5, group, "columns", &names, &columns);
    if (status != ONS_OK) { return status; }
    result->column = (const char *const *)names;
    result->columns = columns;
    bool *text = ONS_NEW(bool, columns);
    result->column_is_text = text;
    if (text == NULL) { return h5->status = ONS_MEMORY; }
    status = lab_h5_get_attribute(h5, group, "column_is_text", H5T_NATIVE_UINT8, 1, &is_text, &texts_count);
    if (status == ONS_OK) { status = lab_h5_get_whole(h5, group, "rows", &rows); }
    if (status == ONS_OK &&
        (texts_count != columns || rows > h5->bytes || (columns > 0 && rows > h5->bytes / columns))) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: the table '%s'", result->name);
    }
    for (size_t c = 0; status == ONS_OK && c < columns; ++c) { text[c] = ((const uint8_t *)is_text)[c] != 0; }
    free(is_text);
    if (status == ONS_OK) { status = lab_h5_open_group(h5, group, "columns", &group_of_columns); }
    if (status != ONS_OK) { return status; }
    double *numbers = ONS_NEW(double, (size_t)rows *columns);
    char **texts = ONS_NEW(char *, (size_t)rows *columns);
    result->numbers = numbers;
    result->texts = (const char *const *)texts;
    result->rows = texts == NULL ? 0 : (size_t)rows;
    if (numbers == NULL || texts == NULL) { status = h5->status = ONS_MEMORY; }
    for (size_t c = 0; c < columns && status == ONS_OK; ++c) {
        status = get_column(h5, group_of_columns, result, c, numbers, texts);
    }
    lab_h5_group_close(group_of_columns);
    return status;
}

static ons_status get_result(lab_h5 *h5, hid_t results, const char *name, ons_result *result) {
    char *text;
    uint64_t derived = 0;
    hid_t group;
    result->name = ons_copy(name);
    if (result->name == NULL) { return h5->status = ONS_MEMORY; }
    ons_status status = lab_h5_open_group(h5, results, name, &group);
    if (status != ONS_OK) { return status; }
    if ((status = get_kind(h5, group, result)) != ONS_OK) { goto cleanup; }
    if ((status = lab_h5_get_text(h5, group, "unit", &text)) != ONS_OK) { goto cleanup; }
    result->unit = text;
    if ((status = lab_h5_get_text(h5, group, "meaning", &text)) != ONS_OK) { goto cleanup; }
    result->meaning = text;
    if ((status = lab_h5_get_text(h5, group, "axis", &text)) != ONS_OK) { goto cleanup; }
    result->axis = text;
    if (text[0] == '\0') {
        free(text);
        result->axis = NULL;
    }
    if ((status = lab_h5_get_whole(h5, group, "derived", &derived)) != ONS_OK) { goto cleanup; }
    result->derived = derived != 0;
    if (lab_h5_has_attribute(group, "exact_source")) {
        if ((status = lab_h5_get_text(h5, group, "exact_source", &text)) != ONS_OK) { goto cleanup; }
        result->exact_source = text;
    }
    if ((status = get_shape(h5, group, result)) != ONS_OK) { goto cleanup; }
    status = result->kind == ONS_TABLE ? get_table(h5, group, result) : get_numbers(h5, group, result);
cleanup:
    lab_h5_group_close(group);
    return status;
}

static ons_status get_results(lab_h5 *h5, hid_t task_group, ons_task_result *result) {
    char **names;
    size_t count;
    hid_t group = -1;
    ons_status status = lab_h5_get_texts(h5, task_group, "result_names", &names, &count);
    if (status != ONS_OK) { return status; }
    if (count > h5->bytes / 64) { /* each has a group of its own */
        lab_texts_free(names, count);
        return lab_h5_fail(h5, ONS_INVALID, "is damaged: the list of its results");
    }
    ons_result *results = ONS_NEW(ons_result, count);
    result->result = results;
    status = results == NULL ? (h5->status = ONS_MEMORY) : lab_h5_open_group(h5, task_group, "results", &group);
    for (size_t i = 0; i < count && status == ONS_OK; ++i) {
        ++result->results;
        status = get_result(h5, group, names[i], &results[i]);
    }
    lab_h5_group_close(group);
    lab_texts_free(names, count);
    return status;
}

/* ---- the task ---- */

static ons_status check_digest(lab_h5 *h5, hid_t group, const ons_task_result *result) {
    ons_digest digest;
    char *stored, text[ONS_DIGEST_TEXT];
    ons_status status = lab_task_result_digest(result, &digest);
    if (status == ONS_OK) { status = lab_h5_get_text(h5, group, "digest", &stored); }
    if (status != ONS_OK) { return status; }
    if (strcmp(stored, ons_digest_text(digest, text)) != 0) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: its results do not fit their digest");
    }
    free(stored);
    return status;
}

ons_status lab_archive_get_result(lab_h5 *h5, hid_t group, ons_task_result *result) {
    char *key = NULL, *notes = NULL;
    uint64_t complete = 0, flags = 0;
    *result = (ons_task_result){0};
    ons_status status = lab_h5_get_text(h5, group, "key", &key);
    result->key = key;
    if (status == ONS_OK) { status = lab_h5_get_text(h5, group, "notes", &notes); }
    result->notes = notes;
    if (status == ONS_OK) { status = lab_h5_get_whole(h5, group, "complete", &complete); }
    if (status == ONS_OK) { status = lab_h5_get_whole(h5, group, "steps", &result->steps); }
    if (status == ONS_OK) { status = lab_h5_get_whole(h5, group, "replicas", &result->replicas); }
    if (status == ONS_OK) { status = lab_h5_get_whole(h5, group, "warmup", &result->warmup); }
    if (status == ONS_OK) { status = lab_h5_get_real(h5, group, "seconds", &result->seconds); }
    if (status == ONS_OK) { status = lab_h5_get_whole(h5, group, "flags", &flags); }
    result->complete = complete != 0;
    result->flags = (unsigned)flags;
    if (status == ONS_OK) { status = get_parameters(h5, group, result); }
    if (status == ONS_OK) { status = get_results(h5, group, result); }
    if (status == ONS_OK) { status = check_digest(h5, group, result); }
    if (status != ONS_OK) { lab_task_result_free(result); }
    return status;
}
