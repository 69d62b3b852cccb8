/*
 * A single file of sites: equilibrium by transfer matrices, kinetics as a jump process.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/ion_channel.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool all_finite(size_t count, const double *x) {
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i])) { return false; }
    }
    return true;
}

static ons_status check(const ons_ion_channel *c) {
    const size_t n = c->species;
    if (c->sites == 0 || n == 0 || n > 100) {
        return ons_fail(ONS_INVALID, "a channel has a site and 1 to 100 species at least, not %zu and %zu", c->sites,
                        n);
    }
    if (!all_finite(c->sites * n, c->energy) || !all_finite(n * n, c->interaction) || !all_finite(n, c->charge) ||
        !isfinite(c->voltage) || !(c->attempt > 0 && isfinite(c->attempt))) {
        return ons_fail(ONS_INVALID, "energies, interactions, charges, voltage and attempt rate must be finite");
    }
    for (size_t s = 0; s < n; s++) {
        if (!(c->left[s] >= 0 && c->right[s] >= 0 && isfinite(c->left[s] + c->right[s]))) {
            return ons_fail(ONS_INVALID, "the concentrations %g and %g of species %zu are not finite and at least 0",
                            c->left[s], c->right[s], s + 1);
        }
        for (size_t t = 0; t < s; t++) {
            if (c->interaction[s * n + t] != c->interaction[t * n + s]) {
                return ons_fail(ONS_INVALID, "the interaction of species %zu and %zu is not symmetric", t + 1, s + 1);
            }
        }
    }
    return ONS_OK;
}

/* ---- equilibrium ----------------------------------------------------------------------------------------------- */

/* Contents 0 (empty) .. species. */
static double site_weight(const ons_ion_channel *c, size_t i, size_t content) {
    return content == 0 ? 1 : c->left[content - 1] * exp(-c->energy[i * c->species + content - 1]);
}

static double bond_weight(const ons_ion_channel *c, size_t a, size_t b) {
    return a == 0 || b == 0 ? 1 : exp(-c->interaction[(a - 1) * c->species + b - 1]);
}

static double normalise(size_t count, double *x) {
    double most = 0;
    for (size_t i = 0; i < count; i++) { most = fmax(most, x[i]); }
    for (size_t i = 0; i < count; i++) { x[i] /= most; }
    return log(most);
}

/* forward[i][a]: weight of sites 0 .. i with content a in i; backward likewise from the other end, without the weight
 * of site i. Returns ln Z. */
static double sweep(const ons_ion_channel *c, double *forward, double *backward) {
    const size_t q = c->species + 1, m = c->sites;
    double logarithm = 0, z = 0;
    for (size_t i = 0; i < m; i++) {
        double *row = forward + i * q;
        for (size_t a = 0; a < q; a++) {
            double sum = i == 0;
            for (size_t b = 0; i > 0 && b < q; b++) { sum += row[b - q] * bond_weight(c, b, a); }
            row[a] = sum * site_weight(c, i, a);
        }
        logarithm += normalise(q, row);
    }
    for (size_t i = m; i-- > 0;) {
        double *row = backward + i * q;
        for (size_t a = 0; a < q; a++) {
            row[a] = i + 1 == m;
            for (size_t b = 0; i + 1 < m && b < q; b++) {
                row[a] += bond_weight(c, a, b) * site_weight(c, i + 1, b) * row[q + b];
            }
        }
        (void)normalise(q, row);
    }
    for (size_t a = 0; a < q; a++) { z += forward[(m - 1) * q + a]; }
    return logarithm + log(z);
}

