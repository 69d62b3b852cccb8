/*
 * Fourier transforms of real arrays by FFTW.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

/* FFTW's planner is not reentrant; its transforms are. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

double *spins_fourier_reals(const spins_fourier *fourier) {
    double *reals = fftw_malloc(fourier->sites * sizeof *reals);
    if (!reals) { ons_fail(ONS_MEMORY, "no memory for a Fourier transform of %zu numbers", fourier->sites); }
    return reals;
}

fftw_complex *spins_fourier_spectrum(const spins_fourier *fourier) {
    fftw_complex *spectrum = fftw_malloc(fourier->modes * sizeof *spectrum);
    if (!spectrum) { ons_fail(ONS_MEMORY, "no memory for a Fourier transform of %zu numbers", fourier->sites); }
    return spectrum;
}

ons_status spins_fourier_create(spins_fourier **fourier, unsigned dimension, const int64_t *lengths) {
    spins_fourier *made = *fourier = ONS_NEW(spins_fourier, 1);
    if (!made) { return ONS_MEMORY; }
    made->dimension = dimension;
    made->sites = made->modes = 1;
    for (unsigned d = 0; d < dimension; d++) {
        if (lengths[d] > INT_MAX) {
            return ons_fail(ONS_INVALID, "a Fourier transform of length %lld", (long long)lengths[d]);
        }
        made->lengths[d] = (int)lengths[d];
        made->sites *= (size_t)lengths[d];
        made->modes *= (size_t)(d + 1 < dimension ? lengths[d] : lengths[d] / 2 + 1);
    }
    double *reals = spins_fourier_reals(made);
    fftw_complex *spectrum = spins_fourier_spectrum(made);
    ons_status status = reals && spectrum ? ONS_OK : ONS_MEMORY;
    if (!status) {
        pthread_mutex_lock(&planner);
        made->forward = fftw_plan_dft_r2c((int)dimension, made->lengths, reals, spectrum, FFTW_ESTIMATE);
        made->backward = fftw_plan_dft_c2r((int)dimension, made->lengths, spectrum, reals, FFTW_ESTIMATE);
        pthread_mutex_unlock(&planner);
        if (!made->forward || !made->backward) {
            status = ons_fail(ONS_FAILED, "FFTW has no plan for %zu numbers", made->sites);
        }
    }
    fftw_free(reals);
    fftw_free(spectrum);
    if (status) {
        spins_fourier_free(made);
        *fourier = NULL;
    }
    return status;
}

void spins_fourier_free(spins_fourier *fourier) {
    if (!fourier) { return; }
    pthread_mutex_lock(&planner);
    if (fourier->forward) { fftw_destroy_plan(fourier->forward); }
    if (fourier->backward) { fftw_destroy_plan(fourier->backward); }
    pthread_mutex_unlock(&planner);
    free(fourier);
}

void spins_fourier_forward(const spins_fourier *fourier, double *reals, fftw_complex *spectrum) {
    fftw_execute_dft_r2c(fourier->forward, reals, spectrum);
}

void spins_fourier_backward(const spins_fourier *fourier, fftw_complex *spectrum, double *reals) {
    fftw_execute_dft_c2r(fourier->backward, spectrum, reals);
}
