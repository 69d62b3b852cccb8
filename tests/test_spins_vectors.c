/*
 * O(n) spins: the distribution of the heat bath, chains against Bessel functions, every update against transfer
 * matrices and direct quadrature, measurements against their definitions, correlations against sums over pairs.
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

#include <gsl/gsl_sf_bessel.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 64 };
#define LIMIT 6.0

static double ratio(double nu, double k) {
    return gsl_sf_bessel_Inu_scaled(nu + 1, k) / gsl_sf_bessel_Inu_scaled(nu, k);
}

/* ---- the heat bath ------------------------------------------------------------------------------------------------
 */

/* <w> = I_{n/2}(k) / I_{n/2-1}(k) and <w^2> = 1 - (n - 1) <w> / k. */
static void test_heat_bath_has_the_moments_of_von_mises_and_fisher(void **state) {
    static const unsigned components[] = {2, 3, 4, 7};
    static const double strengths[] = {0.05, 0.49, 0.51, 3, 50, 600};
    enum { SAMPLES = 60000 };
    for (unsigned variant = 0; variant < 24; variant++) {
        const unsigned n = components[variant % 4];
        const double k = strengths[variant / 4], nu = n / 2.0 - 1;
        const double m = n - 1, series = 1 - m / (2 * k) + m * (m - 2) * (1 / (8 * k * k) + 1 / (8 * k * k * k));
        const double mean = k > 100 ? series : ratio(nu, k); /* GSL has no I_0 there; the next term is k^-4 */
        const double square = 1 - (n - 1) * mean / k;
        ons_random random = ons_random_stream(11, variant, 0);
        double e[ONS_VECTOR_COMPONENTS], spin[ONS_VECTOR_COMPONENTS], sums[4] = {0}, across = 0, across_square = 0;
        spins_direction(&random, n, e);
        for (unsigned s = 0; s < SAMPLES; s++) {
            double w = 0, length = 0;
            spins_von_mises_fisher(&random, n, k, e, spin);
            for (unsigned c = 0; c < n; c++) {
                w += spin[c] * e[c];
                length += spin[c] * spin[c];
            }
            assert_true(fabs(length - 1) < 1e-14);
            sums[0] += w - mean;
            sums[1] += (w - mean) * (w - mean);
            sums[2] += w * w - square;
            sums[3] += (w * w - square) * (w * w - square);
            const double b = spin[0] - w * e[0];
            across += b;
            across_square += b * b;
        }
        const double first = sums[0] / sqrt(sums[1]), second = sums[2] / sqrt(sums[3]),
                     third = across / sqrt(across_square);
        if (!(fabs(first) < 5.5 && fabs(second) < 5.5 && fabs(third) < 5.5)) {
            fail_msg("n = %u, k = %g: %.1f, %.1f, %.1f standard errors off", n, k, first, second, third);
        }
    }
}

/* n = 3: the distribution of w is (exp(k (w - 1)) - exp(-2k)) / (1 - exp(-2k)); n = 2 for small k by quadrature of its
 * density. Kolmogorov's statistic times sqrt(samples) exceeds 3.2 with 3e-9. */
static void test_heat_bath_has_the_distribution_of_three_components(void **state) {
    enum { SAMPLES = 40000, CELLS = 200 };
    static const double strengths[] = {0.3, 1, 8, 300};
    for (unsigned variant = 0; variant < 4; variant++) {
        const double k = strengths[variant], e[3] = {0.6, 0, -0.8};
        ons_random random = ons_random_stream(12, variant, 0);
        unsigned counts[CELLS + 1] = {0};
        for (unsigned s = 0; s < SAMPLES; s++) {
            double spin[3];
            spins_von_mises_fisher(&random, 3, k, e, spin);
            const double w = spin[0] * e[0] + spin[2] * e[2];
            const double level = (exp(k * (w - 1)) - exp(-2 * k)) / (1 - exp(-2 * k)); /* uniform */
            counts[(unsigned)(fmax(0, fmin(1, level)) * CELLS)]++;
        }
        double below = 0, worst = 0;
        for (unsigned c = 0; c < CELLS; c++) {
            below += counts[c];
            worst = fmax(worst, fabs(below / SAMPLES - (c + 1.0) / CELLS));
        }
        assert_true(worst * sqrt(SAMPLES) < 3.2);
    }
}

