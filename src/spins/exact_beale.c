/*
 * The exact density of states of the Ising model on a square torus: P. D. Beale, Phys. Rev. Lett. 76, 78 (1996).
 *
 * Kaufman's four products (see exact_torus.c) in x = exp(-2K), m the longer and n the shorter length. With
 *   A = (1 + x^2)^2 - 2 x (1 - x^2) cos(theta),   B = 2 x (1 - x^2),   A/B = cosh(gamma),
 * the modes theta and 2 pi - theta give together, up to x^(2m),
 *   (V_m +- 2 B^m) / 2^m,   V_m = 2 B^m T_m(A/B):  Lucas's sequence of P = 2A, Q = B^2,
 * and the single modes, up to x^m,
 *   theta = 0:   (1 - x)^m +- (x + x^2)^m,        theta = pi:   (1 + x)^m +- (x - x^2)^m.
 * The sum of the products is x^(mn) Z, a polynomial of degree 2mn; its value at roots of unity modulo a prime needs the
 * cosines only, which are there when 2n divides prime - 1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/density.h>

#include "decimal.h"

#include <math.h>
#include <stdlib.h>

/* Every prime has more bits than this. */
#define PRIME_BITS 61

/* ---- one prime ---------------------------------------------------------------------------------------------- */

typedef struct torus {
    spins_field field;
    uint64_t m, n;
    const uint64_t *cosine; /* [2n]: 2 cos(pi l / n) */
} torus;

/* V_m of P and Q, and B^m by the way (Q = B^2). */
static uint64_t lucas(const torus *t, uint64_t p, uint64_t q) {
    const spins_field *f = &t->field;
    uint64_t low = spins_plus(f, f->one, f->one), high = p; /* V_k and V_k+1 */
    uint64_t power = f->one;                                /* Q^k */
    for (int bit = 63 - __builtin_clzll(t->m); bit >= 0; bit--) {
        const uint64_t product = spins_minus(f, spins_times(f, low, high), spins_times(f, p, power));
        const uint64_t next = spins_times(f, power, q);
        if (t->m >> bit & 1) { /* V_2k+1, V_2k+2 */
            low = product;
            high = spins_minus(f, spins_times(f, high, high), spins_plus(f, next, next));
            power = spins_times(f, power, next);
        } else { /* V_2k, V_2k+1 */
            low = spins_minus(f, spins_times(f, low, low), spins_plus(f, power, power));
            high = product;
            power = spins_times(f, power, power);
        }
    }
    return low;
}

/* The two products over the modes l = first, first + 2, .. */
static uint64_t products(const torus *t, uint64_t x, uint64_t first) {
    const spins_field *f = &t->field;
    const uint64_t xx = spins_times(f, x, x), one = f->one;
    const uint64_t below = spins_minus(f, one, x), above = spins_plus(f, one, x);
    const uint64_t half_b = spins_times(f, x, spins_minus(f, one, xx)), b = spins_plus(f, half_b, half_b);
    const uint64_t q = spins_times(f, b, b), root = spins_plus(f, one, xx), a = spins_times(f, root, root);
    const uint64_t power = spins_raise(f, b, t->m), twice = spins_plus(f, power, power);
    const uint64_t half = spins_raise(f, spins_reciprocal(f, spins_plus(f, one, one)), t->m);
    uint64_t plus = one, minus = one;
    for (uint64_t l = first; l <= t->n; l += 2) {
        uint64_t even, odd;
        if (l == 0 || l == t->n) {
            const uint64_t s = spins_raise(f, l ? above : below, t->m);
            const uint64_t d = spins_raise(f, spins_times(f, x, l ? below : above), t->m);
            even = spins_plus(f, s, d);
            odd = spins_minus(f, s, d);
        } else {
            const uint64_t mode = spins_minus(f, a, spins_times(f, half_b, t->cosine[l]));
            const uint64_t v = lucas(t, spins_plus(f, mode, mode), q);
            even = spins_times(f, spins_plus(f, v, twice), half);
            odd = spins_times(f, spins_minus(f, v, twice), half);
        }
        plus = spins_times(f, plus, even);
        minus = spins_times(f, minus, odd);
    }
    return spins_plus(f, plus, minus);
}

static size_t transform_length(size_t levels) {
    size_t length = 1;
    while (length < levels) { length *= 2; }
    return length;
}

