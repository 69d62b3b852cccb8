/*
 * The bit-sliced checkerboard Metropolis: equal bits from every instruction set and number of threads, sums that agree
 * with the spins, the full transition matrix of tiny lattices, and energies against exact solutions.
 *
 * Seeds are fixed. Chi-squared tests fail beyond 5.5 standard deviations after Wilson and Hilferty (1931): 2e-8 each;
 * means beyond 5.5 of their errors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins/bits.h"
#include "spins/ising.h"
#include "spins_enumeration.h"

#include <string.h>

static const char *const kernels[] = {"plain", "x86-64-v3", "x86-64-v4"};

typedef struct sample {
    ons_graph *graph;
    ons_ising_model *model;
    ons_ising *ising;
} sample;

static sample open_sample(unsigned dimension, const int64_t *lengths, double coupling, double temperature,
                          ons_ising_order order, uint64_t seed) {
    sample s;
    ons_lattice *lattice;
    assert_int_equal(ons_lattice_create(&lattice, "hypercubic", dimension), ONS_OK);
    if (order == ONS_CHECKERBOARD) {
        assert_int_equal(ons_graph_outline(&s.graph, lattice, lengths, dimension), ONS_OK);
    } else {
        assert_int_equal(ons_graph_create(&s.graph, lattice, lengths, dimension, ONS_PERIODIC), ONS_OK);
    }
    ons_lattice_free(lattice);
    const ons_ising_options options = {
        .temperature = temperature, .coupling = coupling, .update = ONS_METROPOLIS, .order = order};
    assert_int_equal(ons_ising_model_create(&s.model, s.graph, &options), ONS_OK);
    assert_int_equal(ons_ising_create(&s.ising, s.model, ons_random_stream(seed, 1, 0)), ONS_OK);
    ons_random start = ons_random_stream(seed, 1, 1);
    ons_ising_start_random(s.ising, &start);
    return s;
}

static void close_sample(sample *s) {
    ons_ising_free(s->ising);
    ons_ising_model_free(s->model);
    ons_graph_free(s->graph);
}

/* ---- equal bits ----------------------------------------------------------------------------------------------- */

static const struct shape {
    unsigned dimension;
    int64_t lengths[4];
} shapes[] = {{1, {2}},           {1, {4}},          {1, {1000}},       {1, {4096}},     {1, {34}},
              {2, {2, 2}},        {2, {2, 4}},       {2, {4, 2}},       {2, {4, 4}},     {2, {6, 10}},
              {2, {16, 16}},      {2, {64, 64}},     {2, {20, 100}},    {2, {100, 14}},  {2, {2, 300}},
              {2, {256, 256}},    {2, {22, 26}},     {2, {512, 96}},    {3, {2, 2, 2}},  {3, {4, 6, 8}},
              {3, {16, 16, 16}},  {3, {20, 12, 10}}, {3, {32, 32, 32}}, {3, {2, 4, 62}}, {4, {4, 4, 4, 4}},
              {4, {6, 4, 10, 8}}, {4, {8, 8, 8, 8}}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void test_every_kernel_makes_the_same_configurations(void **state) {
    for (size_t i = 0; i < SHAPES; i++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            int8_t *first = NULL;
            double energy = 0, magnetization = 0, waves = 0;
            for (int k = 0; k < 3; k++) {
                if (!ons_spins_select(kernels[k])) { continue; }
                sample s = open_sample(shapes[i].dimension, shapes[i].lengths, sign * 1.0, 0.75 + shapes[i].dimension,
                                       ONS_CHECKERBOARD, i);
                for (int sweep = 0; sweep < 3; sweep++) { ons_ising_step(s.ising); }
                const int8_t *spins = ons_ising_spins(s.ising);
                if (!first) {
                    first = malloc(s.graph->sites);
                    memcpy(first, spins, s.graph->sites);
                    energy = ons_ising_energy(s.ising);
                    magnetization = ons_ising_magnetization(s.ising);
                    waves = ons_ising_magnetization_kmin_squared(s.ising);
                }
                assert_memory_equal(spins, first, s.graph->sites);
                assert_true(ons_ising_energy(s.ising) == energy);
                assert_true(ons_ising_magnetization(s.ising) == magnetization);
                assert_true(ons_ising_magnetization_kmin_squared(s.ising) == waves);
                close_sample(&s);
            }
            free(first);
        }
    }
}