/* ---- chains --------------------------------------------------------------------------------------------------------
 */

static void test_exact_chains_are_bessel_functions(void **state) {
    ons_vectors_exact exact, warmer, colder;
    for (uint32_t n = 2; n <= 6; n++) {
        const double nu = n / 2.0 - 1;
        for (unsigned variant = 0; variant < 8; variant++) {
            const double temperature = 0.15 + 0.3 * variant, coupling = variant % 3 ? 1.2 : -0.8;
            const double k = fabs(coupling) / temperature;
            assert_int_equal(ons_vectors_exact_chain(n, coupling, temperature, 9, true, &exact), ONS_OK);
            assert_true(fabs(exact.energy + fabs(coupling) * 8.0 / 9 * ratio(nu, k)) < 1e-13);
            double m2 = 9;
            for (int r = 1; r < 9; r++) { m2 += 2 * (9 - r) * pow(copysign(ratio(nu, k), coupling), r); }
            assert_true(fabs(exact.magnetization_squared - m2 / 81) < 1e-13);
            /* two sites of a ring have a double bond */
            assert_int_equal(ons_vectors_exact_chain(n, coupling, temperature, 2, false, &exact), ONS_OK);
            assert_true(fabs(exact.energy + fabs(coupling) * ratio(nu, 2 * k)) < 1e-12);
            /* C = de/dT */
            for (int64_t sites = 3; sites < 6; sites++) {
                const double h = 1e-5 * temperature;
                ons_vectors_exact_chain(n, coupling, temperature, sites, false, &exact);
                ons_vectors_exact_chain(n, coupling, temperature + h, sites, false, &warmer);
                ons_vectors_exact_chain(n, coupling, temperature - h, sites, false, &colder);
                const double slope = (warmer.energy - colder.energy) / (2 * h);
                assert_true(fabs(exact.specific_heat - slope) < 1e-7 * (1 + fabs(slope)));
            }
        }
    }
    /* three rotors on a ring by quadrature, ferromagnetic and frustrated */
    for (int sign = -1; sign <= 1; sign += 2) {
        double z = 0, e = 0;
        enum { POINTS = 128 };
        for (int a = 0; a < POINTS; a++) {
            for (int b = 0; b < POINTS; b++) {
                const double x = 2 * M_PI * a / POINTS, y = 2 * M_PI * b / POINTS;
                const double energy = -sign * (cos(x) + cos(y) + cos(x + y)), weight = exp(-energy / 0.6);
                z += weight;
                e += weight * energy / 3;
            }
        }
        assert_int_equal(ons_vectors_exact_chain(2, sign, 0.6, 3, false, &exact), ONS_OK);
        assert_true(fabs(exact.energy - e / z) < 1e-12);
    }
}

/* ---- updates
 * --------------------------------------------------------------------------------------------------------- */

/* Mean of a quantity over a run with its error. */
typedef struct estimate {
    double mean, error;
} estimate;

