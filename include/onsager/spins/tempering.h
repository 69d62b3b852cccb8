/*
 * tempering: exchange of walkers along a ladder of temperatures (Hukushima and Nemoto 1996). It holds who is where and
 * the statistics of the exchanges; configurations and energies are the caller's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_TEMPERING_H
#define ONSAGER_SPINS_TEMPERING_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All fields are plain, so that a system can persist them. Rung k has temperature[k]; configurations never move: walker
 * w is at rung[w], and walker[k] is at rung k. */
typedef struct ons_tempering {
    size_t count;
    double *temperature;     /* [count], ascending or descending */
    uint32_t *walker, *rung; /* [count] */
    int8_t *label;           /* [count] of walkers: 1 came last from rung 0, -1 from the last rung, 0 neither yet */
    uint64_t *attempts, *exchanges;  /* [count] of the pair k, k + 1 (the last entry stays 0) */
    uint64_t *from_first, *labelled; /* [count] visits of a rung by walkers with label 1; with any label */
    uint64_t rounds, round_trips;    /* a round trip: first to last rung and back, counted over all walkers */
} ons_tempering;

/* Refuses temperatures that are not positive, finite and strictly monotonic; a single one may be 0. Walker k begins at
 * rung k. */
ONS_API ons_status ons_tempering_init(ons_tempering *tempering, const double *temperature, size_t count);
ONS_API void ons_tempering_free(ons_tempering *tempering);
/* One round: pairs (0,1), (2,3), .. in even rounds, (1,2), (3,4), .. in odd ones, each exchanged with
 * min(1, exp((1/T_k - 1/T_k+1)(E_k - E_k+1))): two 32-bit words of `random` a pair, whatever happens. energy[w]: the
 * total energy of walker w. Every round satisfies detailed balance with the product of the Boltzmann weights. */
ONS_API void ons_tempering_exchange(ons_tempering *tempering, const double *energy, ons_random *random);
/* The fraction of exchanges between rungs k and k + 1, and of walkers at rung k that came from rung 0 among those that
 * came from either end (Katzgraber, Trebst, Huse and Troyer 2006); NaN before any. */
ONS_API double ons_tempering_rate(const ons_tempering *tempering, size_t k);
ONS_API double ons_tempering_flow(const ons_tempering *tempering, size_t k);
/* Forgets the statistics, not the places. */
ONS_API void ons_tempering_reset(ons_tempering *tempering);
/* The permutation and labels after they were set from outside: ONS_INVALID when `walker` is no permutation; sets
 * `rung` from it. */
ONS_API ons_status ons_tempering_refresh(ons_tempering *tempering);

#ifdef __cplusplus
}
#endif
#endif
