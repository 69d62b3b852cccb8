/*
 * Large natural numbers in decimal: limbs of 18 digits, the lowest first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_DECIMAL_H
#define ONSAGER_SPINS_DECIMAL_H

#include "modular.h"

typedef struct spins_decimal {
    size_t limbs, capacity;
    uint64_t *limb; /* [capacity] */
} spins_decimal;

/* Zero, with room for numbers below 2^bits. */
ons_status spins_decimal_init(spins_decimal *number, double bits);
void spins_decimal_free(spins_decimal *number);
void spins_decimal_clear(spins_decimal *number);
/* number * factor + summand, factor < 2^63. */
void spins_decimal_fold(spins_decimal *number, uint64_t factor, uint64_t summand);
void spins_decimal_add(spins_decimal *number, const spins_decimal *summand);
bool spins_decimal_equal(const spins_decimal *a, const spins_decimal *b);
/* The remainder modulo a prime. */
uint64_t spins_decimal_modulo(const spins_decimal *number, uint64_t prime);
double spins_decimal_log(const spins_decimal *number); /* -infinity for zero */
char *spins_decimal_text(const spins_decimal *number); /* fresh memory; NULL: none */

#endif
