/*
 * The right-hand side of a flow for blocks of an ensemble.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow.h"
#include "series.h"

#include <onsager/dynamics/integrate.h>

#include <stdlib.h>
#include <string.h>

typedef struct flow_data {
    const ons_flow *flow;
    size_t parameter_row; /* numbers of a block; 0: the same for all blocks */
    double *work;
    dynamics_tape tape; /* of the series; none: no steps */
    dynamics_series *series;
    double *series_work;
    _Alignas(64) double parameters[];
} flow_data;

static void field_value(const void *data, size_t block, const double *t, const double *x, double *dx) {
    const flow_data *all = data;
    ons_flow_value(all->flow, ONS_LANES, t, x, NULL, all->parameters + block * all->parameter_row, dx, all->work);
}

static void field_jacobian(const void *data, size_t block, const double *t, const double *x, double *dx,
                           double *jacobian) {
    const flow_data *all = data;
    ons_flow_jacobian(all->flow, ONS_LANES, t, x, NULL, all->parameters + block * all->parameter_row, dx, jacobian,
                      all->work);
}

ons_status ons_flow_field(ons_field *field, const ons_flow *flow, const double *parameters, size_t members) {
    *field = (ons_field){0};
    if (ons_flow_delays(flow) > 0) {
        return ons_fail(ONS_INVALID, "equations with delays have no right-hand side without their history");
    }
    const size_t count = ons_flow_parameters(flow), blocks = (members + ONS_LANES - 1) / ONS_LANES;
    const size_t row = count * ONS_LANES, numbers = (blocks ? blocks : 1) * row;
    flow_data *data = aligned_alloc(64, (sizeof *data + numbers * sizeof(double)) / 64 * 64 + 64);
    if (data) { memset(data, 0, sizeof *data); }
    double *work = ONS_NEW(double, ons_flow_work(flow) * ONS_LANES + 1);
    if (!data || !work) {
        free(data);
        free(work);
        return ONS_MEMORY;
    }
    data->flow = flow;
    data->work = work;
    data->parameter_row = members > 1 ? row : 0;
    for (size_t i = 0; i < numbers; i++) {
        const size_t member = i / row * ONS_LANES + i % ONS_LANES, parameter = i % row / ONS_LANES;
        const size_t real = member < members ? member : members - 1;
        data->parameters[i] = parameters[(members > 1 ? real : 0) * count + parameter];
    }
    *field = (ons_field){
        .dimension = ons_flow_dimension(flow), .data = data, .value = field_value, .jacobian = field_jacobian};
    return ONS_OK;
}

static void field_series(const void *data, size_t block, size_t order, const double *t, double *x) {
    const flow_data *all = data;
    all->series(&all->tape, ons_flow_dimension(all->flow), order, t, x, all->parameters + block * all->parameter_row,
                all->series_work);
}

static dynamics_series *series_here(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return dynamics_series_v4;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { return dynamics_series_v3; }
#endif
    return dynamics_series_plain;
}

/* Whether an operation has a recurrence: that of a power needs a constant exponent. */
static bool has_series(const dynamics_tape *tape, const dynamics_step *step) {
    switch (step->operation) {
    case DYNAMICS_POWER: {
        for (size_t s = 0; s < tape->count; s++) {
            const dynamics_operation of = tape->steps[s].operation;
            if (tape->steps[s].target == step->b) { return of == DYNAMICS_NUMBER || of == DYNAMICS_PARAMETER; }
        }
        return false;
    }
    case DYNAMICS_DELAYED:
    case DYNAMICS_MIN:
    case DYNAMICS_MAX:
    case DYNAMICS_ATAN2:
    case DYNAMICS_MOD:
    case DYNAMICS_ABS:
    case DYNAMICS_SIGN:
    case DYNAMICS_STEP:
    case DYNAMICS_FLOOR:
    case DYNAMICS_CEIL: return false;
    default: return true;
    }
}

ons_status ons_flow_field_series(ons_field *field) {
    if (field->value != field_value) { return ons_fail(ONS_INVALID, "only fields of formulas find their own series"); }
    if (field->series) { return ONS_OK; }
    flow_data *all = (flow_data *)field->data;
    const dynamics_graph *graph = &all->flow->graph;
    const ons_status status =
        dynamics_tape_create_kept(&all->tape, graph, all->flow->equations, ons_flow_dimension(all->flow));
    if (status != ONS_OK) { return status; }
    for (size_t s = 0; s < all->tape.count; s++) {
        if (!has_series(&all->tape, &all->tape.steps[s])) {
            const char *name = dynamics_function_name(all->tape.steps[s].operation);
            return ons_fail(ONS_INVALID, "the equations have no Taylor series by recurrences: %s has none%s",
                            name ? name : "a delay",
                            all->tape.steps[s].operation == DYNAMICS_POWER ? ", unless its exponent is constant" : "");
        }
    }
    const size_t numbers = 2 * (all->tape.registers + 1) * SERIES_TERMS * ONS_LANES;
    all->series_work = aligned_alloc(64, numbers * sizeof(double));
    if (!all->series_work) {
        return ons_fail(ONS_MEMORY, "no memory for the series of %zu operations", all->tape.count);
    }
    all->series = series_here();
    field->series = field_series;
    return ONS_OK;
}

void ons_flow_field_free(ons_field *field) {
    if (field->data) {
        flow_data *all = (flow_data *)field->data;
        dynamics_tape_free(&all->tape);
        free(all->series_work);
        free(((const flow_data *)field->data)->work);
        free((void *)field->data);
    }
    *field = (ons_field){0};
}
