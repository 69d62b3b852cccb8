/*
 * delay: equations that know their own past, x' = f(t, x(t), x_v(t - tau)), and their exponents.
 *
 * Method of steps with the method of Dormand and Prince (order 5); its dense output (order 4) is the history, which
 * keeps the order (Bellen and Zennaro, Numerical Methods for Delay Differential Equations, 2003). Steps are tau / N
 * with a whole N: none is longer than the delay, past values are needed only at the stages of earlier steps, and the
 * kinks of the start, which travel by multiples of tau and become smoother, always lie between two steps.
 *
 * Exponents are those of the discrete evolution: perturbations of the whole history go with it by the derivative of
 * the method itself, and are made orthonormal (Farmer, Physica D 4, 366 (1982)).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_DELAY_H
#define ONSAGER_DYNAMICS_DELAY_H

#include <onsager/dynamics/integrate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A right-hand side for ONS_LANES states side by side: t[8], x[dimension][8], delayed[8] (the variable `delayed` at
 * t - delay) to dx[dimension][8]; aligned to 64 bytes. `jacobian` also gives d f_i / d x_j as
 * [dimension][dimension][8], `slopes` d f_i / d delayed as [dimension][8]; both are needed for exponents only. */
typedef struct ons_delay_field {
    size_t dimension;
    size_t delayed; /* index of the variable whose past counts */
    double delay;
    const void *data;
    void (*value)(const void *data, const double *t, const double *x, const double *delayed, double *dx);
    void (*jacobian)(const void *data, const double *t, const double *x, const double *delayed, double *dx,
                     double *jacobian);
    void (*slopes)(const void *data, const double *t, const double *x, const double *delayed, double *slopes);
} ons_delay_field;

typedef struct ons_delayed ons_delayed;
/* ONS_LANES trajectories with `exponents` (0: none) perturbations each and `resolution` steps of a delay. The field's
 * data must outlive it. ONS_INVALID: a delay that is not positive, no resolution, more exponents than the discrete
 * history has numbers (resolution + dimension). Cost of a step: 6 evaluations and 6 (1 + exponents) products. */
ONS_API ons_status ons_delayed_create(ons_delayed **delayed, const ons_delay_field *field, size_t resolution,
                                      size_t exponents);
ONS_API void ons_delayed_free(ons_delayed *delayed);
/* Puts all lanes at time t: x[dimension][8], and the past of the delayed variable at t - delay (1 - u) for u in [0, 1]:
 * NULL: as it is now. Perturbations become waves of growing number. */
ONS_API void ons_delayed_set(ons_delayed *delayed, double t, const double *x,
                             double (*past)(const void *data, size_t lane, double u), const void *data);
/* Makes all whole steps up to target. With exponents: decomposes the perturbations at the end and adds the logarithms
 * of their growth to growth[8][exponents] (NULL: leaves them). ONS_FAILED: not finite, with the lane and the time in
 * the message. */
ONS_API ons_status ons_delayed_advance(ons_delayed *delayed, double target, double *growth);
ONS_API double ons_delayed_time(const ons_delayed *delayed);
/* x[dimension][8] at the end of the last step. */
ONS_API const double *ons_delayed_point(const ons_delayed *delayed);
/* x[dimension][8] at a time t up to one step beyond the last, by a shorter step that leaves no trace: where it goes
 * does not depend on who looks. ONS_INVALID: another time. */
ONS_API ons_status ons_delayed_look(const ons_delayed *delayed, double t, double *x);
/* Adds a constant to a variable of a lane, now and in its past: the turns of an angle. */
ONS_API void ons_delayed_shift(ons_delayed *delayed, size_t lane, size_t variable, double by);
/* Everything that goes on: an array that is stored and put back. */
ONS_API double *ons_delayed_numbers(ons_delayed *delayed, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
