/*
 * The results of one task, written into its group of the archive.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"
#include "evaluate.h"

#include <stdlib.h>
#include <string.h>

const char *lab_kind_name(ons_kind kind) {
    static const char *const names[] = {[ONS_MEAN] = "mean",
                                        [ONS_SERIES] = "series",
                                        [ONS_VALUE] = "value",
                                        [ONS_HISTOGRAM] = "histogram",
                                        [ONS_TABLE] = "table"};
    return names[kind];
}

const char *ons_flag_name(unsigned flag) {
    switch (flag) {
    case ONS_NOT_EQUILIBRATED: return "not-equilibrated";
    case ONS_TOO_FEW_SAMPLES: return "too-few-samples";
    case ONS_NOT_FINITE: return "not-finite";
    default: return "unknown";
    }
}

/* HDF5 reads a slash as a path. */
char *lab_column_link(size_t index, const char *name) {
    char *link = ons_format("%zu %s", index, name);
    for (char *c = link; c != NULL && *c != '\0'; ++c) {
        if (*c == '/') { *c = '|'; }
    }
    return link;
}

/* ---- parameters, each in its own type ---- */

static hid_t boolean_type(void) {
    const int8_t values[2] = {0, 1};
    const hid_t type = H5Tenum_create(H5T_STD_I8LE);
    if (type >= 0) {
        H5Tenum_insert(type, "FALSE", &values[0]);
        H5Tenum_insert(type, "TRUE", &values[1]);
    }
    return type;
}

static void put_booleans(lab_h5 *h5, hid_t group, const ons_parameter *parameter, const lab_value *value,
                         unsigned rank) {
    int8_t *truths = ONS_NEW(int8_t, value->count);
    const hid_t type = boolean_type();
    const hsize_t count = value->count;
    if (truths == NULL) { h5->status = ONS_MEMORY; }
    for (size_t i = 0; truths != NULL && i < value->count; ++i) { truths[i] = value->integers[i] != 0; }
    lab_h5_put_attribute(h5, group, parameter->name, type, type, rank, &count, truths);
    H5Tclose(type);
    free(truths);
}

static void put_parameter(lab_h5 *h5, hid_t group, const ons_parameter *parameter, const lab_value *value) {
    const unsigned rank = (parameter->flags & ONS_ARRAY) != 0;
    const hsize_t shape[2] = {value->count, 2}, pair = 2;
    switch (parameter->type) {
    case ONS_INTEGER:
        lab_h5_put_attribute(h5, group, parameter->name, H5T_STD_I64LE, H5T_NATIVE_INT64, rank, shape, value->integers);
        break;
    case ONS_REAL:
        lab_h5_put_attribute(h5, group, parameter->name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, rank, shape, value->reals);
        break;
    case ONS_COMPLEX:
        lab_h5_put_attribute(h5, group, parameter->name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, rank + 1,
                             rank ? shape : &pair, value->reals);
        break;
    case ONS_BOOLEAN: put_booleans(h5, group, parameter, value, rank); break;
    case ONS_CHOICE:
    case ONS_TEXT:
    case ONS_FILE:
    case ONS_FORMULA:
        if (rank == 0) {
            lab_h5_put_text(h5, group, parameter->name, value->texts[0]);
        } else {
            lab_h5_put_texts(h5, group, parameter->name, value->count, (const char *const *)value->texts);
        }
        break;
    }
}

/* Numbers to calculate with under `parameters`, what the user would write under `texts`. */
static void put_parameters(lab_h5 *h5, hid_t task_group, const lab_task *task, const ons_task_result *result) {
    const hid_t group = lab_h5_group(h5, task_group, "parameters"), texts = lab_h5_group(h5, task_group, "texts");
    uint8_t *numbers = ONS_NEW(uint8_t, result->parameters);
    if (numbers == NULL) { h5->status = ONS_MEMORY; }
    for (size_t p = 0; p < task->parameters.count; ++p) {
        if (task->parameters.values[p].present) {
            put_parameter(h5, group, &task->parameters.table[p], &task->parameters.values[p]);
        }
    }
    for (size_t p = 0; numbers != NULL && p < result->parameters; ++p) {
        numbers[p] = result->value_is_number[p];
        lab_h5_put_text(h5, texts, result->parameter[p], result->value[p]);
    }
    const hsize_t count = result->parameters;
    lab_h5_put_texts(h5, task_group, "parameter_names", result->parameters, result->parameter);
    lab_h5_put_attribute(h5, task_group, "parameter_is_number", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, &count, numbers);
    lab_h5_group_close(texts);
    lab_h5_group_close(group);
    free(numbers);
}