/* What prime - 1 must be a multiple of: 2n and the length of the transform. */
static uint64_t modulus_of(int64_t rows, int64_t columns, size_t levels) {
    const uint64_t n = (uint64_t)(rows < columns ? rows : columns), length = transform_length(levels);
    uint64_t odd = n;
    while (odd % 2 == 0) { odd /= 2; }
    return odd * (2 * n / odd > length ? 2 * n / odd : length);
}

static ons_status residues(const ons_beale *beale, uint64_t prime, uint64_t *residue) {
    const bool tall = beale->rows > beale->columns;
    const uint64_t m = (uint64_t)(tall ? beale->rows : beale->columns);
    const uint64_t n = (uint64_t)(tall ? beale->columns : beale->rows);
    const size_t length = transform_length(beale->levels);
    uint64_t *cosine = ONS_NEW(uint64_t, 2 * n), *values = ONS_NEW(uint64_t, length);
    if (!cosine || !values) {
        free(cosine);
        free(values);
        return ONS_MEMORY;
    }
    const torus t = {.field = spins_field_of(prime), .m = m, .n = n, .cosine = cosine};
    const spins_field *f = &t.field;
    const uint64_t zeta = spins_root(f, 2 * n), omega = spins_root(f, length);
    const uint64_t conjugate = spins_reciprocal(f, zeta);
    uint64_t x = f->one;
    for (uint64_t l = 0; l < 2 * n; l++) {
        cosine[l] = spins_plus(f, spins_raise(f, zeta, l), spins_raise(f, conjugate, l));
    }
    for (size_t k = 0; k < length; k++) {
        values[k] = spins_plus(f, products(&t, x, 0), products(&t, x, 1));
        x = spins_times(f, x, omega);
    }
    spins_modular_transform(f, values, length, spins_reciprocal(f, omega));
    const uint64_t scale = spins_reciprocal(f, spins_enter(f, 2 * length)); /* the 1/2 of Kaufman's formula too */
    for (size_t k = 0; k < beale->levels; k++) { residue[k] = spins_leave(f, spins_times(f, values[k], scale)); }
    free(cosine);
    free(values);
    return ONS_OK;
}

/* ---- the public door ---------------------------------------------------------------------------------------- */

static size_t primes_for(int64_t rows, int64_t columns) {
    return (size_t)(rows * columns + 1) / PRIME_BITS + 2; /* numbers up to 2^N, and the check */
}

double ons_beale_bytes(int64_t rows, int64_t columns) {
    const double sites = (double)rows * (double)columns;
    return (sites / PRIME_BITS + 2) * (2 * sites + 1) * 8 + 2 * sites * (sites * 0.302 + 40);
}

ons_status ons_beale_init(ons_beale *beale, int64_t rows, int64_t columns) {
    *beale = (ons_beale){.rows = rows, .columns = columns};
    if (rows < 1 || columns < 1) {
        return ons_fail(ONS_INVALID, "a torus has lengths of at least 1, not %lld and %lld", (long long)rows,
                        (long long)columns);
    }
    if (rows > ONS_BEALE_SITES || columns > ONS_BEALE_SITES / rows) {
        return ons_fail(ONS_INVALID,
                        "the exact density of states is computed for tori of at most %d sites, not %lld x %lld",
                        ONS_BEALE_SITES, (long long)rows, (long long)columns);
    }
    beale->primes = primes_for(rows, columns);
    beale->levels = (size_t)(2 * rows * columns) + 1;
    beale->prime = ONS_NEW(uint64_t, beale->primes);
    beale->residue = ONS_NEW(uint64_t, beale->primes * beale->levels);
    if (!beale->prime || !beale->residue) {
        ons_beale_free(beale);
        return ONS_MEMORY;
    }
    const uint64_t modulus = modulus_of(rows, columns, beale->levels);
    uint64_t bound = (uint64_t)1 << 62;
    for (size_t k = 0; k < beale->primes; k++) { beale->prime[k] = bound = spins_prime_below(bound, modulus); }
    return ONS_OK;
}

void ons_beale_free(ons_beale *beale) {
    free(beale->prime);
    free(beale->residue);
    *beale = (ons_beale){0};
}

ons_status ons_beale_step(ons_beale *beale) {
    if (beale->done >= beale->primes) { return ONS_DONE; }
    const ons_status status = residues(beale, beale->prime[beale->done], beale->residue + beale->done * beale->levels);
    if (status) { return status; }
    return ++beale->done == beale->primes ? ONS_DONE : ONS_OK;
}

