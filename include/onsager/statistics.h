/*
 * statistics: accumulators of constant memory, honest errors, warm-up, fits, crossings. 64-bit everywhere.
 *
 * The autocorrelation time tau is the integrated one in units of samples, 1/2 for uncorrelated data:
 * error^2 = 2 tau variance / samples (Sokal; Wolff 2004, eq. 5-10). Effective samples = samples / (2 tau).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_STATISTICS_H
#define ONSAGER_STATISTICS_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- joint bins: what one replica leaves of its samples ------------------------------------------------------------
 */

/* Samples are vectors of `components` numbers. Bins of equal length 2^k hold their means; when all `capacity` bins are
 * full and one more sample comes, pairs are merged and the length doubles, so that the result depends on the samples
 * alone. Beside the bins: exact first and second moments, and logarithmic binning levels (the scatter of block means
 * for blocks of 2^level samples, level >= 1; that of single samples is in `squares`). All numbers are relative to
 * `shift` (the first sample), against cancellation. Public so that the laboratory can store the fields. */
#define ONS_LEVELS 48
typedef struct ons_bins {
    size_t components, capacity; /* capacity: even */
    uint64_t samples;            /* added so far */
    uint64_t length;             /* samples per bin, a power of two */
    size_t count;                /* complete bins */
    uint64_t partial_samples;    /* in the bin that is being filled */
    double *shift;               /* [components] */
    double *bins;                /* [capacity][components] means minus shift */
    double *partial;             /* [components] sum minus shift */
    double *squares;             /* [2][components] sum of (x - shift)^2, then its collected rounding errors */
    double
        *level_squares; /* [ONS_LEVELS][components] sum over complete blocks of (block mean - shift)^2; row 0 unused */
    double *level_sums; /* [ONS_LEVELS][components] sum over complete blocks of (block mean - shift); row 0 unused */
    double *level_pending; /* [ONS_LEVELS][components] block mean that waits for its partner */
} ons_bins;

ONS_API ons_status ons_bins_init(ons_bins *bins, size_t components, size_t capacity);
ONS_API void ons_bins_free(ons_bins *bins);
/* Adds one sample: some 3 ns a component, the levels amortised. */
ONS_API void ons_bins_add(ons_bins *bins, const double *sample);
ONS_API double ons_bins_mean(const ons_bins *bins, size_t component);     /* of all samples, the partial bin included */
ONS_API double ons_bins_variance(const ons_bins *bins, size_t component); /* unbiased, of single samples */
/* Binning analysis: the naive error of the mean from blocks of 2^level samples (0 where fewer than 2 blocks exist). */
ONS_API double ons_bins_level_error(const ons_bins *bins, size_t component, unsigned level);

/* A capped, thinned joint record: every stride-th sample; when `capacity` rows are full every second one is dropped. */
typedef struct ons_record {
    size_t components, capacity; /* capacity: even */
    uint64_t samples, stride;
    size_t count;
    double *rows; /* [capacity][components] */
} ons_record;
ONS_API ons_status ons_record_init(ons_record *record, size_t components, size_t capacity);
ONS_API void ons_record_free(ons_record *record);
ONS_API void ons_record_add(ons_record *record, const double *sample);

/* ---- estimates ------------------------------------------------------------------------------------------------------
 */

enum {
    ONS_NOT_EQUILIBRATED = 1, /* too short, drifting, replicas that disagree, or no end of the warm-up */
    ONS_TOO_FEW_SAMPLES = 2,  /* fewer effective samples than an error can be trusted with */
    ONS_NOT_FINITE = 4
};

