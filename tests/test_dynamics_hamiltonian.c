/*
 * Energies as formulas: gradients and brackets against the equations written by hand, orders of convergence of every
 * symplectic stepper, energies that do not drift, Casimirs and angular momentum kept, states that go on with the same
 * bits. With ONSAGER_EFFORT=full 10^8 steps, else 10^6.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <onsager/dynamics.h>
#include <stdlib.h>
#include <string.h>

static ons_hamiltonian *parse(const char *energy, const char *const *variables, size_t count, const double *poisson) {
    ons_hamiltonian *made = NULL;
    if (ons_hamiltonian_parse(&made, energy, variables, count, poisson, NULL, 0) != ONS_OK) {
        fail_msg("%s", ons_message());
    }
    return made;
}

static ons_symplectic *start(const ons_hamiltonian *energy, ons_symplectic_method method, double step, size_t members,
                             const double *z) {
    ons_symplectic *made = NULL;
    if (ons_symplectic_create(&made, energy, method, step, members, NULL, true) != ONS_OK) {
        fail_msg("%s", ons_message());
    }
    for (size_t m = 0; m < members; m++) { ons_symplectic_set(made, m, z); }
    return made;
}

static const char *const plane[] = {"x", "y", "px", "py"};
static const char *const pair[] = {"q", "p"};
static const char *const spin[] = {"a", "b", "c"};

/* Henon-Heiles, and the radiation universe of arXiv:2403.03347 in its noncommutative brackets. */
static void equations_of_motion(void **state) {
    ons_hamiltonian *energy = parse("V = (x^2 + y^2)/2 + x^2*y - y^3/3; H = (px^2 + py^2)/2 + V", plane, 4, NULL);
    double work[1000], dz[4];
    const double z[] = {0.3, -0.2, 0.11, 0.07};
    assert_true(ons_flow_work(ons_hamiltonian_flow(energy)) < 1000);
    ons_flow_value(ons_hamiltonian_flow(energy), 1, NULL, z, NULL, NULL, dz, work);
    const double expected[] = {z[2], z[3], -z[0] - 2 * z[0] * z[1], -z[1] - z[0] * z[0] + z[1] * z[1]};
    for (int i = 0; i < 4; i++) { assert_true(fabs(dz[i] - expected[i]) < 1e-15); }
    assert_int_equal(ons_hamiltonian_terms(energy), 2);
    ons_hamiltonian_free(energy);

    static const char *const universe[] = {"a", "T", "pa", "pT"};
    const double g = 0.13;
    const double brackets[16] = {0, 0, 1, g, 0, 0, g, 1, -1, -g, 0, 0, -g, -1, 0, 0};
    energy = parse("pT - pa^2/24", universe, 4, brackets);
    const double u[] = {1.5, 0.2, -3, 0.4};
    ons_flow_value(ons_hamiltonian_flow(energy), 1, NULL, u, NULL, NULL, dz, work);
    const double known[] = {-u[2] / 12 + g, 1 - g * u[2] / 12, 0, 0}; /* a', T' of the specification with w = 1/3 */
    for (int i = 0; i < 4; i++) { assert_true(fabs(dz[i] - known[i]) < 1e-15); }
    ons_hamiltonian_free(energy);
}

/* The pendulum on its separatrix q = 4 atan(e^t) - pi, and one with a product of q and p made from it by the shear
 * p = P - q^2: the same motion, but no sum of terms. */
static double error_after(const ons_hamiltonian *energy, ons_symplectic_method method, double step, bool sheared) {
    ons_symplectic *one = start(energy, method, step, 1, (const double[]){0, 2});
    assert_int_equal(ons_symplectic_advance(one, (uint64_t)llround(2 / step)), ONS_OK);
    double z[2];
    ons_symplectic_get(one, 0, z);
    ons_symplectic_free(one);
    const double q = 4 * atan(exp(2)) - M_PI, p = 2 / cosh(2);
    return hypot(z[0] - q, z[1] - p - (sheared ? q * q : 0));
}

