/*
 * Kinetics of Ising spins against exact answers: transition matrices of exchanges and generators of the n-fold way of
 * tiny systems against energies by enumeration, the master equation integrated exactly, Glauber's chain, temperature
 * and field that change, and models whose tables are made anew.
 *
 * Seeds are fixed. Chi-squared tests fail beyond 5.5 standard deviations after Wilson and Hilferty (1931), means beyond
 * 5.5 standard errors: below 1e-6 for all of them together if seeds were free.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins/kinetics.h"
#include "spins_chains.h"
#include "spins_enumeration.h"

enum { SAMPLES = 40000 };
static const double limit = 5.5;

/* ---- tiny systems ------------------------------------------------------------------------------------------- */

typedef struct tiny {
    const char *name;
    const char *lattice; /* or edges, `0 1 -1\n..` */
    int64_t lengths[2];
    ons_boundary boundary;
    double coupling, field, temperature;
} tiny;

static const tiny systems[] = {
    {"2x3 torus with double bonds", "square", {2, 3}, ONS_PERIODIC, 1, 0.3, 2.0},
    {"open 2x3", "square", {2, 3}, ONS_OPEN, 1, 0, 1.1},
    {"antiferromagnetic ring of 5", "chain", {5, 0}, ONS_PERIODIC, -0.7, -0.2, 0.9},
    {"open chain of 2", "chain", {2, 0}, ONS_OPEN, 1, 0.5, 1.0},
    {"frustrated graph with weights", "0 1 1\n1 2 -2\n2 0 1\n2 3 3\n3 4 -1\n4 1 1\n", {0, 0}, ONS_OPEN, 0.5, 0.4, 1.3},
    {"no coupling", "square", {2, 3}, ONS_OPEN, 0, 0.6, 1.0},
};
enum { SYSTEMS = sizeof systems / sizeof *systems };
static const tiny general = {
    "couplings of any value", "0 1 0.83\n1 2 -0.71\n2 0 1.13\n2 3 0.377\n3 4 -1.01\n", {0, 0}, ONS_OPEN, 1, 0.21, 1.2};

static ons_graph *graph_of(const tiny *t) {
    ons_graph *graph;
    if (t->lattice[0] >= '0' && t->lattice[0] <= '9') {
        assert_int_equal(ons_graph_parse(&graph, "edges", t->lattice, strlen(t->lattice)), ONS_OK);
        return graph;
    }
    ons_lattice *lattice;
    assert_int_equal(ons_lattice_create(&lattice, t->lattice, 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, t->lengths, t->lengths[1] ? 2 : 1, t->boundary), ONS_OK);
    ons_lattice_free(lattice);
    return graph;
}

static ons_kinetics_options options_of(const tiny *t, ons_kinetics_move move, ons_kinetics_rule rule) {
    return (ons_kinetics_options){.temperature = t->temperature,
                                  .field = t->field,
                                  .coupling = t->coupling,
                                  .move = move,
                                  .rule = rule,
                                  .neutral = 0.5};
}

static small_system small_of(const tiny *t, const ons_graph *graph) {
    const ons_ising_options options = {.temperature = t->temperature, .coupling = t->coupling, .field = t->field};
    return small_from_graph(graph, &options);
}

static ons_kinetics *open_kinetics(const tiny *t, const ons_graph *graph, ons_kinetics_move move,
                                   ons_kinetics_rule rule, uint32_t replica) {
    const ons_kinetics_options options = options_of(t, move, rule);
    ons_kinetics *kinetics;
    if (ons_kinetics_create(&kinetics, graph, &options, ons_random_stream(7, replica, 0)) != ONS_OK) {
        fail_msg("%s: %s", t->name, ons_message());
    }
    return kinetics;
}

static void put(ons_kinetics *kinetics, unsigned sites, unsigned state) {
    for (unsigned i = 0; i < sites; i++) { ons_kinetics_spins(kinetics)[i] = (int8_t)small_spin(state, i); }
    assert_int_equal(ons_kinetics_refresh(kinetics), ONS_OK);
}

static unsigned get(ons_kinetics *kinetics, unsigned sites) {
    unsigned state = 0;
    for (unsigned i = 0; i < sites; i++) { state |= (unsigned)(ons_kinetics_spins(kinetics)[i] > 0) << i; }
    return state;
}

