/*
 * Sweeps of XY and Heisenberg spins through sublattices: the sublattices; the moves against scalar code with libm and
 * against a plain twin, bit for bit in all instruction sets; detailed balance of the proposals; means against transfer
 * matrices and quadrature.
 *
 * Means of runs are compared in units of their errors from 64 bins; limit 6 (below 1e-7 each with Student's tails),
 * seeds fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins/vectors.h"
#include "spins/vectors_kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 64 };
#define LIMIT 6.0

static const char *const kernels[] = {"plain", "x86-64-v3", "x86-64-v4"};

static const spins_vectors_moves *moves_in_use(unsigned n) {
    static const spins_vectors_moves *const moves[SPINS_ISAS] = {
#if defined(__x86_64__)
        [SPINS_V4] = spins_vectors_moves_v4,
        [SPINS_V3] = spins_vectors_moves_v3,
#endif
        [SPINS_PLAIN] = spins_vectors_moves_plain
    };
    return &moves[spins_isa_in_use()][n - 2];
}

/* ---- sublattices ----------------------------------------------------------------------------------------------- */

static void test_bonds_join_the_two_sublattices(void **state) {
    static const struct {
        const char *name;
        int64_t lengths[3];
        bool periodic, open; /* whether there are two */
    } cases[] = {{"chain", {6, 0, 0}, true, true},     {"chain", {7, 0, 0}, false, true},
                 {"square", {4, 6, 0}, true, true},    {"square", {4, 5, 0}, false, true},
                 {"square", {2, 2, 0}, true, true},    {"honeycomb", {3, 5, 0}, true, true},
                 {"cubic", {4, 2, 6}, true, true},     {"bcc", {4, 4, 4}, true, true},
                 {"bcc", {3, 4, 4}, false, true},      {"triangular", {4, 4, 0}, false, false},
                 {"kagome", {4, 4, 0}, false, false},  {"fcc", {4, 4, 4}, false, false},
                 {"hypercubic", {4, 6, 2}, true, true}};
    for (unsigned variant = 0; variant < 2 * sizeof cases / sizeof *cases; variant++) {
        ons_lattice *lattice;
        ons_graph *graph;
        spins_sublattices *two;
        const int64_t *lengths = cases[variant / 2].lengths;
        const ons_boundary boundary = variant % 2 ? ONS_OPEN : ONS_PERIODIC;
        const bool expected = variant % 2 ? cases[variant / 2].open : cases[variant / 2].periodic;
        assert_int_equal(ons_lattice_create(&lattice, cases[variant / 2].name, 3), ONS_OK);
        assert_int_equal(spins_sublattices_check(lattice, lengths, boundary), expected ? ONS_OK : ONS_INVALID);
        if (expected) {
            assert_int_equal(ons_graph_create(&graph, lattice, lengths, lattice->dimension, boundary), ONS_OK);
            assert_int_equal(spins_sublattices_create(&two, graph), ONS_OK);
            assert_true(two->begin[0] == 0 && two->begin[2] == graph->sites);
            int *side = calloc(graph->sites, sizeof *side);
            for (uint32_t k = 0; k < graph->sites; k++) { side[two->site[k]] += k < two->begin[1] ? 1 : 2; }
            for (uint32_t i = 0; i < graph->sites; i++) { assert_true(side[i] == 1 || side[i] == 2); }
            for (uint64_t b = 0; b < graph->bonds; b++) {
                assert_int_equal(side[graph->source[b]] + side[graph->target[b]], 3);
            }
            free(side);
            spins_sublattices_free(two);
            ons_graph_free(graph);
        }
        ons_lattice_free(lattice);
    }
}

/* ---- moves ----------------------------------------------------------------------------------------------------- */

static spins_batch random_batch(uint32_t seed, unsigned n, double field) {
    static spins_batch batch;
    ons_random random = ons_random_stream(91, seed, 0);
    for (unsigned i = 0; i < SPINS_BATCH; i++) {
        double s[3], h[3];
        spins_direction(&random, n, s);
        spins_direction(&random, n, h);
        for (unsigned c = 0; c < n; c++) {
            batch.spin[c][i] = s[c];
            batch.field[c][i] = field * h[c] * ons_random_uniform(&random);
        }
        for (unsigned row = 0; row < SPINS_BATCH_WORDS; row++) { batch.words[row][i] = ons_random_32(&random); }
    }
    return batch;
}

