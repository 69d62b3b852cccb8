/*
 * Arithmetic modulo primes below 2^62.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "modular.h"

spins_field spins_field_of(uint64_t prime) {
    spins_field field = {.prime = prime};
    uint64_t inverse = prime; /* Newton: every round doubles the bits that are right, of 3 at first */
    for (int i = 0; i < 5; i++) { inverse *= 2 - prime * inverse; }
    field.inverse = (uint64_t)0 - inverse;
    field.one = (uint64_t)(((spins_wide)1 << 64) % prime);
    field.square = (uint64_t)((spins_wide)field.one * field.one % prime);
    return field;
}

uint64_t spins_raise(const spins_field *field, uint64_t base, uint64_t exponent) {
    uint64_t power = field->one;
    for (; exponent; exponent >>= 1) {
        if (exponent & 1) { power = spins_times(field, power, base); }
        base = spins_times(field, base, base);
    }
    return power;
}

/* Miller and Rabin with the first 12 primes as bases, which is a proof below 3.3e24 (Sorenson and Webster 2017). */
static bool is_prime(uint64_t candidate) {
    static const uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        if (candidate % bases[i] == 0) { return candidate == bases[i]; }
    }
    const spins_field field = spins_field_of(candidate);
    const uint64_t minus_one = spins_minus(&field, 0, field.one);
    const int twos = __builtin_ctzll(candidate - 1);
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        uint64_t power = spins_raise(&field, spins_enter(&field, bases[i]), (candidate - 1) >> twos);
        bool passed = power == field.one || power == minus_one;
        for (int j = 1; j < twos && !passed; j++) {
            power = spins_times(&field, power, power);
            passed = power == minus_one;
        }
        if (!passed) { return false; }
    }
    return true;
}

uint64_t spins_prime_below(uint64_t bound, uint64_t modulus) {
    for (uint64_t k = (bound - 2) / modulus; k > 0; k--) {
        if (is_prime(k * modulus + 1)) { return k * modulus + 1; }
    }
    return 0;
}

/* Whether root, whose order divides `order`, has no smaller one. */
static bool has_order(const spins_field *field, uint64_t root, uint64_t order) {
    uint64_t rest = order;
    for (uint64_t factor = 2; factor * factor <= rest; factor++) {
        if (rest % factor) { continue; }
        if (spins_raise(field, root, order / factor) == field->one) { return false; }
        while (rest % factor == 0) { rest /= factor; }
    }
    return rest == 1 || spins_raise(field, root, order / rest) != field->one;
}

uint64_t spins_root(const spins_field *field, uint64_t order) {
    for (uint64_t base = 2;; base++) {
        const uint64_t root = spins_raise(field, spins_enter(field, base), (field->prime - 1) / order);
        if (has_order(field, root, order)) { return root; }
    }
}

static void reverse_bits(uint64_t *values, size_t count) {
    for (size_t i = 1, j = 0; i < count; i++) {
        size_t bit = count >> 1;
        for (; j & bit; bit >>= 1) { j ^= bit; }
        j ^= bit;
        if (i >= j) { continue; }
        const uint64_t value = values[i];
        values[i] = values[j];
        values[j] = value;
    }
}

void spins_modular_transform(const spins_field *field, uint64_t *values, size_t count, uint64_t root) {
    reverse_bits(values, count);
    for (size_t half = 1; half < count; half *= 2) {
        const uint64_t step = spins_raise(field, root, count / (2 * half));
        uint64_t twiddle = field->one;
        for (size_t k = 0; k < half; k++) {
            for (size_t i = k; i < count; i += 2 * half) {
                const uint64_t a = values[i], b = spins_times(field, values[i + half], twiddle);
                values[i] = spins_plus(field, a, b);
                values[i + half] = spins_minus(field, a, b);
            }
            twiddle = spins_times(field, twiddle, step);
        }
    }
}