static estimate energy_of(const ons_graph *graph, const ons_vectors_options *options, uint32_t seed, unsigned steps,
                          double *field_mean) {
    ons_vectors_model *model;
    ons_vectors *spins;
    double bins[BINS] = {0}, along = 0;
    assert_int_equal(ons_vectors_model_create(&model, graph, options), ONS_OK);
    assert_int_equal(ons_vectors_create(&spins, model, ons_random_stream(77, seed, 0)), ONS_OK);
    for (unsigned k = 0; k < 300; k++) { ons_vectors_step(spins); }
    for (unsigned bin = 0; bin < BINS; bin++) {
        for (unsigned k = 0; k < steps; k++) {
            double m[ONS_VECTOR_COMPONENTS];
            ons_vectors_step(spins);
            bins[bin] += ons_vectors_energy(spins) / steps;
            ons_vectors_magnetization(spins, m);
            along += m[options->axis] / steps / BINS;
        }
    }
    const double *s = ons_vectors_spins(spins);
    for (size_t i = 0; i < graph->sites; i++) {
        double length = 0;
        for (unsigned c = 0; c < options->components; c++) {
            length += s[i * options->components + c] * s[i * options->components + c];
        }
        assert_true(fabs(length - 1) < 1e-13);
    }
    ons_vectors_free(spins);
    ons_vectors_model_free(model);
    estimate e = {0, 0};
    for (unsigned bin = 0; bin < BINS; bin++) { e.mean += bins[bin] / BINS; }
    for (unsigned bin = 0; bin < BINS; bin++) { e.error += pow(bins[bin] - e.mean, 2) / BINS / (BINS - 1); }
    e.error = sqrt(e.error);
    if (field_mean) { *field_mean = along; }
    return e;
}

static void test_every_update_has_the_energy_of_the_chain(void **state) {
    uint32_t seed = 0;
    for (uint32_t n = 2; n <= 5; n++) {
        for (unsigned update = 0; update < 4; update++) {
            for (unsigned variant = 0; variant < 3; variant++) {
                const bool open = variant == 1;
                const int64_t sites = variant == 2 ? 3 : 6;
                const double coupling = variant == 2 ? -1 : 1;
                ons_lattice *lattice;
                ons_graph *graph;
                ons_vectors_exact exact;
                const ons_vectors_options options = {.components = n,
                                                     .temperature = 0.7,
                                                     .coupling = coupling,
                                                     .update = (ons_spin_update)update,
                                                     .clusters = 2,
                                                     .overrelaxation = variant == 0};
                assert_int_equal(ons_lattice_create(&lattice, "chain", 0), ONS_OK);
                assert_int_equal(ons_graph_create(&graph, lattice, &sites, 1, open ? ONS_OPEN : ONS_PERIODIC), ONS_OK);
                assert_int_equal(ons_vectors_exact_chain(n, coupling, 0.7, sites, open, &exact), ONS_OK);
                const estimate e = energy_of(graph, &options, seed++, 400, NULL);
                if (!(fabs(e.mean - exact.energy) < LIMIT * e.error)) {
                    fail_msg("n = %u, update %u, variant %u: %g +- %g, exact %g", n, update, variant, e.mean, e.error,
                             exact.energy);
                }
                ons_graph_free(graph);
                ons_lattice_free(lattice);
            }
        }
    }
}

