/*
 * Quenched samples of the Ising model: fields and couplings of single sites and bonds, sites and bonds that are not
 * there. Every update from the full transition matrix of tiny samples, built from the textbook probabilities alone:
 * detailed balance of the elementary move, stationarity, one eigenvalue on the unit circle, and kernels that do what
 * the matrices say. A chain in random fields against its transfer matrices.
 *
 * Seeds are fixed. Deviations beyond 5.5 standard deviations fail: 4e-8 each, below 1e-5 for all of them if seeds were
 * free.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/spins.h>

#include "spins_chains.h"

enum { MOST_SITES = 8, MOST_STATES = 64, SAMPLES = 30000 };

/* A sample with its spins numbered: spin k is at site[k]. */
typedef struct sample {
    const char *name;
    ons_graph *graph;
    ons_ising_options options;
    unsigned spins, states, site[MOST_SITES];
    double weight[MOST_STATES];
} sample;

static int spin_at(const sample *s, unsigned state, uint32_t site) {
    for (unsigned k = 0; k < s->spins; k++) {
        if (s->site[k] == site) { return state >> k & 1 ? 1 : -1; }
    }
    return 0;
}

static double coupling_of(const sample *s, uint64_t b) {
    const double strength = s->graph->strength ? s->graph->strength[b] : s->graph->common_strength;
    return s->options.couplings ? s->options.couplings[b] : s->options.coupling * strength;
}

static double field_of(const sample *s, uint32_t site) {
    return s->options.field + (s->options.fields ? s->options.fields[site] : 0);
}

static double energy_of(const sample *s, unsigned state) {
    double energy = 0;
    for (uint64_t b = 0; b < s->graph->bonds; b++) {
        energy -= coupling_of(s, b) * spin_at(s, state, s->graph->source[b]) * spin_at(s, state, s->graph->target[b]);
    }
    for (uint32_t i = 0; s->graph->complete && i < s->graph->sites; i++) {
        for (uint32_t j = 0; j < i; j++) {
            energy -= s->options.coupling / s->graph->sites * spin_at(s, state, i) * spin_at(s, state, j);
        }
    }
    for (uint32_t i = 0; i < s->graph->sites; i++) { energy -= field_of(s, i) * spin_at(s, state, i); }
    return energy;
}

static void prepare(sample *s) {
    s->spins = 0;
    for (uint32_t i = 0; i < s->graph->sites; i++) {
        if (!s->options.occupied || s->options.occupied[i]) { s->site[s->spins++] = i; }
    }
    s->states = 1u << s->spins;
    assert_true(s->states <= MOST_STATES);
    double z = 0;
    for (unsigned a = 0; a < s->states; a++) {
        s->weight[a] = exp(-energy_of(s, a) / s->options.temperature);
        z += s->weight[a];
    }
    for (unsigned a = 0; a < s->states; a++) { s->weight[a] /= z; }
}

/* ---- matrices ------------------------------------------------------------------------------------------------ */

static void metropolis_move(const sample *s, chain_matrix move) {
    const double sites = s->graph->sites;
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < s->states; a++) {
        move[a][a] += (sites - s->spins) / sites;
        for (unsigned k = 0; k < s->spins; k++) {
            const double difference = energy_of(s, a ^ 1u << k) - energy_of(s, a);
            const double flip = fabs(difference) < 1e-12 ? 0.5 : fmin(1, exp(-difference / s->options.temperature));
            move[a][a ^ 1u << k] += flip / sites;
            move[a][a] += (1 - flip) / sites;
        }
    }
}

static void heat_bath_move(const sample *s, unsigned k, chain_matrix move) {
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < s->states; a++) {
        const unsigned up = a | 1u << k, down = a & ~(1u << k);
        const double probability = 1 / (1 + exp((energy_of(s, up) - energy_of(s, down)) / s->options.temperature));
        move[a][up] += probability;
        move[a][down] += 1 - probability;
    }
}

