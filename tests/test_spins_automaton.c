/*
 * Cellular automata in their three forms against each other; cycles against direct iteration and numerical eigenvalues;
 * momentum and the Hamiltonian of movers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/spins.h>

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- rules --------------------------------------------------------------------------------------------------- */

static const ons_automaton small[] = {{ONS_RIGHT_MOVERS, 1, 7, NULL}, {ONS_RIGHT_MOVERS, 3, 4, NULL},
                                      {ONS_MOVERS, 1, 5, NULL},       {ONS_MOVERS, 2, 3, NULL},
                                      {ONS_THIRRING, 2, 3, NULL},     {ONS_THIRRING, 2, 1, NULL},
                                      {ONS_SCATTERERS, 2, 3, NULL},   {ONS_COUNTER, 1, 9, NULL}};
enum { SMALL = sizeof small / sizeof *small };

static void test_every_rule_is_one_to_one_and_keeps_particles_and_translations(void **state) {
    for (unsigned k = 0; k < SMALL; k++) {
        const ons_automaton *a = &small[k];
        assert_int_equal(ons_automaton_check(a), ONS_OK);
        for (uint64_t s = 0; s < (uint64_t)1 << ons_automaton_bits(a); s++) {
            const uint64_t next = ons_automaton_next(a, s);
            assert_int_equal(ons_automaton_previous(a, next), s);
            if (a->rule == ONS_COUNTER) { continue; }
            assert_int_equal(__builtin_popcountll(next), __builtin_popcountll(s));
            assert_int_equal(ons_automaton_next(a, ons_automaton_translate(a, s)), ons_automaton_translate(a, next));
        }
    }
}

/* One right-mover of colour 1 and one left-mover of colour 2 that meet leave with their colours exchanged. */
static void test_colours_are_exchanged_where_two_particles_meet(void **state) {
    const ons_automaton a = {ONS_THIRRING, 2, 8, NULL};
    const uint64_t r1 = 1, r2 = (uint64_t)1 << 8, l1 = (uint64_t)1 << 16, l2 = (uint64_t)1 << 24;
    assert_int_equal(ons_automaton_next(&a, r1 << 2 | l2 << 4), r2 << 3 | l1 << 3);
    assert_int_equal(ons_automaton_next(&a, r1 << 2 | l1 << 4), r1 << 3 | l1 << 3); /* the same colour */
    assert_int_equal(ons_automaton_next(&a, r1 << 2 | r2 << 2 | l2 << 4), r1 << 3 | r2 << 3 | l2 << 3); /* a pair */
    const uint64_t there = (uint64_t)1 << 3;
    const ons_automaton b = {ONS_SCATTERERS, 2, 8, &there};
    assert_int_equal(ons_automaton_next(&b, r1 << 2), l2 << 3);
    assert_int_equal(ons_automaton_next(&b, r1 << 3), r1 << 4);
    assert_int_equal(ons_automaton_next(&b, l1 << 4), r2 << 3);
}

static uint64_t gather(const ons_cells *cells) {
    uint64_t state = 0;
    for (unsigned p = 0; p < cells->planes; p++) {
        for (uint64_t x = 0; x < cells->automaton.cells; x++) {
            state |= (uint64_t)ons_cells_get(cells, p, x) << (p * cells->automaton.cells + x);
        }
    }
    return state;
}

