/*
 * Path ensembles, the ion channel and free energies from work against closed forms, enumeration and differences.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/learning.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call)                                                                                                       \
    do {                                                                                                               \
        if ((call) != ONS_OK) { fail_msg("%s", ons_message()); }                                                       \
    } while (0)

/* ---- the biased ring ------------------------------------------------------------------------------------------- */

static ons_path_event ring_events[6];
static double ring_weight[6] = {1, 1, 1, -1, -1, -1};

static ons_path_process ring(double force) {
    for (size_t x = 0; x < 3; x++) {
        ring_events[x] = (ons_path_event){x, (x + 1) % 3, exp(force / 6), x + 3};
        ring_events[x + 3] = (ons_path_event){(x + 1) % 3, x, exp(-force / 6), x};
    }
    return (ons_path_process){3, 6, 1, ring_events, ring_weight};
}

/* theta(s) = k+ (e^s - 1) + k- (e^-s - 1), its derivatives, and the symmetry of Gallavotti and Cohen. */
static void test_the_ring_has_its_closed_form(void **state) {
    const double force = 2, up = exp(force / 6), down = exp(-force / 6);
    const ons_path_process process = ring(force);
    ons_path_solution s = {0};
    for (double gamma = -2; gamma <= 2; gamma += 0.25) {
        OK(ons_path_solve(&process, &gamma, &s));
        assert_true(fabs(s.theta - up * (exp(gamma) - 1) - down * (exp(-gamma) - 1)) < 1e-12);
        assert_true(fabs(s.rate[0] - up * exp(gamma) + down * exp(-gamma)) < 1e-12);
        assert_true(fabs(s.covariance[0] - up * exp(gamma) - down * exp(-gamma)) < 1e-12);
        const double theta = s.theta, mirror = -force / 3 - gamma;
        OK(ons_path_solve(&process, &mirror, &s));
        assert_true(fabs(s.theta - theta) < 1e-12);
    }
    OK(ons_path_solve(&process, NULL, &s));
    assert_true(fabs(ons_path_entropy_production(&process, NULL, s.probability) - force / 3 * (up - down)) < 1e-12);
    double gamma, price;
    OK(ons_path_fit(&process, (double[]){0}, &gamma, &price)); /* no current: gamma = - F/6 */
    assert_true(fabs(gamma + force / 6) < 1e-9);
    assert_true(fabs(price - (up + down - 2)) < 1e-10);
    ons_path_solution_free(&s);
}

/* ---- the channel ----------------------------------------------------------------------------------------------- */

typedef struct planted_channel {
    double energy[8], interaction[4], left[2], right[2], charge[2];
    ons_ion_channel channel;
} planted_channel;

static void make_channel(planted_channel *p, double voltage, bool equal) {
    *p = (planted_channel){.energy = {-0.5, 0.2, -1, 0.4, 0.3, -0.2, 0.1, 0.6},
                           .interaction = {1.5, 0.7, 0.7, 2},
                           .left = {1.3, 0.6},
                           .right = {0.4, 0.9},
                           .charge = {1, 2}};
    if (equal) { memcpy(p->right, p->left, sizeof p->right); }
    p->channel = (ons_ion_channel){4, 2, p->energy, p->interaction, p->left, p->right, p->charge, voltage, 1.5};
}