/* ---- from residues to integers ------------------------------------------------------------------------------ */

/* Garner's mixed radix: number = d_0 + p_0 (d_1 + p_1 (d_2 + ..)); inverse[j * primes + k] = 1 / p_j mod p_k. */
static void combine(const ons_beale *beale, const spins_field *fields, const uint64_t *inverse, size_t level,
                    uint64_t *digit, spins_decimal *number) {
    const size_t used = beale->primes - 1;
    for (size_t k = 0; k < used; k++) {
        const spins_field *f = &fields[k];
        uint64_t value = spins_enter(f, beale->residue[k * beale->levels + level]);
        for (size_t j = 0; j < k; j++) {
            value = spins_minus(f, value, spins_enter(f, digit[j]));
            value = spins_times(f, value, inverse[j * beale->primes + k]);
        }
        digit[k] = spins_leave(f, value);
    }
    spins_decimal_clear(number);
    for (size_t k = used; k-- > 0;) { spins_decimal_fold(number, beale->prime[k], digit[k]); }
}

typedef struct combination {
    spins_field *fields;
    uint64_t *inverse, *digit;
    spins_decimal number, sum, expected;
} combination;

static ons_status prepare(const ons_beale *beale, combination *c) {
    const size_t primes = beale->primes;
    const double bits = (double)primes * 62 + 64;
    c->fields = ONS_NEW(spins_field, primes);
    c->inverse = ONS_NEW(uint64_t, primes * primes);
    c->digit = ONS_NEW(uint64_t, primes);
    if (!c->fields || !c->inverse || !c->digit || spins_decimal_init(&c->number, bits) ||
        spins_decimal_init(&c->sum, bits) || spins_decimal_init(&c->expected, bits)) {
        return ONS_MEMORY;
    }
    for (size_t k = 0; k < primes; k++) {
        c->fields[k] = spins_field_of(beale->prime[k]);
        for (size_t j = 0; j < k; j++) {
            c->inverse[j * primes + k] = spins_reciprocal(&c->fields[k], spins_enter(&c->fields[k], beale->prime[j]));
        }
    }
    spins_decimal_fold(&c->expected, 1, 1);
    for (int64_t i = 0; i < beale->rows * beale->columns; i++) { spins_decimal_fold(&c->expected, 2, 0); }
    return ONS_OK;
}

static ons_status keep(const ons_beale *beale, combination *c, size_t level, ons_density *density) {
    const size_t last = beale->primes - 1;
    combine(beale, c->fields, c->inverse, level, c->digit, &c->number);
    if (spins_decimal_modulo(&c->number, beale->prime[last]) != beale->residue[last * beale->levels + level]) {
        return ons_fail(ONS_FAILED, "a coefficient of Beale's polynomial does not agree with its check prime");
    }
    if (c->number.limbs == 0) { return ONS_OK; }
    const size_t k = density->count;
    density->level[k] = 2 * (int64_t)level - 2 * beale->rows * beale->columns;
    density->log_g[k] = spins_decimal_log(&c->number);
    density->text[k] = spins_decimal_text(&c->number);
    density->count++;
    spins_decimal_add(&c->sum, &c->number);
    return density->text[k] ? ONS_OK : ONS_MEMORY;
}

ons_status ons_beale_density(const ons_beale *beale, ons_density *density) {
    *density = (ons_density){.sites = (double)(beale->rows * beale->columns)};
    if (beale->done < beale->primes) {
        return ons_fail(ONS_INVALID, "%zu of %zu primes are done: Beale's polynomial needs them all", beale->done,
                        beale->primes);
    }
    density->level = ONS_NEW(int64_t, beale->levels);
    density->log_g = ONS_NEW(double, beale->levels);
    density->text = ONS_NEW(char *, beale->levels);
    combination c = {0};
    ons_status status = prepare(beale, &c);
    if (!density->level || !density->log_g || !density->text) { status = ONS_MEMORY; }
    for (size_t level = 0; !status && level < beale->levels; level++) { status = keep(beale, &c, level, density); }
    if (!status && !spins_decimal_equal(&c.sum, &c.expected)) {
        status = ons_fail(ONS_FAILED, "the coefficients of Beale's polynomial do not add up to 2^N");
    }
    spins_decimal_free(&c.number);
    spins_decimal_free(&c.sum);
    spins_decimal_free(&c.expected);
    free(c.fields);
    free(c.inverse);
    free(c.digit);
    if (status) { ons_density_free(density); }
    return status;
}
