/*
 * Lattice sums of 1/r^p against zeta functions, direct sums and themselves under other splittings; fields of charges
 * against direct sums after many flips.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/spins.h>

#include <gsl/gsl_sf_zeta.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROOT3 1.7320508075688772935

static const ons_longrange_cell triangular = {.dimension = 2, .basis = {1, 0, 0.5, ROOT3 / 2}, .lengths = {1, 1}};
static const ons_longrange_cell square = {.dimension = 2, .basis = {1, 0, 0, 1}, .lengths = {1, 1}};
static const ons_longrange_cell cubic = {.dimension = 3, .basis = {1, 0, 0, 0, 1, 0, 0, 0, 1}, .lengths = {1, 1, 1}};

static void assert_near(double ours, double exact, double relative, const char *what) {
    if (!(fabs(ours - exact) <= relative * fabs(exact))) {
        fail_msg("%s: %.16g, exact %.16g, relative deviation %.2g", what, ours, exact, ours / exact - 1);
    }
}

/* Dirichlet's L functions of the characters modulo 3 and 4. */
static double character_3(double s) { return pow(3, -s) * (gsl_sf_hzeta(s, 1.0 / 3) - gsl_sf_hzeta(s, 2.0 / 3)); }
static double character_4(double s) { return pow(4, -s) * (gsl_sf_hzeta(s, 0.25) - gsl_sf_hzeta(s, 0.75)); }

/* sum r^-p = 6 zeta(p/2) L_3(p/2) and 4 zeta(p/2) L_4(p/2) (Lorenz 1871; Zucker 1974). */
static void test_plane_sums_match_zeta_functions(void **state) {
    static const double exponents[] = {2.25, 2.5, 3, 4, 6, 7.3, 12};
    for (size_t k = 0; k < sizeof exponents / sizeof *exponents; k++) {
        const double p = exponents[k];
        double ours;
        assert_int_equal(ons_longrange_sum(&triangular, p, 0, &ours), ONS_OK);
        assert_near(ours, 6 * gsl_sf_zeta(p / 2) * character_3(p / 2), 1e-13, "triangular");
        assert_int_equal(ons_longrange_sum(&square, p, 0, &ours), ONS_OK);
        assert_near(ours, 4 * gsl_sf_zeta(p / 2) * character_4(p / 2), 1e-13, "square");
    }
    double ours;
    assert_int_equal(ons_longrange_sum(&triangular, 3, 0, &ours), ONS_OK);
    assert_true(fabs(ours - 11.0342) < 5e-5);
}

/* Lennard-Jones and Ingham (1925), as in Borwein et al., Lattice Sums Then and Now (2013). */
static void test_cubic_sums_match_the_constants_of_lennard_jones(void **state) {
    double ours;
    assert_int_equal(ons_longrange_sum(&cubic, 6, 0, &ours), ONS_OK);
    assert_near(ours, 8.40192397, 1e-9, "cubic, 1/r^6");
    assert_int_equal(ons_longrange_sum(&cubic, 12, 0, &ours), ONS_OK);
    assert_near(ours, 6.20214904, 1e-9, "cubic, 1/r^12");
}

/* On a ring of L sites V(r) = L^-p (zeta(p, r/L) + zeta(p, 1 - r/L)). */
static void test_rings_match_hurwitz_zeta_functions(void **state) {
    enum { L = 17 };
    static const double exponents[] = {1.1, 1.5, 2, 3, 6.5};
    const ons_longrange_cell ring = {.dimension = 1, .basis = {1}, .lengths = {L}};
    for (size_t k = 0; k < sizeof exponents / sizeof *exponents; k++) {
        const double p = exponents[k], scale = pow(L, -p);
        double table[L];
        assert_int_equal(ons_longrange_sum(&ring, p, 0, table), ONS_OK);
        assert_near(table[0], 2 * scale * gsl_sf_zeta(p), 1e-12, "ring, own images");
        for (int r = 1; r < L; r++) {
            const double x = (double)r / L;
            assert_near(table[r], scale * (gsl_sf_hzeta(p, x) + gsl_sf_hzeta(p, 1 - x)), 1e-12, "ring");
        }
    }
}

static const ons_longrange_cell cells[] = {
    {.dimension = 1, .basis = {0.7}, .lengths = {9}},
    {.dimension = 2, .basis = {1, 0, 0.5, ROOT3 / 2}, .lengths = {6, 5}},
    {.dimension = 2, .basis = {1.3, 0.2, -0.4, 0.8}, .lengths = {3, 7}},
    {.dimension = 2, .basis = {1, 0, 0, 1}, .lengths = {2, 24}},
    {.dimension = 3, .basis = {1, 0, 0.1, 0.3, 1.1, 0, -0.2, 0.4, 0.9}, .lengths = {3, 2, 4}}};
