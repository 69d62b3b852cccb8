/*
 * Derived quantities and exact values of the system `dipolar-clock`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_DIPOLAR_CLOCK_DERIVED_H
#define ONSAGER_SYSTEMS_DIPOLAR_CLOCK_DERIVED_H

#include <onsager/spins.h>

#include <math.h>

#include "dipolar_clock_tables.h"

/* ---- derived quantities --------------------------------------------------------------------------------------------
 */

static double sites_of(const ons_parameters *p) {
    size_t count;
    const int64_t *lengths = ons_integers(p, "L", &count);
    return (double)lengths[0] * (double)lengths[count - 1];
}

static void specific_heat(const ons_means *means, const ons_parameters *p, double *value) {
    size_t count;
    const double *temperature = ons_reals(p, "temperature", &count);
    const double *e = ons_mean_array(means, ENERGY, &count), *squared = ons_mean_array(means, ENERGY_SQUARED, &count);
    for (size_t k = 0; k < count; k++) {
        value[k] = sites_of(p) * (squared[k] - e[k] * e[k]) / (temperature[k] * temperature[k]);
    }
}

static void fluctuation(const ons_means *means, const ons_parameters *p, size_t first, size_t second, double *value) {
    size_t count;
    const double *temperature = ons_reals(p, "temperature", &count);
    const double *m = ons_mean_array(means, first, &count), *squared = ons_mean_array(means, second, &count);
    for (size_t k = 0; k < count; k++) { value[k] = sites_of(p) * (squared[k] - m[k] * m[k]) / temperature[k]; }
}

static void cumulant(const ons_means *means, size_t second, size_t fourth, double *value) {
    size_t count;
    const double *m2 = ons_mean_array(means, second, &count), *m4 = ons_mean_array(means, fourth, &count);
    for (size_t k = 0; k < count; k++) { value[k] = 1 - m4[k] / (3 * m2[k] * m2[k]); }
}

static void susceptibility(const ons_means *means, const ons_parameters *p, double *value) {
    fluctuation(means, p, MAGNETIZATION_ABS, MAGNETIZATION_SQUARED, value);
}
static void dipole_susceptibility(const ons_means *means, const ons_parameters *p, double *value) {
    fluctuation(means, p, DIPOLE_ABS, DIPOLE_SQUARED, value);
}
static void binder(const ons_means *means, const ons_parameters *p, double *value) {
    (void)p;
    cumulant(means, MAGNETIZATION_SQUARED, MAGNETIZATION_FOURTH, value);
}
static void dipole_binder(const ons_means *means, const ons_parameters *p, double *value) {
    (void)p;
    cumulant(means, DIPOLE_SQUARED, DIPOLE_FOURTH, value);
}

static const ons_derived deriveds[] = {
    {"specific_heat", ENERGY, specific_heat, NULL, "N (<e^2> - <e>^2) / T^2 per site"},
    {"susceptibility", MAGNETIZATION_ABS, susceptibility, "1/coupling", "N (<|M|^2> - <|M|>^2) / T per site"},
    {"binder", MAGNETIZATION_SQUARED, binder, NULL, "1 - <|M|^4> / (3 <|M|^2>^2)"},
    {"dipole_susceptibility", DIPOLE_ABS, dipole_susceptibility, "1/coupling", "N (<p^2> - <|p|>^2) / T per site"},
    {"dipole_binder", DIPOLE_SQUARED, dipole_binder, NULL, "1 - <p^4> / (3 <p^2>^2)"},
    {.name = NULL}};

/* ---- exact values ---------------------------------------------------------------------------------------------------
 */

/* Without dipoles on the square torus two states are an Ising model (with `pair`: of coupling J (1 - c)/2 beside a
 * constant), and q = 4 is two of coupling J/2 that do not see each other. */
static ons_status torus(const ons_parameters *p, bool heat, double *value) {
    const int64_t q = ons_integer(p, "q");
    const bool pair = ons_choice(p, "states") == PAIR;
    const double coupling = ons_real(p, "coupling"), c = cos(6.28318530717958647693 / (double)q);
    if (ons_choice(p, "lattice") != SQUARE || ons_real(p, "dipole") != 0 || (!pair && q != 2 && q != 4)) {
        return ONS_DONE;
    }
    const double copies = !pair && q == 4 ? 2 : 1, strength = pair ? coupling * (1 - c) / 2 : coupling / copies;
    size_t count, lengths;
    const double *temperature = ons_reals(p, "temperature", &count);
    const int64_t *length = ons_integers(p, "L", &lengths);
    for (size_t k = 0; k < count; k++) {
        ons_ising_exact exact;
        const ons_status status =
            ons_ising_exact_torus(length[0], length[lengths - 1], strength, temperature[k], &exact);
        if (status) { return status; }
        value[k] = heat ? copies * exact.specific_heat : copies * exact.energy - (pair ? coupling * (1 + c) : 0);
    }
    return ONS_OK;
}

static ons_status torus_energy(const ons_parameters *p, double *value) { return torus(p, false, value); }
static ons_status torus_heat(const ons_parameters *p, double *value) { return torus(p, true, value); }

static const ons_exact exacts[] = {{"energy", torus_energy, "Kaufman 1949, by the Ising models within"},
                                   {"specific_heat", torus_heat, "Kaufman 1949, by the Ising models within"},
                                   {.name = NULL}};

#endif
