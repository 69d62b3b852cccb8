/*
 * fit: models fitted to measured curves, finite-size scaling, derivatives and maxima. Algorithms on plain numbers;
 * analysis.h takes the numbers out of archives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_FIT_H
#define ONSAGER_FIT_H

#include <onsager/statistics.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- measured points ------------------------------------------------------------------------------------------------
 */

/* Points of one or several curves with their errors. */
typedef struct ons_points {
    size_t count;
    const double *x, *y, *errors; /* [count]; errors > 0 */
    const double *covariance;     /* [count][count] of the y, or NULL: independent points, errors^2 on the diagonal */
    double freedom; /* of the covariance: how many independent samples it was estimated from; INFINITY or 0: it is known
                     */
} ons_points;

/* A root of the covariance, R R^T, [count][count], for drawing new points: y + R z with normal z. Eigenvalues below 0
 * count as 0. ONS_INVALID without a covariance. */
ONS_API ons_status ons_covariance_root(const ons_points *points, double *root);

/* ---- models ---------------------------------------------------------------------------------------------------------
 */

#define ONS_MODEL_PARAMETERS 12 /* at most */

/* y = f(x; parameters), as a formula (base.h's expressions). All names in it but `x` are parameters, in order of
 * appearance. */
typedef struct ons_model ons_model;

/* `formula` such as "a*x^b + c"; `variable` (NULL: none) is another name for x, "L". ONS_INVALID when the formula
 * cannot be read, does not contain the variable, or has no parameter or more than ONS_MODEL_PARAMETERS. */
ONS_API ons_status ons_model_formula(ons_model **model, const char *formula, const char *variable);
/* One of the models with a name: "power" is a*x^b, "power-corrections" a*x^b*(1 + c*x^(-w)) ... ONS_INVALID with the
 * nearest name. */
ONS_API ons_status ons_model_named(ons_model **model, const char *name);
/* Names, formulas and meanings of these, in order; NULL beyond the last one. */
ONS_API const char *ons_model_name(size_t index, const char **formula, const char **meaning);
ONS_API void ons_model_free(ons_model *model);
ONS_API const char *ons_model_text(const ons_model *model); /* the formula */
ONS_API size_t ons_model_count(const ons_model *model);     /* parameters */
ONS_API const char *ons_model_parameter(const ons_model *model, size_t index);
/* The index of a parameter; ONS_INVALID with the nearest name. */
ONS_API ons_status ons_model_find(const ons_model *model, const char *name, size_t *index);
ONS_API double ons_model_value(const ons_model *model, double x, const double *parameters);

/* What a fit found. */
typedef struct ons_model_fit {
    size_t points, parameters;
    double value[ONS_MODEL_PARAMETERS];
    double error[ONS_MODEL_PARAMETERS];                             /* one standard error; 0 of a fixed one */
    double covariance[ONS_MODEL_PARAMETERS * ONS_MODEL_PARAMETERS]; /* [parameters][parameters] */
    double chi_squared, freedom;                                    /* freedom: points less free parameters */
    double expected; /* what chi_squared is expected to be: `freedom`, but for eigenvalues that were raised */
    double goodness; /* probability of a larger chi^2; 1 where nothing is left over */
    size_t raised;   /* eigenvalues of the correlation matrix that were raised */
    unsigned steps;  /* of the minimisation */
} ons_model_fit;

/* Least squares. start [parameters] or NULL: NaN is found by a search (parameters in which the model is linear are
 * solved for; others are scanned over a range of magnitudes). fixed [parameters] or NULL: kept at their start.
 *
 * Minimises r^T W r with W the inverse of the covariance (Levenberg 1944, Marquardt 1963; QR of the whitened Jacobian,
 * derivatives by central differences). Of an estimated covariance eigenvalues of the correlation matrix below
 * count/freedom are raised to that, for they are noise; the errors are those of these weights under the full
 * covariance, and chi^2 is judged against what it is expected to be then (Bruno and Sommer, Comput. Phys. Commun. 285
 * (2023) 108643), with Hotelling's law for the estimated covariance. Cost: count^3 where there is a covariance.
 * ONS_INVALID: fewer points than free parameters, numbers that are not finite, points that do not determine a parameter
 * (named). ONS_FAILED: no minimum was found from these starts. */
ONS_API ons_status ons_model_least_squares(const ons_model *model, const ons_points *points, const double *start,
                                           const bool *fixed, ons_model_fit *fit);
/* The value of a fitted model at x with its error from the covariance of the parameters. */
ONS_API double ons_model_fit_value(const ons_model *model, const ons_model_fit *fit, double x, double *error);

