/*
 * Random walks in energy: the moves with fixed weights by their full transition matrix on tiny systems, densities of
 * states against a direct count and against Beale's integers, the errors that replicas tell.
 *
 * Deviations count in errors from the spread of 24 walks, with Student's factor; limit 7.5 (below 1e-6 for 23 degrees
 * of freedom and all energies of a case together), seeds fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/spins.h>
#include <onsager/statistics.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REPLICAS = 24, MOST_STATES = 2048, MOST_SITES = 12 };
#define LIMIT 7.5

static ons_graph *lattice_graph(const char *name, int64_t rows, int64_t columns, ons_boundary boundary) {
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t lengths[] = {rows, columns};
    assert_int_equal(ons_lattice_create(&lattice, name, 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, 2, boundary), ONS_OK);
    ons_lattice_free(lattice);
    return graph;
}

static ons_graph *edge_graph(const char *text) {
    ons_graph *graph;
    if (ons_graph_parse(&graph, "edges", text, strlen(text)) != ONS_OK) { fail_msg("%s", ons_message()); }
    return graph;
}

/* Weights of even sums at every site: energies four apart that do not begin at the sum of all weights. */
static const char frustrated[] = "0 1\n1 2\n2 3\n3 0 -1\n3 4 3\n4 5 3\n5 6 3\n6 3 3\n";

static const char glass[] = "0 1 1\n1 2 -2\n2 3 1\n3 0 1\n0 4 -1\n4 5 1\n5 2 3\n3 5 -1\n1 4 1\n";

/* ---- a tiny system, from its definition --------------------------------------------------------------------- */

typedef struct tiny {
    const ons_graph *graph;
    ons_walk_options options;
    uint32_t values;
    size_t states;
} tiny;

static tiny make_tiny(const ons_graph *graph, ons_walk_options options) {
    const uint32_t values = options.kind == ONS_WALK_ISING ? 2 : options.kind == ONS_WALK_POTTS ? options.states : 3;
    tiny system = {graph, options, values, 1};
    for (uint32_t i = 0; i < graph->sites; i++) { system.states *= values; }
    assert_true(system.states <= MOST_STATES && graph->sites <= MOST_SITES);
    return system;
}

static int value_of(const tiny *system, uint32_t digit) {
    return system->options.kind == ONS_WALK_ISING   ? 2 * (int)digit - 1
           : system->options.kind == ONS_WALK_POTTS ? (int)digit
                                                    : (int)digit - 1;
}

static void spins_of(const tiny *system, size_t state, int *spins) {
    for (uint32_t i = 0; i < system->graph->sites; i++, state /= system->values) {
        spins[i] = value_of(system, (uint32_t)(state % system->values));
    }
}

static double energy_of(const tiny *system, size_t state) {
    int spins[MOST_SITES];
    double energy = 0;
    spins_of(system, state, spins);
    for (uint64_t b = 0; b < system->graph->bonds; b++) {
        const double strength = system->graph->strength ? system->graph->strength[b] : system->graph->common_strength;
        const int a = spins[system->graph->source[b]], c = spins[system->graph->target[b]];
        energy -= system->options.coupling * strength * (system->options.kind == ONS_WALK_POTTS ? a == c : a * c);
    }
    for (uint32_t i = 0; i < system->graph->sites && system->options.kind == ONS_WALK_BLUME_CAPEL; i++) {
        energy += system->options.crystal_field * spins[i] * spins[i];
    }
    return energy;
}

/* ---- the transition matrix ---------------------------------------------------------------------------------- */

static int64_t bin_of(const tiny *system, const ons_walk_range *range, size_t state) {
    const double bin = (energy_of(system, state) / range->unit - (double)range->lowest) / (double)range->step;
    assert_true(fabs(bin - round(bin)) < 1e-9);
    assert_true(system->options.limited || (bin > -0.5 && bin < (double)range->bins - 0.5));
    return (int64_t)lround(bin);
}

static bool is_inside(int64_t bin, int64_t window) { return bin >= 0 && bin < window; }