enum { CELLS = sizeof cells / sizeof *cells, MOST_SITES = 64 };

static size_t sites_of(const ons_longrange_cell *cell) {
    size_t sites = 1;
    for (unsigned d = 0; d < cell->dimension; d++) { sites *= (size_t)cell->lengths[d]; }
    return sites;
}

static void test_tables_do_not_depend_on_the_splitting(void **state) {
    for (size_t c = 0; c < CELLS; c++) {
        const double p = cells[c].dimension + (c % 2 ? 0.75 : 1);
        double chosen[MOST_SITES], other[MOST_SITES];
        assert_int_equal(ons_longrange_sum(&cells[c], p, 0, chosen), ONS_OK);
        for (double splitting = 0.3; splitting < 1.3; splitting += 0.4) {
            assert_int_equal(ons_longrange_sum(&cells[c], p, splitting, other), ONS_OK);
            for (size_t i = 0; i < sites_of(&cells[c]); i++) { assert_near(other[i], chosen[i], 1e-12, "splitting"); }
        }
    }
}

/* The couplings of one site to all others and its own images are those of the infinite lattice. */
static void test_tables_add_up_to_the_lattice_sum(void **state) {
    for (size_t c = 0; c < CELLS; c++) {
        ons_longrange_cell primitive = cells[c];
        for (unsigned d = 0; d < 3; d++) { primitive.lengths[d] = 1; }
        double table[MOST_SITES], whole, sum = 0;
        assert_int_equal(ons_longrange_sum(&cells[c], cells[c].dimension + 1, 0, table), ONS_OK);
        assert_int_equal(ons_longrange_sum(&primitive, cells[c].dimension + 1, 0, &whole), ONS_OK);
        for (size_t i = 0; i < sites_of(&cells[c]); i++) { sum += table[i]; }
        assert_near(sum, whole, 1e-12, "sum of the table");
    }
}

/* Direct sum over |R| < cutoff with the integral over the rest, p = 10: what the integral misses are the sites at the
 * edge, at most cutoff^(1 - p) = 4e-15. */
static void test_tables_match_direct_sums_with_their_tails(void **state) {
    const ons_longrange_cell *cell = &cells[2];
    const double p = 10, cutoff = 40, *b = cell->basis;
    const double volume = fabs(b[0] * b[3] - b[1] * b[2]) * (double)(cell->lengths[0] * cell->lengths[1]);
    double table[MOST_SITES];
    assert_int_equal(ons_longrange_sum(cell, p, 0, table), ONS_OK);
    for (int i = 0; i < cell->lengths[0]; i++) {
        for (int j = 0; j < cell->lengths[1]; j++) {
            double sum = 2 * 3.14159265358979323846 / volume * pow(cutoff, 2 - p) / (p - 2);
            for (int m = -40; m <= 40; m++) {
                for (int n = -40; n <= 40; n++) {
                    const double u = (double)(i + m * cell->lengths[0]), v = (double)(j + n * cell->lengths[1]);
                    const double r = hypot(u * b[0] + v * b[2], u * b[1] + v * b[3]);
                    if (r > 0 && r < cutoff) { sum += pow(r, -p); }
                }
            }
            assert_true(fabs(table[i * cell->lengths[1] + j] - sum) < 4e-15);
        }
    }
}

static void test_tables_are_even(void **state) {
    const ons_longrange_cell *cell = &cells[2];
    double table[MOST_SITES];
    assert_int_equal(ons_longrange_sum(cell, 3, 0, table), ONS_OK);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 7; j++) { assert_true(table[i * 7 + j] == table[(3 - i) % 3 * 7 + (7 - j) % 7]); }
    }
}

static void test_what_does_not_converge_is_refused(void **state) {
    double table[MOST_SITES];
    ons_longrange_cell cell = square;
    assert_int_equal(ons_longrange_sum(&square, 2, 0, table), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "p > 2"));
    assert_int_equal(ons_longrange_sum(&cubic, 3, 0, table), ONS_INVALID);
    assert_int_equal(ons_longrange_sum(&square, NAN, 0, table), ONS_INVALID);
    assert_int_equal(ons_longrange_sum(&square, 3, -1, table), ONS_INVALID);
    cell.dimension = 4;
    assert_int_equal(ons_longrange_sum(&cell, 9, 0, table), ONS_INVALID);
    cell = square;
    cell.lengths[1] = 0;
    assert_int_equal(ons_longrange_sum(&cell, 3, 0, table), ONS_INVALID);
    cell = square;
    cell.basis[2] = 1;
    cell.basis[3] = 0;
    assert_int_equal(ons_longrange_sum(&cell, 3, 0, table), ONS_INVALID);
}