/* The rotation by the vector of a Cayley transform, R = (1 + A)(1 - A)^-1 with A x = a x x, from its definition: (1 -
 * A) v = (1 + A) s. */
static void test_proposals_are_rotations_that_can_be_taken_back(void **state) {
    for (unsigned n = 2; n <= 3; n++) {
        const double reach = 0.8;
        spins_batch batch = random_batch(n, n, 0.5), back;
        uint64_t unsure[SPINS_BATCH / 64];
        const spins_batch before = batch;
        moves_in_use(n)->metropolis(&batch, SPINS_BATCH, reach, 1, unsure);
        back = batch;
        for (unsigned row = 0; row < n; row++) { /* 3 components: rows 0 to 2; 2: row 0 */
            for (unsigned i = 0; i < SPINS_BATCH; i++) { back.words[row][i] = ~batch.words[row][i]; }
        }
        memcpy(back.spin, batch.proposal, sizeof back.spin);
        moves_in_use(n)->metropolis(&back, SPINS_BATCH, reach, 1, unsure);
        for (unsigned i = 0; i < SPINS_BATCH; i++) {
            double a[3] = {0}, s[3] = {0}, v[3] = {0}, length = 0, rise = 0;
            for (unsigned c = 0; c < n; c++) {
                s[c] = before.spin[c][i];
                v[c] = batch.proposal[c][i];
                length += v[c] * v[c];
                rise += (s[c] - v[c]) * before.field[c][i];
                assert_true(fabs(back.proposal[c][i] - s[c]) < 1e-14);
            }
            assert_true(fabs(length - 1) < 1e-14);
            assert_true(fabs(rise - batch.rise[i]) < 1e-14 && fabs(back.rise[i] + rise) < 1e-14);
            for (unsigned c = n == 2 ? 2 : 0; c < 3; c++) {
                a[c] = ((double)(int32_t)before.words[n == 2 ? 0 : c][i] + 0.5) * 0x1p-31 * reach;
            }
            const double sum[] = {s[0] + v[0], s[1] + v[1], s[2] + v[2]};
            const double turned[] = {a[1] * sum[2] - a[2] * sum[1], a[2] * sum[0] - a[0] * sum[2],
                                     a[0] * sum[1] - a[1] * sum[0]};
            for (unsigned c = 0; c < 3; c++) { assert_true(fabs(v[c] - s[c] - turned[c]) < 1e-14); }
        }
    }
}

/* Words below 2^32 exp(-rise) accept; at most 4 of 2^32 are left open, and these are the near ones. */
static void test_decisions_are_those_of_the_exponential(void **state) {
    for (int kernel = 0; kernel < 3; kernel++) {
        if (!ons_spins_select(kernels[kernel])) { continue; }
        for (uint32_t round = 0; round < 300; round++) {
            spins_batch batch = random_batch(round, 2, round % 3 ? 3 : 30);
            uint64_t unsure[SPINS_BATCH / 64];
            const spins_batch before = batch;
            moves_in_use(2)->metropolis(&batch, SPINS_BATCH, 1, 1, unsure); /* to know the rises */
            spins_batch again = before;
            for (unsigned i = 0; i < SPINS_BATCH; i++) { /* words near the threshold, and others */
                const double bound = batch.rise[i] <= 0 ? 1e9 : 0x1p32 * exp(-batch.rise[i]);
                const int64_t near = (int64_t)bound + (int64_t)(before.words[2][i] % 9) - 4;
                if (i % 2) { again.words[1][i] = (uint32_t)(near < 0 ? 0 : near > 0xffffffff ? 0xffffffff : near); }
            }
            moves_in_use(2)->metropolis(&again, SPINS_BATCH, 1, 1, unsure);
            for (unsigned i = 0; i < SPINS_BATCH; i++) {
                const double x = again.rise[i], bound = 0x1p32 * exp(-x), word = again.words[1][i];
                const bool moved = again.spin[0][i] == again.proposal[0][i], open = unsure[i / 64] >> i % 64 & 1;
                if (x < 0) {
                    assert_true(moved && !open);
                } else if (x > 0 && fabs(word - bound) > 2.1) {
                    assert_true(!open && moved == (word < bound));
                } else if (x == 0 || fabs(word - bound) < 1.9) {
                    assert_true(open && again.spin[0][i] == before.spin[0][i]);
                }
            }
        }
    }
}

