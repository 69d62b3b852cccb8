/*
 * learning/optimiser: steps downhill on one flat array of parameters, in single or double precision.
 *
 * The parameters of a network, whatever its shape, are one array; groups are stretches of it (a tensor each) with their
 * own learning rate, decay and mask. An optimiser's whole state is flat arrays under names, so that a caller can store
 * and restore it; given the same arrays it makes the same steps, bit for bit on a kind of CPU. Nothing is allocated by
 * a step.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_OPTIMISER_H
#define ONSAGER_LEARNING_OPTIMISER_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- schedules -----------------------------------------------------------------------------------------------------
 */

typedef enum ons_schedule_kind {
    ONS_SCHEDULE_CONSTANT,    /* 1 */
    ONS_SCHEDULE_EXPONENTIAL, /* factor^(t/length) */
    ONS_SCHEDULE_STEP,        /* factor^floor(t/length) */
    ONS_SCHEDULE_COSINE,      /* floor + (1 - floor) (1 + cos(pi min(t, length)/length))/2: Loshchilov, Hutter 2017 */
    ONS_SCHEDULE_LINEAR,      /* floor + (1 - floor) (1 - min(t, length)/length) */
    ONS_SCHEDULE_ROOT         /* 1/sqrt(1 + t/length) */
} ons_schedule_kind;

/* What multiplies the learning rate at step t = 0, 1, ... With warm-up the first `warmup` steps have (t + 1)/warmup,
 * and t of the kind counts from their end. Zeroed: constant. */
typedef struct ons_schedule {
    ons_schedule_kind kind;
    double length; /* in steps, > 0 where it is used */
    double factor; /* in (0, 1] */
    double floor;  /* never below this; exponential and step too */
    double warmup; /* steps, 0: none */
} ons_schedule;
ONS_API double ons_schedule_value(const ons_schedule *schedule, uint64_t step);
/* ONS_INVALID with a message when a number is out of its range. */
ONS_API ons_status ons_schedule_check(const ons_schedule *schedule);

/* ---- optimisers on gradients ---------------------------------------------------------------------------------------
 */

typedef enum ons_optimiser_method {
    ONS_SGD,      /* w -= r g */
    ONS_MOMENTUM, /* b = mu b + (1 - dampening) g (first step: b = g); w -= r b, or with nesterov w -= r (g + mu b) */
    ONS_ADAM      /* Kingma, Ba 2015: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
                     w -= r m/(1 - b1^t) / (sqrt(v/(1 - b2^t)) + epsilon); with amsgrad the largest v so far (Reddi 2018) */
} ons_optimiser_method;

/* How weight decay enters; r is the learning rate of the step, with schedule and group. */
typedef enum ons_decay_coupling {
    ONS_DECAY_GRADIENT,   /* g += decay w: an L2 penalty, which Adam rescales */
    ONS_DECAY_RATE,       /* w *= 1 - r decay: AdamW as in PyTorch and Optax */
    ONS_DECAY_INDEPENDENT /* w *= 1 - schedule decay: AdamW as Loshchilov and Hutter wrote it (2019) */
} ons_decay_coupling;

/* A stretch of the parameters: elements first .. first + count - 1. Groups may not overlap; what is in none is frozen.
 */
typedef struct ons_parameter_group {
    const char *name;    /* for messages; may be NULL */
    size_t first, count; /* of elements */
    double rate;         /* times the learning rate; 0: frozen, neither decay nor state change */
    double decay;        /* times the weight decay */
    const uint8_t *mask; /* [count]: an element of 0 is frozen; NULL: none is. Read at every step */
} ons_parameter_group;

/* Zeroed: SGD without anything, in double precision, with a rate of 0. ons_optimiser_defaults fills the usual values.
 */
