/*
 * Inside learning: which operations treat the rows of a batch apart.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_ROWS_H
#define LEARNING_ROWS_H

#include "program.h"

/* Where the rows lie in a shape: dimension `axis` has the size before * rows * after. axis = -1: nowhere. */
typedef struct rows {
    int axis;
    int64_t before, after;
} rows;

typedef enum row_kind {
    WHOLE,   /* made from whole tensors */
    BY_ROWS, /* a row of it comes from the same row of its inputs */
    REDUCED  /* a sum over rows: it can be gathered tile by tile */
} row_kind;

typedef struct row_rule {
    row_kind kind;
    rows out;
    rows in[3]; /* of the first inputs; those of a concatenation all have in[0] */
} row_rule;

/* What a value is when batches have `count` rows, given the rules of the values before it. */
row_rule rows_of(const ons_program *program, const row_rule *rules, int32_t index, int64_t count);
/* The shape when there are `tile` rows instead of `count`. */
ons_shape rows_shape(ons_shape shape, rows where, int64_t count, int64_t tile);
/* How the rows lie in memory: [outer][rows][inner]. */
int64_t rows_outer(ons_shape shape, rows where);
int64_t rows_inner(ons_shape shape, rows where);

#endif
