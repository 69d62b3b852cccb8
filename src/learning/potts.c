/*
 * Potts machines whose couplings are given as a matrix: damped mean field, and exact sums over all states.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "blas.h"

#include <onsager/learning/monotone.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void fields(const ons_potts *m, const double *z, double *h) {
    const size_t size = m->variables * m->states;
    memcpy(h, m->biases, size * sizeof *h);
    learning_blas_alone();
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)size, (int)size, 1, m->couplings, (int)size, z, 1, 1, h, 1);
}

/* In place; the largest distance from z. */
static double soften(size_t states, double *h, const double *z) {
    double high = h[0], sum = 0, worst = 0;
    for (size_t a = 1; a < states; a++) { high = fmax(high, h[a]); }
    for (size_t a = 0; a < states; a++) {
        h[a] = exp(h[a] - high);
        sum += h[a];
    }
    for (size_t a = 0; a < states; a++) {
        h[a] /= sum;
        worst = fmax(worst, fabs(h[a] - z[a]));
    }
    return worst;
}

ons_status ons_potts_mean_field(const ons_potts *machine, double damping, double tolerance, unsigned limit, double *z,
                                double *residual) {
    const size_t size = machine->variables * machine->states;
    double *h = ONS_NEW(double, size);
    if (!h) { return ONS_MEMORY; }
    ons_status status = ONS_DONE;
    for (unsigned k = 0; k < limit; k++) {
        fields(machine, z, h);
        *residual = 0;
        for (size_t v = 0; v < size; v += machine->states) {
            *residual = fmax(*residual, soften(machine->states, h + v, z + v));
        }
        if (*residual <= tolerance) {
            memcpy(z, h, size * sizeof *z);
            status = ONS_OK;
            break;
        }
        for (size_t i = 0; i < size; i++) { z[i] += damping * (h[i] - z[i]); }
    }
    free(h);
    return status;
}

/* ---- sums over all states ------------------------------------------------------------------------------------- */

typedef struct summing {
    const ons_potts *machine;
    size_t *state;           /* [variables] */
    double energy;           /* -H of the state */
    double high, sum, *part; /* Z = exp(high) sum; the same for every state of every variable */
} summing;

static double pull_on(const summing *s, size_t variable, size_t state) {
    const ons_potts *m = s->machine;
    const size_t row = variable * m->states + state;
    double h = m->biases[row];
    for (size_t j = 0; j < m->variables; j++) {
        if (j != variable) { h += m->couplings[row * m->variables * m->states + j * m->states + s->state[j]]; }
    }
    return h;
}

static double energy_of(const summing *s) {
    const ons_potts *m = s->machine;
    double energy = 0;
    for (size_t i = 0; i < m->variables; i++) {
        energy += (pull_on(s, i, s->state[i]) + m->biases[i * m->states + s->state[i]]) / 2;
    }
    return energy;
}

static void add_state(summing *s) {
    const size_t n = s->machine->variables, k = s->machine->states;
    if (s->energy > s->high) {
        const double scale = exp(s->high - s->energy);
        s->sum *= scale;
        for (size_t i = 0; i < n * k; i++) { s->part[i] *= scale; }
        s->high = s->energy;
    }
    const double weight = exp(s->energy - s->high);
    s->sum += weight;
    for (size_t i = 0; i < n; i++) { s->part[i * k + s->state[i]] += weight; }
}

/* The next state, the first variable fastest; false after the last. The energy is summed anew now and then. */
static bool next_state(summing *s) {
    const ons_potts *m = s->machine;
    for (size_t i = 0; i < m->variables; i++) {
        s->energy -= pull_on(s, i, s->state[i]);
        s->state[i] = (s->state[i] + 1) % m->states;
        s->energy += pull_on(s, i, s->state[i]);
        if (s->state[i]) {
            if (i >= 6) { s->energy = energy_of(s); }
            return true;
        }
    }
    return false;
}

ons_status ons_potts_exact(const ons_potts *machine, double *log_partition, double *marginals) {
    const size_t n = machine->variables, k = machine->states;
    if (n < 1 || k < 2 || pow((double)k, (double)n) > 0x1p26) {
        return ons_fail(ONS_INVALID, "%zu variables of %zu states have too many states to sum; at most 2^26", n, k);
    }
    summing s = {.machine = machine, .state = ONS_NEW(size_t, n), .high = -INFINITY, .part = ONS_NEW(double, n *k)};
    if (!s.state || !s.part) {
        free(s.state);
        free(s.part);
        return ONS_MEMORY;
    }
    s.energy = energy_of(&s);
    do { add_state(&s); } while (next_state(&s));
    *log_partition = s.high + log(s.sum);
    for (size_t i = 0; marginals && i < n * k; i++) { marginals[i] = s.part[i] / s.sum; }
    free(s.state);
    free(s.part);
    return ONS_OK;
}