typedef struct ons_optimiser_settings {
    ons_optimiser_method method;
    bool single;     /* parameters, gradients and state are float; else double */
    double rate;     /* learning rate, >= 0 */
    double momentum; /* mu, in [0, 1) */
    double dampening;
    bool nesterov, amsgrad;
    double beta1, beta2; /* in [0, 1) */
    double epsilon;      /* >= 0 */
    double decay;        /* >= 0 */
    ons_decay_coupling coupling;
    ons_schedule schedule;
    double clip;         /* the gradient's Euclidean norm over all groups is reduced to this; 0: no limit */
    double clip_element; /* each element to [-this, this], after that; 0: no limit */
    double average;      /* a in avg = a avg + (1 - a) w after every step, from avg = w at the start; 0: none */
} ons_optimiser_settings;
/* rate 1e-3 (Adam) or 1e-2, momentum 0.9, betas 0.9 and 0.999, epsilon 1e-8; a decay would be coupled to the rate for
 * Adam, to the gradient else. */
ONS_API ons_optimiser_settings ons_optimiser_defaults(ons_optimiser_method method);

typedef struct ons_optimiser ons_optimiser;

/* An optimiser for `count` parameters; groups NULL: one of them all, at rate 1 and decay 1. The groups are copied,
 * their masks and names are not. ONS_INVALID: a setting out of range, groups that overlap or reach beyond `count`. */
ONS_API ons_status ons_optimiser_create(ons_optimiser **optimiser, const ons_optimiser_settings *settings, size_t count,
                                        const ons_parameter_group *groups, size_t group_count);
ONS_API void ons_optimiser_free(ons_optimiser *optimiser);
ONS_API const ons_optimiser_settings *ons_optimiser_settings_of(const ons_optimiser *optimiser);

/* One step: parameters[count] move by the gradient[count] there (float or double as set). The gradient is not changed.
 * A gradient that is not finite is ONS_FAILED with the step and the first such group and element, and nothing has
 * changed (after an ascent the parameters are back where they were). Cost: one pass through memory per array (two with
 * clip). */
ONS_API ons_status ons_optimiser_step(ons_optimiser *optimiser, void *parameters, const void *gradient);

/* Sharpness-aware minimisation (Foret et al. 2021): moves the parameters by radius g/|g| and remembers where they were;
 * the next ons_optimiser_step goes back first and then steps with the gradient it is given, the one found there. A
 * gradient of 0 moves nothing. Frozen groups and elements stay. */
ONS_API ons_status ons_optimiser_ascend(ons_optimiser *optimiser, void *parameters, const void *gradient,
                                        double radius);

/* Steps made; the learning rate of the next one (without the groups' factors); the norm of the last gradient over
 * groups that are not frozen, before clipping (0 before the first step). */
ONS_API uint64_t ons_optimiser_steps(const ons_optimiser *optimiser);
ONS_API double ons_optimiser_rate(const ons_optimiser *optimiser);
ONS_API double ons_optimiser_norm(const ons_optimiser *optimiser);
/* A new base rate or schedule, for changes during a run. */
ONS_API ons_status ons_optimiser_set_rate(ons_optimiser *optimiser, double rate, const ons_schedule *schedule);
/* The exponential moving average of the parameters [count], or NULL without one or before the first step. */
ONS_API const void *ons_optimiser_average(const ons_optimiser *optimiser);

/* The state as flat arrays, to be stored or filled: array `index` (0, 1, ...), false beyond the last. Which arrays
 * there are, and how long, depends on settings and count alone. Not between ons_optimiser_ascend and the step after it.
 */
typedef enum ons_optimiser_element {
    ONS_OPTIMISER_COUNT,
    ONS_OPTIMISER_DOUBLE,
    ONS_OPTIMISER_SINGLE
} ons_optimiser_element;
typedef struct ons_optimiser_array {
    const char *name; /* "steps", "norm", "first" (momentum, first moment), "second", "largest", "average" */
    ons_optimiser_element element; /* uint64_t, double, float */
    void *values;
    size_t count;
} ons_optimiser_array;
ONS_API bool ons_optimiser_state(ons_optimiser *optimiser, size_t index, ons_optimiser_array *array);

/* The first element that is not finite, in *element: false when all are. */
ONS_API bool ons_not_finite(const void *values, bool single, size_t count, size_t *element);

/* ---- optimisers on functions ---------------------------------------------------------------------------------------
 *
 * These ask for the loss where they want it. They work in double precision; a network in single precision converts.
 */

