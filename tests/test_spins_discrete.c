/*
 * The dynamics of Potts, clock and Blume-Capel models from the full transition matrix of tiny systems, for every
 * update, boundary and kind of coupling: detailed balance of the elementary move, stationarity of the whole step, one
 * eigenvalue on the unit circle, and that the kernels do what the matrices say; and what they measure.
 *
 * Seeds are fixed. Chi-squared tests fail beyond 5.5 standard deviations (2e-8 each, 1e-5 for all if seeds were free).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins/discrete.h"
#include "spins_chains.h"
#include "spins_states.h"

enum { SAMPLES = 20000, MOST_SITES = 5 };

typedef struct tiny {
    char name[200];
    const ons_graph *graph;
    ons_discrete_model *model;
    ons_discrete_options options;
    few_spins few;
    double stationary[CHAIN_STATES];
} tiny;

static double probability(uint64_t threshold) { return (double)threshold * 0x1p-64; }

static void states_of(const tiny *t, unsigned x, uint8_t *states) {
    for (unsigned i = 0; i < t->few.sites; i++) { states[i] = (uint8_t)few_state(&t->few, x, i); }
}

/* ---- elementary moves ------------------------------------------------------------------------------------------ */

static void metropolis_move(const tiny *t, chain_matrix move) {
    const unsigned q = t->few.q, sites = t->few.sites;
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned x = 0; x < t->few.states; x++) {
        uint8_t states[MOST_SITES];
        states_of(t, x, states);
        for (unsigned i = 0; i < sites; i++) {
            for (unsigned a = 0; a < q; a++) {
                if (a == states[i]) { continue; }
                const double tried = 1.0 / (sites * (q - 1.0));
                const double taken = tried * probability(spins_discrete_threshold(t->model, states, i, a));
                move[x][few_with(&t->few, x, i, a)] += taken;
                move[x][x] += tried - taken;
            }
        }
    }
}

static void heat_bath_move(const tiny *t, unsigned site, chain_matrix move) {
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned x = 0; x < t->few.states; x++) {
        uint8_t states[MOST_SITES];
        double weights[ONS_DISCRETE_STATES];
        states_of(t, x, states);
        const double total = spins_discrete_weights(t->model, states, site, weights);
        for (unsigned a = 0; a < t->few.q; a++) { move[x][few_with(&t->few, x, site, a)] += weights[a] / total; }
    }
}

static void heat_bath_sweep(const tiny *t, chain_matrix step) {
    static chain_matrix move;
    chain_identity(t->few.states, step);
    for (unsigned site = 0; site < t->few.sites; site++) {
        heat_bath_move(t, site, move);
        chain_assert_balance(t->name, t->few.states, t->stationary, move);
        chain_multiply(t->few.states, step, move, step);
    }
}

static unsigned image(const tiny *t, spins_involution by, unsigned state) {
    const unsigned q = t->few.q;
    if (t->few.kind == ONS_BLUME_CAPEL) { return 2 - state; }
    if (t->few.kind == ONS_CLOCK) { return (by.a + by.b + q - state) % q; }
    return state == by.a ? by.b : state == by.b ? by.a : state;
}

static unsigned changed(const tiny *t, unsigned x, spins_involution by, unsigned sites) {
    unsigned result = x;
    for (unsigned i = 0; i < t->few.sites; i++) {
        if (sites >> i & 1) { result = few_with(&t->few, result, i, image(t, by, few_state(&t->few, x, i))); }
    }
    return result;
}

/* 1 - exp(-max(0, rise)), the rise of a bond over T when its source alone takes its image. */
static double bond_probability(const tiny *t, unsigned x, spins_involution by, unsigned bond) {
    const few_spins *few = &t->few;
    const unsigned a = few_state(few, x, few->source[bond]), b = few_state(few, x, few->target[bond]);
    const double rise = few->coupling[bond] * (few_pair(few, a, b) - few_pair(few, image(t, by, a), b));
    return rise > 1e-12 ? 1 - exp(-rise / few->temperature) : 0;
}

static double field_rise(const tiny *t, unsigned x, spins_involution by, unsigned sites) {
    double rise = 0;
    for (unsigned i = 0; i < t->few.sites; i++) {
        const unsigned a = few_state(&t->few, x, i);
        if (sites >> i & 1) { rise += few_site(&t->few, image(t, by, a)) - few_site(&t->few, a); }
    }
    return rise / t->few.temperature;
}

