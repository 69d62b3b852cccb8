/*
 * What the theories of glasses and networks share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "theory.h"

ons_status theory_create(void *state, ons_context *context) {
    (void)state;
    (void)context;
    return ONS_OK;
}

ons_status theory_persist(void *memory, ons_part *part) {
    theory_state *state = memory;
    return ons_persist(part, "finished", ONS_U64, &state->finished, 1);
}

static bool stop(void *data) {
    theory_watch *watch = data;
    watch->stopped = watch->stopped || ons_halted(watch->context, 0, 0);
    return watch->stopped;
}

ons_replicas theory_watched(ons_replicas glass, theory_watch *watch) {
    glass.stop = stop;
    glass.stop_data = watch;
    return glass;
}

ons_status theory_advance(void *memory, ons_context *context,
                          ons_status (*solve)(ons_context *context, theory_watch *watch)) {
    theory_state *state = memory;
    theory_watch watch = {.context = context};
    if (state->finished) { return ONS_DONE; }
    const ons_status status = solve(context, &watch);
    if (watch.stopped) { return ONS_STOPPED; }
    if (status) { return status; }
    state->finished = 1;
    return ONS_DONE;
}

void theory_report(ons_context *context, size_t first, const ons_replicas_state *s) {
    const double rows[THEORY_ROWS] = {
        [THEORY_OVERLAP_GLASS] = s->q2,        [THEORY_OVERLAP_LOW] = s->q1, [THEORY_PRESSURE] = s->pressure,
        [THEORY_FREE_ENERGY] = s->free_energy, [THEORY_ENERGY] = s->energy,  [THEORY_ENTROPY] = s->entropy,
        [THEORY_BREAKING] = s->breaking,       [THEORY_SLOPE] = s->slope,    [THEORY_STABILITY] = s->stability};
    for (size_t k = 0; k < THEORY_ROWS; k++) { ons_value(context, first + k, 0, 0, rows[k], 0); }
}
