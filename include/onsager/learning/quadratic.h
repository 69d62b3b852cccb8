/*
 * learning/quadratic: a two-layer network with quadratic units, trained by gradient descent in closed form.
 *
 *     f(x) = alpha (1/N) sum_i phi(w_i x),   phi(h) = h + (epsilon/2) h^2,   target y = c (beta x)^2,
 *     L = 1/(alpha^2 P) sum_p (f(x_p) - y_p)^2,   w_i <- w_i - rate dL/dw_i,
 *
 * x_p: D numbers with mean 0 and variance 1/D. Only w is trained. This is the polynomial regression of Kumar, Bordelon,
 * Gershman and Pehlevan (arXiv:2310.06110), conventions of its sweep over alpha. The function depends on the weights
 * through m = (1/N) sum w_i and M = (1/N) sum w_i w_i^T alone, and descent closes on them, whatever N and the rate:
 * with r_p = f(x_p) - y_p, G = sum r_p x_p, S = sum r_p x_p x_p^T, k = 2 rate/(P alpha N), A = 1 - k epsilon S: m <- A
 * m - k G,   M <- A M A^T - k (A m G^T + G m^T A^T) + k^2 G G^T. Weights move by w_i <- A w_i - k G, the same map for
 * all, so that their path is known too. Linearised, the network is its first-order expansion in the weights around the
 * start, which sees the initial kernel for ever.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_QUADRATIC_H
#define ONSAGER_LEARNING_QUADRATIC_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_quadratic_settings {
    size_t inputs, examples, units; /* D, P, N */
    double alpha, epsilon;          /* output scale > 0; quadratic part of a unit */
    double rate;                    /* of a step, on L as above */
    double target;                  /* c: 1, or 1/2 */
    double weights;                 /* standard deviation of the initial weights */
    bool centred;                   /* f(x) minus its initial value is fitted and judged */
    bool linearised;
} ons_quadratic_settings;

typedef struct ons_quadratic {
    ons_quadratic_settings settings;
    double *x, *y, *beta;              /* [P][D], [P], [D] */
    double *mean, *moment;             /* m[D], M[D][D] */
    double *first_mean, *first_moment; /* at the start */
    double *map, *shift;               /* w_i = map w_i(0) + shift: [D][D], [D] */
    double *residual;                  /* r[P] at the present weights */
    double *initial;                   /* f at the start on the training points [P], 0 when not centred */
    double *work;
    uint64_t steps;
    double train;      /* alpha^2 L */
    uint64_t diverged; /* the step after which something was not finite; 0: none. The state stands still from there */
} ons_quadratic;

/* Draws the points, beta (standard normal) and the weights from three streams; `weights`[N][D] receives the weights
 * when not NULL. ONS_INVALID: a size of 0, alpha <= 0, numbers that are not finite. */
ONS_API ons_status ons_quadratic_init(ons_quadratic *quadratic, const ons_quadratic_settings *settings,
                                      ons_random *points, ons_random *teacher, ons_random *start, double *weights);
ONS_API void ons_quadratic_free(ons_quadratic *quadratic);
ONS_API double ons_quadratic_bytes(const ons_quadratic_settings *settings); /* memory of one */
/* One step. Cost: some 2.5 P D^2 + 6 D^3 products. Divergence is recorded, not an error. */
ONS_API void ons_quadratic_step(ons_quadratic *quadratic);
/* After mean, moment, map, shift, steps and diverged were put back: residuals and training loss. */
ONS_API void ons_quadratic_refresh(ons_quadratic *quadratic);
/* One step of the N weights themselves, weights[N][D], as the definition says; the twin of ons_quadratic_step. Does not
 * change *quadratic, whose points and settings it uses; not for centred or linearised ones. */
ONS_API ons_status ons_quadratic_step_weights(const ons_quadratic *quadratic, double *weights);

/* The mean squared error over Gaussian x, exactly, and its parts: with Q = (alpha epsilon/2) M - c beta beta^T it is
 * alpha^2 |m|^2/D + (2 tr Q^2 + (tr Q)^2)/D^2, and tr Q^2 = (b Q b)^2 + 2 |Q b - b (b Q b)|^2 + rest for the unit
 * vector b along beta. (Centred: m and M less their initial values.) Cost: D^2. */
typedef struct ons_quadratic_loss {
    double total;
    double linear;       /* spurious linear part: alpha^2 |m|^2/D */
    double constant;     /* (tr Q)^2/D^2 */
    double signal;       /* 2 (b Q b)^2/D^2 */
    double misalignment; /* of features between beta and the others: 4 |Q b - b (b Q b)|^2/D^2 */
    double variance;     /* the rest of 2 tr Q^2/D^2 */
} ons_quadratic_loss;
ONS_API ons_quadratic_loss ons_quadratic_test(const ons_quadratic *quadratic);
/* f(x) - y of a point, x[D]. */
ONS_API double ons_quadratic_error(const ons_quadratic *quadratic, const double *x);
/* beta M beta/(|beta|^2 |M|); sqrt((1/N) sum |w_i - w_i(0)|^2). The norm is that of all elements. */
ONS_API double ons_quadratic_alignment(const ons_quadratic *quadratic);
ONS_API double ons_quadratic_movement(const ons_quadratic *quadratic);

/* The tangent kernel K[p][q] = (1/N) sum_i phi'(w_i x_p) phi'(w_i x_q) x_p x_q on the training points, at the start or
 * now. K[P][P]; cost P^2 D. */
ONS_API ons_status ons_quadratic_kernel(const ons_quadratic *quadratic, bool start, double *kernel);
typedef struct ons_quadratic_kernels {
    double alignment;  /* y K y/(|K| |y|^2), kernel and targets centred */
    double change;     /* |K - K(0)|/|K(0)| */
    double regression; /* mean squared error over Gaussian x of kernel regression of y with K, exactly */
} ons_quadratic_kernels;
/* Of the kernel now. The regression has a ridge of `ridge` times the mean diagonal element of K. ONS_FAILED: K with its
 * ridge is not positive. Cost: P^2 D + P^3/3. */
ONS_API ons_status ons_quadratic_judge_kernel(const ons_quadratic *quadratic, double ridge,
                                              ons_quadratic_kernels *kernels);
/* Puts a linearised network to `steps` steps from its start at once: residuals (1 - c K(0))^steps r(0), c = 2 rate/(P
 * N), by the eigenvalues of K(0). Cost: some 10 P^3. */
ONS_API ons_status ons_quadratic_lazy(ons_quadratic *quadratic, double steps);

#ifdef __cplusplus
}
#endif
#endif