/* Satisfied bonds, those of the ghost (number `spins`) last, with 1 - exp(-2 |J| / T). */
static unsigned satisfied(const sample *s, unsigned state, unsigned ends[][2], double *active) {
    unsigned count = 0;
    for (unsigned a = 0; a <= s->spins; a++) {
        for (unsigned b = 0; b < a; b++) {
            double coupling = 0, sum = 0; /* between a and b, and the sum of their activations */
            for (uint64_t bond = 0; a < s->spins && bond < s->graph->bonds; bond++) {
                const uint32_t i = s->graph->source[bond], j = s->graph->target[bond];
                if ((i == s->site[a] && j == s->site[b]) || (i == s->site[b] && j == s->site[a])) {
                    coupling += coupling_of(s, bond);
                }
            }
            if (a < s->spins && s->graph->complete) { coupling = s->options.coupling / s->graph->sites; }
            if (a == s->spins) { coupling = field_of(s, s->site[b]); }
            sum = coupling * (state >> b & 1 ? 1 : -1) * (a == s->spins || state >> a & 1 ? 1 : -1);
            if (!(sum > 0)) { continue; }
            ends[count][0] = a;
            ends[count][1] = b;
            active[count++] = -expm1(-2 * fabs(coupling) / s->options.temperature);
        }
    }
    return count;
}

static unsigned root_of(const unsigned *parent, unsigned k) {
    while (parent[k] != k) { k = parent[k]; }
    return k;
}

static void follow(const sample *s, unsigned state, const unsigned *masks, double weight, chain_matrix move) {
    unsigned list[MOST_SITES], clusters = 0;
    for (unsigned k = 0; k <= s->spins; k++) {
        if (masks[k]) { list[clusters++] = masks[k]; }
    }
    if (s->options.update == ONS_SWENDSEN_WANG) {
        for (unsigned subset = 0; subset < 1u << clusters; subset++) {
            unsigned flipped = state;
            for (unsigned k = 0; k < clusters; k++) { flipped ^= subset >> k & 1 ? list[k] : 0; }
            move[state][flipped] += weight / (1u << clusters);
        }
        return;
    }
    double rest = 1; /* the ghost's cluster, and seeds without a spin */
    for (unsigned k = 0; k < clusters; k++) {
        const double chosen = __builtin_popcount(list[k]) / (double)s->graph->sites;
        move[state][state ^ list[k]] += weight * chosen;
        rest -= chosen;
    }
    move[state][state] += weight * rest;
}

static void cluster_move(const sample *s, chain_matrix move) {
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned state = 0; state < s->states; state++) {
        unsigned ends[32][2];
        double active[32];
        const unsigned bonds = satisfied(s, state, ends, active);
        for (unsigned set = 0; set < 1u << bonds; set++) {
            unsigned parent[MOST_SITES + 1], masks[MOST_SITES + 1] = {0};
            double weight = 1;
            for (unsigned k = 0; k <= s->spins; k++) { parent[k] = k; }
            for (unsigned b = 0; b < bonds; b++) {
                weight *= set >> b & 1 ? active[b] : 1 - active[b];
                if (set >> b & 1) { parent[root_of(parent, ends[b][0])] = root_of(parent, ends[b][1]); }
            }
            for (unsigned k = 0; k < s->spins; k++) { masks[root_of(parent, k)] |= 1u << k; }
            masks[root_of(parent, s->spins)] = 0;
            follow(s, state, masks, weight, move);
        }
    }
}

/* ---- kernels ------------------------------------------------------------------------------------------------- */

static void set_state(const sample *s, ons_ising *ising, unsigned state) {
    for (unsigned k = 0; k < s->spins; k++) { ons_ising_spins(ising)[s->site[k]] = state >> k & 1 ? 1 : -1; }
    assert_int_equal(ons_ising_refresh(ising), ONS_OK);
}

static unsigned get_state(const sample *s, ons_ising *ising) {
    unsigned state = 0, empty = 0;
    for (unsigned k = 0; k < s->spins; k++) { state |= (ons_ising_spins(ising)[s->site[k]] > 0 ? 1u : 0u) << k; }
    for (uint32_t i = 0; i < s->graph->sites; i++) { empty += ons_ising_spins(ising)[i] == 0; }
    assert_int_equal(empty, s->graph->sites - s->spins);
    return state;
}