/* ---- derivatives and maxima -----------------------------------------------------------------------------------------
 */

/* The curve near `at`: polynomials of degree 1 .. 6 through the points nearest to it, averaged with weights exp(-A/2),
 * A = chi^2 + 2 parameters + 2 points left out (Akaike; Jay and Neil, Phys. Rev. D 103 (2021) 114502); errors hold
 * those of the fits and their spread. At least 4 points. */
typedef struct ons_slope {
    double x, value, value_error, slope, slope_error;
    unsigned degree; /* of the heaviest fit */
    double goodness; /* of the heaviest fit */
} ons_slope;
ONS_API ons_status ons_curve_slope(const ons_points *points, double at, ons_slope *slope);

/* The maximum (sign = 1) or minimum (sign = -1) of a curve: where it is and how high, from the same polynomials (degree
 * 2 .. 6) near the highest point. ONS_INVALID when it is at the end of the range or fewer than 4 points are there. */
typedef struct ons_extremum {
    double x, x_error, y, y_error;
    unsigned degree;
    double goodness;
} ons_extremum;
ONS_API ons_status ons_curve_extremum(const ons_points *points, int sign, ons_extremum *extremum);

/* ---- finite-size scaling --------------------------------------------------------------------------------------------
 */

/* y = L^(-kappa/nu) [f(X) + L^(-omega) g(X)],  X = (x - x_c) L^(1/nu), with unknown smooth f (and g, where corrections
 * are asked for). f and g are Gaussian processes with a constant and a squared-exponential kernel, and x_c, nu, kappa,
 * omega maximise the marginal likelihood together with the kernels' amplitudes and length (Harada, Phys. Rev. E 84
 * (2011) 056704 and 92 (2015) 012106; here the likelihood is that of the y, so that kappa needs no further factor). g
 * has the kernel of f times a number, expected to be about a fifth at the smallest size.
 * Analytic gradients, quasi-Newton steps from the best points of a scan.
 *
 * Errors: parametric bootstrap, new y around the fitted curves with the errors or covariance of the points, from a
 * fixed stream, widened where the curvature of the likelihood asks for more. Windows: the smallest sizes are left out
 * (at least three stay), and points with |X| beyond 1/2 and 1/4 of the largest; all fits are averaged with Akaike
 * weights as crossings are, and the spread is a part of the error. */
typedef enum ons_collapse_parameter {
    ONS_COLLAPSE_XC,
    ONS_COLLAPSE_NU,
    ONS_COLLAPSE_KAPPA,
    ONS_COLLAPSE_OMEGA
} ons_collapse_parameter;
#define ONS_COLLAPSE_PARAMETERS 4

typedef struct ons_collapse_options {
    double start[ONS_COLLAPSE_PARAMETERS]; /* NaN: found by the scan (omega: 1) */
    bool fixed[ONS_COLLAPSE_PARAMETERS];   /* kept at the start, which must be a number then */
    bool corrections;                      /* with g */
    bool whole;                            /* all points alone, no windows */
    size_t resamples;                      /* of the bootstrap; 0: 100 */
    uint64_t seed;
} ons_collapse_options;

/* One window of a collapse. */
typedef struct ons_collapse_window {
    double smallest; /* size that is kept */
    double width;    /* |X| up to this */
    size_t points;
    double weight; /* of the average; they add up to 1 */
    double value[ONS_COLLAPSE_PARAMETERS], error[ONS_COLLAPSE_PARAMETERS];
    double chi_squared, freedom, goodness; /* of the points about f; freedom: points less those that f and exponents
                                              take up (the trace of the smoother) */
    double evidence;                       /* log of the marginal likelihood */
} ons_collapse_window;
#define ONS_COLLAPSE_WINDOWS 12

typedef struct ons_collapse {
    double value[ONS_COLLAPSE_PARAMETERS], error[ONS_COLLAPSE_PARAMETERS]; /* of the average; 0 where fixed */
    double covariance[ONS_COLLAPSE_PARAMETERS * ONS_COLLAPSE_PARAMETERS];
    double exponent, exponent_error; /* kappa/nu */
    size_t windows, heaviest;
    ons_collapse_window window[ONS_COLLAPSE_WINDOWS];
} ons_collapse;

/* sizes [count] beside the points. At least two different sizes and 8 points. Cost: count^3 times some 2,000. */
ONS_API ons_status ons_collapse_fit(const double *sizes, const ons_points *points, const ons_collapse_options *options,
                                    ons_collapse *collapse);

#ifdef __cplusplus
}
#endif
#endif
