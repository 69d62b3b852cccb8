/*
 * grid: the times at which a state is measured, one after the other, and the rounds of measured steps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONS_LAB_GRID_H
#define ONS_LAB_GRID_H

#include "replica.h"

/* A walk along the time grid: `time` is that of `point`. */
typedef struct lab_grid {
    const lab_task *task;
    uint64_t point;
    double time;
    int64_t exponent; /* logarithmic: 10^(exponent / points a decade) is tried next */
} lab_grid;

lab_grid lab_grid_start(const lab_task *task);
void lab_grid_next(lab_grid *grid);
/* To a point all before which must lie at `latest` or earlier: false when they do not. */
bool lab_grid_seek(lab_grid *grid, const lab_task *task, uint64_t point, double latest);

/* Rounds end at 128, 160, 200, 250, ... measured steps (a quarter more each time), rounded up to whole intervals of
 * `every`: the first one beyond `measured`, and whether `measured` is one. */
uint64_t lab_round_after(const lab_controls *controls, uint64_t measured);
bool lab_is_round(const lab_controls *controls, uint64_t measured);

#endif
