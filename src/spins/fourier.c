/*
 * Discrete Fourier transforms on periodic cells by FFTW: the only file that speaks with its planner.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier.h"

#include <fftw3.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct spins_transform {
    fftw_plan plan;
};

static void destroy(fftw_plan plan) {
    if (!plan) { return; }
    ons_planner_lock();
    fftw_destroy_plan(plan);
    ons_planner_unlock();
}

static void *numbers(size_t count, size_t size, const char *kind) {
    void *array = count > SIZE_MAX / size ? NULL : fftw_malloc((count ? count : 1) * size);
    if (!array) {
        ons_fail(ONS_MEMORY, "no memory for %zu %s numbers", count, kind);
        return NULL;
    }
    memset(array, 0, count * size);
    return array;
}

spins_complex *spins_complex_array(size_t count) { return numbers(count, sizeof(spins_complex), "complex"); }
void spins_complex_free(spins_complex *waves) { fftw_free(waves); }

/* The lengths as FFTW takes them, and their product. */
static ons_status take_lengths(unsigned dimension, const int64_t *lengths, int *taken, size_t *sites) {
    *sites = 1;
    for (unsigned d = 0; d < dimension; d++) {
        if (lengths[d] > INT_MAX) {
            return ons_fail(ONS_INVALID, "a Fourier transform of length %lld", (long long)lengths[d]);
        }
        taken[d] = (int)lengths[d];
        *sites *= (size_t)lengths[d];
    }
    return ONS_OK;
}

static ons_status no_plan(size_t sites) {
    return ons_fail(ONS_FAILED, "FFTW found no plan for a transform of %zu points", sites);
}

/* ---- complex arrays ---- */

ons_status spins_transform_create(spins_transform **result, unsigned dimension, const int64_t *lengths, bool forward) {
    *result = NULL;
    int taken[8];
    size_t sites;
    ons_status status = take_lengths(dimension, lengths, taken, &sites);
    if (status) { return status; }
    spins_transform *transform = ONS_NEW(spins_transform, 1);
    fftw_complex *scratch = (fftw_complex *)spins_complex_array(sites);
    status = transform && scratch ? ONS_OK : ONS_MEMORY;
    if (!status) {
        ons_planner_lock();
        transform->plan = fftw_plan_dft((int)dimension, taken, scratch, scratch, forward ? FFTW_FORWARD : FFTW_BACKWARD,
                                        FFTW_ESTIMATE);
        ons_planner_unlock();
        if (!transform->plan) { status = no_plan(sites); }
    }
    fftw_free(scratch);
    if (status) {
        spins_transform_free(transform);
        return status;
    }
    *result = transform;
    return ONS_OK;
}

void spins_transform_free(spins_transform *transform) {
    if (!transform) { return; }
    destroy(transform->plan);
    free(transform);
}

void spins_transform_run(const spins_transform *transform, spins_complex *field) {
    fftw_execute_dft(transform->plan, (fftw_complex *)field, (fftw_complex *)field);
}

/* ---- real arrays ---- */

double *spins_fourier_reals(const spins_fourier *fourier) { return numbers(fourier->sites, sizeof(double), "real"); }
void spins_fourier_release(double *reals) { fftw_free(reals); }
spins_complex *spins_fourier_spectrum(const spins_fourier *fourier) { return spins_complex_array(fourier->modes); }

ons_status spins_fourier_create(spins_fourier **fourier, unsigned dimension, const int64_t *lengths) {
    *fourier = NULL;
    spins_fourier *made = ONS_NEW(spins_fourier, 1);
    if (!made) { return ONS_MEMORY; }
    made->dimension = dimension;
    ons_status status = take_lengths(dimension, lengths, made->lengths, &made->sites);
    if (status) {
        free(made);
        return status;
    }
    const size_t last = (size_t)lengths[dimension - 1];
    made->modes = made->sites / last * (last / 2 + 1);
    double *reals = spins_fourier_reals(made);
    fftw_complex *spectrum = (fftw_complex *)spins_fourier_spectrum(made);
    status = reals && spectrum ? ONS_OK : ONS_MEMORY;
    if (!status) {
        ons_planner_lock();
        made->forward = fftw_plan_dft_r2c((int)dimension, made->lengths, reals, spectrum, FFTW_ESTIMATE);
        made->backward = fftw_plan_dft_c2r((int)dimension, made->lengths, spectrum, reals, FFTW_ESTIMATE);
        ons_planner_unlock();
        if (!made->forward || !made->backward) { status = no_plan(made->sites); }
    }
    fftw_free(reals);
    fftw_free(spectrum);
    if (status) {
        spins_fourier_free(made);
        return status;
    }
    *fourier = made;
    return ONS_OK;
}

void spins_fourier_free(spins_fourier *fourier) {
    if (!fourier) { return; }
    destroy(fourier->forward);
    destroy(fourier->backward);
    free(fourier);
}

void spins_fourier_forward(const spins_fourier *fourier, double *reals, spins_complex *spectrum) {
    fftw_execute_dft_r2c(fourier->forward, reals, (fftw_complex *)spectrum);
}

void spins_fourier_backward(const spins_fourier *fourier, spins_complex *spectrum, double *reals) {
    fftw_execute_dft_c2r(fourier->backward, (fftw_complex *)spectrum, reals);
}