static void test_strings_and_ensembles_follow_the_map_of_states(void **state) {
    ons_random random = ons_random_stream(2, 0, 0);
    for (unsigned k = 0; k + 1 < SMALL; k++) {
        const ons_automaton *a = &small[k];
        ons_cells *cells;
        ons_ensemble *ensemble;
        uint64_t expected[64], mask = ((uint64_t)1 << ons_automaton_bits(a)) - 1;
        assert_int_equal(ons_cells_create(&cells, a), ONS_OK);
        assert_int_equal(ons_ensemble_create(&ensemble, a, 64), ONS_OK);
        for (unsigned m = 0; m < 64; m++) { expected[m] = ons_random_64(&random) & mask; }
        for (unsigned p = 0; p < cells->planes; p++) {
            for (uint64_t x = 0; x < a->cells; x++) {
                uint64_t *word = ons_ensemble_place(ensemble, p, x);
                for (unsigned m = 0; m < 64; m++) { *word |= (expected[m] >> (p * a->cells + x) & 1) << m; }
                ons_cells_set(cells, p, x, *word & 1);
            }
        }
        for (unsigned step = 0; step < 20; step++) {
            ons_cells_step(cells, 1);
            ons_ensemble_step(ensemble);
            for (unsigned m = 0; m < 64; m++) { expected[m] = ons_automaton_next(a, expected[m]); }
            assert_int_equal(gather(cells), expected[0]);
            for (unsigned m = 0; m < 64; m++) {
                uint64_t found = 0;
                for (unsigned p = 0; p < ensemble->planes; p++) {
                    for (uint64_t x = 0; x < a->cells; x++) {
                        found |= (*ons_ensemble_place(ensemble, p, x) >> m & 1) << (p * a->cells + x);
                    }
                }
                assert_int_equal(found, expected[m]);
            }
        }
        ons_cells_free(cells);
        ons_ensemble_free(ensemble);
    }
}

/* Strings of many words against a plain loop over cells, with scatterers, for lengths around multiples of 64. */
static void test_long_strings_match_a_plain_loop(void **state) {
    static const uint64_t lengths[] = {63, 64, 65, 127, 128, 200, 511};
    ons_random random = ons_random_stream(12, 0, 0);
    for (unsigned k = 0; k < 14; k++) {
        const uint64_t n = lengths[k % 7];
        uint64_t mask[8] = {0};
        for (uint64_t x = 0; x < n; x++) { mask[x / 64] |= (uint64_t)(ons_random_32(&random) & 1) << x % 64; }
        const ons_automaton a = {k < 7 ? ONS_THIRRING : ONS_SCATTERERS, 2, n, mask};
        ons_cells *cells;
        static bool now[4][511], next[4][511];
        assert_int_equal(ons_cells_create(&cells, &a), ONS_OK);
        for (unsigned p = 0; p < 4; p++) {
            for (uint64_t x = 0; x < n; x++) { ons_cells_set(cells, p, x, now[p][x] = ons_random_32(&random) & 1); }
        }
        for (unsigned step = 0; step < 70; step++) {
            for (uint64_t x = 0; x < n; x++) {
                for (unsigned p = 0; p < 4; p++) { next[p][x] = now[p][(p < 2 ? x + n - 1 : x + 1) % n]; }
                const bool r1 = next[0][x], r2 = next[1][x], l1 = next[2][x], l2 = next[3][x];
                if (!(mask[x / 64] >> x % 64 & 1)) { continue; }
                const bool turn = a.rule == ONS_SCATTERERS;
                const bool exchange = !turn && r1 + r2 == 1 && l1 + l2 == 1 && r1 != l1;
                if (exchange) { next[0][x] = r2, next[1][x] = r1, next[2][x] = l2, next[3][x] = l1; }
                if (turn) { next[0][x] = l2, next[1][x] = l1, next[2][x] = r2, next[3][x] = r1; }
            }
            memcpy(now, next, sizeof now);
        }
        ons_cells_step(cells, 70);
        for (unsigned p = 0; p < 4; p++) {
            for (uint64_t x = 0; x < n; x++) { assert_int_equal(ons_cells_get(cells, p, x), now[p][x]); }
        }
        ons_cells_free(cells);
    }
}

/* ---- sectors and cycles -------------------------------------------------------------------------------------- */