/* w(dE) from its definition, with libm. */
static double rate_of(ons_kinetics_rule rule, double difference, double temperature) {
    if (fabs(difference) < 1e-12) { return 0.5; }
    if (rule == ONS_KINETICS_HEAT_BATH) { return 1 / (1 + exp(difference / temperature)); }
    return fmin(1, exp(-difference / temperature));
}

static void boltzmann(const small_system *small, double *weight) {
    double sum = 0;
    for (unsigned a = 0; a < 1u << small->sites; a++) {
        sum += weight[a] = exp(-small_energy(small, a) / small->temperature);
    }
    for (unsigned a = 0; a < 1u << small->sites; a++) { weight[a] /= sum; }
}

/* ---- exchanges ---------------------------------------------------------------------------------------------- */

/* One attempt, from the tables of the kernel; each compared with the definition. */
static void exchange_matrix(const tiny *t, const ons_graph *graph, ons_kinetics_rule rule, chain_matrix move) {
    const small_system small = small_of(t, graph);
    ons_kinetics *kinetics = open_kinetics(t, graph, ONS_KINETICS_EXCHANGE, rule, 0);
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < 1u << small.sites; a++) {
        put(kinetics, small.sites, a);
        const int8_t *spins = ons_kinetics_spins(kinetics);
        for (uint64_t b = 0; b < graph->bonds; b++) {
            const uint32_t i = graph->source[b], j = graph->target[b];
            const double share = 1.0 / (double)graph->bonds;
            if (spins[i] == spins[j]) {
                move[a][a] += share;
                continue;
            }
            const unsigned next = a ^ 1u << i ^ 1u << j;
            double p;
            if (kinetics->exchange) {
                const int sum = spins[i] * (spins_kinetics_sum(kinetics->model, spins, i, j) -
                                            spins_kinetics_sum(kinetics->model, spins, j, i));
                p = (double)kinetics->exchange[sum + 2 * kinetics->model->reach] * 0x1p-64;
            } else {
                p = spins_kinetics_rate(&kinetics->options,
                                        spins_kinetics_exchange_energy(kinetics->model, spins, i, j));
            }
            const double difference = small_energy(&small, next) - small_energy(&small, a);
            if (!(fabs(p - rate_of(rule, difference, t->temperature)) < 1e-12)) {
                fail_msg("%s: exchange of %u and %u in state %u: %.15g", t->name, i, j, a, p);
            }
            move[a][next] += share * p;
            move[a][a] += share * (1 - p);
        }
    }
    ons_kinetics_free(kinetics);
}

/* The states of one magnetization form a chain with one eigenvalue on the unit circle. */
static void assert_sectors(const char *name, unsigned sites, const double *weight, chain_matrix move) {
    static chain_matrix part;
    for (unsigned up = 0; up <= sites; up++) {
        unsigned list[CHAIN_STATES], count = 0;
        double stationary[CHAIN_STATES], sum = 0;
        for (unsigned a = 0; a < 1u << sites; a++) {
            if ((unsigned)__builtin_popcount(a) == up) { list[count++] = a; }
        }
        for (unsigned k = 0; k < count; k++) { sum += weight[list[k]]; }
        memset(part, 0, sizeof part);
        for (unsigned k = 0; k < count; k++) {
            stationary[k] = weight[list[k]] / sum;
            for (unsigned l = 0; l < count; l++) { part[k][l] = move[list[k]][list[l]]; }
        }
        chain_assert_balance(name, count, stationary, part);
        chain_assert_stationary(name, count, stationary, part);
        chain_assert_primitive(name, count, part);
    }
}

/* A unit of time from the state `first`, many times, against the row of the matrix; the sums kept along the way too. */
static void assert_follows(const tiny *t, const ons_graph *graph, ons_kinetics_move move, ons_kinetics_rule rule,
                           unsigned first, const double *expected) {
    const small_system small = small_of(t, graph);
    ons_kinetics *kinetics = open_kinetics(t, graph, move, rule, 1 + (uint32_t)rule);
    unsigned counts[CHAIN_STATES] = {0};
    for (unsigned k = 0; k < SAMPLES; k++) {
        put(kinetics, small.sites, first);
        assert_int_equal(ons_kinetics_advance(kinetics, k + 1, 0), ONS_OK);
        const unsigned state = get(kinetics, small.sites);
        counts[state]++;
        assert_true(fabs(ons_kinetics_energy(kinetics) * small.sites - small_energy(&small, state)) < 1e-12);
        assert_true(fabs(ons_kinetics_magnetization(kinetics) * small.sites - small_magnetization(&small, state)) <
                    1e-12);
    }
    const double z = chain_deviate(t->name, 1u << small.sites, expected, counts, SAMPLES);
    if (!(z < limit)) { fail_msg("%s, move %d, rule %d: %g standard deviations", t->name, move, rule, z); }
    ons_kinetics_free(kinetics);
}

