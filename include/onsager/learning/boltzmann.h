/*
 * learning/boltzmann: Boltzmann machines of binary units on two sides without couplings within a side: restricted
 * Boltzmann machines (Smolensky 1986, Hinton 2002) and deep ones with two hidden layers (Salakhutdinov and Hinton
 * 2009).
 *
 * -E(e, o) = a' e + b' o + e' W o, units 0 or 1. The even side e holds the pixels, then (perhaps) a class, one-hot,
 * then (perhaps) a deep hidden layer; the odd side o the hidden units between them. Without a deep layer this is an
 * RBM, with one a DBM whose layers are pixels and class - odd - deep. Arrays of states are [examples][units].
 *
 * Matrix products are OpenBLAS's on one thread, examples in blocks of ONS_BOLTZMANN_BLOCK whatever the number of
 * threads, so that bits do not depend on it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_BOLTZMANN_H
#define ONSAGER_LEARNING_BOLTZMANN_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONS_BOLTZMANN_BLOCK 64

/* values: W[even][odd], a[even], b[odd], one flat array. */
typedef struct ons_boltzmann {
    size_t pixels, classes, deep, odd; /* classes, deep: 0 for none */
    size_t even;                       /* pixels + classes + deep */
    size_t count;                      /* of values */
    double *values;
} ons_boltzmann;

/* Zero values. ONS_INVALID: no pixels or no odd units, one class, more than 2^31 values. */
ONS_API ons_status ons_boltzmann_create(ons_boltzmann *machine, size_t pixels, size_t classes, size_t odd, size_t deep);
ONS_API void ons_boltzmann_free(ons_boltzmann *machine);
/* Normal W of standard deviation `width`; a of the pixels from their means over the data (ln p/(1 - p), p kept away
 * from 0 and 1 as one count more of each). mean NULL: 0. */
ONS_API void ons_boltzmann_draw(ons_boltzmann *machine, double width, const double *mean, size_t examples,
                                ons_random *random);

/* p[examples][odd] of the odd side given the even one; p[examples][even] of the even side given the odd one (softmax
 * over the class). Cost: a matrix product each. */
ONS_API void ons_boltzmann_odd(const ons_boltzmann *machine, size_t examples, const double *even, double *p);
ONS_API void ons_boltzmann_even(const ons_boltzmann *machine, size_t examples, const double *odd, double *p);
/* One sweep of block Gibbs sampling of the examples: odd given even, then even given odd, of which units below `fixed`
 * stay. Takes ons_boltzmann_words(machine, examples) words of the stream. scratch: [examples][max(even, odd)]. */
ONS_API size_t ons_boltzmann_words(const ons_boltzmann *machine, size_t examples);
ONS_API void ons_boltzmann_sweep(const ons_boltzmann *machine, size_t examples, size_t fixed, ons_random *random,
                                 double *even, double *odd, double *scratch, uint32_t *words);

/* ln sum over the odd side of exp(-E): the free energy of the even side, with its sign turned. */
ONS_API ons_status ons_boltzmann_weight(const ons_boltzmann *machine, size_t examples, const double *even,
                                        double *weight);
/* Naive mean field with even units below `fixed` held at their values in even[even]: odd = sigmoid(...), then even, by
 * turns, until nothing moves by more than `tolerance`; p of the odd side in odd[odd]. Turns of blocks never raise the
 * mean-field free energy, so that they come to rest, at one of perhaps many fixed points. ONS_DONE: not within
 * `limit` turns. *turns: those made (NULL: not wanted). held[even] marks units that stay too (NULL: none). */
ONS_API ons_status ons_boltzmann_mean_field(const ons_boltzmann *machine, size_t fixed, const uint8_t *held,
                                            double tolerance, unsigned limit, double *even, double *odd,
                                            unsigned *turns);
/* Lower bounds of ln p*(v) = ln sum over hidden units of exp(-E), v the pixels and class in even[examples][even], by
 * mean field of the deep layer (whose marginals are written there), at most `turns` turns to 1e-6: ons_boltzmann_weight
 * of the marginals plus the entropy of the deep layer. Exact for an RBM. */
ONS_API ons_status ons_boltzmann_bound(const ons_boltzmann *machine, size_t examples, unsigned turns, double *even,
                                       double *bound);
/* p[classes] given the pixels, exact for an RBM: softmax of the weights of the classes. ONS_INVALID for machines
 * without classes or with a deep layer. */
ONS_API ons_status ons_boltzmann_classify(const ons_boltzmann *machine, size_t examples, const double *pixels,
                                          double *p);

/* ---- learning ------------------------------------------------------------------------------------------------- */

/* gradient[count] = sum over examples of <features>_data - <features>_chains, by the statistics of a batch:
 * data[examples][pixels + classes], chains[examples][even], which are advanced by `sweeps` sweeps (persistent
 * contrastive divergence, Tieleman 2008; begin them at the data and it is contrastive divergence). The positive phase
 * is exact for an RBM and by mean field with at most `turns` turns to 1e-6 for a DBM. Block k of ONS_BOLTZMANN_BLOCK
 * examples draws from the stream (key, replica, purpose + k) at position `position`; the whole sum is joined in order.
 * report (NULL: not wanted): mean squared distance of the pixels from their mean-field reconstruction. */
typedef struct ons_boltzmann_batch {
    size_t examples;
    const double *data;
    double *chains;
    unsigned sweeps, turns, threads;
    uint64_t key, position;
    uint32_t replica, purpose;
} ons_boltzmann_batch;
ONS_API ons_status ons_boltzmann_gradient(const ons_boltzmann *machine, const ons_boltzmann_batch *batch,
                                          double *gradient, double *report);
/* Mean over the examples of ln p(x_i | rest) of one pixel i an example, drawn from the stream: the pseudo-likelihood a
 * pixel. RBM only. */
ONS_API ons_status ons_boltzmann_pseudo(const ons_boltzmann *machine, size_t examples, const double *even,
                                        ons_random *random, double *value);

/* ---- partition functions -------------------------------------------------------------------------------------- */

/* ln Z by enumeration of the smaller side in Gray code, the other side summed in closed form. ONS_INVALID when the
 * smaller side has more than 30 units (with a class, the even side counts its pixels and deep units). Cost: 2^smaller
 * times the larger. */
ONS_API ons_status ons_boltzmann_exact(const ons_boltzmann *machine, unsigned threads, double *log_partition);

/* Annealed importance sampling (Neal 2001; Salakhutdinov and Murray 2008) from independent units with biases `base`
 * (NULL: 0) for the pixels and 0 else, along `steps` + 1 values of beta, evenly spaced with one sweep each.
 * log_partition: ln of the mean weight; error: its standard error from the spread of the chains' weights, honest when
 * `effective` (sum w)^2/sum w^2, is large; with few effective chains the estimate is most likely too low. */
typedef struct ons_annealed {
    double log_partition, error, effective;
} ons_annealed;
ONS_API ons_status ons_boltzmann_anneal(const ons_boltzmann *machine, const double *base, size_t chains, unsigned steps,
                                        uint64_t key, uint32_t replica, unsigned threads, ons_annealed *result);
#ifdef __cplusplus
}
#endif
#endif
