/*
 * rate_network: x' = -x + J phi(x), units that drive each other, from several initial conditions side by side, and the
 * covariances of what they do, summed as it goes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_RATE_NETWORK_H
#define ONSAGER_DYNAMICS_RATE_NETWORK_H

#include <onsager/dynamics/rate_theory.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_rate_options {
    ons_rate_activation phi;
    size_t units;     /* 1 .. 40000 */
    size_t copies;    /* initial conditions, 1 .. 1024: their products with J become one product of matrices */
    double step;      /* of time */
    bool runge_kutta; /* the classical method of order 4; else Euler */
    bool single;      /* numbers of 32 bits */
} ons_rate_options;

/* Couplings in compressed rows: unit i receives value[k] phi of unit column[k], k = start[i] .. start[i + 1] - 1. */
typedef struct ons_rate_rows {
    const uint64_t *start;  /* [units + 1] */
    const uint32_t *column; /* ascending within a row */
    const double *value;
} ons_rate_rows;

typedef struct ons_rate_network ons_rate_network;
/* J[units][units], row i: what unit i receives; copied. All states begin at 0. A copy's numbers do not depend on the
 * others (but copies = 1 adds in another order). Cost of a step: units^2 copies products, bound by memory for one copy
 * and by arithmetic for 16. */
ONS_API ons_status ons_rate_network_create(ons_rate_network **network, const ons_rate_options *options,
                                           const double *J);
/* The same with sparse couplings. ONS_INVALID: rows that do not ascend or name units that are not there. */
ONS_API ons_status ons_rate_network_create_sparse(ons_rate_network **network, const ons_rate_options *options,
                                                  const ons_rate_rows *J);
ONS_API void ons_rate_network_free(ons_rate_network *network);
/* x[units][copies]: all there is of a state; stored and loaded without loss. */
ONS_API void ons_rate_network_store(const ons_rate_network *network, double *x);
ONS_API void ons_rate_network_load(ons_rate_network *network, const double *x);
/* ONS_FAILED when a state is not finite any more (a linear network may blow up). */
ONS_API ons_status ons_rate_network_advance(ons_rate_network *network, uint64_t steps);
/* Means of x^2 and phi^2 over units and copies. */
ONS_API void ons_rate_network_activity(const ons_rate_network *network, double *x, double *phi);

/* ---- covariances ----------------------------------------------------------------------------------------------------
 */

typedef enum ons_rate_signal {
    ONS_RATE_PHI,
    ONS_RATE_X,
    ONS_RATE_RESIDUAL, /* phi - a x: what the linear response of a unit does not explain */
    ONS_RATE_SQUARE,   /* phi^2 */
    ONS_RATE_SIGNALS
} ons_rate_signal;

typedef struct ons_rate_record ons_rate_record;
/* `signals`: bits 1 << ONS_RATE_PHI etc. of what is recorded; `slope`: a of the residual; `lags`: correlations in time
 * of up to so many intervals between samples, averaged over units. Copies 0, 2, .. and 1, 3, .. make two independent
 * halves, whose covariances have independent errors. Memory: 16 units^2 bytes a signal. */
ONS_API ons_status ons_rate_record_create(ons_rate_record **record, const ons_rate_network *network, unsigned signals,
                                          double slope, size_t lags);
ONS_API void ons_rate_record_free(ons_rate_record *record);
/* A sample of all copies. Cost: units^2 copies products a signal, by updates of rank 64. */
ONS_API void ons_rate_record_add(ons_rate_record *record, const ons_rate_network *network);
/* <s_i s_j> (the mean of phi and x vanishes by symmetry), of ONS_RATE_SQUARE <s_i s_j> - <s_i> <s_j>. `half`: 0 or 1,
 * 2: both. ONS_INVALID: not recorded, or no samples. */
ONS_API ons_status ons_rate_record_covariance(const ons_rate_record *record, ons_rate_signal signal, unsigned half,
                                              double *covariance);
/* Means over units of phi(t) phi(t + k interval) and of x; NaN before there are samples. */
ONS_API void ons_rate_record_lag(const ons_rate_record *record, size_t k, double *phi, double *x);
/* Everything it holds, as numbers that can be stored and put back. */
ONS_API double *ons_rate_record_numbers(ons_rate_record *record, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