static void test_ranks_number_the_states_of_a_sector_in_order(void **state) {
    ons_sector sector;
    for (unsigned k = 0; k <= 12; k++) {
        assert_int_equal(ons_sector_init(&sector, 12, k), ONS_OK);
        uint64_t rank = 0;
        for (uint64_t s = 0; s < 4096; s++) {
            if (__builtin_popcountll(s) != (int)k) { continue; }
            assert_int_equal(ons_sector_state(&sector, rank), s);
            assert_int_equal(ons_sector_rank(&sector, s), rank++);
        }
        assert_int_equal(rank, sector.states);
    }
    assert_int_equal(ons_sector_init(&sector, 63, 31), ONS_OK);
    assert_int_equal(sector.states, 916312070471295267U);
    assert_int_equal(ons_sector_rank(&sector, ons_sector_state(&sector, 123456789012345678U)), 123456789012345678U);
}

/* The length of the cycle of each state by plain iteration. */
static void assert_cycles(const ons_sector_map *map, uint64_t states, const ons_cycles *cycles) {
    uint64_t *of_length = calloc(states + 1, sizeof *of_length), total = 0;
    assert_non_null(of_length);
    for (uint64_t s = 0; s < states; s++) {
        uint64_t length = 0, at = s;
        do {
            at = ons_sector_next(map, at);
            length++;
        } while (at != s);
        of_length[length]++;
    }
    for (size_t k = 0; k < cycles->count; k++) {
        const ons_cycle_class *c = &cycles->classes[k];
        assert_int_equal(of_length[c->length], c->length * c->cycles);
        total += c->length * c->cycles;
    }
    assert_int_equal(total, states);
    free(of_length);
}

static void decompose(ons_cycles *cycles, const ons_sector_map *map, uint64_t states, uint64_t work) {
    ons_status status;
    assert_int_equal(ons_cycles_init(cycles, states), ONS_OK);
    do { status = ons_cycles_follow(cycles, ons_sector_next, map, work); } while (status == ONS_OK);
    assert_int_equal(status, ONS_DONE);
}

static void test_cycles_match_direct_iteration(void **state) {
    for (unsigned k = 0; k < SMALL; k++) {
        const ons_sector_map map = {&small[k], NULL};
        ons_cycles whole, pieces;
        const uint64_t states = (uint64_t)1 << ons_automaton_bits(&small[k]);
        decompose(&whole, &map, states, UINT64_MAX);
        decompose(&pieces, &map, states, 10);
        assert_cycles(&map, states, &whole);
        assert_int_equal(whole.count, pieces.count);
        assert_memory_equal(whole.classes, pieces.classes, whole.count * sizeof *whole.classes);
        ons_cycles_free(&whole);
        ons_cycles_free(&pieces);
    }
    ons_cycles cycles;
    const ons_sector_map clock = {&small[7], NULL};
    decompose(&cycles, &clock, 512, 100); /* one cycle of all states */
    assert_int_equal(cycles.count, 1);
    assert_int_equal(cycles.classes[0].length, 512);
    ons_cycles_free(&cycles);
}

static uint64_t collapse(const void *data, uint64_t s) { return s / 2; }
static uint64_t escape(const void *data, uint64_t s) { return s + 1; }

static void test_maps_that_are_no_permutation_are_refused(void **state) {
    ons_cycles cycles;
    assert_int_equal(ons_cycles_init(&cycles, 8), ONS_OK);
    assert_int_equal(ons_cycles_follow(&cycles, collapse, NULL, 100), ONS_INVALID);
    ons_cycles_free(&cycles);
    assert_int_equal(ons_cycles_init(&cycles, 8), ONS_OK);
    assert_int_equal(ons_cycles_follow(&cycles, escape, NULL, 100), ONS_INVALID);
    ons_cycles_free(&cycles);
}

/* Eigenvalues of the permutation matrix of a sector by GSL against the cycles: every eigenvalue is a root of unity of a
 * cycle, with the multiplicity that the cycles give. */
