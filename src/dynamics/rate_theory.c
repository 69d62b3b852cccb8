/*
 * One site of a large chaotic network of rates: Sompolinsky, Crisanti and Sommers, PRL 61, 259 (1988).
 *
 * With x Gaussian of variance c0, phi(x) = sum_n b_n he_n(x / sqrt c0) in normalized Hermite polynomials, so that
 * <phi phi'> = sum b_n^2 r^n at correlation r = c / c0 (Mehler), and the potential V(c) = -c^2/2 + g^2 int_0^c <phi
 * phi'> is a power series too: nothing is lost where c is small. The equation of motion C'' = -V'(C) conserves C'^2/2 +
 * V(C) = 0.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/rate_theory.h>

#include <gsl/gsl_fft_real.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* ---- the activation -------------------------------------------------------------------------------------------------
 */

static double activation(ons_rate_activation phi, double x) {
    return phi == ONS_RATE_TANH ? tanh(x) : phi == ONS_RATE_ERF ? erf(x * sqrt(pi) / 2) : x;
}

/* The integral of phi from 0. */
static double primitive(ons_rate_activation phi, double x) {
    if (phi == ONS_RATE_TANH) { return fabs(x) + log1p(exp(-2 * fabs(x))) - log(2); }
    const double s = sqrt(pi) / 2;
    return phi == ONS_RATE_ERF ? x * erf(s * x) + expm1(-s * s * x * x) / (s * sqrt(pi)) : x * x / 2;
}

/* ---- Gaussian averages ----------------------------------------------------------------------------------------------
 *
 * The trapezoidal rule converges as exp(-2 pi d / h) with the distance d of the nearest pole, for tanh pi/2 in x.
 */

enum { REACH = 13 }; /* standard deviations: exp(-84) */

static double node_distance(double deviation) { return fmin(0.2, 2 * pi * (pi / 2) / fmax(deviation, 1e-3) / 37); }

/* Mean of F and of F^2, F the primitive. */
static void primitive_moments(ons_rate_activation phi, double variance, double *mean, double *square) {
    const double deviation = sqrt(variance), h = node_distance(deviation);
    const long nodes = (long)(REACH / h);
    *mean = *square = 0;
    for (long k = -nodes; k <= nodes; k++) {
        const double z = (double)k * h, weight = exp(-z * z / 2), value = primitive(phi, deviation * z);
        *mean += weight * value;
        *square += weight * value * value;
    }
    *mean *= h / sqrt(2 * pi);
    *square *= h / sqrt(2 * pi);
}

double ons_rate_average(ons_rate_activation phi, double variance, double covariance) {
    const double size = fabs(covariance), common = sqrt(size), own = sqrt(fmax(variance - size, 0));
    const double h = node_distance(sqrt(variance));
    const long nodes = (long)(REACH / h);
    double sum = 0;
    for (long i = -nodes; i <= nodes; i++) {
        double inner = 0;
        for (long k = -nodes; k <= nodes; k++) {
            const double u = (double)k * h;
            inner += exp(-u * u / 2) * activation(phi, common * (double)i * h + own * u);
        }
        inner *= h / sqrt(2 * pi);
        sum += exp(-(double)i * h * (double)i * h / 2) * inner * inner;
    }
    return copysign(sum * h / sqrt(2 * pi), covariance);
}

/* ---- the potential --------------------------------------------------------------------------------------------------
 */

typedef struct potential {
    double gain, variance, nu;
    bool sign;      /* of an infinite gain: closed forms */
    size_t terms;   /* odd orders 1, 3, .. */
    double *square; /* [terms] b_n^2, n = 2 k + 1 */
} potential;

/* V(c0) as a function of c0. */
static double closing(ons_rate_activation phi, double gain, double variance) {
    double mean, square;
    primitive_moments(phi, variance, &mean, &square);
    return gain * gain * (square - mean * mean) / (variance * variance) - 0.5;
}