/* The probabilities of neighbours on sites i and i + 1, and their part of the entropy. */
static void read_pairs(const ons_ion_channel *c, size_t i, const double *forward, const double *backward,
                       ons_ion_equilibrium *e) {
    const size_t q = c->species + 1, n = c->species;
    double pairs = 0;
    for (int turn = 0; turn < 2; turn++) { /* the sum, then the probabilities */
        for (size_t k = 0; k < q * q; k++) {
            const size_t a = k / q, b = k % q;
            const double weight =
                forward[i * q + a] * bond_weight(c, a, b) * site_weight(c, i + 1, b) * backward[(i + 1) * q + b];
            if (turn == 0) {
                pairs += weight;
                continue;
            }
            const double p = weight / pairs;
            e->entropy -= p > 0 ? p * log(p) : 0;
            if (a > 0 && b > 0) { e->pair[(i * n + a - 1) * n + b - 1] = p; }
        }
    }
}

static void read_means(const ons_ion_channel *c, const double *forward, const double *backward,
                       ons_ion_equilibrium *e) {
    const size_t q = c->species + 1, n = c->species, m = c->sites;
    for (size_t i = 0; i < m; i++) {
        double z = 0;
        for (size_t a = 0; a < q; a++) { z += forward[i * q + a] * backward[i * q + a]; }
        for (size_t a = 1; a < q; a++) {
            e->occupancy[i * n + a - 1] = forward[i * q + a] * backward[i * q + a] / z;
            e->mean += e->occupancy[i * n + a - 1];
        }
        for (size_t a = 0; a < q; a++) {
            const double p = forward[i * q + a] * backward[i * q + a] / z;
            e->entropy += i + 1 < m && i > 0 && p > 0 ? p * log(p) : 0;
            e->entropy -= m == 1 && p > 0 ? p * log(p) : 0;
        }
        if (i + 1 < m) { read_pairs(c, i, forward, backward, e); }
    }
}

/* Var(N) by carrying the weight, its first and second moments of N along the file. */
static double count_variance(const ons_ion_channel *c, double mean) {
    const size_t q = c->species + 1;
    double now[101][2], next[101][2]; /* sums of (N - N_0) and its square, relative to the weights */
    double weight[101] = {0}, after[101];
    memset(now, 0, sizeof now);
    const double each = mean / (double)c->sites;
    for (size_t i = 0; i < c->sites; i++) {
        double most = 0;
        for (size_t a = 0; a < q; a++) {
            double w = i == 0, first = 0, second = 0;
            for (size_t b = 0; i > 0 && b < q; b++) {
                const double bond = bond_weight(c, b, a);
                w += bond * weight[b];
                first += bond * now[b][0];
                second += bond * now[b][1];
            }
            const double own = site_weight(c, i, a), step = (a > 0) - each;
            after[a] = own * w;
            next[a][0] = own * (first + step * w);
            next[a][1] = own * (second + 2 * step * first + step * step * w);
            most = fmax(most, after[a]);
        }
        for (size_t a = 0; a < q; a++) {
            weight[a] = after[a] / most;
            now[a][0] = next[a][0] / most;
            now[a][1] = next[a][1] / most;
        }
    }
    double z = 0, first = 0, second = 0;
    for (size_t a = 0; a < q; a++) {
        z += weight[a];
        first += now[a][0];
        second += now[a][1];
    }
    return second / z - first / z * (first / z);
}

ons_status ons_ion_equilibrium_solve(const ons_ion_channel *channel, ons_ion_equilibrium *equilibrium) {
    ons_ion_equilibrium_free(equilibrium);
    const ons_status status = check(channel);
    if (status) { return status; }
    const size_t n = channel->species, m = channel->sites;
    double *forward = ONS_NEW(double, 2 * m * (n + 1));
    equilibrium->occupancy = ONS_NEW(double, m *n);
    equilibrium->pair = ONS_NEW(double, m *n *n);
    if (!forward || !equilibrium->occupancy || !equilibrium->pair) {
        free(forward);
        ons_ion_equilibrium_free(equilibrium);
        return ONS_MEMORY;
    }
    double *backward = forward + m * (n + 1);
    equilibrium->log_partition = sweep(channel, forward, backward);
    read_means(channel, forward, backward, equilibrium);
    equilibrium->variance = count_variance(channel, equilibrium->mean);
    free(forward);
    return ONS_OK;
}

