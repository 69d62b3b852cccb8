/*
 * learning/spectra: eigenvalues of the correlation matrices of weights, the power law of their tail, and what random
 * matrix theory says of both: the quantities of WeightWatcher and of SETOL (Martin and Hinrichs, arXiv:2507.17912).
 *
 * A layer is a matrix W of N rows and M columns, N >= M (the longer side is N whichever way the matrix lies), Q = N/M;
 * its correlation matrix is X = W^T W / N. WeightWatcher itself works with W^T W: its eigenvalues are N times ours, and
 * its x_min, alpha-hat and log-alpha-norm follow; alpha, D and all that is rescaled are the same.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_SPECTRA_H
#define ONSAGER_LEARNING_SPECTRA_H

#include <onsager/base.h>
#include <onsager/learning/tensor_file.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- eigenvalues ----------------------------------------------------------------------------------------------------
 */

typedef struct ons_spectrum {
    size_t rows, columns; /* N, M of one matrix, N >= M */
    size_t matrices;      /* 1, or the places of a convolution's kernel whose eigenvalues are pooled */
    size_t count;         /* matrices * M */
    double *values;       /* [count], ascending, not negative */
} ons_spectrum;

/* Eigenvalues of X for weights[rows][columns]: dsyrk and dsyevd, 2 N M^2 + 4/3 M^3 operations, 8 M^2 bytes. Zero
 * *spectrum first; free it. ONS_INVALID: no element, one that is not finite, a side beyond 32,768. */
ONS_API ons_status ons_spectrum_matrix(ons_spectrum *spectrum, size_t rows, size_t columns, const double *weights);
/* A tensor as PyTorch stores it: 2 dimensions, or a convolution [out][in][k]..., of which every place of the kernel is
 * a matrix out x in; the eigenvalues of all are pooled. ONS_INVALID: 0, 1 or more than 5 dimensions. */
ONS_API ons_status ons_spectrum_tensor(ons_spectrum *spectrum, const ons_stored_info *info, const double *values);
ONS_API void ons_spectrum_free(ons_spectrum *spectrum);

/* W cut down to the eigenvectors of X whose eigenvalue is at least `cutoff`: its truncated singular value
 * decomposition, to weights[rows][columns]; *kept: how many (may be NULL). */
ONS_API ons_status ons_spectrum_truncate(size_t rows, size_t columns, const double *weights, double cutoff,
                                         double *truncated, size_t *kept);

/* ---- the power law of the tail --------------------------------------------------------------------------------------
 */

typedef struct ons_power_law {
    double alpha;    /* of density ~ x^-alpha for x >= minimum */
    double minimum;  /* x_min, one of the values */
    double distance; /* D: Kolmogorov-Smirnov, between the tail and its fit */
    double sigma;    /* standard error of alpha: (alpha - 1) / sqrt(tail) */
    size_t tail;     /* values >= minimum */
    size_t count;    /* positive values that were looked at */
} ons_power_law;

/* The continuous maximum-likelihood fit of Clauset, Shalizi and Newman (SIAM Review 51, 661, 2009): every value but the
 * largest is tried as x_min, alpha = 1 + n / sum ln(x/x_min), and the x_min with the smallest D is taken; D compares
 * with k/n for k = 0 .. n-1, as the Python package `powerlaw` and WeightWatcher do. Values of 0 are left out.
 * O(count^2): a millisecond for 300. ONS_INVALID: less than two different positive values, or one that is not finite.
 */
ONS_API ons_status ons_power_law_fit(const double *values, size_t count, ons_power_law *fit);
/* The same with x_min given. */
ONS_API ons_status ons_power_law_fit_above(const double *values, size_t count, double minimum, ons_power_law *fit);
/* Goodness of the fit, a p value: the part of `samples` synthetic sets whose own fit has a larger D (Clauset et al.,
 * section 4.1: each value comes from the power law with probability tail/count, else from the values below x_min).
 * Below 0.1 the power law is implausible. */
ONS_API ons_status ons_power_law_goodness(const double *values, size_t count, const ons_power_law *fit, size_t samples,
                                          ons_random *random, double *p);
/* A number of the density (alpha - 1)/minimum (x/minimum)^-alpha; alpha > 1. */
ONS_API double ons_power_law_draw(double alpha, double minimum, ons_random *random);

/* ---- a layer --------------------------------------------------------------------------------------------------------
 */

/* Fewer eigenvalues than these make no meaningful fit. */
#define ONS_LAYER_LEAST 50

typedef enum ons_layer_label {
    ONS_LAYER_FINE,          /* 2 <= alpha <= 6 */
    ONS_LAYER_OVER_TRAINED,  /* alpha < 2 */
    ONS_LAYER_UNDER_TRAINED, /* alpha > 6 */
    ONS_LAYER_TOO_SMALL      /* less than ONS_LAYER_LEAST eigenvalues */
} ons_layer_label;
ONS_API const char *ons_layer_label_name(ons_layer_label label); /* "fine", "over-trained", ... */

typedef struct ons_layer {
    ons_power_law fit;
    double largest;        /* lambda_max */
    double alpha_hat;      /* alpha log10 lambda_max */
    double log_alpha_norm; /* log10 sum lambda^alpha */
    double stable_rank;    /* sum lambda / lambda_max */
    double scale;          /* rescaled = scale * lambda: sum rescaled = count */
    /* The effective correlation space of SETOL, in rescaled eigenvalues: */
    double lambda_pl;  /* x_min rescaled */
    double lambda_erg; /* walking down from the largest, the eigenvalue at which the product falls below 1 */
    double delta;      /* lambda_pl - lambda_erg: 0 at ideal learning */
    size_t erg_tail;   /* eigenvalues >= lambda_erg */
    /* The bulk by Marchenko and Pastur: */
    double variance;       /* of the elements of the bulk: mean eigenvalue after those above the edge are left out */
    double edge_low, edge; /* variance (1 -+ 1/sqrt Q)^2 */
    double soft_rank;      /* edge / lambda_max */
    size_t spikes;         /* eigenvalues above the edge */
    ons_layer_label label;
} ons_layer;

