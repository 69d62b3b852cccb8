/*
 * Large natural numbers in decimal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "decimal.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BASE UINT64_C(1000000000000000000)
#define DIGITS 18

ons_status spins_decimal_init(spins_decimal *number, double bits) {
    *number = (spins_decimal){.capacity = (size_t)(bits / 59.79) + 3};
    number->limb = ONS_NEW(uint64_t, number->capacity);
    return number->limb ? ONS_OK : ONS_MEMORY;
}

void spins_decimal_free(spins_decimal *number) { free(number->limb); }
void spins_decimal_clear(spins_decimal *number) { number->limbs = 0; }

void spins_decimal_fold(spins_decimal *number, uint64_t factor, uint64_t summand) {
    spins_wide carry = summand;
    for (size_t i = 0; i < number->limbs; i++) {
        carry += (spins_wide)number->limb[i] * factor;
        number->limb[i] = (uint64_t)(carry % BASE);
        carry /= BASE;
    }
    for (; carry; carry /= BASE) { number->limb[number->limbs++] = (uint64_t)(carry % BASE); }
}

void spins_decimal_add(spins_decimal *number, const spins_decimal *summand) {
    uint64_t carry = 0;
    for (size_t i = 0; i < summand->limbs || carry; i++) {
        if (i == number->limbs) { number->limb[number->limbs++] = 0; }
        const uint64_t sum = number->limb[i] + carry + (i < summand->limbs ? summand->limb[i] : 0);
        number->limb[i] = sum % BASE;
        carry = sum / BASE;
    }
}

bool spins_decimal_equal(const spins_decimal *a, const spins_decimal *b) {
    return a->limbs == b->limbs && memcmp(a->limb, b->limb, a->limbs * sizeof *a->limb) == 0;
}

uint64_t spins_decimal_modulo(const spins_decimal *number, uint64_t prime) {
    spins_wide rest = 0;
    for (size_t i = number->limbs; i-- > 0;) { rest = (rest * BASE + number->limb[i]) % prime; }
    return (uint64_t)rest;
}

/* Three limbs hold more digits than a double. */
double spins_decimal_log(const spins_decimal *number) {
    const size_t limbs = number->limbs, below = limbs > 3 ? limbs - 3 : 0;
    if (limbs == 0) { return -INFINITY; }
    double leading = 0;
    for (size_t i = limbs; i-- > below;) { leading = leading * (double)BASE + (double)number->limb[i]; }
    return ons_log(leading) + (double)below * ons_log((double)BASE);
}

char *spins_decimal_text(const spins_decimal *number) {
    ons_text text = {0};
    ons_text_add(&text, "%" PRIu64, number->limbs ? number->limb[number->limbs - 1] : 0);
    for (size_t i = number->limbs; i-- > 1;) { ons_text_add(&text, "%0*" PRIu64, DIGITS, number->limb[i - 1]); }
    if (!text.failed) { return text.data; }
    ons_text_free(&text);
    return NULL;
}
