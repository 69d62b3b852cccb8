/*
 * Arithmetic modulo primes below 2^62: Montgomery's multiplication (Math. Comp. 44, 519 (1985)), powers, a
 * deterministic test of primality, roots of unity, the number-theoretic Fourier transform.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_MODULAR_H
#define ONSAGER_SPINS_MODULAR_H

#include <onsager/base.h>

__extension__ typedef unsigned __int128 spins_wide;

/* Residues are held as a * 2^64 mod prime. */
typedef struct spins_field {
    uint64_t prime, inverse; /* -1 / prime mod 2^64 */
    uint64_t one, square;    /* 2^64 and 2^128 mod prime */
} spins_field;

spins_field spins_field_of(uint64_t prime);

static inline uint64_t spins_times(const spins_field *field, uint64_t a, uint64_t b) {
    const spins_wide product = (spins_wide)a * b;
    const uint64_t factor = (uint64_t)product * field->inverse;
    const uint64_t high = (uint64_t)((product + (spins_wide)factor * field->prime) >> 64);
    return high >= field->prime ? high - field->prime : high;
}
static inline uint64_t spins_plus(const spins_field *field, uint64_t a, uint64_t b) {
    const uint64_t sum = a + b;
    return sum >= field->prime ? sum - field->prime : sum;
}
static inline uint64_t spins_minus(const spins_field *field, uint64_t a, uint64_t b) {
    return a >= b ? a - b : a + field->prime - b;
}
/* To and from residues. */
static inline uint64_t spins_enter(const spins_field *field, uint64_t a) {
    return spins_times(field, a % field->prime, field->square);
}
static inline uint64_t spins_leave(const spins_field *field, uint64_t a) { return spins_times(field, a, 1); }

uint64_t spins_raise(const spins_field *field, uint64_t base, uint64_t exponent);
static inline uint64_t spins_reciprocal(const spins_field *field, uint64_t a) {
    return spins_raise(field, a, field->prime - 2);
}

/* The largest prime below `bound` (<= 2^62) that is 1 modulo `modulus`; 0: none. */
uint64_t spins_prime_below(uint64_t bound, uint64_t modulus);
/* An element of exactly this order, which must divide prime - 1. */
uint64_t spins_root(const spins_field *field, uint64_t order);
/* sum_j a_j root^(jk) in place for a power of two `count`, root of that order. */
void spins_modular_transform(const spins_field *field, uint64_t *values, size_t count, uint64_t root);

#endif
