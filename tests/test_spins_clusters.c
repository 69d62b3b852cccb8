/*
 * Swendsen-Wang on one big lattice: the kernels against a plain twin that knows no slabs, no runs and no blocks, for
 * every cut into slabs, every number of threads and every instruction set. What the twin does is shown to be right by
 * the transition matrices of test_spins_dynamics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins/ising.h"
#include "spins/slabs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct example {
    const char *name, *lattice;
    int64_t lengths[3];
    ons_boundary boundary;
    double temperature, coupling, field;
    int disorder; /* 0, bimodal, gaussian */
} example;

static const example examples[] = {
    {"square", "square", {40, 24, 0}, ONS_PERIODIC, 2.27, 1, 0, 0},
    {"square, rows of two blocks", "square", {30, 128, 0}, ONS_PERIODIC, 2.27, 1, 0, 0},
    {"square, long rows", "square", {5, 333, 0}, ONS_PERIODIC, 1.2, 1, 0, 0},
    {"open square in a field", "square", {37, 21, 0}, ONS_OPEN, 2.0, 1, 0.02, 0},
    {"antiferromagnet in a field", "square", {32, 33, 0}, ONS_PERIODIC, 1.5, -1, 0.3, 0},
    {"triangular", "triangular", {29, 31, 0}, ONS_PERIODIC, 3.6, 1, 0, 0},
    {"cubic", "cubic", {12, 10, 9}, ONS_PERIODIC, 4.5, 1, 0, 0},
    {"bcc, open", "bcc", {9, 8, 11}, ONS_OPEN, 6.0, 1, 0, 0},
    {"fcc", "fcc", {8, 9, 10}, ONS_PERIODIC, 9.8, 1, 0, 0},
    {"columns of one cell", "square", {700, 1, 0}, ONS_PERIODIC, 1, 1, 0, 0},
    {"columns of two", "triangular", {350, 2, 0}, ONS_PERIODIC, 2, 1, 0, 0},
    {"chain", "chain", {1000, 0, 0}, ONS_PERIODIC, 0.5, 1, 0, 0},
    {"honeycomb in a field", "honeycomb", {20, 22, 0}, ONS_PERIODIC, 1.5, 1, 0.01, 0},
    {"kagome", "kagome", {20, 15, 0}, ONS_OPEN, 2.1, 1, 0, 0},
    {"+-J", "square", {30, 31, 0}, ONS_PERIODIC, 1.3, 1, 0, 1},
    {"gaussian in a field", "cubic", {10, 9, 11}, ONS_PERIODIC, 1.3, 1, 0.1, 2},
};
enum { EXAMPLES = sizeof examples / sizeof *examples, STEPS = 12 };

typedef struct setting {
    ons_lattice *lattice;
    ons_graph *graph;
    ons_ising_model *model;
    uint64_t *address; /* [bonds]: of the word that decides a bond */
    uint64_t bond_words;
} setting;

/* The words of a list are in its order; those of lattices with one site a cell lie by direction, then by site: the end
 * of the bond with the larger number, unless the bond leaves the box, where it is the end that the vector of the bond
 * (turned so that it leads back) begins at. */
static void address_words(setting *s) {
    const ons_graph *graph = s->graph;
    const bool links = graph->lattice->sites == 1 && s->model->form == SPINS_UNIFORM;
    const uint64_t padded = ((uint64_t)graph->sites + 63) / 64 * 64;
    s->bond_words = links ? graph->lattice->bonds * padded : (graph->bonds + 63) / 64 * 64;
    assert_non_null(s->address = calloc(graph->bonds, sizeof *s->address));
    unsigned next = 0; /* open: the vector that leads from source to target, in the order of the cell's bonds */
    for (uint64_t b = 0; b < graph->bonds; b++) {
        s->address[b] = b;
        if (!links) { continue; }
        const uint32_t i = graph->source[b], j = graph->target[b];
        if (b == 0 || graph->source[b - 1] != i) { next = 0; }
        int64_t cell[ONS_DIMENSIONS], sum = 0;
        ons_graph_cell(graph, i, cell);
        for (;; next++) {
            const int32_t *vector = graph->lattice->bond[next].cell;
            int64_t end = 0;
            sum = 0;
            bool exists = true;
            for (unsigned d = 0; d < graph->lattice->dimension; d++) {
                const int64_t length = graph->lengths[d], x = cell[d] + vector[d];
                exists = exists && (graph->boundary == ONS_PERIODIC || (x >= 0 && x < length));
                end = end * length + (x % length + length) % length;
                sum = sum * length + vector[d];
            }
            if (exists && end == j) { break; }
        }
        s->address[b] = next * padded + (sum > 0 ? j : i);
        next++;
    }
}

