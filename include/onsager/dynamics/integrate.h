/*
 * integrate: many trajectories of a flow side by side, by explicit Runge-Kutta methods with adaptive steps, or for
 * stiff ones by CVODE.
 *
 * Members of an ensemble go in blocks of ONS_LANES, one a lane of a vector. Every member has its own step and its own
 * error control: its trajectory does not depend on its neighbours, on its place, or on the number of members.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_INTEGRATE_H
#define ONSAGER_DYNAMICS_INTEGRATE_H

#include <onsager/dynamics/flow.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONS_LANES 8

/* A right-hand side for a block of ONS_LANES states: t[8], x[dimension][8] to dx[dimension][8], aligned to 64 bytes.
 * `block` counts the blocks of the ensemble, for parameters that differ between members. `jacobian` (NULL: none) also
 * gives d f_i / d x_j as jacobian[dimension][dimension][8]. Lanes without a member hold copies of others. */
typedef struct ons_field {
    size_t dimension;
    const void *data;
    void (*value)(const void *data, size_t block, const double *t, const double *x, double *dx);
    void (*jacobian)(const void *data, size_t block, const double *t, const double *x, double *dx, double *jacobian);
    /* x[order + 1][dimension][8]: from the state x[0] at t[8] the coefficients of its Taylor series in time, x[k] =
     * (d/dt)^k x / k! (NULL: none). `order` is 8, 12, 16 or 20. */
    void (*series)(const void *data, size_t block, size_t order, const double *t, double *x);
} ons_field;

typedef enum ons_method {
    ONS_DORMAND_PRINCE, /* order 5 with errors of order 4: 6 evaluations a step (Dormand and Prince 1980) */
    ONS_DOP853,         /* order 8 with errors of order 5 and 3: 12 evaluations a step (Hairer, Norsett, Wanner 1993) */
    ONS_TAYLOR, /* Taylor series of order 8 to 20 by the tolerance (Jorba and Zou, Exp. Math. 14, 99 (2005)), for fields
                   with a series: the fewest operations where tolerances are below 1e-8. No step is rejected: its
                   length follows from the last two terms */
    ONS_CVODE,  /* stiff: backward differences of order 1 to 5 and Newton's method with the field's Jacobian (by
                   differences where it has none), CVODE of SUNDIALS. Members go one by one and start anew with
                   every advance, so that t and x are their whole state; steps towards later times only know
                   the last one as an end */
    ONS_ARKODE, /* stiff where the fast rates change little: additive Runge-Kutta of order 4 (ARK4(3)6L[2]SA of Kennedy
                   and Carpenter 2003), implicit for A x and explicit for f - A x, A the field's Jacobian at the start
                   of every advance: linear equations at each stage and no iteration. ARKODE of SUNDIALS; for the rest
                   as ONS_CVODE */
} ons_method;

typedef struct ons_integration {
    ons_method method;
    double relative,
        absolute;   /* tolerances of a step: |error| <= absolute + relative max(|x|, |x'|), rms over variables */
    double first;   /* first step; 0: from the size of the derivatives (Hairer, Norsett, Wanner, II.4) */
    double largest; /* largest step; 0: none */
    uint64_t most;  /* steps of a member between two targets; 0: 10^7 */
} ons_integration;

typedef enum ons_member_state {
    ONS_MEMBER_RUNNING,
    ONS_MEMBER_STUCK,      /* the step became smaller than the time can resolve: a singularity, or a stiff problem */
    ONS_MEMBER_NOT_FINITE, /* blew up */
    ONS_MEMBER_TOO_LONG    /* more steps than allowed */
} ons_member_state;

typedef struct ons_trajectories ons_trajectories;
/* `field` must outlive the ensemble. ONS_INVALID: tolerances that are not positive or below 1e-15, no members. */
ONS_API ons_status ons_trajectories_create(ons_trajectories **ensemble, const ons_field *field, size_t count,
                                           const ons_integration *how);
ONS_API void ons_trajectories_free(ons_trajectories *ensemble);
/* Puts a member at x[dimension] at time t; h: its next step, 0: to be found. */
ONS_API void ons_trajectories_set(ons_trajectories *ensemble, size_t member, double t, const double *x, double h);
/* Where it is; x[dimension], h (each may be NULL): what ons_trajectories_set takes to go on with the same bits. */
ONS_API void ons_trajectories_get(const ons_trajectories *ensemble, size_t member, double *t, double *x, double *h);
ONS_API ons_member_state ons_trajectories_state(const ons_trajectories *ensemble, size_t member);
/* Accepted and rejected steps of all members so far, and evaluations of the field for a block. */
ONS_API void ons_trajectories_counts(const ons_trajectories *ensemble, uint64_t *accepted, uint64_t *rejected,
                                     uint64_t *evaluations);
/* Takes all members to `target` (later or earlier than they are), which is hit exactly by a last step of its own. A
 * member that cannot go on stays where it failed, and its state says why; the others arrive. */
ONS_API ons_status ons_trajectories_advance(ons_trajectories *ensemble, double target);
/* The states at times[count] (ascending, none before the members' own time) by the dense output of the method, of order
 * 4 and 7: out[count][members][dimension]; NaN where a member failed before. Members end at or after the last time,
 * where their own steps lead them: steps do not depend on the times. */
ONS_API ons_status ons_trajectories_sample(ons_trajectories *ensemble, const double *times, size_t count, double *out);

/* A field from a flow by its formulas. `parameters`: [members][parameters] or, with members = 1, the same for all. It
 * is kept as long as the returned data is used; free with ons_flow_field_free. */
ONS_API ons_status ons_flow_field(ons_field *field, const ons_flow *flow, const double *parameters, size_t members);
ONS_API void ons_flow_field_free(ons_field *field);
/* Lets such a field run as machine code: its formulas are written as C, compiled by the machine's compiler ($CC, else
 * cc), and kept in the user's cache (onsager/compiler.h). Bits do not change: the same operations in the same order,
 * without contractions, the same functions; code that does not agree with the formulas in trials is not used. `now`:
 * at once; ONS_INVALID or ONS_FAILED, with the reason, leave the formulas to be interpreted. Else: at once if the cache
 * has it; else while the field is evaluated, when that has taken as long as compiling will (some 0.2 s); where it is
 * not possible, nothing changes. */
ONS_API ons_status ons_flow_field_compile(ons_field *field, bool now);
/* Whether machine code serves. */
ONS_API bool ons_flow_field_compiled(const ons_field *field);
/* Gives such a field its series, by the recurrences of its formulas. ONS_INVALID: an operation that has none (abs,
 * sign, step, min, max, floor, ceil, mod, atan2, powers whose exponent is no constant). Memory: 336 numbers of 8 bytes
 * an operation and lane. */
ONS_API ons_status ons_flow_field_series(ons_field *field);

#ifdef __cplusplus
}
#endif
#endif