static unsigned root_of(const unsigned *parent, unsigned site) {
    while (parent[site] != site) { site = parent[site]; }
    return site;
}

/* The clusters of one set of the bonds with a probability: masks of sites by root; its weight. */
static double clusters_of(const tiny *t, const double *active, unsigned set, unsigned *masks) {
    unsigned parent[MOST_SITES], bit = 0;
    double weight = 1;
    for (unsigned i = 0; i < t->few.sites; i++) {
        parent[i] = i;
        masks[i] = 0;
    }
    for (unsigned b = 0; b < t->few.bonds; b++) {
        if (active[b] == 0 || t->few.source[b] == t->few.target[b]) { continue; }
        const bool on = set >> bit++ & 1;
        weight *= on ? active[b] : 1 - active[b];
        if (on) { parent[root_of(parent, t->few.source[b])] = root_of(parent, t->few.target[b]); }
    }
    for (unsigned i = 0; i < t->few.sites; i++) { masks[root_of(parent, i)] |= 1u << i; }
    return weight;
}

static unsigned count_active(const tiny *t, unsigned x, spins_involution by, bool equal, double *active) {
    unsigned count = 0;
    for (unsigned b = 0; b < t->few.bonds; b++) {
        active[b] = bond_probability(t, x, by, b);
        if (equal) { /* Fortuin and Kasteleyn */
            const bool same = few_state(&t->few, x, t->few.source[b]) == few_state(&t->few, x, t->few.target[b]);
            active[b] = same ? 1 - exp(-t->few.coupling[b] / t->few.temperature) : 0;
        }
        count += active[b] > 0 && t->few.source[b] != t->few.target[b];
    }
    return count;
}

/* The survival of a Wolff cluster: the product over its sites of exp(-max(0, rise)). */
static double survival(const tiny *t, unsigned x, spins_involution by, unsigned sites) {
    double product = t->model->inert && t->few.q == 2 ? 0.5 : 1;
    for (unsigned i = 0; i < t->few.sites; i++) {
        if (sites >> i & 1) { product *= exp(-fmax(0, field_rise(t, x, by, 1u << i))); }
    }
    return product;
}

static void wolff_move(const tiny *t, chain_matrix move) {
    const few_spins *few = &t->few;
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned x = 0; x < few->states; x++) {
        double rest = 1;
        for (unsigned seed = 0; seed < few->sites; seed++) {
            const bool signs = few->kind == ONS_BLUME_CAPEL;
            const unsigned own = few_state(few, x, seed);
            for (unsigned b = 0; b < (signs ? 1 : few->q); b++) {
                const spins_involution by = {own, b};
                if (signs ? own == 1 : b == own) { continue; }
                double active[256];
                const unsigned bonds = count_active(t, x, by, false, active);
                for (unsigned set = 0; set < 1u << bonds; set++) {
                    unsigned masks[MOST_SITES], cluster = 0;
                    double weight = clusters_of(t, active, set, masks) / few->sites / (signs ? 1 : few->q - 1.0);
                    for (unsigned i = 0; i < few->sites; i++) { cluster |= masks[i] >> seed & 1 ? masks[i] : 0; }
                    weight *= survival(t, x, by, cluster);
                    move[x][changed(t, x, by, cluster)] += weight;
                    rest -= weight;
                }
            }
        }
        move[x][x] += rest;
    }
}

/* All subsets of clusters, each taken with its heat-bath probability. */
static void spread_clusters(const tiny *t, unsigned x, spins_involution by, const unsigned *masks, unsigned root,
                            unsigned sites, double weight, chain_matrix move) {
    if (root == t->few.sites) {
        move[x][changed(t, x, by, sites)] += weight;
        return;
    }
    if (!masks[root]) {
        spread_clusters(t, x, by, masks, root + 1, sites, weight, move);
        return;
    }
    const double taken = 1 / (1 + exp(field_rise(t, x, by, masks[root])));
    spread_clusters(t, x, by, masks, root + 1, sites, weight * (1 - taken), move);
    spread_clusters(t, x, by, masks, root + 1, sites | masks[root], weight * taken, move);
}

