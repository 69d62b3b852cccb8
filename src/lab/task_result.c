/*
 * The results of one task as a thing in memory: release, digest, look-up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate.h"

#include <stdlib.h>
#include <string.h>

static void free_texts(const char *const *texts, size_t count) {
    for (size_t i = 0; texts != NULL && i < count; ++i) { free((char *)texts[i]); }
    free((void *)texts);
}

static void free_result(const ons_result *result) {
    const void *const single[] = {
        result->name,  result->unit,    result->meaning, result->axis,         result->mean,    result->error,
        result->tau,   result->samples, result->rhat,    result->effective,    result->flags,   result->binning_tau,
        result->exact, result->time,    result->edges,   result->exact_source, result->numbers, result->column_is_text};
    for (size_t i = 0; i < sizeof single / sizeof single[0]; ++i) { free((void *)single[i]); }
    free_texts(result->column, result->columns);
    free_texts(result->texts, result->rows * result->columns);
}

void lab_task_result_free(ons_task_result *result) {
    if (result == NULL) { return; }
    for (size_t i = 0; i < result->results; ++i) { free_result(&result->result[i]); }
    free((void *)result->result);
    free_texts(result->parameter, result->parameters);
    free_texts(result->value, result->parameters);
    free((void *)result->value_is_number);
    free((void *)result->varies);
    free((void *)result->key);
    free((void *)result->notes);
    *result = (ons_task_result){0};
}

const ons_result *ons_task_find(const ons_task_result *task, const char *name) {
    for (size_t i = 0; i < task->results; ++i) {
        if (strcmp(task->result[i].name, name) == 0) { return &task->result[i]; }
    }
    return NULL;
}

/* ---- digest: everything in one row of bytes, each piece led by its length ---- */

static void put_bytes(ons_text *all, const void *bytes, size_t count, size_t size) {
    const uint64_t length = bytes == NULL ? UINT64_MAX : count;
    ons_text_add_bytes(all, &length, sizeof length);
    if (bytes != NULL) { ons_text_add_bytes(all, bytes, count * size); }
}

static void put_whole(ons_text *all, uint64_t value) { ons_text_add_bytes(all, &value, sizeof value); }

static void put_text(ons_text *all, const char *text) { put_bytes(all, text, text == NULL ? 0 : strlen(text), 1); }

static void put_reals(ons_text *all, const double *values, size_t count) {
    put_bytes(all, values, count, sizeof *values);
}

static void put_table(ons_text *all, const ons_result *result) {
    put_whole(all, result->columns);
    put_whole(all, result->rows);
    for (size_t c = 0; c < result->columns; ++c) {
        put_text(all, result->column[c]);
        put_whole(all, result->column_is_text[c]);
    }
    for (size_t i = 0; i < result->rows * result->columns; ++i) {
        if (result->column_is_text[i % result->columns]) {
            put_text(all, result->texts[i]);
        } else {
            put_reals(all, &result->numbers[i], 1);
        }
    }
}

static void put_result(ons_text *all, const ons_result *result) {
    const size_t rows = result->kind == ONS_SERIES ? result->times : 1, count = rows * result->size;
    put_text(all, result->name);
    put_text(all, result->unit);
    put_text(all, result->meaning);
    put_text(all, result->axis);
    put_whole(all, (uint64_t)result->kind);
    put_whole(all, result->derived);
    put_whole(all, result->rank);
    for (unsigned d = 0; d < result->rank; ++d) { put_whole(all, result->shape[d]); }
    if (result->kind == ONS_TABLE) {
        put_table(all, result);
        return;
    }
    const double *const arrays[] = {result->mean,    result->error,     result->tau, result->binning_tau,
                                    result->samples, result->effective, result->rhat};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; ++i) { put_reals(all, arrays[i], count); }
    put_bytes(all, result->flags, result->size, sizeof *result->flags);
    put_reals(all, result->exact, result->size);
    put_text(all, result->exact_source);
    put_reals(all, result->kind == ONS_SERIES ? result->time : NULL, result->times);
    put_reals(all, result->kind == ONS_HISTOGRAM ? result->edges : NULL, result->size + 1);
    put_reals(all, &result->below, 1);
    put_reals(all, &result->above, 1);
}

ons_status lab_task_result_digest(const ons_task_result *result, ons_digest *digest) {
    ons_text all = {0};
    put_text(&all, result->key);
    for (size_t p = 0; p < result->parameters; ++p) {
        put_text(&all, result->parameter[p]);
        put_text(&all, result->value[p]);
        put_whole(&all, result->value_is_number[p]);
    }
    const uint64_t numbers[] = {result->steps, result->replicas, result->warmup, result->flags, result->complete};
    put_bytes(&all, numbers, sizeof numbers / sizeof numbers[0], sizeof numbers[0]);
    put_text(&all, result->notes);
    for (size_t i = 0; i < result->results; ++i) { put_result(&all, &result->result[i]); }
    const bool failed = all.failed;
    if (!failed) { *digest = ons_digest_bytes(all.data, all.length); }
    ons_text_free(&all);
    return failed ? ons_fail(ONS_MEMORY, "out of memory for the digest of task %s", result->key) : ONS_OK;
}
