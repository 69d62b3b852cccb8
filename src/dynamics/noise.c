/*
 * Stochastic steps of ensembles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/noise.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ons_noise {
    ons_field drift, amplitude;
    ons_noise_method method;
    double step;
    size_t members, blocks;
    uint64_t key, steps;
    double *numbers;                                         /* all below, [dimension][lanes] but for x */
    double *x;                                               /* [blocks][dimension][lanes] */
    double *w, *z, *place, *first, *second, *before, *after; /* increments, a stage, f and g at two points */
};

ons_status ons_noise_create(ons_noise **noise, const ons_field *drift, const ons_field *amplitude,
                            ons_noise_method method, double step, size_t members, uint64_t key) {
    *noise = NULL;
    if (members == 0) { return ons_fail(ONS_INVALID, "an ensemble has at least one member"); }
    if (!(step > 0) || !isfinite(step)) { return ons_fail(ONS_INVALID, "a positive step is expected, not %g", step); }
    if (drift->dimension != amplitude->dimension) {
        return ons_fail(ONS_INVALID, "the amplitude of the noise has %zu variables, the drift %zu",
                        amplitude->dimension, drift->dimension);
    }
    ons_noise *made = ONS_NEW(ons_noise, 1);
    if (!made) { return ONS_MEMORY; }
    const size_t blocks = (members + ONS_LANES - 1) / ONS_LANES, row = drift->dimension * ONS_LANES;
    *made = (ons_noise){.drift = *drift,
                        .amplitude = *amplitude,
                        .method = method,
                        .step = step,
                        .members = members,
                        .blocks = blocks,
                        .key = key};
    made->numbers = aligned_alloc(64, (blocks + 7) * row * sizeof(double));
    if (!made->numbers) {
        free(made);
        return ONS_MEMORY;
    }
    memset(made->numbers, 0, (blocks + 7) * row * sizeof(double));
    double **parts[] = {&made->w, &made->z, &made->place, &made->first, &made->second, &made->before, &made->after};
    for (size_t i = 0; i < 7; i++) { *parts[i] = made->numbers + i * row; }
    made->x = made->numbers + 7 * row;
    *noise = made;
    return ONS_OK;
}

void ons_noise_free(ons_noise *old) {
    if (!old) { return; }
    free(old->numbers);
    free(old);
}

void ons_noise_set(ons_noise *noise, size_t member, const double *x) {
    const size_t n = noise->drift.dimension;
    const size_t last = member + 1 == noise->members ? noise->blocks * ONS_LANES : member + 1;
    for (size_t m = member; m < last; m++) { /* lanes without a member are copies of the last one */
        double *to = noise->x + m / ONS_LANES * n * ONS_LANES + m % ONS_LANES;
        for (size_t i = 0; i < n; i++) { to[i * ONS_LANES] = x[i]; }
    }
}

void ons_noise_get(const ons_noise *noise, size_t member, double *x) {
    const size_t n = noise->drift.dimension;
    const double *from = noise->x + member / ONS_LANES * n * ONS_LANES + member % ONS_LANES;
    for (size_t i = 0; i < n; i++) { x[i] = from[i * ONS_LANES]; }
}

uint64_t ons_noise_steps(const ons_noise *noise) { return noise->steps; }
void ons_noise_set_steps(ons_noise *noise, uint64_t steps) { noise->steps = steps; }

/* ---- one step of a block --------------------------------------------------------------------------------------------
 */

static void evaluate(const ons_field *field, size_t block, double t, const double *x, double *dx) {
    _Alignas(64) double times[ONS_LANES];
    for (size_t l = 0; l < ONS_LANES; l++) { times[l] = t; }
    field->value(field->data, block, times, x, dx);
}

static void step_block(ons_noise *noise, size_t block) {
    const size_t row = noise->drift.dimension * ONS_LANES;
    const double h = noise->step, t = h * (double)noise->steps;
    double *x = noise->x + block * row, *place = noise->place;
    const double *w = noise->w, *z = noise->z;
    evaluate(&noise->drift, block, t, x, noise->first);
    evaluate(&noise->amplitude, block, t, x, noise->before);
    if (noise->method == ONS_EULER_MARUYAMA) {
        for (size_t i = 0; i < row; i++) { x[i] += h * noise->first[i] + w[i] * noise->before[i]; }
        return;
    }
    if (noise->method == ONS_HEUN) {
        for (size_t i = 0; i < row; i++) { place[i] = x[i] + h * noise->first[i] + w[i] * noise->before[i]; }
        evaluate(&noise->drift, block, t + h, place, noise->second);
        evaluate(&noise->amplitude, block, t + h, place, noise->after);
        for (size_t i = 0; i < row; i++) {
            x[i] += h / 2 * (noise->first[i] + noise->second[i]) + w[i] / 2 * (noise->before[i] + noise->after[i]);
        }
        return;
    }
    evaluate(&noise->amplitude, block, t + h, x, noise->after);
    for (size_t i = 0; i < row; i++) {
        place[i] = x[i] + 0.75 * h * noise->first[i] + 1.5 * z[i] / h * noise->after[i];
    }
    evaluate(&noise->drift, block, t + 0.75 * h, place, noise->second);
    for (size_t i = 0; i < row; i++) {
        x[i] += h / 3 * (noise->first[i] + 2 * noise->second[i]) + (w[i] - z[i] / h) * noise->after[i] +
                z[i] / h * noise->before[i];
    }
}

