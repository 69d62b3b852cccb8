/*
 * Infections in a list of reactions: the next generation, the early phase, the final size.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reactions.h"

#include <onsager/dynamics/matrix.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The infected species and the slopes of all rates at a state without them. */
typedef struct setting {
    const ons_reactions *network;
    const size_t *infected;
    size_t size;
    const double *p;
    double t;
    double *x;      /* [species] without infected */
    double *slopes; /* [reactions][species] */
    double *work;
    bool *infection; /* [reactions] */
    double *block;   /* what all of the above stands in */
} setting;

static void setting_close(setting *old) {
    free(old->block);
    free(old->infection);
}

/* Individuals that carry the infection: how many more the reaction makes than it takes. */
static int infected_change(const setting *at, size_t reaction) {
    int change = 0;
    for (size_t i = 0; i < at->size; i++) { change += ons_reactions_change(at->network, reaction, at->infected[i]); }
    return change;
}

static ons_status check_infected(const ons_reactions *network, const size_t *infected, size_t count) {
    if (count == 0) { return ons_fail(ONS_INVALID, "no species is said to be infected"); }
    for (size_t i = 0; i < count; i++) {
        if (infected[i] >= network->species_count) {
            return ons_fail(ONS_INVALID, "infected species number %zu is not there: there are %zu", infected[i],
                            network->species_count);
        }
        for (size_t k = 0; k < i; k++) {
            if (infected[k] == infected[i]) {
                return ons_fail(ONS_INVALID, "the infected species %s stands twice", network->species[infected[i]]);
            }
        }
    }
    return ONS_OK;
}

/* Without infected no reaction may make them. */
static ons_status check_free(const setting *at, double *rates) {
    ons_reactions_rates(at->network, 1, &at->t, at->x, at->p, rates, at->work);
    for (size_t k = 0; k < at->network->count; k++) {
        for (size_t i = 0; i < at->size; i++) {
            if (rates[k] != 0 && ons_reactions_change(at->network, k, at->infected[i]) != 0) {
                return ons_fail(ONS_INVALID,
                                "line %d: without infected individuals the rate %s is %g, not 0: there is no state "
                                "without infection",
                                at->network->reactions[k].line, at->network->reactions[k].rate, rates[k]);
            }
        }
    }
    return ONS_OK;
}

static ons_status setting_open(setting *at, const ons_reactions *network, const size_t *infected, size_t count,
                               double t, const double *x, const double *p) {
    *at = (setting){.network = network, .infected = infected, .size = count, .p = p, .t = t};
    ons_status status = check_infected(network, infected, count);
    if (status != ONS_OK) { return status; }
    const size_t s = network->species_count, r = network->count;
    at->block = ONS_NEW(double, s + r * s + r + network->work + 1);
    at->infection = ONS_NEW(bool, r);
    if (!at->block || !at->infection) {
        setting_close(at);
        return ONS_MEMORY;
    }
    at->x = at->block;
    at->slopes = at->x + s;
    double *rates = at->slopes + r * s;
    at->work = rates + r;
    memcpy(at->x, x, s * sizeof *x);
    for (size_t i = 0; i < count; i++) { at->x[infected[i]] = 0; }
    for (size_t k = 0; k < r; k++) { at->infection[k] = infected_change(at, k) > 0; }
    status = check_free(at, rates);
    if (status == ONS_OK) { ons_reactions_slopes(network, 1, &t, at->x, p, at->slopes, at->work); }
    if (status != ONS_OK) { setting_close(at); }
    return status;
}

/* infections += scale change_i slope_j of infections, transitions -= the same of all others; slopes[reactions][species]
 * with `stride` numbers an element. */
static void split(const setting *at, const double *slopes, size_t stride, double *infections, double *transitions) {
    const size_t n = at->size, s = at->network->species_count;
    memset(infections, 0, n * n * sizeof *infections);
    memset(transitions, 0, n * n * sizeof *transitions);
    for (size_t k = 0; k < at->network->count; k++) {
        for (size_t i = 0; i < n; i++) {
            const int change = ons_reactions_change(at->network, k, at->infected[i]);
            for (size_t j = 0; j < n && change != 0; j++) {
                const double part = change * slopes[(k * s + at->infected[j]) * stride];
                if (at->infection[k]) {
                    infections[i * n + j] += part;
                } else {
                    transitions[i * n + j] -= part;
                }
            }
        }
    }
}

