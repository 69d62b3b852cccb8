/*
 * The right-hand side of a flow for blocks of an ensemble.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_code.h"
#include "flow_series.h"

#include <onsager/dynamics/integrate.h>

#include <stdlib.h>
#include <string.h>

typedef struct flow_data {
    const ons_flow *flow;
    size_t parameter_row; /* numbers of a block; 0: the same for all blocks */
    double *work;
    dynamics_flow_series series; /* none: zeros */
    dynamics_code code;          /* none: the tapes serve */
    uint64_t patience, spent;    /* operations by tapes until it is compiled; 0: never */
    _Alignas(64) double parameters[];
} flow_data;

/* Compiling costs what so many operations of eight numbers by tapes cost: then it is done, so that no job pays for it
 * more than it has already spent. Beyond the largest number of operations compilers take very long. */
enum { compiler_start = 50000000, compiler_each = 150000, most_compiled = 20000 };

static bool compiled(flow_data *all, const dynamics_tape *tape) {
    if (all->code.value) { return true; }
    all->spent += tape->count;
    if (!all->patience || all->spent < all->patience) { return false; }
    all->patience = 0;
    return dynamics_code_get(&all->code, all->flow, all->parameters, true) == ONS_OK;
}

static void field_value(const void *data, size_t block, const double *t, const double *x, double *dx) {
    flow_data *all = (flow_data *)data;
    const double *p = all->parameters + block * all->parameter_row;
    if (compiled(all, &all->flow->value)) {
        all->code.value(t, x, NULL, p, dx);
    } else {
        ons_flow_value(all->flow, ONS_LANES, t, x, NULL, p, dx, all->work);
    }
}

static void field_jacobian(const void *data, size_t block, const double *t, const double *x, double *dx,
                           double *jacobian) {
    flow_data *all = (flow_data *)data;
    const double *p = all->parameters + block * all->parameter_row;
    if (compiled(all, &all->flow->jacobian)) {
        all->code.jacobian(t, x, NULL, p, dx, jacobian);
    } else {
        ons_flow_jacobian(all->flow, ONS_LANES, t, x, NULL, p, dx, jacobian, all->work);
    }
}

ons_status ons_flow_field_compile(ons_field *field, bool now) {
    if (field->value != field_value) { return ons_fail(ONS_INVALID, "only fields of formulas are compiled"); }
    flow_data *all = (flow_data *)field->data;
    const size_t operations = all->flow->jacobian.count;
    if (operations > most_compiled) {
        return now ? ons_fail(ONS_INVALID, "equations of %zu operations are not compiled, but those of %d at most",
                              operations, most_compiled)
                   : ONS_OK;
    }
    const ons_status status = dynamics_code_get(&all->code, all->flow, all->parameters, now);
    if (now) { return status; }
    all->patience = compiler_start + compiler_each * (uint64_t)operations;
    return ONS_OK;
}

bool ons_flow_field_compiled(const ons_field *field) {
    return field->value == field_value && ((const flow_data *)field->data)->code.value;
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
    double *work = aligned_alloc(64, (ons_flow_work(flow) + 1) * ONS_LANES * sizeof(double));
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
    dynamics_flow_series_run(&all->series, order, t, x, all->parameters + block * all->parameter_row);
}

ons_status ons_flow_field_series(ons_field *field) {
    if (field->value != field_value) { return ons_fail(ONS_INVALID, "only fields of formulas find their own series"); }
    flow_data *all = (flow_data *)field->data;
    const ons_status status = field->series ? ONS_OK : dynamics_flow_series_create(&all->series, all->flow, 0);
    if (status == ONS_OK) { field->series = field_series; }
    return status;
}

ons_status dynamics_field_tangent(dynamics_flow_series *series, const ons_field *field, size_t exponents) {
    if (field->value != field_value) {
        return ons_fail(ONS_INVALID, "perturbations have a Taylor series where their field is one of formulas");
    }
    return dynamics_flow_series_create(series, ((const flow_data *)field->data)->flow, exponents);
}

const double *dynamics_field_parameters(const ons_field *field, size_t block) {
    const flow_data *all = field->data;
    return all->parameters + block * all->parameter_row;
}

void ons_flow_field_free(ons_field *field) {
    if (field->data) {
        flow_data *all = (flow_data *)field->data;
        dynamics_flow_series_free(&all->series);
        dynamics_code_free(&all->code);
        free(((const flow_data *)field->data)->work);
        free((void *)field->data);
    }
    *field = (ons_field){0};
}
