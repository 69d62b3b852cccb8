/*
 * Student, Fisher and chi^2, by GSL inside the domain where GSL never reports a fault.
 *
 * GSL's error handler belongs to the whole process and ends it by default. It is not touched here: arguments for which
 * a function of GSL could underflow or give up are answered before GSL is asked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#define ONE_SIGMA 0.31731050786291410 /* probability outside +- 1 sigma */
#define NORMAL_FREEDOM 1e5            /* beyond it Student's law is normal to 1e-5 */

double statistics_student_tail(double t, double freedom) {
    t = fabs(t);
    if (isnan(t) || !(freedom > 0)) { return NAN; }
    if (isinf(t)) { return 0; }
    if (freedom > NORMAL_FREEDOM) { return erfc(t / sqrt(2)); }
    return 2 * gsl_cdf_tdist_Q(fmin(t, 1e6), freedom);
}

/* Newton's method in log t for log of the tail. From 1, where the tail is too heavy, the first step goes beyond the
 * root (the logarithm is concave), and all others come down to it from there. */
static double one_sigma_of_few(double freedom) {
    const double t_limit = 1e5; /* freedom below 0.1 */
    double t = 1;
    for (int i = 0; i < 50; i++) {
        const double tail = statistics_student_tail(t, freedom);
        const double step = tail * log(tail / ONE_SIGMA) / (2 * t * gsl_ran_tdist_pdf(t, freedom));
        t *= exp(fmin(step, 10));
        if (!(t < t_limit)) { return t_limit; }
        if (fabs(step) < 1e-13) { break; }
    }
    return t;
}

/* The expansion of Cornish and Fisher (Hill and Davis, Ann. Math. Stat. 39 (1968) 1264) of the quantile of Student's
 * law in 1/freedom, at the one sigma of the normal law, where its polynomials are numbers; wrong by 5e-12 at 12. */
static double one_sigma_of_many(double freedom) {
    static const double coefficients[] = {1,
                                          1.0 / 2,
                                          1.0 / 4,
                                          1.0 / 16,
                                          -11.0 / 1920,
                                          29.0 / 640,
                                          50683.0 / 967680,
                                          -63971.0 / 387072,
                                          -6190907.0 / 33177600,
                                          139604867.0 / 132710400};
    double sum = 0;
    for (size_t i = sizeof coefficients / sizeof *coefficients; i-- > 0;) { sum = sum / freedom + coefficients[i]; }
    return sum;
}

double ons_student(double freedom) {
    if (isnan(freedom)) { return NAN; }
    if (!(freedom > 0)) { return INFINITY; }
    return freedom < 12 ? one_sigma_of_few(freedom) : one_sigma_of_many(freedom);
}

/* Two-sided coverage of a mean with skewness g by +- z errors falls short by 2 z phi(z) (z^4 + 2 z^2 - 3)/18 g^2 (Hall,
 * The Bootstrap and Edgeworth Expansion, 1992, section 2.6); nothing at z = 1, and at z = 2 what a factor 1 + 7/6 g^2
 * mends. */
double statistics_factor(double freedom, double skewness) { return ons_student(freedom) * (1 + 7.0 / 6.0 * skewness); }

double statistics_fisher_tail(double ratio, double freedom1, double freedom2) {
    if (isnan(ratio) || !(freedom1 > 0) || !(freedom2 > 0)) { return NAN; }
    if (ratio <= 0) { return 1; }
    if (freedom2 > NORMAL_FREEDOM) { return statistics_chi_tail(ratio * freedom1, freedom1); }
    if (isinf(ratio)) { return 0; }
    return gsl_cdf_fdist_Q(fmin(ratio, 1e6), fmin(freedom1, NORMAL_FREEDOM), freedom2);
}

double statistics_chi_tail(double chi_squared, double freedom) {
    const double x = chi_squared / 2, a = freedom / 2;
    if (isnan(x) || !(a > 0)) { return NAN; }
    if (x <= 0) { return 1; }
    /* Chernoff's bound of the tail on the side where x lies */
    const double exponent = isinf(x) ? INFINITY : x - a - a * log(x / a);
    if (exponent > 600) { return x > a ? 0 : 1; }
    return gsl_cdf_gamma_Q(x, a, 1);
}