/* Whether every state of the window is reached from the first one. */
static size_t reached(const tiny *system, const int64_t *bins, int64_t window) {
    static size_t queue[MOST_STATES];
    static bool seen[MOST_STATES];
    size_t first = 0, last = 0;
    memset(seen, 0, sizeof seen);
    while (!is_inside(bins[first], window)) { first++; }
    queue[last++] = first;
    seen[first] = true;
    for (size_t at = 0; at < last; at++) {
        size_t power = 1;
        for (uint32_t i = 0; i < system->graph->sites; i++, power *= system->values) {
            const size_t digit = queue[at] / power % system->values;
            for (size_t other = 0; other < system->values; other++) {
                const size_t next = queue[at] + other * power - digit * power;
                if (seen[next] || !is_inside(bins[next], window)) { continue; }
                seen[next] = true;
                queue[last++] = next;
            }
        }
    }
    return last;
}

static void check_matrix(const ons_graph *graph, ons_walk_options options) {
    const tiny system = make_tiny(graph, options);
    static int64_t bins[MOST_STATES];
    ons_walk_model *model;
    ons_walk walk;
    ons_random start = ons_random_stream(3, 0, 1);
    if (ons_walk_model_create(&model, graph, &options) != ONS_OK) { fail_msg("%s", ons_message()); }
    const ons_walk_range range = ons_walk_model_range(model);
    assert_int_equal(ons_walk_init(&walk, model, ons_random_stream(3, 0, 0), &start), ONS_OK);
    while (ons_walk_learn(&walk, 1000) == ONS_OK) {}
    size_t inside = 0;
    for (size_t s = 0; s < system.states; s++) {
        bins[s] = bin_of(&system, &range, s);
        inside += is_inside(bins[s], (int64_t)range.window);
    }
    assert_int_equal(reached(&system, bins, (int64_t)range.window), inside);
    bool lazy = false;
    for (size_t s = 0; s < system.states; s++) {
        size_t power = 1;
        double out = 0;
        if (!is_inside(bins[s], (int64_t)range.window)) { continue; }
        for (uint32_t i = 0; i < graph->sites; i++, power *= system.values) {
            const size_t digit = s / power % system.values;
            for (size_t other = 0; other < system.values; other++) {
                if (other == digit) { continue; }
                const size_t next = s + other * power - digit * power;
                const int64_t change = bins[next] - bins[s];
                assert_true(llabs(change) <= range.reach);
                const double forth = (double)walk.threshold[bins[s] * (int64_t)range.moves + change + range.reach];
                out += forth * 0x1p-64;
                if (!is_inside(bins[next], (int64_t)range.window)) { /* never left */
                    assert_true(forth == 0);
                    continue;
                }
                const double back = (double)walk.threshold[bins[next] * (int64_t)range.moves - change + range.reach];
                const double ratio = walk.log_g[bins[next]] - walk.log_g[bins[s]];
                assert_true(forth > 0 && fabs(log(back / forth) - ratio) < 1e-12 * (1 + fabs(ratio)));
            }
        }
        lazy = lazy || out < graph->sites * (system.values - 1) * (1 - 1e-9);
    }
    assert_true(lazy); /* with irreducibility: one eigenvalue on the unit circle */
    ons_walk_free(&walk);
    ons_walk_model_free(model);
}

static ons_walk_options options_of(ons_walk_kind kind) {
    return (ons_walk_options){.kind = kind, .states = 3, .coupling = 1, .crystal_field = 1.5, .factor = 1e-3};
}

static ons_walk_options options_between(ons_walk_kind kind, double lowest, double highest) {
    ons_walk_options options = options_of(kind);
    options.limited = true;
    options.energies[0] = lowest;
    options.energies[1] = highest;
    return options;
}

static void test_moves_with_fixed_weights_satisfy_detailed_balance(void **state) {
    ons_graph *open = lattice_graph("square", 3, 3, ONS_OPEN), *small = lattice_graph("square", 2, 3, ONS_OPEN);
    ons_graph *triangular = lattice_graph("triangular", 3, 3, ONS_PERIODIC), *edges = edge_graph(glass);
    ons_graph *ring = edge_graph(frustrated);
    ons_walk_options options = options_of(ONS_WALK_ISING);
    check_matrix(open, options);
    check_matrix(triangular, options);
    check_matrix(edges, options);
    options.whole = true;
    check_matrix(open, options);
    options.coupling = -0.7;
    check_matrix(open, options);
    check_matrix(triangular, options);
    check_matrix(ring, options_of(ONS_WALK_ISING));
    check_matrix(small, options_of(ONS_WALK_POTTS));
    check_matrix(edges, options_of(ONS_WALK_POTTS));
    check_matrix(small, options_of(ONS_WALK_BLUME_CAPEL));
    check_matrix(open, options_between(ONS_WALK_ISING, -1, 0.5));
    check_matrix(small, options_between(ONS_WALK_POTTS, -0.9, -0.1));
    check_matrix(small, options_between(ONS_WALK_BLUME_CAPEL, 0.2, 1.6));
    ons_graph_free(open);
    ons_graph_free(small);
    ons_graph_free(triangular);
    ons_graph_free(edges);
    ons_graph_free(ring);
}