/* ---- results ---- */

static void put_table(lab_h5 *h5, hid_t group, const ons_result *result) {
    uint8_t *text = ONS_NEW(uint8_t, result->columns);
    double *numbers = ONS_NEW(double, result->rows);
    const char **texts = ONS_NEW(const char *, result->rows);
    const hid_t columns = lab_h5_group(h5, group, "columns");
    const hsize_t count = result->columns, rows = result->rows;
    if (text == NULL || numbers == NULL || texts == NULL) { h5->status = ONS_MEMORY; }
    for (size_t c = 0; h5->status == ONS_OK && c < result->columns; ++c) {
        char *link = lab_column_link(c, result->column[c]);
        text[c] = result->column_is_text[c];
        for (size_t r = 0; r < result->rows; ++r) {
            numbers[r] = result->numbers[r * result->columns + c];
            texts[r] = result->texts[r * result->columns + c];
        }
        if (link == NULL) {
            h5->status = ONS_MEMORY;
        } else if (text[c]) {
            lab_h5_put_text_array(h5, columns, link, result->rows, texts);
        } else {
            lab_h5_put_array(h5, columns, link, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &rows, numbers);
        }
        free(link);
    }
    lab_h5_put_texts(h5, group, "columns", result->columns, result->column);
    lab_h5_put_attribute(h5, group, "column_is_text", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, &count, text);
    lab_h5_put_whole(h5, group, "rows", result->rows);
    lab_h5_group_close(columns);
    free(texts);
    free(numbers);
    free(text);
}

static void put_reals(lab_h5 *h5, hid_t group, const char *name, unsigned rank, const hsize_t *dimensions,
                      const double *values) {
    if (values != NULL) {
        lab_h5_put_array(h5, group, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, rank, dimensions, values);
    }
}

static void put_numbers(lab_h5 *h5, hid_t group, const ons_result *result) {
    hsize_t dimensions[5] = {result->times};
    const unsigned first = result->kind == ONS_SERIES;
    for (unsigned d = 0; d < result->rank; ++d) { dimensions[first + d] = result->shape[d]; }
    const hsize_t *shape = dimensions + first;
    const unsigned rank = first + result->rank;
    put_reals(h5, group, "mean", rank, dimensions, result->mean);
    put_reals(h5, group, "error", rank, dimensions, result->error);
    put_reals(h5, group, "tau", rank, dimensions, result->tau);
    put_reals(h5, group, "binning_tau", rank, dimensions, result->binning_tau);
    put_reals(h5, group, "samples", rank, dimensions, result->samples);
    put_reals(h5, group, "effective", rank, dimensions, result->effective);
    put_reals(h5, group, "rhat", rank, dimensions, result->rhat);
    put_reals(h5, group, "exact", result->rank, shape, result->exact);
    lab_h5_put_array(h5, group, "flags", H5T_STD_U32LE, H5T_NATIVE_UINT, result->rank, shape, result->flags);
    if (result->kind == ONS_SERIES) { put_reals(h5, group, "time", 1, dimensions, result->time); }
    if (result->kind == ONS_HISTOGRAM) {
        const hsize_t edges = result->size + 1;
        put_reals(h5, group, "edges", 1, &edges, result->edges);
        lab_h5_put_real(h5, group, "below", result->below);
        lab_h5_put_real(h5, group, "above", result->above);
    }
}

