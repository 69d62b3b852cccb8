/*
 * learning/monotone: monotone deep Boltzmann machines (Feng, Chen, Kolter 2023): Potts variables in tiers with
 * arbitrary couplings between them, whose weights are restricted so that mean-field inference has exactly one fixed
 * point.
 *
 * Variables X_i take one of k_i states (one-hot), p(x) ~ exp(1/2 sum_{i != j} x_i' Phi_ij x_j + sum_i b_i' x_i), and
 * mean field is q_i = softmax(sum_j Phi_ij q_j + b_i). Phi = blockdiag(A'A) - A'A with A scaled, the columns of
 * variable i by min(sqrt(1 - m)/|A_i|_2, 1): then I - Phi >= m, the mean-field free energy is strictly convex, and its
 * minimum is the only fixed point, wherever one begins and whatever is clamped.
 *
 * Examples stand side by side: every array of numbers of a state is [element][ONS_MONOTONE_LANES], of marks
 * [variable][ONS_MONOTONE_LANES]. Elements go by tier, row, column, channel; `states` channels that follow each other
 * are a variable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_MONOTONE_H
#define ONSAGER_LEARNING_MONOTONE_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONS_MONOTONE_LANES 32
#define ONS_TIERS 6
#define ONS_KERNEL_FULL 255

/* side x side sites with `channels` each; channels/states variables of `states` states at a site (states 2 .. 64). */
typedef struct ons_tier {
    size_t side, channels, states;
} ons_tier;

/* kernel[i][j]: how rows of A in the shape of tier i see tier j: 0 not at all, an odd size (a convolution, its stride
 * the ratio of the sides rounded up, edges padded with zeros), or ONS_KERNEL_FULL: every site every site with weights
 * of its own. One tier of side 1 with kernel ONS_KERNEL_FULL is the general machine with a square A. */
typedef struct ons_monotone_shape {
    size_t tiers;
    ons_tier tier[ONS_TIERS];
    uint8_t kernel[ONS_TIERS][ONS_TIERS];
    double margin; /* m, 0 < m < 1 */
} ons_monotone_shape;

typedef struct ons_monotone ons_monotone;

/* ONS_INVALID: no tiers, sides or channels of 0, channels that are no multiple of the states, an even kernel, a kernel
 * that would miss sites of its source, more than 2^31 weights, a margin outside (0, 1). All values are 0 but the
 * scales of the logits in the losses, which are sqrt(10). */
ONS_API ons_status ons_monotone_create(ons_monotone **machine, const ons_monotone_shape *shape);
ONS_API void ons_monotone_free(ons_monotone *machine);
ONS_API const ons_monotone_shape *ons_monotone_shape_of(const ons_monotone *machine);
ONS_API size_t ons_monotone_elements(const ons_monotone *machine);
ONS_API size_t ons_monotone_variables(const ons_monotone *machine);
/* Of the first variable of a tier, and of its first element. */
ONS_API size_t ons_monotone_variable_of(const ons_monotone *machine, size_t tier);
ONS_API size_t ons_monotone_element_of(const ons_monotone *machine, size_t tier);

/* All that is learnt, one flat array: weights of A, biases [elements], scales of the pixels' logits [sites of tier 0],
 * scale of the class's logits. ons_monotone_refresh must follow a change, before anything else is asked. */
ONS_API size_t ons_monotone_count(const ons_monotone *machine);
ONS_API double *ons_monotone_values(ons_monotone *machine);
ONS_API size_t ons_monotone_weights(const ons_monotone *machine); /* how many of them are weights of A */
/* Normal weights, of such a width that the columns of a variable have norms of about `size` before they are scaled. */
ONS_API void ons_monotone_draw(ons_monotone *machine, double size, ons_random *random);
/* Gram matrices of the variables, their largest eigenvalues (LAPACK) and the scales. ONS_FAILED when a value is not
 * finite. Cost: some k_i products with A. */
ONS_API ons_status ons_monotone_refresh(ons_monotone *machine);

/* The part of the variables whose columns are scaled down to keep the margin. */
ONS_API double ons_monotone_restricted(const ons_monotone *machine);

/* Memory for 32 examples; one a thread. `memory`: of Anderson's method, 0 .. 8. */
typedef struct ons_monotone_work ons_monotone_work;
ONS_API ons_status ons_monotone_work_create(ons_monotone_work **work, const ons_monotone *machine, unsigned memory);
ONS_API void ons_monotone_work_free(ons_monotone_work *work);
ONS_API double ons_monotone_work_bytes(const ons_monotone_shape *shape, unsigned memory);

/* h = Phi z + b (with `bias`) or Phi z. Cost: two products with A. */
ONS_API void ons_monotone_fields(const ons_monotone *machine, ons_monotone_work *work, const double *z, bool bias,
                                 double *h);
/* Mean-field free energy sum z ln z - z' Phi z/2 - b' z of each example, its minimum the fixed point. */
ONS_API void ons_monotone_free_energy(const ons_monotone *machine, ons_monotone_work *work, const double *z,
                                      double *energy);

/* How the fixed point is sought: z = prox((1 - a) z + a (Phi z + b)), forward-backward splitting with damping a (1:
 * plain softmax), which contracts for a < 2m/|I - Phi|^2 and in practice far beyond; accelerated by Anderson's method
 * with `memory` differences (0: not). After `limit` iterations a is halved, eight times at most. */