void ons_ion_equilibrium_free(ons_ion_equilibrium *equilibrium) {
    free(equilibrium->occupancy);
    free(equilibrium->pair);
    *equilibrium = (ons_ion_equilibrium){0};
}

/* ---- kinetics -------------------------------------------------------------------------------------------------- */

static const uint32_t not_seen = UINT32_MAX;

typedef struct builder {
    const ons_ion_channel *channel;
    ons_path_process *process;
    uint32_t *index;  /* [codes]: state of a configuration */
    uint8_t *content; /* [states][sites] */
    size_t content_room, event_room, kind_room;
    int16_t *kind; /* [events]: species of the ion, negative: to the left; from 1 */
} builder;

static size_t code_of(const ons_ion_channel *c, const uint8_t *content) {
    size_t code = 0;
    for (size_t i = 0; i < c->sites; i++) { code = code * (c->species + 1) + content[i]; }
    return code;
}

/* Interaction of an ion of species s at site i with its neighbours, but for the one at `except`. */
static double surroundings(const ons_ion_channel *c, const uint8_t *content, size_t i, size_t s, size_t except) {
    double sum = c->energy[i * c->species + s];
    if (i > 0 && i - 1 != except && content[i - 1]) { sum += c->interaction[s * c->species + content[i - 1] - 1]; }
    if (i + 1 < c->sites && i + 1 != except && content[i + 1]) {
        sum += c->interaction[s * c->species + content[i + 1] - 1];
    }
    return sum;
}

static ons_status find_state(builder *b, const uint8_t *content, size_t *state) {
    const size_t code = code_of(b->channel, content), m = b->channel->sites;
    if (b->index[code] == not_seen) {
        if (b->process->states >= ONS_PATH_STATES) {
            return ons_fail(ONS_INVALID, "the channel has more than %d states: fewer sites or species",
                            ONS_PATH_STATES);
        }
        uint8_t copy[64];
        memcpy(copy, content, m);
        const ons_status status = ons_grow((void **)&b->content, &b->content_room, (b->process->states + 1) * m, 1);
        if (status) { return status; }
        memcpy(b->content + b->process->states * m, copy, m);
        b->index[code] = (uint32_t)b->process->states++;
    }
    *state = b->index[code];
    return ONS_OK;
}

/* The move of an ion of species s (from 0) from place `from` to `to`, 0: left bath, sites + 1: right bath. */
static ons_status add_move(builder *b, size_t state, size_t from, size_t to, size_t s) {
    const ons_ion_channel *c = b->channel;
    const size_t m = c->sites;
    uint8_t content[64];
    memcpy(content, b->content + state * m, m);
    const bool enters = from == 0 || from == m + 1, leaves = to == 0 || to == m + 1;
    double change = 0, factor = 1;
    if (enters) { factor = from == 0 ? c->left[s] : c->right[s]; }
    if (factor == 0) { return ONS_OK; }
    if (!leaves) { change += surroundings(c, content, to - 1, s, enters ? SIZE_MAX : from - 1); }
    if (!enters) { change -= surroundings(c, content, from - 1, s, SIZE_MAX); }
    if (!enters) { content[from - 1] = 0; }
    if (!leaves) { content[to - 1] = (uint8_t)(s + 1); }
    size_t target = 0;
    ons_status status = find_state(b, content, &target);
    if (!status) {
        status = ons_grow((void **)&b->process->event, &b->event_room, b->process->events + 1, sizeof(ons_path_event));
    }
    if (!status) { status = ons_grow((void **)&b->kind, &b->kind_room, b->process->events + 1, sizeof *b->kind); }
    if (status) { return status; }
    const int sign = to > from ? 1 : -1;
    const double push = sign * c->charge[s] * c->voltage / (2 * ((double)m + 1));
    b->kind[b->process->events] = (int16_t)(sign * (int)(s + 1));
    b->process->event[b->process->events++] =
        (ons_path_event){state, target, c->attempt * factor * exp(push - change / 2), ONS_PATH_NO_REVERSE};
    return ONS_OK;
}