/* Three rotors with couplings of their own in a field: Z by the trapezoidal rule, which is exact to rounding here. */
static void test_every_update_takes_a_field(void **state) {
    enum { POINTS = 96 };
    ons_graph *graph;
    const double beta = 1 / 0.8, field = 0.6;
    double z[2] = {0, 0}, e[2] = {0, 0}, m[2] = {0, 0};
    static const char edges[] = "0 1 1\n1 2 -0.5\n";
    assert_int_equal(ons_graph_parse(&graph, "edges", edges, strlen(edges)), ONS_OK);
    for (int a = 0; a < POINTS; a++) {
        for (int b = 0; b < POINTS; b++) {
            for (int c = 0; c < POINTS; c++) {
                const double x = 2 * M_PI * a / POINTS, y = 2 * M_PI * b / POINTS, v = 2 * M_PI * c / POINTS;
                const double along = cos(x) + cos(y) + cos(v);
                const double energy = -cos(x - y) + 0.5 * cos(y - v) - field * along, weight = exp(-beta * energy);
                z[0] += weight;
                e[0] += weight * energy / 3;
                m[0] += weight * along / 3;
            }
        }
    }
    /* three components, field along z: site 0 and 2 can be integrated out, int exp(b . S) = 4 pi sinh(b)/b; what is
     * left is one direction: site 1 at u = cos(theta); energy and magnetization from derivatives of ln Z */
    double ln[5];
    const double h = 1e-4;
    for (int k = 0; k < 5; k++) {
        const double t = beta * (k == 1   ? 1 + h
                                 : k == 2 ? 1 - h
                                          : 1),
                     f = field * (k == 3   ? 1 + h
                                  : k == 4 ? 1 - h
                                           : 1);
        double sum = 0;
        for (int i = 0; i < 20000; i++) {
            const double u = -1 + (i + 0.5) / 10000;
            const double b0 = t * sqrt(1 + f * f + 2 * f * u), b2 = t * sqrt(0.25 + f * f - f * u);
            sum += exp(t * f * u) * sinh(b0) / b0 * sinh(b2) / b2;
        }
        ln[k] = log(sum);
    }
    e[1] = -(ln[1] - ln[2]) / (2 * h * beta) / 3;
    m[1] = (ln[3] - ln[4]) / (2 * h * beta * field) / 3;
    z[1] = 1;
    for (uint32_t n = 2; n <= 3; n++) {
        for (unsigned update = 0; update < 4; update++) {
            const ons_vectors_options options = {.components = n,
                                                 .axis = n - 2, /* the second axis of three: no axis is special */
                                                 .temperature = 0.8,
                                                 .coupling = 1,
                                                 .field = field,
                                                 .update = (ons_spin_update)update,
                                                 .clusters = 3,
                                                 .overrelaxation = update % 2};
            double along;
            const estimate ours = energy_of(graph, &options, 100 + 4 * n + update, 800, &along);
            const double exact = e[n - 2] / z[n - 2], magnetization = m[n - 2] / z[n - 2];
            if (!(fabs(ours.mean - exact) < LIMIT * ours.error)) {
                fail_msg("n = %u, update %u: %g +- %g, exact %g", n, update, ours.mean, ours.error, exact);
            }
            assert_true(fabs(along - magnetization) < 0.02); /* its error is about 0.002 */
        }
    }
    ons_graph_free(graph);
}

/* exp(-H/T) to second order: e = -(z/2) K/n J + O(K^3) on the cubic lattice, where no loops are shorter than 4. */
static void test_high_temperatures(void **state) {
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t length = 6;
    assert_int_equal(ons_lattice_create(&lattice, "cubic", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, &length, 1, ONS_PERIODIC), ONS_OK);
    for (uint32_t n = 2; n <= 4; n++) {
        const ons_vectors_options options = {
            .components = n, .temperature = 20, .coupling = 1, .update = ONS_SPIN_METROPOLIS};
        const estimate e = energy_of(graph, &options, 300 + n, 100, NULL);
        const double k = 1 / 20.0, u = ratio(n / 2.0 - 1, k); /* a tree, and the loops of four bonds: 4 per bond */
        assert_true(fabs(e.mean + 3 * (u + 4 * u * u * u)) < LIMIT * e.error);
        assert_true(e.error < 2e-3);
    }
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

/* ---- measurement
 * ------------------------------------------------------------------------------------------------------ */

/* A rotation of all spins leaves the energy alone, and a pure twist has the helicity that calculus gives. */
static void test_helicity_of_a_spiral(void **state) {
    ons_lattice *lattice;
    ons_graph *graph;
    ons_vectors_model *model;
    ons_vectors *spins;
    const int64_t lengths[] = {4, 6};
    double energy, current;
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, 2, ONS_PERIODIC), ONS_OK);
    for (uint32_t n = 2; n <= 3; n++) {
        const ons_vectors_options options = {
            .components = n, .temperature = 1, .coupling = 0.7, .update = ONS_SPIN_METROPOLIS};
        assert_int_equal(ons_vectors_model_create(&model, graph, &options), ONS_OK);
        assert_int_equal(ons_vectors_create(&spins, model, ons_random_stream(1, 0, 0)), ONS_OK);
        for (uint32_t i = 0; i < graph->sites; i++) { /* theta turns once along the second direction */
            const double angle = 2 * M_PI * (i % 6) / 6;
            double *s = ons_vectors_spins(spins) + (size_t)i * n;
            memset(s, 0, n * sizeof *s);
            s[0] = cos(angle);
            s[1] = sin(angle);
        }
        ons_vectors_helicity(spins, &energy, &current);
        /* bonds along: cos = 1/2, sin = sqrt(3)/2; across: cos = 1. Planes: one of 2 components, one of three of 3 */
        const double one = 0.7 * (0.5 + 1) / 2, square = pow(0.7 * 24 * sqrt(0.75), 2) / 2 / 24;
        assert_true(fabs(energy - 2.0 / n * one) < 1e-14);
        assert_true(fabs(current - (n == 2 ? square : square / 3)) < 1e-13);
        assert_true(fabs(ons_vectors_energy(spins) + 2 * one) < 1e-14);
        if (n == 2) { assert_true(ons_vectors_vorticity(spins) == 0); }
        ons_vectors_free(spins);
        ons_vectors_model_free(model);
    }
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