static void test_exchanges_have_one_eigenvalue_a_sector_and_balance(void **state) {
    static chain_matrix move, step;
    for (unsigned s = 0; s <= SYSTEMS; s++) {
        const tiny *t = s < SYSTEMS ? &systems[s] : &general;
        ons_graph *graph = graph_of(t);
        const small_system small = small_of(t, graph);
        double weight[CHAIN_STATES];
        boltzmann(&small, weight);
        for (int rule = 0; rule < 2; rule++) {
            exchange_matrix(t, graph, (ons_kinetics_rule)rule, move);
            assert_sectors(t->name, small.sites, weight, move);
            chain_raise(1u << small.sites, move, small.sites, step);
            const unsigned first = (1u << small.sites / 2) - 1;
            assert_follows(t, graph, ONS_KINETICS_EXCHANGE, (ons_kinetics_rule)rule, first, step[first]);
        }
        ons_graph_free(graph);
    }
}

/* ---- flips -------------------------------------------------------------------------------------------------- */

static void flip_matrix(const tiny *t, const small_system *small, ons_kinetics_rule rule, chain_matrix move) {
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < 1u << small->sites; a++) {
        for (unsigned i = 0; i < small->sites; i++) {
            const double difference = small_energy(small, a ^ 1u << i) - small_energy(small, a);
            const double p = rate_of(rule, difference, t->temperature);
            move[a][a ^ 1u << i] += p / small->sites;
            move[a][a] += (1 - p) / small->sites;
        }
    }
}

static void test_flips_follow_their_transition_matrix(void **state) {
    static chain_matrix move, step;
    for (unsigned s = 0; s <= SYSTEMS; s++) {
        const tiny *t = s < SYSTEMS ? &systems[s] : &general;
        ons_graph *graph = graph_of(t);
        const small_system small = small_of(t, graph);
        double weight[CHAIN_STATES];
        boltzmann(&small, weight);
        for (int rule = 0; rule < 2; rule++) {
            flip_matrix(t, &small, (ons_kinetics_rule)rule, move);
            chain_assert_balance(t->name, 1u << small.sites, weight, move);
            chain_assert_stationary(t->name, 1u << small.sites, weight, move);
            chain_assert_primitive(t->name, 1u << small.sites, move);
            chain_raise(1u << small.sites, move, small.sites, step);
            assert_follows(t, graph, ONS_KINETICS_FLIP, (ons_kinetics_rule)rule, 1, step[1]);
        }
        ons_graph_free(graph);
    }
}

/* ---- the n-fold way ----------------------------------------------------------------------------------------- */

/* The generator from the classes of the kernel: generator[a][b] the rate from a to b, rows add to 0. */
static void generator_of(const tiny *t, const ons_graph *graph, ons_kinetics_rule rule, chain_matrix generator) {
    const small_system small = small_of(t, graph);
    ons_kinetics *kinetics = open_kinetics(t, graph, ONS_KINETICS_EVENTS, rule, 0);
    memset(generator, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < 1u << small.sites; a++) {
        put(kinetics, small.sites, a);
        double sum = 0;
        for (unsigned i = 0; i < small.sites; i++) {
            const double rate = kinetics->rate[kinetics->seat[i].number];
            const double difference = small_energy(&small, a ^ 1u << i) - small_energy(&small, a);
            if (!(fabs(rate - rate_of(rule, difference, t->temperature)) < 1e-12)) {
                fail_msg("%s: site %u of state %u has the rate %.15g", t->name, i, a, rate);
            }
            generator[a][a ^ 1u << i] += rate;
            generator[a][a] -= rate;
            sum += rate;
        }
        assert_true(fabs(ons_kinetics_activity(kinetics) - sum) < 1e-12);
    }
    ons_kinetics_free(kinetics);
}

/* The chain of attempts at a rate above all others: its powers and Poisson's law make exp(generator * time) without
 * cancellation (Jensen 1953). */