/* product = a b, [n][n] each. */
static void multiply(size_t n, const double *a, const double *b, double *product) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++) { sum += a[i * n + k] * b[k * n + j]; }
            product[i * n + j] = sum;
        }
    }
}

static ons_status invert(size_t n, const double *matrix, double *inverse) {
    for (size_t i = 0; i < n * n; i++) { inverse[i] = i / n == i % n; }
    return ons_solve(n, matrix, n, inverse);
}

/* left^T matrix right for real vectors in pairs. */
static double between(size_t n, const double *left, const double *matrix, const double *right) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) { sum += left[2 * i] * matrix[i * n + j] * right[2 * j]; }
    }
    return sum;
}

/* ---- R0 and the early phase -----------------------------------------------------------------------------------------
 */

/* d R0 = left^T (dF - F V^-1 dV) V^-1 right, with left^T right = 1. */
static ons_status find_elasticities(const setting *at, const ons_eigenpair *pair, const double *inverse,
                                    ons_outbreak *made) {
    const ons_reactions *network = at->network;
    const size_t n = at->size, count = ons_reactions_parameters(network),
                 elements = network->count * network->species_count;
    double *inner = ONS_NEW(double, elements *count + 1), *f = ONS_NEW(double, 4 * n * n);
    if (!inner || !f) {
        free(inner);
        free(f);
        return ONS_MEMORY;
    }
    double *v = f + n * n, *kv = v + n * n, *change = kv + n * n;
    dynamics_tape_run(&network->inner, 1, &(dynamics_inputs){.t = &at->t, .x = at->x, .p = at->p}, inner, at->work);
    for (size_t i = 0; i < count; i++) {
        split(at, inner + i, count, f, v);
        multiply(n, made->next, v, kv);
        for (size_t k = 0; k < n * n; k++) { f[k] -= kv[k]; }
        multiply(n, f, inverse, change);
        made->elasticity[i] =
            made->reproduction > 0 ? at->p[i] / made->reproduction * between(n, pair->left, change, pair->right) : NAN;
    }
    free(inner);
    free(f);
    return ONS_OK;
}

/* The mixture of the infected while they grow by exp(growth t). */
static ons_status find_growth(size_t n, ons_outbreak *made, double *matrix, ons_eigenpair *pair) {
    for (size_t k = 0; k < n * n; k++) { matrix[k] = made->infections[k] - made->transitions[k]; }
    const ons_status status = ons_dominant(n, matrix, ONS_DOMINANT_REAL, pair);
    if (status != ONS_OK) { return status; }
    double sum = 0;
    for (size_t i = 0; i < n; i++) { sum += pair->right[2 * i]; }
    made->growth = pair->value[0];
    for (size_t i = 0; i < n; i++) { made->mode[i] = pair->right[2 * i] / sum; }
    return ONS_OK;
}

static ons_status fill(const setting *at, ons_outbreak *made) {
    const size_t n = at->size;
    ons_eigenpair pair = {0};
    double *inverse = ONS_NEW(double, n *n), *matrix = ONS_NEW(double, n *n);
    ons_status status = inverse && matrix ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) {
        split(at, at->slopes, 1, made->infections, made->transitions);
        status = invert(n, made->transitions, inverse);
    }
    if (status == ONS_OK) {
        multiply(n, made->infections, inverse, made->next);
        status = ons_dominant(n, made->next, ONS_DOMINANT_MODULUS, &pair);
    }
    if (status == ONS_OK) {
        made->reproduction = hypot(pair.value[0], pair.value[1]);
        status = find_elasticities(at, &pair, inverse, made);
    }
    if (status == ONS_OK) { status = find_growth(n, made, matrix, &pair); }
    ons_eigenpair_free(&pair);
    free(inverse);
    free(matrix);
    return status;
}

