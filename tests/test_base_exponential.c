/*
 * exp and log are the nearest doubles: against values of mpmath, against our own integers, and against theorems.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/inside.h"

#include <math.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* mpmath at 1400 bits, rounded once to the nearest double as an exact fraction. The first rows are the arguments whose
 * exp and log come nearest to half-way between two doubles (Lefevre and Muller 2001); then the borders of overflow and
 * of underflow, subnormal results, neighbours of 1 and random arguments. */
static const double exponentials[][2] = {
    {0x1.9e9cbbfd6080bp-31, 0x1.000000033d398p0},
    {0x1p0, 0x1.5bf0a8b145769p+1},
    {-0x1p0, 0x1.78b56362cef38p-2},
    {0x1p-1, 0x1.a61298e1e069cp0},
    {-0x1p-1, 0x1.368b2fc6f960ap-1},
    {0x1p+1, 0x1.d8e64b8d4ddaep+2},
    {0x1.4p+3, 0x1.5829dcf95056p+14},
    {-0x1.4p+3, 0x1.7cd79b5647c9bp-15},
    {0x1.999999999999ap-4, 0x1.1aec7b35a00d4p0},
    {0x1.4f8b588e368f1p-17, 0x1.0000a7c5e340ep0},
    {-0x1.4f8b588e368f1p-17, 0x1.fffeb07515653p-1},
    {0x1.b7cdfd9d7bdbbp-34, 0x1.000000006df38p0},
    {-0x1.b7cdfd9d7bdbbp-34, 0x1.ffffffff2419p-1},
    {0x1.203af9ee75616p-50, 0x1.0000000000005p0},
    {-0x1.203af9ee75616p-50, 0x1.ffffffffffff7p-1},
    {0x1p-52, 0x1.0000000000001p0},
    {0x1p-53, 0x1.0000000000001p0},
    {0x1.0000000000001p-53, 0x1.0000000000001p0},
    {0x1.fffffffffffffp-54, 0x1p0},
    {-0x1p-53, 0x1.fffffffffffffp-1},
    {-0x1p-54, 0x1p0},
    {-0x1.0000000000001p-54, 0x1.fffffffffffffp-1},
    {0x1.62e42fefa39efp-1, 0x1p+1},
    {-0x1.62e42fefa39efp-1, 0x1p-1},
    {0x1.c34366179d427p0, 0x1.7504f333f9de7p+2},
    {-0x1.c34366179d427p0, 0x1.5f619980c4337p-3},
    {-0x1.c34366179d427p+1, 0x1.e24cc824c9a4ep-6},
    {0x1.9p+6, 0x1.3494a9b171bf5p+144},
    {-0x1.9p+6, 0x1.a8c1f14e2af5dp-145},
    {0x1.5ep+9, 0x1.d945df4f8ec8ep+1009},
    {-0x1.5ep+9, 0x1.14f2b0fb9307fp-1010},
    {0x1.62e42fefa39efp+9, 0x1.fffffffffff2ap+1023},
    {0x1.62e42fefa39fp+9, INFINITY},
    {0x1.5e00000000001p+9, 0x1.d945df4f8f041p+1009},
    {0x1.628p+9, 0x1.d422d2be5dc9bp+1022},
    {0x1.62e4189374bc7p+9, 0x1.ffa297cab7a93p+1023},
    {-0x1.62p+9, 0x1.7c8ab2288c9abp-1022},
    {-0x1.6232bdd7abcd2p+9, 0x1.000000000007cp-1022},
    {-0x1.6232bdd7abcd1p+9, 0x1.000000000027cp-1022},
    {-0x1.63p+9, 0x0.33802fd28b3c3p-1022},
    {-0x1.684p+9, 0x0.00005cf08fffp-1022},
    {-0x1.6d2p+9, 0x0.0000000163111p-1022},
    {-0x1.72p+9, 0x0.0000000000055p-1022},
    {-0x1.74p+9, 0x0.0000000000002p-1022},
    {-0x1.748p+9, 0x0.0000000000001p-1022},
    {-0x1.748cccccccccdp+9, 0x0.0000000000001p-1022},
    {-0x1.74910d52d3051p+9, 0x0.0000000000001p-1022},
    {-0x1.74910d52d3052p+9, 0},
    {-0x1.74910d52d3052p+9, 0},
    {-0x1.7491eb851eb85p+9, 0},
    {-0x1.75p+9, 0},
    {-0x1.74385446d71c3p+9, 0x0.0000000000001p-1022},
    {-0x1.74385446d71c4p+9, 0x0.0000000000001p-1022},
    {-0x1.2dd1088672104p+5, 0x1.7c64a5bcc9f03p-55},
    {-0x1.d607387c42206p+4, 0x1.88f95594d5449p-43},
    {-0x1.0332ab7c70664p+3, 0x1.3e4df0a465faap-12},
    {-0x1.a009ec0b08618p+4, 0x1.66a67cb69c066p-38},
    {-0x1.15cfc6f1c152bp+5, 0x1.ddd16aad66844p-51},
    {-0x1.467ac5d5b63p-3, 0x1.b48dad68c40ccp-1},
    {-0x1.e72beaf80ffcbp+4, 0x1.0d319771a3daap-44},
    {-0x1.9030fce14d0e2p+3, 0x1.f13365f652e0fp-19},
    {-0x1.c5c5a98213213p+8, 0x1.453514c2acac2p-655},
    {-0x1.32ffabd7aff68p+9, 0x1.23d2b4e269081p-886},
    {0x1.3d1c90f12725cp+9, 0x1.fcaf31b9fc54cp+914},
    {0x1.3e4c38c35f51p+9, 0x1.54e2cda52526fp+918},
    {0x1.be5256eb5752p+5, 0x1.671a3d137b2d3p+80},
    {-0x1.963aa1f025459p+8, 0x1.e9935c7a686f8p-587},
    {-0x1.0d66fdf172a88p+8, 0x1.42d3db1c615e6p-389},
    {0x1.8e36efefebbf4p+8, 0x1.6a990eb898a65p+574},
    {-0x1.668c9652d0d01p+9, 0x0.000ae57cef9b8p-1022},
    {-0x1.6a7fc106532bbp+9, 0x0.00000108d1e85p-1022},
    {-0x1.660cf6359d49ap+9, 0x0.001d8875716ecp-1022},
    {-0x1.6b5eb9d1c5753p+9, 0x0.0000002e63d2ep-1022},
    {-0x1.6744764ba0e07p+9, 0x0.000297359b2bcp-1022},
    {-0x1.69cadccdfa665p+9, 0x0.000004402eecdp-1022},
};