typedef struct ons_estimate {
    double mean; /* of all samples (derived quantities: bias-corrected by jackknife, unless that is 3 errors or more) */
    double
        error; /* one standard error, with Student's factor for the freedom below, so that mean +- error covers 68.27 %,
                  and 1 + 7/6 (skewness of the mean)^2, which a skew law needs for +- 2 errors; NaN: cannot be known */
    double tau; /* integrated autocorrelation time in samples, of all samples of all replicas; NaN for independent
                   replicas, and for derived quantities whose jackknife blocks are too long to show it */
    double binning_tau;        /* the same from the plateau of binning, as a check */
    double samples, effective; /* effective: derived quantities without tau: at least so many */
    double freedom;            /* degrees of freedom of the error (infinite: very many) */
    double rhat;               /* Gelman-Rubin over replicas, split in halves; NaN where it does not apply */
    unsigned flags;
} ons_estimate;

/* Joint analysis of the replicas of one task. */
typedef struct ons_joint ons_joint;
enum {
    ONS_INDEPENDENT = 1 /* replicas are disorder samples, of equal weight whatever their lengths: only the spread of
                           their means counts */
};
/* Takes the bins of all replicas (not copied: keep them; bins may differ in length and number of samples). Replicas
 * without a sample are left out. */
ONS_API ons_status ons_joint_create(ons_joint **joint, const ons_bins *const *replicas, size_t count, unsigned flags);
ONS_API void ons_joint_free(ons_joint *joint);
ONS_API size_t ons_joint_components(const ons_joint *joint);
/* Means of all components. */
ONS_API const double *ons_joint_means(const ons_joint *joint);
/* Mean, error and all else of one component. */
ONS_API ons_status ons_joint_estimate(const ons_joint *joint, size_t component, ons_estimate *estimate);
/* `outputs` functions of the means: jackknife; error from the windowed autocorrelation of the pseudo-values. The
 * function is called at most 1024 times. */
typedef void (*ons_joint_function)(void *data, const double *means, double *outputs);
ONS_API ons_status ons_joint_derived(const ons_joint *joint, size_t outputs, ons_joint_function function, void *data,
                                     ons_estimate *estimates);
/* Adds to the flags of derived quantities what is wrong with the means that they are made of, used [components]: one
 * that is not equilibrated, or has too few effective samples. The quantity itself may show nothing of it: what it takes
 * from a slow mean often decays faster, and is not seen at all in a run that is too short. */
ONS_API ons_status ons_joint_inputs(const ons_joint *joint, const bool *used, size_t outputs, ons_estimate *estimates);
/* Joint covariance of the means of selected components (NULL: all): matrix [count][count], positive semi-definite, its
 * diagonal the squares of the errors of ons_joint_estimate. */
ONS_API ons_status ons_joint_covariance(const ons_joint *joint, const size_t *components, size_t count, double *matrix);
/* Block bootstrap (blocks longer than the correlations): `resamples` sets of means, [resamples][components]. */
ONS_API ons_status ons_joint_bootstrap(const ons_joint *joint, size_t resamples, ons_random *random, double *means);

/* ---- plain series
 * ---------------------------------------------------------------------------------------------------- */

/* Estimate of the mean of correlated series: series[r][0 .. lengths[r]-1], each number the mean of `length` samples.
 * The window of Wolff (2004) with S = 1.5, bias-corrected; `variance` of single samples about the mean, for tau (NAN:
 * that of the numbers, with length = 1). */
ONS_API ons_status ons_series_estimate(const double *const *series, const size_t *lengths, size_t replicas,
                                       double length, double variance, ons_estimate *estimate);
/* Normalised autocorrelation function of one series for lags 0 .. count-1. */
ONS_API void ons_autocorrelation(const double *series, size_t length, size_t count, double *function);

/* Adds |sum over r of values[r] exp(-2 pi i (k r))|^2, k = (i/rows, j/columns), to power[rows][columns]; k = 0 first.
 * Cost: a fast Fourier transform. */
ONS_API ons_status ons_power_spectrum(const double *values, size_t rows, size_t columns, double *power);