/* c0 by bisection: the closing is positive below it and negative above. */
static double find_variance(ons_rate_activation phi, double gain) {
    double low = 1e-9, high = 1;
    while (closing(phi, gain, high) > 0) { high *= 2; }
    for (int k = 0; k < 200 && high - low > 1e-15 * high; k++) {
        const double middle = (low + high) / 2;
        *(closing(phi, gain, middle) > 0 ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

enum { MOST_TERMS = 40000 };

/* b_n for odd n: phi against he_n by the recurrence sqrt(n+1) he_(n+1) = z he_n - sqrt(n) he_(n-1), times exp(-z^2/4).
 * Poles at distance d = (pi/2)/deviation make b_n^2 fall as exp(-2 d sqrt(2 n)). */
static ons_status find_coefficients(potential *p, ons_rate_activation phi) {
    const double deviation = sqrt(p->variance), d = pi / 2 / deviation;
    const double orders = pow(36 / (2 * d), 2) / 2;
    p->terms = (size_t)fmin(fmax(orders / 2, 40), MOST_TERMS);
    const double h = fmin(node_distance(deviation), pi / (REACH / 2.0 + 2 * sqrt(4.0 * (double)p->terms)));
    const long nodes = (long)(REACH / h);
    p->square = ONS_NEW(double, p->terms);
    if (!p->square) { return ONS_MEMORY; }
    for (long k = 1; k <= nodes; k++) { /* odd integrands: twice the positive half */
        const double z = (double)k * h, envelope = exp(-z * z / 4);
        const double weight = 2 * h / sqrt(2 * pi) * envelope * activation(phi, deviation * z);
        double before = envelope, now = z * envelope;
        for (size_t n = 1; n < 2 * p->terms; n += 2) {
            p->square[n / 2] += weight * now;
            const double even = (z * now - sqrt((double)n) * before) / sqrt((double)n + 1);
            const double odd = (z * even - sqrt((double)n + 1) * now) / sqrt((double)n + 2);
            before = even;
            now = odd;
        }
    }
    for (size_t k = 0; k < p->terms; k++) { p->square[k] *= p->square[k]; }
    while (p->terms > 3 && p->square[p->terms - 1] < 1e-17 * p->square[0]) { p->terms--; }
    return ONS_OK;
}

/* <phi phi'> at covariance c; *energy = -2 V(c) / c^2, which is positive inside the separatrix. */
static double correlation_at(const potential *p, double c, double *energy) {
    const double r = fmin(c / p->variance, 1);
    if (p->sign) {
        const double c0 = p->variance;
        /* asin r - the integral of asin r: r asin r + sqrt(1 - r^2) - 1, by its series where r is small */
        const double integral = r < 1e-3 ? r * r / 2 + r * r * r * r / 24 : r * asin(r) + sqrt(1 - r * r) - 1;
        if (energy) { *energy = 1 - 2 * (2 / pi) * c0 * integral / (c * c); }
        return 2 / pi * asin(r);
    }
    const double r2 = r * r;
    double sum = 0, integral = 0;
    for (size_t k = p->terms; k-- > 0;) {
        sum = sum * r2 + p->square[k];
        integral = integral * r2 + p->square[k] / (double)(2 * k + 2);
    }
    if (energy) { *energy = 1 - 2 * p->gain * p->gain * integral / p->variance; }
    return sum * r;
}

/* ---- the separatrix -------------------------------------------------------------------------------------------------
 */

/* d theta / d tau with C = c0 / cosh^2 theta: C' = -2 C tanh(theta) theta' and C'^2 = -2 V. At the top, C'' = C - g^2
 * C_phi. */
static double theta_rate(const potential *p, double theta) {
    const double t = tanh(theta), c = p->variance * (1 - t * t);
    double energy;
    if (theta < 1e-3) {
        const double force = p->gain * p->gain * correlation_at(p, p->variance, NULL) - p->variance;
        return sqrt(fmax(force / (2 * p->variance), 0));
    }
    correlation_at(p, c, &energy);
    return sqrt(fmax(energy, 0)) / (2 * t);
}

/* The rate is sampled at equal distances of theta beyond which it is what the linear decay gives; time is its integral,
 * so that C(tau) follows with four evaluations a step (Runge and Kutta). */
static void follow(const potential *p, ons_rate_theory *theory) {
    double theta = 0;
    for (size_t k = 0; k < theory->count; k++) {
        const double cosh_theta = cosh(fmin(theta, 300)), c = p->variance / (cosh_theta * cosh_theta);
        theory->x[k] = c;
        theory->phi[k] = correlation_at(p, c, NULL);
        const double h = theory->step, k1 = theta_rate(p, theta), k2 = theta_rate(p, theta + h / 2 * k1),
                     k3 = theta_rate(p, theta + h / 2 * k2), k4 = theta_rate(p, theta + h * k3);
        theta += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
}

/* The cosine transform of an even function that has died out at the end of its table, padded eightfold. GSL, since
 * FFTW's planner is global and tasks run side by side. */
static ons_status transform(const double *table, const ons_rate_theory *theory, double *spectrum) {
    const size_t period = 2 * (theory->frequencies - 1);
    double *padded = ONS_NEW(double, period);
    if (!padded) { return ONS_MEMORY; }
    memcpy(padded, table, theory->count * sizeof *padded);
    for (size_t k = 1; k < theory->count; k++) { padded[period - k] = table[k]; }
    const int fault = gsl_fft_real_radix2_transform(padded, 1, period);
    for (size_t k = 0; k < theory->frequencies; k++) { spectrum[k] = theory->step * padded[k]; }
    free(padded);
    return fault ? ons_fail(ONS_FAILED, "no Fourier transform of %zu points", period) : ONS_OK;
}

enum { PADDING = 8, MOST_TIMES = 1 << 18 };

static ons_status make_tables(ons_rate_theory *theory, const potential *p) {
    const double decay = 36 / theory->rate;
    theory->step = p->sign ? 0.005 : fmin(0.05 * fmax(1, 0.05 / theory->rate), 0.2 / sqrt(theory->variance));
    theory->count = (size_t)fmin(ceil(decay / theory->step), MOST_TIMES) + 1;
    theory->frequencies = 1;
    while (theory->frequencies < PADDING * theory->count) { theory->frequencies *= 2; }
    theory->frequencies++;
    theory->frequency_step = pi / (theory->step * (double)(theory->frequencies - 1));
    theory->x = ONS_NEW(double, theory->count);
    theory->phi = ONS_NEW(double, theory->count);
    theory->x_spectrum = ONS_NEW(double, theory->frequencies);
    theory->phi_spectrum = ONS_NEW(double, theory->frequencies);
    if (!theory->x || !theory->phi || !theory->x_spectrum || !theory->phi_spectrum) { return ONS_MEMORY; }
    follow(p, theory);
    const ons_status status = transform(theory->x, theory, theory->x_spectrum);
    return status ? status : transform(theory->phi, theory, theory->phi_spectrum);
}

ons_status ons_rate_theory_solve(ons_rate_theory *theory, ons_rate_activation phi, double gain) {
    potential p = {.gain = gain, .sign = isinf(gain)};
    *theory = (ons_rate_theory){.gain = gain};
    if (phi == ONS_RATE_LINEAR || !(gain > 1)) {
        return ons_fail(ONS_INVALID,
                        "a %s network with gain %g is not chaotic: the theory needs tanh or erf and a "
                        "gain above 1",
                        phi == ONS_RATE_LINEAR ? "linear" : "nonlinear", gain);
    }
    if (!(gain >= 1.005) || (gain > 200 && !p.sign)) {
        return ons_fail(ONS_INVALID, "the theory is solved for gains from 1.005 to 200 and inf, not %.10g", gain);
    }
    ons_status status = ONS_OK;
    if (p.sign) { /* Clark, Abbott and Litwin-Kumar 2023: the limit of Ising units */
        p.gain = 1;
        p.variance = 2 * (1 - 2 / pi);
        theory->slope = sqrt(2 / (pi * p.variance));
        theory->nu = theory->slope * theory->slope;
    } else {
        p.variance = find_variance(phi, gain);
        status = find_coefficients(&p, phi);
        if (!status) {
            theory->slope = sqrt(p.square[0] / p.variance); /* <phi'> = <z phi> / deviation */
            theory->nu = gain * gain * theory->slope * theory->slope;
        }
    }
    if (!status) {
        theory->variance = p.variance;
        theory->activity = correlation_at(&p, p.variance, NULL);
        theory->rate = sqrt(1 - theory->nu);
        status = make_tables(theory, &p);
    }
    free(p.square);
    if (status) { ons_rate_theory_free(theory); }
    return status;
}

void ons_rate_theory_free(ons_rate_theory *theory) {
    free(theory->x);
    free(theory->phi);
    free(theory->x_spectrum);
    free(theory->phi_spectrum);
    theory->x = theory->phi = theory->x_spectrum = theory->phi_spectrum = NULL;
}

double ons_rate_noise(const ons_rate_theory *theory, size_t k) {
    const double omega = (double)k * theory->frequency_step;
    return theory->phi_spectrum[k] * (1 - theory->nu / (1 + omega * omega));
}