static double uniform_chain(unsigned states, chain_matrix generator, chain_matrix chain) {
    double fastest = 1;
    for (unsigned a = 0; a < states; a++) { fastest = fmax(fastest, 1 - generator[a][a]); }
    for (unsigned a = 0; a < states; a++) {
        for (unsigned b = 0; b < states; b++) { chain[a][b] = (a == b) + generator[a][b] / fastest; }
    }
    return fastest;
}

static void propagate(unsigned states, chain_matrix generator, double time, chain_matrix result) {
    static chain_matrix chain, power;
    const double events = uniform_chain(states, generator, chain) * time;
    double weight = exp(-events);
    memset(result, 0, sizeof(chain_matrix));
    chain_identity(states, power);
    for (unsigned k = 0; k < 100; k++) {
        for (unsigned a = 0; a < states; a++) {
            for (unsigned b = 0; b < states; b++) { result[a][b] += weight * power[a][b]; }
        }
        chain_multiply(states, power, chain, power);
        weight *= events / (k + 1);
    }
}

static void test_events_balance_and_follow_the_master_equation(void **state) {
    static chain_matrix generator, step;
    for (unsigned s = 0; s < SYSTEMS; s++) {
        const tiny *t = &systems[s];
        ons_graph *graph = graph_of(t);
        const small_system small = small_of(t, graph);
        const unsigned states = 1u << small.sites;
        double weight[CHAIN_STATES];
        boltzmann(&small, weight);
        for (int rule = 0; rule < 2; rule++) {
            generator_of(t, graph, (ons_kinetics_rule)rule, generator);
            chain_assert_balance(t->name, states, weight, generator);
            uniform_chain(states, generator, step);
            chain_assert_stationary(t->name, states, weight, step);
            chain_assert_primitive(t->name, states, step);
            propagate(states, generator, 1, step);
            assert_follows(t, graph, ONS_KINETICS_EVENTS, (ons_kinetics_rule)rule, 1, step[1]);
        }
        ons_graph_free(graph);
    }
}

/* Temperature and field change at 0.3 and 1.7; somebody looks at 1; T = 0 in between. */
static void test_changing_temperature_and_field_follow_the_master_equation(void **state) {
    static const double until[] = {0.3, 1.7, 2.5}, temperature[] = {2.0, 0, 0.8}, field[] = {0.3, 0.1, -0.9};
    static chain_matrix generator, step, all;
    tiny t = systems[0];
    ons_graph *graph = graph_of(&t);
    const unsigned sites = graph->sites, states = 1u << sites;
    chain_identity(states, all);
    for (unsigned k = 0; k < 3; k++) {
        t.temperature = temperature[k];
        t.field = field[k];
        memset(generator, 0, sizeof generator);
        const small_system small = small_of(&t, graph);
        for (unsigned a = 0; a < states; a++) {
            for (unsigned i = 0; i < sites; i++) {
                const double d = small_energy(&small, a ^ 1u << i) - small_energy(&small, a);
                const double frozen = fabs(d) < 1e-12 ? 0.5 : d < 0;
                const double rate = t.temperature > 0 ? rate_of(ONS_KINETICS_METROPOLIS, d, t.temperature) : frozen;
                generator[a][a ^ 1u << i] += rate;
                generator[a][a] -= rate;
            }
        }
        propagate(states, generator, until[k] - (k ? until[k - 1] : 0), step);
        chain_multiply(states, all, step, all);
    }
    ons_kinetics *kinetics = open_kinetics(&systems[0], graph, ONS_KINETICS_EVENTS, ONS_KINETICS_METROPOLIS, 3);
    unsigned counts[CHAIN_STATES] = {0};
    for (unsigned sample = 0; sample < SAMPLES; sample++) {
        put(kinetics, sites, 0);
        ons_kinetics_time(kinetics)->time = 0;
        for (unsigned k = 0; k < 3; k++) {
            assert_int_equal(ons_kinetics_set(kinetics, temperature[k], field[k]), ONS_OK);
            if (k == 1) { assert_int_equal(ons_kinetics_advance(kinetics, 1, 0), ONS_OK); }
            while (ons_kinetics_advance(kinetics, until[k], 2) == ONS_STOPPED) {}
        }
        counts[get(kinetics, sites)]++;
    }
    const double z = chain_deviate("a changing field", states, all[0], counts, SAMPLES);
    if (!(z < limit)) { fail_msg("%g standard deviations", z); }
    ons_kinetics_free(kinetics);
    ons_graph_free(graph);
}

