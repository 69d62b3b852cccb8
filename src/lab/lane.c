/*
 * Lanes: what one replica accumulates, made empty, kept in parts, released.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lane.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers that the bins of one state, and its record, may take: where components times lanes are beyond 512 both get
 * shorter, down to 64 rows of one lane, 8 of several. */
#define ROOM ((size_t)1 << 20)

size_t lab_lane_rows(size_t rows, size_t components, unsigned lanes) {
    const size_t least = lanes > 1 ? 8 : 64;
    while (rows > least && rows * components > ROOM / lanes) { rows /= 2; }
    return rows;
}

bool lab_warmup_is_automatic(const lab_task *task, const lab_layout *layout) {
    return (task->plan.system->traits & ONS_STATIONARY) && task->controls->warmup_automatic && layout->means > 0;
}

/* ---- made and released ----------------------------------------------------------------------------------------------
 */

static size_t count_columns(const char *columns) {
    size_t count = 1;
    for (const char *c = columns ? columns : ""; *c; c++) { count += *c == ','; }
    return count;
}

static ons_status init_table(lab_table *table, const char *columns) {
    table->columns = count_columns(columns);
    table->text = ONS_NEW(bool, table->columns);
    if (!table->text) { return ONS_MEMORY; }
    const char *begin = columns ? columns : "";
    for (size_t k = 0; k < table->columns; k++) {
        const char *comma = strchr(begin, ',');
        size_t length = comma ? (size_t)(comma - begin) : strlen(begin);
        while (length > 0 && begin[length - 1] == ' ') { length--; }
        table->text[k] = length >= 5 && memcmp(begin + length - 5, ":text", 5) == 0;
        begin = comma ? comma + 1 : "";
    }
    return ONS_OK;
}

static ons_status init_observables(lab_lane *lane, const lab_task *task, const lab_layout *layout) {
    for (size_t k = 0; k < task->plan.observables; k++) {
        const ons_observable *observable = &task->plan.system->observables[k];
        const size_t index = layout->offsets[k];
        if (index == SIZE_MAX) { continue; }
        if (observable->kind == ONS_HISTOGRAM) {
            lab_histogram *histogram = &lane->histograms[index];
            histogram->bins = task->plan.shapes[k].size;
            histogram->block_length = 1;
            histogram->counts = ONS_NEW(double, (LAB_BLOCKS + 1) * histogram->bins);
            if (!histogram->counts) { return ONS_MEMORY; }
        }
        if (observable->kind == ONS_TABLE && init_table(&lane->tables[index], observable->columns) != ONS_OK) {
            return ONS_MEMORY;
        }
    }
    return ONS_OK;
}

ons_status lab_lane_init(lab_lane *lane, const lab_task *task, const lab_layout *layout, uint64_t replica) {
    *lane = (lab_lane){.replica = replica,
                       .warmup_failed = ONS_NEW(bool, layout->means),
                       .value = ONS_NEW(double, layout->values),
                       .value_error = ONS_NEW(double, layout->values),
                       .histograms = ONS_NEW(lab_histogram, layout->histograms),
                       .tables = ONS_NEW(lab_table, layout->tables)};
    ons_status status = ONS_OK;
    if (!lane->warmup_failed || !lane->value || !lane->value_error || !lane->histograms || !lane->tables) {
        status = ONS_MEMORY;
        goto cleanup;
    }
    for (size_t k = 0; k < layout->values; k++) { lane->value[k] = lane->value_error[k] = NAN; }
    if (layout->means > 0) {
        status = ons_bins_init(&lane->bins, layout->means, lab_lane_rows(LAB_BINS, layout->means, task->plan.lanes));
        if (status != ONS_OK) { goto cleanup; }
        status =
            ons_record_init(&lane->record, layout->means, lab_lane_rows(LAB_RECORD, layout->means, task->plan.lanes));
        if (status != ONS_OK) { goto cleanup; }
    }
    if (lab_warmup_is_automatic(task, layout) && replica % task->plan.lanes == 0) {
        status = ons_bins_init(&lane->warmup, layout->means, LAB_WARMUP_BINS);
        if (status != ONS_OK) { goto cleanup; }
    }
    status = init_observables(lane, task, layout);
cleanup:
    if (status != ONS_OK) { lab_lane_free(lane, layout); }
    return status;
}

void lab_lane_free(lab_lane *lane, const lab_layout *layout) {
    for (size_t k = 0; lane->histograms && k < layout->histograms; k++) { free(lane->histograms[k].counts); }
    for (size_t k = 0; lane->tables && k < layout->tables; k++) {
        free(lane->tables[k].text);
        free(lane->tables[k].numbers);
        ons_text_free(&lane->tables[k].texts);
    }
    if (lane->bins.components) { ons_bins_free(&lane->bins); }
    if (lane->warmup.components) { ons_bins_free(&lane->warmup); }
    if (lane->record.components) { ons_record_free(&lane->record); }
    free(lane->warmup_failed);
    free(lane->series);
    free(lane->value);
    free(lane->value_error);
    free(lane->histograms);
    free(lane->tables);
    *lane = (lab_lane){0};
}