static setting open_setting(const example *e) {
    setting s = {NULL, NULL, NULL, NULL, 0};
    assert_int_equal(ons_lattice_create(&s.lattice, e->lattice, 0), ONS_OK);
    assert_int_equal(ons_graph_create(&s.graph, s.lattice, e->lengths, s.lattice->dimension, e->boundary), ONS_OK);
    double *couplings = NULL;
    if (e->disorder) {
        ons_random random = ons_random_stream(5, 0, 0);
        couplings = calloc(s.graph->bonds, sizeof *couplings);
        if (e->disorder == 1) {
            ons_ising_bimodal(s.graph, 1, 0.6, &random, couplings);
        } else {
            ons_ising_gaussian(s.graph, 0.4, 1, &random, couplings);
        }
    }
    const ons_ising_options options = {.temperature = e->temperature,
                                       .coupling = e->coupling,
                                       .field = e->field,
                                       .couplings = couplings,
                                       .update = ONS_SWENDSEN_WANG,
                                       .clusters = 1};
    assert_int_equal(ons_ising_model_create(&s.model, s.graph, &options), ONS_OK);
    free(couplings);
    address_words(&s);
    return s;
}

static void close_setting(setting *s) {
    free(s->address);
    ons_ising_model_free(s->model);
    ons_graph_free(s->graph);
    ons_lattice_free(s->lattice);
}

static void cut(setting *s, uint32_t sites) {
    spins_slabs_free(s->model->slabs);
    assert_int_equal(spins_slabs_create(&s->model->slabs, s->model, sites), ONS_OK);
}

/* ---- the twin ------------------------------------------------------------------------------------------------- */

static bool decide(const ons_random *stream, uint64_t word, uint64_t second, uint64_t threshold) {
    ons_random random = *stream;
    ons_random_seek(&random, word);
    const uint64_t high = ons_random_32(&random);
    ons_random_seek(&random, second);
    return (high << 32 | ons_random_32(&random)) < threshold;
}

static void twin_step(const setting *s, ons_random *random, int8_t *spins, uint32_t *label) {
    const ons_ising_model *model = s->model;
    const ons_graph *graph = s->graph;
    const uint32_t sites = graph->sites;
    const uint64_t base = (random->position + 63) / 64 * 64, ghosts = s->bond_words;
    const uint64_t bits = ghosts + (model->field != 0 ? ((uint64_t)sites + 63) / 64 * 64 : 0);
    const uint64_t seconds = bits + ((uint64_t)sites / 32 + 1 + 63) / 64 * 64;
    bool *active = calloc(graph->bonds, sizeof *active), *held = calloc(sites, sizeof *held), changed = true;
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const double coupling = model->form == SPINS_GENERAL    ? model->bond_coupling[b]
                                : model->form == SPINS_INTEGRAL ? model->unit * model->bond_weight[b]
                                                                : model->unit;
        const uint64_t word = base + s->address[b];
        active[b] = coupling * spins[graph->source[b]] * spins[graph->target[b]] > 0 &&
                    decide(random, word, word + seconds, spins_activation_threshold(2 * model->beta * fabs(coupling)));
    }
    for (uint32_t i = 0; i < sites; i++) { label[i] = i; }
    while (changed) { /* the smallest number spreads */
        changed = false;
        for (uint64_t b = 0; b < graph->bonds; b++) {
            const uint32_t i = graph->source[b], j = graph->target[b];
            if (!active[b] || label[i] == label[j]) { continue; }
            label[i] = label[j] = label[i] < label[j] ? label[i] : label[j];
            changed = true;
        }
    }
    for (uint32_t i = 0; i < sites; i++) {
        const uint64_t word = base + ghosts + i;
        if (model->field * spins[i] > 0 && decide(random, word, word + seconds, model->ghost)) {
            held[label[i]] = true;
        }
    }
    for (uint32_t i = 0; i < sites; i++) {
        ons_random_seek(random, base + bits + label[i] / 32);
        if (ons_random_32(random) >> label[i] % 32 & 1 && !held[label[i]]) { spins[i] = (int8_t)-spins[i]; }
    }
    ons_random_seek(random, base + seconds + bits);
    free(active);
    free(held);
}

