/*
 * The glue between the laboratory and the engine of O(n) spins, for xy, heisenberg and on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "vectors_system.h"

#include <math.h>
#include <string.h>

enum { START_RANDOM, START_UP };
enum { STREAM_DYNAMICS, STREAM_START };
enum { ORDER_AUTO, ORDER_SEQUENTIAL, ORDER_CHECKERBOARD };

static uint32_t components_of(const vectors_system *own, const ons_parameters *p) {
    return own->components ? own->components : (uint32_t)ons_integer(p, "components");
}

ons_vectors_options vectors_options(const vectors_system *own, const ons_parameters *p) {
    return (ons_vectors_options){.components = components_of(own, p),
                                 .axis = own->axis,
                                 .temperature = ons_real(p, "temperature"),
                                 .coupling = ons_real(p, "coupling"),
                                 .field = ons_real(p, "field"),
                                 .update = (ons_spin_update)ons_choice(p, "update"),
                                 .clusters = ons_present(p, "clusters") ? (uint32_t)ons_integer(p, "clusters") : 1,
                                 .overrelaxation = (uint32_t)ons_integer(p, "overrelaxation"),
                                 .width = ons_present(p, "width") ? ons_real(p, "width") : 0};
}

void vectors_helicity_modulus(const ons_means *means, const ons_parameters *p, double *value) {
    *value = ons_mean(means, VECTOR_HELICITY_ENERGY) -
             ons_mean(means, VECTOR_HELICITY_CURRENT_SQUARED) / ons_real(p, "temperature");
}

/* ---- exact values
 * ----------------------------------------------------------------------------------------------------- */

ons_status vectors_chain(const ons_parameters *p, uint32_t components, ons_vectors_exact *exact) {
    if (!lattice_is(p, "chain", 1) || ons_real(p, "field") != 0) { return ONS_DONE; }
    int64_t length;
    lattice_lengths(p, 1, &length);
    return ons_vectors_exact_chain(components, ons_real(p, "coupling"), ons_real(p, "temperature"), length,
                                   ons_choice(p, "boundary") == ONS_OPEN, exact);
}

/* ---- the order of the sites
 * --------------------------------------------------------------------------------------- */

/* What stands against the checkerboard order, if anything. */
static ons_status check_checkerboard(const ons_parameters *p, const ons_vectors_options *options) {
    ons_lattice *lattice;
    int64_t lengths[ONS_DIMENSIONS];
    ons_status status = lattice_open(&lattice, p);
    if (status) { return status; }
    if (lattice) { lattice_lengths(p, lattice->dimension, lengths); }
    status = ons_vectors_check_checkerboard(lattice, lengths, ons_choice(p, "boundary") == ONS_OPEN, options);
    ons_lattice_free(lattice);
    return status;
}

static ons_vectors_order order_of(const ons_parameters *p, const ons_vectors_options *options) {
    const bool wanted = ons_choice(p, "order") != ORDER_SEQUENTIAL;
    return wanted && !check_checkerboard(p, options) ? ONS_VECTORS_CHECKERBOARD : ONS_VECTORS_SEQUENTIAL;
}

/* ---- check
 * ------------------------------------------------------------------------------------------------------------ */

static bool counts_vortices(const vectors_system *own, const ons_parameters *p) {
    return own->components == 2 && lattice_is(p, "square", 2);
}

ons_status vectors_check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    static const char *const twists[] = {"helicity_energy", "helicity_current_squared", "helicity_modulus"};
    const vectors_system *own = system->data;
    ons_vectors_options options = vectors_options(own, p);
    ons_graph_plan graph;
    bool waves;
    ons_status status = lattice_plan(p, LATTICE_LISTED, plan, &graph, &waves);
    if (!status && ons_choice(p, "order") == ORDER_CHECKERBOARD) { status = check_checkerboard(p, &options); }
    if (status) { return status; }
    options.order = order_of(p, &options);
    const double bytes = graph.bytes + ons_vectors_bytes(graph.sites, graph.bonds, graph.several_strengths, &options);
    ons_plan_bytes(plan, bytes);
    status = lattice_check_sites(p, &graph, bytes);
    if (status) { return status; }
    for (size_t k = 0; !spin_has_twist(p) && k < 3; k++) { ons_plan_omit(plan, twists[k]); }
    spin_plan_weight(p, graph.sites, false, plan);
    ons_plan_explicit(plan, VECTOR_HELICITY_ENERGY);
    ons_plan_explicit(plan, VECTOR_HELICITY_CURRENT_SQUARED);
    if (own->components == 2 && !counts_vortices(own, p)) { ons_plan_omit(plan, "vorticity"); }
    return spin_plan(p, waves, plan);
}

