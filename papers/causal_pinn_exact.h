/*
 * causal_pinn_exact: what can be checked without training: reference solutions, derivatives, weights.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CAUSAL_PINN_EXACT_H
#define CAUSAL_PINN_EXACT_H

#include <onsager/paper.h>

ons_status causal_pinn_references(ons_reproduction *r);  /* P9, P10, P11 */
ons_status causal_pinn_derivatives(ons_reproduction *r); /* P12 */

#endif
