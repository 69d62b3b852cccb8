/*
 * learning/physics_informed: networks that solve a differential equation by making its residual small.
 *
 * A problem is given once: the coordinates (t, or t and a periodic x), the derivatives of the fields that the residual
 * needs, the residual as tensors made of them, and perhaps a form of the fields that obeys the initial condition by
 * itself. The loss is a mean over slices of equal time (Wang, Sankaran and Perdikaris 2024, equations 3.4 to 3.8):
 *
 *     loss = (1/n) sum_i w_i L_i + L_0,   w_i = exp(-epsilon (sum_{k<i} L_k + [L_0])),
 *     L_i = sum_e weight_e mean over x of residual_e(t_i, x)^2,   L_0 = initial_weight mean |u(0, x) - u_0(x)|^2,
 *
 * with weights w_i that derivatives take for constants; epsilon = 0 is the plain loss. With `norms` it is instead
 * sum_e weight_e sqrt(mean residual_e^2) + initial_weight sqrt(mean |u - u_0|^2) (Mojgani et al. 2023).
 *
 * Points are a product of times and places; a long time may be cut into windows, each of which starts from the last
 * one's network. Everything is deterministic: points and first weights come from streams of random numbers, and the
 * state is a list of flat arrays, so that a run that was stored goes on with the same bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_PHYSICS_INFORMED_H
#define ONSAGER_LEARNING_PHYSICS_INFORMED_H

#include <onsager/learning/derivatives.h>
#include <onsager/learning/layers.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ONS_INFORMED_BRANCHES = 4, ONS_INFORMED_PARTIALS = 12, ONS_INFORMED_EQUATIONS = 8 };

typedef struct ons_informed_problem {
    const void *data;     /* handed to both functions; kept as long as the network */
    size_t coordinates;   /* 1: t; 2: (t, x) */
    size_t fields;        /* of the solution, 1 .. */
    size_t equations;     /* residuals, 1 .. ONS_INFORMED_EQUATIONS */
    double first, period; /* x runs from `first` on; the network sees cos and sin(2 pi k x/period), k = 1 .. modes */
    size_t modes;
    double time_scale;           /* the network sees t times this; 0: 1 */
    const ons_partial *partials; /* orders in t and x; at most ONS_INFORMED_PARTIALS; {{0}} is the field itself */
    size_t partials_count;
    const ons_differential *operators; /* sums of derivatives that the residual needs as such; with the partials at most
                                          ONS_INFORMED_PARTIALS */
    size_t operators_count;
    /* The fields [n, fields] at points [n, coordinates] from the network's outputs [n, outputs]; `start` [1, fields]
     * is what ons_informed_start was given. NULL: the outputs themselves. */
    ons_tensor (*form)(const void *data, ons_tensor_graph *graph, ons_tensor points, ons_tensor start, ons_tensor raw);
    /* The residuals [n, equations] from derivatives[p] [n, fields], first those of `partials`, then
     * `operators`. */
    ons_tensor (*residual)(const void *data, ons_tensor_graph *graph, ons_tensor points, const ons_tensor *derivatives);
} ons_informed_problem;

typedef enum ons_informed_sampling {
    ONS_INFORMED_FIXED,   /* t_i = i T/(n - 1), x_j = first + j period/m */
    ONS_INFORMED_SHIFTED, /* (i + a) T/n and first + (j + b) period/m, a and b drawn from (0, 1) in every iteration */
    ONS_INFORMED_SORTED   /* both uniform at random in every iteration, in order */
} ons_informed_sampling;

/* One perceptron with tanh of its own: its outputs stand beside those of the others. */
typedef struct ons_informed_branch {
    const char *name;
    size_t depth, width, outputs; /* hidden layers */
    bool gated;                   /* the "modified" one: ons_layer_gated_mlp */
    bool quiet;                   /* the last layer's weights begin with 0, and so do the outputs */
} ons_informed_branch;

