/*
 * Inside learning: parts of a Boltzmann machine on two sides.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_BOLTZMANN_H
#define LEARNING_BOLTZMANN_H

#include "boltzmann_kernel.h"

#include <onsager/learning/boltzmann.h>

static inline const double *boltzmann_even_bias(const ons_boltzmann *m) { return m->values + m->even * m->odd; }
static inline const double *boltzmann_odd_bias(const ons_boltzmann *m) { return m->values + m->even * (m->odd + 1); }

/* x[examples][odd] = even W + b, and x[examples][even] = odd W' + a. */
void boltzmann_odd_fields(const ons_boltzmann *machine, size_t examples, const double *even, double *x);
void boltzmann_even_fields(const ons_boltzmann *machine, size_t examples, const double *odd, double *x);
/* Fields of the even side become probabilities, in place. */
void boltzmann_even_normalise(const ons_boltzmann *machine, size_t examples, double *x);
/* Draws of the even side from probabilities, of units `fixed` and above; words[examples][even]. */
void boltzmann_even_draw(const ons_boltzmann *machine, size_t examples, size_t fixed, const double *p,
                         const uint32_t *words, double *even);

#endif
