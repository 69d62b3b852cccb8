/*
 * Rings of phase oscillators: memory, the choice of the kernel, whole steps and parts of one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "oscillators_kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ons_oscillators {
    ons_oscillator_options options;
    oscillators_sweep sweep;
    const oscillators_kernels *kernels;
    double *phase, *frequency; /* [sites][ONS_LANES] */
    double *trial, *sum;       /* what the scheme needs beside; sum: two of them under Runge-Kutta */
    uint64_t steps;
};

/* The last one runs everywhere. */
static const oscillators_kernels *const kernels[] = {
#if defined(__x86_64__)
    &oscillators_kernels_v4,
    &oscillators_kernels_v3,
#endif
    &oscillators_kernels_plain,
};

enum { KERNELS = sizeof kernels / sizeof kernels[0] };

static bool runs_here(const oscillators_kernels *kernel) {
#if defined(__x86_64__)
    if (kernel == &oscillators_kernels_v4) {
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    }
    if (kernel == &oscillators_kernels_v3) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#endif
    return kernel == &oscillators_kernels_plain;
}

static const oscillators_kernels *fastest(void) {
    for (size_t i = 0; i + 1 < KERNELS; i++) {
        if (runs_here(kernels[i])) { return kernels[i]; }
    }
    return kernels[KERNELS - 1];
}

bool ons_oscillators_select(ons_oscillators *ring, const char *name) {
    for (size_t i = 0; i < KERNELS; i++) {
        if (!strcmp(kernels[i]->name, name) && runs_here(kernels[i])) {
            ring->kernels = kernels[i];
            return true;
        }
    }
    return false;
}

const char *ons_oscillators_kernel(const ons_oscillators *ring) { return ring->kernels->name; }

/* ---- life -----------------------------------------------------------------------------------------------------------
 */

double ons_oscillators_longest_step(const ons_oscillator_options *o) {
    const double fastest_wave = 4 * o->coupling * cos(o->non_oddity);
    return (o->scheme == ONS_OSCILLATOR_RUNGE_KUTTA ? 2.7852936 : 2) / fastest_wave;
}

ons_status ons_oscillators_check(const ons_oscillator_options *o) {
    if (o->sites < 3 || o->sites > 1U << 30) {
        return ons_fail(ONS_INVALID, "a ring has 3 to 2^30 oscillators, not %zu", o->sites);
    }
    if (!(o->coupling >= 0 && o->coupling < INFINITY)) {
        return ons_fail(ONS_INVALID, "the coupling must be a number >= 0, not %g", o->coupling);
    }
    if (!(o->non_oddity >= 0 && o->non_oddity < 1.5707963267948966)) {
        return ons_fail(ONS_INVALID, "the non-oddity lies in [0, pi/2), not at %g", o->non_oddity);
    }
    if (!(o->noise >= 0 && o->noise < INFINITY)) {
        return ons_fail(ONS_INVALID, "the strength D of the noise must be a number >= 0, not %g", o->noise);
    }
    if (o->noise > 0 && o->scheme == ONS_OSCILLATOR_RUNGE_KUTTA) {
        return ons_fail(ONS_INVALID, "the classical Runge-Kutta method is for D = 0: with noise take Euler-Maruyama or "
                                     "Heun");
    }
    const double longest = ons_oscillators_longest_step(o);
    if (!(o->step > 0 && o->step <= longest && o->step < INFINITY)) {
        return ons_fail(ONS_INVALID,
                        "the time step %g is not stable: it must be positive and at most %.4g for this coupling "
                        "and scheme",
                        o->step, longest);
    }
    return ONS_OK;
}

/* Arrays [sites][ONS_LANES] beside the phases that a scheme needs. */
static size_t rooms(ons_oscillator_scheme scheme) {
    return scheme == ONS_OSCILLATOR_EULER ? 0 : scheme == ONS_OSCILLATOR_HEUN ? 2 : 3;
}

double ons_oscillators_bytes(const ons_oscillator_options *options, bool disordered) {
    const double arrays = 1.0 + (double)rooms(options->scheme) + disordered;
    return sizeof(struct ons_oscillators) + arrays * (double)options->sites * sizeof(double[ONS_LANES]);
}

/* Zeroed, aligned to 64 bytes; NULL: no memory (message set). */
static double *array(size_t sites, size_t count) {
    const size_t bytes = sites * count * sizeof(double[ONS_LANES]);
    double *result = aligned_alloc(64, bytes ? bytes : 64);
    if (result) {
        memset(result, 0, bytes);
    } else {
        ons_fail(ONS_MEMORY, "no memory for %zu oscillators", sites);
    }
    return result;
}