/* Mean and error over independent numbers (replicas): Student's factor included. */
ONS_API void ons_spread(const double *values, size_t count, ons_estimate *estimate);
/* The factor by which a standard error with `freedom` degrees grows so that +- 1 error covers 68.27 %. */
ONS_API double ons_student(double freedom);

/* ---- warm-up
 * --------------------------------------------------------------------------------------------------------- */

/* Whether a run from its start has reached its stationary state, judged at a fixed length 2^k from the second half of
 * its bins: the two quarters agree within 3 errors and the half has at least 40 effective bins (so some 128 bins are
 * needed). Components that are constant or not finite there pass. `ignore` [components] or NULL: components that have
 * no say. passed [components] or NULL receives each one's verdict (ignored ones too). */
ONS_API ons_status ons_warmup_over(const ons_bins *bins, const bool *ignore, bool *over, bool *passed);

/* ---- fits
 * ------------------------------------------------------------------------------------------------------------ */

typedef struct ons_fit {
    size_t count;          /* parameters */
    double coefficient[8]; /* polynomial in (x - center)/scale */
    double covariance[64]; /* [count][count] */
    double center, scale;
    double chi_squared, freedom, goodness; /* goodness: probability of a larger chi^2 */
} ons_fit;
/* Weighted polynomial fit of degree 0 .. 7 with errors > 0. */
ONS_API ons_status ons_fit_polynomial(const double *x, const double *y, const double *errors, size_t count,
                                      unsigned degree, ons_fit *fit);
ONS_API double ons_fit_value(const ons_fit *fit, double x, double *error); /* error may be NULL */
ONS_API double ons_fit_slope(const ons_fit *fit, double x);

/* Where two curves cross: both are fitted by polynomials of degree 1 .. 6 to the points nearest to the crossing, 5 at
 * least and all at most; the crossings of all these fits are averaged with weights exp(-A/2), A = chi^2 + 2 parameters
 * + 2 points left out (Akaike's criterion; Jay and Neil 2021), and the error holds their errors and their spread. Two
 * points a curve: straight lines. Refused when the curves do not cross exactly once within the common range (counting
 * only places where they differ by 2 errors), or no polynomials do: points closer to the crossing are needed. */
typedef struct ons_crossing {
    double x, x_error, y, y_error;
    unsigned degree; /* of the heaviest fits */
    double goodness; /* of these two together */
} ons_crossing;
ONS_API ons_status ons_cross(const double *x1, const double *y1, const double *e1, size_t n1, const double *x2,
                             const double *y2, const double *e2, size_t n2, ons_crossing *crossing);

/* ---- the laws of Tracy and Widom
 * ------------------------------------------------------------------------------------ */

/* The largest eigenvalue of random matrices of the orthogonal (beta = 1, GOE) and unitary (beta = 2, GUE) ensembles;
 * heights of KPZ interfaces from a flat and a curved start. F_1(s) = det(1 - A_s), F_2(s) = det(1 - A_s) det(1 + A_s)
 * on (0, inf) with the kernel A_s(x, y) = Ai(x + y + s) (Ferrari and Spohn 2005), by Gauss-Legendre quadrature, whose
 * error falls exponentially (Bornemann 2010): absolute errors of 1e-14. The same F_2 = exp(-int_s^inf (x - s) q(x)^2
 * dx) and F_1 = sqrt(F_2) exp(-1/2 int_s^inf q(x) dx) with the solution q'' = s q + 2 q^3, q ~ Ai(s), of Painleve II
 * (Tracy and Widom 1994, 1996), whose integration towards negative s is unstable. Some 2 ms. ONS_INVALID: another beta,
 * s not finite. Either result may be NULL. */
ONS_API ons_status ons_tracy_widom(unsigned beta, double s, double *cumulative, double *density);
/* Mean, variance, skewness and excess kurtosis, with errors below 1e-10; some 0.2 s. */
ONS_API ons_status ons_tracy_widom_cumulants(unsigned beta, double cumulants[4]);

#ifdef __cplusplus
}
#endif
#endif
