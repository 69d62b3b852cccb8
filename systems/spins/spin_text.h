/*
 * Paragraphs that the descriptions of all models of spins share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_SPIN_TEXT_H
#define ONSAGER_SYSTEMS_SPIN_TEXT_H

#define SPIN_LATTICE_TEXT                                                                                              \
    "## Lattices\n"                                                                                                    \
    "`lattice`, `L`, `dimension` and `boundary` are those of `ising`: built-in lattices with nearest neighbours at\n"  \
    "distance 1 (chain, square, triangular, honeycomb, kagome, cubic, bcc, fcc, hypercubic), lattice files (`.yaml`, " \
    "with\n"                                                                                                           \
    "typed bonds whose factors multiply `coupling`), lists of edges `i j [J]` (any other name), and `complete`, "      \
    "where "                                                                                                           \
    "each\n"                                                                                                           \
    "pair has coupling/N (its bonds are listed: at most 4096 sites). Every bond counts once; short periodic lengths "  \
    "keep\n"                                                                                                           \
    "double bonds, and bonds of a site to itself as a constant. `shells` = [1,J2,..]: factors for further shells of "  \
    "neighbours.\n"                                                                                                    \
    "\n"

#define SPIN_QUANTITIES_TEXT                                                                                           \
    "`energy` is per site with all bonds and fields; `specific_heat` = N (<e^2> - <e>^2)/T^2; `susceptibility` = N\n"  \
    "(<m^2> - <|m|>^2)/T and `susceptibility_disordered` = N <m^2>/T per site; `binder` = 1 - <m^4>/(3 <m^2>^2) for "  \
    "every\n"                                                                                                          \
    "model, whatever the number of components; `binder_ratio` = <m^4>/<m^2>^2.\n"

#define SPIN_LENGTH_TEXT                                                                                               \
    "`correlation_length` is the second-moment one, sqrt(<M^2>/<|m(k)|^2> - 1)/(2 sin(k/2)) with k = |k_min| the "     \
    "smallest\n"                                                                                                       \
    "wave vectors 2 pi b_d/L_d (the mean over those of equal length), null where the ratio is below 1, absent "        \
    "without "                                                                                                         \
    "a\n"                                                                                                              \
    "lattice. `sites` and `wavenumber` are constants that only files have.\n"                                          \
    "\n"                                                                                                               \
    "`measure=correlation` adds G(r), r = 0 .. L/2 cells (open: L - 1) along the axes of the longest directions, and " \
    "\n"                                                                                                               \
    "`measure=structure_factor` S(k) at k = 2 pi n/L, n = 0 .. L/2, along the reciprocal axes, S = N <|m(k)|^2>;\n"    \
    "`measure=structure_map` S(k) at all k = 2 pi sum_d n_d b_d/L_d, n_d = 0 .. L_d - 1, in the shape of the "         \
    "lattice;\n"                                                                                                       \
    "`[correlation,structure_factor]` asks for both. G(0) is 1 (Blume-Capel: the density), and S(0) = N <M^2>.\n"      \
    "\n"

#define SPIN_HELICITY_TEXT                                                                                             \
    "`helicity_modulus` is the response to a uniform twist (Fisher, Barber and Jasnow 1973), per volume and averaged " \
    "over\n"                                                                                                           \
    "the Cartesian directions u: Y = <e_u> - <I_u^2>/(V T), e_u = (1/V) sum J_ij x_u^2 cos(theta_i - theta_j), I_u = " \
    "sum J_ij\n"                                                                                                       \
    "x_u sin(theta_j - theta_i), x the vector of the bond, V the volume: N on chain, square and cubic lattices.\n"     \
    "`helicity_energy` = <e_u> and `helicity_current_squared` = <I_u^2>/V are its parts. They need a periodic "        \
    "lattice.\n"

#endif
