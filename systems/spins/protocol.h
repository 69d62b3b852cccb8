/*
 * Protocols: quantities that follow a table in time, linear between its rows, with jumps, once or periodically.
 *
 * Moves see such a quantity constant on pieces: between whole times, rows of the tables and ends of periods it has the
 * value of the middle of the piece. A table of steps is so followed exactly, a ramp to second order in the length of a
 * piece, and neither depends on when somebody looks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_PROTOCOL_H
#define ONSAGER_SYSTEMS_PROTOCOL_H

#include <onsager/system.h>

/* Before the first row its value, after the last one that of the last; two rows at one time are a jump. */
typedef struct protocol_table {
    const double *time, *value;
    size_t rows;
} protocol_table;

typedef struct protocol {
    protocol_table temperature, field;
    double period; /* 0: none */
} protocol;

/* A stretch of time with constant temperature and field. */
typedef struct protocol_piece {
    double begin, end, temperature, field;
} protocol_piece;

/* The rows of the parameters temperature, temperature_times, field, field_times and period, which must outlive it. */
ons_status protocol_read(protocol *tables, const ons_parameters *p);
/* The piece that begins at time or holds it; a boundary belongs to the piece after it. */
protocol_piece protocol_at(const protocol *tables, double time);
/* The value of a table at a time; at a jump the one after it. */
double protocol_value(const protocol *tables, const protocol_table *table, double time);
bool protocol_varies(const protocol_table *table);

#endif