/* The turns around plaquettes by angles, wrapped to the short way. */
static void test_vortices_by_angles(void **state) {
    ons_lattice *lattice;
    ons_graph *graph;
    ons_vectors_model *model;
    ons_vectors *spins;
    enum { L = 32 };
    const int64_t length = L;
    for (int boundary = 0; boundary < 2; boundary++) {
        assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
        assert_int_equal(ons_graph_create(&graph, lattice, &length, 1, (ons_boundary)boundary), ONS_OK);
        const ons_vectors_options options = {.components = 2, .temperature = 1, .coupling = 1};
        assert_int_equal(ons_vectors_model_create(&model, graph, &options), ONS_OK);
        ons_random random = ons_random_stream(21, 0, 0);
        assert_int_equal(ons_vectors_create(&spins, model, random), ONS_OK);
        ons_vectors_start_random(spins, &random);
        const double *s = ons_vectors_spins(spins);
        unsigned vortices = 0;
        for (unsigned y = 0; y < L - (unsigned)boundary; y++) {
            for (unsigned x = 0; x < L - (unsigned)boundary; x++) {
                const unsigned corners[] = {y * L + x, y * L + (x + 1) % L, (y + 1) % L * L + (x + 1) % L,
                                            (y + 1) % L * L + x};
                double turn = 0;
                for (unsigned k = 0; k < 4; k++) {
                    const double *a = s + 2 * corners[k], *b = s + 2 * corners[(k + 1) % 4];
                    turn += remainder(atan2(b[1], b[0]) - atan2(a[1], a[0]), 2 * M_PI);
                }
                vortices += fabs(turn) > 1;
            }
        }
        assert_true(vortices > L * L / 10);
        assert_true(ons_vectors_vorticity(spins) == (double)vortices / (L * L));
        ons_vectors_free(spins);
        ons_vectors_model_free(model);
        ons_graph_free(graph);
        ons_lattice_free(lattice);
    }
}

/* Every entry by its definition, from the positions of the sites; their mean is the mean square (Parseval) with one
 * site a cell. */
