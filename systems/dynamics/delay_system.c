/*
 * The delay equations of the catalogue: eight replicas side by side, with perturbations of their histories.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_system.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPECTRUM, DIVERGENCE, POINT };

typedef struct right_hand_side {
    const flow_functions *functions;
    double *p; /* [parameters][lanes] */
} right_hand_side;

typedef struct delay_state {
    const flow_entry *entry;
    right_hand_side *equations;
    ons_delayed *delayed;
    double *growth, *slopes; /* [lanes][exponents]; [dimension][lanes], scratch */
    double *periods;         /* [dimension] */
    size_t exponents;
    double time, decomposed; /* when the perturbations were made orthonormal last */
} delay_state;
_Static_assert(sizeof(delay_state) <= FLOW_SYSTEM_SIZE, "a state of a delay equation is larger than said");

static void value(const void *data, const double *t, const double *x, const double *delayed, double *dx) {
    const right_hand_side *equations = data;
    equations->functions->value(t, x, delayed, equations->p, dx);
}

static void jacobian(const void *data, const double *t, const double *x, const double *delayed, double *dx,
                     double *elements) {
    const right_hand_side *equations = data;
    equations->functions->jacobian(t, x, delayed, equations->p, dx, elements);
}

static void slopes(const void *data, const double *t, const double *x, const double *delayed, double *elements) {
    const right_hand_side *equations = data;
    equations->functions->delayed(t, x, delayed, equations->p, elements);
}

ons_status delay_system_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    const flow_entry *entry = system->data;
    const size_t exponents = (size_t)ons_integer(parameters, "exponents");
    const size_t resolution = (size_t)ons_integer(parameters, "resolution");
    const double delay = ons_real(parameters, "tau");
    if (!(delay > 0)) {
        return ons_fail(ONS_INVALID, "tau=%g: a delay is positive; without one this is no delay equation", delay);
    }
    if (exponents > resolution + entry->dimension) {
        return ons_fail(ONS_INVALID, "exponents=%zu: a history of %zu steps has no more than %zu", exponents,
                        resolution, resolution + entry->dimension);
    }
    ons_plan_shape(plan, SPECTRUM, 1, &exponents);
    ons_plan_omit(plan, "divergence"); /* the sum of infinitely many exponents */
    ons_plan_omit(plan, "correlation_dimension");
    ons_plan_omit(plan, "tail_dimension");
    ons_plan_omit(plan, "period");
    ons_plan_shape(plan, POINT, 1, &entry->dimension);
    ons_plan_lanes(plan, ONS_LANES);
    ons_plan_bytes(plan, 8.0 * ONS_LANES * (double)(1 + exponents) * (8.0 * (double)resolution + 10));
    return ONS_OK;
}

/* Constant histories, every replica's a little away from the stored point. */
static void place_replicas(delay_state *made, ons_context *context, double spread) {
    const flow_entry *entry = made->entry;
    double *x = made->slopes;
    for (unsigned lane = 0; lane < ONS_LANES; lane++) {
        ons_random random = ons_stream(context, lane, 1);
        for (size_t i = 0; i < entry->dimension; i++) {
            const double size = fabs(entry->start[i]) > 1e-3 ? fabs(entry->start[i]) : 1e-3;
            x[i * ONS_LANES + lane] = entry->start[i] + spread * size * (2 * ons_random_uniform(&random) - 1);
        }
    }
    ons_delayed_set(made->delayed, 0, x, NULL, NULL);
}