ons_status ons_reactions_outbreak(const ons_reactions *network, const size_t *infected, size_t count, double t,
                                  const double *x, const double *p, ons_outbreak **outbreak) {
    setting at;
    *outbreak = NULL;
    ons_status status = setting_open(&at, network, infected, count, t, x, p);
    if (status != ONS_OK) { return status; }
    ons_outbreak *made = ONS_NEW(ons_outbreak, 1);
    const size_t square = count * count, parameters = ons_reactions_parameters(network);
    double *numbers = ONS_NEW(double, 3 * square + count + parameters + 1);
    if (made && numbers) {
        *made = (ons_outbreak){.size = count,
                               .infections = numbers,
                               .transitions = numbers + square,
                               .next = numbers + 2 * square,
                               .mode = numbers + 3 * square,
                               .elasticity = numbers + 3 * square + count};
        status = fill(&at, made);
    } else {
        free(numbers);
        status = ONS_MEMORY;
    }
    setting_close(&at);
    if (status != ONS_OK) {
        ons_outbreak_free(made);
        return status;
    }
    *outbreak = made;
    return ONS_OK;
}

void ons_outbreak_free(ons_outbreak *outbreak) {
    if (!outbreak) { return; }
    free(outbreak->infections);
    free(outbreak);
}

/* ---- the final size -------------------------------------------------------------------------------------------------
 */

typedef struct final_law {
    const setting *at;
    size_t susceptible;
    double *force;   /* [size] b: infections per susceptible and infected */
    double *entry;   /* [size] alpha: where the infected appear, per infection */
    double *share;   /* [reactions] of the infections, which part is this reaction */
    double *inverse; /* [size][size] V^-1 */
    double infected; /* b V^-1 y_0 */
    double power;    /* b V^-1 alpha */
} final_law;

#define REFUSED "the final-size law does not apply: "

static ons_status find_susceptible(final_law *law) {
    const ons_reactions *network = law->at->network;
    law->susceptible = network->species_count;
    for (size_t k = 0; k < network->count; k++) {
        for (size_t i = 0; i < network->species_count && law->at->infection[k]; i++) {
            bool infected = false;
            for (size_t m = 0; m < law->at->size; m++) { infected = infected || law->at->infected[m] == i; }
            const int change = infected ? 0 : ons_reactions_change(network, k, i);
            if (change == 0) { continue; }
            if (change != -1 || (law->susceptible != network->species_count && law->susceptible != i)) {
                return ons_fail(ONS_INVALID,
                                REFUSED "the infection in line %d has to take one individual of one species",
                                network->reactions[k].line);
            }
            law->susceptible = i;
        }
    }
    return law->susceptible < network->species_count ? ONS_OK : ons_fail(ONS_INVALID, REFUSED "nobody gets infected");
}

/* Whether every rate has its form at some states of the whole cube, in which all species are present: infections S b y,
 * others v y. */
static ons_status check_forms(const final_law *law, double *rates, double *x) {
    const setting *at = law->at;
    const ons_reactions *network = at->network;
    const size_t s = network->species_count;
    for (unsigned probe = 1; probe <= 4; probe++) {
        for (size_t i = 0; i < s; i++) { x[i] = fmod((double)((i + 1) * probe) * 0.6180339887498949, 1) + 0.1; }
        const double t = at->t + probe * 17.25;
        ons_reactions_rates(network, 1, &t, x, at->p, rates, at->work);
        for (size_t k = 0; k < network->count; k++) {
            double form = 0, size = 0;
            for (size_t j = 0; j < at->size; j++) {
                const double part = at->slopes[k * s + at->infected[j]] * x[at->infected[j]];
                form += part;
                size += fabs(part);
            }
            if (at->infection[k]) {
                const double scale = x[law->susceptible] / at->x[law->susceptible];
                form *= scale;
                size *= fabs(scale);
            }
            if (!(fabs(rates[k] - form) <= 64 * DBL_EPSILON * (size + fabs(rates[k])))) {
                return ons_fail(ONS_INVALID, REFUSED "line %d: the rate %s is not %s", network->reactions[k].line,
                                network->reactions[k].rate,
                                at->infection[k] ? "the susceptibles times a linear form of the infected"
                                                 : "a linear form of the infected");
            }
        }
    }
    return ONS_OK;
}

