/*
 * Exchange of walkers along a ladder of temperatures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/tempering.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static ons_status check_ladder(const double *temperature, size_t count) {
    if (count < 1) { return ons_fail(ONS_INVALID, "a ladder of temperatures needs at least one"); }
    for (size_t k = 0; k < count; k++) {
        if (count == 1 && temperature[0] == 0) { return ONS_OK; }
        if (!(temperature[k] > 0) || !isfinite(temperature[k])) {
            return ons_fail(ONS_INVALID, "temperature %zu of the ladder is %g; it must be positive and finite", k,
                            temperature[k]);
        }
        if (k == 0) { continue; }
        const bool ascending = temperature[1] > temperature[0];
        if (temperature[k] == temperature[k - 1] || (temperature[k] > temperature[k - 1]) != ascending) {
            return ons_fail(ONS_INVALID,
                            "the temperatures of a ladder must ascend or descend, but %g follows %g at place %zu",
                            temperature[k], temperature[k - 1], k);
        }
    }
    return ONS_OK;
}

ons_status ons_tempering_init(ons_tempering *tempering, const double *temperature, size_t count) {
    *tempering = (ons_tempering){0};
    ons_status status = check_ladder(temperature, count);
    if (status) { return status; }
    tempering->count = count;
    tempering->temperature = ONS_NEW(double, count);
    tempering->walker = ONS_NEW(uint32_t, count);
    tempering->rung = ONS_NEW(uint32_t, count);
    tempering->label = ONS_NEW(int8_t, count);
    tempering->attempts = ONS_NEW(uint64_t, count);
    tempering->exchanges = ONS_NEW(uint64_t, count);
    tempering->from_first = ONS_NEW(uint64_t, count);
    tempering->labelled = ONS_NEW(uint64_t, count);
    if (!tempering->temperature || !tempering->walker || !tempering->rung || !tempering->label ||
        !tempering->attempts || !tempering->exchanges || !tempering->from_first || !tempering->labelled) {
        ons_tempering_free(tempering);
        return ONS_MEMORY;
    }
    memcpy(tempering->temperature, temperature, count * sizeof *temperature);
    for (uint32_t k = 0; k < count; k++) { tempering->walker[k] = tempering->rung[k] = k; }
    return ONS_OK;
}

void ons_tempering_free(ons_tempering *tempering) {
    free(tempering->temperature);
    free(tempering->walker);
    free(tempering->rung);
    free(tempering->label);
    free(tempering->attempts);
    free(tempering->exchanges);
    free(tempering->from_first);
    free(tempering->labelled);
    *tempering = (ons_tempering){0};
}

/* Walkers at the ends take the label of that end; one that comes back to rung 0 from the last has made a round trip. */
static void count_flow(ons_tempering *tempering) {
    const size_t last = tempering->count - 1;
    if (last == 0) { return; }
    int8_t *const hither = tempering->label + tempering->walker[0], *const thither =
                                                                        tempering->label + tempering->walker[last];
    tempering->round_trips += *hither == -1;
    *hither = 1;
    *thither = -1;
    for (size_t k = 0; k <= last; k++) {
        const int8_t label = tempering->label[tempering->walker[k]];
        tempering->from_first[k] += label == 1;
        tempering->labelled[k] += label != 0;
    }
}

void ons_tempering_exchange(ons_tempering *tempering, const double *energy, ons_random *random) {
    for (size_t k = tempering->rounds % 2; k + 1 < tempering->count; k += 2) {
        const uint32_t a = tempering->walker[k], b = tempering->walker[k + 1];
        const double x = (1 / tempering->temperature[k] - 1 / tempering->temperature[k + 1]) * (energy[a] - energy[b]);
        const uint64_t word = ons_random_64(random);
        tempering->attempts[k]++;
        if (x < 0 && word >= ons_threshold(ons_exp(x))) { continue; }
        tempering->exchanges[k]++;
        tempering->walker[k] = b;
        tempering->walker[k + 1] = a;
        tempering->rung[b] = (uint32_t)k;
        tempering->rung[a] = (uint32_t)k + 1;
    }
    tempering->rounds++;
    count_flow(tempering);
}

double ons_tempering_rate(const ons_tempering *tempering, size_t k) {
    return tempering->attempts[k] ? (double)tempering->exchanges[k] / (double)tempering->attempts[k] : NAN;
}

double ons_tempering_flow(const ons_tempering *tempering, size_t k) {
    return tempering->labelled[k] ? (double)tempering->from_first[k] / (double)tempering->labelled[k] : NAN;
}

void ons_tempering_reset(ons_tempering *tempering) {
    const size_t bytes = tempering->count * sizeof(uint64_t);
    memset(tempering->attempts, 0, bytes);
    memset(tempering->exchanges, 0, bytes);
    memset(tempering->from_first, 0, bytes);
    memset(tempering->labelled, 0, bytes);
    tempering->round_trips = 0;
}

ons_status ons_tempering_refresh(ons_tempering *tempering) {
    const size_t count = tempering->count;
    for (size_t k = 0; k < count; k++) { tempering->rung[k] = UINT32_MAX; }
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t walker = tempering->walker[k];
        if (walker >= count || tempering->rung[walker] != UINT32_MAX) {
            return ons_fail(ONS_INVALID, "the walkers of the ladder are no permutation");
        }
        tempering->rung[walker] = k;
    }
    return ONS_OK;
}
