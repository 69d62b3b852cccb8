/*
 * ladder: better ladders of temperatures from what the exchanges of a run have shown. Both keep the ends and the number
 * of rungs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_LADDER_H
#define ONSAGER_SPINS_LADDER_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The ladder at which all exchange rates would be equal: between two temperatures rate = erfc(l) with a length l that
 * is proportional to the step in 1/T (normal energies; Kone and Kofke, J. Chem. Phys. 122, 206101 (2005)), so that the
 * lengths of the old steps are divided into equal ones. rate[k] is that of the pair k, k + 1; the last is not used.
 * Rates are taken within 1e-6 and 1 - 1e-6; all NaN when one is NaN. better[count] may be rate. */
ONS_API ons_status ons_ladder_by_rates(const double *temperature, const double *rate, size_t count, double *better);
/* The ladder that would make the flow a straight line over the rungs, by which round trips are most frequent: the
 * density of temperatures goes as sqrt((1/dT) df/dT) (Katzgraber, Trebst, Huse and Troyer, J. Stat. Mech. P03018
 * (2006)). flow[k]: share of walkers at rung k that came from the hot end, among those from either. Steps over which it
 * does not change count as 1e-3 of an equal share. */
ONS_API ons_status ons_ladder_by_flow(const double *temperature, const double *flow, size_t count, double *better);

#ifdef __cplusplus
}
#endif
#endif
