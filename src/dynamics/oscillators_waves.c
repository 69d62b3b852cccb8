/*
 * Structure factor and correlations of rings of oscillators, by the real Fourier transforms of GSL, which take any
 * length and keep no global state.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "oscillators_kernel.h"

#include <gsl/gsl_fft_halfcomplex.h>
#include <gsl/gsl_fft_real.h>

#include <stdlib.h>

/* Squared moduli of the modes, in the place of a half-complex array: real, even. */
static void powers(double *modes, size_t sites, double *structure_factor) {
    const double scale = 1 / (double)sites;
    for (size_t n = 0; 2 * n <= sites; n++) {
        double *real = modes + (n ? 2 * n - 1 : 0), *imaginary = n && 2 * n < sites ? real + 1 : NULL;
        const double power = (*real * *real + (imaginary ? *imaginary * *imaginary : 0)) * scale;
        *real = power;
        if (imaginary) { *imaginary = 0; }
        if (structure_factor) { structure_factor[n] = power; }
    }
}

ons_status ons_oscillators_correlations(const ons_oscillators *ring, const double *phases, unsigned lane,
                                        double *structure_factor, double *differences) {
    const size_t sites = ons_oscillators_sites(ring);
    double *values = ONS_NEW(double, sites), mean = 0;
    gsl_fft_real_wavetable *forward = gsl_fft_real_wavetable_alloc(sites);
    gsl_fft_halfcomplex_wavetable *backward = gsl_fft_halfcomplex_wavetable_alloc(sites);
    gsl_fft_real_workspace *room = gsl_fft_real_workspace_alloc(sites);
    ons_status status = ONS_OK;
    if (!values || !forward || !backward || !room) {
        status = ons_fail(ONS_MEMORY, "no memory for a Fourier transform of %zu sites", sites);
    } else {
        for (size_t i = 0; i < sites; i++) { mean += phases[i * ONS_LANES + lane] / (double)sites; }
        for (size_t i = 0; i < sites; i++) { values[i] = phases[i * ONS_LANES + lane] - mean; }
        gsl_fft_real_transform(values, 1, sites, forward, room);
        powers(values, sites, structure_factor);
        /* sum_i phi_i phi_{i+r} / L = (1/L) sum_n S_n exp(i k_n r), and <(difference)^2> = 2 (C_0 - C_r). */
        gsl_fft_halfcomplex_inverse(values, 1, sites, backward, room);
        for (size_t r = 0; differences && 2 * r <= sites; r++) { differences[r] = 2 * (values[0] - values[r]); }
    }
    if (room) { gsl_fft_real_workspace_free(room); }
    if (backward) { gsl_fft_halfcomplex_wavetable_free(backward); }
    if (forward) { gsl_fft_real_wavetable_free(forward); }
    free(values);
    return status;
}