static void assert_spectrum(const ons_automaton *a, unsigned particles) {
    ons_sector sector;
    assert_int_equal(ons_sector_init(&sector, (unsigned)ons_automaton_bits(a), particles), ONS_OK);
    const size_t n = (size_t)sector.states;
    const ons_sector_map map = {a, &sector};
    ons_cycles cycles;
    decompose(&cycles, &map, n, UINT64_MAX);
    gsl_matrix *s = gsl_matrix_calloc(n, n);
    gsl_vector_complex *values = gsl_vector_complex_alloc(n);
    gsl_eigen_nonsymm_workspace *work = gsl_eigen_nonsymm_alloc(n);
    for (size_t k = 0; k < n; k++) { gsl_matrix_set(s, (size_t)ons_sector_next(&map, k), k, 1); }
    assert_int_equal(gsl_eigen_nonsymm(s, values, work), 0);
    for (size_t c = 0; c < cycles.count; c++) {
        const uint64_t length = cycles.classes[c].length;
        for (uint64_t k = 0; k < length; k++) {
            const double phase = 2 * acos(-1) * (double)k / (double)length;
            uint64_t found = 0;
            for (size_t j = 0; j < n; j++) {
                const gsl_complex z = gsl_vector_complex_get(values, j);
                found += hypot(GSL_REAL(z) - cos(phase), GSL_IMAG(z) - sin(phase)) < 1e-10;
            }
            assert_int_equal(found, ons_cycles_multiplicity(&cycles, k, length));
        }
    }
    gsl_eigen_nonsymm_free(work);
    gsl_vector_complex_free(values);
    gsl_matrix_free(s);
    ons_cycles_free(&cycles);
}

static void test_numerical_eigenvalues_are_the_roots_of_unity_of_the_cycles(void **state) {
    const ons_automaton thirring = {ONS_THIRRING, 2, 4, NULL}, movers = {ONS_MOVERS, 1, 6, NULL};
    for (unsigned k = 0; k <= 2; k++) {
        assert_spectrum(&thirring, k);
        assert_spectrum(&movers, k);
    }
}

/* ---- momentum ------------------------------------------------------------------------------------------------ */

static void translations(const ons_automaton *a, const ons_sector *sector, uint32_t *translate) {
    for (uint64_t k = 0; k < sector->states; k++) {
        translate[k] = (uint32_t)ons_sector_rank(sector, ons_automaton_translate(a, ons_sector_state(sector, k)));
    }
}

static void test_momentum_weights_of_one_particle_are_its_fourier_transform(void **state) {
    enum { N = 12 };
    const ons_automaton a = {ONS_RIGHT_MOVERS, 1, N, NULL};
    ons_sector sector;
    uint32_t translate[N];
    double psi[2 * N], weight[N];
    ons_random random = ons_random_stream(13, 0, 0);
    assert_int_equal(ons_sector_init(&sector, N, 1), ONS_OK);
    translations(&a, &sector, translate);
    for (unsigned k = 0; k < 2 * N; k++) { psi[k] = ons_random_normal(&random); }
    assert_int_equal(ons_momentum_weights(psi, N, translate, N, weight), ONS_OK);
    for (unsigned k = 0; k < N; k++) {
        double re = 0, im = 0; /* (1/sqrt N) sum_x exp(-i p x) psi(x) */
        for (unsigned x = 0; x < N; x++) {
            const double angle = -ons_momentum(k, N) * x;
            re += cos(angle) * psi[2 * x] - sin(angle) * psi[2 * x + 1];
            im += cos(angle) * psi[2 * x + 1] + sin(angle) * psi[2 * x];
        }
        assert_true(fabs(weight[k] - (re * re + im * im) / N) < 1e-12);
    }
}