static void assert_kernel(const sample *s, const ons_ising_model *model, chain_matrix step, unsigned from,
                          uint32_t seed) {
    ons_ising *ising;
    unsigned counts[MOST_STATES] = {0};
    assert_int_equal(ons_ising_create(&ising, model, ons_random_stream(20261121, seed, from)), ONS_OK);
    for (unsigned k = 0; k < SAMPLES; k++) {
        set_state(s, ising, from);
        ons_ising_step(ising);
        const unsigned to = get_state(s, ising);
        counts[to]++;
        const double energy = energy_of(s, to) / s->graph->sites;
        if (!(fabs(ons_ising_energy(ising) - energy) <= 1e-13 * (1 + fabs(energy)))) {
            fail_msg("%s: energy %.17g, expected %.17g", s->name, ons_ising_energy(ising), energy);
        }
        const double m = (2.0 * __builtin_popcount(to) - s->spins) / s->graph->sites;
        assert_true(fabs(ons_ising_magnetization(ising) - m) < 1e-15);
    }
    const double z = chain_deviate(s->name, s->states, step[from], counts, SAMPLES);
    if (!(z < 5.5)) { fail_msg("%s from state %u: chi squared is %.1f standard deviations off", s->name, from, z); }
    ons_ising_free(ising);
}

static void check_update(const sample *s, uint32_t seed) {
    static chain_matrix move, step;
    const ons_ising_update update = s->options.update;
    chain_identity(s->states, step);
    for (unsigned k = 0; update == ONS_HEAT_BATH && k < s->spins; k++) {
        heat_bath_move(s, k, move);
        chain_assert_balance(s->name, s->states, s->weight, move);
        chain_multiply(s->states, step, move, step);
    }
    if (update != ONS_HEAT_BATH) {
        if (update == ONS_METROPOLIS) {
            metropolis_move(s, move);
        } else {
            cluster_move(s, move);
        }
        chain_assert_balance(s->name, s->states, s->weight, move);
        chain_raise(s->states, move, update == ONS_METROPOLIS ? s->graph->sites : 1, step);
    }
    chain_assert_stationary(s->name, s->states, s->weight, step);
    chain_assert_primitive(s->name, s->states, step);
    ons_ising_model *model;
    assert_int_equal(ons_ising_model_create(&model, s->graph, &s->options), ONS_OK);
    assert_kernel(s, model, step, 0, seed);
    assert_kernel(s, model, step, (s->states - 1) / 3, seed);
    ons_ising_model_free(model);
}

static void check(const char *name, ons_graph *graph, double field, const double *couplings, const double *fields,
                  const uint8_t *occupied) {
    static const double temperatures[] = {0.8, 2.5};
    static uint32_t seed;
    for (unsigned variant = 0; variant < 8; variant++) {
        sample s = {.name = name, .graph = graph};
        s.options = (ons_ising_options){.temperature = temperatures[variant % 2],
                                        .coupling = 1.25,
                                        .field = field,
                                        .couplings = couplings,
                                        .fields = fields,
                                        .occupied = occupied,
                                        .update = (ons_ising_update)(variant / 2),
                                        .clusters = 1};
        prepare(&s);
        check_update(&s, seed++);
    }
}

static ons_graph *graph_of(const char *name, int64_t rows, int64_t columns, ons_boundary boundary) {
    ons_lattice *lattice;
    ons_graph *graph;
    assert_int_equal(ons_lattice_create(&lattice, name, 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, (int64_t[]){rows, columns}, lattice->dimension, boundary),
                     ONS_OK);
    ons_lattice_free(lattice);
    return graph;
}

static void test_updates_in_random_fields(void **state) {
    static const double fields[] = {0.7, -1.1, 0.4, 0, -0.6, 2}, signs[] = {0.5, -0.5, -0.5, 0.5, 0.5, -0.5};
    static const double couplings[] = {0.713, -1.377, 0.2, 0.9, -0.11, 0.4, 1, -0.3};
    ons_graph *square = graph_of("square", 2, 3, ONS_OPEN), *ring = graph_of("chain", 4, 0, ONS_PERIODIC), *complete;
    check("random fields", square, 0, NULL, fields, NULL);
    check("random fields of two values in a field", square, 0.5, NULL, signs, NULL);
    check("random fields and couplings", square, 0.1, couplings, fields, NULL);
    check("random fields on a ring", ring, 0, NULL, fields, NULL);
    assert_int_equal(ons_graph_complete(&complete, 4), ONS_OK);
    check("random fields on a complete graph", complete, 0.2, NULL, fields, NULL);
    ons_graph_free(complete);
    ons_graph_free(square);
    ons_graph_free(ring);
}

