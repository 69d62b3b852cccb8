/*
 * glass: Ising spin glasses with exchange of temperatures. One sample with couplings of any value (ons_glass), or 512
 * samples at a time whose couplings differ in their signs only (ons_glass_lanes).
 *
 * H = - sum over bonds J_ij s_i s_j - field sum_i s_i, s = +-1, k_B = 1. A state holds two copies of a sample, a and b,
 * each with a walker at every temperature of a ladder: overlaps are those of a and b at equal temperature, and squares
 * of thermal means are taken from both. A step is: Houdayer moves if asked for; all sites of all walkers drawn in order
 * from their distribution given their neighbours (heat bath); an exchange of all pairs (0, 1), (2, 3), .. of the ladder
 * and of all pairs (1, 2), (3, 4), .. (Hukushima and Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996)). Every transition of
 * the sweep has a positive probability, so that the step has one eigenvalue on the unit circle.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_GLASS_H
#define ONSAGER_SPINS_GLASS_H

#include <onsager/base.h>
#include <onsager/spins/tempering.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ons_graph;

/* What is measured at every temperature, all per site; what is of one copy is the mean of both. */
typedef enum ons_glass_quantity {
    ONS_GLASS_ENERGY,                /* e = H/N */
    ONS_GLASS_ENERGY_SQUARED,        /* e^2 */
    ONS_GLASS_ENERGY_PRODUCT,        /* e_a e_b */
    ONS_GLASS_MAGNETIZATION,         /* m = (1/N) sum s_i */
    ONS_GLASS_MAGNETIZATION_SQUARED, /* m^2 */
    ONS_GLASS_MAGNETIZATION_FOURTH,  /* m^4 */
    ONS_GLASS_OVERLAP,               /* q = (1/N) sum a_i b_i */
    ONS_GLASS_OVERLAP_ABS,           /* |q| */
    ONS_GLASS_OVERLAP_SQUARED,       /* q^2 */
    ONS_GLASS_OVERLAP_FOURTH,        /* q^4 */
    ONS_GLASS_OVERLAP_KMIN_SQUARED,  /* |q(k)|^2, q(k) = (1/N) sum a_i b_i exp(i k r_i), mean over the smallest wave
                                        vectors (ons_lattice_wavenumber); NaN without such */
    ONS_GLASS_LINK_OVERLAP,          /* mean over bonds of a_i a_j b_i b_j */
    ONS_GLASS_EXCHANGE_RATE, /* share of the last step's attempts between this and the next temperature that were
                                accepted; at the last temperature that of the pair before */
    ONS_GLASS_FROM_HOT,      /* share of walkers here that were at the highest temperature after the lowest; mean
                                over the two rounds of exchanges of the last step, which see odd and even places
                                in turn */
    ONS_GLASS_LABELLED,      /* share of walkers here that have been at either end, likewise */
    ONS_GLASS_QUANTITIES
} ons_glass_quantity;

typedef struct ons_glass_options {
    const double *temperature; /* [temperatures], positive, strictly ascending or descending */
    size_t temperatures;       /* >= 1 */
    double field;
    bool houdayer; /* a cluster move at every temperature and step: the cluster of sites with a_i b_i = -1 around one of
                      them, drawn at random, is exchanged between a and b (Houdayer, Eur. Phys. J. B 22, 479 (2001)).
                      E_a + E_b stays, field or not. Not for lanes */
} ons_glass_options;

/* ---- one sample with couplings of any value ---- */

/* Fields that must be persisted are marked with *. Walker w = copy * temperatures + place. */
typedef struct ons_glass {
    const struct ons_graph *graph;
    size_t temperatures, walkers;
    double field;
    bool houdayer;
    ons_random random;       /* * exchanges and clusters; sweeps take planes of its key, replica and purpose */
    uint64_t steps;          /* * made so far: the stream of the next sweep's planes */
    int8_t *spins;           /* * [sites][walkers] */
    ons_tempering ladder[2]; /* * of each copy */
    uint8_t
        *exchanged;   /* * [2][temperatures]: whether the pair of this and the next temperature was in the last step */
    int8_t *between;  /* * [2][temperatures]: labels after the first round of the last step */
    uint64_t trips;   /* * round trips of the last step */
    double *coupling; /* [bonds] */
    double *entry;    /* [graph->entries]: coupling to each neighbour */
    double *energy;   /* [walkers]: total energy after the last step */
    struct spins_glass_work *work;
} ons_glass;

