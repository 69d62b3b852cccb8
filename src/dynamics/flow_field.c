/*
 * The right-hand side of a flow for blocks of an ensemble.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow.h"

#include <onsager/dynamics/integrate.h>

#include <stdlib.h>

typedef struct flow_data {
    const ons_flow *flow;
    size_t parameter_row; /* numbers of a block; 0: the same for all blocks */
    double *work;
    double parameters[];
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
    flow_data *data = calloc(1, sizeof *data + (numbers + 1) * sizeof(double));
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

void ons_flow_field_free(ons_field *field) {
    if (field->data) {
        free(((const flow_data *)field->data)->work);
        free((void *)field->data);
    }
    *field = (ons_field){0};
}