/* ---- densities of states ------------------------------------------------------------------------------------ */

static ons_density sample(const ons_walk_model *model, uint64_t seed, uint32_t replica, uint64_t moves) {
    ons_walk walk;
    ons_density density;
    ons_random start = ons_random_stream(seed, replica, 1);
    assert_int_equal(ons_walk_init(&walk, model, ons_random_stream(seed, replica, 0), &start), ONS_OK);
    while (ons_walk_learn(&walk, 100000) == ONS_OK) {}
    ons_walk_sample(&walk, moves);
    assert_int_equal(ons_walk_density(&walk, &density), ONS_OK);
    ons_walk_free(&walk);
    return density;
}

/* exact [count]: ln g at level[]. */
static void assert_density(const ons_walk_model *model, const int64_t *level, const double *exact, size_t count,
                           uint64_t moves, double most) {
    double *values = ONS_NEW(double, count *REPLICAS);
    for (uint32_t r = 0; r < REPLICAS; r++) {
        ons_density density = sample(model, 5, r, moves);
        assert_int_equal(density.count, count);
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(density.level[k], level[k]);
            values[k * REPLICAS + r] = density.log_g[k];
        }
        ons_density_free(&density);
    }
    for (size_t k = 0; k < count; k++) {
        ons_estimate estimate;
        ons_spread(values + k * REPLICAS, REPLICAS, &estimate);
        if (!(fabs(estimate.mean - exact[k]) <= LIMIT * estimate.error) || !(estimate.error < most)) {
            fail_msg("level %lld: ln g = %.8g +- %.2g, exact %.8g", (long long)level[k], estimate.mean, estimate.error,
                     exact[k]);
        }
    }
    free(values);
}