static void test_total_momentum_is_conserved_where_colours_scatter(void **state) {
    const ons_automaton a = {ONS_THIRRING, 2, 6, NULL};
    ons_sector sector;
    assert_int_equal(ons_sector_init(&sector, 24, 3), ONS_OK);
    const size_t n = (size_t)sector.states;
    uint32_t *translate = calloc(n, sizeof *translate);
    double *psi = calloc(2 * n, sizeof *psi), *next = calloc(2 * n, sizeof *next), first[6], later[6], total = 0,
           norm = 0;
    assert_true(translate && psi && next);
    ons_random random = ons_random_stream(14, 0, 0);
    for (size_t k = 0; k < 2 * n; k++) {
        psi[k] = ons_random_normal(&random) / sqrt(2.0 * (double)n);
        norm += psi[k] * psi[k];
    }
    translations(&a, &sector, translate);
    assert_int_equal(ons_momentum_weights(psi, n, translate, 6, first), ONS_OK);
    const ons_sector_map map = {&a, &sector};
    for (unsigned step = 0; step < 100; step++) {
        for (size_t k = 0; k < n; k++) { memcpy(next + 2 * ons_sector_next(&map, k), psi + 2 * k, 2 * sizeof *psi); }
        memcpy(psi, next, 2 * n * sizeof *psi);
    }
    assert_int_equal(ons_momentum_weights(psi, n, translate, 6, later), ONS_OK);
    for (unsigned k = 0; k < 6; k++) {
        assert_true(fabs(first[k] - later[k]) < 1e-12);
        total += first[k];
    }
    assert_true(fabs(total - norm) < 1e-12);
    free(translate);
    free(psi);
    free(next);
}

static void assert_hamiltonian(unsigned cells, unsigned particles) {
    const ons_automaton a = {ONS_RIGHT_MOVERS, 1, cells, NULL};
    ons_sector sector;
    assert_int_equal(ons_sector_init(&sector, cells, particles), ONS_OK);
    const size_t n = (size_t)sector.states;
    double *h = calloc(2 * n * n, sizeof *h), *u = calloc(2 * n * n, sizeof *u);
    assert_true(h && u);
    assert_int_equal(ons_movers_hamiltonian(cells, particles, h), ONS_OK);
    assert_int_equal(ons_matrix_evolution(h, n, 1, u), ONS_OK);
    const ons_sector_map map = {&a, &sector};
    for (size_t to = 0; to < n; to++) {
        for (size_t from = 0; from < n; from++) {
            const double *element = u + 2 * (to * n + from), *here = h + 2 * (to * n + from),
                         *there = h + 2 * (from * n + to);
            assert_true(fabs(here[0] - there[0]) < 1e-13 && fabs(here[1] + there[1]) < 1e-13); /* Hermitian */
            const double expected = ons_sector_next(&map, from) == to ? 1 : 0;
            assert_true(fabs(element[0] - expected) < 1e-12 && fabs(element[1]) < 1e-12);
        }
    }
    free(h);
    free(u);
}

static void test_the_exponential_of_the_sawtooth_is_the_permutation(void **state) {
    for (unsigned cells = 2; cells <= 9; cells++) {
        assert_hamiltonian(cells, 1);
        assert_hamiltonian(cells, 2);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_is_one_to_one_and_keeps_particles_and_translations),
        cmocka_unit_test(test_colours_are_exchanged_where_two_particles_meet),
        cmocka_unit_test(test_strings_and_ensembles_follow_the_map_of_states),
        cmocka_unit_test(test_long_strings_match_a_plain_loop),
        cmocka_unit_test(test_ranks_number_the_states_of_a_sector_in_order),
        cmocka_unit_test(test_cycles_match_direct_iteration),
        cmocka_unit_test(test_maps_that_are_no_permutation_are_refused),
        cmocka_unit_test(test_numerical_eigenvalues_are_the_roots_of_unity_of_the_cycles),
        cmocka_unit_test(test_momentum_weights_of_one_particle_are_its_fourier_transform),
        cmocka_unit_test(test_total_momentum_is_conserved_where_colours_scatter),
        cmocka_unit_test(test_the_exponential_of_the_sawtooth_is_the_permutation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
