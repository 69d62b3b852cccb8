/*
 * Ising models between slices as step operators, and the same models as weights of histories.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/step.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double spin(uint32_t state, unsigned k) { return state >> k & 1 ? 1 : -1; }

double ons_step_couplings_log(const ons_step_couplings *c, uint32_t to, uint32_t from) {
    double sum = 0;
    for (unsigned k = 0; k < c->spins; k++) {
        const unsigned next = (k + 1) % c->spins, place = (k + c->shift) % c->spins;
        const double r = spin(to, place), r_next = spin(to, (place + 1) % c->spins);
        const double s = spin(from, k), s_next = spin(from, next);
        sum += c->same[k] * r * s + c->cross[k] * r * s_next + c->before[k] * s * s_next + c->after[k] * r * r_next +
               c->field_before[k] * s + c->field_after[k] * r;
    }
    return sum;
}

/* exp of a field on the spin at `place` and of its bond to the next one. */
static ons_status add_energy(ons_step *step, unsigned place, double field, double bond) {
    const unsigned sites[2] = {place, (place + 1) % ons_step_spins(step)};
    const double weights[4] = {ons_exp(-field + bond), ons_exp(field - bond), ons_exp(-field - bond),
                               ons_exp(field + bond)};
    const double alone[2] = {ons_exp(-field), ons_exp(field)};
    if (bond != 0) { return ons_step_diagonal(step, 2, sites, weights); }
    return field != 0 ? ons_step_diagonal(step, 1, sites, alone) : ONS_OK;
}

/* s_k makes way for r_k; s_{k+1} is still there, so that both bonds of r_k to the old slice act now. */
static ons_status replace_spin(ons_step *step, unsigned k, double same, double cross) {
    const unsigned sites[2] = {k, k + 1};
    const double single[4] = {ons_exp(same), ons_exp(-same), ons_exp(-same), ons_exp(same)};
    if (cross == 0) { return ons_step_gate(step, 1, sites, single); }
    double pair[16] = {0};
    for (uint32_t u = 0; u < 2; u++) {
        for (uint32_t r = 0; r < 2; r++) {
            for (uint32_t s = 0; s < 2; s++) {
                const double r_spin = spin(r, 0);
                pair[(r | u << 1) * 4 + (s | u << 1)] =
                    ons_exp(same * r_spin * spin(s, 0) + cross * r_spin * spin(u, 0));
            }
        }
    }
    return ons_step_gate(step, 2, sites, pair);
}

static ons_status check_couplings(const ons_step_couplings *c) {
    if (c->spins < 1 || c->spins > ONS_STEP_SPINS) {
        return ons_fail(ONS_INVALID, "a step acts on 1 to %d spins, not %u", ONS_STEP_SPINS, c->spins);
    }
    if (c->cross[c->spins - 1] != 0) {
        return ons_fail(ONS_INVALID, "cross couplings form an open chain: the last one must be 0, not %g",
                        c->cross[c->spins - 1]);
    }
    if (c->spins == 1 && (c->before[0] != 0 || c->after[0] != 0)) {
        return ons_fail(ONS_INVALID, "a slice of one spin has no bonds within it");
    }
    return ONS_OK;
}

ons_status ons_step_from_couplings(ons_step **step, const ons_step_couplings *c) {
    *step = NULL;
    ons_status status = check_couplings(c);
    if (!status) { status = ons_step_create(step, c->spins); }
    for (unsigned k = 0; !status && k < c->spins; k++) {
        status = add_energy(*step, k, c->field_before[k], c->before[k]);
    }
    for (unsigned k = 0; !status && k < c->spins; k++) { status = replace_spin(*step, k, c->same[k], c->cross[k]); }
    for (unsigned k = 0; !status && k < c->spins; k++) {
        status = add_energy(*step, k, c->field_after[k], c->after[k]);
    }
    if (!status && c->shift % c->spins) { status = ons_step_shift(*step, c->shift); }
    if (status) {
        ons_step_free(*step);
        *step = NULL;
    }
    return status;
}