static int compare_levels(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void check_density(const ons_graph *graph, ons_walk_options options) {
    const tiny system = make_tiny(graph, options);
    static int64_t levels[MOST_STATES];
    static double exact[MOST_STATES];
    ons_walk_model *model;
    assert_int_equal(ons_walk_model_create(&model, graph, &options), ONS_OK);
    const ons_walk_range range = ons_walk_model_range(model);
    size_t states = 0, count = 0;
    for (size_t s = 0; s < system.states; s++) {
        const int64_t bin = bin_of(&system, &range, s);
        if (is_inside(bin, (int64_t)range.bins)) { levels[states++] = range.lowest + range.step * bin; }
    }
    qsort(levels, states, sizeof *levels, compare_levels);
    double most = 0;
    for (size_t s = 0; s < states;) {
        size_t end = s;
        while (end < states && levels[end] == levels[s]) { end++; }
        exact[count] = log((double)(end - s));
        most = fmax(most, exact[count]);
        levels[count++] = levels[s];
        s = end;
    }
    for (size_t k = 0; k < count && options.limited; k++) { exact[k] -= most; }
    assert_density(model, levels, exact, count, 200000, 0.1);
    ons_walk_model_free(model);
}

static void test_densities_match_a_direct_count(void **state) {
    ons_graph *open = lattice_graph("square", 3, 3, ONS_OPEN), *small = lattice_graph("square", 2, 3, ONS_OPEN);
    ons_graph *triangular = lattice_graph("triangular", 3, 3, ONS_PERIODIC), *edges = edge_graph(glass);
    ons_graph *ring = edge_graph(frustrated);
    ons_walk_options options = options_of(ONS_WALK_ISING);
    check_density(open, options);
    check_density(triangular, options);
    check_density(edges, options);
    options.whole = true;
    options.coupling = -0.7;
    check_density(open, options);
    check_density(triangular, options);
    options.whole = false;
    check_density(triangular, options);
    check_density(ring, options_of(ONS_WALK_ISING));
    check_density(small, options_of(ONS_WALK_POTTS));
    check_density(edges, options_of(ONS_WALK_POTTS));
    check_density(small, options_of(ONS_WALK_BLUME_CAPEL));
    check_density(open, options_between(ONS_WALK_ISING, -1, 0.5));
    check_density(small, options_between(ONS_WALK_POTTS, -0.9, -0.1));
    check_density(small, options_between(ONS_WALK_BLUME_CAPEL, 0.2, 1.6));
    ons_graph_free(open);
    ons_graph_free(small);
    ons_graph_free(triangular);
    ons_graph_free(edges);
    ons_graph_free(ring);
}

static ons_density beale(int64_t length) {
    ons_beale polynomial;
    ons_density density;
    assert_int_equal(ons_beale_init(&polynomial, length, length), ONS_OK);
    while (ons_beale_step(&polynomial) == ONS_OK) {}
    assert_int_equal(ons_beale_density(&polynomial, &density), ONS_OK);
    ons_beale_free(&polynomial);
    return density;
}

static void test_density_of_8x8_matches_beale(void **state) {
    ons_graph *graph = lattice_graph("square", 8, 8, ONS_PERIODIC);
    ons_walk_options options = options_of(ONS_WALK_ISING);
    ons_walk_model *model;
    ons_density exact = beale(8);
    assert_int_equal(ons_walk_model_create(&model, graph, &options), ONS_OK);
    assert_density(model, exact.level, exact.log_g, exact.count, getenv("ONSAGER_SANITIZED") ? 400000 : 2000000, 0.2);
    ons_walk_model_free(model);
    ons_graph_free(graph);
    ons_density_free(&exact);
}

/* ---- 16 x 16 to one percent --------------------------------------------------------------------------------- */

typedef struct large_run {
    const ons_walk_model *model;
    ons_density density[16];
} large_run;

static ons_status run_replica(void *data, size_t index) {
    large_run *run = data;
    run->density[index] = sample(run->model, 2024, (uint32_t)index, UINT64_C(3500000000));
    return ONS_OK;
}

/* |dg/g| below 1 % at every energy, the sum being 2^256; our errors at most 0.5 % (1.3 / sqrt(round trips)) and right.
 * Some 7 minutes of one core. */
static void test_density_of_16x16_is_within_one_percent_of_beale_at_all_energies(void **state) {
    const char *effort = getenv("ONSAGER_EFFORT");
    if (!effort || strcmp(effort, "full") != 0) { skip(); }
    ons_graph *graph = lattice_graph("square", 16, 16, ONS_PERIODIC);
    ons_walk_options options = options_of(ONS_WALK_ISING);
    options.factor = 1e-5;
    large_run run = {0};
    ons_density exact = beale(16);
    assert_int_equal(ons_walk_model_create((ons_walk_model **)&run.model, graph, &options), ONS_OK);
    assert_int_equal(ons_parallel(ons_processors(), 16, run_replica, &run), ONS_OK);
    for (size_t k = 0; k < exact.count; k++) {
        double values[16];
        ons_estimate estimate;
        for (size_t r = 0; r < 16; r++) {
            assert_int_equal(run.density[r].count, exact.count);
            values[r] = run.density[r].log_g[k];
        }
        ons_spread(values, 16, &estimate);
        const double deviation = estimate.mean - exact.log_g[k];
        if (!(fabs(expm1(deviation)) < 0.01) || !(estimate.error < 0.005) ||
            !(fabs(deviation) < 9 * estimate.error)) { /* 15 degrees of freedom: 2e-7 */
            fail_msg("level %lld: dg/g = %g +- %g", (long long)exact.level[k], expm1(deviation), estimate.error);
        }
    }
    for (size_t r = 0; r < 16; r++) { ons_density_free(&run.density[r]); }
    ons_walk_model_free((ons_walk_model *)run.model);
    ons_graph_free(graph);
    ons_density_free(&exact);
}

/* ---- refusals, restoring ------------------------------------------------------------------------------------ */

static void test_what_has_no_integral_energies_is_refused(void **state) {
    ons_walk_model *model;
    ons_graph *graph = edge_graph("0 1 1\n1 2 0.7315\n2 0 1.1\n");
    ons_walk_options options = options_of(ONS_WALK_ISING);
    assert_int_equal(ons_walk_model_create(&model, graph, &options), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "integral"));
    ons_graph_free(graph);
    graph = lattice_graph("square", 3, 3, ONS_OPEN);
    options = options_of(ONS_WALK_BLUME_CAPEL);
    options.crystal_field = 1.9661234;
    assert_int_equal(ons_walk_model_create(&model, graph, &options), ONS_INVALID);
    options = options_of(ONS_WALK_POTTS);
    options.states = 1;
    assert_int_equal(ons_walk_model_create(&model, graph, &options), ONS_INVALID);
    options = options_of(ONS_WALK_ISING);
    options.coupling = 0;
    assert_int_equal(ons_walk_model_create(&model, graph, &options), ONS_INVALID);
    options = options_between(ONS_WALK_ISING, 0.9, 0.95);
    assert_int_equal(ons_walk_model_create(&model, graph, &options), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "fewer than two"));
    options.limited = false;
    ons_graph_free(graph);
    graph = lattice_graph("square", 1, 3, ONS_PERIODIC);
    options.coupling = 1;
    assert_int_equal(ons_walk_model_create(&model, graph, &options), ONS_INVALID);
    ons_graph_free(graph);
}

