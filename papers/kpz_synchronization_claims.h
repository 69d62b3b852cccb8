/*
 * The claims of kpz-synchronization.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_PAPERS_KPZ_SYNCHRONIZATION_CLAIMS_H
#define ONSAGER_PAPERS_KPZ_SYNCHRONIZATION_CLAIMS_H

#include <onsager/paper.h>

static const char details[] =
    "## System\n"
    "A ring of L phase oscillators with nearest-neighbour coupling K = 1, Gamma(x) = sin(x + delta) - sin(delta), "
    "under\n"
    "noise of strength D, or with frequencies of standard deviation sigma that are fixed in time (columnar disorder).\n"
    "The unwrapped phases are the heights of an interface that grows from a flat start: `phase-oscillators`.\n"
    "The text of the paper was not at hand, only its abstract and those of its predecessors (arXiv:2210.03782,\n"
    "2311.13253, 2407.15634): what it publishes are universality classes and sequences, not numbers. Where a claim is "
    "a\n"
    "number, it is that of the class, or exact.\n"
    "\n"
    "## Method\n"
    "Growth exponents are half the logarithmic slope of W^2, averaged over realizations, between the two times that "
    "the\n"
    "claim names; the errors of both widths are taken as independent, which makes that of the exponent too large. A\n"
    "window begins when the crossover of its class is over as far as that is known, and ends before saturation\n"
    "(t << L^z) and before slips. delta > 0 makes lambda = -2 K sin(delta) negative: -skewness is compared with the "
    "law\n"
    "of Tracy and Widom (GOE, for a flat start).\n"
    "The map is a grid of tasks in the plane of non-oddity and strength of noise or disorder. At fixed sigma a long "
    "ring\n"
    "with odd coupling never synchronizes (K10), so that the map belongs to its L.\n"
    "\n"
    "## References\n"
    "R. Gutierrez and R. Cuerno, arXiv:2604.06040 (2026). S. F. Edwards and D. R. Wilkinson, Proc. R. Soc. A 381, 17\n"
    "(1982). M. Kardar, G. Parisi and Y.-C. Zhang, Phys. Rev. Lett. 56, 889 (1986). A. I. Larkin, Sov. Phys. JETP 31, "
    "784\n"
    "(1970). C. A. Tracy and H. Widom, Commun. Math. Phys. 177, 727 (1996). F. Bornemann, Markov Process. Relat. "
    "Fields\n"
    "16, 803 (2010).\n";

#define CLAIM_EXACT(id, effort, quantity, value, tolerance, precision, place, why)                                     \
    { id, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, effort, quantity, value, 0, tolerance, precision, place, why }
#define CLAIM_CLASS(id, effort, quantity, value, tolerance, precision, place, why)                                     \
    { id, ONS_CLAIM_PUBLISHED, ONS_CLAIM_EQUAL, effort, quantity, value, 0, tolerance, precision, place, why }
#define CLAIM_ORDER(id, effort, quantity, place, why)                                                                  \
    { id, ONS_CLAIM_ORDERING, 0, effort, quantity, 0, 0, 0, 0, place, why }

static const ons_claim claims[] = {
    CLAIM_EXACT("K7-10", ONS_QUICK, "W^2 / linear theory, delta = 0, D = 0.01, L = 1024, t = 10", 1, 0.02, 0.02,
                "linear theory of noise (Edwards and Wilkinson 1982)", "corrections of the sine, of order D/K"),
    CLAIM_EXACT("K7-100", ONS_QUICK, "the same at t = 100", 1, 0.02, 0.03, "linear theory of noise",
                "corrections of the sine, of order D/K"),
    CLAIM_EXACT("K7-1000", ONS_QUICK, "the same at t = 1000", 1, 0.02, 0.06, "linear theory of noise",
                "corrections of the sine, of order D/K"),
    CLAIM_EXACT("K7-law", ONS_QUICK, "W^2 / [(D/nu) sqrt(2 nu t/pi)] of the linear theory, L = 2^20, t = 10^5", 1, 3e-3,
                0, "1 << t << L^2",
                "the mean that is taken away, 2 D t/L, is sqrt(2 pi t)/L = 8e-4 of W^2; lattice terms are smaller"),
    CLAIM_EXACT("K8-10", ONS_QUICK, "W^2 / linear theory, delta = 0, sigma = 0.005, L = 1024, t = 10", 1, 0.02, 0.02,
                "linear theory of columnar disorder (Larkin 1970)", "corrections of the sine, below 1 %"),
    CLAIM_EXACT("K8-100", ONS_QUICK, "the same at t = 100", 1, 0.02, 0.04, "linear theory of columnar disorder",
                "corrections of the sine, below 1 %"),
    CLAIM_EXACT("K8-1000", ONS_STANDARD, "the same at t = 1000", 1, 0.02, 0.06, "linear theory of columnar disorder",
                "corrections of the sine, of order (sigma^2 sqrt t)/2"),
    CLAIM_EXACT("K8-beta", ONS_STANDARD, "beta of columnar disorder with odd coupling, t from 30 to 300", 0.75, 0.02,
                0.02, "Larkin 1970", "lattice corrections of relative order 1/sqrt t at t = 30, against W^2 ~ t^(3/2)"),
    CLAIM_EXACT("K8-alpha", ONS_STANDARD, "alpha from the saturated widths of L = 32 and 64, sigma = 0.0005", 1.5, 0.02,
                0.05, "Larkin 1970", "lattice corrections of order (2 pi/32)^2/6 to W^2"),
    CLAIM_EXACT("K1", ONS_QUICK, "beta of odd coupling with noise, delta = 0, D = 0.1, t from 30 to 300", 0.25, 0.02,
                0.01, "abstract: Edwards-Wilkinson", "lattice constant of order 1/sqrt t at t = 30"),
    CLAIM_EXACT("K4-deposition", ONS_QUICK, "W^2 / (2 D t (1 - 1/L)) without coupling, D = 5, t = 50", 1, 0, 0.02,
                "random deposition", "nothing but the error of the mean"),
    CLAIM_CLASS("K4", ONS_QUICK, "beta without synchronization, noise D = 5, delta = 0.3, t from 5 to 50", 0.5, 0.03,
                0.02, "abstract: random deposition",
                "the coupling slows the early growth, by terms of order K^2/(D^2 t)"),
    CLAIM_CLASS("K5", ONS_QUICK, "beta without synchronization, columnar sigma = 3, delta = 0.3, t from 10 to 100", 1,
                0.03, 0.02, "abstract: ballistic growth", "clusters still merge at early times"),
    CLAIM_ORDER(
        "K6", ONS_QUICK,
        "near the boundary (delta = 1, D = 0.2) slips distort growth: beta first above 0.6 with a skewness below "
        "-1 (t = 5 to 30), then within 0.1 of 1/2 (t > 130)",
        "abstract", "the sequence; beta early above late by more than 3 errors"),
    CLAIM_EXACT("TW-skewness", ONS_QUICK, "skewness of the law of Tracy and Widom (GOE), from its determinant",
                0.29346452408, 1e-9, 0, "Bornemann 2010", "digits of the source"),
    CLAIM_EXACT("TW-kurtosis", ONS_QUICK, "excess kurtosis of the same law", 0.1652429384, 1e-9, 0, "Bornemann 2010",
                "digits of the source"),
    CLAIM_CLASS("K2-beta", ONS_STANDARD,
                "beta of non-odd coupling with noise, delta = pi/3, D = 0.05, t from 80 to 320", 1.0 / 3, 0.04, 0.02,
                "abstract: Kardar-Parisi-Zhang", "slow crossover from 1/4"),
    CLAIM_CLASS("K2-beta-2", ONS_STANDARD, "the same, delta = 1.2, D = 0.02, t from 80 to 320", 1.0 / 3, 0.04, 0.02,
                "abstract: Kardar-Parisi-Zhang", "slow crossover from 1/4"),
    CLAIM_CLASS("K2-skewness", ONS_STANDARD, "-skewness, delta = 1.2, D = 0.02, t = 320, against Tracy-Widom (GOE)",
                0.29346452408, 0.1, 0.05, "arXiv:2407.15634, abstract: Tracy-Widom",
                "finite time: it falls as t^(-2/3)"),
    CLAIM_CLASS("K2-kurtosis", ONS_STANDARD, "excess kurtosis, the same settings", 0.1652429384, 0.1, 0.05,
                "arXiv:2407.15634, abstract: Tracy-Widom", "finite time"),
    CLAIM_CLASS(
        "K2-interface-beta", ONS_STANDARD,
        "beta of the same lattice equation without slips (bonds=expanded), delta = 1.2, D = 0.02, t from 80 to 320",
        1.0 / 3, 0.04, 0.02, "Kardar, Parisi and Zhang 1986", "slow crossover from 1/4"),
    CLAIM_CLASS("K2-interface-skewness", ONS_STANDARD, "its -skewness at t = 320", 0.29346452408, 0.1, 0.05,
                "arXiv:2407.15634, abstract: Tracy-Widom", "finite time: it falls as t^(-2/3)"),
    CLAIM_CLASS("K2-interface-kurtosis", ONS_STANDARD, "its excess kurtosis at t = 320", 0.1652429384, 0.1, 0.05,
                "arXiv:2407.15634, abstract: Tracy-Widom", "finite time"),
    CLAIM_ORDER("K2-order", ONS_STANDARD,
                "beta at t from 16 to 128 grows with g: (delta = pi/4, D = 0.01), (pi/4, 0.05), (pi/3, 0.05)",
                "abstract", "the last above the first by more than 3 errors, none falls by more than 3"),
    CLAIM_ORDER("K3", ONS_STANDARD,
                "weak non-oddity stays EW-like: delta = pi/4, D = 0.05 (g = 0.28), t from 16 to 128", "abstract",
                "beta nearer to 1/4 than to 1/3, W^2 beyond the linear theory by more than 3 errors"),
    CLAIM_CLASS("K9-beta", ONS_STANDARD,
                "beta of non-odd coupling with columnar disorder, delta = pi/4, sigma = 0.2, t "
                "from 375 to 750",
                0.78, 0.08, 0.03, "KPZ with columnar noise, numerics of the literature", "slow crossover from above"),
    CLAIM_CLASS("K9-alpha", ONS_FULL, "alpha of the same from the saturated widths of L = 128 and 256", 1.07, 0.15,
                0.05, "KPZ with columnar noise, numerics of the literature", "small rings"),
    CLAIM_EXACT("K10-range", ONS_STANDARD, "mean range of the bond currents / (sigma sqrt L), L = 256", 1.2533141373155,
                0.08, 0.03, "range of a Brownian bridge, sqrt(pi/2)",
                "a walk with steps misses 0.5826 of one at both ends: 2 * 0.5826/sqrt 256 = 0.073"),
    CLAIM_EXACT("K10", ONS_STANDARD,
                "sigma at which half of the rings lock / [2 K/(1.2533 sqrt L)], L = 256, delta = 0", 1, 0.1, 0.05,
                "derived: currents of a locked state", "steps of the walk (6 %), windings"),
    CLAIM_ORDER("K10-size", ONS_STANDARD, "at the same sigma larger rings lock less often: L = 64, 256, 1024",
                "derived: currents of a locked state", "each step down by more than 3 errors"),
    CLAIM_ORDER(
        "map-noise", ONS_STANDARD,
        "the map: the noise at which synchronization is lost (one slip per bond in the run) falls as delta grows",
        "abstract",
        "at no delta above that of a smaller one by more than 5 %, and at the largest below that of the smallest"),
    CLAIM_ORDER("map-strong-noise", ONS_STANDARD,
                "the map: random deposition under strong noise, D = 5, at every delta", "abstract",
                "beta from t = 50 to 200 within 0.1 of 1/2"),
    CLAIM_ORDER("map-disorder", ONS_STANDARD,
                "the map: rings with delta up to 1 synchronize under weak columnar disorder, not under strong",
                "abstract", "no slip at sigma = 0.02, more than one per bond at sigma = 3"),
    CLAIM_ORDER("map-strong-disorder", ONS_STANDARD,
                "the map: linear growth under strong columnar disorder, sigma = 3, at every delta", "abstract",
                "beta from t = 50 to 200 within 0.1 of 1"),
    {.id = NULL}};

#endif
