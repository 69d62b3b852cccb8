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

#endif