static void orders_of_convergence(void **state) {
    ons_hamiltonian *pendulum = parse("H = p^2/2 - cos(q)", pair, 2, NULL);
    ons_hamiltonian *sheared = parse("H = (p - q^2)^2/2 - cos(q)", pair, 2, NULL);
    static const struct {
        ons_symplectic_method method;
        double step, order;
    } cases[] = {{ONS_VERLET, 0.02, 2}, {ONS_YOSHIDA4, 0.04, 4}, {ONS_YOSHIDA6, 0.1, 6},
                 {ONS_GAUSS2, 0.02, 2}, {ONS_GAUSS4, 0.05, 4},   {ONS_GAUSS6, 0.1, 6}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (int s = cases[c].method < ONS_GAUSS2 ? 1 : 0; s < 2; s++) {
            const ons_hamiltonian *energy = s ? pendulum : sheared;
            const double coarse = error_after(energy, cases[c].method, cases[c].step, !s);
            const double fine = error_after(energy, cases[c].method, cases[c].step / 2, !s);
            const double order = log2(coarse / fine);
            print_message("method %d%s: order %.2f (%.2g, %.2g)\n", cases[c].method, s ? "" : ", sheared", order,
                          coarse, fine);
            assert_true(fabs(order - cases[c].order) < 0.3);
        }
    }
    ons_symplectic *other = NULL;
    assert_int_equal(ons_hamiltonian_terms(sheared), 0);
    assert_int_equal(ons_symplectic_create(&other, sheared, ONS_VERLET, 0.1, 1, NULL, true), ONS_INVALID);
    ons_hamiltonian_free(pendulum);
    ons_hamiltonian_free(sheared);
}

/* Least squares of the energies against the time: the drift over all steps, beside the amplitude of their
 * oscillation. Rounding alone is a walk whose slope, over N steps of 1e-16, is some sqrt(N) 1e-16. */
static void energies_do_not_drift(void **state) {
    const char *effort = getenv("ONSAGER_EFFORT");
    const bool full = effort && strcmp(effort, "full") == 0;
    ons_hamiltonian *energy = parse("H = (px^2 + py^2)/2 + (x^2 + y^2)/2 + x^2*y - y^3/3", plane, 4, NULL);
    static const struct {
        ons_symplectic_method method;
        double step;
        uint64_t steps; /* of a check; 10^8 where the effort is full */
    } cases[] = {{ONS_VERLET, 0.05, 1000000}, {ONS_YOSHIDA4, 0.05, 1000000}, {ONS_YOSHIDA6, 0.1, 1000000},
                 {ONS_GAUSS2, 0.05, 100000},  {ONS_GAUSS4, 0.1, 100000},     {ONS_GAUSS6, 0.1, 100000}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        ons_symplectic *one = start(energy, cases[c].method, cases[c].step, 1, (const double[]){0.1, -0.2, 0.3, 0.1});
        enum { looks = 1000 };
        const uint64_t count = full ? 100000000 : cases[c].steps;
        double first, sum = 0, moment = 0, highest = 0;
        ons_symplectic_energy(one, &first);
        for (int i = 0; i < looks; i++) {
            double now;
            assert_int_equal(ons_symplectic_advance(one, count / looks), ONS_OK);
            ons_symplectic_energy(one, &now);
            const double deviation = now / first - 1, u = (i + 0.5) / looks - 0.5;
            sum += deviation * u;
            moment += u * u;
            highest = fmax(highest, fabs(deviation));
        }
        const double drift = sum / moment;
        print_message("method %d, %llu steps: |dE/E| at most %.2g, drift %.2g\n", cases[c].method,
                      (unsigned long long)count, highest, drift);
        /* The slope of an oscillation of that amplitude, seen at `looks` times of no relation to it, has the error
         * amplitude sqrt(12/looks)/sqrt(2): 6 of these, and the walk of rounding. */
        assert_true(fabs(drift) < 6 * highest * sqrt(6.0 / looks) + 1e-15 * sqrt((double)count));
        assert_true(highest < (cases[c].method == ONS_VERLET || cases[c].method == ONS_GAUSS2 ? 1e-3 : 2e-5));
        ons_symplectic_free(one);
    }
    ons_hamiltonian_free(energy);
}