/* b, alpha and the shares; the infections have to be proportional to each other. */
static ons_status find_entry(final_law *law) {
    const setting *at = law->at;
    const ons_reactions *network = at->network;
    const size_t n = at->size, s = network->species_count;
    double total = 0;
    for (size_t k = 0; k < network->count; k++) {
        for (size_t j = 0; j < n && at->infection[k]; j++) {
            const double part = at->slopes[k * s + at->infected[j]] / at->x[law->susceptible];
            law->force[j] += part;
            law->share[k] += part;
            total += part;
        }
    }
    if (!(total > 0)) { return ONS_OK; }
    for (size_t k = 0; k < network->count; k++) {
        law->share[k] /= total;
        for (size_t j = 0; j < n && at->infection[k]; j++) {
            const double part = at->slopes[k * s + at->infected[j]] / at->x[law->susceptible];
            if (!(fabs(part - law->share[k] * law->force[j]) <= 64 * DBL_EPSILON * law->force[j])) {
                return ons_fail(ONS_INVALID, REFUSED "line %d: infections by different species lead to different ones",
                                network->reactions[k].line);
            }
            law->entry[j] += law->share[k] * ons_reactions_change(network, k, at->infected[j]);
        }
    }
    return ONS_OK;
}

/* The root of ln(S_0/S) = infected + power (S_0 - S) below S_0: the difference is convex in S and not positive at
 * S_0. */
static double remaining(const final_law *law, double begin) {
    if (law->infected <= 0 && law->power * begin <= 1) { return begin; }
    double low = -law->infected - law->power * begin, high = 0; /* of ln(S/S_0) */
    if (law->infected <= 0) { high = -log(law->power * begin); }
    for (unsigned k = 0; k < 200 && low < high; k++) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) { break; }
        const double left = -middle - law->infected + law->power * begin * expm1(middle);
        if (left > 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return begin * exp(low + (high - low) / 2);
}

/* Time integrals of the infected give the end of all others. */
static void find_ends(const final_law *law, const double *x, double *final) {
    const setting *at = law->at;
    const ons_reactions *network = at->network;
    const size_t n = at->size, s = network->species_count;
    const double begin = x[law->susceptible], end = remaining(law, begin);
    memcpy(final, x, s * sizeof *x);
    for (size_t k = 0; k < network->count; k++) {
        double events = at->infection[k] ? law->share[k] * (begin - end) : 0;
        for (size_t j = 0; j < n && !at->infection[k]; j++) {
            double integral = 0;
            for (size_t m = 0; m < n; m++) {
                integral += law->inverse[j * n + m] * (x[at->infected[m]] + law->entry[m] * (begin - end));
            }
            events += at->slopes[k * s + at->infected[j]] * integral;
        }
        for (size_t i = 0; i < s; i++) { final[i] += events * ons_reactions_change(network, k, i); }
    }
    final[law->susceptible] = end;
    for (size_t j = 0; j < n; j++) { final[at->infected[j]] = 0; }
}

static ons_status apply_law(final_law *law, const double *x, double *infections, double *transitions, double *final) {
    const setting *at = law->at;
    const size_t n = at->size;
    split(at, at->slopes, 1, infections, transitions);
    ons_status status = invert(n, transitions, law->inverse);
    if (status != ONS_OK) { return status; }
    for (size_t j = 0; j < n; j++) {
        for (size_t m = 0; m < n; m++) {
            law->infected += law->force[j] * law->inverse[j * n + m] * x[at->infected[m]];
            law->power += law->force[j] * law->inverse[j * n + m] * law->entry[m];
        }
    }
    find_ends(law, x, final);
    return ONS_OK;
}

ons_status ons_reactions_final(const ons_reactions *network, const size_t *infected, size_t count, const double *x,
                               const double *p, double *final) {
    setting at;
    ons_status status = setting_open(&at, network, infected, count, 0, x, p);
    if (status != ONS_OK) { return status; }
    const size_t n = count, s = network->species_count, r = network->count;
    double *numbers = ONS_NEW(double, 2 * n + 3 * n * n + 2 * r + s);
    final_law law = {.at = &at};
    if (numbers) {
        law.force = numbers;
        law.entry = law.force + n;
        law.share = law.entry + n;
        law.inverse = law.share + r;
        double *infections = law.inverse + n * n, *transitions = infections + n * n, *rates = transitions + n * n,
               *probe = rates + r;
        status = find_susceptible(&law);
        if (status == ONS_OK && !(at.x[law.susceptible] > 0)) {
            status = ons_fail(ONS_INVALID, REFUSED "there are no %s at the start", network->species[law.susceptible]);
        }
        if (status == ONS_OK) { status = check_forms(&law, rates, probe); }
        if (status == ONS_OK) { status = find_entry(&law); }
        if (status == ONS_OK) { status = apply_law(&law, x, infections, transitions, final); }
    } else {
        status = ONS_MEMORY;
    }
    free(numbers);
    setting_close(&at);
    return status;
}