/* Sums over all bonds and sites, as the state would find them itself. */
static void assert_sums(ons_ising *ising) {
    const int64_t magnetization = ising->magnetization, bond_sum = ising->bond_sum;
    assert_int_equal(ons_ising_refresh(ising), ONS_OK);
    assert_int_equal(ising->magnetization, magnetization);
    if (ising->model->form != SPINS_GENERAL) { assert_int_equal(ising->bond_sum, bond_sum); }
}

static ons_ising *begin(const setting *s, unsigned threads) {
    ons_ising *ising;
    assert_int_equal(ons_ising_create(&ising, s->model, ons_random_stream(3, 1, 4)), ONS_OK);
    ons_random start = ons_random_stream(3, 1, 5);
    ons_ising_start_random(ising, &start);
    assert_int_equal(ons_ising_set_threads(ising, threads), ONS_OK);
    return ising;
}

static void compare(const setting *s, const char *name, unsigned threads) {
    ons_ising *ising = begin(s, threads), *other = begin(s, 1);
    ons_random random = ons_random_stream(3, 1, 4);
    int8_t *spins = ons_ising_spins(other);
    uint32_t *label = calloc(s->graph->sites, sizeof *label);
    for (int k = 0; k < STEPS; k++) {
        ons_ising_step(ising);
        twin_step(s, &random, spins, label);
        if (memcmp(spins, ons_ising_spins(ising), s->graph->sites)) {
            fail_msg("%s, %u slabs, %u threads: another configuration in step %d", name, s->model->slabs->count,
                     threads, k);
        }
        assert_sums(ising);
    }
    assert_int_equal(ons_ising_random(ising)->position, random.position);
    free(label);
    ons_ising_free(ising);
    ons_ising_free(other);
}

static void test_kernels_do_what_the_plain_twin_does(void **state) {
    static const char *const kernels[] = {"plain", "x86-64-v3", "x86-64-v4"};
    for (int k = 0; k < 3; k++) {
        if (!ons_spins_select(kernels[k])) { continue; }
        for (int e = 0; e < EXAMPLES; e++) {
            setting s = open_setting(&examples[e]);
            assert_int_equal(s.model->slabs->count, 1);
            compare(&s, examples[e].name, 1);
            close_setting(&s);
        }
    }
}

static void test_slabs_and_threads_leave_no_trace(void **state) {
    static const uint32_t sites[] = {64, 128, 320};
    for (int e = 0; e < EXAMPLES; e++) {
        setting s = open_setting(&examples[e]);
        for (unsigned k = 0; k < 3; k++) {
            cut(&s, sites[k]);
            assert_true(s.model->slabs->count == (s.graph->sites + sites[k] - 1) / sites[k]);
            compare(&s, examples[e].name, 2 * k + 1);
        }
        close_setting(&s);
    }
}

