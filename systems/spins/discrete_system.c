/*
 * The glue between the laboratory and the engine of discrete spins, for potts, clock and blume-capel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "discrete_system.h"

#include <string.h>

enum { START_RANDOM, START_UP };
enum { STREAM_DYNAMICS, STREAM_START };

ons_discrete_options discrete_options(ons_discrete_kind kind, const ons_parameters *p) {
    return (ons_discrete_options){.kind = kind,
                                  .states = kind == ONS_BLUME_CAPEL ? 3 : (uint32_t)ons_integer(p, "q"),
                                  .temperature = ons_real(p, "temperature"),
                                  .coupling = ons_real(p, "coupling"),
                                  .field = ons_real(p, "field"),
                                  .crystal_field = kind == ONS_BLUME_CAPEL ? ons_real(p, "crystal_field") : 0,
                                  .update = (ons_spin_update)ons_choice(p, "update"),
                                  .clusters = ons_present(p, "clusters") ? (uint32_t)ons_integer(p, "clusters") : 1};
}

ons_status discrete_chain(ons_discrete_kind kind, const ons_parameters *p, ons_discrete_exact *exact) {
    if (!lattice_is(p, "chain", 1)) { return ONS_DONE; }
    const ons_discrete_options options = discrete_options(kind, p);
    int64_t length;
    lattice_lengths(p, 1, &length);
    return ons_discrete_exact_chain(&options, length, ons_choice(p, "boundary") == ONS_OPEN, exact);
}

/* H = -J sum s s + D sum s^2 - h sum s of blume-capel has three terms; the others measure no magnetization along the
 * field. */
static void plan_weight(ons_discrete_kind kind, const ons_parameters *p, double sites, ons_plan *plan) {
    if (kind != ONS_BLUME_CAPEL) {
        spin_plan_weight(p, sites, false, plan);
        return;
    }
    const bool coupled = ons_real(p, "coupling") != 0;
    ons_plan_explicit(plan, SPIN_ENERGY);
    ons_plan_explicit(plan, SPIN_ENERGY_SQUARED);
    ons_plan_weight(plan, sites, coupled ? "coupling/temperature" : "1/temperature",
                    coupled ? "(energy + field*magnetization - crystal_field*density)/coupling"
                            : "energy + field*magnetization - crystal_field*density");
    ons_plan_weight(plan, sites, "crystal_field/temperature", "density");
    ons_plan_weight(plan, sites, "-field/temperature", "magnetization");
}

ons_status discrete_check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    const discrete_system *own = system->data;
    const ons_discrete_options options = discrete_options(own->kind, p);
    ons_graph_plan graph;
    bool waves;
    ons_status status = lattice_plan(p, LATTICE_LISTED, plan, &graph, &waves);
    if (status) { return status; }
    if (own->kind == ONS_BLUME_CAPEL && graph.self_bonds) {
        return ons_fail(ONS_INVALID,
                        "periodic L = 1 joins a site to itself, whose energy -J s^2 would act as a crystal "
                        "field; L must be at least 2 (or boundary=open)");
    }
    const double bytes = graph.bytes + ons_discrete_bytes(graph.sites, graph.bonds, graph.several_strengths, &options);
    ons_plan_bytes(plan, bytes);
    status = lattice_check_sites(p, &graph, bytes);
    if (status) { return status; }
    if (own->omit) { own->omit(p, plan); }
    plan_weight(own->kind, p, graph.sites, plan);
    return spin_plan(p, waves, plan);
}

ons_status discrete_create(void *memory, ons_context *context) {
    discrete_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    const discrete_system *own = ons_data(context);
    const ons_discrete_options options = discrete_options(own->kind, p);
    ons_status status = spin_room_open(&state->room, p);
    if (!status) { status = ons_discrete_model_create(&state->model, state->room.graph, &options); }
    if (!status) { status = ons_discrete_create(&state->spins, state->model, ons_stream(context, 0, STREAM_DYNAMICS)); }
    if (!status && ons_choice(p, "start") == START_RANDOM) {
        ons_random random = ons_stream(context, 0, STREAM_START);
        ons_discrete_start_random(state->spins, &random);
    }
    return status;
}

ons_status discrete_advance(void *memory, ons_context *context) {
    (void)context;
    const discrete_state *state = memory;
    ons_discrete_step(state->spins);
    return ONS_OK;
}

static void component(const void *spins, unsigned c, double *values) { ons_discrete_component(spins, c, values); }

ons_status discrete_measure(const void *memory, ons_context *context) {
    const discrete_state *state = memory;
    const discrete_system *own = ons_data(context);
    const ons_discrete_order order = ons_discrete_measure_order(state->spins);
    spin_measure_moments(context, ons_discrete_energy(state->spins), order.m);
    if (state->room.waves) {
        ons_measure(context, SPIN_MAGNETIZATION_KMIN_SQUARED, 0, ons_discrete_magnetization_kmin_squared(state->spins));
    }
    spin_room_measure_lattice(&state->room, context);
    own->measure(state, &order, context);
    double factor, constant;
    const unsigned components = ons_discrete_components(state->model, &factor, &constant);
    spin_arrays_measure(&state->room.arrays, context, SPIN_CORRELATION, state->spins, components, component, factor,
                        constant);
    return ONS_OK;
}

ons_status discrete_persist(void *memory, ons_part *part) {
    const discrete_state *state = memory;
    size_t dimensions[ONS_DIMENSIONS + 1];
    const unsigned rank = lattice_shape(state->room.graph, dimensions);
    ons_status status =
        ons_persist_configuration(part, "spins", ONS_U8, ons_discrete_states(state->spins), rank, dimensions);
    if (!status) { status = ons_persist_random(part, "random", ons_discrete_random(state->spins)); }
    if (!status && ons_part_reading(part)) { status = ons_discrete_refresh(state->spins); }
    return status;
}

void discrete_destroy(void *memory) {
    discrete_state *state = memory;
    ons_discrete_free(state->spins);
    ons_discrete_model_free(state->model);
    spin_room_close(&state->room);
}
