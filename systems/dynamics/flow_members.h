/*
 * What the flows of the catalogue and own equations share: eight members side by side with their perturbations, what
 * they measure, and how they are stored.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_FLOW_MEMBERS_H
#define SYSTEMS_FLOW_MEMBERS_H

#include <onsager/dynamics.h>
#include <onsager/system.h>

/* The first observables and all derived quantities of every such system. */
enum { FLOW_SPECTRUM, FLOW_DIVERGENCE, FLOW_POINT };
#define FLOW_OBSERVABLES                                                                                               \
    {.name = "lyapunov_spectrum",                                                                                      \
     .kind = ONS_MEAN,                                                                                                 \
     .unit = "1/time",                                                                                                 \
     .meaning = "Lyapunov exponents in natural logarithms, descending"},                                               \
        {.name = "divergence",                                                                                         \
         .kind = ONS_MEAN,                                                                                             \
         .unit = "1/time",                                                                                             \
         .meaning = "trace of the Jacobian along the trajectory (map: ln |det J|), the sum of all exponents"},         \
    {                                                                                                                  \
        .name = "point", .kind = ONS_MEAN, .meaning = "the variables, in the order of the equations"                   \
    }
extern const ons_derived flow_system_derived[];

typedef struct flow_members {
    ons_tangent *tangent;
    double *growth;  /* [lanes][exponents] of the last step, per unit of time */
    double *volume;  /* [lanes] */
    double *numbers; /* [lanes][size of a member] */
    double *scratch; /* of a step that is not over: as growth and volume */
    size_t dimension, exponents;
    double interval, time;
} flow_members;

/* The task's number of exponents, and its plan; `name` has them. */
size_t flow_members_exponents(const ons_parameters *parameters, size_t dimension);
ons_status flow_members_plan(ons_plan *plan, const ons_parameters *parameters, const char *name, size_t dimension);
/* Memory for members with a tangent, dimension and exponents. */
ons_status flow_members_open(flow_members *made);
void flow_members_close(flow_members *old);
/* Every member a little away from the start, so that they lose each other within the warm-up; periods[dimension] of
 * angles, else 0, or NULL. */
void flow_members_place(flow_members *made, ons_context *context, const double *start, const double *periods);
/* To the target. A step that fails leaves growth and volume as they were. */
ons_status flow_members_advance(flow_members *moving, double target);
ons_status flow_members_measure(const flow_members *now, ons_context *context);
ons_status flow_members_persist(flow_members *kept, ons_part *part);

#endif