/* A copy with one byte a spin and lists of bonds says what the sums should be. */
static void test_sums_agree_with_the_spins(void **state) {
    for (size_t i = 0; i < SHAPES; i++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            ons_spins_select(kernels[(i + (sign > 0)) % 3]);
            sample s = open_sample(shapes[i].dimension, shapes[i].lengths, sign * 1.3, 2, ONS_CHECKERBOARD, 7 + i);
            sample plain = open_sample(shapes[i].dimension, shapes[i].lengths, sign * 1.3, 2, ONS_RANDOM_ORDER, 7 + i);
            for (int sweep = 0; sweep < 3; sweep++) {
                memcpy(ons_ising_spins(plain.ising), ons_ising_spins(s.ising), s.graph->sites);
                assert_int_equal(ons_ising_refresh(plain.ising), ONS_OK);
                assert_true(ons_ising_energy(s.ising) == ons_ising_energy(plain.ising));
                assert_true(ons_ising_magnetization(s.ising) == ons_ising_magnetization(plain.ising));
                assert_true(ons_ising_magnetization_kmin_squared(s.ising) ==
                            ons_ising_magnetization_kmin_squared(plain.ising));
                ons_ising_step(s.ising);
            }
            ons_ising_refresh(s.ising); /* packed again: the same */
            memcpy(ons_ising_spins(plain.ising), ons_ising_spins(s.ising), s.graph->sites);
            ons_ising_refresh(plain.ising);
            assert_true(ons_ising_energy(s.ising) == ons_ising_energy(plain.ising));
            close_sample(&s);
            close_sample(&plain);
        }
    }
}

static void use_the_fastest(void) {
    for (int k = 0; k < 3; k++) { ons_spins_select(kernels[k]); }
}

static void test_threads_make_the_same_configurations(void **state) {
    use_the_fastest();
    static const struct shape large[] = {{2, {512, 512}}, {3, {64, 64, 32}}};
    for (size_t i = 0; i < 2; i++) {
        sample one = open_sample(large[i].dimension, large[i].lengths, 1, 2.5, ONS_CHECKERBOARD, 11);
        sample more = open_sample(large[i].dimension, large[i].lengths, 1, 2.5, ONS_CHECKERBOARD, 11);
        for (unsigned sweep = 0; sweep < 12; sweep++) {
            assert_int_equal(ons_ising_set_threads(more.ising, 1 + sweep % 5), ONS_OK);
            ons_ising_step(one.ising);
            ons_ising_step(more.ising);
            assert_true(ons_ising_energy(one.ising) == ons_ising_energy(more.ising));
        }
        assert_memory_equal(ons_ising_spins(one.ising), ons_ising_spins(more.ising), one.graph->sites);
        close_sample(&one);
        close_sample(&more);
    }
}

/* ---- transition matrices ---------------------------------------------------------------------------------------- */

enum { MOST_STATES = 256, SAMPLES = 2000 };
typedef double matrix[MOST_STATES][MOST_STATES];

static void multiply(unsigned states, matrix a, matrix b, matrix product) {
    static matrix result;
    memset(result, 0, sizeof result);
    for (unsigned i = 0; i < states; i++) {
        for (unsigned k = 0; k < states; k++) {
            for (unsigned j = 0; a[i][k] != 0 && j < states; j++) { result[i][j] += a[i][k] * b[k][j]; }
        }
    }
    memcpy(product, result, sizeof result);
}

static unsigned colour_of(const ons_graph *graph, uint32_t site) {
    int64_t cell[ONS_DIMENSIONS], sum = 0;
    ons_graph_cell(graph, site, cell);
    for (unsigned d = 0; d < graph->lattice->dimension; d++) { sum += cell[d]; }
    return sum & 1;
}

