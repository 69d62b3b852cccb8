/*
 * annealing: simulated annealing and population annealing of Ising models with any couplings.
 *
 * H = - sum over bonds J_ij s_i s_j - field sum_i s_i, s = +-1, k_B = 1. A run takes a population of R replicas of ONE
 * sample from infinite temperature down a ladder of temperatures; several runs are made one after the other with
 * independent random numbers.
 *
 * POPULATION (Hukushima and Iba, AIP Conf. Proc. 690, 200 (2003); Machta, Phys. Rev. E 82, 026704 (2010); Wang, Machta
 * and Katzgraber, Phys. Rev. E 92, 063307 (2015)): a step from b to b' (1/T) gives replica j the weight
 * w_j = exp(-(b' - b) E_j) and copies it n_j times, n_j = floor or ceil of R w_j / sum w, by systematic resampling: n_j
 * = floor(C_j + u) - floor(C_j-1 + u) with the partial sums C of these expectations and one uniform u, so that the mean
 * of n_j is its expectation and the size stays R. Then all replicas make `sweeps` sweeps of heat bath at b'. ln Z grows
 * by ln(sum w / R), from N ln 2 at b = 0: with steps that do not depend on the replicas the mean of this Z over runs IS
 * the partition function, at any R. `culling` > 0 puts steps between the temperatures of the ladder: the largest next b
 * at which at most this share of the replicas is expected to be lost, found by 24 halvings; Z then has a bias of order
 * 1/R.
 *
 * SIMULATED (Kirkpatrick, Gelatt and Vecchi, Science 220, 671 (1983)): the same without weights: R restarts, which at
 * the end of the ladder follow the energy down to a local minimum.
 *
 * Couplings of one size are kept 512 replicas a word with exact 64-bit thresholds, others a byte a spin.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_ANNEALING_H
#define ONSAGER_SPINS_ANNEALING_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ons_graph;

typedef enum ons_annealing_method { ONS_ANNEALING_SIMULATED, ONS_ANNEALING_POPULATION } ons_annealing_method;

/* What is known at each temperature of the ladder, per site where that has a meaning. Means over runs of POPULATION
 * have the weights Z of the runs (Machta 2010), so that their bias goes with 1/(runs R)
 * instead of 1/R; those of SIMULATED are plain. Errors: jackknife over the runs; NaN for a single run. */
typedef enum ons_annealing_quantity {
    ONS_ANNEALING_FREE_ENERGY,   /* -(T/N) ln(mean of Z over runs); POPULATION */
    ONS_ANNEALING_ENERGY,        /* <e>, e = H/N */
    ONS_ANNEALING_SPECIFIC_HEAT, /* N (<e^2> - <e>^2) / T^2 */
    ONS_ANNEALING_MAGNETIZATION_ABS,
    ONS_ANNEALING_MAGNETIZATION_SQUARED,
    ONS_ANNEALING_MAGNETIZATION_FOURTH,
    ONS_ANNEALING_OVERLAP_ABS, /* of replicas j and j + R/2 that come from different families; NaN when no such */
    ONS_ANNEALING_OVERLAP_SQUARED,
    ONS_ANNEALING_OVERLAP_FOURTH,
    ONS_ANNEALING_RHO_T,    /* R sum of squared shares of the families: mean square family size; plain mean */
    ONS_ANNEALING_RHO_S,    /* R exp(sum n ln n) over the shares n: entropic family size; plain mean */
    ONS_ANNEALING_FAMILIES, /* share of the initial replicas that have offspring; plain mean */
    ONS_ANNEALING_STEPS,    /* steps of 1/T since the temperature before; plain mean */
    ONS_ANNEALING_CULLED,   /* share of replicas lost in the resamplings of these steps, of one step; plain mean */
    ONS_ANNEALING_RHO_F,    /* R times the variance of ln Z over runs: equilibrium population size */
    ONS_ANNEALING_QUANTITIES
} ons_annealing_quantity;

#define ONS_ANNEALING_LANES 512

typedef struct ons_annealing_options {
    ons_annealing_method method;
    const double *temperature; /* [temperatures], positive, strictly descending */
    size_t temperatures;
    double field;
    uint32_t population; /* R, a positive multiple of 512 */
    uint32_t sweeps;     /* >= 1 after each step */
    double culling;      /* 0, or in (0, 1) */
    uint32_t runs;       /* >= 1 */
} ons_annealing_options;

/* Fields that must be persisted are marked with *. */
typedef struct ons_annealing {
    const struct ons_graph *graph;
    ons_annealing_options options; /* its ladder is the state's own copy */
    ons_random random;             /* * of the resampling; sweeps take planes of its key, replica and purpose */
    uint64_t planes;               /* * streams of planes that are used up */
    uint64_t cursor[2];            /* * the run, and the temperature that it goes to */
    double inverse;                /* * 1/T of the population */
    double log_z;                  /* * ln Z there */
    double steps, culled;          /* * on the way to the next temperature */
    uint32_t *family;              /* * [population] */
    size_t bytes;
    void *spins;    /* * [bytes]: uint64_t [R/512][sites][8], or int8_t [R/512][sites][512] */
    double *record; /* * [runs][temperatures][SPINS_ANNEALING_RECORDS] */
    size_t records;
    double lowest;  /* * lowest energy so far, of the whole */
    double reached; /* * replicas that ended with it, in the runs that are finished */
    int8_t *ground; /* * [sites]: its configuration */
    double *energy; /* [population]: total energies */
    struct spins_annealing_work *work;
} ons_annealing;

/* ONS_INVALID where the options cannot be. */
ONS_API ons_status ons_annealing_check(const ons_annealing_options *options);
ONS_API double ons_annealing_bytes(double sites, double bonds, bool one_size, const ons_annealing_options *options);
/* `graph` (not a complete one) must outlive the state; couplings[graph->bonds] are copied. */
ONS_API ons_status ons_annealing_create(ons_annealing **annealing, const struct ons_graph *graph,
                                        const double *couplings, const ons_annealing_options *options,
                                        ons_random random);
ONS_API void ons_annealing_free(ons_annealing *annealing);
/* Whether the replicas are bits. */
ONS_API bool ons_annealing_sliced(const ons_annealing *annealing);
/* One step of 1/T of the present run; ONS_DONE after the last one of the last run. Some sites * population * sweeps /
 * (0.5 .. 8 per nanosecond). Allocates nothing. */
ONS_API ons_status ons_annealing_advance(ons_annealing *annealing);
/* Temperatures that are finished, of runs * temperatures. */
ONS_API void ons_annealing_progress(const ons_annealing *annealing, double *done, double *total);
/* After fields marked with * were set from outside. ONS_INVALID when they cannot be. */
ONS_API ons_status ons_annealing_refresh(ons_annealing *annealing);
/* From the finished runs: value[temperatures] and error[temperatures]; NaN where the method has none. */
ONS_API void ons_annealing_result(const ons_annealing *annealing, ons_annealing_quantity quantity, double *value,
                                  double *error);
/* ln Z of one finished run at one temperature. */
ONS_API double ons_annealing_log_z(const ons_annealing *annealing, uint32_t run, size_t temperature);
/* Share of the replicas of the finished runs that ended with the lowest energy of all (within 1e-9 of the sum of
 * |J|). */
ONS_API double ons_annealing_success(const ons_annealing *annealing);

#ifdef __cplusplus
}
#endif
#endif
