/*
 * Parameters and observables of the system `dipolar-clock`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_DIPOLAR_CLOCK_TABLES_H
#define ONSAGER_SYSTEMS_DIPOLAR_CLOCK_TABLES_H

#include <onsager/system.h>

enum { TRIANGULAR, SQUARE };
enum { ALL, PAIR };
enum { START_RANDOM, START_UNIFORM, START_STRIPES };
enum { METROPOLIS, WOLFF };
enum { MOMENTA_NONE, MOMENTA_RINGS, MOMENTA_MAP };
enum { STREAM_EXCHANGE = 2, STREAM_WALKER = 1 << 16, STREAM_START = 1 << 17 };
enum { WIDEST_GROUND_STATE = 16, MOST_TEMPERATURES = 4096 };

/* From stripes through the maze and both BKT transitions to disorder, with exchanges along all of it at L = 24. */
#define LADDER_OF_PHASES                                                                                               \
    "[0.08,0.085,0.09,0.095,0.1,0.11,0.12,0.13,0.14,0.15,0.165,0.18,0.2,0.22,0.25,0.28,0.32,0.36,0.41,0.47,0.54,0.62," \
    "0.7,0.8,0.9,1,1.1,1.2,"                                                                                           \
    "1.3,1.4,1.5,1.6]"
static const ons_parameter parameters[] = {
    {"lattice", ONS_CHOICE, 0, "triangular", "triangular|square", NULL, NULL, NULL, "periodic, lattice constant 1"},
    {"L", ONS_INTEGER, ONS_ARRAY, "24", NULL, "[2, 4096]", NULL, NULL,
     "cells per direction, one number or two, `[24,48]`"},
    {"q", ONS_INTEGER, 0, "6", NULL, "[2, 64]", NULL, NULL, "clock states; even with dipoles"},
    {"states", ONS_CHOICE, 0, "all", "all|pair", NULL, NULL, NULL,
     "which states exist: all, or the adjacent pair 0 and 1, which is the dipolar Ising model"},
    {"coupling", ONS_REAL, ONS_LIVE, "1", NULL, NULL, NULL, NULL, "J of -J sum cos(theta_i - theta_j)"},
    {"dipole", ONS_REAL, ONS_LIVE, "0.15", NULL, NULL, NULL, "coupling",
     "D of (D/2) sum_ij V(r_ij) s_i s_j; 0: clock model"},
    {"temperature", ONS_REAL, ONS_ARRAY | ONS_LIVE, LADDER_OF_PHASES, NULL, "(0, inf)", NULL, "coupling",
     "k_B = 1; an array is a ladder whose configurations are exchanged (parallel tempering)"},
    {"start", ONS_CHOICE, ONS_OR_ARCHIVE, "random", "random|uniform|stripes", NULL, NULL, NULL,
     "first configuration at every temperature, or those that are stored in an archive"},
    {"stripe_width", ONS_INTEGER, 0, "0", NULL, "[0, 2048]", NULL, NULL,
     "rows of the stripes of `start` and of the stripe order; 0: those of the ground state at this dipole/coupling"},
    {"orientation", ONS_INTEGER, 0, "1", NULL, "[1, 3]", "start=stripes", NULL,
     "of the stripes at the start: rows of constant i (1), j (2), i + j (3, triangular only)"},
    {"update", ONS_CHOICE, 0, "metropolis", "metropolis|wolff", NULL, NULL, NULL,
     "the dynamics; wolff only with dipole = 0"},
    {"clusters", ONS_INTEGER, 0, "4", NULL, "[1, 1000000]", "update=wolff", NULL, "clusters of one step"},
    {"momenta", ONS_CHOICE, 0, "rings", "none|rings|map", NULL, NULL, NULL,
     "structure factor: none, averaged over rings at every temperature, or also all momenta at the lowest temperature"},
    {"histogram_bins", ONS_INTEGER, 0, "0", NULL, "[0, 100000]", NULL, NULL, "bins of energy_histogram; 0: none"},
    {"histogram_rung", ONS_INTEGER, 0, "0", NULL, "[0, 4095]", NULL, NULL,
     "the temperature of the histogram, counted from 0"},
    {"histogram_low", ONS_REAL, 0, "-3*coupling", NULL, NULL, NULL, "coupling", "lower end of the histogram, per site"},
    {"histogram_high", ONS_REAL, 0, "0*coupling", NULL, NULL, NULL, "coupling", "upper end of the histogram, per site"},
    {.name = NULL}};

/* clang-format off */
enum { ENERGY, ENERGY_SQUARED, ENERGY_EXCHANGE, ENERGY_DIPOLES, MAGNETIZATION_ABS, MAGNETIZATION_SQUARED,
       MAGNETIZATION_FOURTH, ANISOTROPY, ADJACENT, DIPOLE_ABS, DIPOLE_SQUARED, DIPOLE_FOURTH, STRIPE_ORDER,
       STRIPE_ORDER_SQUARED, STRIPE_ORIENTATION, STRIPE_AMPLITUDES, HELICITY, RINGS, RING_WAVENUMBER, STRUCTURE,
       EXCHANGE_RATE, FLOW, ROUND_TRIPS, ENERGY_HISTOGRAM, OBSERVABLES };