typedef struct ons_informed_options {
    bool single; /* precision; else double */
    size_t branches;
    ons_informed_branch branch[ONS_INFORMED_BRANCHES];
    size_t points_t, points_x; /* points_x is 1 without x */
    ons_informed_sampling sampling;
    double length;                         /* T of the window, > 0 */
    double beyond;                         /* slices reach so much (a share of T) beyond it */
    double weight[ONS_INFORMED_EQUATIONS]; /* of residuals; 0 means 1 */
    double initial_weight;                 /* of the soft initial condition; 0: `form` obeys it */
    size_t points_initial; /* where it is asked for: x_j = first + j period/points_initial; 0: points_x */
    bool initial_counts;   /* L_0 belongs to the cumulated sum */
    bool norms;
    bool skip; /* leaves out slices behind the first with a weight below 1e-6, by halves of all slices */
    unsigned threads;
    ons_optimiser_settings optimiser; /* `single` is set to that above */
    size_t memory;                    /* of L-BFGS: pairs; 0: it is not used */
} ons_informed_options;

typedef struct ons_informed ons_informed;

/* Weights are Glorot normal, biases 0, drawn from (key, replica). ONS_INVALID: an option out of range. The start is
 * zero. Memory: some 20 numbers a unit and point. */
ONS_API ons_status ons_informed_create(ons_informed **informed, const ons_informed_problem *problem,
                                       const ons_informed_options *options, uint64_t key, uint32_t replica);
ONS_API void ons_informed_free(ons_informed *informed);

/* The initial condition: values[points_initial][fields] of the soft one at its points, else start[fields] of the form.
 */
ONS_API void ons_informed_start(ons_informed *informed, const double *values);
ONS_API void ons_informed_set_epsilon(ons_informed *informed, double epsilon);
/* One iteration of the optimiser. ONS_FAILED with a message: a number is not finite, and nothing has changed. */
ONS_API ons_status ons_informed_step(ons_informed *informed);
/* One iteration of L-BFGS, at the points of the last other iteration (fixed points: the grid). ONS_DONE: nothing is
 * left to gain within rounding. In double precision only. The first one after others, or after a state was filled,
 * forgets. */
ONS_API ons_status ons_informed_quasi_newton(ons_informed *informed);
/* Goes to the next window: the start becomes the solution at `length`, the optimiser starts anew, parameters stay. */
ONS_API ons_status ons_informed_next_window(ons_informed *informed);

/* Loss of all slices at points of the fixed kind, for the present epsilon; their weights and losses, [points_t], may be
 * NULL; *initial: L_0, may be NULL. */
ONS_API ons_status ons_informed_loss(ons_informed *informed, double *loss, double *weights, double *losses,
                                     double *initial);
/* The smallest weight of the last iteration (with `skip` an upper bound), and its loss. */
ONS_API double ons_informed_least_weight(const ons_informed *informed);
ONS_API double ons_informed_last_loss(const ons_informed *informed);
/* The gradient of the loss of ons_informed_loss, [ons_informed_parameters_count], as double. */
ONS_API ons_status ons_informed_gradient(ons_informed *informed, double *loss, double *gradient);
/* values[p * fields ...] at points[count][coordinates]; derivative `partial` of problem.partials
 * (operators count on from there), or -1: the fields. */
ONS_API ons_status ons_informed_fields(ons_informed *informed, const double *points, size_t count, int partial,
                                       double *values);
/* The residuals [count][equations] there. */
ONS_API ons_status ons_informed_residuals(ons_informed *informed, const double *points, size_t count, double *values);

/* The eigenvalue of largest modulus of the loss's Hessian in all parameters at fixed points, by Lanczos's method with
 * full reorthogonalisation from a random vector: at most `steps` Hessian-vector products, ended when the residual is
 * below `tolerance` of it. *residual (may be NULL): the residual's norm relative to it. ONS_FAILED: above tolerance. */
ONS_API ons_status ons_informed_curvature(ons_informed *informed, unsigned steps, double tolerance, double *eigenvalue,
                                          double *residual);

ONS_API size_t ons_informed_parameters_count(const ons_informed *informed);
ONS_API void *ons_informed_parameters(ons_informed *informed);     /* float or double */
ONS_API uint64_t ons_informed_steps(const ons_informed *informed); /* of the optimiser in this window */
/* The state as flat arrays to be stored or filled, as ons_optimiser_state; a name lives until the next call. */
ONS_API bool ons_informed_state(ons_informed *informed, size_t index, ons_optimiser_array *array);

#ifdef __cplusplus
}
#endif
#endif