static void test_updates_with_sites_that_are_not_there(void **state) {
    static const uint8_t one[] = {1, 1, 0, 1, 1, 1}, many[] = {0, 1, 0, 1, 0, 1}, alone[] = {1, 0, 0, 0, 0, 1};
    static const double fields[] = {0.7, -1.1, 0.4, 0, -0.6, 2};
    static const double couplings[] = {0.713, -1.377, 0.2, 0.9, -0.11, 0.4, 1, -0.3};
    ons_graph *square = graph_of("square", 2, 3, ONS_OPEN), *ring = graph_of("chain", 6, 0, ONS_PERIODIC);
    check("a missing site", square, 0, NULL, NULL, one);
    check("missing sites in a field", square, 0.3, NULL, NULL, many);
    check("two spins without a bond", square, 0, NULL, NULL, alone);
    check("missing sites, random couplings", square, 0, couplings, NULL, one);
    check("missing sites, random fields", square, 0, NULL, fields, one);
    check("a ring with gaps", ring, 0, NULL, NULL, one);
    ons_graph_free(square);
    ons_graph_free(ring);
}

static void test_updates_with_bonds_that_are_not_there(void **state) {
    static const double couplings[] = {1.25, 0, 0, 1.25, 1.25, 0, 1.25, 1.25};
    ons_graph *square = graph_of("square", 2, 3, ONS_OPEN);
    check("missing bonds", square, 0, couplings, NULL, NULL);
    check("missing bonds in a field", square, -0.2, couplings, NULL, NULL);
    ons_graph_free(square);
}

/* ---- a chain ------------------------------------------------------------------------------------------------- */

enum { CHAIN = 40 };

/* ln Z of an open chain at 1/T = beta, with `more` added to beta times every field. */
static double log_partition(const double *couplings, const double *fields, double beta, double more) {
    double up = 1, down = 1, scale = 0;
    for (unsigned i = 0; i < CHAIN; i++) {
        const double h = beta * fields[i] + more, nearer = exp(i + 1 < CHAIN ? beta * couplings[i] : 0);
        const double weighed_up = up * exp(h), weighed_down = down * exp(-h);
        up = weighed_up * nearer + weighed_down / nearer;
        down = weighed_up / nearer + weighed_down * nearer;
        scale += log(up + down);
        const double sum = up + down;
        up /= sum;
        down /= sum;
    }
    return scale - log(2); /* the last site has no bond to the right: both rows are its sum */
}

/* Replicas that share nothing: the error is their spread. */
static void test_a_chain_in_random_fields_has_its_transfer_matrices(void **state) {
    enum { REPLICAS = 60, SWEEPS = 800, WARMUP = 60 };
    ons_graph *graph = graph_of("chain", CHAIN, 0, ONS_OPEN);
    double couplings[CHAIN], fields[CHAIN];
    ons_random random = ons_random_stream(20261121, 7, 1);
    ons_ising_gaussian(graph, 0.3, 1, &random, couplings);
    ons_ising_fields_gaussian(CHAIN, 0.8, &random, fields);
    const double beta = 0.9, step = 1e-4;
    const double energy =
        -(log_partition(couplings, fields, beta + step, 0) - log_partition(couplings, fields, beta - step, 0)) /
        (2 * step * CHAIN);
    const double magnetization =
        (log_partition(couplings, fields, beta, step) - log_partition(couplings, fields, beta, -step)) /
        (2 * step * CHAIN);
    for (unsigned update = ONS_METROPOLIS; update <= ONS_SWENDSEN_WANG; update++) {
        const ons_ising_options options = {.temperature = 1 / beta,
                                           .couplings = couplings,
                                           .fields = fields,
                                           .update = (ons_ising_update)update,
                                           .clusters = 20};
        ons_ising_model *model;
        assert_int_equal(ons_ising_model_create(&model, graph, &options), ONS_OK);
        double sums[4] = {0};
        for (unsigned r = 0; r < REPLICAS; r++) {
            ons_ising *ising;
            assert_int_equal(ons_ising_create(&ising, model, ons_random_stream(20261121, 100 + update, r)), ONS_OK);
            double e = 0, m = 0;
            for (unsigned k = 0; k < WARMUP; k++) { ons_ising_step(ising); }
            for (unsigned k = 0; k < SWEEPS; k++) {
                ons_ising_step(ising);
                e += ons_ising_energy(ising) / SWEEPS;
                m += ons_ising_magnetization(ising) / SWEEPS;
            }
            sums[0] += e / REPLICAS;
            sums[1] += e * e / REPLICAS;
            sums[2] += m / REPLICAS;
            sums[3] += m * m / REPLICAS;
            ons_ising_free(ising);
        }
        const double energy_error = sqrt((sums[1] - sums[0] * sums[0]) / (REPLICAS - 1)),
                     magnetization_error = sqrt((sums[3] - sums[2] * sums[2]) / (REPLICAS - 1));
        if (!(fabs(sums[0] - energy) < 7 * energy_error) || !(energy_error < 0.01)) { /* Student's t of 59: 3e-9 */
            fail_msg("update %u: energy %.6f +- %.6f, exact %.6f", update, sums[0], energy_error, energy);
        }
        if (!(fabs(sums[2] - magnetization) < 7 * magnetization_error) || !(magnetization_error < 0.02)) {
            fail_msg("update %u: m %.6f +- %.6f, exact %.6f", update, sums[2], magnetization_error, magnetization);
        }
        ons_ising_model_free(model);
    }
    ons_graph_free(graph);
}