/* S = w e + ... with 1 - w from the inverse of the distribution, by libm. */
static void test_the_heat_bath_inverts_its_distribution(void **state) {
    static const double strengths[] = {0, 1e-300, 1e-12, 1e-4, 0.3, 2, 30, 800, 1e6};
    for (int kernel = 0; kernel < 3; kernel++) {
        if (!ons_spins_select(kernels[kernel])) { continue; }
        for (uint32_t variant = 0; variant < 9; variant++) {
            spins_batch batch = random_batch(variant, 3, strengths[variant]);
            const spins_batch before = batch;
            moves_in_use(3)->heat_bath(&batch, SPINS_BATCH, 1);
            for (unsigned i = 0; i < SPINS_BATCH; i++) {
                double e[3], length = 0, w = 0, unit = 0;
                for (unsigned c = 0; c < 3; c++) { length += before.field[c][i] * before.field[c][i]; }
                const double k = sqrt(length);
                for (unsigned c = 0; c < 3; c++) { e[c] = k > 1e-140 ? before.field[c][i] / k : c == 2; }
                for (unsigned c = 0; c < 3; c++) {
                    w += e[c] * batch.spin[c][i];
                    unit += batch.spin[c][i] * batch.spin[c][i];
                }
                assert_true(fabs(unit - 1) < 1e-14);
                const double u = 0.5 + ((double)(int32_t)before.words[0][i] + 0.5) * 0x1p-32 +
                                 ((double)(int32_t)before.words[1][i] + 0.5) * 0x1p-64;
                const double rest = k > 1e-140 ? -log1p(u * expm1(-2 * k)) / k : 2 * u;
                if (!(fabs(1 - w - fmin(2, rest)) < 1e-14)) { fail_msg("k = %g: 1 - w = %g, not %g", k, 1 - w, rest); }
                /* the angle around e, from the axes of Duff et al. */
                const double t = ((double)(int32_t)before.words[2][i] + 0.5) * 0x1p-32 +
                                 ((double)(int32_t)before.words[3][i] + 0.5) * 0x1p-64;
                const double sign = copysign(1, e[2]), a = -1 / (sign + e[2]), across = sqrt(fmax(0, rest * (1 + w)));
                const double first[] = {1 + sign * e[0] * e[0] * a, sign * e[0] * e[1] * a, -sign * e[0]};
                double along = 0;
                for (unsigned c = 0; c < 3; c++) { along += first[c] * batch.spin[c][i]; }
                assert_true(fabs(along - across * cos(2 * M_PI * t)) < 1e-7 * across + 1e-14);
                if (rest > 0.01 && rest < 1.99) { assert_true(fabs(along - across * cos(2 * M_PI * t)) < 2e-14); }
            }
        }
    }
}

static void test_relaxation_reflects(void **state) {
    for (unsigned n = 2; n <= 3; n++) {
        spins_batch batch = random_batch(n + 5, n, 3);
        for (unsigned c = 0; c < n; c++) { batch.field[c][7] = 0; }
        const spins_batch before = batch;
        moves_in_use(n)->relax(&batch, SPINS_BATCH);
        for (unsigned i = 0; i < SPINS_BATCH; i++) {
            double along = 0, square = 0;
            for (unsigned c = 0; c < n; c++) {
                along += before.spin[c][i] * before.field[c][i];
                square += before.field[c][i] * before.field[c][i];
            }
            for (unsigned c = 0; c < n; c++) {
                const double s =
                    i == 7 ? before.spin[c][i] : 2 * along / square * before.field[c][i] - before.spin[c][i];
                assert_true(fabs(batch.spin[c][i] - s) < 1e-14);
            }
        }
    }
}

/* ---- the plain twin -------------------------------------------------------------------------------------------- */