void ons_step_ising(ons_step_couplings *couplings, unsigned spins, double along, double across, double field) {
    *couplings = (ons_step_couplings){.spins = spins};
    for (unsigned k = 0; k < spins; k++) {
        couplings->same[k] = along;
        couplings->before[k] = couplings->after[k] = spins > 1 ? across / 2 : 0;
        couplings->field_before[k] = couplings->field_after[k] = field / 2;
    }
}

void ons_step_diagonal_ising(ons_step_couplings *couplings, unsigned spins, double coupling) {
    *couplings = (ons_step_couplings){.spins = spins, .shift = 1};
    for (unsigned k = 0; k < spins; k++) { couplings->same[k] = coupling; }
}

void ons_step_random(ons_step_couplings *couplings, unsigned spins, double strength, ons_random *random) {
    *couplings = (ons_step_couplings){.spins = spins};
    for (unsigned k = 0; k < spins; k++) {
        couplings->same[k] = strength * ons_random_normal(random);
        couplings->field_before[k] = strength * ons_random_normal(random);
        couplings->field_after[k] = strength * ons_random_normal(random);
        if (k + 1 == spins) { break; }
        couplings->cross[k] = strength * ons_random_normal(random);
        couplings->before[k] = strength * ons_random_normal(random);
        couplings->after[k] = strength * ons_random_normal(random);
    }
}

/* ---- all histories ---- */

typedef struct walk {
    unsigned spins;
    uint64_t slices;
    size_t period;
    const double *initial, *final;
    double *weights; /* [period][to][from] */
    uint32_t *state; /* [slices + 1] */
    void (*visit)(void *data, const uint32_t *state, double weight);
    void *data;
} walk;

static void extend(const walk *w, uint64_t slice, double weight) {
    const uint32_t states = 1U << w->spins, from = w->state[slice];
    if (slice == w->slices) {
        weight *= w->final[from];
        if (weight > 0) { w->visit(w->data, w->state, weight); }
        return;
    }
    const double *weights = w->weights + (size_t)(slice % w->period) * states * states;
    for (uint32_t to = 0; to < states; to++) {
        w->state[slice + 1] = to;
        extend(w, slice + 1, weight * weights[(size_t)to * states + from]);
    }
}

static void tabulate(const walk *w, const ons_step_couplings *couplings) {
    const uint32_t states = 1U << w->spins;
    for (size_t m = 0; m < w->period; m++) {
        for (uint32_t to = 0; to < states; to++) {
            for (uint32_t from = 0; from < states; from++) {
                w->weights[(m * states + to) * states + from] =
                    ons_exp(ons_step_couplings_log(&couplings[m], to, from));
            }
        }
    }
}

ons_status ons_histories(const ons_step_couplings *couplings, size_t period, uint64_t slices, const double *initial,
                         const double *final, void (*visit)(void *data, const uint32_t *state, double weight),
                         void *data) {
    const unsigned spins = couplings->spins;
    if ((double)spins * ((double)slices + 1) > 34) {
        return ons_fail(ONS_INVALID, "2^(%u x %llu) histories are too many to sum: at most 2^34", spins,
                        (unsigned long long)slices + 1);
    }
    walk w = {.spins = spins,
              .slices = slices,
              .period = period,
              .initial = initial,
              .final = final,
              .visit = visit,
              .data = data};
    w.weights = ONS_NEW(double, period << 2 * spins);
    w.state = ONS_NEW(uint32_t, slices + 1);
    if (w.weights && w.state) {
        tabulate(&w, couplings);
        for (uint32_t first = 0; first < 1U << spins; first++) {
            w.state[0] = first;
            extend(&w, 0, initial[first]);
        }
    }
    const ons_status status = w.weights && w.state ? ONS_OK : ONS_MEMORY;
    free(w.weights);
    free(w.state);
    return status;
}