/* `graph` (not a complete one) must outlive the state; couplings[graph->bonds] are copied. Begins with all spins up. */
ONS_API ons_status ons_glass_create(ons_glass **glass, const struct ons_graph *graph, const double *couplings,
                                    const ons_glass_options *options, ons_random random);
ONS_API void ons_glass_free(ons_glass *glass);
ONS_API void ons_glass_start_random(ons_glass *glass, ons_random *random);
/* Some 2 ns per site and walker. Allocates nothing. */
ONS_API void ons_glass_step(ons_glass *glass);
/* After fields marked with * were set from outside. ONS_INVALID when they cannot be. */
ONS_API ons_status ons_glass_refresh(ons_glass *glass);
/* values[ONS_GLASS_QUANTITIES][temperatures]. O(N) per temperature. */
ONS_API void ons_glass_measure(const ons_glass *glass, double *values);
/* Bytes of a state on a graph of that size. */
ONS_API double ons_glass_bytes(double sites, double bonds, size_t temperatures);

/* ---- 512 samples with couplings of one size ---- */

#define ONS_GLASS_LANES 512
#define ONS_GLASS_MOST_NEIGHBOURS 31

/* Sample `lane` is bit lane % 64 of word lane / 64 of every plane of 8 words: a spin is 1 where it is up, a coupling 1
 * where it is negative. Every lane has its own random bits, and acceptance is exact: random planes are compared bitwise
 * with 64-bit thresholds. All is fixed by (random, steps), whatever the CPU. Fields that must be persisted are marked
 * with *. */
typedef struct ons_glass_lanes {
    const struct ons_graph *graph;
    size_t temperatures, walkers, rows; /* rows = sites + 2 */
    double field, coupling;             /* the size of all couplings */
    uint64_t steps;                     /* * made so far: the stream of the next step's planes */
    uint64_t *spins; /* * [walkers][rows][8]: walker copy * temperatures + k is always at temperature k; the last two
                        rows tell which configurations came last from temperature 0, and from the last one */
    uint64_t *
        exchanged; /* * [2][temperatures][8]: lanes whose pair of this and the next temperature was, in the last step */
    uint64_t *between;  /* * [walkers][2][8]: those two rows after the first round of the last step */
    uint8_t *trips;     /* * [512]: round trips of the last step */
    uint64_t *negative; /* [bonds][8] */
    struct spins_lanes_work *work;
} ons_glass_lanes;

/* Whether a graph can have lanes: ONS_INVALID for bonds of several sizes and more than ONS_GLASS_MOST_NEIGHBOURS. */
ONS_API ons_status ons_glass_lanes_check(const struct ons_graph *graph);
/* Couplings have the size coupling * |strength| and are positive until set; all spins up. `random`: its key, replica
 * and purpose, not its position. options->houdayer is refused. */
ONS_API ons_status ons_glass_lanes_create(ons_glass_lanes **lanes, const struct ons_graph *graph, double coupling,
                                          const ons_glass_options *options, ons_random random);
ONS_API void ons_glass_lanes_free(ons_glass_lanes *lanes);
/* The signs of couplings[graph->bonds] for one lane. */
ONS_API void ons_glass_lanes_set_couplings(ons_glass_lanes *lanes, unsigned lane, const double *couplings);
ONS_API void ons_glass_lanes_start_random(ons_glass_lanes *lanes, ons_random *random);
/* One step of all lanes. Allocates nothing. */
ONS_API void ons_glass_lanes_step(ons_glass_lanes *lanes);
/* After fields marked with * were set from outside. */
ONS_API void ons_glass_lanes_refresh(ons_glass_lanes *lanes);
/* values[512][ONS_GLASS_QUANTITIES][temperatures]. */
ONS_API void ons_glass_lanes_measure(const ons_glass_lanes *lanes, double *values);
ONS_API double ons_glass_lanes_bytes(double sites, double bonds, size_t temperatures);

#ifdef __cplusplus
}
#endif
#endif