/* A Metropolis sweep, one spin after the other, decisions by exp and 64 bits alone. */
static void twin_sweep(const ons_vectors_model *model, double *spins, ons_random *random) {
    const spins_sublattices *two = model->sublattices;
    const unsigned n = model->n, rows = n == 2 ? 2 : 4;
    const ons_graph *graph = model->graph;
    for (unsigned side = 0; side < 2; side++) {
        for (uint32_t first = two->begin[side]; first < two->begin[side + 1]; first += SPINS_BATCH) {
            const uint32_t left = two->begin[side + 1] - first, count = left < SPINS_BATCH ? left : SPINS_BATCH;
            const uint32_t padded = (count + 7) / 8 * 8;
            const uint64_t begin = random->position;
            ons_random_seek(random, begin + (uint64_t)rows * padded);
            for (uint32_t i = 0; i < count; i++) {
                const uint32_t site = two->site[first + i];
                double *s = spins + (size_t)site * n, h[3] = {0}, v[3], a[3], old = 0, new = 0, square = 0;
                uint32_t words[4];
                for (unsigned row = 0; row < rows; row++) {
                    ons_random word = *random;
                    ons_random_seek(&word, begin + (uint64_t)row * padded + i);
                    words[row] = ons_random_32(&word);
                    a[row % 3] = ((double)(int32_t)words[row] + 0.5) * (0x1p-31 * (model->width / 2));
                    if (row == 2) { break; }
                }
                if (n == 3) {
                    ons_random word = *random;
                    ons_random_seek(&word, begin + (uint64_t)3 * padded + i);
                    words[3] = ons_random_32(&word);
                }
                uint32_t degree;
                const uint64_t row = spins_row(graph, site, &degree);
                for (uint32_t k = 0; k < degree; k++) {
                    for (unsigned c = 0; c < n; c++) {
                        const double other = spins[(size_t)graph->neighbour[row + k] * n + c];
                        h[c] += model->couplings.entry ? model->couplings.entry[row + k] * other : other;
                    }
                }
                for (unsigned c = 0; c < n && !model->couplings.entry; c++) { h[c] *= model->couplings.all; }
                h[model->options.axis] += model->options.field;
                if (n == 2) {
                    const double t = a[0], share = 1 / (1 + t * t);
                    const double cosine = (1 - t * t) * share, sine = 2 * t * share;
                    v[0] = cosine * s[0] - sine * s[1];
                    v[1] = sine * s[0] + cosine * s[1];
                } else {
                    const double once[] = {a[1] * s[2] - a[2] * s[1], a[2] * s[0] - a[0] * s[2],
                                           a[0] * s[1] - a[1] * s[0]};
                    const double twice[] = {a[1] * once[2] - a[2] * once[1], a[2] * once[0] - a[0] * once[2],
                                            a[0] * once[1] - a[1] * once[0]};
                    const double factor = 2 / (1 + (a[0] * a[0] + a[1] * a[1] + a[2] * a[2]));
                    for (unsigned c = 0; c < 3; c++) { v[c] = s[c] + factor * (once[c] + twice[c]); }
                }
                for (unsigned c = 0; c < n; c++) { square += v[c] * v[c]; }
                for (unsigned c = 0; c < n; c++) { v[c] *= 1.5 - 0.5 * square; }
                for (unsigned c = 0; c < n; c++) {
                    old += s[c] * h[c];
                    new += v[c] * h[c];
                }
                const double x = model->beta * (old - new);
                const bool accepted =
                    x < 0 || (x == 0 ? words[rows - 1] >> 31 : words[rows - 1] < spins_flip_threshold(x) >> 32);
                for (unsigned c = 0; c < n && accepted; c++) { s[c] = v[c]; }
            }
        }
    }
}

static const char typed_lattice[] = "basis: [[1, 0], [0, 1]]\n"
                                    "sites: [[0, 0]]\n"
                                    "bonds: [{from: 0, to: 0, cell: [1, 0], type: a}, {from: 0, to: 0, cell: [0, 1], "
                                    "type: b}]\n"
                                    "couplings: {a: 1, b: -0.4}\n";

