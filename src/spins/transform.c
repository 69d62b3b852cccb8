/*
 * Discrete Fourier transforms over periodic lattices, by FFTW.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transform.h"

#include <fftw3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct spins_transform {
    fftw_plan plan;
};

/* The planner of FFTW is global. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

ons_status spins_transform_create(spins_transform **result, unsigned dimension, const int64_t *lengths, bool forward) {
    *result = NULL;
    int n[8];
    size_t sites = 1;
    for (unsigned i = 0; i < dimension; i++) {
        n[i] = (int)lengths[i];
        sites *= (size_t)lengths[i];
    }
    spins_transform *transform = ONS_NEW(spins_transform, 1);
    spins_complex *scratch = spins_complex_array(sites);
    if (!transform || !scratch) {
        free(transform);
        spins_complex_free(scratch);
        return ONS_MEMORY;
    }
    pthread_mutex_lock(&planner);
    transform->plan = fftw_plan_dft((int)dimension, n, (fftw_complex *)scratch, (fftw_complex *)scratch,
                                    forward ? FFTW_FORWARD : FFTW_BACKWARD, FFTW_ESTIMATE);
    pthread_mutex_unlock(&planner);
    spins_complex_free(scratch);
    if (!transform->plan) {
        free(transform);
        return ons_fail(ONS_FAILED, "FFTW found no plan for a transform of %zu points", sites);
    }
    *result = transform;
    return ONS_OK;
}

void spins_transform_free(spins_transform *transform) {
    if (!transform) { return; }
    pthread_mutex_lock(&planner);
    fftw_destroy_plan(transform->plan);
    pthread_mutex_unlock(&planner);
    free(transform);
}

void spins_transform_run(const spins_transform *transform, spins_complex *field) {
    fftw_execute_dft(transform->plan, (fftw_complex *)field, (fftw_complex *)field);
}

spins_complex *spins_complex_array(size_t count) {
    spins_complex *waves = count > SIZE_MAX / sizeof *waves ? NULL : fftw_malloc((count ? count : 1) * sizeof *waves);
    if (!waves) {
        ons_fail(ONS_MEMORY, "no memory for %zu complex numbers", count);
        return NULL;
    }
    memset(waves, 0, count * sizeof *waves);
    return waves;
}

void spins_complex_free(spins_complex *waves) { fftw_free(waves); }
