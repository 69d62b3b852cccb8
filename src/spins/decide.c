/*
 * Acceptance probabilities as integer thresholds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ising.h"

#include <stdlib.h>

#define HALF ((uint64_t)1 << 63)
#define RUNGS_PER_UNIT 16.0

uint64_t spins_flip_threshold(double x) {
    if (x == 0) { return HALF; }
    return ons_threshold(x < 0 ? 1 : ons_exp(-x));
}

uint64_t spins_up_threshold(double x) {
    const uint64_t threshold = ons_threshold(x < -700 ? 0 : 1 / (1 + ons_exp(-x)));
    return threshold ? threshold : 1;
}

uint64_t spins_activation_threshold(double x) { return ons_threshold(1 - ons_exp(-x)); }

/* Metropolis: rung k is exp(-k/16). Heat bath: rung k is 1/(1 + exp(-(k/16 - 32))). */
ons_status spins_ladder_create(spins_ladder **ladder, ons_ising_update update) {
    *ladder = ONS_NEW(spins_ladder, 1);
    if (!*ladder) { return ONS_MEMORY; }
    for (unsigned k = 0; k < SPINS_RUNGS; k++) {
        const double x = k / RUNGS_PER_UNIT;
        (*ladder)->rung[k] = update == ONS_METROPOLIS ? ons_threshold(ons_exp(-x)) : spins_up_threshold(x - 32);
    }
    return ONS_OK;
}

bool spins_ladder_flip(const spins_ladder *ladder, ons_random *random, uint32_t word, double x) {
    if (x < 0) { return true; }
    if (x == 0) { return word >> 31; }
    const double k = x * RUNGS_PER_UNIT;
    if (k < SPINS_RUNGS - 1) {
        const unsigned rung = (unsigned)k;
        if (word < ladder->rung[rung + 1] >> 32) { return true; }
        if (word > ladder->rung[rung] >> 32) { return false; }
    } else if (word > ladder->rung[SPINS_RUNGS - 1] >> 32) {
        return false;
    }
    return spins_below(random, word, spins_flip_threshold(x));
}

bool spins_ladder_up(const spins_ladder *ladder, ons_random *random, uint32_t word, double x) {
    const double k = (x + 32) * RUNGS_PER_UNIT;
    if (k >= 0 && k < SPINS_RUNGS - 1) {
        const unsigned rung = (unsigned)k;
        if (word < ladder->rung[rung] >> 32) { return true; }
        if (word > ladder->rung[rung + 1] >> 32) { return false; }
    }
    return spins_below(random, word, spins_up_threshold(x));
}
