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

#define ONE_SIGMA 0.31731050786291410 /* probability outside +- 1 sigma */
#define NORMAL_FREEDOM 1e5            /* beyond it Student's law is normal to 1e-5 */

double statistics_student_tail(double t, double freedom) {
    t = fabs(t);
    if (isnan(t) || !(freedom > 0)) { return NAN; }
    if (isinf(t)) { return 0; }
    if (freedom > NORMAL_FREEDOM) { return erfc(t / sqrt(2)); }
    return 2 * gsl_cdf_tdist_Q(fmin(t, 1e6), freedom);
}

/* Bisection of the tail: monotonous, and safe for every freedom. */
double statistics_student_quantile(double p, double freedom) {
    if (!(freedom > 0)) { return INFINITY; }
    freedom = fmin(freedom, 1e9);
    double low = 0, high = 1;
    while (high < 1e5 && statistics_student_tail(high, freedom) > p) { high *= 2; }
    for (int i = 0; i < 60; i++) {
        const double middle = (low + high) / 2;
        if (statistics_student_tail(middle, freedom) > p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

double ons_student(double freedom) {
    if (isnan(freedom)) { return NAN; }
    return freedom > 0 ? statistics_student_quantile(ONE_SIGMA, freedom) : INFINITY;
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