/* All 3^4 configurations by hand. */
static void test_transfer_matrix_matches_enumeration(void **state) {
    planted_channel p;
    make_channel(&p, 0, true);
    double z = 0, first = 0, second = 0, occupied = 0, pair = 0, plogp = 0;
    for (size_t x = 0; x < 81; x++) {
        size_t c[4] = {x % 3, x / 3 % 3, x / 9 % 3, x / 27}, ions = 0;
        double w = 1;
        for (size_t i = 0; i < 4; i++) {
            ions += c[i] > 0;
            if (c[i]) { w *= p.left[c[i] - 1] * exp(-p.energy[i * 2 + c[i] - 1]); }
            if (i && c[i] && c[i - 1]) { w *= exp(-p.interaction[(c[i] - 1) * 2 + c[i - 1] - 1]); }
        }
        z += w;
        first += w * (double)ions;
        second += w * (double)(ions * ions);
        occupied += c[2] == 2 ? w : 0;
        pair += c[1] == 1 && c[2] == 2 ? w : 0;
        plogp += w * log(w);
    }
    ons_ion_equilibrium e = {0};
    OK(ons_ion_equilibrium_solve(&p.channel, &e));
    assert_true(fabs(e.log_partition - log(z)) < 1e-13);
    assert_true(fabs(e.mean - first / z) < 1e-13);
    assert_true(fabs(e.variance - (second / z - first / z * first / z)) < 1e-13);
    assert_true(fabs(e.occupancy[2 * 2 + 1] - occupied / z) < 1e-14);
    assert_true(fabs(e.pair[(1 * 2 + 0) * 2 + 1] - pair / z) < 1e-14);
    assert_true(fabs(e.entropy - (log(z) - plogp / z)) < 1e-13);
    /* The stationary state of the kinetics is the same, with no current and no entropy production. */
    ons_path_process process = {0};
    uint8_t *content = NULL;
    ons_path_solution s = {0};
    OK(ons_ion_process(&p.channel, &process, &content));
    OK(ons_path_solve(&process, NULL, &s));
    assert_int_equal(process.states, 81);
    double here = 0;
    for (size_t x = 0; x < process.states; x++) { here += content[x * 4 + 2] == 2 ? s.probability[x] : 0; }
    assert_true(fabs(here - e.occupancy[2 * 2 + 1]) < 1e-13);
    assert_true(fabs(s.rate[0]) < 1e-14 && fabs(s.rate[1]) < 1e-14);
    assert_true(fabs(ons_path_entropy_production(&process, NULL, s.probability)) < 1e-14);
    free(content);
    ons_path_process_free(&process);
    ons_path_solution_free(&s);
    ons_ion_equilibrium_free(&e);
}

/* Response = covariance far from equilibrium, both species, by central differences; theta by them too; entropy
 * production is (ln c ratio + z V) times the currents. */
static void test_response_is_covariance_far_from_equilibrium(void **state) {
    planted_channel p;
    make_channel(&p, 6, false);
    ons_path_process process = {0};
    OK(ons_ion_process(&p.channel, &process, NULL));
    ons_path_solution s = {0}, up = {0}, down = {0};
    double gamma[2] = {0.8, -1.1};
    OK(ons_path_solve(&process, gamma, &s));
    for (size_t k = 0; k < 2; k++) {
        const double step = 1e-4, there = gamma[k];
        gamma[k] = there + step;
        OK(ons_path_solve(&process, gamma, &up));
        gamma[k] = there - step;
        OK(ons_path_solve(&process, gamma, &down));
        gamma[k] = there;
        assert_true(fabs((up.theta - down.theta) / (2 * step) - s.rate[k]) < 1e-7);
        for (size_t l = 0; l < 2; l++) {
            assert_true(fabs((up.rate[l] - down.rate[l]) / (2 * step) - s.covariance[k * 2 + l]) < 1e-7);
        }
    }
    /* Doob's transform is a process whose own means are the rates: theta of the driven one has slope rate at 0. */
    double *rates = malloc(process.events * sizeof *rates);
    ons_path_driven(&process, gamma, &s, rates);
    for (size_t e = 0; e < process.events; e++) { process.event[e].rate = rates[e]; }
    OK(ons_path_solve(&process, NULL, &up));
    for (size_t k = 0; k < 2; k++) { assert_true(fabs(up.rate[k] - s.rate[k]) < 1e-11); }
    for (size_t x = 0; x < process.states; x++) { assert_true(fabs(up.probability[x] - s.probability[x]) < 1e-11); }
    free(rates);
    OK(ons_ion_process(&p.channel, &process, NULL));
    OK(ons_path_solve(&process, NULL, &s));
    const double production = ons_path_entropy_production(&process, NULL, s.probability);
    double expected = 0;
    for (size_t k = 0; k < 2; k++) {
        expected += s.rate[k] * (log(p.left[k] / p.right[k]) + p.charge[k] * p.channel.voltage);
    }
    assert_true(fabs(production - expected) < 1e-11 * production);
    OK(ons_path_fit(&process, (double[]){0.02, 0.1}, gamma, NULL));
    OK(ons_path_solve(&process, gamma, &s));
    assert_true(fabs(s.rate[0] - 0.02) < 1e-9 && fabs(s.rate[1] - 0.1) < 1e-9);
    ons_path_process_free(&process);
    ons_path_solution_free(&s);
    ons_path_solution_free(&up);
    ons_path_solution_free(&down);
}

/* ln Z(t) at finite time: its rate tends to theta, and two lengths compose. One site, one species: a 2 x 2 exponential.
 */