/* The loss at w[count], and its gradient where gradient is not NULL. */
typedef ons_status (*ons_objective)(void *data, const double *w, double *loss, double *gradient);

/* L-BFGS (Nocedal 1980; Nocedal and Wright, algorithms 7.4 and 7.5) with a line search that ends at the strong Wolfe
 * conditions (algorithms 3.5 and 3.6, cubic interpolation safeguarded by bisection). */
typedef struct ons_lbfgs_settings {
    size_t memory;        /* pairs kept, 1 .. 1000; 0: 10 */
    double sufficient;    /* c1; 0: 1e-4 */
    double curvature;     /* c2, in (c1, 1); 0: 0.9 */
    unsigned evaluations; /* per line search; 0: 25 */
    double first;         /* length of the first step along -g that is tried; 0: min(|g|, 1) */
} ons_lbfgs_settings;
typedef struct ons_lbfgs ons_lbfgs;
ONS_API ons_status ons_lbfgs_create(ons_lbfgs **lbfgs, const ons_lbfgs_settings *settings, size_t count);
ONS_API void ons_lbfgs_free(ons_lbfgs *lbfgs);
/* One iteration: w moves to where the conditions hold. ONS_DONE: the gradient is 0, or rounding leaves nothing to gain
 * (no point along the direction of steepest descent is lower). ONS_FAILED: the loss at w is not finite. Frozen
 * parameters are those whose gradient is 0. The first call, and the first after w was changed by others
 * (ons_lbfgs_restart), evaluates once more. */
ONS_API ons_status ons_lbfgs_step(ons_lbfgs *lbfgs, ons_objective objective, void *data, double *w);
ONS_API void ons_lbfgs_restart(ons_lbfgs *lbfgs);
ONS_API double ons_lbfgs_loss(const ons_lbfgs *lbfgs);          /* at w */
ONS_API double ons_lbfgs_norm(const ons_lbfgs *lbfgs);          /* of the gradient at w, Euclidean */
ONS_API uint64_t ons_lbfgs_evaluations(const ons_lbfgs *lbfgs); /* of the objective so far */
ONS_API bool ons_lbfgs_state(ons_lbfgs *lbfgs, size_t index, ons_optimiser_array *array);

/* Residuals r[residuals] at w[count], and where jacobian is not NULL dr_i/dw_k in jacobian[residuals][count]. */
typedef ons_status (*ons_residuals)(void *data, const double *w, double *r, double *jacobian);

/* Levenberg and Marquardt's method for (1/2) sum r^2: (J^T J + lambda) step = -J^T r by Cholesky's decomposition, or
 * with fewer residuals than parameters step = -J^T (J J^T + lambda)^-1 r, which is the same; lambda after Nielsen
 * (1999). With `gauss_newton` every step is first tried with lambda = 0, and damped only when the matrix is singular or
 * the loss would rise. Cost of a step: residuals count min(residuals, count) + min^3/3 products. */
typedef struct ons_levenberg {
    size_t count, residuals;
    bool gauss_newton;
    double damping;           /* lambda; 0 at the start: 1e-3 of the largest diagonal element */
    double growth;            /* Nielsen's nu */
    double loss, norm;        /* at w: half the sum of squares; the largest |J^T r| */
    double *r, *jacobian;     /* at w: [residuals], [residuals][count] */
    double *trial_r, *matrix; /* work */
    double *step, *gradient, *trial;
    uint64_t fresh; /* whether r and jacobian are those of w */
} ons_levenberg;
ONS_API ons_status ons_levenberg_init(ons_levenberg *levenberg, size_t count, size_t residuals, bool gauss_newton);
ONS_API void ons_levenberg_free(ons_levenberg *levenberg);
/* One accepted step: lambda grows until the loss falls. ONS_DONE: J^T r = 0 or nothing is left to gain within
 * rounding. To be persisted: w, damping, growth (r and jacobian are functions of w: set fresh = 0). */
ONS_API ons_status ons_levenberg_step(ons_levenberg *levenberg, ons_residuals residuals, void *data, double *w);

#ifdef __cplusplus
}
#endif
#endif
