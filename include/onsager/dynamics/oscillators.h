/*
 * oscillators: rings of phase oscillators, and the growing interfaces that they are.
 *
 *   d phi_i = [Omega + omega_i + K sum_{j = i-1, i+1} Gamma(phi_j - phi_i)] dt + sqrt(2 D) dB_i,
 *   Gamma(x) = sin(x + delta) - sin(delta)
 *
 * on a ring of L sites with unwrapped phases (Kuramoto and Sakaguchi 1986; Lauter, Mitra and Marquardt 2017). Expanded
 * to second order in x, Gamma is x cos(delta) - x^2 sin(delta)/2: the lattice equation of Kardar, Parisi and Zhang with
 * nu = K cos(delta) and lambda = -2 K sin(delta), of Edwards and Wilkinson at delta = 0.
 *
 * ONS_LANES rings with the same parameters go side by side, one a lane of a vector: arrays are [site][ONS_LANES],
 * aligned to 64 bytes. A lane depends on its own random words and frequencies alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_OSCILLATORS_H
#define ONSAGER_DYNAMICS_OSCILLATORS_H

#include <onsager/dynamics/integrate.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ons_bonds {
    ONS_BONDS_SINE,    /* Gamma as it stands */
    ONS_BONDS_EXPANDED /* x cos(delta) - x^2 sin(delta)/2: an interface without phase slips; it may blow up */
} ons_bonds;

typedef enum ons_oscillator_scheme {
    ONS_OSCILLATOR_EULER, /* strong and weak order 1 (the noise is additive) */
    ONS_OSCILLATOR_HEUN,  /* weak order 2 for additive noise (Greenside and Helfand 1981), two evaluations a step */
    ONS_OSCILLATOR_RUNGE_KUTTA /* order 4, without noise only */
} ons_oscillator_scheme;

typedef struct ons_oscillator_options {
    size_t sites;                /* L, 3 .. 2^30 */
    double coupling, non_oddity; /* K >= 0; delta in [0, pi/2) */
    double noise;                /* D >= 0 */
    double step;                 /* dt > 0, see ons_oscillators_longest_step */
    ons_bonds bonds;
    ons_oscillator_scheme scheme;
    /* The words of lane l are those of ons_random_stream(key, replica[l], purpose): sites 2p and 2p + 1 of step n take
     * the words 4 n ceil(L/4) + 2p and the one after. */
    uint64_t key;
    uint32_t purpose, replica[ONS_LANES];
} ons_oscillator_options;

/* The step beyond which the shortest wave of the linear chain grows: 1/(2 K cos delta) for Euler and Heun, 2.7852936 /
 * (4 K cos delta) for Runge-Kutta; infinite without coupling. */
ONS_API double ons_oscillators_longest_step(const ons_oscillator_options *options);

/* ONS_INVALID: a parameter out of its range, a step beyond the longest, noise under ONS_OSCILLATOR_RUNGE_KUTTA. */
ONS_API ons_status ons_oscillators_check(const ons_oscillator_options *options);

typedef struct ons_oscillators ons_oscillators;
/* All phases 0 at step 0. `frequency` [sites][ONS_LANES] (Omega + omega_i; NULL: none) is copied. */
ONS_API ons_status ons_oscillators_create(ons_oscillators **ring, const ons_oscillator_options *options,
                                          const double *frequency);
ONS_API void ons_oscillators_free(ons_oscillators *ring);
/* Bytes of memory of such a ring. */
ONS_API double ons_oscillators_bytes(const ons_oscillator_options *options, bool disordered);
/* The state: phases [sites][ONS_LANES] and the number of steps made. Both may be set. */
ONS_API double *ons_oscillators_phases(ons_oscillators *ring);
ONS_API uint64_t *ons_oscillators_steps(ons_oscillators *ring);
ONS_API size_t ons_oscillators_sites(const ons_oscillators *ring);
/* Makes steps: some 2 ns a site, lane and step under Euler-Maruyama with noise (docs/oscillators.md). */
ONS_API void ons_oscillators_advance(ons_oscillators *ring, uint64_t steps);
/* The phases a part of a step later, 0 <= part <= dt: one shorter step of the same scheme with the noise of the next
 * one, to out[sites][ONS_LANES] (aligned to 64 bytes). The ring itself stays. */
ONS_API void ons_oscillators_later(const ons_oscillators *ring, double part, double *out);
/* The standard normal numbers of a step, [sites][ONS_LANES]: Box and Muller (1958) in single precision on pairs of
 * words of 32 bits, |g| <= 6.66. */
ONS_API void ons_oscillators_normals(const ons_oscillators *ring, uint64_t step, double *normals);
/* The kernel in use ("plain", "x86-64-v3", "x86-64-v4"); for tests: another one (false: not on this machine). */
ONS_API const char *ons_oscillators_kernel(const ons_oscillators *ring);
ONS_API bool ons_oscillators_select(ons_oscillators *ring, const char *kernel);

/* ---- what is seen
 * -----------------------------------------------------------------------------------------------------
 */

/* Of one lane; means are over the sites. */
typedef struct ons_oscillator_moments {
    double mean, width_squared; /* phi, and <(phi - mean)^2> */
    double third, fourth;       /* central moments */
    double order;               /* |<exp(i phi)>| */
    double gradient;            /* <1 - cos x> (x^2/2 for expanded bonds), x = phi_{i+1} - phi_i */
    bool finite;
} ons_oscillator_moments;
/* Of phases [sites][ONS_LANES]: moments[ONS_LANES]. */
ONS_API void ons_oscillators_moments(const ons_oscillators *ring, const double *phases,
                                     ons_oscillator_moments *moments);
/* Structure factor and correlations of one lane by Fourier transform, relative to the mean: S_n = |sum_i (phi_i -
 * mean) exp(-i k_n r_i)|^2 / L at k_n = 2 pi n / L, n = 0 .. L/2, and G_r = <(phi_{i+r} - phi_i)^2>, r = 0 .. L/2;
 * each [L/2 + 1], either may be NULL. ONS_MEMORY. */
ONS_API ons_status ons_oscillators_correlations(const ons_oscillators *ring, const double *phases, unsigned lane,
                                                double *structure_factor, double *differences);

/* <W^2> at time t of the linear chain, delta and sigma alone (exact): with nu_k = 2 K cos(delta) (1 - cos k),
 * (1/L) sum_{k != 0} [D (1 - exp(-2 nu_k t))/nu_k + sigma^2 ((1 - exp(-nu_k t))/nu_k)^2], sigma the standard deviation
 * of the frequencies (Edwards and Wilkinson 1982; Larkin 1970). O(L). */
ONS_API double ons_oscillators_linear_width(const ons_oscillator_options *options, double sigma, double t);

#ifdef __cplusplus
}
#endif
#endif