ons_status ons_oscillators_create(ons_oscillators **result, const ons_oscillator_options *options,
                                  const double *frequency) {
    *result = NULL;
    const ons_status status = ons_oscillators_check(options);
    if (status) { return status; }
    ons_oscillators *ring = ONS_NEW(ons_oscillators, 1);
    if (!ring) { return ONS_MEMORY; }
    const size_t sites = options->sites, more = rooms(options->scheme);
    ring->options = *options;
    ring->kernels = fastest();
    ring->phase = array(sites, 1);
    if (frequency) { ring->frequency = array(sites, 1); }
    if (more) { ring->trial = array(sites, more); }
    if (!ring->phase || (frequency && !ring->frequency) || (more && !ring->trial)) {
        ons_oscillators_free(ring);
        return ONS_MEMORY;
    }
    if (more) { ring->sum = ring->trial + sites * ONS_LANES; }
    if (frequency) { memcpy(ring->frequency, frequency, sites * sizeof(double[ONS_LANES])); }
    ring->sweep = (oscillators_sweep){
        .sites = sites,
        .phase = ring->phase,
        .frequency = ring->frequency,
        .trial = ring->trial,
        .sum = ring->sum,
        .odd = options->coupling * cos(options->non_oddity),
        .even = options->coupling * sin(options->non_oddity),
        .step = options->step,
        .amplitude = sqrt(2 * options->noise * options->step),
        .expanded = options->bonds == ONS_BONDS_EXPANDED,
        .key = options->key,
        .purpose = options->purpose,
        .replica = ring->options.replica,
    };
    *result = ring;
    return ONS_OK;
}

void ons_oscillators_free(ons_oscillators *ring) {
    if (!ring) { return; }
    free(ring->phase);
    free(ring->frequency);
    free(ring->trial);
    free(ring);
}

double *ons_oscillators_phases(ons_oscillators *ring) { return ring->phase; }
uint64_t *ons_oscillators_steps(ons_oscillators *ring) { return &ring->steps; }

/* ---- time -----------------------------------------------------------------------------------------------------------
 */

static void make_steps(const ons_oscillators *ring, const oscillators_sweep *sweep, uint64_t count) {
    switch (ring->options.scheme) {
    case ONS_OSCILLATOR_EULER: ring->kernels->euler(sweep, ring->steps, count); break;
    case ONS_OSCILLATOR_HEUN: ring->kernels->heun(sweep, ring->steps, count); break;
    case ONS_OSCILLATOR_RUNGE_KUTTA: ring->kernels->runge_kutta(sweep, ring->steps, count); break;
    }
}

void ons_oscillators_advance(ons_oscillators *ring, uint64_t steps) {
    make_steps(ring, &ring->sweep, steps);
    ring->steps += steps;
}

void ons_oscillators_later(const ons_oscillators *ring, double part, double *out) {
    memcpy(out, ring->phase, ring->options.sites * sizeof(double[ONS_LANES]));
    if (!(part > 0)) { return; }
    oscillators_sweep sweep = ring->sweep;
    sweep.phase = out;
    sweep.step = part;
    sweep.amplitude = sqrt(2 * ring->options.noise * part);
    make_steps(ring, &sweep, 1);
}

void ons_oscillators_normals(const ons_oscillators *ring, uint64_t step, double *normals) {
    ring->kernels->normals(&ring->sweep, step, normals);
}

/* ---- what is seen
 * ----------------------------------------------------------------------------------------------------
 */

size_t ons_oscillators_sites(const ons_oscillators *ring) { return ring->options.sites; }

void ons_oscillators_moments(const ons_oscillators *ring, const double *phases, ons_oscillator_moments *moments) {
    _Alignas(64) double mean[ONS_LANES] = {0}, sums[6 * ONS_LANES];
    const size_t sites = ring->options.sites;
    for (size_t i = 0; i < sites; i++) {
        for (size_t l = 0; l < ONS_LANES; l++) { mean[l] += phases[i * ONS_LANES + l]; }
    }
    for (size_t l = 0; l < ONS_LANES; l++) { mean[l] /= (double)sites; }
    oscillators_sweep sweep = ring->sweep;
    sweep.phase = (double *)phases; /* is only read */
    ring->kernels->sums(&sweep, mean, sums);
    for (size_t l = 0; l < ONS_LANES; l++) {
        double s[6];
        for (size_t k = 0; k < 6; k++) { s[k] = sums[k * ONS_LANES + l] / (double)sites; }
        moments[l] = (ons_oscillator_moments){.mean = mean[l],
                                              .width_squared = s[0],
                                              .third = s[1],
                                              .fourth = s[2],
                                              .order = hypot(s[3], s[4]),
                                              .gradient = s[5],
                                              .finite = isfinite(s[0]) && isfinite(mean[l])};
    }
}

double ons_oscillators_linear_width(const ons_oscillator_options *o, double sigma, double t) {
    const double stiffness = 2 * o->coupling * cos(o->non_oddity), length = (double)o->sites;
    double sum = 0;
    for (size_t n = 1; n <= o->sites / 2; n++) {
        const double nu = stiffness * 2 * pow(sin(3.14159265358979323846 * (double)n / length), 2);
        const double grown = nu > 0 ? -expm1(-nu * t) / nu : t, twice = nu > 0 ? -expm1(-2 * nu * t) / nu : 2 * t;
        sum += (2 * n == o->sites ? 1 : 2) * (o->noise * twice + sigma * sigma * grown * grown);
    }
    return sum / length;
}