/* All of it from a spectrum. ONS_INVALID when no power law can be fitted. */
ONS_API ons_status ons_layer_examine(const ons_spectrum *spectrum, ons_layer *layer);

/* The index at which the tail with product 1 begins ("detX", "ERG"): walking down from the largest of the ascending
 * values, rescaled to mean 1, the first index (at least 1) at which the product is below 1; that eigenvalue belongs to
 * the tail, as in WeightWatcher. Sums of logarithms, so nothing overflows. 0 when count < 2. */
ONS_API size_t ons_spectrum_erg(const double *ascending, size_t count);

/* The edges of Marchenko and Pastur around the eigenvalues of a matrix with Q = N/M: the variance of the bulk is found
 * by leaving out what lies above its edge until nothing changes. */
typedef struct ons_bulk {
    double variance, low, edge;
    double width;  /* WeightWatcher's Tracy-Widom width sqrt(Q^-1/2 edge^2/3 M^-2/3), for a bulk of mean eigenvalue 1 */
    size_t spikes; /* above edge; ons_spectrum_traps counts above edge + width */
} ons_bulk;
ONS_API void ons_spectrum_bulk(const ons_spectrum *spectrum, ons_bulk *bulk);
/* The density and the distribution function of Marchenko and Pastur (1967), ratio = M/N <= 1. */
ONS_API double ons_marchenko_pastur_density(double x, double ratio, double variance);
ONS_API double ons_marchenko_pastur_cumulative(double x, double ratio, double variance);

/* Correlation traps: eigenvalues above edge + width after the elements of the matrix were shuffled, which leaves no
 * correlations but those of single large elements. *largest: lambda_max of the shuffled matrix over its edge (may be
 * NULL). Takes a copy of the weights. */
ONS_API ons_status ons_spectrum_traps(size_t rows, size_t columns, const double *weights, ons_random *random,
                                      size_t *traps, double *largest);

/* ---- layer quality --------------------------------------------------------------------------------------------------
 */

/* R-transforms of SETOL's table. */
typedef enum ons_quality_model {
    ONS_QUALITY_DISCRETE,   /* R = mean of the tail */
    ONS_QUALITY_WISHART,    /* multiplicative Wishart: epsilon phi z^2 / (2 - epsilon phi^2 z^2) */
    ONS_QUALITY_INVERSE_MP, /* (kappa - sqrt(kappa (kappa - 2 z))) / z, kappa = (Q - 1)/2; the real part beyond kappa/2
                             */
    ONS_QUALITY_CAUCHY,     /* free Cauchy: a + i gamma, of which the real part enters */
    ONS_QUALITY_LEVY,       /* a + b z^(alpha - 2) */
    ONS_QUALITY_COMPUTED    /* sum kappa_k z^(k-1): free cumulants of the tail from its moments */
} ons_quality_model;

#define ONS_CUMULANTS 16
typedef struct ons_r_transform {
    ons_quality_model model;
    double mean;         /* discrete; a of Cauchy and Levy */
    double epsilon, phi; /* Wishart */
    double kappa;        /* inverse MP */
    double b, alpha;     /* Levy */
    unsigned order;      /* computed: cumulants used, 1 .. ONS_CUMULANTS */
    double cumulant[ONS_CUMULANTS];
} ons_r_transform;

/* Free cumulants from moments (moment[k] = m_{k+1}), and back: m_n = sum_s cumulant_s sum over i_1 + .. + i_s = n - s
 * of m_i1 .. m_is (Nica and Speicher 2006, lecture 11). order <= ONS_CUMULANTS. */
ONS_API void ons_free_cumulants(unsigned order, const double *moment, double *cumulant);
ONS_API void ons_free_moments(unsigned order, const double *cumulant, double *moment);

/* The transform for a tail[count] of a matrix with this Q: mean, kappa and `order` cumulants of the tail are filled in;
 * epsilon, phi, b and alpha stay for the caller. */
ONS_API ons_r_transform ons_r_transform_tail(ons_quality_model model, const double *tail, size_t count, double q,
                                             unsigned order);
ONS_API double ons_r_transform_value(const ons_r_transform *transform, double z);
/* Its integral in closed form. */
ONS_API double ons_r_transform_integral(const ons_r_transform *transform, double from, double to);
/* Quality squared: the sum over the tail (ascending) of the integral of R from its smallest to each eigenvalue. */
ONS_API double ons_layer_quality(const ons_r_transform *transform, const double *tail, size_t count);

/* ---- matrices without learning --------------------------------------------------------------------------------------
 */

typedef enum ons_null_model {
    ONS_NULL_GAUSSIAN, /* independent N(0, 1): the law of Marchenko and Pastur */
    ONS_NULL_STUDENT,  /* independent Student t with `freedom` degrees: heavy tails, alpha of the tail is 1 + freedom/2
                        */
    ONS_NULL_INVERSE   /* W with W^T W / N = (G^T G / N)^-1, G Gaussian: inverse Wishart */
} ons_null_model;
/* weights[rows][columns]. ONS_INVALID: inverse Wishart with rows < columns. */
ONS_API ons_status ons_null_matrix(ons_null_model model, double freedom, size_t rows, size_t columns,
                                   ons_random *random, double *weights);

#ifdef __cplusplus
}
#endif
#endif
