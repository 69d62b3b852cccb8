/*
 * Inside dynamics: one step of a block of trajectories. The kernels are compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_RUNGE_KUTTA_H
#define DYNAMICS_RUNGE_KUTTA_H

#include <onsager/dynamics/integrate.h>

typedef struct dynamics_block {
    _Alignas(64) double t[ONS_LANES], h[ONS_LANES];         /* now, and the step to be tried next (with its sign) */
    _Alignas(64) double t_old[ONS_LANES], h_old[ONS_LANES]; /* before the last accepted step, and that step */
    _Alignas(64) double target[ONS_LANES];
    _Alignas(64) int64_t running[ONS_LANES];  /* -1: this lane takes steps; else 0 */
    _Alignas(64) int64_t accepted[ONS_LANES]; /* -1: the last try was accepted */
    _Alignas(64) int64_t rejected[ONS_LANES]; /* -1: the last try was rejected: the next step must not grow */
    double *x, *x_old;                        /* [dimension][lanes] */
    double *k;                                /* [DOP853_ALL_STAGES][dimension][lanes]; k[0] belongs to (t, x). Or the
                                                 coefficients of a series, on into `dense` */
    double *trial;                            /* [dimension][lanes] */
    double *dense;                            /* [8][dimension][lanes] coefficients of the dense output */
    uint64_t evaluations;
    bool clipped; /* steps end at the targets; else they go past them */
} dynamics_block;

/* One try of every running lane. */
typedef void dynamics_try(const ons_field *field, size_t index, dynamics_block *block, const ons_integration *how);
/* After a try: coefficients of the dense output of the lanes that were accepted. `index`: of the block. */
typedef void dynamics_dense(const ons_field *field, size_t index, dynamics_block *block);

typedef struct dynamics_kernels {
    dynamics_try *attempt[3]; /* by ons_method */
    dynamics_try *pair[3];    /* of this block and the next one, each as by itself; NULL: none */
    dynamics_dense *dense[3]; /* NULL: the coefficients of a series serve */
} dynamics_kernels;
extern const dynamics_kernels dynamics_kernels_plain, dynamics_kernels_v3, dynamics_kernels_v4;
/* Of the series at these tolerances: two terms and a half a digit, in steps of four. */
static inline size_t dynamics_taylor_order(const ons_integration *how) {
    const double tolerance = how->relative > how->absolute ? how->relative : how->absolute;
    return tolerance > 1e-5 ? 8 : tolerance > 1e-8 ? 12 : tolerance > 1e-11 ? 16 : 20;
}

/* The fastest that this machine has. */
const dynamics_kernels *dynamics_kernels_here(void);

#endif