/* ---- Glauber's chain ---------------------------------------------------------------------------------------- */

enum { RING = 32, RUNS = 20000 };

/* Equal-time correlations of the ring from a random start: dG_r/dt = -2 G_r + gamma (G_{r-1} + G_{r+1}), G_0 = 1
 * (Glauber 1963, eq. 61), by Runge and Kutta's fourth order. */
static void ring_slope(double gamma, const double *g, double *slope) {
    slope[0] = 0;
    for (unsigned r = 1; r < RING; r++) { slope[r] = -2 * g[r] + gamma * (g[r - 1] + g[(r + 1) % RING]); }
}

static void ring_correlations(double gamma, double time, double *g) {
    enum { STEPS = 2000 };
    const double h = time / STEPS;
    double k[4][RING], at[RING];
    for (unsigned r = 0; r < RING; r++) { g[r] = r == 0; }
    for (unsigned step = 0; step < STEPS; step++) {
        static const double reach[] = {0, 0.5, 0.5, 1};
        for (unsigned stage = 0; stage < 4; stage++) {
            for (unsigned r = 0; r < RING; r++) { at[r] = g[r] + (stage ? reach[stage] * h * k[stage - 1][r] : 0); }
            ring_slope(gamma, at, k[stage]);
        }
        for (unsigned r = 0; r < RING; r++) { g[r] += h / 6 * (k[0][r] + 2 * k[1][r] + 2 * k[2][r] + k[3][r]); }
    }
}

/* <s_i(t_w) s_i(t_w + t)>: a spin relaxes as d<s_i>/dt = -<s_i> + gamma/2 (<s_{i-1}> + <s_{i+1}>). */
static double ring_two_times(double gamma, double waiting, double delay) {
    double g[RING], sum = 0;
    ring_correlations(gamma, waiting, g);
    for (unsigned n = 0; n < RING; n++) {
        const double k = 2 * acos(-1) * n / RING;
        double structure = 0;
        for (unsigned r = 0; r < RING; r++) { structure += g[r] * cos(k * r); }
        sum += structure * exp(-(1 - gamma * cos(k)) * delay);
    }
    return sum / RING;
}

typedef struct tally {
    double sum, squares;
} tally;

static void count(tally *sums, double value) {
    sums->sum += value;
    sums->squares += value * value;
}

static void assert_mean(const char *name, const tally *sums, double runs, double expected) {
    const double mean = sums->sum / runs, error = sqrt((sums->squares / runs - mean * mean) / (runs - 1));
    if (!(fabs(mean - expected) <= limit * error)) { fail_msg("%s: %g +- %g, exact %g", name, mean, error, expected); }
}

static void test_glauber_chain_decays_and_ages_as_it_must(void **state) {
    const tiny t = {"ring", "chain", {RING, 0}, ONS_PERIODIC, 1, 0, 1.0};
    const double gamma = tanh(2 * t.coupling / t.temperature), waiting = 3, delay = 5;
    ons_graph *graph = graph_of(&t);
    ons_kinetics *kinetics = open_kinetics(&t, graph, ONS_KINETICS_EVENTS, ONS_KINETICS_HEAT_BATH, 11);
    ons_random random = ons_random_stream(7, 12, 0);
    tally m = {0}, zero = {0}, two = {0}, g1 = {0};
    for (unsigned run = 0; run < RUNS; run++) {
        int8_t first[RING], second[RING];
        const int8_t *spins = ons_kinetics_spins(kinetics);
        put(kinetics, RING, UINT32_MAX);
        ons_kinetics_time(kinetics)->time = 0;
        assert_int_equal(ons_kinetics_advance(kinetics, delay, 0), ONS_OK);
        count(&m, ons_kinetics_magnetization(kinetics));
        assert_int_equal(ons_kinetics_start_random(kinetics, &random), ONS_OK);
        memcpy(first, spins, RING);
        ons_kinetics_time(kinetics)->time = 0;
        assert_int_equal(ons_kinetics_advance(kinetics, waiting, 0), ONS_OK);
        memcpy(second, spins, RING);
        assert_int_equal(ons_kinetics_advance(kinetics, waiting + delay, 0), ONS_OK);
        double c[3] = {0};
        for (unsigned i = 0; i < RING; i++) {
            c[0] += first[i] * spins[i];
            c[1] += second[i] * spins[i];
            c[2] += second[i] * second[(i + 1) % RING];
        }
        count(&zero, c[0] / RING);
        count(&two, c[1] / RING);
        count(&g1, c[2] / RING);
    }
    double g[RING];
    ring_correlations(gamma, waiting, g);
    assert_mean("m(t) = exp(-(1 - tanh(2J/T)) t)", &m, RUNS, exp(-(1 - gamma) * delay));
    assert_mean("C from a random start", &zero, RUNS, ring_two_times(gamma, 0, waiting + delay));
    assert_mean("C between two times", &two, RUNS, ring_two_times(gamma, waiting, delay));
    assert_mean("nearest neighbours", &g1, RUNS, g[1]);
    ons_kinetics_free(kinetics);
    ons_graph_free(graph);
}