/* All sites of a colour flip or not, each by its own random number, given the other colour. */
static void sublattice_move(const ons_graph *graph, const small_system *small, unsigned colour, matrix move) {
    const unsigned states = 1U << small->sites;
    memset(move, 0, sizeof(matrix));
    for (unsigned a = 0; a < states; a++) {
        double flip[16];
        for (unsigned i = 0; i < small->sites; i++) {
            const double change = small_energy(small, a ^ 1U << i) - small_energy(small, a);
            const uint64_t threshold = spins_flip_threshold(change / small->temperature);
            flip[i] = threshold == UINT64_MAX ? 1 : (double)threshold * 0x1p-64;
        }
        for (unsigned b = 0; b < states; b++) {
            double probability = 1;
            for (unsigned i = 0; i < small->sites; i++) {
                const bool flips = (a ^ b) >> i & 1;
                probability *= colour_of(graph, i) != colour ? !flips : flips ? flip[i] : 1 - flip[i];
            }
            move[a][b] = probability;
        }
    }
}

static bool is_primitive(unsigned states, matrix step) {
    static matrix power;
    memcpy(power, step, sizeof power);
    for (int squaring = 0; squaring < 12; squaring++) {
        bool positive = true;
        for (unsigned a = 0; a < states; a++) {
            for (unsigned b = 0; b < states; b++) { positive = positive && power[a][b] > 0; }
        }
        if (positive) { return true; }
        multiply(states, power, power, power);
    }
    return false;
}

/* What the kernel makes of every state (every eighth one under sanitizers), against its row of the matrix. */
static double deviation_of_kernel(sample *s, unsigned states, matrix step) {
    double chi2 = 0, freedom = 0;
    for (unsigned a = 0; a < states; a += getenv("ONSAGER_SANITIZED") && states > 16 ? 8 : 1) {
        static unsigned count[MOST_STATES];
        memset(count, 0, sizeof count);
        for (int k = 0; k < SAMPLES; k++) {
            int8_t *spins = ons_ising_spins(s->ising);
            unsigned b = 0;
            for (unsigned i = 0; i < s->graph->sites; i++) { spins[i] = (int8_t)small_spin(a, i); }
            ons_ising_refresh(s->ising);
            ons_ising_step(s->ising);
            spins = ons_ising_spins(s->ising);
            for (unsigned i = 0; i < s->graph->sites; i++) { b |= (unsigned)(spins[i] > 0) << i; }
            assert_true(step[a][b] > 0);
            count[b]++;
        }
        double rare = SAMPLES, rare_count = SAMPLES, classes = 0;
        for (unsigned b = 0; b < states; b++) {
            const double expected = step[a][b] * SAMPLES;
            if (expected < 10) { continue; }
            chi2 += (count[b] - expected) * (count[b] - expected) / expected;
            rare -= expected;
            rare_count -= count[b];
            classes++;
        }
        if (rare >= 10) {
            chi2 += (rare_count - rare) * (rare_count - rare) / rare;
            classes++;
        }
        freedom += classes - 1;
    }
    return (cbrt(chi2 / freedom) - (1 - 2 / (9 * freedom))) / sqrt(2 / (9 * freedom));
}

