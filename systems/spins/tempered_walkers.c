/*
 * Walkers on a ladder of temperatures, in one or two copies.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tempered_walkers.h"

#include <stdio.h>
#include <stdlib.h>

/* A single temperature needs no ladder, and may be 0. */
static ons_status make_ladder(ons_tempering *ladder, const double *temperature, size_t count) {
    return ons_tempering_init(ladder, count > 1 ? temperature : (double[]){1}, count);
}

ons_status tempered_check(const ons_parameters *p, ons_plan *plan) {
    size_t count;
    const double *temperature = ons_reals(p, "temperature", &count);
    ons_tempering ladder;
    const ons_status status = make_ladder(&ladder, temperature, count);
    if (status) { return status; }
    ons_tempering_free(&ladder);
    if (count > 1) { return ONS_OK; }
    ons_plan_omit(plan, "exchange_rate");
    ons_plan_omit(plan, "round_trips");
    return ONS_OK;
}

ons_status tempered_open(tempered_walkers *walkers, const ons_parameters *p, unsigned copies,
                         const ons_random *random) {
    const double *temperature = ons_reals(p, "temperature", &walkers->count);
    walkers->copies = copies;
    walkers->energy = ONS_NEW(double, walkers->count);
    walkers->exchanged = ONS_NEW(uint8_t, 2 * walkers->count);
    ons_status status = walkers->energy && walkers->exchanged ? ONS_OK : ONS_MEMORY;
    for (unsigned copy = 0; !status && copy < copies; copy++) {
        walkers->random[copy] = random[copy];
        status = make_ladder(&walkers->ladder[copy], temperature, walkers->count);
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

static ons_status persist_copy(tempered_walkers *walkers, unsigned copy, ons_part *part) {
    ons_tempering *ladder = &walkers->ladder[copy];
    char name[40];
    snprintf(name, sizeof name, "walkers_%c", 'a' + (int)copy);
    ons_status status = ons_persist_configuration(part, name, ONS_U32, ladder->walker, 1, &ladder->count);
    snprintf(name, sizeof name, "labels_%c", 'a' + (int)copy);
    if (!status) { status = ons_persist(part, name, ONS_I8, ladder->label, ladder->count); }
    snprintf(name, sizeof name, "random_%c", 'a' + (int)copy);
    if (!status) { status = ons_persist_random(part, name, &walkers->random[copy]); }
    return status || !ons_part_reading(part) ? status : ons_tempering_refresh(ladder);
}

ons_status tempered_persist(tempered_walkers *walkers, ons_part *part) {
    ons_status status = ons_persist(part, "exchanged", ONS_U8, walkers->exchanged, 2 * walkers->count);
    if (!status) { status = ons_persist(part, "trips", ONS_U64, &walkers->trips, 1); }
    for (unsigned copy = 0; !status && copy < walkers->copies; copy++) { status = persist_copy(walkers, copy, part); }
    return status;
}