/* A free rigid body: {J_i, J_j} is no constant matrix, but three variables with a constant one have a Casimir n.z for
 * the null vector n: kept to rounding, for a linear one, by every method. Central motion keeps its angular momentum. */
static void invariants(void **state) {
    const double brackets[9] = {0, 0.7, -0.2, -0.7, 0, 0.4, 0.2, -0.4, 0}; /* {z_i, z_j} = e_ijk n_k, n = .4 .2 .7 */
    ons_hamiltonian *body = parse("H = a^2/2 + b^4/4 + cos(c) + a*b*c/10", spin, 3, brackets);
    ons_symplectic *one = start(body, ONS_GAUSS4, 0.05, 3, (const double[]){0.5, 0.25, -1});
    assert_int_equal(ons_symplectic_advance(one, 20000), ONS_OK);
    double z[4], energy[3];
    ons_symplectic_get(one, 2, z);
    assert_true(fabs(0.4 * z[0] + 0.2 * z[1] + 0.7 * z[2] - (0.2 + 0.05 - 0.7)) < 1e-13);
    ons_symplectic_energy(one, energy);
    assert_true(energy[0] == energy[2]);
    assert_true(fabs(energy[0] - (0.125 + pow(0.25, 4) / 4 + cos(1) - 0.0125)) < 1e-5);
    ons_symplectic_free(one);
    ons_hamiltonian_free(body);

    ons_hamiltonian *kepler = parse("H = (px^2 + py^2)/2 - 1/sqrt(x^2 + y^2)", plane, 4, NULL);
    for (int method = ONS_VERLET; method <= ONS_GAUSS6; method++) {
        one = start(kepler, method, 0.01, 1, (const double[]){0.7, 0, 0, sqrt(1.3 / 0.7)}); /* eccentricity 0.3 */
        assert_int_equal(ons_symplectic_advance(one, 20000), ONS_OK);
        ons_symplectic_get(one, 0, z);
        assert_true(fabs(z[0] * z[3] - z[1] * z[2] - sqrt(0.7 * 1.3)) < 1e-12);
        ons_symplectic_free(one);
    }
    ons_hamiltonian_free(kepler);
}

/* Velocities that do not commute, {vx, vy} = B: a charge in a magnetic field goes round in a circle. */
static void charge_in_a_field(void **state) {
    static const char *const charge[] = {"x", "y", "vx", "vy"};
    const double field = 0.8;
    const double brackets[16] = {0, 0, 1, 0, 0, 0, 0, 1, -1, 0, 0, field, 0, -1, -field, 0};
    ons_hamiltonian *energy = parse("(vx^2 + vy^2)/2", charge, 4, brackets);
    assert_int_equal(ons_hamiltonian_terms(energy), 2);
    for (int method = ONS_VERLET; method <= ONS_GAUSS6; method++) {
        const double period = 2 * M_PI / field;
        ons_symplectic *one = start(energy, method, period / 1000, 1, (const double[]){0.2, 0.3, 1, 0});
        assert_int_equal(ons_symplectic_advance(one, 1000), ONS_OK);
        double z[4];
        ons_symplectic_get(one, 0, z);
        const double error = hypot(hypot(z[0] - 0.2, z[1] - 0.3), hypot(z[2] - 1, z[3]));
        /* The phase error of a rotation by angles w: w^2/24 a radian for order 2; some w^4 for order 4. */
        const bool second = method == ONS_VERLET || method == ONS_GAUSS2;
        assert_true(error < (second ? 1e-4 : 1e-7));
        ons_symplectic_free(one);
    }
    ons_hamiltonian_free(energy);
}