static void test_partition_of_finite_paths(void **state) {
    const double force = 3;
    const ons_path_process process = ring(force);
    const double gamma = 0.7, p0[3] = {0.5, 0.5, 0};
    double z;
    OK(ons_path_partition(&process, &gamma, 7, p0, &z)); /* the ring is homogeneous: Z = exp(t theta) */
    assert_true(fabs(z - 7 * (exp(force / 6) * (exp(gamma) - 1) + exp(-force / 6) * (exp(-gamma) - 1))) < 1e-11);
    ons_path_event decay = {0, 1, 2, ONS_PATH_NO_REVERSE};
    double one = 1;
    const ons_path_process dying = {2, 1, 1, &decay, &one};
    OK(ons_path_partition(&dying, &gamma, 0.4, (double[]){1, 0}, &z));
    assert_true(fabs(exp(z) - (exp(-0.8) + exp(gamma) * (1 - exp(-0.8)))) < 1e-12);
    ons_path_solution s = {0};
    assert_int_equal(ons_path_solve(&dying, NULL, &s), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "cannot be reached"));
}

/* 20,000 paths of length 50; the window is six standard errors: of the mean sqrt(v/(n t)), of the variance v sqrt(2/n)
 * with a finite-time part of at most 2 % in v. */
static void test_sampled_paths_have_the_cumulants(void **state) {
    planted_channel p;
    make_channel(&p, 3, false);
    ons_path_process process = {0};
    ons_path_solution s = {0};
    ons_path_sampler *sampler;
    OK(ons_ion_process(&p.channel, &process, NULL));
    OK(ons_path_solve(&process, NULL, &s));
    OK(ons_path_sampler_create(&sampler, &process, NULL));
    ons_random random = ons_random_stream(11, 0, 0);
    const size_t paths = 20000;
    const double time = 50;
    double sum = 0, squares = 0, none[2] = {0, 0};
    size_t at = ons_path_sample(sampler, 0, 100, &random, none);
    for (size_t k = 0; k < paths; k++) {
        double total[2] = {0, 0};
        at = ons_path_sample(sampler, at, time, &random, total);
        sum += total[0];
        squares += total[0] * total[0];
    }
    const double n = (double)paths, mean = sum / n, variance = squares / n - mean * mean;
    assert_true(fabs(mean / time - s.rate[0]) < 6 * sqrt(s.covariance[0] / (n * time)));
    assert_true(fabs(variance / time / s.covariance[0] - 1) < 6 * sqrt(2 / n) + 0.02);
    ons_path_sampler_free(sampler);
    ons_path_process_free(&process);
    ons_path_solution_free(&s);
}

/* ---- discrete time --------------------------------------------------------------------------------------------- */

/* d <j_t> / d gamma_t' by central differences against the covariance; ln Z against the sum over all 2^13 paths. */
static void test_slices_respond_as_they_fluctuate(void **state) {
    enum { STEPS = 12 };
    const double kernel[4] = {0.8, 0.2, 0.35, 0.65}, flux[4] = {0, 1, -1, 0.3}, p0[2] = {0.7, 0.3};
    double gamma[STEPS], mean[STEPS], covariance[STEPS * STEPS], up[STEPS], down[STEPS], z, sum = 0;
    for (size_t t = 0; t < STEPS; t++) { gamma[t] = 1.5 * sin((double)t); }
    OK(ons_path_slices(2, kernel, flux, p0, STEPS, gamma, &z, mean, covariance));
    for (size_t path = 0; path < 1 << (STEPS + 1); path++) {
        double weight = p0[path & 1];
        for (size_t t = 0; t < STEPS; t++) {
            const size_t at = 2 * (path >> t & 1) + (path >> (t + 1) & 1);
            weight *= kernel[at] * exp(gamma[t] * flux[at]);
        }
        sum += weight;
    }
    assert_true(fabs(log(sum) - z) < 1e-12);
    for (size_t t = 0; t < STEPS; t++) {
        const double there = gamma[t], step = 1e-5;
        gamma[t] = there + step;
        OK(ons_path_slices(2, kernel, flux, p0, STEPS, gamma, NULL, up, NULL));
        gamma[t] = there - step;
        OK(ons_path_slices(2, kernel, flux, p0, STEPS, gamma, NULL, down, NULL));
        gamma[t] = there;
        for (size_t u = 0; u < STEPS; u++) {
            assert_true(fabs((up[u] - down[u]) / (2 * step) - covariance[t * STEPS + u]) < 1e-9);
        }
    }
}

