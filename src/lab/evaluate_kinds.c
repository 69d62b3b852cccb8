/*
 * Results that are no means over time: series against time, values, tables.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate.h"
#include "grid.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- series ---- */

ons_status lab_evaluate_series(const lab_evaluation *evaluation, size_t observable, ons_result *result) {
    const size_t width = evaluation->layout->series, offset = evaluation->layout->offsets[observable];
    size_t times = SIZE_MAX;
    for (size_t r = 0; r < evaluation->count; ++r) {
        if (evaluation->lanes[r]->times < times) { times = evaluation->lanes[r]->times; }
    }
    if (evaluation->count == 0) { times = 0; }
    result->times = times;
    lab_grid grid = lab_grid_start(evaluation->task);
    double *time = ONS_NEW(double, times), *values = ONS_NEW(double, evaluation->count);
    result->time = time;
    ons_status status = lab_result_reserve(result, times, false);
    bool *trusted = ONS_NEW(bool, result->size);
    if (time == NULL || values == NULL || trusted == NULL) { status = ONS_MEMORY; }
    for (size_t k = 0; k < times && status == ONS_OK; ++k) {
        time[k] = grid.time;
        lab_grid_next(&grid);
        for (size_t i = 0; i < result->size; ++i) {
            for (size_t r = 0; r < evaluation->count; ++r) {
                values[r] = evaluation->lanes[r]->series[k * width + offset + i];
            }
            ons_estimate estimate = lab_estimate_nothing();
            if (evaluation->count > 1) { ons_spread(values, evaluation->count, &estimate); }
            if (evaluation->count == 1) { estimate = (ons_estimate){.mean = values[0], .error = NAN}; }
            if (!isfinite(estimate.mean)) { estimate.flags |= ONS_NOT_FINITE; }
            trusted[i] = trusted[i] || (estimate.flags & ONS_TOO_FEW_SAMPLES) == 0;
            estimate.flags &= ~(unsigned)ONS_TOO_FEW_SAMPLES;
            lab_result_set(result, k * result->size + i, &estimate);
        }
    }
    /* one time at which few numbers scatter strangely does not condemn the whole series */
    for (size_t i = 0; i < result->size && status == ONS_OK; ++i) {
        if (!trusted[i]) { ((unsigned *)result->flags)[i] |= ONS_TOO_FEW_SAMPLES; }
    }
    free(trusted);
    free(values);
    return status;
}

/* ---- values ---- */

ons_status lab_evaluate_value(const lab_evaluation *evaluation, size_t observable, ons_result *result) {
    const size_t offset = evaluation->layout->offsets[observable];
    double *values = ONS_NEW(double, evaluation->count);
    ons_status status = lab_result_reserve(result, 1, false);
    if (values == NULL) { status = ONS_MEMORY; }
    for (size_t i = 0; i < result->size && status == ONS_OK; ++i) {
        ons_estimate estimate = lab_estimate_nothing();
        size_t count = 0;
        double own = NAN;
        for (size_t r = 0; r < evaluation->count; ++r) {
            const lab_lane *lane = evaluation->lanes[r];
            if (isnan(lane->value[offset + i])) { continue; }
            values[count++] = lane->value[offset + i];
            own = lane->value_error[offset + i];
        }
        if (count > 1) { ons_spread(values, count, &estimate); }
        if (count == 1) { estimate = (ons_estimate){.mean = values[0], .error = own >= 0 ? own : (double)NAN}; }
        if (count < evaluation->count) { estimate.flags |= ONS_TOO_FEW_SAMPLES; } /* a choice among the replicas */
        if (!isfinite(estimate.mean)) { estimate.flags = ONS_NOT_FINITE; }
        lab_result_set(result, i, &estimate);
    }
    free(values);
    return status;
}

/* ---- tables ---- */

/* Splits "state, energy, name:text" into names and whether they are texts, after `first` columns that are there
 * already. */
static ons_status split_columns(const char *columns, size_t first, ons_result *result) {
    size_t count = first + 1;
    for (const char *c = columns; *c != '\0'; ++c) { count += *c == ','; }
    char **names = ONS_NEW(char *, count);
    bool *text = ONS_NEW(bool, count);
    result->column = (const char *const *)names;
    result->column_is_text = text;
    if (names == NULL || text == NULL) { return ONS_MEMORY; }
    result->columns = count;
    const char *at = columns;
    for (size_t c = first; c < count; ++c) {
        const char *end = at + strcspn(at, ",");
        const char *next = *end == ',' ? end + 1 : end;
        while (at < end && isspace((unsigned char)*at)) { ++at; }
        while (end > at && isspace((unsigned char)end[-1])) { --end; }
        const char *colon = memchr(at, ':', (size_t)(end - at));
        text[c] = colon != NULL && (size_t)(end - colon) == 5 && strncmp(colon, ":text", 5) == 0;
        names[c] = ons_copy_part(at, (size_t)((text[c] ? colon : end) - at));
        if (names[c] == NULL) { return ONS_MEMORY; }
        at = next;
    }
    if (first == 1 && (names[0] = ons_copy("replica")) == NULL) { return ONS_MEMORY; }
    return ONS_OK;
}

/* Copies the rows of one replica behind those that are there. */
static ons_status copy_rows(const lab_lane *lane, const lab_table *table, size_t first, const ons_result *result,
                            size_t row, double *numbers, char **texts) {
    const char *text = table->texts.data, *end = text == NULL ? NULL : text + table->texts.length;
    for (size_t r = 0; r < table->rows; ++r, ++row) {
        if (first == 1) { numbers[row * result->columns] = (double)lane->replica; }
        for (size_t c = 0; c < table->columns; ++c) {
            const size_t to = row * result->columns + first + c;
            numbers[to] = table->text[c] ? (double)NAN : table->numbers[r * table->columns + c];
            if (!table->text[c]) { continue; }
            const size_t length = text == NULL ? 0 : strnlen(text, (size_t)(end - text));
            if ((texts[to] = ons_copy_part(text == NULL ? "" : text, length)) == NULL) { return ONS_MEMORY; }
            if (text != NULL && text + length < end) { text += length + 1; }
        }
    }
    return ONS_OK;
}

ons_status lab_evaluate_table(const lab_evaluation *evaluation, size_t observable, ons_result *result) {
    const size_t index = evaluation->layout->offsets[observable], first = evaluation->count > 1;
    const ons_observable *described = &evaluation->system->observables[observable];
    ons_status status = split_columns(described->columns == NULL ? "" : described->columns, first, result);
    if (status != ONS_OK) { return status; }
    size_t rows = 0;
    for (size_t r = 0; r < evaluation->count; ++r) {
        const lab_table *table = &evaluation->lanes[r]->tables[index];
        if (table->columns + first != result->columns) {
            return ons_fail(ONS_FAILED,
                            "the table '%s' of system %s has %zu columns in a part and %zu in the descriptor",
                            described->name, evaluation->system->name, table->columns, result->columns - first);
        }
        rows += table->rows;
    }
    double *numbers = ONS_NEW(double, rows * result->columns);
    char **texts = ONS_NEW(char *, rows * result->columns);
    result->numbers = numbers;
    result->texts = (const char *const *)texts;
    if (numbers == NULL || texts == NULL) { return ONS_MEMORY; }
    result->rows = rows;
    size_t row = 0;
    for (size_t r = 0; r < evaluation->count && status == ONS_OK; ++r) {
        const lab_table *table = &evaluation->lanes[r]->tables[index];
        status = copy_rows(evaluation->lanes[r], table, first, result, row, numbers, texts);
        row += table->rows;
    }
    return status;
}
