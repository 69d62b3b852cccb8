/*
 * Coupled phases: two of them in closed form, the mean field and the sum over links, Kuramoto's order, twisted states.
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

#define PI 3.14159265358979323846

static void done(ons_status status) {
    if (status != ONS_OK) { fail_msg("%s", ons_message()); }
}

/* Two oscillators: phi = theta_1 - theta_0, phi' = D - 2 K sin phi; locked at sin phi = D/(2 K); without coupling they
 * turn. Without frequencies tan(phi/2) falls as exp(-2 K t). */
static void test_two_oscillators(void **state) {
    ons_wiring *w;
    ons_phases *p;
    const double omega[2] = {-0.3, 0.5}, none[2] = {0, 0}, theta[2] = {0, 2};
    done(ons_wiring_complete(&w, 2));
    done(ons_phases_create(&p, w, omega, 1, 0.05));
    ons_phases_set(p, theta);
    ons_phases_advance(p, 1000);
    assert_true(fabs(ons_phases_angles(p)[1] - ons_phases_angles(p)[0] - asin(0.4)) < 1e-12);
    ons_phases_free(p);
    double errors[2];
    for (int half = 0; half < 2; half++) {
        done(ons_phases_create(&p, w, none, 1, half ? 0.05 : 0.1));
        ons_phases_set(p, theta);
        ons_phases_advance(p, half ? 20 : 10);
        const double phi = ons_phases_angles(p)[1] - ons_phases_angles(p)[0];
        errors[half] = fabs(phi - 2 * atan(tan(1) * exp(-2)));
        ons_phases_free(p);
    }
    assert_true(errors[0] < 1e-4 && errors[0] / errors[1] > 12); /* order 4 */
    done(ons_phases_create(&p, w, (double[]){1000, 0.125}, 0, 0.05));
    ons_phases_set(p, theta);
    ons_phases_advance(p, 100);
    assert_true(fabs(ons_phases_angles(p)[0] - remainder(5000, 2 * PI)) < 1e-9);
    assert_true(fabs(ons_phases_angles(p)[1] - 2.625) < 1e-12);
    ons_phases_free(p);
    ons_wiring_free(w);
}

/* The complete graph with lists and without. */
static void test_mean_field_is_the_sum_over_links(void **state) {
    enum { nodes = 13 };
    uint32_t edges[nodes * (nodes - 1)], k = 0;
    double theta[nodes], omega[nodes], found[2][nodes];
    ons_random random = ons_random_stream(12, 0, 0);
    for (uint32_t i = 0; i < nodes; i++) {
        theta[i] = 6 * ons_random_uniform(&random);
        for (uint32_t j = 0; j < i; j++) {
            edges[k++] = i;
            edges[k++] = j;
        }
    }
    ons_frequencies_draw(ONS_GAUSSIAN, 1, nodes, &random, omega);
    for (int lists = 0; lists < 2; lists++) {
        ons_wiring *w;
        ons_phases *p;
        done(lists ? ons_wiring_edges(&w, nodes, edges, k / 2) : ons_wiring_complete(&w, nodes));
        done(ons_phases_create(&p, w, omega, 1.5, 0.02));
        ons_phases_set(p, theta);
        ons_phases_advance(p, 200);
        memcpy(found[lists], ons_phases_angles(p), sizeof theta);
        ons_phases_free(p);
        ons_wiring_free(w);
    }
    for (int i = 0; i < nodes; i++) { assert_true(fabs(found[0][i] - found[1][i]) < 1e-11); }
}

/* Quantiles of a Lorentzian, N = 2000: r = sqrt(1 - 2/K) (Kuramoto 1975). */
static void test_order_of_the_mean_field(void **state) {
    enum { nodes = 2000 };
    ons_wiring *w;
    ons_phases *p;
    double omega[nodes], theta[nodes], sum = 0;
    ons_frequencies_draw(ONS_LORENTZIAN, 1, nodes, NULL, omega);
    ons_random random = ons_random_stream(13, 0, 0);
    for (int i = 0; i < nodes; i++) { theta[i] = 2 * PI * ons_random_uniform(&random); }
    done(ons_wiring_complete(&w, nodes));
    done(ons_phases_create(&p, w, omega, 4, 0.05));
    ons_phases_set(p, theta);
    ons_phases_advance(p, 600);
    for (int k = 0; k < 100; k++) {
        ons_phases_advance(p, 4);
        sum += ons_phases_order(p) / 100;
    }
    assert_true(fabs(sum - sqrt(0.5)) < 0.01);
    ons_phases_free(p);
    ons_wiring_free(w);
}

/* Identical oscillators on a ring: exactly |q| < N/4 (Wiley, Strogatz, Girvan 2006). */
static void test_twisted_states(void **state) {
    enum { nodes = 16 };
    static const double none[nodes];
    ons_wiring *w;
    done(ons_wiring_ring(&w, nodes, 1));
    for (int q = 0; q < 8; q++) {
        ons_phases *p;
        double theta[nodes];
        ons_random random = ons_random_stream(14, (uint32_t)q, 0);
        for (int i = 0; i < nodes; i++) {
            theta[i] = 2 * PI * q * i / nodes + 1e-3 * (ons_random_uniform(&random) - 0.5);
        }
        assert_int_equal(ons_winding(theta, nodes), q);
        done(ons_phases_create(&p, w, none, 1, 0.1));
        ons_phases_set(p, theta);
        ons_phases_advance(p, 5000);
        double away = 0;
        for (int i = 0; i < nodes; i++) {
            const double *now = ons_phases_angles(p);
            away = fmax(away, fabs(remainder(now[i] - now[0] - 2 * PI * q * i / nodes, 2 * PI)));
        }
        assert_true((away < 1e-4) == (q < nodes / 4));
        ons_phases_free(p);
    }
    ons_wiring_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_oscillators),
        cmocka_unit_test(test_mean_field_is_the_sum_over_links),
        cmocka_unit_test(test_order_of_the_mean_field),
        cmocka_unit_test(test_twisted_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