typedef struct ons_fixed_point {
    double damping, tolerance; /* of |z - softmax(Phi z + b)|, the largest over elements and examples */
    unsigned limit, memory;
    bool newton; /* Newton's method on the convex free energy instead: damping and memory do not matter, limit counts
                    Newton steps; each solves a linear system by conjugate gradients. The fastest where weights are
                    large */
} ons_fixed_point;
typedef struct ons_fixed_point_report {
    unsigned iterations;
    double residual, damping; /* the damping with which it converged */
} ons_fixed_point_report;

/* The fixed point of the first `lanes` examples from z, which also gives the states of the variables marked in
 * `clamped` (one-hot; NULL: none). trace (NULL: not wanted): the residual before each of the first `limit` iterations.
 * ONS_FAILED with the residual reached when it does not converge: z is then set to NaN. */
ONS_API ons_status ons_monotone_solve(const ons_monotone *machine, ons_monotone_work *work, const ons_fixed_point *how,
                                      const uint8_t *clamped, size_t lanes, double *z, double *trace,
                                      ons_fixed_point_report *report);

/* One damped step of all examples, nothing clamped: z = prox((1 - a) z + a (Phi z + b)). */
ONS_API ons_status ons_monotone_step(const ons_monotone *machine, ons_monotone_work *work, double damping, double *z);
/* z = argmin |z - y|^2/2 + a (sum z ln z - |z|^2/2) on the simplex, of [states][ONS_MONOTONE_LANES]; 0 < a < 1, states
 * at most 64. Tends to the projection of y for a -> 0, to softmax(y) for a -> 1. */
ONS_API ons_status ons_monotone_prox(size_t states, double damping, const double *y, double *z);

/* u = (I - J Phi)^(-1) e, J the derivative of softmax at the fixed point z (0 at clamped variables), by conjugate
 * gradients in the scalar product of J, in which I - Phi J is symmetric and at least (1 + m)/2: converges always, and
 * in some ten steps. `tolerance`: relative. ONS_FAILED after 500 steps. */
ONS_API ons_status ons_monotone_adjoint(const ons_monotone *machine, ons_monotone_work *work, const uint8_t *clamped,
                                        size_t lanes, const double *z, const double *e, double tolerance, double *u);
/* gradient[weights + elements] += derivatives of sum over lanes of u' (Phi z + b) by weights and biases, z and u held.
 */
ONS_API void ons_monotone_pull(const ons_monotone *machine, ons_monotone_work *work, const double *z, const double *u,
                               double *gradient);

/* Partly seen images and their classes: tier 0 holds the pixels (one variable a site), the last tier one variable, the
 * class. */
typedef struct ons_completion {
    const uint8_t *pixel, *seen; /* [pixels][LANES]: the state, and whether it is given to the machine */
    const uint8_t *label;        /* [LANES] */
    const double *balance;       /* [states of a pixel]: weights of the loss; NULL: 1 */
    size_t lanes;
    double share; /* of the classification in the loss, 0 .. 1; the rest is reconstruction */
} ons_completion;
typedef struct ons_completion_loss {
    double reconstruction, classification; /* sums over the examples */
    size_t wrong, hidden, missed;          /* classes missed; pixels not seen, and those of them that were missed */
} ons_completion_loss;

/* Solves for the marginals z (out: the fixed point) and adds losses to *loss. Reconstruction: mean over the pixels not
 * seen of -balance (1 - p)^2 ln p (focal), p of softmax(t^2 h), t the pixel's scale; classification: -ln p of
 * softmax(t^2 h) with the scale of the class. gradient (NULL: not wanted; count of values): += derivatives of the
 * weighted sum over the examples, through the fixed point by the adjoint. */
ONS_API ons_status ons_monotone_complete(const ons_monotone *machine, ons_monotone_work *work,
                                         const ons_fixed_point *how, const ons_completion *examples, double *z,
                                         ons_completion_loss *loss, double *gradient);

/* ---- couplings that are not restricted, small machines -------------------------------------------------------- */

/* n variables of k states: Phi[nk][nk] symmetric with zero blocks on the diagonal, b[nk]. */
typedef struct ons_potts {
    size_t variables, states;
    const double *couplings, *biases;
} ons_potts;

/* z = (1 - a) z + a softmax(Phi z + b) from z[nk] until the residual is at most `tolerance`. ONS_DONE (no message): it
 * did not converge within `limit` steps, z is the last iterate and no answer. */
ONS_API ons_status ons_potts_mean_field(const ons_potts *machine, double damping, double tolerance, unsigned limit,
                                        double *z, double *residual);
/* Sums over all states: ln Z, and the marginals (NULL: not wanted). ONS_INVALID beyond 2^26 states. */
ONS_API ons_status ons_potts_exact(const ons_potts *machine, double *log_partition, double *marginals);
/* Phi of a machine as a matrix [elements][elements]. */
ONS_API ons_status ons_monotone_matrix(const ons_monotone *machine, double *couplings);
/* Eigenvalues of I - Phi, ascending (LAPACK; elements up to 4096). */
ONS_API ons_status ons_monotone_spectrum(const ons_monotone *machine, double *eigenvalues);

#ifdef __cplusplus
}
#endif
#endif