/* ---- fields --------------------------------------------------------------------------------------------------------
 */

static void coordinates(const ons_longrange_cell *cell, size_t site, int64_t *at) {
    for (unsigned d = cell->dimension; d-- > 0;) {
        at[d] = (int64_t)site % cell->lengths[d];
        site /= (size_t)cell->lengths[d];
    }
}

static size_t difference(const ons_longrange_cell *cell, size_t a, size_t b) {
    int64_t x[3], y[3];
    size_t site = 0;
    coordinates(cell, a, x);
    coordinates(cell, b, y);
    for (unsigned d = 0; d < cell->dimension; d++) {
        site = site * (size_t)cell->lengths[d] + (size_t)((x[d] - y[d] + cell->lengths[d]) % cell->lengths[d]);
    }
    return site;
}

/* Whole numbers: the Fourier transform gives the direct sum exactly, and every kernel keeps it so. */
static void assert_fields(const ons_longrange_cell *cell, double exponent, unsigned flips) {
    const size_t sites = sites_of(cell);
    ons_longrange *longrange;
    assert_int_equal(ons_longrange_create(&longrange, cell, exponent), ONS_OK);
    assert_int_equal(ons_longrange_sites(longrange), sites);
    int8_t *charge = malloc(sites);
    int64_t *field = malloc(sites * sizeof *field), *fresh = malloc(sites * sizeof *fresh);
    double *table = malloc(sites * sizeof *table);
    assert_true(charge && field && fresh && table);
    assert_int_equal(ons_longrange_sum(cell, exponent, 0, table), ONS_OK);
    ons_random random = ons_random_stream(7, 0, 0);
    for (size_t i = 0; i < sites; i++) { charge[i] = ons_random_32(&random) & 1 ? 1 : -1; }
    assert_int_equal(ons_longrange_field(longrange, charge, field), ONS_OK);
    static const char *const kernels[] = {"plain", "x86-64-v3", "x86-64-v4"};
    for (size_t k = 0; k < 3; k++) {
        if (!ons_longrange_select(longrange, kernels[k])) { continue; }
        assert_string_equal(ons_longrange_kernel(longrange), kernels[k]);
        for (unsigned n = 0; n < flips; n++) {
            const uint32_t site = ons_random_below(&random, (uint32_t)sites);
            charge[site] = (int8_t)-charge[site];
            ons_longrange_flip(longrange, site, charge[site], field);
        }
    }
    assert_int_equal(ons_longrange_field(longrange, charge, fresh), ONS_OK);
    assert_memory_equal(field, fresh, sites * sizeof *field);
    const int64_t *units = ons_longrange_units(longrange);
    for (size_t i = 0; i < sites; i++) {
        int64_t whole = 0;
        double real = 0;
        for (size_t j = 0; j < sites; j++) {
            const size_t r = difference(cell, i, j);
            whole += units[r] * charge[j];
            real += table[r] * charge[j];
        }
        assert_int_equal(whole, field[i]);
        assert_true(fabs((double)field[i] * ons_longrange_unit(longrange) - real) < 1e-10);
    }
    free(charge);
    free(field);
    free(fresh);
    free(table);
    ons_longrange_free(longrange);
}

static void test_fields_are_exact_after_many_flips(void **state) {
    const ons_longrange_cell large = {.dimension = 2, .basis = {1, 0, 0.5, ROOT3 / 2}, .lengths = {48, 48}};
    assert_fields(&large, 3, 40000);
    for (size_t c = 0; c < CELLS; c++) { assert_fields(&cells[c], cells[c].dimension + 1, 3000); }
}

static void test_unknown_kernels_are_not_there(void **state) {
    ons_longrange *longrange;
    assert_int_equal(ons_longrange_create(&longrange, &cells[1], 3), ONS_OK);
    assert_false(ons_longrange_select(longrange, "x87"));
    ons_longrange_free(longrange);
    assert_int_equal(ons_longrange_create(&longrange, &cells[1], 1), ONS_INVALID);
    assert_null(longrange);
    ons_longrange_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plane_sums_match_zeta_functions),
        cmocka_unit_test(test_cubic_sums_match_the_constants_of_lennard_jones),
        cmocka_unit_test(test_rings_match_hurwitz_zeta_functions),
        cmocka_unit_test(test_tables_do_not_depend_on_the_splitting),
        cmocka_unit_test(test_tables_add_up_to_the_lattice_sum),
        cmocka_unit_test(test_tables_match_direct_sums_with_their_tails),
        cmocka_unit_test(test_tables_are_even),
        cmocka_unit_test(test_what_does_not_converge_is_refused),
        cmocka_unit_test(test_fields_are_exact_after_many_flips),
        cmocka_unit_test(test_unknown_kernels_are_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
