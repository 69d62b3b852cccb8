/*
 * Walkers on a ladder of temperatures, in one or two copies.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tempered_walkers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

size_t tempered_ladder(const ons_parameters *p, const double **temperature) {
    size_t count;
    *temperature = ons_reals(p, "temperature", &count);
    return count;
}

ons_status tempered_check(const ons_parameters *p, ons_plan *plan) {
    const double *temperature;
    const size_t count = tempered_ladder(p, &temperature);
    ons_tempering ladder;
    const ons_status status = ons_tempering_init(&ladder, temperature, count);
    if (status) { return status; }
    ons_tempering_free(&ladder);
    if (count > 1) { return ONS_OK; }
    ons_plan_omit(plan, "exchange_rate");
    ons_plan_omit(plan, "round_trips");
    return ONS_OK;
}

ons_status tempered_open(tempered_walkers *walkers, const ons_parameters *p, unsigned copies,
                         const ons_random *random) {
    const double *temperature;
    walkers->count = tempered_ladder(p, &temperature);
    walkers->copies = copies;
    walkers->energy = ONS_NEW(double, walkers->count);
    walkers->exchanged = ONS_NEW(uint8_t, 2 * walkers->count);
    ons_status status = walkers->energy && walkers->exchanged ? ONS_OK : ONS_MEMORY;
    for (unsigned copy = 0; !status && copy < copies; copy++) {
        walkers->random[copy] = random[copy];
        status = ons_tempering_init(&walkers->ladder[copy], temperature, walkers->count);
    }
    return status;
}

void tempered_close(tempered_walkers *walkers) {
    for (unsigned copy = 0; copy < 2; copy++) { ons_tempering_free(&walkers->ladder[copy]); }
    free(walkers->energy);
    free(walkers->exchanged);
    walkers->energy = NULL;
    walkers->exchanged = NULL;
}

void tempered_exchange(tempered_walkers *walkers, unsigned copy,
                       double (*energy)(const void *state, unsigned copy, size_t walker), const void *state) {
    ons_tempering *ladder = &walkers->ladder[copy];
    uint8_t *exchanged = walkers->exchanged + copy * walkers->count;
    if (copy == 0) { walkers->trips = 0; }
    const uint64_t trips = ladder->round_trips;
    for (size_t w = 0; w < walkers->count; w++) { walkers->energy[w] = energy(state, copy, w); }
    for (size_t k = 0; k < walkers->count; k++) { exchanged[k] = (uint8_t)(ladder->exchanges[k] & 1); }
    ons_tempering_exchange(ladder, walkers->energy, &walkers->random[copy]);
    ons_tempering_exchange(ladder, walkers->energy, &walkers->random[copy]);
    for (size_t k = 0; k < walkers->count; k++) { exchanged[k] ^= (uint8_t)(ladder->exchanges[k] & 1); }
    walkers->trips += ladder->round_trips - trips;
}

double tempered_rate(const tempered_walkers *walkers, size_t rung) {
    const size_t pair = rung + 1 < walkers->count ? rung : rung - (rung > 0);
    unsigned sum = 0;
    for (unsigned copy = 0; copy < walkers->copies; copy++) { sum += walkers->exchanged[copy * walkers->count + pair]; }
    return (double)sum / walkers->copies;
}

double tempered_trips(const tempered_walkers *walkers) {
    return (double)walkers->trips / (walkers->copies * (double)walkers->count);
}

ons_status tempered_persist_ladder(ons_tempering *ladder, unsigned copy, ons_part *part) {
    char name[40];
    snprintf(name, sizeof name, "walkers_%c", 'a' + (int)copy);
    ons_status status = ons_persist_configuration(part, name, ONS_U32, ladder->walker, 1, &ladder->count);
    snprintf(name, sizeof name, "labels_%c", 'a' + (int)copy);
    if (!status) { status = ons_persist(part, name, ONS_I8, ladder->label, ladder->count); }
    return status || !ons_part_reading(part) ? status : ons_tempering_refresh(ladder);
}

static ons_status persist_copy(tempered_walkers *walkers, unsigned copy, ons_part *part) {
    char name[40];
    snprintf(name, sizeof name, "random_%c", 'a' + (int)copy);
    const ons_status status = tempered_persist_ladder(&walkers->ladder[copy], copy, part);
    return status ? status : ons_persist_random(part, name, &walkers->random[copy]);
}

ons_status tempered_persist(tempered_walkers *walkers, ons_part *part) {
    ons_status status = ons_persist(part, "exchanged", ONS_U8, walkers->exchanged, 2 * walkers->count);
    if (!status) { status = ons_persist(part, "trips", ONS_U64, &walkers->trips, 1); }
    for (unsigned copy = 0; !status && copy < walkers->copies; copy++) { status = persist_copy(walkers, copy, part); }
    return status;
}

/* ---- derived quantities --------------------------------------------------------------------------------------- */