static ons_status check_block(const ons_noise *noise, size_t block) {
    const size_t row = noise->drift.dimension * ONS_LANES;
    for (size_t i = 0; i < row; i++) {
        if (!isfinite(noise->x[block * row + i])) {
            return ons_fail(ONS_FAILED,
                            "member %zu blew up at t = %g: a shorter step is needed, or the motion ends there",
                            block * ONS_LANES + i % ONS_LANES, noise->step * (double)(noise->steps + 1));
        }
    }
    return ONS_OK;
}

ons_status ons_noise_step(ons_noise *noise, const double *w, const double *z) {
    const size_t n = noise->drift.dimension;
    if (noise->method == ONS_SRA1 && !z) {
        return ons_fail(ONS_INVALID, "this method takes integrals of the noise too");
    }
    ons_status status = ONS_OK;
    for (size_t b = 0; b < noise->blocks && status == ONS_OK; b++) {
        for (size_t i = 0; i < n * ONS_LANES; i++) {
            const size_t m = b * ONS_LANES + i % ONS_LANES, real = m < noise->members ? m : noise->members - 1;
            noise->w[i] = w[real * n + i / ONS_LANES];
            noise->z[i] = z ? z[real * n + i / ONS_LANES] : 0;
        }
        step_block(noise, b);
        status = check_block(noise, b);
    }
    if (status == ONS_OK) { noise->steps++; }
    return status;
}

/* A pair of normal numbers at a place of its own (Box and Muller 1958). */
static void normal_pair(ons_random *random, double *a, double *b) {
    const double radius = sqrt(-2 * log(ons_random_uniform(random))), angle = 2 * M_PI * ons_random_uniform(random);
    *a = radius * cos(angle);
    *b = radius * sin(angle);
}

/* Increments of a member: four words for each of its variables, at (step, variable) of its own stream. z has the
 * variance h^3/3 and the covariance h^2/2 with w. */
static void draw(ons_noise *noise, size_t lane, ons_random *random) {
    const size_t n = noise->drift.dimension;
    const double h = noise->step, root = sqrt(h);
    ons_random_seek(random, noise->steps * n * 4);
    for (size_t i = 0; i < n; i++) {
        double first, second;
        normal_pair(random, &first, &second);
        noise->w[i * ONS_LANES + lane] = root * first;
        noise->z[i * ONS_LANES + lane] = h * root / 2 * (first + second / sqrt(3));
    }
}

ons_status ons_noise_advance(ons_noise *noise, uint64_t count) {
    const uint64_t before = noise->steps;
    ons_status status = ONS_OK;
    for (size_t b = 0; b < noise->blocks && status == ONS_OK; b++) {
        ons_random streams[ONS_LANES];
        for (size_t l = 0; l < ONS_LANES; l++) {
            const size_t m = b * ONS_LANES + l;
            streams[l] = ons_random_stream(noise->key, (uint32_t)(m < noise->members ? m : noise->members - 1), 0);
        }
        for (noise->steps = before; noise->steps < before + count && status == ONS_OK; noise->steps++) {
            for (size_t l = 0; l < ONS_LANES; l++) { draw(noise, l, &streams[l]); }
            step_block(noise, b);
            status = check_block(noise, b);
        }
    }
    noise->steps = status == ONS_OK ? before + count : noise->steps;
    return status;
}

/* ---- square-root noise ----------------------------------------------------------------------------------------------
 */

/* Gamma numbers of unit scale (Marsaglia and Tsang, ACM Trans. Math. Softw. 26, 363 (2000)). */
static double gamma_number(double shape, ons_random *random) {
    if (shape < 1) {
        const double power = pow(ons_random_uniform(random), 1 / shape);
        return gamma_number(shape + 1, random) * power;
    }
    const double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        const double x = ons_random_normal(random), v = 1 + c * x, cube = v * v * v;
        if (v > 0 && log(ons_random_uniform(random)) < 0.5 * x * x + d - d * cube + d * log(cube)) { return d * cube; }
    }
}

/* Poisson numbers: by products of uniform ones, or transformed rejection (Hoermann, Insur. Math. Econ. 12, 39 (1993)).
 */
static double poisson_number(double mean, ons_random *random) {
    if (mean < 10) {
        const double limit = exp(-mean);
        double product = ons_random_uniform(random), count = 0;
        for (; product > limit; count++) { product *= ons_random_uniform(random); }
        return count;
    }
    const double b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b, inverse = 1.1239 + 1.1328 / (b - 3.4);
    for (;;) {
        const double u = ons_random_uniform(random) - 0.5, v = ons_random_uniform(random), s = 0.5 - fabs(u);
        const double k = floor((2 * a / s + b) * u + mean + 0.43);
        if (s >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) { return k; }
        if (k < 0 || (s < 0.013 && v > s)) { continue; }
        if (log(v) + log(inverse) - log(a / (s * s) + b) <= -mean + k * log(mean) - lgamma(k + 1)) { return k; }
    }
}

ons_status ons_noise_feller(double *x, double a, double b, double sigma, double h, ons_random *random) {
    if (!(*x >= 0) || !(a >= 0) || !(sigma >= 0) || !(h >= 0) || !isfinite(b)) {
        return ons_fail(ONS_INVALID,
                        "square-root noise takes x, a, sigma and h that are not negative, not %g, %g, %g and %g", *x, a,
                        sigma, h);
    }
    const double growth = exp(b * h), span = b == 0 ? h : expm1(b * h) / b;
    if (sigma == 0 || h == 0) {
        *x = growth * *x + a * span;
        return ONS_OK;
    }
    const double scale = sigma * sigma * span / 2; /* x' / scale is gamma with 2a/sigma^2 + Poisson(growth x / scale) */
    const double shape = 2 * a / (sigma * sigma) + poisson_number(growth * *x / scale, random);
    *x = shape > 0 ? scale * gamma_number(shape, random) : 0;
    return ONS_OK;
}
