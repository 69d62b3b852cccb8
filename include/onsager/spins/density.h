/*
 * density: exact densities of states, g(E) of the Ising model on finite tori as integers, and what follows from a
 * density of states at any temperature.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_DENSITY_H
#define ONSAGER_SPINS_DENSITY_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Beale's polynomial: the partition function of the rows x columns square torus without field is a polynomial with
 * integer coefficients, Z = sum_B g(B) exp(K B), B = sum over bonds s_i s_j, which Kaufman's four products give exactly
 * (P. D. Beale, Phys. Rev. Lett. 76, 78 (1996)). Lengths 1 and 2 keep their self-bonds and double bonds.
 *
 * Computed modulo primes below 2^62 that hold the roots of unity needed, at the points of a number-theoretic Fourier
 * transform; the integers follow by the Chinese remainder theorem, with one prime more than they need as a check. Cost:
 * 4 rows columns x min(rows, columns) log(max) multiplications a prime, one prime per 61 sites: 32 x 32 takes 0.2 s. */
typedef struct ons_beale {
    int64_t rows, columns;
    size_t primes, done; /* of primes; `done` of them have their residues */
    size_t levels;       /* rows * columns * 2 + 1: B = -2N, -2N + 2, .., 2N */
    uint64_t *prime;     /* [primes] */
    uint64_t *residue;   /* [primes][levels]: g(B) modulo each prime */
} ons_beale;

#define ONS_BEALE_SITES 4096

/* Refuses lengths below 1 and more than ONS_BEALE_SITES sites. */
ONS_API ons_status ons_beale_init(ons_beale *beale, int64_t rows, int64_t columns);
ONS_API void ons_beale_free(ons_beale *beale);
/* Memory in bytes. */
ONS_API double ons_beale_bytes(int64_t rows, int64_t columns);
/* The residues of the next prime; ONS_DONE when it was the last one (or all were there). */
ONS_API ons_status ons_beale_step(ons_beale *beale);

/* A density of states: g(E) for E = unit * level. The sum of all g is states_per_site^sites. */
typedef struct ons_density {
    double sites;
    size_t count;   /* of levels with g > 0 */
    int64_t *level; /* [count], ascending */
    double *log_g;  /* [count] natural logarithm of g */
    char **text;    /* [count] g in decimal; NULL where it is not known exactly */
} ons_density;

/* After the last step: g over level = -B (the energy at coupling 1). ONS_FAILED when the residue of the check prime or
 * the sum 2^N contradict, which cannot happen on a sound machine. */
ONS_API ons_status ons_beale_density(const ons_beale *beale, ons_density *density);
ONS_API void ons_density_free(ons_density *density);

/* ln of the canonical weight of entry `level` for H = unit * level, up to a constant. */
ONS_API double ons_density_log_weight(const ons_density *density, double unit, double temperature, size_t level);

/* Canonical means per site for H = unit * level. */
typedef struct ons_density_means {
    double free_energy;   /* -(T/N) ln Z */
    double energy;        /* <H>/N */
    double specific_heat; /* (<H^2> - <H>^2) / (N T^2) */
    double entropy;       /* (energy - free_energy) / T */
} ons_density_means;
/* Cost: one exponential a level. */
ONS_API void ons_density_canonical(const ons_density *density, double unit, double temperature,
                                   ons_density_means *means);

/* Two phases of a finite system: the temperature at which the distribution of the energy, g(E) exp(-E/T), has two peaks
 * of equal height (A. Billoire, R. Lacaze and A. Morel, Nucl. Phys. B 370, 773 (1992)). */
typedef struct ons_coexistence {
    double temperature;
    double energy[2]; /* per site, of the peaks */
    double barrier;   /* ln of the height of the peaks over the lowest level between them */
    size_t divide;    /* index of that level */
} ons_coexistence;
/* ONS_DONE where the distribution never has two peaks. The search begins where the energy rises most with ln T
 * between 0.1 |unit| and 10 |unit|. */
ONS_API ons_status ons_density_coexistence(const ons_density *density, double unit, ons_coexistence *coexistence);

/* Where the levels before `divide` have `ratio` times the weight of the others, and the mean energies per site of both
 * there. With the ratio of how many phases lie on the sides (q ordered ones of the Potts model, one disordered) the
 * temperature is that of the infinite torus up to terms exponentially small in L (C. Borgs and W. Janke, Phys. Rev.
 * Lett. 68, 1738 (1992)). The search begins at `guess`. */
ONS_API void ons_density_phases(const ons_density *density, double unit, size_t divide, double ratio, double guess,
                                double *temperature, double *energies);

#ifdef __cplusplus
}
#endif
#endif