static void check_matrix(unsigned dimension, const int64_t *lengths, double coupling, double temperature,
                         bool compare_kernel) {
    static matrix move[2], step;
    static double stationary[MOST_STATES];
    sample plain = open_sample(dimension, lengths, coupling, temperature, ONS_RANDOM_ORDER, 3);
    const ons_ising_options options = {.temperature = temperature, .coupling = coupling};
    const small_system small = small_from_graph(plain.graph, &options);
    const unsigned states = 1U << small.sites;
    assert_true(states <= MOST_STATES);
    double sum = 0;
    for (unsigned a = 0; a < states; a++) { sum += stationary[a] = exp(-small_energy(&small, a) / temperature); }
    for (unsigned a = 0; a < states; a++) { stationary[a] /= sum; }
    for (unsigned colour = 0; colour < 2; colour++) {
        sublattice_move(plain.graph, &small, colour, move[colour]);
        for (unsigned a = 0; a < states; a++) {
            for (unsigned b = 0; b < a; b++) {
                const double forth = stationary[a] * move[colour][a][b], back = stationary[b] * move[colour][b][a];
                assert_true(fabs(forth - back) <= 1e-14 * fmax(forth, back) * small.sites);
            }
        }
    }
    multiply(states, move[0], move[1], step);
    for (unsigned b = 0; b < states; b++) {
        double flow = 0;
        for (unsigned a = 0; a < states; a++) { flow += stationary[a] * step[a][b]; }
        assert_true(fabs(flow - stationary[b]) < 1e-14);
    }
    assert_true(is_primitive(states, step));
    if (compare_kernel) {
        sample s = open_sample(dimension, lengths, coupling, temperature, ONS_CHECKERBOARD, 4);
        assert_true(fabs(deviation_of_kernel(&s, states, step)) < 5.5);
        close_sample(&s);
    }
    close_sample(&plain);
}

static void test_transition_matrices_of_rings(void **state) {
    check_matrix(1, (int64_t[]){2}, 1, 1.5, true);
    check_matrix(1, (int64_t[]){4}, 1, 1.2, true);
    check_matrix(1, (int64_t[]){4}, -1, 3, true);
    check_matrix(1, (int64_t[]){8}, -0.75, 1, false);
}

static void test_transition_matrices_of_small_tori(void **state) {
    check_matrix(2, (int64_t[]){2, 2}, 1, 2.5, true);
    check_matrix(2, (int64_t[]){2, 4}, 1, 2.3, true);
    check_matrix(2, (int64_t[]){4, 2}, -1, 4, false);
    check_matrix(3, (int64_t[]){2, 2, 2}, 1, 6, true);
    check_matrix(3, (int64_t[]){2, 2, 2}, -1, 3, false);
}

/* ---- exact means ------------------------------------------------------------------------------------------------ */

/* Mean and error from 64 long bins. */
typedef struct estimate {
    double mean, error;
} estimate;

static estimate estimate_of(const double *bins) {
    double mean = 0, square = 0;
    for (int i = 0; i < 64; i++) { mean += bins[i] / 64; }
    for (int i = 0; i < 64; i++) { square += (bins[i] - mean) * (bins[i] - mean); }
    return (estimate){mean, sqrt(square / 63 / 64)};
}

static void run_bins(ons_ising *ising, int sweeps, double *energy, double *square, double *fourth) {
    for (int i = 0; i < sweeps; i++) { ons_ising_step(ising); }
    for (int bin = 0; bin < 64; bin++) {
        energy[bin] = square[bin] = fourth[bin] = 0;
        for (int i = 0; i < sweeps; i++) {
            ons_ising_step(ising);
            const double m = ons_ising_magnetization(ising);
            energy[bin] += ons_ising_energy(ising) / sweeps;
            square[bin] += m * m / sweeps;
            fourth[bin] += m * m * m * m / sweeps;
        }
    }
}

/* 64 bins: Student's t beyond 8 has a probability of 4e-11. */
static void check_mean(const double *bins, double exact) {
    const estimate e = estimate_of(bins);
    assert_true(fabs(e.mean - exact) < 8 * e.error);
}

