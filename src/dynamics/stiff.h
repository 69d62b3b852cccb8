/*
 * Inside dynamics: members of an ensemble one by one, by CVODE or ARKODE of SUNDIALS.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_STIFF_H
#define DYNAMICS_STIFF_H

#include <onsager/dynamics/integrate.h>

typedef struct dynamics_stiff dynamics_stiff;

/* `base`: the field whose Jacobian the Newton iteration takes, for each of the first `copies` stretches of the
 * variables alone (a flow with its perturbations); the others are taken to be independent. */
ons_status dynamics_stiff_create(dynamics_stiff **stiff, const ons_field *field, const ons_field *base, size_t copies,
                                 const ons_integration *how);
/* ONS_INVALID: the field lacks the Jacobian that ARKODE needs. */
ons_status dynamics_stiff_check(const dynamics_stiff *stiff);
void dynamics_stiff_free(dynamics_stiff *stiff);

/* Takes lane `lane` of `block` from *t to times[count - 1], starting anew: nothing of earlier steps is known, so that
 * what comes out depends on t and x alone. x[dimension]; out (NULL: none): [count] rows of the state, `stride` apart. A
 * time that was not reached leaves its row as it is, and x as it was last. */
ons_member_state dynamics_stiff_follow(dynamics_stiff *stiff, size_t block, size_t lane, double *t, double *x,
                                       const double *times, size_t count, double *out, size_t stride);
/* Of the last call. */
void dynamics_stiff_counts(const dynamics_stiff *stiff, uint64_t *accepted, uint64_t *rejected, uint64_t *evaluations);

/* Of an ensemble: the structure of its field. */
ons_status dynamics_trajectories_repeat(ons_trajectories *ensemble, const ons_field *base, size_t copies);

#endif
