/*
 * Grid: the times at which is measured (replica.h says which), and the rounds of measured steps after which goals are
 * looked at. Both are functions of the job's controls alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "grid.h"

#include <assert.h>
#include <math.h>

#define FIRST_ROUND 128
#define LN_10 2.302585092994045684

/* 10^(numerator/denominator) with the same bits everywhere: the whole power of ten is exact up to 10^22. */
static double power_of_ten(int64_t numerator, int64_t denominator) {
    int64_t whole = numerator / denominator;
    int64_t rest = numerator % denominator;
    if (rest < 0) {
        rest += denominator;
        whole--;
    }
    double power = 1.0;
    for (int64_t k = 0; k < (whole < 0 ? -whole : whole); k++) { power *= 10.0; }
    const double fraction = rest == 0 ? 1.0 : ons_exp((double)rest / (double)denominator * LN_10);
    return whole < 0 ? fraction / power : fraction * power;
}

static double linear_time(double every, uint64_t point) {
    const double inverse = every < 1.0 ? round(1.0 / every) : 0.0;
    return inverse >= 1.0 && 1.0 / inverse == every ? (double)point / inverse : (double)point * every;
}

static void next_logarithmic(lab_grid *grid) {
    const bool continuous = (grid->task->plan.system->traits & ONS_CONTINUOUS) != 0;
    const double before = grid->time;
    do {
        const double exact = power_of_ten(grid->exponent++, (int64_t)grid->task->controls->every);
        grid->time = continuous ? exact : floor(exact + 0.5);
    } while (grid->time <= before);
}

lab_grid lab_grid_start(const lab_task *task) {
    const unsigned traits = task->plan.system->traits;
    lab_grid grid = {.task = task};
    if (!task->controls->logarithmic) {
        grid.time = lab_grid_time(task, 0);
        return grid;
    }
    grid.exponent = traits & ONS_CONTINUOUS ? -2 * (int64_t)task->controls->every : 0;
    if (traits & ONS_STATIONARY) { next_logarithmic(&grid); }
    return grid;
}

void lab_grid_next(lab_grid *grid) {
    grid->point++;
    if (grid->task->controls->logarithmic) {
        next_logarithmic(grid);
    } else {
        grid->time = lab_grid_time(grid->task, grid->point);
    }
}

bool lab_grid_seek(lab_grid *grid, const lab_task *task, uint64_t point, double latest) {
    *grid = lab_grid_start(task);
    if (!task->controls->logarithmic) {
        grid->point = point;
        grid->time = lab_grid_time(task, point);
        return point == 0 || lab_grid_time(task, point - 1) <= latest;
    }
    while (grid->point < point && grid->time <= latest) { lab_grid_next(grid); }
    return grid->point == point;
}

double lab_grid_time(const lab_task *task, uint64_t point) {
    if (!task->controls->logarithmic) {
        return linear_time(task->controls->every, task->plan.system->traits & ONS_STATIONARY ? point + 1 : point);
    }
    lab_grid grid = lab_grid_start(task);
    while (grid.point < point) { lab_grid_next(&grid); }
    return grid.time;
}

/* ---- rounds --------------------------------------------------------------------------------------------------------
 */

static uint64_t in_whole_intervals(const lab_controls *controls, uint64_t steps) {
    if (controls->logarithmic || !(controls->every > 1.0) || controls->every != floor(controls->every)) {
        return steps;
    }
    const uint64_t every = (uint64_t)controls->every;
    return (steps + every - 1) / every * every;
}

uint64_t lab_round_after(const lab_controls *controls, uint64_t measured) {
    uint64_t round = FIRST_ROUND;
    while (in_whole_intervals(controls, round) <= measured) {
        assert(round < UINT64_MAX / 2);
        round += round / 4;
    }
    return in_whole_intervals(controls, round);
}

bool lab_is_round(const lab_controls *controls, uint64_t measured) {
    return measured > 0 && lab_round_after(controls, measured - 1) == measured;
}
