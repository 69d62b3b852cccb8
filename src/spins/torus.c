/*
 * Periodic lattices and their momenta: places, sums, plane waves, orbits under the point group.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bonds.h"
#include "spins.h"

#include <stdlib.h>

void spins_torus_place(const spins_torus *torus, size_t site, int64_t *place) {
    for (unsigned i = torus->dimension; i-- > 0;) {
        place[i] = (int64_t)(site % (size_t)torus->lengths[i]);
        site /= (size_t)torus->lengths[i];
    }
}

size_t spins_torus_site(const spins_torus *torus, const int64_t *place) {
    size_t site = 0;
    for (unsigned i = 0; i < torus->dimension; i++) {
        const int64_t length = torus->lengths[i], rest = place[i] % length;
        site = site * (size_t)length + (size_t)(rest < 0 ? rest + length : rest);
    }
    return site;
}

size_t spins_torus_minus(const spins_torus *torus, size_t site) {
    int64_t place[SPINS_WAYS];
    spins_torus_place(torus, site, place);
    for (unsigned i = 0; i < torus->dimension; i++) { place[i] = -place[i]; }
    return spins_torus_site(torus, place);
}

size_t spins_torus_sum(const spins_torus *torus, size_t a, size_t b) {
    int64_t place[SPINS_WAYS], other[SPINS_WAYS];
    spins_torus_place(torus, a, place);
    spins_torus_place(torus, b, other);
    for (unsigned i = 0; i < torus->dimension; i++) { place[i] += other[i]; }
    return spins_torus_site(torus, place);
}

size_t spins_torus_step(const spins_torus *torus, size_t site, unsigned way) {
    int64_t place[SPINS_WAYS];
    spins_torus_place(torus, site, place);
    place[way]++;
    return spins_torus_site(torus, place);
}

void spins_torus_wave(const spins_torus *torus, size_t momentum, int sign, spins_complex *wave) {
    int64_t k[SPINS_WAYS], r[SPINS_WAYS];
    spins_torus_place(torus, momentum, k);
    for (size_t site = 0; site < torus->sites; site++) {
        double turns = 0;
        spins_torus_place(torus, site, r);
        for (unsigned i = 0; i < torus->dimension; i++) {
            turns += (double)(k[i] * r[i] % torus->lengths[i]) / (double)torus->lengths[i];
        }
        spins_circle(sign * turns, &wave[site].re, &wave[site].im);
    }
}

/* The member of an orbit by which it is known: folded to 0 .. L/2, descending among equal lengths. */
static size_t representative(const spins_torus *torus, size_t momentum) {
    int64_t k[SPINS_WAYS];
    spins_torus_place(torus, momentum, k);
    for (unsigned i = 0; i < torus->dimension; i++) {
        if (2 * k[i] > torus->lengths[i]) { k[i] = torus->lengths[i] - k[i]; }
    }
    for (unsigned pass = 1; pass < torus->dimension; pass++) {
        for (unsigned i = 0; i < torus->dimension; i++) {
            for (unsigned j = i + 1; j < torus->dimension; j++) {
                if (torus->lengths[i] == torus->lengths[j] && k[i] < k[j]) {
                    const int64_t swap = k[i];
                    k[i] = k[j];
                    k[j] = swap;
                }
            }
        }
    }
    return spins_torus_site(torus, k);
}

ons_status spins_torus_orbits(const spins_torus *torus, size_t **momentum, size_t **size, size_t *orbits) {
    size_t *count = ONS_NEW(size_t, torus->sites), found = 0;
    *momentum = ONS_NEW(size_t, torus->sites);
    *size = ONS_NEW(size_t, torus->sites);
    if (!count || !*momentum || !*size) {
        free(count);
        free(*momentum);
        free(*size);
        *momentum = *size = NULL;
        return ONS_MEMORY;
    }
    for (size_t k = 0; k < torus->sites; k++) { count[representative(torus, k)]++; }
    for (size_t k = 0; k < torus->sites; k++) {
        if (!count[k]) { continue; }
        (*momentum)[found] = k;
        (*size)[found++] = count[k];
    }
    free(count);
    *orbits = found;
    return ONS_OK;
}