/* ---- kept in parts
 * --------------------------------------------------------------------------------------------------- */

static ons_status impossible(const char *what) {
    return ons_fail(ONS_FAILED, "the stored %s hold numbers that cannot be", what);
}

static bool is_power_of_two(uint64_t number) { return number > 0 && (number & (number - 1)) == 0; }

/* The name of an array of this lane. */
typedef struct array_name {
    char text[64];
} array_name;

static array_name name_of(unsigned lane, const char *group, size_t index, const char *field) {
    array_name name;
    snprintf(name.text, sizeof name.text, "lab/%u/%s%zu/%s", lane, group, index, field);
    return name;
}

static ons_status persist_reals(ons_part *part, array_name name, double *data, size_t count) {
    return ons_persist(part, name.text, ONS_F64, data, count);
}

ons_status lab_bins_persist(ons_bins *bins, ons_part *part, unsigned lane, const char *group) {
    if (bins->components == 0) { return ONS_OK; }
    uint64_t counters[4] = {bins->samples, bins->length, bins->count, bins->partial_samples};
    ons_status status = ons_persist(part, name_of(lane, group, 0, "counters").text, ONS_U64, counters, 4);
    if (status != ONS_OK) { return status; }
    if (counters[2] > bins->capacity || !is_power_of_two(counters[1]) || counters[3] >= counters[1] ||
        counters[1] > UINT64_MAX / bins->capacity / 2 || counters[0] != counters[1] * counters[2] + counters[3]) {
        return impossible("bins");
    }
    bins->samples = counters[0];
    bins->length = counters[1];
    bins->count = (size_t)counters[2];
    bins->partial_samples = counters[3];
    const size_t components = bins->components;
    size_t levels = 1; /* those that so many samples have reached */
    while (levels < ONS_LEVELS && bins->samples >> (levels - 1)) { levels++; }
    const struct {
        const char *field;
        double *data;
        size_t count;
    } arrays[] = {{"shift", bins->shift, components},
                  {"bins", bins->bins, bins->count * components},
                  {"partial", bins->partial, components},
                  {"squares", bins->squares, 2 * components},
                  {"level-squares", bins->level_squares, levels * components},
                  {"level-sums", bins->level_sums, levels * components},
                  {"level-pending", bins->level_pending, levels * components}};
    for (size_t k = 0; k < sizeof arrays / sizeof arrays[0] && status == ONS_OK; k++) {
        status = persist_reals(part, name_of(lane, group, 0, arrays[k].field), arrays[k].data, arrays[k].count);
    }
    return status;
}

ons_status lab_record_persist(ons_record *record, ons_part *part, unsigned lane) {
    if (record->components == 0) { return ONS_OK; }
    uint64_t counters[3] = {record->samples, record->stride, record->count};
    const ons_status status = ons_persist(part, name_of(lane, "record", 0, "counters").text, ONS_U64, counters, 3);
    if (status != ONS_OK) { return status; }
    if (counters[2] > record->capacity || !is_power_of_two(counters[1]) || counters[2] > counters[0]) {
        return impossible("records");
    }
    record->samples = counters[0];
    record->stride = counters[1];
    record->count = (size_t)counters[2];
    return persist_reals(part, name_of(lane, "record", 0, "rows"), record->rows, record->count * record->components);
}

/* The number of elements under this name, so that no more memory is taken than the part itself has bytes. */
static size_t stored_count(ons_part *part, array_name name) {
    const lab_array *array = lab_part_find(part, name.text);
    return array ? array->count : 0;
}

static ons_status persist_series(lab_lane *lane, const lab_layout *layout, ons_part *part, unsigned number) {
    if (layout->series == 0) { return ONS_OK; }
    const array_name name = name_of(number, "series", 0, "rows");
    if (ons_part_reading(part)) {
        const size_t count = stored_count(part, name);
        if (count % layout->series != 0) { return impossible("series"); }
        const ons_status status = ons_grow((void **)&lane->series, &lane->times_capacity, count, sizeof(double));
        if (status != ONS_OK) { return status; }
        lane->times = count / layout->series;
    }
    return persist_reals(part, name, lane->series, lane->times * layout->series);
}