static void test_structure_maps_are_direct_sums(void **state) {
    static const struct {
        const char *name;
        int64_t lengths[3];
    } cases[] = {{"chain", {7, 0, 0}},  {"square", {4, 6, 0}},    {"triangular", {5, 3, 0}},
                 {"kagome", {3, 4, 0}}, {"honeycomb", {1, 5, 0}}, {"cubic", {4, 3, 2}}};
    for (unsigned variant = 0; variant < 12; variant++) {
        ons_lattice *lattice;
        ons_graph *graph;
        ons_structure_map *map;
        const int64_t *lengths = cases[variant / 2].lengths;
        size_t shape[ONS_DIMENSIONS], cells = 1;
        assert_int_equal(ons_lattice_create(&lattice, cases[variant / 2].name, 0), ONS_OK);
        const unsigned d = lattice->dimension;
        assert_int_equal(ons_graph_create(&graph, lattice, lengths, d, variant % 2 ? ONS_OPEN : ONS_PERIODIC), ONS_OK);
        assert_int_equal(ons_structure_map_shape(lattice, lengths, shape), ONS_OK);
        for (unsigned i = 0; i < d; i++) {
            assert_int_equal(shape[i], lengths[i]);
            cells *= shape[i];
        }
        assert_int_equal(ons_structure_map_create(&map, graph), ONS_OK);
        double *f = calloc(2 * graph->sites, sizeof *f), *values = calloc(cells, sizeof *values), total = 0, square = 0;
        ons_random random = ons_random_stream(32, variant, 0);
        for (uint32_t i = 0; i < 2 * graph->sites; i++) {
            f[i] = ons_random_uniform(&random) - 0.3;
            square += f[i] * f[i];
        }
        for (unsigned again = 0; again < 2; again++) { /* a second measurement knows nothing of the first */
            ons_structure_map_clear(map);
            ons_structure_map_add(map, f);
            ons_structure_map_add(map, f + graph->sites);
            ons_structure_map_take(map, values);
        }
        for (size_t k = 0; k < cells; k++) {
            double power = 0;
            for (unsigned component = 0; component < 2; component++) {
                double real = 0, imaginary = 0;
                for (uint32_t i = 0; i < graph->sites; i++) {
                    int64_t cell[ONS_DIMENSIONS];
                    ons_graph_cell(graph, i, cell);
                    double turns = 0;
                    for (size_t axis = d, rest = k; axis-- > 0; rest /= shape[axis]) {
                        const double place = (double)cell[axis] + lattice->positions[i % lattice->sites * d + axis];
                        turns += (double)(rest % shape[axis]) * place / (double)shape[axis];
                    }
                    real += f[component * graph->sites + i] * cos(2 * M_PI * turns);
                    imaginary += f[component * graph->sites + i] * sin(2 * M_PI * turns);
                }
                power += (real * real + imaginary * imaginary) / graph->sites;
            }
            assert_true(fabs(values[k] - power) < 1e-11);
            total += values[k];
        }
        if (lattice->sites == 1) { assert_true(fabs(total - square) < 1e-11); }
        free(f);
        free(values);
        ons_structure_map_free(map);
        ons_graph_free(graph);
        ons_lattice_free(lattice);
    }
    size_t shape[ONS_DIMENSIONS];
    assert_int_equal(ons_structure_map_shape(NULL, NULL, shape), ONS_INVALID);
}

