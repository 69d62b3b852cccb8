/*
 * What the systems of the catalogue of flows share. Their descriptors and their compiled right-hand sides are written
 * by flow_compiler.c from flows.yaml.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_FLOW_SYSTEM_H
#define SYSTEMS_FLOW_SYSTEM_H

#include <onsager/dynamics.h>
#include <onsager/system.h>

/* Right-hand side and Jacobian of one flow for eight states: t[8], x[dimension][8], delayed values, parameters
 * p[parameters][8]. */
typedef void flow_value(const double *t, const double *x, const double *delayed, const double *p, double *dx);
typedef void flow_jacobian(const double *t, const double *x, const double *delayed, const double *p, double *dx,
                           double *jacobian);
typedef struct flow_functions {
    flow_value *value;
    flow_jacobian *jacobian;
    flow_value *delayed; /* d f_i / d (delayed value k) as slopes[dimension][delays][8]; NULL without delays */
} flow_functions;
/* In the order of the catalogue. */
extern const flow_functions flow_functions_plain[], flow_functions_v3[], flow_functions_v4[];

typedef struct flow_entry {
    size_t index; /* in the tables above */
    const char *const *variables;
    const char *const *parameters;
    size_t dimension, parameter_count;
    const double *start;       /* [dimension] */
    const char *const *angles; /* [dimension]: the period of a coordinate that comes back, or NULL */
    const char *equations;     /* as text, for the series of Taylor's method */
    const char *sum;           /* of all exponents, exactly; NULL: not known */
    double period;             /* of the catalogue; 0: none */
    bool map, hamiltonian, autonomous;
    size_t delays, delayed_variable; /* delayed values, all of one variable and one delay, the parameter `tau` */
} flow_entry;

/* Functions of every descriptor; flow_entry is its `data`. */
ons_status flow_system_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan);
ons_status flow_system_create(void *state, ons_context *context);
ons_status flow_system_advance(void *state, ons_context *context);
ons_status flow_system_measure(const void *state, ons_context *context);
ons_status flow_system_persist(void *state, ons_part *part);
void flow_system_destroy(void *state);
/* The periods of the angles under these parameters: periods[dimension], 0 where there is none. */
ons_status flow_system_angles(const flow_entry *entry, const ons_parameters *parameters, double *periods);
const flow_functions *flow_functions_here(size_t index);
double *flow_parameter_lanes(const flow_entry *entry, const ons_parameters *parameters); /* [parameters][8], or NULL */

/* Dimensions and the strongest period of eight trajectories that begin at x[8][dimension]. */
typedef struct flow_findings {
    double slope, percentile; /* ons_correlation_dimension; NAN: the points have none */
    double period;            /* ons_common_period; NAN: no peak stands out */
} flow_findings;
ons_status flow_survey(const flow_entry *entry, const ons_field *field, const double *x, const double *periods,
                       flow_findings *found);

/* The same for delay equations. */
ons_status delay_system_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan);
ons_status delay_system_create(void *state, ons_context *context);
ons_status delay_system_advance(void *state, ons_context *context);
ons_status delay_system_measure(const void *state, ons_context *context);
ons_status delay_system_persist(void *state, ons_part *part);
void delay_system_destroy(void *state);
#define FLOW_SYSTEM_SIZE 128 /* bytes of a state, at most */
extern const ons_observable flow_system_observables[];
extern const ons_derived flow_system_derived[]; /* in flow_members.c */

#endif