static void test_sweeps_are_those_of_the_plain_twin(void **state) {
    static const char *const names[] = {"square", "cubic", "honeycomb", "typed", "chain"};
    static const int64_t lengths[][3] = {{34, 18, 0}, {6, 8, 10}, {12, 7, 0}, {16, 20, 0}, {38, 0, 0}};
    for (unsigned variant = 0; variant < 20; variant++) {
        const unsigned which = variant / 4, n = 2 + variant % 2;
        ons_lattice *lattice;
        ons_graph *graph;
        ons_vectors_model *model;
        if (which == 3) {
            assert_int_equal(ons_lattice_parse(&lattice, "typed", typed_lattice, strlen(typed_lattice)), ONS_OK);
        } else {
            assert_int_equal(ons_lattice_create(&lattice, names[which], 0), ONS_OK);
        }
        assert_int_equal(ons_graph_create(&graph, lattice, lengths[which], lattice->dimension,
                                          variant / 2 % 2 ? ONS_OPEN : ONS_PERIODIC),
                         ONS_OK);
        const ons_vectors_options options = {.components = n,
                                             .axis = n - 1,
                                             .temperature = 0.8,
                                             .coupling = 1.3,
                                             .field = variant % 4 < 2 ? 0.2 : 0,
                                             .update = ONS_SPIN_METROPOLIS,
                                             .order = ONS_VECTORS_CHECKERBOARD};
        assert_int_equal(ons_vectors_model_create(&model, graph, &options), ONS_OK);
        double *twin = calloc((size_t)graph->sites * n, sizeof *twin);
        ons_random start = ons_random_stream(4, variant, 1), random = ons_random_stream(4, variant, 0);
        for (size_t i = 0; i < graph->sites; i++) { spins_direction(&start, n, twin + i * n); }
        for (int k = 0; k < 8; k++) { twin_sweep(model, twin, &random); }
        for (int kernel = 0; kernel < 3; kernel++) {
            if (!ons_spins_select(kernels[kernel])) { continue; }
            ons_vectors *spins;
            assert_int_equal(ons_vectors_create(&spins, model, ons_random_stream(4, variant, 0)), ONS_OK);
            start = ons_random_stream(4, variant, 1);
            ons_vectors_start_random(spins, &start);
            for (int k = 0; k < 8; k++) { ons_vectors_step(spins); }
            assert_memory_equal(ons_vectors_spins(spins), twin, (size_t)graph->sites * n * sizeof *twin);
            assert_true(ons_vectors_random(spins)->position == random.position);
            ons_vectors_free(spins);
        }
        free(twin);
        ons_vectors_model_free(model);
        ons_graph_free(graph);
        ons_lattice_free(lattice);
    }
}

/* Heat bath and over-relaxation: equal bits in all instruction sets. */
static void test_instruction_sets_agree(void **state) {
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t lengths[] = {22, 26};
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, 2, ONS_PERIODIC), ONS_OK);
    for (unsigned n = 2; n <= 3; n++) {
        ons_vectors_model *model;
        const ons_vectors_options options = {.components = n,
                                             .temperature = 0.7,
                                             .coupling = -1,
                                             .update = n == 2 ? ONS_SPIN_METROPOLIS : ONS_SPIN_HEAT_BATH,
                                             .overrelaxation = 2,
                                             .order = ONS_VECTORS_CHECKERBOARD};
        assert_int_equal(ons_vectors_model_create(&model, graph, &options), ONS_OK);
        double first[22 * 26 * 3];
        for (int kernel = 0; kernel < 3; kernel++) {
            if (!ons_spins_select(kernels[kernel])) { continue; }
            ons_vectors *spins;
            assert_int_equal(ons_vectors_create(&spins, model, ons_random_stream(6, 0, 0)), ONS_OK);
            for (int k = 0; k < 30; k++) { ons_vectors_step(spins); }
            const size_t bytes = (size_t)graph->sites * n * sizeof(double);
            if (kernel == 0) { memcpy(first, ons_vectors_spins(spins), bytes); }
            assert_memory_equal(first, ons_vectors_spins(spins), bytes);
            ons_vectors_free(spins);
        }
        ons_vectors_model_free(model);
    }
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

/* ---- means ----------------------------------------------------------------------------------------------------- */

typedef struct estimate {
    double mean, error;
} estimate;

