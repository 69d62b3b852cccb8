/*
 * kinetics: Ising spins in time, at a temperature and in a field that may change: flips of single spins, exchanges of
 * neighbours (Kawasaki), and flips without rejection in continuous time (n-fold way).
 *
 * H = - sum over bonds J_ij s_i s_j - field sum_i s_i, s = +-1, k_B = 1. The unit of time is one attempt a site on
 * average. Each move from a to b happens with a probability or rate w(dE), dE = H(b) - H(a), that satisfies detailed
 * balance, w(dE) = exp(-dE/T) w(-dE):
 *   METROPOLIS  min(1, exp(-dE/T)), and `neutral` at dE = 0
 *   HEAT_BATH   1 / (1 + exp(dE/T)) (Glauber 1963)
 *   FLIP      N attempts a unit of time, each at a site drawn at random, accepted with probability w
 *   EXCHANGE  N attempts a unit of time, each at a bond drawn at random (Kawasaki 1966): the spins at its ends change
 *             places with probability w. The magnetization stays; the field has no effect
 *   EVENTS    every site flips at the rate w in continuous time: the n-fold way of Bortz, Kalos and Lebowitz (J.
 * Comput. Phys. 17, 10 (1975)). Sites are kept in classes of equal spin and local field; an event draws its class, then
 * its site. It is FLIP in the limit of many sites, and its law for any number of them is that of the master equation
 * With T = 0 a move that raises the energy never happens. Discrete decisions compare random integers with 64-bit
 * thresholds; times come from ons_log, sums of rates are added in a fixed order: the same bits on every CPU.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_KINETICS_H
#define ONSAGER_SPINS_KINETICS_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ons_graph;

typedef enum ons_kinetics_move { ONS_KINETICS_FLIP, ONS_KINETICS_EXCHANGE, ONS_KINETICS_EVENTS } ons_kinetics_move;
typedef enum ons_kinetics_rule { ONS_KINETICS_METROPOLIS, ONS_KINETICS_HEAT_BATH } ons_kinetics_rule;

typedef struct ons_kinetics_options {
    double temperature; /* >= 0 */
    double field;
    double coupling;         /* J_ij = coupling * strength of the bond; ignored with `couplings` */
    const double *couplings; /* [graph->bonds]: J_ij of each bond, copied; NULL: as above */
    ons_kinetics_move move;
    ons_kinetics_rule rule;
    double neutral; /* METROPOLIS: probability of a move with dE = 0, in (0, 1]; 1/2 is that of ons_ising, 1 the
                       textbook's. With 1 and no coupling at all every attempt is accepted, and the parity of the state
                       is that of the number of attempts */
} ons_kinetics_options;

/* Where a state is in time; plain numbers, to be persisted. */
typedef struct ons_kinetics_clock {
    double time; /* from 0 */
    double wait; /* EVENTS: what is left until the next event of an exponential waiting time of mean 1, in units of
                    1/(sum of all rates); negative: not drawn yet */
    uint64_t attempts; /* FLIP, EXCHANGE: made so far */
    uint64_t moves;    /* flips or exchanges so far */
} ons_kinetics_clock;

/* A configuration with its random stream, its rates and its clock. */
typedef struct ons_kinetics ons_kinetics;

/* Begins with all spins up at time 0. `graph` must outlive it and list its bonds (at most 2^32 - 1). Cost: that of the
 * couplings, O(bonds). EVENTS refuses couplings that are not small multiples of one number (ONS_INVALID): a site would
 * be a class of its own. */
ONS_API ons_status ons_kinetics_create(ons_kinetics **kinetics, const struct ons_graph *graph,
                                       const ons_kinetics_options *options, ons_random random);
ONS_API void ons_kinetics_free(ons_kinetics *kinetics);
/* Memory of one state on a graph of that size, without the graph. */
ONS_API double ons_kinetics_bytes(double sites, double bonds, ons_kinetics_move move);

/* Another temperature (>= 0) and field from now on. O(1): tables of the size of the local fields that can be. */
ONS_API ons_status ons_kinetics_set(ons_kinetics *kinetics, double temperature, double field);

ONS_API ons_status ons_kinetics_start_random(ons_kinetics *kinetics, ons_random *random); /* infinite temperature */
/* All configurations with round(N (1 + magnetization) / 2) spins up, |magnetization| <= 1, equally probable. */
ONS_API ons_status ons_kinetics_start_magnetization(ons_kinetics *kinetics, double magnetization, ons_random *random);

/* Goes on to the time `until`: FLIP and EXCHANGE until round(N until) attempts are made; EVENTS holds the state before
 * the next event, however far that is. Leaves after `work` attempts or events (0: no limit). ONS_OK: there;
 * ONS_STOPPED: call again; ONS_MEMORY. */
ONS_API ons_status ons_kinetics_advance(ons_kinetics *kinetics, double until, uint64_t work);

/* The spins, [sites], +1 or -1; after changing them from outside call ons_kinetics_refresh. */
ONS_API int8_t *ons_kinetics_spins(ons_kinetics *kinetics);
/* EVENTS: the order of the sites in their classes, [sites], as it is now, to be persisted with the spins: the next
 * event depends on it. NULL for other moves. */
ONS_API uint32_t *ons_kinetics_order(ons_kinetics *kinetics);
/* Makes sums and classes anew from the spins and the array of ons_kinetics_order as it stands. ONS_INVALID when a spin
 * is not +-1 or the order is none. */
ONS_API ons_status ons_kinetics_refresh(ons_kinetics *kinetics);
ONS_API ons_random *ons_kinetics_random(ons_kinetics *kinetics);
ONS_API ons_kinetics_clock *ons_kinetics_time(ons_kinetics *kinetics);

/* Per site, as ons_ising_energy and its companions; the energy holds the field as it is now. */
ONS_API double ons_kinetics_energy(const ons_kinetics *kinetics);
ONS_API double ons_kinetics_magnetization(const ons_kinetics *kinetics);
ONS_API double ons_kinetics_magnetization_kmin_squared(const ons_kinetics *kinetics);
/* EVENTS: the sum of all rates. */
ONS_API double ons_kinetics_activity(const ons_kinetics *kinetics);

#ifdef __cplusplus
}
#endif
#endif