/* ---- the state
 * -------------------------------------------------------------------------------------------------------- */

ons_status vectors_create(void *memory, ons_context *context) {
    vectors_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    state->own = ons_data(context);
    ons_vectors_options options = vectors_options(state->own, p);
    options.order = order_of(p, &options);
    state->components = options.components;
    state->twist = spin_has_twist(p);
    state->vortices = counts_vortices(state->own, p);
    ons_status status = spin_room_open(&state->room, p);
    if (!status) { status = ons_vectors_model_create(&state->model, state->room.graph, &options); }
    if (!status) { status = ons_vectors_create(&state->spins, state->model, ons_stream(context, 0, STREAM_DYNAMICS)); }
    if (!status && ons_choice(p, "start") == START_RANDOM) {
        ons_random random = ons_stream(context, 0, STREAM_START);
        ons_vectors_start_random(state->spins, &random);
    }
    return status;
}

ons_status vectors_advance(void *memory, ons_context *context) {
    (void)context;
    const vectors_state *state = memory;
    ons_vectors_step(state->spins);
    return ONS_OK;
}

static void component(const void *spins, unsigned c, double *values) { ons_vectors_component(spins, c, values); }

ons_status vectors_measure(const void *memory, ons_context *context) {
    const vectors_state *state = memory;
    double m[ONS_VECTOR_COMPONENTS], square = 0;
    ons_vectors_magnetization(state->spins, m);
    for (uint32_t c = 0; c < state->components; c++) { square += m[c] * m[c]; }
    spin_measure_moments(context, ons_vectors_energy(state->spins), sqrt(square));
    if (state->room.waves) {
        ons_measure(context, SPIN_MAGNETIZATION_KMIN_SQUARED, 0, ons_vectors_magnetization_kmin_squared(state->spins));
    }
    spin_room_measure_lattice(&state->room, context);
    if (state->twist) {
        double energy, current_squared;
        ons_vectors_helicity(state->spins, &energy, &current_squared);
        ons_measure(context, VECTOR_HELICITY_ENERGY, 0, energy);
        ons_measure(context, VECTOR_HELICITY_CURRENT_SQUARED, 0, current_squared);
    }
    if (state->vortices) { ons_measure(context, VECTOR_VORTICITY, 0, ons_vectors_vorticity(state->spins)); }
    spin_arrays_measure(&state->room.arrays, context, SPIN_CORRELATION, state->spins, state->components, component, 1,
                        0);
    return ONS_OK;
}

/* Cells x sites of the cell x components; flat where that is more than can be stored. */
static unsigned shape_of(const vectors_state *state, size_t *dimensions) {
    const unsigned rank = lattice_shape(state->room.graph, dimensions);
    dimensions[rank] = state->components;
    if (rank + 1 <= ONS_RANK) { return rank + 1; }
    dimensions[0] = state->room.graph->sites;
    dimensions[1] = state->components;
    return 2;
}

ons_status vectors_persist(void *memory, ons_part *part) {
    const vectors_state *state = memory;
    size_t dimensions[ONS_DIMENSIONS + 2];
    const unsigned rank = shape_of(state, dimensions);
    ons_status status =
        ons_persist_configuration(part, "spins", ONS_F64, ons_vectors_spins(state->spins), rank, dimensions);
    if (!status) { status = ons_persist_random(part, "random", ons_vectors_random(state->spins)); }
    if (!status && ons_part_reading(part)) { status = ons_vectors_refresh(state->spins); }
    return status;
}

static void colour(const void *memory, uint32_t site, uint8_t *rgb) {
    const vectors_state *state = memory;
    state->own->colour(ons_vectors_spins(state->spins) + (size_t)site * state->components, rgb);
}

ons_status vectors_picture(const void *memory, unsigned lane, ons_picture *picture) {
    (void)lane;
    const vectors_state *state = memory;
    return lattice_picture(state->room.graph, colour, state, picture);
}

void vectors_destroy(void *memory) {
    vectors_state *state = memory;
    ons_vectors_free(state->spins);
    ons_vectors_model_free(state->model);
    spin_room_close(&state->room);
}