/* clang-format on */

#define LADDER "temperature"
static const ons_observable observables[] = {
    [ENERGY] = {"energy", ONS_MEAN, 0, LADDER, NULL, "coupling", "<e>, e = H/N per site"},
    [ENERGY_SQUARED] = {"energy_squared", ONS_MEAN, 0, LADDER, NULL, "coupling^2", "<e^2>"},
    [ENERGY_EXCHANGE] = {"energy_exchange", ONS_MEAN, 0, LADDER, NULL, "coupling", "of the exchange, per site"},
    [ENERGY_DIPOLES] = {"energy_dipoles", ONS_MEAN, 0, LADDER, NULL, "coupling", "of the dipoles, per site"},
    [MAGNETIZATION_ABS] = {"magnetization_abs", ONS_MEAN, 0, LADDER, NULL, NULL,
                           "<|M|>, M = (1/N) sum (cos theta, sin theta)"},
    [MAGNETIZATION_SQUARED] = {"magnetization_squared", ONS_MEAN, 0, LADDER, NULL, NULL, "<|M|^2>"},
    [MAGNETIZATION_FOURTH] = {"magnetization_fourth", ONS_MEAN, 0, LADDER, NULL, NULL, "<|M|^4>"},
    [ANISOTROPY] = {"anisotropy", ONS_MEAN, 0, LADDER, NULL, NULL,
                    "<cos(q arg M)>: 1 along a clock state, -1 between two adjacent ones, 0 without preference"},
    [ADJACENT] = {"adjacent_fraction", ONS_MEAN, 0, LADDER, NULL, NULL,
                  "largest fraction of sites in two adjacent states"},
    [DIPOLE_ABS] = {"dipole_abs", ONS_MEAN, 0, LADDER, NULL, NULL, "<|p|>, p = (1/N) sum s, s = (-1)^n"},
    [DIPOLE_SQUARED] = {"dipole_squared", ONS_MEAN, 0, LADDER, NULL, NULL, "<p^2>"},
    [DIPOLE_FOURTH] = {"dipole_fourth", ONS_MEAN, 0, LADDER, NULL, NULL, "<p^4>"},
    [STRIPE_ORDER] = {"stripe_order", ONS_MEAN, 0, LADDER, NULL, NULL,
                      "<max_k |s(Q_k)|>, s(Q) = (1/N) sum s exp(-iQr), Q_k of stripes of `stripe_width` rows"},
    [STRIPE_ORDER_SQUARED] = {"stripe_order_squared", ONS_MEAN, 0, LADDER, NULL, NULL, "<sum_k |s(Q_k)|^2>"},
    [STRIPE_ORIENTATION] = {"stripe_orientation", ONS_MEAN, 0, LADDER, NULL, NULL,
                            "<|sum_k w^k |s(Q_k)|^2| / sum_k |s(Q_k)|^2>, w = exp(2 pi i/orientations): 1 for one "
                            "orientation, 0 for equal weights"},
    [STRIPE_AMPLITUDES] = {"stripe_amplitudes", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL, "<|s(Q_k)|> by orientation k"},
    [HELICITY] = {"helicity_modulus", ONS_MEAN, 0, LADDER, NULL, "coupling",
                  "stiffness of theta per area against a twist, averaged over directions"},
    [RINGS] = {"ring_structure", ONS_MEAN, 0, LADDER, NULL, NULL,
               "<|sum s exp(-iqr)|^2>/N averaged over momenta of about equal |q|, see ring_wavenumber"},
    [RING_WAVENUMBER] = {"ring_wavenumber", ONS_MEAN, 0, NULL, NULL, "1/length", "mean |q| of each ring (constant)"},
    [STRUCTURE] = {"structure_factor", ONS_MEAN, ONS_SLOW, NULL, NULL, NULL,
                   "<|sum s exp(-iqr)|^2>/N at the lowest temperature, q = sum_d (m_d/L_d) b_d, [m_1][m_2]"},
    [EXCHANGE_RATE] = {"exchange_rate", ONS_VALUE, 0, LADDER, NULL, NULL,
                       "fraction of accepted exchanges with the neighbouring temperatures"},
    [FLOW] = {"flow", ONS_VALUE, 0, LADDER, NULL, NULL,
              "of the walkers that came last from either end of the ladder, the fraction from the first temperature"},
    [ROUND_TRIPS] = {"round_trips", ONS_VALUE, 0, NULL, NULL, NULL,
                     "of walkers from the first temperature to the last and back, all together"},
    [ENERGY_HISTOGRAM] = {"energy_histogram", ONS_HISTOGRAM, 0, NULL, NULL, "coupling",
                          "of e at the temperature number `histogram_rung`"},
    [OBSERVABLES] = {.name = NULL}};

#endif
