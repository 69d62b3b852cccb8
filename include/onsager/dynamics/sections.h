/*
 * sections: where trajectories cross a surface, what becomes of them when a parameter changes or the start does, and
 * the directions in which they grow. All of them know the equations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_SECTIONS_H
#define ONSAGER_DYNAMICS_SECTIONS_H

#include <onsager/dynamics/integrate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- steps one sees -------------------------------------------------------------------------------------------------
 */

/* A step just made by a member of an ensemble, from t_old to t; its inside is known by the dense output. */
typedef struct ons_step_view {
    size_t member;
    double t_old, t;
    const void *inside;
} ons_step_view;
/* x[dimension] at a time within the step. */
ONS_API void ons_step_point(const ons_step_view *view, double t, double *x);
/* How many members an ensemble has, and of how many variables. */
ONS_API size_t ons_trajectories_members(const ons_trajectories *ensemble);
ONS_API size_t ons_trajectories_dimension(const ons_trajectories *ensemble);
/* As ons_trajectories_sample, but calls visit(data, view) after every step of every member, in the order of blocks and
 * steps; false: this member stops there. Members end at or after `target`. */
ONS_API ons_status ons_trajectories_visit(ons_trajectories *ensemble, double target,
                                          bool (*visit)(void *data, const ons_step_view *view), void *data);

/* ---- Poincare sections ----------------------------------------------------------------------------------------------
 */

/* A surface g(t, x) = 0. */
typedef struct ons_surface {
    double (*value)(const void *data, size_t member, double t, const double *x);
    const void *data;
    int direction; /* 1: g grows through 0; -1: g falls; 0: both */
} ons_surface;

/* The plane normal . x = offset as a surface; the arrays must stay. */
typedef struct ons_plane {
    const double *normal; /* [dimension] */
    size_t dimension;
    double offset;
} ons_plane;
ONS_API double ons_plane_value(const void *plane, size_t member, double t, const double *x);

/* Where a variable of a field is largest or smallest: its derivative as a surface (falls through 0 at a maximum). The
 * field must outlive it. */
typedef struct ons_turning ons_turning;
ONS_API ons_status ons_turning_create(ons_turning **turning, const ons_field *field, size_t variable);
ONS_API void ons_turning_free(ons_turning *turning);
ONS_API double ons_turning_value(const void *turning, size_t member, double t, const double *x);

typedef struct ons_crossing_point {
    size_t member;
    double t;
} ons_crossing_point;

/* Takes all members to `target` and writes their crossings, at most `most` a member: found[member * most + k] at
 * points[(member * most + k)][dimension]; counts[members]. A member with `most` crossings stops after that step. Each
 * is a root of g along the dense output, found by secants and bisection to the last digit of t, so that its error is
 * that of the dense output: below 1e-10 at tolerances of 1e-12. A start on the surface is no crossing; two crossings
 * within one step are seen where g changes sign at one of 4 places inside it. */
ONS_API ons_status ons_section(ons_trajectories *ensemble, const ons_surface *surface, double target, size_t most,
                               ons_crossing_point *found, double *points, size_t *counts);

/* ---- bifurcation diagrams -------------------------------------------------------------------------------------------
 */

typedef struct ons_sweep {
    const ons_flow *flow;
    bool map;
    const double *parameters; /* [parameters] of the flow */
    size_t parameter;         /* the one that changes */
    const double *values;     /* [count] that it takes */
    size_t count;
    const double *start;        /* [dimension] */
    double warmup;              /* time (of a map: iterations) that is left out */
    double time;                /* time that is looked at */
    size_t variable;            /* whose local maxima are recorded; of a map: whose values are */
    const ons_surface *surface; /* NULL, or: the variable is recorded where the flow crosses this */
    size_t most;                /* records of one value */
    ons_integration how;
} ons_sweep;
/* records[count][most], counts[count]. A value under which the trajectory does not stay finite has no records. Values
 * go side by side in lanes; they do not depend on each other. */
ONS_API ons_status ons_bifurcation(const ons_sweep *sweep, double *records, size_t *counts);

/* ---- basins of attraction -------------------------------------------------------------------------------------------
 */

typedef struct ons_basins_options {
    bool map;
    double warmup;   /* time or iterations until the end state is reached */
    double time;     /* then it is looked at for so long: a whole number of samples for maps */
    size_t samples;  /* at so many times; 0: 64 */
    double distance; /* end states are the same when the means, minima and maxima of all variables differ by less */
    ons_integration how;
} ons_basins_options;
/* The end states of starts[count][dimension]: classes[count], numbered from 1 in the order in which they first occur;
 * 0: did not stay finite. centres[most][dimension] (or NULL) receives the mean point of each class. ONS_FAILED: more
 * than `most` classes. Classes by features of the end state as in Stender and Hoffmann, Nonlinear Dyn. 107, 1451
 * (2022). */
ONS_API ons_status ons_basins(const ons_field *field, const double *starts, size_t count,
                              const ons_basins_options *options, size_t most, uint32_t *classes, size_t *found,
                              double *centres);

/* ---- covariant Lyapunov vectors -------------------------------------------------------------------------------------
 */

typedef struct ons_covariant_options {
    bool map;
    double interval; /* time between two decompositions; of a map: 1 */
    size_t forward;  /* decompositions until the frame has forgotten its start */
    size_t steps;    /* places at which vectors are wanted */
    size_t backward; /* steps of the way back until it has forgotten its start, too */
    uint64_t seed;   /* of where the way back starts */
    ons_integration how;
} ons_covariant_options;
/* The covariant vectors of Ginelli et al., Phys. Rev. Lett. 99, 130601 (2007), along the trajectory from `start`:
 * vectors[steps][vector][dimension] of length 1, with the largest exponent first, at points[steps][dimension];
 * exponents[dimension] are their mean growth per time. Memory: (steps + backward) 2 dimension^2 numbers. The field
 * needs its Jacobian. */
ONS_API ons_status ons_covariant_vectors(const ons_field *field, const double *start,
                                         const ons_covariant_options *options, double *points, double *vectors,
                                         double *exponents);
/* The smallest angle in [0, pi/2] between a vector of the first `unstable` and one of the others' span, of the vectors
 * at one place [dimension][dimension]: the smallest principal angle. */
ONS_API ons_status ons_covariant_angle(const double *vectors, size_t dimension, size_t unstable, double *angle);

#ifdef __cplusplus
}
#endif
#endif
