/*
 * Walkers on the ladder of temperatures of an array parameter `temperature`, in one or two copies of a sample: what
 * systems with exchange of temperatures share beside the engine's ons_tempering.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_TEMPERED_WALKERS_H
#define ONSAGER_SYSTEMS_TEMPERED_WALKERS_H

#include <onsager/spins.h>
#include <onsager/system.h>

typedef struct tempered_walkers {
    size_t count;    /* rungs, and walkers of a copy */
    unsigned copies; /* 1 or 2 */
    ons_tempering ladder[2];
    ons_random random[2]; /* shared by the walkers of a copy */
    double *energy;       /* [count], scratch */
    uint8_t *exchanged;   /* [2 count]: pair k, k + 1 of each copy in the last step */
    uint64_t trips;       /* round trips of the last step */
} tempered_walkers;

/* The ladder of the parameter `temperature` and the number of its rungs. */
size_t tempered_ladder(const ons_parameters *p, const double **temperature);
/* check(): refuses what is no ladder; omits `exchange_rate` and `round_trips` of a single temperature (which may be
 * 0). */
ons_status tempered_check(const ons_parameters *p, ons_plan *plan);
ons_status tempered_open(tempered_walkers *walkers, const ons_parameters *p, unsigned copies, const ons_random *random);
void tempered_close(tempered_walkers *walkers);
/* Two rounds of exchanges, so that their parity is that of the step; energy(state, copy, walker) in total. */
void tempered_exchange(tempered_walkers *walkers, unsigned copy,
                       double (*energy)(const void *state, unsigned copy, size_t walker), const void *state);
/* The accepted share of exchanges of rung k with the next one in the last step; the last: with the one before. */
double tempered_rate(const tempered_walkers *walkers, size_t rung);
/* Round trips of the last step, per walker. */
double tempered_trips(const tempered_walkers *walkers);
/* Everything above; configurations are the system's. */
ons_status tempered_persist(tempered_walkers *walkers, ons_part *part);
/* Who is where on one ladder, and labels. */
ons_status tempered_persist_ladder(ons_tempering *ladder, unsigned copy, ons_part *part);

/* ---- derived quantities --------------------------------------------------------------------------------------- */

/* In a function of `means` and `p`: value[k] for every temperature[k] from two arrays of means, x[k] and y[k]. */
#define EACH_TEMPERATURE(first, second)                                                                                \
    size_t count;                                                                                                      \
    const double *x = ons_mean_array(means, first, &count), *y = ons_mean_array(means, second, &count);                \
    const double *temperature;                                                                                         \
    tempered_ladder(p, &temperature);                                                                                  \
    for (size_t k = 0; k < count; k++)

/* An exact 0 at every temperature. */
ons_status tempered_zeros(const ons_parameters *p, double *value);
/* All NaN. */
void tempered_forget(double *value, size_t count);
/* The ladder with as many rungs at which all exchange rates would be equal (ons_ladder_by_rates). */
void tempered_by_rates(const ons_means *means, const ons_parameters *p, size_t exchange_rate, double *value);

double tempered_spins(const ons_parameters *p); /* N */
/* The first observables of a system of N spins that has the derived quantities below: <e>, <e^2> and <e_a e_b> of two
 * copies, e the energy per spin. */
enum { TEMPERED_ENERGY, TEMPERED_ENERGY_SQUARED, TEMPERED_ENERGY_PRODUCT };
void tempered_specific_heat(const ons_means *means, const ons_parameters *p, double *value);
/* ln Z/N and the entropy at every temperature: ln 2 less the integral of the energy over 1/T from infinite temperature,
 * where it must be 0. Along the ladder by cubics through energies and specific heats, a step h of 1/T with the error
 * h^5/720 times the fourth derivative; from 1/T = 0 to the highest temperature, h, by a parabola with the error h^4/72
 * times the third. Where that error, by the curvature at h, is above TEMPERED_HOT all values are NaN. */
void tempered_pressure(const ons_means *means, const ons_parameters *p, double *value);
void tempered_entropy(const ons_means *means, const ons_parameters *p, double *value);
#define TEMPERED_HOT 1e-3
#define TEMPERED_DERIVED                                                                                               \
    {"specific_heat", TEMPERED_ENERGY, tempered_specific_heat, NULL, "N [<e^2> - <e_a e_b>] / T^2 per spin"},          \
        {"pressure", TEMPERED_ENERGY, tempered_pressure, NULL,                                                         \
         "ln Z/N = ln 2 - integral of [<e>] over 1/T from 0: between rungs by cubics through energies and specific "   \
         "heats, up to the first by a parabola; no number where that is wrong by more than 0.001: let the ladder "     \
         "begin hotter"},                                                                                              \
    {                                                                                                                  \
        "entropy", TEMPERED_ENERGY, tempered_entropy, NULL, "pressure + [<e>]/T"                                       \
    }

#endif
