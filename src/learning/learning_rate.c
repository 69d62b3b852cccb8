/*
 * How the learning rate changes with the steps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/optimiser.h>

#include <math.h>

static const double pi = 3.14159265358979323846;

double ons_schedule_value(const ons_schedule *schedule, uint64_t step) {
    const double warmup = schedule->warmup, floor_at = schedule->floor;
    if ((double)step < warmup) { return ((double)step + 1) / warmup; }
    const double t = (double)step - ceil(warmup);
    const double part = schedule->length > 0 ? fmin(1, t / schedule->length) : 1;
    switch (schedule->kind) {
    case ONS_SCHEDULE_EXPONENTIAL: return fmax(floor_at, pow(schedule->factor, t / schedule->length));
    case ONS_SCHEDULE_STEP: return fmax(floor_at, pow(schedule->factor, floor(t / schedule->length)));
    case ONS_SCHEDULE_COSINE: return floor_at + (1 - floor_at) * (1 + cos(pi * part)) / 2;
    case ONS_SCHEDULE_LINEAR: return floor_at + (1 - floor_at) * (1 - part);
    case ONS_SCHEDULE_ROOT: return fmax(floor_at, 1 / sqrt(1 + t / schedule->length));
    default: return 1;
    }
}

ons_status ons_schedule_check(const ons_schedule *schedule) {
    const ons_schedule_kind kind = schedule->kind;
    if ((unsigned)kind > ONS_SCHEDULE_ROOT) {
        return ons_fail(ONS_INVALID, "the schedule's kind is %d; expected 0 to %d", (int)kind, ONS_SCHEDULE_ROOT);
    }
    if (!(schedule->warmup >= 0 && isfinite(schedule->warmup))) {
        return ons_fail(ONS_INVALID, "the schedule's warm-up is %g steps; expected 0 or more", schedule->warmup);
    }
    if (!(schedule->floor >= 0 && schedule->floor <= 1)) {
        return ons_fail(ONS_INVALID, "the schedule's floor is %g; expected a number in [0, 1]", schedule->floor);
    }
    if (kind != ONS_SCHEDULE_CONSTANT && !(schedule->length > 0 && isfinite(schedule->length))) {
        return ons_fail(ONS_INVALID, "the schedule's length is %g steps; expected a positive number", schedule->length);
    }
    if ((kind == ONS_SCHEDULE_EXPONENTIAL || kind == ONS_SCHEDULE_STEP) &&
        !(schedule->factor > 0 && schedule->factor <= 1)) {
        return ons_fail(ONS_INVALID, "the schedule's factor is %g; expected a number in (0, 1]", schedule->factor);
    }
    return ONS_OK;
}