static estimate estimate_of(const double *bins) {
    estimate e = {0, 0};
    for (unsigned bin = 0; bin < BINS; bin++) { e.mean += bins[bin] / BINS; }
    for (unsigned bin = 0; bin < BINS; bin++) { e.error += pow(bins[bin] - e.mean, 2) / BINS / (BINS - 1); }
    e.error = sqrt(e.error);
    return e;
}

/* Energy, and magnetization along the axis. */
static void run(const ons_graph *graph, const ons_vectors_options *options, uint32_t seed, unsigned steps,
                estimate *energy, estimate *along) {
    ons_vectors_model *model;
    ons_vectors *spins;
    double bins[2][BINS] = {{0}};
    assert_int_equal(ons_vectors_model_create(&model, graph, options), ONS_OK);
    assert_non_null(model->sublattices);
    assert_int_equal(ons_vectors_create(&spins, model, ons_random_stream(78, seed, 0)), ONS_OK);
    for (unsigned k = 0; k < 300; k++) { ons_vectors_step(spins); }
    for (unsigned bin = 0; bin < BINS; bin++) {
        for (unsigned k = 0; k < steps; k++) {
            double m[ONS_VECTOR_COMPONENTS];
            ons_vectors_step(spins);
            ons_vectors_magnetization(spins, m);
            bins[0][bin] += ons_vectors_energy(spins) / steps;
            bins[1][bin] += m[options->axis] / steps;
        }
    }
    assert_int_equal(ons_vectors_refresh(spins), ONS_OK);
    ons_vectors_free(spins);
    ons_vectors_model_free(model);
    *energy = estimate_of(bins[0]);
    *along = estimate_of(bins[1]);
}

static void test_rings_and_open_chains(void **state) {
    for (unsigned variant = 0; variant < 24; variant++) {
        const uint32_t n = 2 + variant % 2, update = variant / 2 % 2;
        if (n == 2 && update) { continue; } /* its heat bath is sequential */
        const unsigned kind = variant / 4 % 3;
        const bool open = kind == 1, cold = variant / 12;
        const int64_t sites = open ? 5 : 6;
        const double coupling = kind == 2 ? -1 : 1, temperature = cold ? 0.3 : 0.9;
        ons_lattice *lattice;
        ons_graph *graph;
        ons_vectors_exact exact;
        const ons_vectors_options options = {.components = n,
                                             .temperature = temperature,
                                             .coupling = coupling,
                                             .update = update ? ONS_SPIN_HEAT_BATH : ONS_SPIN_METROPOLIS,
                                             .overrelaxation = kind == 0,
                                             .order = ONS_VECTORS_CHECKERBOARD};
        assert_int_equal(ons_lattice_create(&lattice, "chain", 0), ONS_OK);
        assert_int_equal(ons_graph_create(&graph, lattice, &sites, 1, open ? ONS_OPEN : ONS_PERIODIC), ONS_OK);
        assert_int_equal(ons_vectors_exact_chain(n, coupling, temperature, sites, open, &exact), ONS_OK);
        estimate e, m;
        run(graph, &options, variant, 1000, &e, &m);
        if (!(fabs(e.mean - exact.energy) < LIMIT * e.error)) {
            fail_msg("n = %u, variant %u: %g +- %g, exact %g", n, variant, e.mean, e.error, exact.energy);
        }
        if (!(fabs(m.mean) < LIMIT * m.error)) { fail_msg("n = %u: magnetization %g +- %g", n, m.mean, m.error); }
        ons_graph_free(graph);
        ons_lattice_free(lattice);
    }
}

/* Two spins in a field. n = 2: by the trapezoidal rule. n = 3: one is integrated out, int exp(b . S) = 4 pi sinh(b)/b
 * with b the sum of J S and h over T. */