static void test_correlations_are_sums_over_pairs(void **state) {
    static const struct {
        const char *name;
        int64_t lengths[3];
    } cases[] = {{"chain", {7, 0, 0}},     {"square", {6, 6, 0}}, {"square", {4, 6, 0}}, {"kagome", {4, 4, 0}},
                 {"honeycomb", {3, 5, 0}}, {"cubic", {4, 4, 2}},  {"square", {1, 8, 0}}};
    for (unsigned variant = 0; variant < 14; variant++) {
        ons_lattice *lattice;
        ons_graph *graph;
        ons_correlations *c;
        const int64_t *lengths = cases[variant / 2].lengths;
        const bool open = variant % 2;
        size_t distances, waves;
        assert_int_equal(ons_lattice_create(&lattice, cases[variant / 2].name, 0), ONS_OK);
        const unsigned d = lattice->dimension;
        assert_int_equal(ons_graph_create(&graph, lattice, lengths, d, open ? ONS_OPEN : ONS_PERIODIC), ONS_OK);
        assert_int_equal(ons_correlations_lengths(lattice, lengths, open, &distances, &waves), ONS_OK);
        assert_int_equal(ons_correlations_create(&c, graph), ONS_OK);
        double *f = calloc(graph->sites, sizeof *f), correlation[16], structure[16];
        ons_random random = ons_random_stream(31, variant, 0);
        for (uint32_t i = 0; i < graph->sites; i++) { f[i] = ons_random_uniform(&random) - 0.3; }
        ons_correlations_clear(c);
        ons_correlations_add(c, f);
        ons_correlations_take(c, correlation, structure);
        int64_t longest = 0;
        for (unsigned i = 0; i < d; i++) { longest = lengths[i] > longest ? lengths[i] : longest; }
        assert_true(waves == (size_t)longest / 2 + 1 && distances == (open ? (size_t)longest : waves));
        for (size_t r = 0; r < distances || r < waves; r++) {
            double sum = 0, pairs = 0, power = 0, axes = 0;
            for (unsigned axis = 0; axis < d; axis++) {
                if (lengths[axis] != longest) { continue; }
                double real = 0, imaginary = 0;
                size_t stride = lattice->sites;
                for (unsigned i = axis + 1; i < d; i++) { stride *= (size_t)lengths[i]; }
                for (uint32_t i = 0; i < graph->sites; i++) {
                    int64_t cell[ONS_DIMENSIONS];
                    ons_graph_cell(graph, i, cell);
                    const double place =
                        ((double)cell[axis] + lattice->positions[i % lattice->sites * d + axis]) / (double)longest;
                    real += f[i] * cos(2 * M_PI * (double)r * place);
                    imaginary += f[i] * sin(2 * M_PI * (double)r * place);
                    const int64_t next = cell[axis] + (int64_t)r;
                    if (open && next >= longest) { continue; }
                    sum += f[i] * f[i + ((size_t)(next % longest) - (size_t)cell[axis]) * stride];
                    pairs++;
                }
                power += (real * real + imaginary * imaginary) / graph->sites;
                axes++;
            }
            if (r < distances) { assert_true(fabs(correlation[r] - sum / pairs) < 1e-13); }
            if (r < waves) { assert_true(fabs(structure[r] - power / axes) < 1e-12); }
        }
        free(f);
        ons_correlations_free(c);
        ons_graph_free(graph);
        ons_lattice_free(lattice);
    }
}

static void test_bad_models_are_refused(void **state) {
    ons_graph *graph, *complete;
    ons_vectors_model *model;
    assert_int_equal(ons_graph_parse(&graph, "edges", "0 1\n", 4), ONS_OK);
    assert_int_equal(ons_graph_complete(&complete, 3), ONS_OK);
    const ons_vectors_options good = {.components = 3, .temperature = 1, .coupling = 1};
    ons_vectors_options bad[6];
    for (unsigned k = 0; k < 6; k++) { bad[k] = good; }
    bad[0].components = 1;
    bad[1].components = 17;
    bad[2].axis = 3;
    bad[3].temperature = -1;
    bad[4].width = NAN;
    bad[5].update = ONS_SPIN_WOLFF;
    for (unsigned k = 0; k < 6; k++) {
        assert_int_equal(ons_vectors_model_create(&model, graph, &bad[k]), ONS_INVALID);
        assert_null(model);
    }
    assert_int_equal(ons_vectors_model_create(&model, complete, &good), ONS_INVALID);
    ons_graph_free(graph);
    ons_graph_free(complete);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heat_bath_has_the_moments_of_von_mises_and_fisher),
        cmocka_unit_test(test_heat_bath_has_the_distribution_of_three_components),
        cmocka_unit_test(test_exact_chains_are_bessel_functions),
        cmocka_unit_test(test_every_update_has_the_energy_of_the_chain),
        cmocka_unit_test(test_every_update_takes_a_field),
        cmocka_unit_test(test_high_temperatures),
        cmocka_unit_test(test_helicity_of_a_spiral),
        cmocka_unit_test(test_vortices_by_angles),
        cmocka_unit_test(test_correlations_are_sums_over_pairs),
        cmocka_unit_test(test_structure_maps_are_direct_sums),
        cmocka_unit_test(test_bad_models_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
