/*
 * R-transforms and layer quality of SETOL (Martin and Hinrichs 2025); free cumulants (Nica and Speicher 2006).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/spectra.h>

#include <math.h>
#include <string.h>

/* ---- free cumulants -------------------------------------------------------------------------------------------------
 */

/* power = power * series, as power series up to z^order; series[0] = 1. */
static void multiply(unsigned order, double *power, const double *series) {
    for (unsigned n = order + 1; n-- > 0;) {
        double sum = 0;
        for (unsigned k = 0; k <= n; k++) { sum += power[n - k] * series[k]; }
        power[n] = sum;
    }
}

/* sum over s < n of cumulant_s [z^(n-s)] M(z)^s, M = 1 + m_1 z + .. */
static double of_lower(unsigned n, const double *cumulant, const double *series) {
    double power[ONS_CUMULANTS + 1] = {1}, sum = 0;
    for (unsigned s = 1; s < n; s++) {
        multiply(n, power, series);
        sum += cumulant[s - 1] * power[n - s];
    }
    return sum;
}

void ons_free_cumulants(unsigned order, const double *moment, double *cumulant) {
    double series[ONS_CUMULANTS + 1] = {1};
    for (unsigned n = 1; n <= order && n <= ONS_CUMULANTS; n++) {
        cumulant[n - 1] = moment[n - 1] - of_lower(n, cumulant, series);
        series[n] = moment[n - 1];
    }
}

void ons_free_moments(unsigned order, const double *cumulant, double *moment) {
    double series[ONS_CUMULANTS + 1] = {1};
    for (unsigned n = 1; n <= order && n <= ONS_CUMULANTS; n++) {
        moment[n - 1] = cumulant[n - 1] + of_lower(n, cumulant, series);
        series[n] = moment[n - 1];
    }
}

/* ---- R-transforms ---------------------------------------------------------------------------------------------------
 */

ons_r_transform ons_r_transform_tail(ons_quality_model model, const double *tail, size_t count, double q,
                                     unsigned order) {
    ons_r_transform r = {.model = model, .kappa = (q - 1) / 2, .order = order};
    double moment[ONS_CUMULANTS] = {0};
    if (r.order > ONS_CUMULANTS) { r.order = ONS_CUMULANTS; }
    if (r.order < 1) { r.order = 1; }
    for (size_t k = 0; k < count; k++) {
        double power = 1;
        for (unsigned n = 0; n < r.order; n++) { moment[n] += (power *= tail[k]) / (double)count; }
    }
    r.mean = moment[0];
    ons_free_cumulants(r.order, moment, r.cumulant);
    return r;
}

double ons_r_transform_value(const ons_r_transform *r, double z) {
    double value = 0;
    switch (r->model) {
    case ONS_QUALITY_WISHART: return r->epsilon * r->phi * z * z / (2 - r->epsilon * r->phi * r->phi * z * z);
    case ONS_QUALITY_INVERSE_MP:
        if (z == 0) { return 1; }
        return (r->kappa - sqrt(fmax(r->kappa * (r->kappa - 2 * z), 0))) / z;
    case ONS_QUALITY_LEVY: return r->mean + r->b * pow(z, r->alpha - 2);
    case ONS_QUALITY_COMPUTED:
        for (unsigned k = r->order; k-- > 0;) { value = value * z + r->cumulant[k]; }
        return value;
    default: return r->mean;
    }
}

/* With u = sqrt(1 - 2 z/kappa): -2 kappa (u - ln(1 + u)) up to kappa/2; kappa ln z from there, the real part. */
static double inverse_primitive(double kappa, double z) {
    const double branch = kappa / 2, u = sqrt(fmax(1 - 2 * z / kappa, 0));
    const double below = -2 * kappa * (u - log1p(u));
    return z <= branch ? below : kappa * log(z / branch);
}

/* R = (a/b) (-1 + 2/(2 - b z^2)), a = epsilon phi, b = epsilon phi^2. */
static double wishart_primitive(const ons_r_transform *r, double z) {
    const double a = r->epsilon * r->phi, b = a * r->phi;
    if (b == 0) { return a * z * z * z / 6; }
    if (b < 0) { return a / b * (sqrt(-2 / b) * atan(z * sqrt(-b / 2)) - z); }
    const double w = z * sqrt(b / 2); /* beyond the pole the principal value */
    return a / b * (sqrt(2 / b) * 0.5 * log(fabs((1 + w) / (1 - w))) - z);
}

static double primitive(const ons_r_transform *r, double z) {
    double value = 0;
    switch (r->model) {
    case ONS_QUALITY_WISHART: return wishart_primitive(r, z);
    case ONS_QUALITY_INVERSE_MP: return inverse_primitive(r->kappa, z);
    case ONS_QUALITY_LEVY:
        return r->mean * z + (r->alpha == 1 ? r->b * log(z) : r->b * pow(z, r->alpha - 1) / (r->alpha - 1));
    case ONS_QUALITY_COMPUTED:
        for (unsigned k = r->order; k-- > 0;) { value = (value + r->cumulant[k] / (k + 1)) * z; }
        return value;
    default: return r->mean * z;
    }
}

double ons_r_transform_integral(const ons_r_transform *r, double from, double to) {
    return primitive(r, to) - primitive(r, from);
}

double ons_layer_quality(const ons_r_transform *r, const double *tail, size_t count) {
    double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += ons_r_transform_integral(r, tail[0], tail[k]); }
    return sum;
}