static void test_pairs_in_a_field(void **state) {
    const double beta = 1 / 0.7, field = 0.5;
    double z[2] = {0}, e[2] = {0}, m[2] = {0};
    enum { POINTS = 200, CUTS = 200000 };
    for (int a = 0; a < POINTS; a++) {
        for (int b = 0; b < POINTS; b++) {
            const double x = 2 * M_PI * a / POINTS, y = 2 * M_PI * b / POINTS, along = cos(x) + cos(y);
            const double energy = -cos(x - y) - field * along, weight = exp(-beta * energy);
            z[0] += weight;
            e[0] += weight * energy / 2;
            m[0] += weight * along / 2;
        }
    }
    for (int k = 0; k < CUTS; k++) {
        const double u = -1 + (k + 0.5) * 2 / CUTS, length = sqrt(1 + field * field + 2 * field * u), b = beta * length;
        const double weight = exp(beta * field * u) * sinh(b) / b, mean = 1 / tanh(b) - 1 / b; /* of the other one */
        z[1] += weight;
        e[1] += weight * (-length * mean - field * u) / 2;
        m[1] += weight * (u + mean * (u + field) / length) / 2;
    }
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t sites = 2;
    assert_int_equal(ons_lattice_create(&lattice, "chain", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, &sites, 1, ONS_OPEN), ONS_OK);
    for (unsigned variant = 0; variant < 6; variant++) {
        const uint32_t n = 2 + variant % 2;
        if (n == 2 && variant / 2 == 1) { continue; }
        const ons_vectors_options options = {.components = n,
                                             .axis = n - 2, /* the second axis of three: no axis is special */
                                             .temperature = 0.7,
                                             .coupling = 1,
                                             .field = field,
                                             .width = variant / 2 == 2 ? 3 : 0,
                                             .update = variant / 2 == 1 ? ONS_SPIN_HEAT_BATH : ONS_SPIN_METROPOLIS,
                                             .overrelaxation = variant == 0,
                                             .order = ONS_VECTORS_CHECKERBOARD};
        estimate energy, along;
        run(graph, &options, 50 + variant, 2000, &energy, &along);
        const double exact = e[n - 2] / z[n - 2], magnetization = m[n - 2] / z[n - 2];
        if (!(fabs(energy.mean - exact) < LIMIT * energy.error &&
              fabs(along.mean - magnetization) < LIMIT * along.error)) {
            fail_msg("n = %u, variant %u: energy %g +- %g, exact %g; magnetization %g +- %g, exact %g", n, variant,
                     energy.mean, energy.error, exact, along.mean, along.error, magnetization);
        }
    }
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

static void test_what_has_no_checkerboard_is_refused(void **state) {
    ons_lattice *lattice;
    const int64_t even[] = {4, 4}, odd[] = {4, 5};
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    const ons_vectors_options good = {.components = 3, .temperature = 1, .coupling = 1, .update = ONS_SPIN_HEAT_BATH};
    ons_vectors_options four = good, two = good, clusters = good;
    four.components = 4;
    two.components = 2;
    clusters.update = ONS_SPIN_WOLFF;
    assert_int_equal(ons_vectors_check_checkerboard(lattice, even, false, &good), ONS_OK);
    assert_int_equal(ons_vectors_check_checkerboard(lattice, odd, true, &good), ONS_OK);
    assert_int_equal(ons_vectors_check_checkerboard(lattice, odd, false, &good), ONS_INVALID);
    assert_int_equal(ons_vectors_check_checkerboard(NULL, even, false, &good), ONS_INVALID);
    assert_int_equal(ons_vectors_check_checkerboard(lattice, even, false, &four), ONS_INVALID);
    assert_int_equal(ons_vectors_check_checkerboard(lattice, even, false, &two), ONS_INVALID);
    assert_int_equal(ons_vectors_check_checkerboard(lattice, even, false, &clusters), ONS_INVALID);
    clusters.overrelaxation = 1;
    assert_int_equal(ons_vectors_check_checkerboard(lattice, even, false, &clusters), ONS_OK);
    ons_lattice_free(lattice);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bonds_join_the_two_sublattices),
        cmocka_unit_test(test_proposals_are_rotations_that_can_be_taken_back),
        cmocka_unit_test(test_decisions_are_those_of_the_exponential),
        cmocka_unit_test(test_the_heat_bath_inverts_its_distribution),
        cmocka_unit_test(test_relaxation_reflects),
        cmocka_unit_test(test_sweeps_are_those_of_the_plain_twin),
        cmocka_unit_test(test_instruction_sets_agree),
        cmocka_unit_test(test_rings_and_open_chains),
        cmocka_unit_test(test_pairs_in_a_field),
        cmocka_unit_test(test_what_has_no_checkerboard_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
