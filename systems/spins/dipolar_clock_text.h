/*
 * What `onsager describe dipolar-clock` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_DIPOLAR_CLOCK_TEXT_H
#define ONSAGER_SYSTEMS_DIPOLAR_CLOCK_TEXT_H

#define DIPOLAR_CLOCK_DETAILS                                                                                          \
    "## Model\n"                                                                                                       \
    "Clock states n = 0 .. q-1 with angles theta = 2 pi n/q on a periodic `lattice` of lattice constant 1; every "     \
    "state carries\n"                                                                                                  \
    "a dipole s = (-1)^n normal to the plane:\n"                                                                       \
    "\n"                                                                                                               \
    "H = - J sum_<ij> cos(theta_i - theta_j) + (D/2) sum_i sum_j V(r_ij) s_i s_j,   V(r) = sum_R |r + R|^-3\n"         \
    "\n"                                                                                                               \
    "with J = `coupling`, D = `dipole`, k_B = 1. Every bond counts once; the factor 1/2 undoes that the double sum "   \
    "counts every pair twice.\n"                                                                                       \
    "R runs over all periods of the L x L cell: no cutoff, no minimum image. i = j is in the sum with the images of\n" \
    "the site (R != 0), a constant. The sum converges absolutely, and dipoles normal to the plane have no term of "    \
    "shape. With\n"                                                                                                    \
    "q = 6 this is the model of hexagonal manganites of Simmons, Lin and Chern (arXiv:2412.09550, 2024): trimerised\n" \
    "distortions whose electric polarisation alternates. Codes that write D sum_(i<j) have the same D; those that "    \
    "write\n"                                                                                                          \
    "D sum_(i != j) half of it.\n"                                                                                     \
    "\n"                                                                                                               \
    "The triangular lattice has a_1 = (1, 0), a_2 = (1/2, sqrt 3/2), 6 neighbours and a rhombic cell; site (i, j) is " \
    "at i a_1 + j a_2.\n"                                                                                              \
    "Its lattice sum is sum 1/r^3 = 11.0342; that of the square one is 9.0336.\n"                                      \
    "\n"                                                                                                               \
    "`states=pair` leaves the adjacent states 0 and 1: with c = cos(2 pi/q) the energy of a bond is -J ((1 + c)/2 + "  \
    "(1 - c)/2 s s'),\n"                                                                                               \
    "exactly the dipolar Ising ferromagnet of coupling J_I = J (1 - c)/2 (q = 6: J/4) beside a constant. At low\n"     \
    "temperature the full model uses such pairs only, since other walls cost more.\n"                                  \
    "\n"                                                                                                               \
    "## Ground states\n"                                                                                               \
    "Straight stripes of h close-packed rows of two adjacent states (triangular, q = 6): e = -3 J + J/h + D e_h per "  \
    "site with\n"                                                                                                      \
    "the exact lattice sums\n"                                                                                         \
    "\n"                                                                                                               \
    "| h | 1 | 2 | 3 | 4 | 5 | 6 | 8 | 10 | uniform |\n"                                                               \
    "|---|---|---|---|---|---|---|---|---|---|\n"                                                                      \
    "| e_h | -0.919515 | 0.653639 | 1.584323 | 2.192340 | 2.622450 | 2.944282 | 3.396790 | 3.702247 | 5.517088 |\n"    \
    "| lowest for D/J above | 0.3179 | 0.1791 | 0.1371 | 0.1163 | 0.1036 | 0.0949 | | | |\n"                           \
    "\n"                                                                                                               \
    "Stripes need L to be a multiple of 2h. `stripe_width` is h, by default that of the ground state; perfect "        \
    "stripes have\n"                                                                                                   \
    "|s(Q)| = 1/(h sin(pi/2h)), 2/3 for h = 3.\n"                                                                      \
    "\n"                                                                                                               \
    "## Dynamics\n"                                                                                                    \
    "One step is a sweep of every configuration and one round of exchanges between neighbouring temperatures "         \
    "(Hukushima and Nemoto\n"                                                                                          \
    "1996); one temperature is plain Monte Carlo.\n"                                                                   \
    "\n"                                                                                                               \
    "- `metropolis`: N attempts, each at a site drawn at random, to another state drawn at random, accepted with "     \
    "min(1, exp(-dE/T)),\n"                                                                                            \
    "  1/2 when dE = 0: detailed balance, one eigenvalue on the unit circle. The field phi_i = sum_j V(r_ij) s_j of "  \
    "all sites is kept:\n"                                                                                             \
    "  an attempt costs O(1), and O(N) additions when it is accepted and turns a dipole.\n"                            \
    "- `wolff` (only D = 0): `clusters` single clusters by reflections n -> a - n, a drawn at random (Wolff 1989).\n"  \
    "\n"                                                                                                               \
    "V comes from Ewald's method (relative accuracy 1e-14) and is rounded once to multiples of 2^-56; fields and "     \
    "energies are sums of\n"                                                                                           \
    "whole numbers. They do not drift, are the same on every CPU, and a run that was interrupted goes on with the "    \
    "same\n"                                                                                                           \
    "bits; at the start fields are made by fast Fourier transforms, exactly.\n"                                        \
    "\n"                                                                                                               \
    "## Observables and conventions\n"                                                                                 \
    "Energies are per site. M = (1/N) sum (cos theta, sin theta); `binder` = 1 - <|M|^4>/(3 <|M|^2>^2), "              \
    "`susceptibility`\n"                                                                                               \
    "with |M|. Two equally frequent adjacent states have |M| = cos(pi/q) (0.8660 for q = 6) and `anisotropy`\n"        \
    "<cos(q arg M)> = -1, a single state has 1 and 1. p = (1/N) sum s is the dipole moment. `stripe_amplitudes`\n"     \
    "are |s(Q_k)|, s(Q) = (1/N) sum s exp(-iQr), for rows of constant i, j and i + j. `helicity_modulus` is the "      \
    "stiffness per AREA,\n"                                                                                            \
    "so that the universal jump at a BKT transition is 2T/pi on both lattices; at T = 0 it is sqrt 3 J "               \
    "(triangular),\n"                                                                                                  \
    "J (square). `momenta=rings` averages |sum s exp(-iqr)|^2/N over rings of |q| (mazes show a ring), `map` keeps\n"  \
    "all momenta at the lowest temperature (memory: 16 kB a momentum and replica).\n"                                  \
    "\n"                                                                                                               \
    "At low temperature mazes hardly move: compare starts, use ladders whose top is well above the melting of the "    \
    "stripes.\n"                                                                                                       \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "P. P. Ewald, Ann. Phys. 369, 253 (1921); B. R. A. Nijboer and F. W. de Wette, Physica 23, 309 (1957);\n"          \
    "K. Hukushima and K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996); U. Wolff, Phys. Rev. Lett. 62, 361 (1989);\n"     \
    "J. V. Jose, L. P. Kadanoff, S. Kirkpatrick and D. R. Nelson, Phys. Rev. B 16, 1217 (1977)."

#endif
