/*
 * exp and log against libquadmath, whose results have 113 bits: no neighbour of ours lies nearer to its value.
 *
 * Random arguments come no nearer to half-way between two doubles than some 2^-25 of their distance, and the error of
 * libquadmath is 2^-59 of it, so that its verdict is certain.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/base.h>

#include <math.h>
#ifdef HAVE_QUADMATH
#include <quadmath.h>
#endif

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#ifdef HAVE_QUADMATH

__extension__ typedef __float128 quad;

static bool is_nearest(double ours, quad exact) {
    const quad distance = fabsq((quad)ours - exact);
    return distance <= fabsq((quad)nextafter(ours, INFINITY) - exact) &&
           distance <= fabsq((quad)nextafter(ours, -INFINITY) - exact);
}

static void test_exp_is_the_double_nearest_to_the_quad(void **state) {
    ons_random random = ons_random_stream(1, 0, 0);
    for (int i = 0; i < 1000000; i++) {
        const double u = 2 * ons_random_uniform(&random) - 1;
        const double x = i % 4 == 0   ? 709 * u
                         : i % 4 == 1 ? 10 * u
                         : i % 4 == 2 ? ldexp(u, -(int)ons_random_below(&random, 50))
                                      : -727 + 18 * u; /* subnormal */
        assert_true(is_nearest(ons_exp(x), expq(x)));
    }
}

static void test_log_is_the_double_nearest_to_the_quad(void **state) {
    ons_random random = ons_random_stream(2, 0, 0);
    for (int i = 0; i < 1000000; i++) {
        const double u = ons_random_uniform(&random);
        const double x = i % 3 == 0   ? ldexp(1 + u, (int)ons_random_below(&random, 2096) - 1073)
                         : i % 3 == 1 ? u
                                      : 1 + ldexp(u - 0.5, -(int)ons_random_below(&random, 40));
        if (x == 1) { continue; }
        assert_true(is_nearest(ons_log(x), logq(x)));
    }
}

#else

static void test_exp_is_the_double_nearest_to_the_quad(void **state) { skip(); }
static void test_log_is_the_double_nearest_to_the_quad(void **state) { skip(); }

#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp_is_the_double_nearest_to_the_quad),
        cmocka_unit_test(test_log_is_the_double_nearest_to_the_quad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