/* New states of Fortuin-Kasteleyn clusters. */
static void colour_clusters(const tiny *t, unsigned x, unsigned to, const unsigned *masks, unsigned root, double weight,
                            chain_matrix move) {
    const unsigned q = t->few.q;
    if (root == t->few.sites) {
        move[x][to] += weight;
        return;
    }
    if (!masks[root]) {
        colour_clusters(t, x, to, masks, root + 1, weight, move);
        return;
    }
    const double zero = exp(__builtin_popcount(masks[root]) * t->few.field / t->few.temperature);
    for (unsigned a = 0; a < q; a++) {
        unsigned next = to;
        for (unsigned i = 0; i < t->few.sites; i++) {
            if (masks[root] >> i & 1) { next = few_with(&t->few, next, i, a); }
        }
        colour_clusters(t, x, next, masks, root + 1, weight * (a ? 1 : zero) / (zero + q - 1), move);
    }
}

static bool ferromagnet(const tiny *t) {
    for (unsigned b = 0; b < t->few.bonds; b++) {
        if (t->few.coupling[b] < 0) { return false; }
    }
    return t->few.kind == ONS_POTTS;
}

static void swendsen_wang_with(const tiny *t, spins_involution by, double share, bool equal, chain_matrix move) {
    for (unsigned x = 0; x < t->few.states; x++) {
        double active[256];
        const unsigned bonds = count_active(t, x, by, equal, active);
        for (unsigned set = 0; set < 1u << bonds; set++) {
            unsigned masks[MOST_SITES];
            const double weight = share * clusters_of(t, active, set, masks);
            if (equal) {
                colour_clusters(t, x, x, masks, 0, weight, move);
            } else {
                spread_clusters(t, x, by, masks, 0, 0, weight, move);
            }
        }
    }
}

static void swendsen_wang_move(const tiny *t, chain_matrix move) {
    const unsigned q = t->few.q;
    memset(move, 0, sizeof(chain_matrix));
    if (t->few.kind == ONS_BLUME_CAPEL || ferromagnet(t)) {
        swendsen_wang_with(t, (spins_involution){0, 0}, 1, t->few.kind == ONS_POTTS, move);
        return;
    }
    for (unsigned a = 0; a < q; a++) {
        for (unsigned b = 0; b < q && t->few.kind == ONS_POTTS; b++) {
            if (a != b) { swendsen_wang_with(t, (spins_involution){a, b}, 1.0 / (q * (q - 1.0)), false, move); }
        }
        if (t->few.kind == ONS_CLOCK) { swendsen_wang_with(t, (spins_involution){a, 0}, 1.0 / q, false, move); }
    }
}

/* ---- what must hold --------------------------------------------------------------------------------------------- */

static void assert_kernel(const tiny *t, chain_matrix step, unsigned from, uint32_t seed) {
    ons_discrete *spins;
    unsigned counts[CHAIN_STATES] = {0};
    assert_int_equal(ons_discrete_create(&spins, t->model, ons_random_stream(20261121, seed, from)), ONS_OK);
    for (unsigned k = 0; k < SAMPLES; k++) {
        states_of(t, from, ons_discrete_states(spins));
        ons_discrete_step(spins);
        unsigned to = 0;
        for (unsigned i = t->few.sites; i-- > 0;) { to = to * t->few.q + ons_discrete_states(spins)[i]; }
        counts[to]++;
        if (k % 16) { continue; }
        const double energy = few_energy(&t->few, to) / t->few.sites, m = few_order(&t->few, to);
        assert_true(fabs(ons_discrete_energy(spins) - energy) <= 1e-13 * (1 + fabs(energy)));
        assert_true(fabs(ons_discrete_measure_order(spins).m - m) <= 1e-14);
    }
    const double z = chain_deviate(t->name, t->few.states, step[from], counts, SAMPLES);
    if (!(z < 5.5)) { fail_msg("%s from state %u: chi squared is %.1f standard deviations off", t->name, from, z); }
    ons_discrete_free(spins);
}