/* ---- states ------------------------------------------------------------------------------------------------- */

static void test_fixed_magnetization_is_exact_and_sites_are_alike(void **state) {
    const tiny t = {"ring", "chain", {10, 0}, ONS_PERIODIC, 1, 0, 1.0};
    ons_graph *graph = graph_of(&t);
    ons_kinetics *kinetics = open_kinetics(&t, graph, ONS_KINETICS_EXCHANGE, ONS_KINETICS_METROPOLIS, 0);
    ons_random random = ons_random_stream(7, 21, 0);
    tally up[10] = {{0}};
    for (unsigned run = 0; run < RUNS; run++) {
        assert_int_equal(ons_kinetics_start_magnetization(kinetics, -0.4, &random), ONS_OK);
        assert_true(fabs(ons_kinetics_magnetization(kinetics) + 0.4) < 1e-12);
        for (unsigned i = 0; i < 10; i++) { count(&up[i], ons_kinetics_spins(kinetics)[i]); }
        assert_int_equal(ons_kinetics_advance(kinetics, run + 1, 0), ONS_OK);
        assert_true(fabs(ons_kinetics_magnetization(kinetics) + 0.4) < 1e-12);
    }
    for (unsigned i = 0; i < 10; i++) { assert_mean("a spin", &up[i], RUNS, -0.4); }
    ons_kinetics_free(kinetics);
    ons_graph_free(graph);
}

/* Spins, order, stream and clock are all that the future depends on. */
static void test_a_state_moved_to_another_place_goes_on_alike(void **state) {
    const tiny t = {"square", "square", {12, 12}, ONS_PERIODIC, 1, 0.1, 1.5};
    ons_graph *graph = graph_of(&t);
    const size_t sites = graph->sites;
    for (int move = 0; move < 3; move++) {
        ons_kinetics *a = open_kinetics(&t, graph, (ons_kinetics_move)move, ONS_KINETICS_METROPOLIS, 5), *b;
        b = open_kinetics(&t, graph, (ons_kinetics_move)move, ONS_KINETICS_METROPOLIS, 6);
        ons_random random = ons_random_stream(7, 22, 0);
        assert_int_equal(ons_kinetics_start_random(a, &random), ONS_OK);
        assert_int_equal(ons_kinetics_advance(a, 7.25, 0), ONS_OK);
        memcpy(ons_kinetics_spins(b), ons_kinetics_spins(a), sites);
        if (ons_kinetics_order(a)) { memcpy(ons_kinetics_order(b), ons_kinetics_order(a), 4 * sites); }
        *ons_kinetics_random(b) = *ons_kinetics_random(a);
        *ons_kinetics_time(b) = *ons_kinetics_time(a);
        assert_int_equal(ons_kinetics_refresh(b), ONS_OK);
        assert_int_equal(ons_kinetics_advance(a, 20.5, 0), ONS_OK);
        assert_int_equal(ons_kinetics_advance(b, 20.5, 0), ONS_OK);
        assert_memory_equal(ons_kinetics_spins(a), ons_kinetics_spins(b), sites);
        assert_true(ons_kinetics_time(a)->wait == ons_kinetics_time(b)->wait);
        assert_int_equal(ons_kinetics_time(a)->moves, ons_kinetics_time(b)->moves);
        if (ons_kinetics_order(b)) {
            ons_kinetics_order(b)[0] = ons_kinetics_order(b)[1];
            assert_int_equal(ons_kinetics_refresh(b), ONS_INVALID);
        }
        ons_kinetics_free(a);
        ons_kinetics_free(b);
    }
    ons_graph_free(graph);
}

