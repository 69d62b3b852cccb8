/*
 * Protocols: tables in time and the pieces on which they are constant.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "protocol.h"

#include <math.h>
#include <stdio.h>

static ons_status read_table(protocol_table *table, const ons_parameters *p, const char *name, double period) {
    char times[64];
    size_t count;
    snprintf(times, sizeof times, "%s_times", name);
    table->value = ons_reals(p, name, &table->rows);
    table->time = ons_reals(p, times, &count);
    if (count != table->rows) {
        return ons_fail(ONS_INVALID, "%s has %zu values and %s %zu times: a table has one time for each value", name,
                        table->rows, times, count);
    }
    for (size_t k = 1; k < count; k++) {
        if (!(table->time[k] >= table->time[k - 1])) {
            return ons_fail(ONS_INVALID, "%s must ascend (two equal ones are a jump), not go from %g to %g", times,
                            table->time[k - 1], table->time[k]);
        }
    }
    if (period > 0 && count && table->time[count - 1] > period) {
        return ons_fail(ONS_INVALID, "%s = %g lies beyond the period %g", times, table->time[count - 1], period);
    }
    return ONS_OK;
}

ons_status protocol_read(protocol *tables, const ons_parameters *p) {
    tables->period = ons_real(p, "period");
    const ons_status status = read_table(&tables->temperature, p, "temperature", tables->period);
    return status ? status : read_table(&tables->field, p, "field", tables->period);
}

bool protocol_varies(const protocol_table *table) {
    for (size_t k = 1; k < table->rows; k++) {
        if (table->value[k] != table->value[0]) { return true; }
    }
    return false;
}

/* The number of whole periods before or at a time, consistent with cycle * period as the boundary. */
static double cycle_of(const protocol *tables, double time) {
    double cycle = floor(time / tables->period);
    if (cycle * tables->period > time) { cycle--; }
    if ((cycle + 1) * tables->period <= time) { cycle++; }
    return cycle;
}

double protocol_value(const protocol *tables, const protocol_table *table, double time) {
    const double phase = tables->period > 0 ? time - cycle_of(tables, time) * tables->period : time;
    size_t next = 0;
    while (next < table->rows && table->time[next] <= phase) { next++; }
    if (next == 0) { return table->value[0]; }
    if (next == table->rows) { return table->value[next - 1]; }
    const double share = (phase - table->time[next - 1]) / (table->time[next] - table->time[next - 1]);
    return table->value[next - 1] + share * (table->value[next] - table->value[next - 1]);
}

static void cut(protocol_piece *piece, double time, double boundary) {
    if (boundary <= time && boundary > piece->begin) { piece->begin = boundary; }
    if (boundary > time && boundary < piece->end) { piece->end = boundary; }
}

static void cut_at_rows(const protocol *tables, const protocol_table *table, double time, protocol_piece *piece) {
    if (!(tables->period > 0)) {
        for (size_t k = 0; k < table->rows; k++) { cut(piece, time, table->time[k]); }
        return;
    }
    const double cycle = cycle_of(tables, time);
    cut(piece, time, cycle * tables->period);
    cut(piece, time, (cycle + 1) * tables->period);
    for (size_t k = 0; k < table->rows; k++) {
        if (table->time[k] < tables->period) { cut(piece, time, cycle * tables->period + table->time[k]); }
    }
}

protocol_piece protocol_at(const protocol *tables, double time) {
    protocol_piece piece = {.begin = floor(time), .end = floor(time) + 1};
    cut_at_rows(tables, &tables->temperature, time, &piece);
    cut_at_rows(tables, &tables->field, time, &piece);
    const double middle = piece.begin + 0.5 * (piece.end - piece.begin);
    piece.temperature = protocol_value(tables, &tables->temperature, middle);
    piece.field = protocol_value(tables, &tables->field, middle);
    return piece;
}