static const double logarithms[][2] = {
    {0x1.62a88613629b6p+678, 0x1.d6479eba7c971p+8},
    {0x1p+1, 0x1.62e42fefa39efp-1},
    {0x1p-1, -0x1.62e42fefa39efp-1},
    {0x1.4p+3, 0x1.26bb1bbb55516p+1},
    {0x1.999999999999ap-4, -0x1.26bb1bbb55515p+1},
    {0x1.5bf0a8b145769p+1, 0x1p0},
    {0x1.8p+1, 0x1.193ea7aad030bp0},
    {0x1.7e43c8800759cp+996, 0x1.5963447f87fb5p+9},
    {0x1.56e1fc2f8f359p-997, -0x1.5963447f87fb5p+9},
    {0x0.0000000000001p-1022, -0x1.74385446d71c3p+9},
    {0x0.012688b70e62bp-1022, -0x1.64e69394d9508p+9},
    {0x1p-1022, -0x1.6232bdd7abcd2p+9},
    {0x1.fffffffffffffp+1023, 0x1.62e42fefa39efp+9},
    {0x1.0000000000001p0, 0x1.fffffffffffffp-53},
    {0x1.fffffffffffffp-1, -0x1p-53},
    {0x1.0000000001p0, 0x1.ffffffffffp-41},
    {0x1.fffffffffep-1, -0x1.00000000008p-40},
    {0x1.004189374bc6ap0, 0x1.060354f8c3cc4p-10},
    {0x1.ff7ced916872bp-1, -0x1.064670d979b73p-10},
    {0x1.02p0, 0x1.fe02a6b106789p-8},
    {0x1.01fffffffffffp0, 0x1.fe02a6b10668bp-8},
    {0x1.fep-1, -0x1.0080559588b35p-8},
    {0x1.fdfffffffffffp-1, -0x1.0080559588bb6p-8},
    {0x1.6a09e667f3bcdp0, 0x1.62e42fefa39fp-2},
    {0x1.6a09e667f3bccp0, 0x1.62e42fefa39eep-2},
    {0x1.6ap0, 0x1.62c82f2b9c795p-2},
    {0x1.69fffffffffffp0, 0x1.62c82f2b9c792p-2},
    {0x1.3504f333f9de6p+1, 0x1.c34366179d426p-1},
    {0x1.4c1eed2a37e7ep-1, -0x1.bb36b2f40516dp-2},
    {0x1.bf81e798bea17p-1, -0x1.13b9a8dfff3d7p-3},
    {0x1.2ed4f80705acp-2, -0x1.37e21c0b05409p0},
    {0x1.2ebf052490a04p-3, -0x1.e966c2a08a337p0},
    {0x1.5930118744d4p-1, -0x1.93b2a0fd5eaf3p-2},
    {0x1.96e6c6ab1d5d1p-1, -0x1.d68908d17675bp-3},
    {0x1.381dec320d9eap-2, -0x1.3026ee9929cdep0},
    {0x1.4f263daf593p-7, -0x1.2549d5152bf02p+2},
    {0x1.01ce8c13774dp0, 0x1.ccec29383e1fap-8},
    {0x1.0080d27b56043p0, 0x1.0164393ab2605p-9},
    {0x1.0023a8003efc9p0, 0x1.1d2c2656a2f8bp-11},
    {0x1.0103f4e8fc5b5p0, 0x1.03714555a2b5fp-8},
    {0x1.0068de038f473p0, 0x1.a3223b6581584p-10},
    {0x1.fd3490373941ep-1, -0x1.66b2bb5e30b28p-8},
    {0x1.b3059af714475p-171, -0x1.d7fde654b60dep+6},
    {0x1.354b3bb97b783p-30, -0x1.49af501167997p+4},
    {0x1.07455517e7557p-674, -0x1.d32737b6a10b2p+8},
    {0x1.9ec16d88b3383p+379, 0x1.072f6f62ce226p+8},
    {0x0.0000039aa6266p-1022, -0x1.69dffc0c5f941p+9},
    {0x1.4e53a9b07b958p+478, 0x1.4b975f088dedep+8},
    {0x1.3c5aa5cb0a414p+930, 0x1.426b560500054p+9},
    {0x1.38377fef22e73p+506, 0x1.5eee559acd014p+8},
};

static bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static void test_exp_equals_mpmath(void **state) {
    for (size_t i = 0; i < sizeof exponentials / sizeof exponentials[0]; i++) {
        assert_true(same(ons_exp(exponentials[i][0]), exponentials[i][1]));
    }
}

static void test_log_equals_mpmath(void **state) {
    for (size_t i = 0; i < sizeof logarithms / sizeof logarithms[0]; i++) {
        assert_true(same(ons_log(logarithms[i][0]), logarithms[i][1]));
    }
}

static void test_special_arguments(void **state) {
    assert_true(same(ons_exp(0), 1) && same(ons_exp(-0.0), 1));
    assert_true(same(ons_exp(5e-324), 1) && same(ons_exp(-0x1p-1022), 1));
    assert_true(same(ons_exp(INFINITY), INFINITY) && same(ons_exp(-INFINITY), 0));
    assert_true(same(ons_exp(1e308), INFINITY) && same(ons_exp(-1e308), 0));
    assert_true(isnan(ons_exp(NAN)) && isnan(ons_log(NAN)));
    assert_true(same(ons_log(1), 0));
    assert_true(same(ons_log(0), -INFINITY) && same(ons_log(-0.0), -INFINITY));
    assert_true(same(ons_log(INFINITY), INFINITY));
    assert_true(isnan(ons_log(-1)) && isnan(ons_log(-INFINITY)));
}

/* An argument of any size with random bits, or one near 0. */
static double random_argument(ons_random *random, int i) {
    const double u = 2 * ons_random_uniform(random) - 1;
    return i % 3 == 0 ? 746 * u : i % 3 == 1 ? 10 * u : ldexp(u, -(int)ons_random_below(random, 52));
}

/* Two ways that share nothing: doubles with a table, and integers of 288 bits with the Taylor
 * series. */
static void test_both_stages_give_the_same_double(void **state) {
    ons_random random = ons_random_stream(1, 0, 0);
    for (int i = 0; i < 100000; i++) {
        const double x = random_argument(&random, i);
        if (fabs(x) < 0x1p-54) { continue; }
        assert_true(same(ons_exp(x), base_exact_exp(x)));
        double y = 1 + (fabs(x) < 1 ? x : 1 / x);
        if (i % 2) { y = ldexp(y, (int)ons_random_below(&random, 2090) - 1070); }
        if (y == 1 || y == 0) { continue; }
        const double near = ons_log(y);
        assert_true(same(near, base_exact_log(y, near)));
        assert_true(same(near, base_exact_log(y, near * (1 + 0x1p-45)))); /* from a worse start */
    }
}

/* log(exp(x)) = x up to the rounding of exp(x), which moves log by at most 2^-53, and the rounding of log. */
static void test_log_undoes_exp(void **state) {
    ons_random random = ons_random_stream(2, 0, 0);
    for (int i = 0; i < 200000; i++) {
        const double x = 1400 * (ons_random_uniform(&random) - 0.5);
        assert_true(fabs(ons_log(ons_exp(x)) - x) <= 0x1.01p-53 + fabs(x) * 0x1p-53);
    }
}

/* A correctly rounded function of a growing function grows. */
static void test_rounding_keeps_the_order(void **state) {
    static const double starts[] = {-745, -708.3964185322641, -1, -0x1p-53, 0x1p-40, 0.3, 1, 2.3, 700};
    for (size_t s = 0; s < sizeof starts / sizeof starts[0]; s++) {
        double x = starts[s];
        for (int i = 0; i < 5000; i++) {
            const double next = nextafter(x, INFINITY);
            assert_true(ons_exp(next) >= ons_exp(x));
            if (x > 0) { assert_true(ons_log(next) >= ons_log(x)); }
            x = next;
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp_equals_mpmath), cmocka_unit_test(test_log_equals_mpmath),
        cmocka_unit_test(test_special_arguments), cmocka_unit_test(test_both_stages_give_the_same_double),
        cmocka_unit_test(test_log_undoes_exp),    cmocka_unit_test(test_rounding_keeps_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
