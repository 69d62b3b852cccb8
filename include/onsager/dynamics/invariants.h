/*
 * invariants: what points of a trajectory or a series tell of the attractor they come from. Plain arrays in, numbers
 * out; nothing here knows the equations.
 *
 * Points are points[count][dimension] at equal distances in time, a series is series[count]. Times and lags are in
 * samples, rates in natural logarithms per sample. Numbers that are not finite are refused everywhere (ONS_INVALID).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_INVARIANTS_H
#define ONSAGER_DYNAMICS_INVARIANTS_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Delay coordinates of a series (Takens 1981): point k is series[k], series[k + lag], .., [dimension] of them. Writes
 * points[count - (dimension - 1) lag][dimension] and the number of points. */
ONS_API ons_status ons_embed(const double *series, size_t count, size_t dimension, size_t lag, double *points,
                             size_t *made);

/* ---- dimension from pairs of points ---------------------------------------------------------------------------------
 */

#define ONS_CORRELATION_RADII 48

typedef struct ons_correlation_options {
    size_t theiler;        /* pairs less than that many samples apart do not count (Theiler 1986); 0: 1 */
    size_t most;           /* of more points every k-th is taken, so that at most that many are left; 0: 10000 */
    double low, high;      /* window of the fit in radii; both 0: where the correlation sum goes from .. to .. */
    double least, largest; /* .. these shares of all pairs (of at least 200); 0: 1e-4 and 1e-2 */
    const double *periods; /* [dimension], of coordinates that come back, else 0: distances go the shorter way round;
                              NULL: none come back */
} ons_correlation_options;

typedef struct ons_correlation {
    double slope; /* Grassberger and Procaccia (Physica D 9, 189 (1983)): d ln C / d ln r in the window, by least
                     squares over the radii below */
    double error; /* one standard error, by jackknife over ten blocks of time (pairs with a point of the block go) */
    double percentile; /* Clauset, Shalizi and Newman's 1 + n / sum ln(r / r_min) over the n distances between the 5th
                          and the 50th percentile of all, r_min the smallest of them: the number that the catalogue of
                          chaotic flows calls its correlation dimension. Of a perfect power law C ~ r^D it is
                          1 + 0.6417 D, not D */
    double low, high;  /* the window that was used */
    double points, pairs;
    size_t radii;
    double radius[ONS_CORRELATION_RADII];
    double sum[ONS_CORRELATION_RADII]; /* C(r): the fraction of the pairs that are nearer than r */
} ons_correlation;

/* Both estimates from Euclidean distances; pairs at distance 0 count in C(r) but not for `percentile`. Cost: N^2/2
 * pairs, some 3 ns each for three variables. ONS_INVALID: fewer than 100 points, points that are all the same, a window
 * that holds no pairs or too few radii. */
ONS_API ons_status ons_correlation_dimension(const double *points, size_t count, size_t dimension,
                                             const ons_correlation_options *options, ons_correlation *result);

/* ---- growth of small distances --------------------------------------------------------------------------------------
 */

typedef struct ons_divergence_options {
    size_t theiler;  /* neighbours are at least that many samples apart: the mean period; 0: 1 */
    size_t steps;    /* how far neighbours are followed */
    size_t from, to; /* window of the fit in samples; both 0: where the curve goes from 10 % to 60 % of its way from its
                        start to its plateau, the mean of its last quarter; all of it where that is less than a factor
                        of 2 in the distance, so that nothing grows */
} ons_divergence_options;

typedef struct ons_divergence {
    double exponent; /* slope in the window, per sample */
    double error;    /* jackknife over ten blocks of time */
    size_t from, to; /* the window that was used */
} ons_divergence;

/* The largest exponent from data (Rosenstein, Collins and De Luca, Physica D 65, 117 (1993)): the mean logarithm of the
 * distance between points and their nearest neighbours after 0 .. steps samples, curve[steps + 1] (or NULL). Neighbours
 * by a sorted projection: some sqrt(N) to N looks a point. */
ONS_API ons_status ons_rosenstein(const double *points, size_t count, size_t dimension,
                                  const ons_divergence_options *options, double *curve, ons_divergence *result);

/* ---- recurrence -----------------------------------------------------------------------------------------------------
 */

typedef struct ons_recurrence_options {
    double radius;   /* two points recur when nearer than that; 0: such that `wanted` of the pairs do */
    double wanted;   /* in (0, 1); 0: 0.01 */
    size_t theiler;  /* pairs less than that many samples apart do not count; 0: 1 */
    size_t shortest; /* the shortest line that is one; 0: 2 */
} ons_recurrence_options;

typedef struct ons_recurrence {
    double radius;
    double rate;        /* recurrent pairs of all pairs */
    double determinism; /* the fraction of recurrent pairs on diagonal lines */
    double mean_length; /* of diagonal lines */
    double longest;     /* diagonal */
    double entropy;     /* of the lengths of diagonal lines, natural logarithm */
    double laminarity;  /* the fraction of recurrent pairs on vertical lines */
    double trapping;    /* mean length of vertical lines */
} ons_recurrence;

