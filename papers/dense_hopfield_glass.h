/*
 * Pressure and energy of the disorder of the paper dense-hopfield-rsb by Monte Carlo, above and in the glass.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef PAPERS_DENSE_HOPFIELD_GLASS_H
#define PAPERS_DENSE_HOPFIELD_GLASS_H

#include <onsager/paper.h>

/* Settles H1 (energy above T_s, the annealed average of each size taken off). */
ons_status glass_disorder(ons_reproduction *r);
/* Settles H1-pressure-P3, H1-energy-P3, H1-pressure-P4 and H1-energy-P4, and draws pressures against temperature. */
ons_status glass_pressures(ons_reproduction *r);

#endif
