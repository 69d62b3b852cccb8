/*
 * What `onsager describe attractor` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_ATTRACTOR_TEXT_H
#define SYSTEMS_ATTRACTOR_TEXT_H

#define ATTRACTOR_DETAILS                                                                                              \
    "## What it gives\n"                                                                                               \
    "One trajectory of your equations, sampled at equal times after a transient, and what such data alone tell of\n"   \
    "the attractor: nothing here uses the Jacobian, so that the numbers can be compared with those of measured "       \
    "series.\n"                                                                                                        \
    "\n"                                                                                                               \
    "| observable | from |\n"                                                                                          \
    "|---|---|\n"                                                                                                      \
    "| `correlation_dimension` | slope of ln C(r) where C is 1e-4 to 1e-2 (Grassberger and Procaccia 1983); error by " \
    "jackknife over ten blocks of time |\n"                                                                            \
    "| `tail_dimension` | 1 + n/sum ln(r/r_min) over distances between their 5th and 50th percentile: what the "       \
    "public catalogue of chaotic flows calls its correlation dimension; not the slope |\n"                             \
    "| `largest_exponent` | growth of the distances of neighbours (Rosenstein, Collins, De Luca 1993), per time |\n"   \
    "| `period` | strongest peak of the spectrum of one variable (`variable=0`: of that with the sharpest peak), "     \
    "above all of 99 shuffled series; empty: none |\n"                                                                 \
    "| `permutation_entropy` | Bandt and Pompe (2002), order 5, in units of ln 5!, at a lag of an eighth of the "      \
    "period |\n"                                                                                                       \
    "| `determinism`, `recurrence_radius` | recurrent pairs on diagonal lines at a recurrence rate of 1 % (the first " \
    "4000 points) |\n"                                                                                                 \
    "\n"                                                                                                               \
    "and the tables they are read from. Pairs of points less than `theiler` samples apart do not count; 0: one "       \
    "period (of a map, or without a period: 1). A replica starts `spread` away from `initial`, at random.\n"           \
    "\n"                                                                                                               \
    "    equations=\"x' = s*(y - x); y' = x*(r - z) - y; z' = x*y - b*z\" parameters=\"s=10 r=28 b=8/3\" "             \
    "initial=[1,1,20]\n"                                                                                               \
    "    evolution=map equations=\"x' = 1 - a*x^2 + y; y' = b*x\" parameters=\"a=1.4 b=0.3\" initial=[0.1,0.1]\n"

#endif
