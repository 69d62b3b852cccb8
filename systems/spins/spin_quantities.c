/*
 * Derived quantities and array observables of all models of spins.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spin_quantities.h"

#include <math.h>

static double square(double x) { return x * x; }

double spin_sites(const ons_means *means, const ons_parameters *p) {
    return lattice_from_file(p) ? ons_mean(means, SPIN_SITES) : lattice_sites(p);
}

void spin_specific_heat(const ons_means *means, const ons_parameters *p, double *value) {
    const double variance = ons_mean(means, SPIN_ENERGY_SQUARED) - square(ons_mean(means, SPIN_ENERGY));
    *value = spin_sites(means, p) * variance / square(ons_real(p, "temperature"));
}

void spin_susceptibility(const ons_means *means, const ons_parameters *p, double *value) {
    const double variance =
        ons_mean(means, SPIN_MAGNETIZATION_SQUARED) - square(ons_mean(means, SPIN_MAGNETIZATION_ABS));
    *value = spin_sites(means, p) * variance / ons_real(p, "temperature");
}

void spin_susceptibility_disordered(const ons_means *means, const ons_parameters *p, double *value) {
    *value = spin_sites(means, p) * ons_mean(means, SPIN_MAGNETIZATION_SQUARED) / ons_real(p, "temperature");
}

void spin_binder_ratio(const ons_means *means, const ons_parameters *p, double *value) {
    (void)p;
    *value = ons_mean(means, SPIN_MAGNETIZATION_FOURTH) / square(ons_mean(means, SPIN_MAGNETIZATION_SQUARED));
}

void spin_binder(const ons_means *means, const ons_parameters *p, double *value) {
    spin_binder_ratio(means, p, value);
    *value = 1 - *value / 3;
}

double spin_second_moment_length(const ons_means *means, const ons_parameters *p, double squared) {
    const double wavenumber = lattice_from_file(p) ? ons_mean(means, SPIN_WAVENUMBER) : lattice_wavenumber(p);
    const double ratio = squared / ons_mean(means, SPIN_MAGNETIZATION_KMIN_SQUARED);
    return ratio < 1 ? NAN : sqrt((ratio - 1) / ons_lattice_momentum_squared(wavenumber));
}

void spin_correlation_length(const ons_means *means, const ons_parameters *p, double *value) {
    *value = spin_second_moment_length(means, p, ons_mean(means, SPIN_MAGNETIZATION_SQUARED));
}

/* ---- check
 * ------------------------------------------------------------------------------------------------------------ */

bool spin_has_twist(const ons_parameters *p) {
    return !lattice_is_complete(p) && !lattice_is_edge_list(p) && ons_choice(p, "boundary") == ONS_PERIODIC;
}

void spin_plan_weight(const ons_parameters *p, double sites, bool signed_m, ons_plan *plan) {
    const bool coupled = ons_real(p, "coupling") != 0;
    ons_plan_explicit(plan, SPIN_ENERGY);
    ons_plan_explicit(plan, SPIN_ENERGY_SQUARED);
    if (signed_m) {
        ons_plan_weight(plan, sites, coupled ? "coupling/temperature" : "1/temperature",
                        coupled ? "(energy + field*magnetization)/coupling" : "energy + field*magnetization");
        ons_plan_weight(plan, sites, "-field/temperature", "magnetization");
    } else if (ons_real(p, "field") == 0 && coupled) {
        ons_plan_weight(plan, sites, "coupling/temperature", "energy/coupling");
    } else {
        ons_plan_weight(plan, sites, "1/temperature", "energy");
    }
}

ons_status spin_plan(const ons_parameters *p, bool waves, ons_plan *plan) {
    if (!lattice_from_file(p)) { ons_plan_omit(plan, "sites"); }
    if (!lattice_from_file(p) || !waves) { ons_plan_omit(plan, "wavenumber"); }
    if (!waves) {
        ons_plan_omit(plan, "magnetization_kmin_squared");
        ons_plan_omit(plan, "correlation_length");
    }
    return spin_arrays_plan(p, plan, SPIN_CORRELATION);
}

/* ---- states
 * ----------------------------------------------------------------------------------------------------------- */

void spin_measure_moments(ons_context *context, double energy, double m) {
    ons_measure(context, SPIN_ENERGY, 0, energy);
    ons_measure(context, SPIN_ENERGY_SQUARED, 0, energy * energy);
    ons_measure(context, SPIN_MAGNETIZATION_ABS, 0, fabs(m));
    ons_measure(context, SPIN_MAGNETIZATION_SQUARED, 0, m * m);
    ons_measure(context, SPIN_MAGNETIZATION_FOURTH, 0, square(m * m));
}

ons_status spin_room_open(spin_room *room, const ons_parameters *p) {
    ons_status status = lattice_open_graph(&room->graph, p, LATTICE_LISTED);
    if (status) { return status; }
    bool used[ONS_DIMENSIONS];
    const ons_graph *graph = room->graph;
    room->file = lattice_from_file(p);
    room->wavenumber = graph->lattice ? ons_lattice_wavenumber(graph->lattice, graph->lengths, used) : 0;
    room->waves = room->wavenumber > 0;
    return spin_arrays_open(&room->arrays, graph, p);
}

void spin_room_close(spin_room *room) {
    spin_arrays_close(&room->arrays);
    ons_graph_free(room->graph);
    *room = (spin_room){0};
}

void spin_room_measure_lattice(const spin_room *room, ons_context *context) {
    if (room->file) { ons_measure(context, SPIN_SITES, 0, room->graph->sites); }
    if (room->file && room->waves) { ons_measure(context, SPIN_WAVENUMBER, 0, room->wavenumber); }
}