/* ---- draws and refusals -------------------------------------------------------------------------------------- */

static void test_samples_have_their_concentration_and_width(void **state) {
    enum { SITES = 100000 };
    static uint8_t occupied[SITES];
    static double fields[SITES];
    ons_random random = ons_random_stream(20261121, 8, 1);
    const double there = ons_ising_dilute_sites(SITES, 0.3, &random, occupied);
    assert_true(fabs(there - 0.3 * SITES) < 5.5 * sqrt(0.21 * SITES));
    assert_int_equal(ons_ising_dilute_sites(SITES, 1, &random, occupied), SITES);
    assert_int_equal(ons_ising_dilute_sites(SITES, 0, &random, occupied), 0);
    double mean = 0, square = 0;
    ons_ising_fields_gaussian(SITES, 0.5, &random, fields);
    for (unsigned i = 0; i < SITES; i++) {
        mean += fields[i] / SITES;
        square += fields[i] * fields[i] / SITES;
    }
    assert_true(fabs(mean) < 5.5 * 0.5 / sqrt(SITES));
    assert_true(fabs(square - 0.25) < 5.5 * 0.25 * sqrt(2.0 / SITES));
    double ups = 0;
    ons_ising_fields_bimodal(SITES, 0.5, &random, fields);
    for (unsigned i = 0; i < SITES; i++) {
        assert_true(fabs(fields[i]) == 0.5);
        ups += fields[i] > 0;
    }
    assert_true(fabs(ups - 0.5 * SITES) < 5.5 * sqrt(0.25 * SITES));
}

static void test_what_samples_cannot_have_is_refused(void **state) {
    static const uint8_t occupied[] = {1, 0, 1, 1};
    static const double fields[] = {0, NAN, 0, 0};
    ons_graph *complete, *ring = graph_of("chain", 4, 0, ONS_PERIODIC);
    ons_ising_model *model;
    assert_int_equal(ons_graph_complete(&complete, 4), ONS_OK);
    ons_ising_options options = {.temperature = 1, .coupling = 1, .occupied = occupied};
    assert_int_equal(ons_ising_model_create(&model, complete, &options), ONS_INVALID);
    options.order = ONS_CHECKERBOARD;
    assert_int_equal(ons_ising_model_create(&model, ring, &options), ONS_INVALID);
    options = (ons_ising_options){.temperature = 1, .coupling = 1, .fields = fields};
    assert_int_equal(ons_ising_model_create(&model, ring, &options), ONS_INVALID);
    ons_graph_free(complete);
    ons_graph_free(ring);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_updates_in_random_fields),
        cmocka_unit_test(test_updates_with_sites_that_are_not_there),
        cmocka_unit_test(test_updates_with_bonds_that_are_not_there),
        cmocka_unit_test(test_a_chain_in_random_fields_has_its_transfer_matrices),
        cmocka_unit_test(test_samples_have_their_concentration_and_width),
        cmocka_unit_test(test_what_samples_cannot_have_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