static void check_step(const tiny *t, uint32_t seed) {
    static chain_matrix move, step, sweep;
    const unsigned states = t->few.states;
    const ons_spin_update update = t->options.update;
    if (update == ONS_SPIN_HEAT_BATH) {
        heat_bath_sweep(t, step);
    } else {
        if (update == ONS_SPIN_METROPOLIS) { metropolis_move(t, move); }
        if (update == ONS_SPIN_WOLFF) { wolff_move(t, move); }
        if (update == ONS_SPIN_SWENDSEN_WANG) { swendsen_wang_move(t, move); }
        chain_assert_balance(t->name, states, t->stationary, move);
        chain_raise(states, move,
                    update == ONS_SPIN_METROPOLIS ? t->few.sites
                    : update == ONS_SPIN_WOLFF    ? 2
                                                  : 1,
                    step);
        if (t->few.kind == ONS_BLUME_CAPEL && update != ONS_SPIN_METROPOLIS) {
            heat_bath_sweep(t, sweep);
            chain_multiply(states, sweep, step, step);
        }
    }
    chain_assert_stationary(t->name, states, t->stationary, step);
    chain_assert_primitive(t->name, states, step);
    assert_kernel(t, step, 0, seed);
    assert_kernel(t, step, (states - 1) / 3, seed);
    assert_kernel(t, step, states - 1 - states / 5, seed);
}

static void check_graph(const char *name, const ons_graph *graph, ons_discrete_kind kind, unsigned q, double coupling,
                        double field, double crystal_field) {
    static uint32_t seed;
    static const char *const updates[] = {"metropolis", "heat bath", "wolff", "swendsen-wang"};
    for (unsigned update = 0; update < 4; update++) {
        tiny *t = calloc(1, sizeof *t);
        assert_non_null(t);
        t->graph = graph;
        t->options = (ons_discrete_options){.kind = kind,
                                            .states = q,
                                            .temperature = 0.8 + 0.05 * q,
                                            .coupling = coupling,
                                            .field = field,
                                            .crystal_field = crystal_field,
                                            .update = (ons_spin_update)update,
                                            .clusters = 2};
        snprintf(t->name, sizeof t->name, "%s, model %d, q = %u, J = %g, h = %g, %s", name, (int)kind, q, coupling,
                 field, updates[update]);
        assert_int_equal(ons_discrete_model_create(&t->model, graph, &t->options), ONS_OK);
        few_from_graph(&t->few, graph, &t->options);
        assert_true(t->few.states <= CHAIN_STATES && t->few.sites <= MOST_SITES);
        few_weights(&t->few, t->stationary);
        check_step(t, seed++);
        ons_discrete_model_free(t->model);
        free(t);
    }
}