static void put_result(lab_h5 *h5, hid_t results, const ons_result *result) {
    const hid_t group = lab_h5_group(h5, results, result->name);
    lab_h5_put_text(h5, group, "kind", lab_kind_name(result->kind));
    lab_h5_put_text(h5, group, "unit", result->unit);
    lab_h5_put_text(h5, group, "meaning", result->meaning);
    lab_h5_put_text(h5, group, "axis", result->axis == NULL ? "" : result->axis);
    lab_h5_put_whole(h5, group, "derived", result->derived);
    if (result->exact_source != NULL) { lab_h5_put_text(h5, group, "exact_source", result->exact_source); }
    if (result->rank > 0) {
        hsize_t rank = result->rank;
        uint64_t shape[4];
        for (unsigned d = 0; d < result->rank; ++d) { shape[d] = result->shape[d]; }
        lab_h5_put_attribute(h5, group, "shape", H5T_STD_U64LE, H5T_NATIVE_UINT64, 1, &rank, shape);
    }
    if (result->kind == ONS_TABLE) {
        put_table(h5, group, result);
    } else {
        put_numbers(h5, group, result);
    }
    lab_h5_group_close(group);
}

static void put_results(lab_h5 *h5, hid_t task_group, const ons_task_result *result) {
    const hid_t group = lab_h5_group(h5, task_group, "results");
    const char **names = ONS_NEW(const char *, result->results);
    if (names == NULL) { h5->status = ONS_MEMORY; }
    for (size_t i = 0; names != NULL && i < result->results; ++i) {
        names[i] = result->result[i].name;
        put_result(h5, group, &result->result[i]);
    }
    lab_h5_put_texts(h5, task_group, "result_names", result->results, names);
    lab_h5_group_close(group);
    free(names);
}

static void put_weight(lab_h5 *h5, hid_t group, const struct ons_plan *plan) {
    const char *coefficients[LAB_TERMS], *features[LAB_TERMS];
    if (plan->terms == 0) { return; }
    for (size_t i = 0; i < plan->terms; ++i) {
        coefficients[i] = plan->term[i].coefficient;
        features[i] = plan->term[i].feature;
    }
    const char **explicit_names = ONS_NEW(const char *, plan->observables + 1);
    size_t count = 0;
    if (explicit_names == NULL) { h5->status = ONS_MEMORY; }
    for (size_t o = 0; explicit_names != NULL && o < plan->observables; ++o) {
        if (plan->shapes[o].of_parameters) { explicit_names[count++] = plan->system->observables[o].name; }
    }
    lab_h5_put_texts(h5, group, "weight_explicit", count, explicit_names);
    free(explicit_names);
    lab_h5_put_real(h5, group, "weight_extent", plan->extent);
    lab_h5_put_texts(h5, group, "weight_coefficients", plan->terms, coefficients);
    lab_h5_put_texts(h5, group, "weight_features", plan->terms, features);
}

void lab_archive_put_result(lab_h5 *h5, hid_t group, const lab_task *task, const ons_task_result *result) {
    char text[ONS_DIGEST_TEXT];
    ons_digest digest;
    if (h5->status != ONS_OK) { return; }
    h5->status = lab_task_result_digest(result, &digest);
    if (h5->status != ONS_OK) { return; }
    lab_h5_put_text(h5, group, "key", result->key);
    lab_h5_put_text(h5, group, "identity", task->identity);
    lab_h5_put_text(h5, group, "canonical", task->canonical);
    lab_h5_put_whole(h5, group, "complete", result->complete);
    lab_h5_put_whole(h5, group, "steps", result->steps);
    lab_h5_put_whole(h5, group, "replicas", result->replicas);
    lab_h5_put_whole(h5, group, "replicas_asked", (uint64_t)task->controls->replicas);
    lab_h5_put_whole(h5, group, "independent",
                     task->quenched || (task->parameters.system->traits & ONS_STATIONARY) == 0);
    lab_h5_put_whole(h5, group, "warmup", result->warmup);
    lab_h5_put_real(h5, group, "seconds", result->seconds);
    lab_h5_put_whole(h5, group, "flags", result->flags);
    lab_h5_put_text(h5, group, "notes", result->notes);
    lab_h5_put_text(h5, group, "digest", ons_digest_text(digest, text));
    put_weight(h5, group, &task->plan);
    put_parameters(h5, group, task, result);
    put_results(h5, group, result);
}