static void going_on(void **state) {
    ons_hamiltonian *energy = parse("H = p^2/2 - k*cos(q)", pair, 2, NULL);
    const double strengths[] = {0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5};
    for (int method = ONS_VERLET; method <= ONS_GAUSS6; method++) {
        ons_symplectic *whole = NULL, *first = NULL, *second = NULL, *alone = NULL;
        assert_int_equal(ons_symplectic_create(&whole, energy, method, 0.1, 10, strengths, false), ONS_OK);
        assert_int_equal(ons_symplectic_create(&first, energy, method, 0.1, 10, strengths, false), ONS_OK);
        assert_int_equal(ons_symplectic_create(&second, energy, method, 0.1, 10, strengths, false), ONS_OK);
        assert_int_equal(ons_symplectic_create(&alone, energy, method, 0.1, 1, strengths + 9, true), ONS_OK);
        for (size_t m = 0; m < 10; m++) {
            const double z[] = {0.1 * (double)m, 1};
            ons_symplectic_set(whole, m, z);
            ons_symplectic_set(first, m, z);
            if (m == 9) { ons_symplectic_set(alone, 0, z); }
        }
        assert_int_equal(ons_symplectic_advance(whole, 200), ONS_OK);
        assert_int_equal(ons_symplectic_advance(alone, 200), ONS_OK);
        assert_int_equal(ons_symplectic_advance(first, 77), ONS_OK);
        double a[4], b[4];
        for (size_t m = 0; m < 10; m++) {
            ons_symplectic_store(first, m, a);
            ons_symplectic_load(second, m, a);
        }
        assert_int_equal(ons_symplectic_advance(second, 123), ONS_OK);
        for (size_t m = 0; m < 10; m++) {
            ons_symplectic_store(whole, m, a);
            ons_symplectic_store(second, m, b);
            assert_memory_equal(a, b, sizeof a);
        }
        ons_symplectic_store(alone, 0, b);
        assert_memory_equal(a, b, sizeof a);
        ons_symplectic_free(whole);
        ons_symplectic_free(first);
        ons_symplectic_free(second);
        ons_symplectic_free(alone);
    }
    ons_hamiltonian_free(energy);
}

static void refused(const char *energy, const char *const *variables, size_t count, const double *poisson,
                    const char *message) {
    ons_hamiltonian *made = NULL;
    assert_int_equal(ons_hamiltonian_parse(&made, energy, variables, count, poisson, pair, 0), ONS_INVALID);
    if (!strstr(ons_message(), message)) { fail_msg("'%s' lacks '%s'", ons_message(), message); }
    assert_null(made);
}

static void refusals(void **state) {
    refused("a^2", spin, 3, NULL, "as many momenta");
    refused("a^2", spin, 3, (const double[]){0, 1, 0, -1, 0, 2, 0, 2, 0}, "antisymmetric");
    refused("p^2/2 + t*q", pair, 2, NULL, "time");
    refused("p^2/2 + qq", pair, 2, NULL, "'qq'; did you mean 'q'?");
    refused("q' = p", pair, 2, NULL, "equation of motion");
    refused("p^2/2 +", pair, 2, NULL, "line 1");
    refused("", pair, 2, NULL, "");
    ons_hamiltonian *energy = parse("H = (p - q^2)^2/2 + q^8", pair, 2, NULL);
    ons_symplectic *one = NULL;
    assert_int_equal(ons_symplectic_create(&one, energy, ONS_GAUSS4, 0, 1, NULL, true), ONS_INVALID);
    assert_int_equal(ons_symplectic_create(&one, energy, ONS_GAUSS4, 0.1, 0, NULL, true), ONS_INVALID);
    one = start(energy, ONS_GAUSS4, 1, 1, (const double[]){3, 5});
    assert_int_equal(ons_symplectic_advance(one, 5), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "member 0"));
    ons_symplectic_free(one);
    ons_hamiltonian_free(energy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equations_of_motion),
        cmocka_unit_test(orders_of_convergence),
        cmocka_unit_test(energies_do_not_drift),
        cmocka_unit_test(invariants),
        cmocka_unit_test(charge_in_a_field),
        cmocka_unit_test(going_on),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