static void test_a_walk_with_impossible_numbers_is_refused(void **state) {
    ons_graph *graph = lattice_graph("square", 4, 4, ONS_PERIODIC);
    const ons_walk_options options = options_of(ONS_WALK_ISING);
    ons_walk_model *model;
    ons_walk walk;
    ons_random start = ons_random_stream(3, 0, 1);
    assert_int_equal(ons_walk_model_create(&model, graph, &options), ONS_OK);
    assert_int_equal(ons_walk_init(&walk, model, ons_random_stream(3, 0, 0), &start), ONS_OK);
    while (ons_walk_learn(&walk, 1000) == ONS_OK) {}
    ons_walk_sample(&walk, 1000);
    assert_int_equal(ons_walk_refresh(&walk), ONS_OK);
    walk.spins[17] = 0;
    assert_int_equal(ons_walk_refresh(&walk), ONS_INVALID);
    ons_walk_free(&walk);
    ons_walk_model_free(model);
    ons_graph_free(graph);
}

/* Two normal laws of energies with weights 7 and 1 at T = 0.7, 6 standard deviations or more from the level between
 * them: what lies beyond it is below 1e-8 of each. */
static void test_two_phases_of_known_weights(void **state) {
    enum { LEVELS = 1901 };
    int64_t level[LEVELS];
    double log_g[LEVELS], temperature, energies[2];
    for (size_t k = 0; k < LEVELS; k++) {
        level[k] = (int64_t)k - 2000;
        const double e = (double)level[k], low = (e + 1600) / 40, high = (e + 800) / 80;
        log_g[k] = e / 0.7 + log(7 * exp(-low * low / 2) / 40 + exp(-high * high / 2) / 80);
    }
    const ons_density density = {.sites = 1000, .count = LEVELS, .level = level, .log_g = log_g};
    ons_coexistence phases;
    assert_int_equal(ons_density_coexistence(&density, 1, &phases), ONS_OK);
    /* at T = 0.7 the lower peak is 14 times as high; at equal heights both have moved by s^2 (1/0.7 - 1/T) */
    const double shift = 1 / 0.7 - 1 / phases.temperature;
    assert_true(fabs(phases.energy[0] - (-1.6 + 1.6 * shift)) < 1e-3);
    assert_true(fabs(phases.energy[1] - (-0.8 + 6.4 * shift)) < 1e-3);
    assert_true(level[phases.divide] > -1400 && level[phases.divide] < -1200 && phases.barrier > 10);
    ons_density_phases(&density, 1, phases.divide, 7, phases.temperature, &temperature, energies);
    print_message("T = %.9f, energies %.8f and %.8f\n", temperature, energies[0], energies[1]);
    assert_true(fabs(temperature - 0.7) < 1e-8);
    assert_true(fabs(energies[0] + 1.6) < 1e-6 && fabs(energies[1] + 0.8) < 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_phases_of_known_weights),
        cmocka_unit_test(test_moves_with_fixed_weights_satisfy_detailed_balance),
        cmocka_unit_test(test_densities_match_a_direct_count),
        cmocka_unit_test(test_density_of_8x8_matches_beale),
        cmocka_unit_test(test_density_of_16x16_is_within_one_percent_of_beale_at_all_energies),
        cmocka_unit_test(test_what_has_no_integral_energies_is_refused),
        cmocka_unit_test(test_a_walk_with_impossible_numbers_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
