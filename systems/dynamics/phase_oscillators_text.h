/*
 * What `onsager describe phase-oscillators` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_PHASE_OSCILLATORS_TEXT_H
#define ONSAGER_SYSTEMS_PHASE_OSCILLATORS_TEXT_H

#define PHASE_OSCILLATORS_DETAILS                                                                                      \
    "## Model\n"                                                                                                       \
    "d phi_i = [Omega + omega_i + K sum_j Gamma(phi_j - phi_i)] dt + sqrt(2 D) dB_i over both neighbours j on a ring " \
    "of L sites,\n"                                                                                                    \
    "Gamma(x) = sin(x + delta) - sin(delta), with K = `coupling`, delta = `non_oddity`, D = `noise`. The omega_i are " \
    "fixed in time\n"                                                                                                  \
    "(columnar disorder), independent, of mean 0 and standard deviation `disorder`. All phases start at 0 and are "    \
    "never taken\n"                                                                                                    \
    "modulo 2 pi: they are the heights of a growing interface.\n"                                                      \
    "\n"                                                                                                               \
    "Long waves obey d phi/dt = nu phi'' + (lambda/2) phi'^2 + noise, nu = K cos(delta), lambda = -2 K sin(delta): "   \
    "Edwards-Wilkinson\n"                                                                                              \
    "for delta = 0, Kardar-Parisi-Zhang with the coupling g = lambda^2 D/nu^3 else. `bonds=expanded` is this "         \
    "equation "                                                                                                        \
    "on the lattice:\n"                                                                                                \
    "Gamma to second order in x. It has no phase slips, and may blow up in finite time, which ends the run with a "    \
    "message. With\n"                                                                                                  \
    "`coupling=0` it is random deposition.\n"                                                                          \
    "\n"                                                                                                               \
    "## Method\n"                                                                                                      \
    "`scheme=auto`: Euler-Maruyama with noise (strong and weak order 1, the noise being additive), the classical "     \
    "Runge-Kutta method\n"                                                                                             \
    "without. `heun`: weak order 2. Eight realizations go side by side in the lanes of a vector. At times between "    \
    "two "                                                                                                             \
    "steps what is\n"                                                                                                  \
    "seen is one shorter step further on, made on a copy: the path does not depend on `every`.\n"                      \
    "\n"                                                                                                               \
    "## What is measured\n"                                                                                            \
    "Widths and moments are taken over the sites of a realization, then averaged. `growth_exponent` at t is half the " \
    "logarithmic\n"                                                                                                    \
    "slope of W^2 between t' and t, t' the largest of the times 2^(n/4) up to t/sqrt(2); before t = 0.36 it is the "   \
    "exact limit for\n"                                                                                                \
    "short times, 1/2 with noise and 1 without. `slips` looks at the winding of each bond, the integer nearest to "    \
    "x/2 "                                                                                                             \
    "pi, once a unit\n"                                                                                                \
    "of time. `frequency_spread` and `locked` compare with the state at the largest power of two up to t/2.\n"         \
    "With delta > 0 lambda is negative, and so is the skewness of a KPZ interface: compare -skewness with the law of " \
    "Tracy and Widom\n"                                                                                                \
    "(GOE: skewness 0.2935, excess kurtosis 0.1652 for the flat start).\n"                                             \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "H. Sakaguchi and Y. Kuramoto, Prog. Theor. Phys. 76, 576 (1986). M. Kardar, G. Parisi and Y.-C. Zhang, Phys. "    \
    "Rev. Lett. 56,\n"                                                                                                 \
    "889 (1986). R. Lauter, A. Mitra and F. Marquardt, Phys. Rev. E 96, 012220 (2017). R. Gutierrez and R. Cuerno, "   \
    "arXiv:2604.06040\n"                                                                                               \
    "(2026).\n"

#endif
