/*
 * Two sites of a large chaotic network of rates: participation ratios by the double integral of Clark, Abbott and
 * Litwin-Kumar, PRL 131, 118401 (2023), eq. 3, and the same for x, where G - 1 stands for G: of the paths that pair up
 * in the trace, those without a first step on either side drop out, which leaves (2 - |p|^2) M.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/rate_theory.h>

#include <math.h>

static const double pi = 3.14159265358979323846;

/* A spectrum between its frequencies, by the cubic through four points; even. */
static double spectrum_at(const ons_rate_theory *theory, const double *spectrum, double omega) {
    const double place = fabs(omega) / theory->frequency_step;
    if (place >= (double)(theory->frequencies - 3)) { return 0; }
    const size_t k = (size_t)place;
    const double f = place - (double)k;
    const double before = spectrum[k ? k - 1 : 1], at = spectrum[k], next = spectrum[k + 1], after = spectrum[k + 2];
    return -f * (f - 1) * (f - 2) / 6 * before + (f + 1) * (f - 1) * (f - 2) / 2 * at -
           (f + 1) * f * (f - 2) / 2 * next + (f + 1) * f * (f - 1) / 6 * after;
}

typedef struct integrand {
    double phi, x;
} integrand;

static integrand value_at(const ons_rate_theory *theory, double w1, double w2) {
    const double weight = (1 + w1 * w1) * (1 + w2 * w2);
    /* 1 - p, p = nu / (1 + w1 w2 + i (w1 - w2)) */
    const double real = 1 - theory->nu * (1 + w1 * w2) / weight, imaginary = theory->nu * (w1 - w2) / weight;
    const double M = 1 / (real * real + imaginary * imaginary), p2 = theory->nu * theory->nu / weight;
    return (integrand){
        (M - 1) * spectrum_at(theory, theory->phi_spectrum, w1) * spectrum_at(theory, theory->phi_spectrum, w2),
        ((2 - p2) * M - 1) * spectrum_at(theory, theory->x_spectrum, w1) * spectrum_at(theory, theory->x_spectrum, w2)};
}

/* M has a ridge of width 1 - nu + v^2/4 along w1 = w2 = v/2: with v = scale sinh(s) and u = w1 - w2 = width sinh(t) the
 * trapezoidal rule sees smooth functions of s and t. A quarter of the plane stands for it all. */
ons_status ons_rate_dimension(const ons_rate_theory *theory, double *phi, double *x) {
    const double top = theory->frequency_step * (double)theory->frequencies, scale = theory->rate, h = 0.05;
    integrand total = {0, 0};
    if (!theory->phi_spectrum) { return ons_fail(ONS_INVALID, "the theory of one site must be solved first"); }
    for (int i = 0;; i++) {
        const double v = scale * sinh(i * h), dv = scale * cosh(i * h) * h * (i ? 1 : 0.5);
        const double width = fmin(1 - theory->nu + v * v / 4, 1);
        integrand row = {0, 0};
        if (v > 2 * top) { break; }
        for (int k = 0;; k++) {
            const double u = width * sinh(k * h), du = width * cosh(k * h) * h * (k ? 1 : 0.5);
            if (u > 2 * top) { break; }
            const integrand value = value_at(theory, (v + u) / 2, (v - u) / 2);
            row.phi += value.phi * du;
            row.x += value.x * du;
        }
        total.phi += row.phi * dv;
        total.x += row.x * dv;
    }
    /* four quarters, dw1 dw2 = du dv / 2, over (2 pi)^2 */
    const double factor = 2 / (4 * pi * pi), a = theory->activity * theory->activity,
                 c = theory->variance * theory->variance;
    *phi = a / (a + factor * total.phi);
    *x = c / (c + factor * total.x);
    return ONS_OK;
}
