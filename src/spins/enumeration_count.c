/*
 * Blocks of an enumeration: the outer spins in the order of a Gray code (F. Gray, US patent 2632058 (1953)).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "enumeration.h"

#include <math.h>
#include <string.h>

/* The outer spins of a block at its start: the low ones as bits of nothing, the high ones as bits of its number, the
 * last one up. */
static void start_block(const ons_enumeration *e, uint64_t block, int *spin) {
    const unsigned low = e->outer - 1 < SPINS_BLOCK_BITS ? e->outer - 1 : SPINS_BLOCK_BITS;
    for (unsigned i = 0; i < e->outer; i++) { spin[i] = i < low || !(block >> (i - low) & 1) ? -1 : 1; }
    if (e->outer) { spin[e->outer - 1] = 1; }
}

static uint64_t visits(const ons_enumeration *e) {
    const unsigned low = e->outer < 1 ? 0 : e->outer - 1 < SPINS_BLOCK_BITS ? e->outer - 1 : SPINS_BLOCK_BITS;
    return (uint64_t)1 << low;
}

/* ---- integral couplings ------------------------------------------------------------------------------------- */

typedef struct visitor {
    int spin[ONS_ENUMERATION_SITES];
    int64_t class[ONS_ENUMERATION_SITES]; /* of inner spins, by site */
    uint64_t key, place;                  /* place: of the code in the key */
} visitor;

static const uint64_t *values_of(const ons_enumeration *e, uint32_t site) {
    return e->value + (e->ordered ? (site - e->outer) * e->classes : 0);
}

static void start_visitor(const ons_enumeration *e, uint64_t block, visitor *v) {
    int64_t energy = 0;
    uint64_t up = 0, code = 0;
    start_block(e, block, v->spin);
    for (unsigned i = 0; i < e->outer; i++) {
        up += v->spin[i] > 0;
        for (unsigned k = e->first[i]; k < e->first[i + 1]; k++) {
            const spins_link *link = &e->link[k];
            if (link->other < i) { energy -= link->weight * v->spin[i] * v->spin[link->other]; }
        }
    }
    for (unsigned i = e->outer; i < e->sites; i++) {
        v->class[i] = e->largest_field;
        for (unsigned k = e->first[i]; k < e->first[i + 1]; k++) {
            v->class[i] += e->link[k].weight * v->spin[e->link[k].other];
        }
        code += values_of(e, i)[v->class[i]];
    }
    v->place = e->energies * (e->outer + 1);
    v->key = (uint64_t)(energy - e->lowest) + e->energies * up + v->place * code;
}

static void flip(const ons_enumeration *e, visitor *v, unsigned site) {
    const int old = v->spin[site];
    int64_t field = 0;
    uint64_t code = 0;
    for (unsigned k = e->first[site]; k < e->first[site + 1]; k++) {
        const spins_link *link = &e->link[k];
        if (link->other < e->outer) {
            field += link->weight * v->spin[link->other];
        } else {
            const uint64_t *value = values_of(e, link->other);
            const int64_t class = v->class[link->other];
            v->class[link->other] = class - 2 * old * link->weight;
            code += value[class - 2 * old * link->weight] - value[class];
        }
    }
    v->spin[site] = -old;
    v->key += (uint64_t)(2 * old * field) - e->energies * (uint64_t)(int64_t)old + v->place * code;
}

ons_status spins_enumeration_count(ons_enumeration *e, uint64_t block, spins_counter *counter) {
    visitor v;
    start_visitor(e, block, &v);
    const uint64_t count = visits(e);
    ons_status status = spins_counter_add(counter, v.key, 1);
    for (uint64_t k = 1; k < count && !status; k++) {
        flip(e, &v, (unsigned)__builtin_ctzll(k));
        status = spins_counter_add(counter, v.key, 1);
    }
    return status;
}

/* ---- other couplings ---------------------------------------------------------------------------------------- */

typedef struct sums {
    double z, e1, e2;
} sums;

/* The inner spins one after the other: along its field a spin adds nothing to the energy, against it 2|f|. Fills
 * sum[0 .. inner] by inner spins up. */