static void test_what_cannot_be_is_refused(void **state) {
    ons_graph *graph = graph_of(&general);
    ons_kinetics *kinetics;
    ons_kinetics_options options = options_of(&general, ONS_KINETICS_EVENTS, ONS_KINETICS_METROPOLIS);
    assert_int_equal(ons_kinetics_create(&kinetics, graph, &options, ons_random_stream(7, 0, 0)), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "n-fold way"));
    options.move = ONS_KINETICS_FLIP;
    options.neutral = 0;
    assert_int_equal(ons_kinetics_create(&kinetics, graph, &options, ons_random_stream(7, 0, 0)), ONS_INVALID);
    options.neutral = 1;
    options.temperature = -1;
    assert_int_equal(ons_kinetics_create(&kinetics, graph, &options, ons_random_stream(7, 0, 0)), ONS_INVALID);
    options.temperature = 1;
    assert_int_equal(ons_kinetics_create(&kinetics, graph, &options, ons_random_stream(7, 0, 0)), ONS_OK);
    assert_int_equal(ons_kinetics_set(kinetics, -1, 0), ONS_INVALID);
    assert_int_equal(ons_kinetics_set(kinetics, 1, NAN), ONS_INVALID);
    ons_kinetics_free(kinetics);
    ons_graph_free(graph);
}

/* ---- models whose tables are made anew ---------------------------------------------------------------------- */

static void assert_set_is_create(const ons_graph *graph, ons_ising_options options) {
    ons_ising_model *made, *set;
    ons_ising *a, *b;
    const double temperature = options.temperature, field = options.field;
    assert_int_equal(ons_ising_model_create(&made, graph, &options), ONS_OK);
    options.temperature = 9.5;
    options.field = 0;
    assert_int_equal(ons_ising_model_create(&set, graph, &options), ONS_OK);
    assert_int_equal(ons_ising_create(&a, made, ons_random_stream(7, 31, 0)), ONS_OK);
    assert_int_equal(ons_ising_create(&b, set, ons_random_stream(7, 31, 0)), ONS_OK);
    assert_int_equal(ons_ising_model_set(set, temperature, field), ONS_OK);
    assert_int_equal(ons_ising_model_set(set, -1, field), ONS_INVALID);
    for (unsigned step = 0; step < 20; step++) {
        ons_ising_step(a);
        ons_ising_step(b);
    }
    if (memcmp(ons_ising_spins(a), ons_ising_spins(b), graph->sites) != 0) {
        fail_msg("update %d, order %d, %s couplings: other spins", options.update, options.order,
                 options.couplings ? "real" : "equal");
    }
    assert_true(ons_ising_energy(a) == ons_ising_energy(b));
    ons_ising_free(a);
    ons_ising_free(b);
    ons_ising_model_free(made);
    ons_ising_model_free(set);
}

static void test_a_model_set_to_a_temperature_is_one_made_for_it(void **state) {
    const tiny t = {"square", "square", {12, 12}, ONS_PERIODIC, 1, 0, 1};
    ons_graph *graph = graph_of(&t);
    double *couplings = calloc(graph->bonds, sizeof *couplings);
    ons_random random = ons_random_stream(7, 30, 0);
    ons_ising_gaussian(graph, 0, 1, &random, couplings);
    for (int update = 0; update < 4; update++) {
        ons_ising_options options = {
            .temperature = 2.1, .coupling = 1, .field = 0.2, .update = (ons_ising_update)update, .clusters = 3};
        assert_set_is_create(graph, options);
        options.couplings = couplings;
        assert_set_is_create(graph, options);
    }
    assert_set_is_create(graph, (ons_ising_options){.temperature = 2.1, .coupling = 1, .order = ONS_CHECKERBOARD});
    free(couplings);
    ons_graph_free(graph);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exchanges_have_one_eigenvalue_a_sector_and_balance),
        cmocka_unit_test(test_flips_follow_their_transition_matrix),
        cmocka_unit_test(test_events_balance_and_follow_the_master_equation),
        cmocka_unit_test(test_changing_temperature_and_field_follow_the_master_equation),
        cmocka_unit_test(test_glauber_chain_decays_and_ages_as_it_must),
        cmocka_unit_test(test_fixed_magnetization_is_exact_and_sites_are_alike),
        cmocka_unit_test(test_a_state_moved_to_another_place_goes_on_alike),
        cmocka_unit_test(test_what_cannot_be_is_refused),
        cmocka_unit_test(test_a_model_set_to_a_temperature_is_one_made_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