ons_status delay_system_create(void *state, ons_context *context) {
    delay_state *made = state;
    const ons_parameters *parameters = ons_context_parameters(context);
    const flow_entry *entry = made->entry = ons_data(context);
    made->exponents = (size_t)ons_integer(parameters, "exponents");
    made->equations = ONS_NEW(right_hand_side, 1);
    made->growth = ONS_NEW(double, ONS_LANES * made->exponents);
    made->slopes = aligned_alloc(64, sizeof(double) * ONS_LANES * entry->dimension);
    made->periods = ONS_NEW(double, entry->dimension);
    if (!made->equations || !made->growth || !made->slopes || !made->periods) { return ONS_MEMORY; }
    made->equations->functions = flow_functions_here(entry->index);
    made->equations->p = flow_parameter_lanes(entry, parameters);
    if (!made->equations->p) { return ONS_MEMORY; }
    ons_status status = flow_system_angles(entry, parameters, made->periods);
    if (status != ONS_OK) { return status; }
    const ons_delay_field field = {.dimension = entry->dimension,
                                   .delayed = entry->delayed_variable,
                                   .delay = ons_real(parameters, "tau"),
                                   .data = made->equations,
                                   .value = value,
                                   .jacobian = jacobian,
                                   .slopes = slopes};
    status = ons_delayed_create(&made->delayed, &field, (size_t)ons_integer(parameters, "resolution"), made->exponents);
    if (status == ONS_OK) { place_replicas(made, context, ons_real(parameters, "spread")); }
    return status;
}

void delay_system_destroy(void *state) {
    delay_state *old = state;
    ons_delayed_free(old->delayed);
    if (old->equations) { free(old->equations->p); }
    free(old->equations);
    free(old->growth);
    free(old->slopes);
    free(old->periods);
}

static void turn_back(delay_state *moving) {
    const double *x = ons_delayed_point(moving->delayed);
    for (size_t i = 0; i < moving->entry->dimension; i++) {
        for (size_t l = 0; moving->periods[i] > 0 && l < ONS_LANES; l++) {
            const double turns = floor(x[i * ONS_LANES + l] / moving->periods[i]);
            if (turns != 0) { ons_delayed_shift(moving->delayed, l, i, -turns * moving->periods[i]); }
        }
    }
}

/* Perturbations are decomposed once a delay: what has grown since then counts for the unit of time in which that
 * happens, and nothing for those between. */
ons_status delay_system_advance(void *state, ons_context *context) {
    delay_state *moving = state;
    const double target = ons_target(context), before = moving->time;
    memset(moving->growth, 0, ONS_LANES * moving->exponents * sizeof *moving->growth);
    const bool due = target - moving->decomposed >= fmin(ons_real(ons_context_parameters(context), "tau"), 10);
    const ons_status status = ons_delayed_advance(moving->delayed, target, due ? moving->growth : NULL);
    if (status != ONS_OK) { return status; }
    if (due) { moving->decomposed = target; }
    moving->time = target;
    for (size_t i = 0; i < ONS_LANES * moving->exponents; i++) { moving->growth[i] /= target - before; }
    turn_back(moving);
    return ONS_OK;
}

ons_status delay_system_measure(const void *state, ons_context *context) {
    const delay_state *now = state;
    const size_t n = now->entry->dimension;
    double *x = aligned_alloc(64, n * ONS_LANES * sizeof *x), *point = ONS_NEW(double, n);
    const ons_status status = x && point ? ons_delayed_look(now->delayed, now->time, x) : ONS_MEMORY;
    for (unsigned lane = 0; status == ONS_OK && lane < ons_lanes(context); lane++) {
        for (size_t i = 0; i < n; i++) { point[i] = x[i * ONS_LANES + lane]; }
        ons_measure_array(context, SPECTRUM, lane, now->growth + lane * now->exponents);
        ons_measure_array(context, POINT, lane, point);
    }
    free(x);
    free(point);
    return status;
}

ons_status delay_system_persist(void *state, ons_part *part) {
    delay_state *kept = state;
    size_t count;
    double *numbers = ons_delayed_numbers(kept->delayed, &count);
    ons_status status = ons_persist(part, "history", ONS_F64, numbers, count);
    if (status == ONS_OK) { status = ons_persist(part, "growth", ONS_F64, kept->growth, ONS_LANES * kept->exponents); }
    if (status == ONS_OK) { status = ons_persist(part, "time", ONS_F64, &kept->time, 1); }
    if (status == ONS_OK) { status = ons_persist(part, "decomposed", ONS_F64, &kept->decomposed, 1); }
    return status;
}