static void sum_inner(const ons_enumeration *e, const double *field, double beta, sums *sum) {
    sum[0] = (sums){1, 0, 0};
    for (unsigned i = 0; i < e->inner; i++) {
        const double excess = 2 * fabs(field[i]), w = ons_exp(-beta * excess);
        const bool up = field[i] >= 0; /* along the field is up */
        sum[i + 1] = (sums){0, 0, 0};
        for (unsigned k = i + 1; k-- > 0;) {
            const sums s = sum[k];
            const sums against = {w * s.z, w * (s.e1 + excess * s.z), w * (s.e2 + excess * (2 * s.e1 + excess * s.z))};
            const sums *raised = up ? &s : &against, *kept = up ? &against : &s;
            sum[k + 1].z += raised->z;
            sum[k + 1].e1 += raised->e1;
            sum[k + 1].e2 += raised->e2;
            sum[k] = *kept;
        }
    }
}

static void rescale(double *moments, size_t width, double factor) {
    for (size_t k = 1; k < width; k++) { moments[k] *= factor; }
}

/* Adds the visits of outer spins with `up` of them up and energy `base` (inner spins along their fields). */
static void add_visit(const ons_enumeration *e, const double *field, double base, unsigned up, double *moments) {
    const size_t width = spins_moment_width(e);
    sums sum[ONS_ENUMERATION_SITES + 1];
    for (size_t t = 0; t < e->temperatures; t++, moments += width) {
        const double beta = e->beta[t];
        if (base < moments[0]) {
            rescale(moments, width, isfinite(moments[0]) ? ons_exp(-beta * (moments[0] - base)) : 0);
            moments[0] = base;
        }
        const double weight = ons_exp(-beta * (base - moments[0]));
        if (weight == 0) { continue; }
        sum_inner(e, field, beta, sum);
        for (unsigned k = 0; k <= e->inner; k++) {
            double *to = moments + 1 + 3 * (up + k);
            to[0] += weight * sum[k].z;
            to[1] += weight * (sum[k].e1 + base * sum[k].z);
            to[2] += weight * (sum[k].e2 + base * (2 * sum[k].e1 + base * sum[k].z));
        }
    }
}

/* Energy of outer bonds and fields of inner spins, from nothing: rounding does not add up over the block. */
static double energy_of(const ons_enumeration *e, const int *spin, double *field) {
    double energy = e->constant;
    for (unsigned i = 0; i < e->sites; i++) {
        double sum = 0;
        for (unsigned k = e->first[i]; k < e->first[i + 1]; k++) {
            const spins_link *link = &e->link[k];
            if (link->other < e->outer && (i >= e->outer || link->other < i)) {
                sum += link->coupling * spin[link->other];
            }
        }
        if (i < e->outer) {
            energy -= sum * spin[i];
        } else {
            field[i - e->outer] = sum;
            energy -= fabs(sum);
        }
    }
    return energy;
}

void spins_enumeration_sum(const ons_enumeration *e, uint64_t block, double *moments) {
    int spin[ONS_ENUMERATION_SITES];
    double field[ONS_ENUMERATION_SITES] = {0};
    start_block(e, block, spin);
    unsigned up = 0;
    for (unsigned i = 0; i < e->outer; i++) { up += spin[i] > 0; }
    const uint64_t count = visits(e);
    for (uint64_t k = 0; k < count; k++) {
        if (k) {
            const unsigned site = (unsigned)__builtin_ctzll(k);
            spin[site] = -spin[site];
            up += spin[site] > 0 ? 1u : (unsigned)-1;
        }
        const double base = energy_of(e, spin, field);
        add_visit(e, field, base, up, moments);
    }
}

void spins_enumeration_join(const ons_enumeration *e, double *moments, const double *other) {
    const size_t width = spins_moment_width(e);
    for (size_t t = 0; t < e->temperatures; t++, moments += width, other += width) {
        if (!isfinite(other[0])) { continue; }
        if (other[0] < moments[0]) {
            rescale(moments, width, isfinite(moments[0]) ? ons_exp(-e->beta[t] * (moments[0] - other[0])) : 0);
            moments[0] = other[0];
        }
        const double factor = ons_exp(-e->beta[t] * (other[0] - moments[0]));
        for (size_t k = 1; k < width; k++) { moments[k] += factor * other[k]; }
    }
}