ons_status tempered_zeros(const ons_parameters *p, double *value) {
    const double *temperature;
    const size_t count = tempered_ladder(p, &temperature);
    for (size_t k = 0; k < count; k++) { value[k] = 0; }
    return ONS_OK;
}

void tempered_forget(double *value, size_t count) {
    for (size_t k = 0; k < count; k++) { value[k] = NAN; }
}

void tempered_by_rates(const ons_means *means, const ons_parameters *p, size_t exchange_rate, double *value) {
    const double *temperature;
    size_t count = tempered_ladder(p, &temperature), rates;
    const double *rate = ons_mean_array(means, exchange_rate, &rates);
    if (ons_ladder_by_rates(temperature, rate, count, value)) { tempered_forget(value, count); }
}

double tempered_spins(const ons_parameters *p) { return (double)ons_integer(p, "N"); }

void tempered_specific_heat(const ons_means *means, const ons_parameters *p, double *value) {
    EACH_TEMPERATURE(TEMPERED_ENERGY_SQUARED, TEMPERED_ENERGY_PRODUCT) {
        value[k] = tempered_spins(p) * (x[k] - y[k]) / (temperature[k] * temperature[k]);
    }
}

/* Of e = -b beta + d beta^3 (no square where the signs of the couplings are symmetric) the parabola's integral lacks
 * d beta^4/12, and beta e' - e is 2 d beta^3. */
static bool begins_hot(double beta, double energy, double slope) {
    return fabs(beta * slope - energy) * beta / 24 <= TEMPERED_HOT;
}

void tempered_pressure(const ons_means *means, const ons_parameters *p, double *value) {
    size_t count;
    const double *energy = ons_mean_array(means, TEMPERED_ENERGY, &count);
    const double *squared = ons_mean_array(means, TEMPERED_ENERGY_SQUARED, &count);
    const double *product = ons_mean_array(means, TEMPERED_ENERGY_PRODUCT, &count);
    const double *temperature;
    tempered_ladder(p, &temperature);
    const bool falling = temperature[count - 1] < temperature[0];
    double sum = M_LN2, beta = 0, e = 0, slope = 0;
    for (size_t n = 0; n < count; n++) { /* from the highest temperature down */
        const size_t k = falling ? n : count - 1 - n;
        const double step = 1 / temperature[k] - beta, next = tempered_spins(p) * (product[k] - squared[k]);
        if (n == 0 && !begins_hot(step, energy[k], next)) { sum = NAN; }
        /* a cubic by energies and slopes at both ends; from infinite temperature, where only e = 0 is known, a parabola
         */
        sum -= n ? step * (e + energy[k]) / 2 + step * step * (slope - next) / 12
                 : step * energy[k] * 2 / 3 - step * step * next / 6;
        value[k] = sum;
        beta += step;
        e = energy[k];
        slope = next;
    }
}

void tempered_entropy(const ons_means *means, const ons_parameters *p, double *value) {
    size_t count;
    const double *energy = ons_mean_array(means, TEMPERED_ENERGY, &count), *temperature;
    tempered_ladder(p, &temperature);
    tempered_pressure(means, p, value);
    for (size_t k = 0; k < count; k++) { value[k] += energy[k] / temperature[k]; }
}