static void test_information_loss_of_a_step(void **state) {
    const double balanced[4] = {0.7, 0.3, 0.6, 0.4}, stationary[2] = {2.0 / 3, 1.0 / 3}, away[2] = {0.2, 0.8},
                 turning[4] = {0, 1, 0, 1};
    double loss, system;
    OK(ons_path_information_loss(2, balanced, NULL, stationary, &loss, &system));
    assert_true(fabs(loss) < 1e-15 && fabs(system) < 1e-15);
    OK(ons_path_information_loss(2, balanced, NULL, away, &loss, &system));
    const double after = 0.2 * 0.7 + 0.8 * 0.6;
    /* dS of the system and heat p(x) T ln(T/T') */
    const double entropy = -after * log(after) - (1 - after) * log(1 - after) + 0.2 * log(0.2) + 0.8 * log(0.8);
    assert_true(fabs(system - entropy) < 1e-15);
    assert_true(fabs(loss - entropy - (0.2 * 0.3 * log(0.3 / 0.6) + 0.8 * 0.6 * log(0.6 / 0.3))) < 1e-14);
    OK(ons_path_information_loss(2, turning, NULL, away, &loss, NULL));
    assert_true(isinf(loss));
}

/* ---- work ------------------------------------------------------------------------------------------------------ */

/* Gaussian works obey Crooks' relation when their mean is dF + v/(2 T): dF = 0.7, v = 2, T = 1. */
static void draw_works(ons_random *random, size_t count, double *forward, double *reverse) {
    for (size_t i = 0; i < count; i++) {
        forward[i] = 0.7 + 1 + sqrt(2) * ons_random_normal(random);
        reverse[i] = -0.7 + 1 + sqrt(2) * ons_random_normal(random);
    }
}

/* 400 data sets of 1,000 works: the mean of the squared pulls is 1 within six times sqrt(2/400), the mean pull 0 within
 * 6/sqrt(400); for Jarzynski's skew estimator twice that. */
static void test_free_energies_from_work_have_honest_errors(void **state) {
    enum { WORKS = 1000, SETS = 400 };
    static double forward[WORKS], reverse[WORKS];
    double pull[2] = {0, 0}, squares[2] = {0, 0}, errors[2] = {0, 0};
    ons_random random = ons_random_stream(5, 0, 0);
    for (size_t k = 0; k < SETS; k++) {
        draw_works(&random, WORKS, forward, reverse);
        ons_work_estimate e[2];
        OK(ons_work_jarzynski(forward, WORKS, 1, &e[0]));
        OK(ons_work_bennett(forward, WORKS, reverse, WORKS, 1, &e[1]));
        for (size_t m = 0; m < 2; m++) {
            const double off = (e[m].value - 0.7) / e[m].error;
            pull[m] += off / SETS;
            squares[m] += off * off / SETS;
            errors[m] += e[m].error / SETS;
        }
    }
    print_message("pulls %.3f %.3f, squares %.3f %.3f, errors %.4f %.4f\n", pull[0], pull[1], squares[0], squares[1],
                  errors[0], errors[1]);
    assert_true(fabs(pull[1]) < 0.3 && fabs(squares[1] - 1) < 0.43);
    assert_true(fabs(pull[0]) < 0.6 && fabs(squares[0] - 1) < 0.86);
    assert_true(errors[1] < errors[0]);
}

static void test_works_that_say_nothing_are_refused(void **state) {
    ons_work_estimate e;
    const double far[3] = {1000, 1001, 1002};
    assert_int_equal(ons_work_jarzynski(far, 1, 1, &e), ONS_INVALID);
    assert_int_equal(ons_work_jarzynski(far, 3, 0, &e), ONS_INVALID);
    assert_int_equal(ons_work_jarzynski((double[]){1, NAN}, 2, 1, &e), ONS_INVALID);
    assert_int_equal(ons_work_bennett(far, 3, far, 3, 1, &e), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "overlap"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_ring_has_its_closed_form),
        cmocka_unit_test(test_transfer_matrix_matches_enumeration),
        cmocka_unit_test(test_response_is_covariance_far_from_equilibrium),
        cmocka_unit_test(test_partition_of_finite_paths),
        cmocka_unit_test(test_sampled_paths_have_the_cumulants),
        cmocka_unit_test(test_slices_respond_as_they_fluctuate),
        cmocka_unit_test(test_information_loss_of_a_step),
        cmocka_unit_test(test_free_energies_from_work_have_honest_errors),
        cmocka_unit_test(test_works_that_say_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