static void test_small_lattices_match_enumeration(void **state) {
    static const struct {
        unsigned dimension;
        int64_t lengths[4];
        double coupling, temperature;
    } cases[] = {{2, {4, 4}, 1, 2.4},   {2, {4, 4}, -1, 3},     {2, {2, 8}, 1, 2},
                 {1, {16}, 1, 1},       {3, {2, 2, 4}, 1, 5},   {4, {2, 2, 2, 2}, 1, 8},
                 {3, {2, 4, 2}, -1, 4}, {2, {4, 4}, 1, 0.9999}, {2, {6, 2}, 0.5, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i += getenv("ONSAGER_SANITIZED") ? 4 : 1) {
        double energy[64], square[64], fourth[64];
        sample s = open_sample(cases[i].dimension, cases[i].lengths, cases[i].coupling, cases[i].temperature,
                               ONS_CHECKERBOARD, 20 + i);
        sample plain = open_sample(cases[i].dimension, cases[i].lengths, cases[i].coupling, cases[i].temperature,
                                   ONS_RANDOM_ORDER, 20 + i);
        const ons_ising_options options = {.temperature = cases[i].temperature, .coupling = cases[i].coupling};
        const small_system small = small_from_graph(plain.graph, &options);
        const small_means exact = small_enumerate(&small);
        run_bins(s.ising, 5000, energy, square, fourth);
        check_mean(energy, exact.e);
        check_mean(square, exact.m2);
        check_mean(fourth, exact.m4);
        close_sample(&s);
        close_sample(&plain);
    }
}

static void test_energies_match_kaufman(void **state) {
    static const struct {
        int64_t lengths[2];
        double temperature;
    } cases[] = {{{16, 16}, 2.269185314213022}, {{64, 64}, 2.5}, {{20, 36}, 2.3}, {{256, 256}, 2.0}};
    for (size_t i = 0; i < (getenv("ONSAGER_SANITIZED") ? 1 : sizeof cases / sizeof *cases); i++) {
        double energy[64], square[64], fourth[64];
        ons_ising_exact exact;
        sample s = open_sample(2, cases[i].lengths, 1, cases[i].temperature, ONS_CHECKERBOARD, 40 + i);
        assert_int_equal(
            ons_ising_exact_torus(cases[i].lengths[0], cases[i].lengths[1], 1, cases[i].temperature, &exact), ONS_OK);
        ons_ising_start_up(s.ising);
        run_bins(s.ising, i == 3 ? 100 : 1500, energy, square, fourth);
        check_mean(energy, exact.energy);
        close_sample(&s);
    }
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */

static void refuse(const char *name, const int64_t *lengths, ons_boundary boundary, ons_ising_options options,
                   const char *word) {
    ons_lattice *lattice;
    assert_int_equal(ons_lattice_create(&lattice, name, 2), ONS_OK);
    assert_int_equal(ons_ising_check_checkerboard(lattice, lengths, boundary, &options, NULL), ONS_INVALID);
    assert_non_null(strstr(ons_message(), word));
    ons_lattice_free(lattice);
}

static void test_what_has_no_two_sublattices_is_refused(void **state) {
    const ons_ising_options usual = {.temperature = 1, .coupling = 1, .order = ONS_CHECKERBOARD};
    ons_ising_options other = usual;
    refuse("square", (int64_t[]){8, 7}, ONS_PERIODIC, usual, "even");
    refuse("square", (int64_t[]){8, 8}, ONS_OPEN, usual, "periodic");
    refuse("triangular", (int64_t[]){8, 8}, ONS_PERIODIC, usual, "lattice");
    other.field = 1;
    refuse("square", (int64_t[]){8, 8}, ONS_PERIODIC, other, "field");
    other = usual;
    other.coupling = 0;
    refuse("square", (int64_t[]){8, 8}, ONS_PERIODIC, other, "coupling");
    other = usual;
    other.update = ONS_HEAT_BATH;
    refuse("square", (int64_t[]){8, 8}, ONS_PERIODIC, other, "Metropolis");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kernel_makes_the_same_configurations),
        cmocka_unit_test(test_sums_agree_with_the_spins),
        cmocka_unit_test(test_threads_make_the_same_configurations),
        cmocka_unit_test(test_transition_matrices_of_rings),
        cmocka_unit_test(test_transition_matrices_of_small_tori),
        cmocka_unit_test(test_small_lattices_match_enumeration),
        cmocka_unit_test(test_energies_match_kaufman),
        cmocka_unit_test(test_what_has_no_two_sublattices_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