static void check_lattice(const char *name, int64_t rows, int64_t columns, ons_boundary boundary,
                          ons_discrete_kind kind, unsigned q, double coupling, double field, double crystal_field) {
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t lengths[] = {rows, columns};
    assert_int_equal(ons_lattice_create(&lattice, name, 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, lattice->dimension, boundary), ONS_OK);
    check_graph(name, graph, kind, q, coupling, field, crystal_field);
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

static void check_edges(const char *text, ons_discrete_kind kind, unsigned q, double coupling, double field) {
    ons_graph *graph;
    assert_int_equal(ons_graph_parse(&graph, "edges", text, strlen(text)), ONS_OK);
    check_graph("edges", graph, kind, q, coupling, field, 0.4);
    ons_graph_free(graph);
}

/* ---- the systems ------------------------------------------------------------------------------------------------ */

static void test_potts_on_lattices(void **state) {
    check_lattice("chain", 4, 0, ONS_PERIODIC, ONS_POTTS, 3, 1, 0, 0);
    check_lattice("chain", 4, 0, ONS_OPEN, ONS_POTTS, 3, 1, 0.4, 0);
    check_lattice("chain", 3, 0, ONS_PERIODIC, ONS_POTTS, 4, -1, 0, 0);
    check_lattice("chain", 3, 0, ONS_OPEN, ONS_POTTS, 5, -1, -0.3, 0);
    check_lattice("square", 2, 2, ONS_PERIODIC, ONS_POTTS, 3, 1, 0, 0); /* double bonds */
    check_lattice("square", 2, 2, ONS_OPEN, ONS_POTTS, 3, -1, 0.2, 0);
    check_lattice("square", 1, 3, ONS_PERIODIC, ONS_POTTS, 3, 1, 0.2, 0); /* self-bonds */
    check_lattice("triangular", 2, 2, ONS_OPEN, ONS_POTTS, 3, -1, 0, 0);
    check_lattice("honeycomb", 1, 2, ONS_PERIODIC, ONS_POTTS, 3, 1, 0, 0);
    check_lattice("kagome", 1, 1, ONS_PERIODIC, ONS_POTTS, 4, 1, 0, 0);
}

/* Two states are where a parity could survive. */
static void test_two_states(void **state) {
    for (int64_t sites = 1; sites <= 4; sites++) {
        check_lattice("chain", sites, 0, ONS_PERIODIC, ONS_POTTS, 2, 1, 0, 0);
        check_lattice("chain", sites, 0, ONS_OPEN, ONS_CLOCK, 2, 1, 0, 0);
    }
    check_lattice("chain", 4, 0, ONS_PERIODIC, ONS_POTTS, 2, 0, 0, 0);
    check_lattice("chain", 3, 0, ONS_PERIODIC, ONS_CLOCK, 2, 0, 0.5, 0);
    check_lattice("chain", 3, 0, ONS_PERIODIC, ONS_POTTS, 3, 0, 0, 0);
}

static void test_clock_on_lattices(void **state) {
    check_lattice("chain", 4, 0, ONS_PERIODIC, ONS_CLOCK, 3, 1, 0, 0);
    check_lattice("square", 2, 2, ONS_OPEN, ONS_CLOCK, 4, 1, 0, 0);
    check_lattice("chain", 3, 0, ONS_PERIODIC, ONS_CLOCK, 4, -1, 0.3, 0);
    check_lattice("chain", 3, 0, ONS_OPEN, ONS_CLOCK, 5, 1, 0, 0);
    check_lattice("chain", 3, 0, ONS_PERIODIC, ONS_CLOCK, 5, -1, 0.3, 0);
    check_lattice("chain", 3, 0, ONS_OPEN, ONS_CLOCK, 6, 1, 0.3, 0);
    check_lattice("kagome", 1, 1, ONS_PERIODIC, ONS_CLOCK, 6, 1, 0, 0);
    check_lattice("chain", 2, 0, ONS_PERIODIC, ONS_CLOCK, 7, 1, 0, 0);
}

static void test_blume_capel_on_lattices(void **state) {
    check_lattice("chain", 4, 0, ONS_PERIODIC, ONS_BLUME_CAPEL, 3, 1, 0, 0);
    check_lattice("chain", 4, 0, ONS_OPEN, ONS_BLUME_CAPEL, 3, 1, 0.3, 0.5);
    check_lattice("square", 2, 2, ONS_PERIODIC, ONS_BLUME_CAPEL, 3, 1, 0, 1.2);
    check_lattice("triangular", 2, 2, ONS_OPEN, ONS_BLUME_CAPEL, 3, -1, 0.2, -0.4);
    check_lattice("honeycomb", 1, 2, ONS_PERIODIC, ONS_BLUME_CAPEL, 3, -1, 0, 0.3);
    check_lattice("chain", 1, 0, ONS_OPEN, ONS_BLUME_CAPEL, 3, 1, 0.3, 0.5);
}

static void test_edges_and_complete_graphs(void **state) {
    check_edges("0 1 1\n1 2 -0.7\n2 0 0.4\n2 3 1.3\n", ONS_POTTS, 3, 1, 0);
    check_edges("0 1 1\n1 2 0.7\n2 0 0.4\n2 3 1.3\n", ONS_POTTS, 3, 1, 0.3);
    check_edges("0 1 1\n1 2 -0.7\n2 0 0.4\n", ONS_CLOCK, 5, 1, 0.3);
    check_edges("0 1 1\n1 2 -0.7\n2 0 0.4\n2 3 1.3\n", ONS_BLUME_CAPEL, 3, 1, 0.25);
    ons_graph *graph;
    assert_int_equal(ons_graph_complete_listed(&graph, 4), ONS_OK);
    check_graph("complete", graph, ONS_POTTS, 3, 3, 0, 0);
    check_graph("complete", graph, ONS_CLOCK, 4, 3, 0, 0);
    check_graph("complete", graph, ONS_BLUME_CAPEL, 3, 3, 0.1, 0.2);
    ons_graph_free(graph);
}

/* ---- measurement ------------------------------------------------------------------------------------------------- */

/* |m(k)|^2 and both parts of the helicity of random configurations, from their definitions. */
static void test_waves_and_helicity_follow_their_definitions(void **state) {
    static const char *const names[] = {"chain", "square", "triangular", "honeycomb", "kagome", "cubic"};
    for (unsigned variant = 0; variant < 18; variant++) {
        ons_lattice *lattice;
        ons_graph *graph;
        ons_discrete_model *model;
        ons_discrete *spins;
        const ons_discrete_kind kind = (ons_discrete_kind)(variant / 6);
        const unsigned q = kind == ONS_BLUME_CAPEL ? 3 : 5;
        const int64_t lengths[] = {4, 4, 4};
        const ons_discrete_options options = {.kind = kind, .states = q, .temperature = 1, .coupling = 0.7};
        assert_int_equal(ons_lattice_create(&lattice, names[variant % 6], 0), ONS_OK);
        assert_int_equal(ons_graph_create(&graph, lattice, lengths, 1, ONS_PERIODIC), ONS_OK);
        assert_int_equal(ons_discrete_model_create(&model, graph, &options), ONS_OK);
        ons_random random = ons_random_stream(5, variant, 0);
        assert_int_equal(ons_discrete_create(&spins, model, random), ONS_OK);
        ons_discrete_start_random(spins, &random);
        const uint8_t *states = ons_discrete_states(spins);
        /* the smallest waves: along every reciprocal vector, all of one length here */
        double total = 0;
        const unsigned d = lattice->dimension;
        for (unsigned direction = 0; direction < d; direction++) {
            double sums[5][2] = {{0}};
            for (uint32_t i = 0; i < graph->sites; i++) {
                int64_t cell[ONS_DIMENSIONS];
                ons_graph_cell(graph, i, cell);
                const double place =
                    ((double)cell[direction] + lattice->positions[i % lattice->sites * d + direction]) / 4;
                sums[states[i]][0] += cos(2 * M_PI * place);
                sums[states[i]][1] += sin(2 * M_PI * place);
            }
            for (unsigned part = 0; part < 2; part++) {
                double x = 0, y = 0;
                for (unsigned a = 0; a < q; a++) {
                    x += sums[a][part] * (kind == ONS_CLOCK ? cos(2 * M_PI * a / q) : (double)a - 1);
                    y += sums[a][part] * (kind == ONS_CLOCK ? sin(2 * M_PI * a / q) : 0);
                    if (kind == ONS_POTTS) { total += q / (q - 1.0) * sums[a][part] * sums[a][part]; }
                }
                if (kind != ONS_POTTS) { total += x * x + y * y; }
            }
        }
        total /= d * pow(graph->sites, 2);
        assert_true(fabs(ons_discrete_magnetization_kmin_squared(spins) - total) < 1e-13);
        if (kind == ONS_CLOCK) { /* every bond by the short way between its ends */
            double energy, current, e = 0, currents[3] = {0}, squares = 0;
            ons_discrete_helicity(spins, &energy, &current);
            for (uint64_t b = 0; b < graph->bonds; b++) {
                const ons_lattice_bond *bond = &lattice->bond[b % lattice->bonds];
                const double angle = 2 * M_PI * (states[graph->target[b]] - states[graph->source[b]]) / q;
                for (unsigned j = 0; j < d; j++) {
                    double x = 0;
                    for (unsigned i = 0; i < d; i++) {
                        x += (bond->cell[i] + lattice->positions[bond->target * d + i] -
                              lattice->positions[bond->source * d + i]) *
                             lattice->basis[i * d + j];
                    }
                    e += 0.7 * x * x * cos(angle);
                    currents[j] += 0.7 * x * sin(angle);
                }
            }
            static const double volumes[] = {1, 1, 0.86602540378443865, 2.5980762113533160, 3.4641016151377544, 1};
            const double volume = volumes[variant % 6] * graph->sites / (double)lattice->sites;
            for (unsigned j = 0; j < d; j++) { squares += currents[j] * currents[j]; }
            assert_true(fabs(energy - e / d / volume) < 1e-12);
            assert_true(fabs(current - squares / d / volume) < 1e-11);
        }
        ons_discrete_free(spins);
        ons_discrete_model_free(model);
        ons_graph_free(graph);
        ons_lattice_free(lattice);
    }
}

/* The transfer matrix against enumeration. */
static void test_exact_chains_match_enumeration(void **state) {
    for (unsigned variant = 0; variant < 48; variant++) {
        const ons_discrete_kind kind = (ons_discrete_kind)(variant % 3);
        const bool open = variant / 3 % 2, field = variant / 6 % 2;
        const unsigned q = kind == ONS_BLUME_CAPEL ? 3 : 2 + variant / 12;
        const int64_t sites = 2 + variant % 4;
        const ons_discrete_options options = {.kind = kind,
                                              .states = q,
                                              .temperature = 0.6 + 0.07 * variant,
                                              .coupling = variant % 5 ? 1.1 : -0.9,
                                              .field = field ? 0.37 : 0,
                                              .crystal_field = kind == ONS_BLUME_CAPEL ? 0.45 : 0};
        ons_lattice *lattice;
        ons_graph *graph;
        ons_discrete_exact exact;
        few_spins few;
        assert_int_equal(ons_lattice_create(&lattice, "chain", 0), ONS_OK);
        assert_int_equal(ons_graph_create(&graph, lattice, &sites, 1, open ? ONS_OPEN : ONS_PERIODIC), ONS_OK);
        few_from_graph(&few, graph, &options);
        const few_means means = few_enumerate(&few);
        assert_int_equal(ons_discrete_exact_chain(&options, sites, open, &exact), ONS_OK);
        assert_true(fabs(exact.energy - means.e) < 1e-13);
        const double heat = (double)sites * (means.e2 - means.e * means.e) / pow(options.temperature, 2);
        assert_true(fabs(exact.specific_heat - heat) < 1e-11);
        if (kind == ONS_CLOCK && !field) { assert_true(fabs(exact.vector_squared - means.m2) < 1e-13); }
        if (kind == ONS_BLUME_CAPEL) {
            assert_true(fabs(exact.vector_squared - means.m2) < 1e-13);
            assert_true(fabs(exact.magnetization - means.m) < 1e-13);
            assert_true(fabs(exact.density - means.density) < 1e-13);
        }
        ons_graph_free(graph);
        ons_lattice_free(lattice);
    }
    /* a long ring without field has the eigenvalues e^K + q - 1 and e^K - 1: e = -J e^K / (e^K + q - 1) */
    ons_discrete_exact exact;
    const ons_discrete_options options = {.kind = ONS_POTTS, .states = 5, .temperature = 0.5, .coupling = 1};
    assert_int_equal(ons_discrete_exact_chain(&options, 1000000, false, &exact), ONS_OK);
    assert_true(fabs(exact.energy + exp(2) / (exp(2) + 4)) < 1e-12);
    assert_true(fabs(exact.specific_heat - 4 * 4 * exp(2) / pow(exp(2) + 4, 2)) < 1e-7);
}

static void test_bad_models_are_refused(void **state) {
    ons_lattice *lattice;
    ons_graph *ring, *loop, *complete;
    const int64_t four = 4, one = 1;
    ons_discrete_model *model;
    assert_int_equal(ons_lattice_create(&lattice, "chain", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&ring, lattice, &four, 1, ONS_PERIODIC), ONS_OK);
    assert_int_equal(ons_graph_create(&loop, lattice, &one, 1, ONS_PERIODIC), ONS_OK);
    assert_int_equal(ons_graph_complete(&complete, 4), ONS_OK);
    const ons_discrete_options good = {.kind = ONS_POTTS, .states = 3, .temperature = 1, .coupling = 1};
    ons_discrete_options bad = good;
    bad.states = 1;
    assert_int_equal(ons_discrete_model_create(&model, ring, &bad), ONS_INVALID);
    bad = good;
    bad.temperature = 0;
    assert_int_equal(ons_discrete_model_create(&model, ring, &bad), ONS_INVALID);
    bad = good;
    bad.update = ONS_SPIN_WOLFF; /* no clusters */
    assert_int_equal(ons_discrete_model_create(&model, ring, &bad), ONS_INVALID);
    assert_int_equal(ons_discrete_model_create(&model, complete, &good), ONS_INVALID);
    bad = good;
    bad.kind = ONS_BLUME_CAPEL;
    assert_int_equal(ons_discrete_model_create(&model, loop, &bad), ONS_INVALID);
    ons_graph_free(ring);
    ons_graph_free(loop);
    ons_graph_free(complete);
    ons_lattice_free(lattice);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_potts_on_lattices),
        cmocka_unit_test(test_two_states),
        cmocka_unit_test(test_clock_on_lattices),
        cmocka_unit_test(test_blume_capel_on_lattices),
        cmocka_unit_test(test_edges_and_complete_graphs),
        cmocka_unit_test(test_waves_and_helicity_follow_their_definitions),
        cmocka_unit_test(test_exact_chains_match_enumeration),
        cmocka_unit_test(test_bad_models_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
