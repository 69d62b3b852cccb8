/*
 * branch: solutions followed through a control parameter, around folds; spinodals; transitions by equal pressures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_MEANFIELD_BRANCH_H
#define ONSAGER_MEANFIELD_BRANCH_H

#include <onsager/meanfield/solve.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_branch_options {
    double low, high; /* the control stays between them; the branch ends where it leaves */
    double first;     /* first step of arclength, with the sign of the direction in the control; 0: 1e-2 */
    double longest;   /* step; 0: 0.05 */
    size_t points;    /* at most; 0: 10,000 */
    double tolerance; /* of the equations; 0: 1e-10 */
    size_t folds;     /* end after so many folds; 0: no limit */
} ons_branch_options;

typedef struct ons_branch_point {
    double control;
    double x[ONS_ORDERS];
    double pressure, growth;
    bool fold; /* the control turns here: a spinodal */
} ons_branch_point;

typedef struct ons_branch {
    size_t count, capacity, folds;
    ons_branch_point *point; /* [count] in order along the branch */
} ons_branch;

/* Follows the branch through `start`[count] at `control` by steps of (pseudo-)arclength in (x, control), Newton's
 * method on the plane perpendicular to the tangent (H. B. Keller 1977). Folds are found to 1e-9 of the control and are
 * points of the branch. ONS_FAILED when the start is not (close to) a solution, or the step shrinks below 1e-9: the
 * message names the equation and the last converged point, which is the last of the branch. */
ONS_API ons_status ons_branch_follow(ons_branch *branch, const ons_meanfield *model, double control,
                                     const double *start, const ons_branch_options *options);
ONS_API void ons_branch_free(ons_branch *branch);

/* Where two branches have equal pressures: `first`[count] and `second`[count] solve the model at `control`, the
 * transition lies between there and `end`. Both are carried along in `steps` steps (0: 20), and the sign of the
 * difference is bracketed and refined to `tolerance` of the control (0: 1e-9). ONS_DONE: no change of sign before the
 * end or before one of them ceases to exist, at which *transition is set. */
ONS_API ons_status ons_branch_crossing(const ons_meanfield *model, double control, double end, const double *first,
                                       const double *second, size_t steps, double tolerance, double *transition);

#ifdef __cplusplus
}
#endif
#endif
