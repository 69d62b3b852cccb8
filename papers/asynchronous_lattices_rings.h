/*
 * Gossip and twisted states on rings, two parts of asynchronous-lattices.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef PAPERS_ASYNCHRONOUS_LATTICES_RINGS_H
#define PAPERS_ASYNCHRONOUS_LATTICES_RINGS_H

#include <onsager/dynamics.h>
#include <onsager/paper.h>

#include <math.h>

#define PI 3.14159265358979323846

/* ---- A8: gossip -----------------------------------------------------------------------------------------------------
 */

static ons_status gossip_runs(ons_reproduction *r, const ons_wiring *wiring) {
    enum { ring = 64, events = 640 };
    double x[ring], exact[events + 1], sum = 0, squares = 0;
    const uint32_t runs = 10000;
    for (int i = 0; i < ring; i++) { x[i] = cos(2 * PI * i / ring); }
    const ons_status status = ons_gossip_expected(wiring, x, events, exact);
    if (status) { return status; }
    for (uint32_t run = 0; run < runs; run++) {
        ons_asynchronous *one;
        const ons_asynchronous_options how = {
            .rule = ONS_NODE_GOSSIP, .wiring = wiring, .clock = ONS_CLOCK_POISSON, .key = 2505, .replica = run};
        const ons_status made = ons_asynchronous_create(&one, &how);
        if (made) { return made; }
        double length = 0; /* the mean is 0 and stays */
        ons_asynchronous_set(one, x);
        ons_asynchronous_events(one, events);
        for (int i = 0; i < ring; i++) { length += pow(ons_asynchronous_values(one)[i], 2); }
        ons_asynchronous_free(one);
        sum += length;
        squares += length * length;
    }
    const double mean = sum / runs, error = sqrt((squares / runs - mean * mean) / runs);
    const double bound = exact[0] * pow(1 - (1 - cos(2 * PI / ring)) / ring, events);
    ons_claim_number(r, "A8", mean / exact[events], error / exact[events], "%u runs from the slowest mode", runs);
    ons_claim_number(r, "A8-bound", mean / bound, error / bound,
                     "%u runs from the slowest mode; the exact expectation is %.4f of the bound", runs,
                     exact[events] / bound);
    return ONS_OK;
}

static ons_status gossip(ons_reproduction *r) {
    ons_wiring *wiring;
    const ons_status status = ons_wiring_ring(&wiring, 64, 1);
    if (status) { return status; }
    const ons_status ran = gossip_runs(r, wiring);
    ons_wiring_free(wiring);
    return ran;
}

/* ---- A9: twisted states ---------------------------------------------------------------------------------------------
 */

static double twist_away(const double *theta, int q, int nodes) {
    double away = 0;
    for (int i = 0; i < nodes; i++) {
        away = fmax(away, fabs(remainder(theta[i] - theta[0] - 2 * PI * q * i / nodes, 2 * PI)));
    }
    return away;
}

static ons_status twisted(ons_reproduction *r) {
    enum { ring = 40, states = 20 };
    static const double none[ring];
    ons_wiring *wiring;
    ons_status status = ons_wiring_ring(&wiring, ring, 1);
    if (status) { return status; }
    int stable = 0, last_stable = -1;
    for (int q = 0; q < states && !status; q++) {
        ons_phases *phases;
        double theta[ring];
        ons_random random = ons_random_stream(2505, (uint32_t)q, 9);
        for (int i = 0; i < ring; i++) {
            theta[i] = 2 * PI * q * i / ring + 1e-3 * (2 * ons_random_uniform(&random) - 1);
        }
        status = ons_phases_create(&phases, wiring, none, 1, 0.1);
        if (status) { break; }
        ons_phases_set(phases, theta);
        ons_phases_advance(phases, 40000);
        const bool held = twist_away(ons_phases_angles(phases), q, ring) < 0.1 * twist_away(theta, q, ring);
        stable += held;
        last_stable = held ? q : last_stable;
        ons_phases_free(phases);
    }
    ons_wiring_free(wiring);
    if (!status) { ons_claim_number(r, "A9", stable, 0, "the last stable one is q = %d", last_stable); }
    return status;
}

#endif