/* The cut that a user gets. */
static void test_one_to_five_threads_make_equal_configurations(void **state) {
    const example big = {"big", "square", {600, 700, 0}, ONS_PERIODIC, 2.269185314213022, 1, 0, 0};
    setting s = open_setting(&big);
    assert_true(s.model->slabs->count > 5);
    ons_ising *one = begin(&s, 1);
    for (int k = 0; k < 10; k++) { ons_ising_step(one); }
    for (unsigned threads = 2; threads <= 5; threads++) {
        ons_ising *more = begin(&s, threads);
        for (int k = 0; k < 10; k++) { ons_ising_step(more); }
        assert_memory_equal(ons_ising_spins(one), ons_ising_spins(more), s.graph->sites);
        assert_true(ons_ising_energy(one) == ons_ising_energy(more));
        ons_ising_free(more);
    }
    ons_ising_free(one);
    close_setting(&s);
}

/* An unordered list of edges is one slab. */
static void test_edges_in_any_order(void **state) {
    static const char edges[] = "5 2\n0 1\n3 1\n4 5\n2 0\n";
    ons_graph *graph;
    ons_ising_model *model;
    ons_ising *ising;
    assert_int_equal(ons_graph_parse(&graph, "edges", edges, strlen(edges)), ONS_OK);
    const ons_ising_options options = {.temperature = 1, .coupling = 1, .update = ONS_SWENDSEN_WANG, .clusters = 1};
    assert_int_equal(ons_ising_model_create(&model, graph, &options), ONS_OK);
    assert_int_equal(model->slabs->count, 1);
    assert_int_equal(ons_ising_create(&ising, model, ons_random_stream(1, 0, 0)), ONS_OK);
    assert_int_equal(ons_ising_set_threads(ising, 3), ONS_OK);
    for (int k = 0; k < 100; k++) {
        ons_ising_step(ising);
        assert_sums(ising);
    }
    ons_ising_free(ising);
    ons_ising_model_free(model);
    ons_graph_free(graph);
}

/* Equal to a threshold's upper half, and one beside it: 64 at a time in every instruction set. */
static void test_sixty_four_decisions(void **state) {
    static const char *const kernels[] = {"plain", "x86-64-v3", "x86-64-v4"};
    static const uint32_t thresholds[] = {0, 1, 0x7fffffff, 0x80000000, 0x95f61998, 0xffffffff};
    for (int kernel = 0; kernel < 3; kernel++) {
        if (!ons_spins_select(kernels[kernel])) { continue; }
        const spins_decisions *decisions = spins_decisions_in_use();
        ons_random random = ons_random_stream(8, 0, 0);
        for (unsigned round = 0; round < 600; round++) {
            const uint32_t threshold = thresholds[round % 6];
            uint32_t words[64];
            int8_t a[64], b[64];
            uint64_t ties, below = 0, equal = 0, alike = 0, negative = 0;
            const uint64_t which = ons_random_64(&random);
            for (unsigned n = 0; n < 64; n++) {
                const uint32_t word = ons_random_32(&random);
                words[n] = word & 12 ? word : threshold + word % 4 - 1;
                a[n] = word >> 30 & 1 ? 1 : -1;
                b[n] = word >> 31 ? 1 : -1;
                below |= (uint64_t)(words[n] < threshold) << n;
                equal |= (uint64_t)(words[n] == threshold) << n;
                alike |= (uint64_t)(a[n] == b[n]) << n;
                negative |= (uint64_t)((a[n] < 0) != (which >> n & 1)) << n;
            }
            assert_true(decisions->below(words, threshold, &ties) == below && ties == equal);
            assert_true(decisions->alike(a, b) == alike);
            assert_true(decisions->flip(a, which) == negative);
            for (unsigned n = 0; n < 64; n++) { assert_int_equal(a[n], negative >> n & 1 ? -1 : 1); }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sixty_four_decisions),
        cmocka_unit_test(test_kernels_do_what_the_plain_twin_does),
        cmocka_unit_test(test_slabs_and_threads_leave_no_trace),
        cmocka_unit_test(test_one_to_five_threads_make_equal_configurations),
        cmocka_unit_test(test_edges_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