static ons_status add_moves(builder *b, size_t state) {
    const size_t m = b->channel->sites;
    uint8_t content[64];
    assert(b->content); /* the empty channel is in it */
    memcpy(content, b->content + state * m, m);
    ons_status status = ONS_OK;
    for (size_t s = 0; s < b->channel->species && !status; s++) {
        if (!content[0]) { status = add_move(b, state, 0, 1, s); }
        if (!content[m - 1] && !status) { status = add_move(b, state, m + 1, m, s); }
    }
    for (size_t i = 1; i <= m && !status; i++) {
        if (!content[i - 1]) { continue; }
        const size_t s = content[i - 1] - 1u;
        if (i == 1 || !content[i - 2]) { status = add_move(b, state, i, i - 1, s); }
        if (!status && (i == m || !content[i])) { status = add_move(b, state, i, i + 1, s); }
    }
    return status;
}

/* The event that undoes another joins the same states with the same ion the other way. */
static ons_status find_reverses(builder *b) {
    ons_path_process *p = b->process;
    size_t first = 0; /* events are listed by the state from which they lead */
    size_t *start = ONS_NEW(size_t, p->states + 1);
    if (!start) { return ONS_MEMORY; }
    for (size_t x = 0; x <= p->states; x++) {
        while (first < p->events && p->event[first].from < x) { first++; }
        start[x] = first;
    }
    for (size_t e = 0; e < p->events; e++) {
        const size_t to = p->event[e].to;
        for (size_t f = start[to]; f < start[to + 1]; f++) {
            if (p->event[f].to == p->event[e].from && b->kind[f] == -b->kind[e]) { p->event[e].reverse = f; }
        }
    }
    free(start);
    return ONS_OK;
}

static ons_status weigh(builder *b) {
    ons_path_process *p = b->process;
    assert(b->kind);
    p->functionals = b->channel->species;
    p->weight = ONS_NEW(double, p->functionals * p->events);
    if (!p->weight) { return ONS_MEMORY; }
    for (size_t e = 0; e < p->events; e++) {
        const int kind = b->kind[e];
        p->weight[(size_t)(abs(kind) - 1) * p->events + e] = (kind > 0 ? 1 : -1) / ((double)b->channel->sites + 1);
    }
    return find_reverses(b);
}

ons_status ons_ion_process(const ons_ion_channel *channel, ons_path_process *process, uint8_t **content) {
    ons_path_process_free(process);
    ons_status status = check(channel);
    if (status) { return status; }
    const double codes = pow((double)channel->species + 1, (double)channel->sites);
    if (channel->sites > 60 || codes > 1e7) {
        return ons_fail(ONS_INVALID, "%zu sites with %zu species have %.3g configurations, too many for a jump process",
                        channel->sites, channel->species, codes);
    }
    builder b = {.channel = channel, .process = process};
    b.index = ONS_NEW(uint32_t, codes + 1);
    if (!b.index) { return ONS_MEMORY; }
    for (size_t k = 0; k < (size_t)codes; k++) { b.index[k] = not_seen; }
    uint8_t empty[64] = {0};
    size_t state;
    status = find_state(&b, empty, &state);
    for (state = 0; !status && state < process->states; state++) { status = add_moves(&b, state); }
    if (!status && process->events == 0) {
        status = ons_fail(ONS_INVALID, "no ion can enter: all concentrations are 0");
    }
    if (!status) { status = weigh(&b); }
    free(b.index);
    free(b.kind);
    if (!status && content) {
        *content = b.content;
    } else {
        free(b.content);
    }
    if (status) { ons_path_process_free(process); }
    return status;
}