/* Quantification of recurrence plots (Marwan et al., Phys. Rep. 438, 237 (2007), eqs. 40 - 54), Euclidean distances.
 * Cost: N^2 pairs twice. What has no line is 0. */
ONS_API ons_status ons_recurrence_lines(const double *points, size_t count, size_t dimension,
                                        const ons_recurrence_options *options, ons_recurrence *result);

/* ---- spectra and surrogates -----------------------------------------------------------------------------------------
 */

/* Mean power of segments of `segment` samples that overlap by half, without their mean, under a Hann window (Welch,
 * IEEE Trans. Audio 15, 70 (1967)): power[segment / 2 + 1] at frequencies k / segment per sample; its sum is the
 * variance (the ends count half as much as they hold). */
ONS_API ons_status ons_periodogram(const double *series, size_t count, size_t segment, double *power);

typedef enum ons_surrogate_kind {
    ONS_SHUFFLED,      /* the same values in random order: nothing but the distribution is left */
    ONS_RANDOM_PHASES, /* the same Fourier amplitudes, random phases: a linear Gaussian process (Theiler et al. 1992) */
    ONS_ADJUSTED       /* the same values, and amplitudes as near as possible (Schreiber and Schmitz, Phys. Rev. Lett.
                          77, 635 (1996); 100 iterations at most) */
} ons_surrogate_kind;
ONS_API ons_status ons_surrogate(const double *series, size_t count, ons_surrogate_kind kind, ons_random *random,
                                 double *surrogate);

/* The skewness of the differences, <d^3> / <d^2>^(3/2): 0 for every process that looks the same backwards in time, as
 * linear Gaussian ones do. */
ONS_API double ons_time_asymmetry(const double *series, size_t count, size_t lag);

typedef struct ons_surrogate_test {
    double value;           /* of the series */
    double mean, deviation; /* of the surrogates */
    double probability;     /* (1 + surrogates at least as far from their mean) / (1 + surrogates) */
} ons_surrogate_test;
/* Whether the asymmetry in time is more than that of `surrogates` surrogates of a kind. */
ONS_API ons_status ons_test_asymmetry(const double *series, size_t count, size_t lag, ons_surrogate_kind kind,
                                      size_t surrogates, uint64_t seed, ons_surrogate_test *result);

typedef struct ons_period {
    double period;    /* samples, of the strongest peak of the spectrum; NAN: no peak is significant */
    double power;     /* of the peak, in units of the variance */
    double threshold; /* the largest power at any frequency of any surrogate */
    double shortest;  /* period of the highest significant frequency; NAN: none */
} ons_period;
/* The dominant period against `surrogates` shuffled series (0: 99, a false alarm in 100): a peak counts when it is
 * higher than all they show anywhere. Random phases would keep the very spectrum that is judged. `segment` as above; 0:
 * the longest even one that fits four times. The place of the peak between two frequencies is that of a single line
 * under a Hann window (Grandke, IEEE Trans. Instrum. Meas. 32, 350 (1983)). */
ONS_API ons_status ons_dominant_period(const double *series, size_t count, size_t segment, size_t surrogates,
                                       uint64_t seed, ons_period *result);
/* The same of points[count][dimension]: the sum of the spectra of all coordinates in units of their deviations.
 * Coordinates with a period in periods[dimension] (NULL: none) are left out, or when all have one are taken as their
 * sine. A coordinate that does not move is left out. */
ONS_API ons_status ons_common_period(const double *points, size_t count, size_t dimension, const double *periods,
                                     size_t segment, size_t surrogates, uint64_t seed, ons_period *result);

/* ---- entropies ------------------------------------------------------------------------------------------------------
 */

/* The entropy of the orders in which `order` (2 .. 8) values `lag` apart stand, in units of ln(order!) (Bandt and
 * Pompe, Phys. Rev. Lett. 88, 174102 (2002)): 1 for white noise, 0 for a monotone series. Equal values stand in the
 * order of time. */
ONS_API ons_status ons_permutation_entropy(const double *series, size_t count, size_t order, size_t lag,
                                           double *entropy);
/* -ln of the probability that two stretches of `length` + 1 values that agree within `radius` in the first `length`
 * agree in the last (Richman and Moorman, Am. J. Physiol. 278, H2039 (2000)); INFINITY when none do. Sorted, some
 * N^2 radius / spread comparisons. */
ONS_API ons_status ons_sample_entropy(const double *series, size_t count, size_t length, double radius,
                                      double *entropy);
/* Sample entropies entropy[scales] of the means of 1, 2, .. scales consecutive values, `radius` in standard deviations
 * of the series itself (Costa, Goldberger and Peng, Phys. Rev. Lett. 89, 068102 (2002): length 2, radius 0.15). */
ONS_API ons_status ons_multiscale_entropy(const double *series, size_t count, size_t length, double radius,
                                          size_t scales, double *entropy);

#ifdef __cplusplus
}
#endif
#endif