static ons_status persist_histogram(lab_histogram *histogram, ons_part *part, unsigned lane, size_t index) {
    uint64_t counters[5] = {histogram->below, histogram->above, histogram->block_length, histogram->in_block,
                            histogram->blocks};
    const ons_status status =
        ons_persist(part, name_of(lane, "histogram", index, "counters").text, ONS_U64, counters, 5);
    if (status != ONS_OK) { return status; }
    if (!is_power_of_two(counters[2]) || counters[3] >= counters[2] || counters[4] >= LAB_BLOCKS) {
        return impossible("histograms");
    }
    histogram->below = counters[0];
    histogram->above = counters[1];
    histogram->block_length = counters[2];
    histogram->in_block = counters[3];
    histogram->blocks = (size_t)counters[4];
    return persist_reals(part, name_of(lane, "histogram", index, "counts"), histogram->counts,
                         (histogram->blocks + 1) * histogram->bins);
}

static ons_status read_texts(lab_table *table, ons_part *part, array_name name) {
    size_t expected = 0, found = 0;
    const size_t count = stored_count(part, name);
    for (size_t k = 0; k < table->columns; k++) { expected += table->text[k] ? table->rows : 0; }
    ons_text_clear(&table->texts);
    if (count > 0) {
        const lab_array *array = lab_part_find(part, name.text);
        if (array->element != ONS_U8) { return impossible("tables"); }
        ons_text_add_bytes(&table->texts, array->data, count);
        if (table->texts.failed) { return ons_fail(ONS_MEMORY, "out of memory while a table is read"); }
    }
    for (size_t k = 0; k < count; k++) { found += table->texts.data[k] == '\0'; }
    return found == expected && (count == 0 || table->texts.data[count - 1] == '\0') ? ONS_OK : impossible("tables");
}

static ons_status persist_table(lab_table *table, ons_part *part, unsigned lane, size_t index) {
    const array_name numbers = name_of(lane, "table", index, "numbers"), texts = name_of(lane, "table", index, "texts");
    if (!ons_part_reading(part)) {
        const ons_status status = persist_reals(part, numbers, table->numbers, table->rows * table->columns);
        return status == ONS_OK ? ons_persist(part, texts.text, ONS_U8, table->texts.data, table->texts.length)
                                : status;
    }
    const size_t count = stored_count(part, numbers);
    if (count % table->columns != 0) { return impossible("tables"); }
    ons_status status = ons_grow((void **)&table->numbers, &table->capacity, count, sizeof(double));
    if (status != ONS_OK) { return status; }
    table->rows = count / table->columns;
    status = persist_reals(part, numbers, table->numbers, count);
    return status == ONS_OK ? read_texts(table, part, texts) : status;
}

ons_status lab_lane_persist(lab_lane *lane, const lab_layout *layout, ons_part *part, unsigned number) {
    ons_status status = lab_bins_persist(&lane->warmup, part, number, "warmup");
    if (status == ONS_OK) {
        _Static_assert(sizeof(bool) == 1, "booleans are stored as bytes");
        uint8_t *failed = (uint8_t *)lane->warmup_failed;
        status = ons_persist(part, name_of(number, "warmup", 0, "failed").text, ONS_U8, failed, layout->means);
        for (size_t k = 0; ons_part_reading(part) && k < layout->means; k++) { failed[k] = failed[k] != 0; }
    }
    if (status == ONS_OK) { status = lab_bins_persist(&lane->bins, part, number, "bins"); }
    if (status == ONS_OK) { status = lab_record_persist(&lane->record, part, number); }
    if (status == ONS_OK) { status = persist_series(lane, layout, part, number); }
    if (status == ONS_OK) {
        status = persist_reals(part, name_of(number, "value", 0, "numbers"), lane->value, layout->values);
    }
    if (status == ONS_OK) {
        status = persist_reals(part, name_of(number, "value", 0, "errors"), lane->value_error, layout->values);
    }
    for (size_t k = 0; k < layout->histograms && status == ONS_OK; k++) {
        status = persist_histogram(&lane->histograms[k], part, number, k);
    }
    for (size_t k = 0; k < layout->tables && status == ONS_OK; k++) {
        status = persist_table(&lane->tables[k], part, number, k);
    }
    return status;
}

/* ---- blocks of counts -----------------------------------------------------------------------------------------------
 */

static void merge_blocks(lab_histogram *histogram) {
    for (size_t k = 0; k < LAB_BLOCKS / 2; k++) {
        for (size_t b = 0; b < histogram->bins; b++) {
            histogram->counts[k * histogram->bins + b] =
                histogram->counts[2 * k * histogram->bins + b] + histogram->counts[(2 * k + 1) * histogram->bins + b];
        }
    }
    histogram->blocks = LAB_BLOCKS / 2;
    histogram->block_length *= 2;
}

void lab_lane_close_sample(lab_lane *lane, const lab_layout *layout) {
    for (size_t k = 0; k < layout->histograms; k++) {
        lab_histogram *histogram = &lane->histograms[k];
        if (++histogram->in_block < histogram->block_length) { continue; }
        histogram->in_block = 0;
        if (++histogram->blocks == LAB_BLOCKS) { merge_blocks(histogram); }
        memset(histogram->counts + histogram->blocks * histogram->bins, 0, histogram->bins * sizeof(double));
    }
}
