/*
 * Inside dynamics: the Taylor series of a flow's motion, alone or with perturbations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_FLOW_SERIES_H
#define DYNAMICS_FLOW_SERIES_H

#include "flow.h"
#include "series.h"

#include <onsager/dynamics/integrate.h>

typedef struct dynamics_flow_series {
    dynamics_tape tape;
    dynamics_series *kernel;
    double *work;
    size_t width; /* variables */
} dynamics_flow_series;

/* Variables: x; with perturbations also these, [perturbations][dimension], and the integral of the divergence.
 * ONS_INVALID: an operation without a recurrence. */
ons_status dynamics_flow_series_create(dynamics_flow_series *series, const ons_flow *flow, size_t perturbations);
void dynamics_flow_series_free(dynamics_flow_series *series);
/* x[order + 1][width][8] from x[0]; p[parameters][8]. */
void dynamics_flow_series_run(const dynamics_flow_series *series, size_t order, const double *t, double *x,
                              const double *p);

/* The series of a field of formulas with its perturbations, and the parameters of a block of it. */
ons_status dynamics_field_tangent(dynamics_flow_series *series, const ons_field *field, size_t exponents);
const double *dynamics_field_parameters(const ons_field *field, size_t block);

#endif
