/*
 * What all models of spins measure, and what is derived of it: their observables begin with these.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_SPIN_QUANTITIES_H
#define ONSAGER_SYSTEMS_SPIN_QUANTITIES_H

#include "lattice_parameters.h"

enum {
    SPIN_ENERGY,
    SPIN_ENERGY_SQUARED,
    SPIN_MAGNETIZATION_ABS,
    SPIN_MAGNETIZATION_SQUARED,
    SPIN_MAGNETIZATION_FOURTH,
    SPIN_MAGNETIZATION_KMIN_SQUARED,
    SPIN_SITES,
    SPIN_WAVENUMBER,
    SPIN_CORRELATION,
    SPIN_STRUCTURE_FACTOR,
    SPIN_OWN /* where a model's own ones begin */
};

/* `m` says what m is; `waves` what its waves are; `product` the product that is correlated. */
#define SPIN_OBSERVABLES(m, waves, product)                                                                            \
    [SPIN_ENERGY] = {"energy", ONS_MEAN, 0, NULL, NULL, "coupling", "<e>, e = H/N per site, all bonds and fields"},    \
    [SPIN_ENERGY_SQUARED] = {"energy_squared", ONS_MEAN, 0, NULL, NULL, "coupling^2", "<e^2>"},                        \
    [SPIN_MAGNETIZATION_ABS] = {"magnetization_abs", ONS_MEAN, 0, NULL, NULL, NULL, "<|m|>, " m},                      \
    [SPIN_MAGNETIZATION_SQUARED] = {"magnetization_squared", ONS_MEAN, 0, NULL, NULL, NULL, "<m^2>"},                  \
    [SPIN_MAGNETIZATION_FOURTH] = {"magnetization_fourth", ONS_MEAN, 0, NULL, NULL, NULL, "<m^4>"},                    \
    [SPIN_MAGNETIZATION_KMIN_SQUARED] = {"magnetization_kmin_squared",                                                 \
                                         ONS_MEAN,                                                                     \
                                         0,                                                                            \
                                         NULL,                                                                         \
                                         NULL,                                                                         \
                                         NULL,                                                                         \
                                         "<|m(k)|^2>, " waves ", mean over the smallest k"},                           \
    [SPIN_SITES] = {"sites", ONS_MEAN, 0, NULL, NULL, NULL, "N of a lattice from a file (constant)"},                  \
    [SPIN_WAVENUMBER] =                                                                                                \
        {"wavenumber", ONS_MEAN, 0, NULL, NULL, "1/length", "|k_min| of a lattice from a file (constant)"},            \
    [SPIN_CORRELATION] = {"correlation",                                                                               \
                          ONS_MEAN,                                                                                    \
                          0,                                                                                           \
                          NULL,                                                                                        \
                          NULL,                                                                                        \
                          NULL,                                                                                        \
                          "G(r) = <" product "> of sites r = 0, 1, .. cells apart along the axes"},                    \
    [SPIN_STRUCTURE_FACTOR] = {"structure_factor",                                                                     \
                               ONS_MEAN,                                                                               \
                               0,                                                                                      \
                               NULL,                                                                                   \
                               NULL,                                                                                   \
                               NULL,                                                                                   \
                               "S(k) = N <|m(k)|^2> at k = 2 pi n/L, n = 0, 1, .. L/2 along the reciprocal axes"}

/* The rows of parameters that stand behind those of a model itself. `up` says what start=up is. */
#define SPIN_DYNAMICS(up)                                                                                              \
    {"start",  ONS_CHOICE,  ONS_OR_ARCHIVE,                                                                            \
     "random", "random|up", NULL,                                                                                      \
     NULL,     NULL,        "first configuration: random spins, " up ", or one that is stored in an archive"},         \
        {"update", ONS_CHOICE, 0,    "metropolis",  "metropolis|heat-bath|wolff|swendsen-wang",                        \
         NULL,     NULL,       NULL, "the dynamics"},                                                                  \
    {                                                                                                                  \
        "clusters", ONS_INTEGER, 0, "1", NULL, "[1, 4294967295]", "update=wolff", NULL, "clusters that one step grows" \
    }

#define SPIN_MEASURE                                                                                                   \
    {                                                                                                                  \
        "measure", ONS_CHOICE, ONS_ARRAY, "none", "none|correlation|structure_factor", NULL, NULL, NULL,               \
            "further observables: one, or [correlation,structure_factor]"                                              \
    }

/* Derived quantities, and rows of them. */
double spin_sites(const ons_means *means, const ons_parameters *p);
void spin_specific_heat(const ons_means *means, const ons_parameters *p, double *value);
void spin_susceptibility(const ons_means *means, const ons_parameters *p, double *value);
void spin_susceptibility_disordered(const ons_means *means, const ons_parameters *p, double *value);
void spin_binder(const ons_means *means, const ons_parameters *p, double *value);
void spin_binder_ratio(const ons_means *means, const ons_parameters *p, double *value);
void spin_correlation_length(const ons_means *means, const ons_parameters *p, double *value);
/* The same from another <m^2>. */
double spin_second_moment_length(const ons_means *means, const ons_parameters *p, double squared);

#define SPIN_DERIVED                                                                                                   \
    {"specific_heat", SPIN_ENERGY, spin_specific_heat, NULL, "N (<e^2> - <e>^2) / T^2 per site"},                      \
        {"susceptibility", SPIN_MAGNETIZATION_SQUARED, spin_susceptibility, "1/coupling",                              \
         "N (<m^2> - <|m|>^2) / T per site"},                                                                          \
        {"susceptibility_disordered", SPIN_MAGNETIZATION_SQUARED, spin_susceptibility_disordered, "1/coupling",        \
         "N <m^2> / T per site"},                                                                                      \
        {"binder", SPIN_MAGNETIZATION_SQUARED, spin_binder, NULL, "1 - <m^4> / (3 <m^2>^2)"}, {                        \
        "binder_ratio", SPIN_MAGNETIZATION_SQUARED, spin_binder_ratio, NULL, "<m^4> / <m^2>^2"                         \
    }

/* The array observables that `measure` asks for: `correlation` and `structure_factor`, at the indices first and first +
 * 1 of a system's observables. */
typedef struct spin_arrays {
    bool on_correlation, on_structure_factor;
    size_t distances, waves; /* their lengths */
    ons_correlations *correlations;
    double *component, *correlation, *structure_factor; /* [sites]; [distances]; [waves] */
} spin_arrays;
/* check(): shapes, omissions; ONS_INVALID where there are no axes. */
ons_status spin_arrays_plan(const ons_parameters *p, ons_plan *plan, size_t first);
ons_status spin_arrays_open(spin_arrays *arrays, const ons_graph *graph, const ons_parameters *p);
void spin_arrays_close(spin_arrays *arrays);
/* Measures factor * (sum over the components) + constant. component(spins, c, values) gives component c. */
void spin_arrays_measure(const spin_arrays *arrays, ons_context *context, size_t first, const void *spins,
                         unsigned components, void (*component)(const void *spins, unsigned c, double *values),
                         double factor, double constant);

/* check(): the weight exp(-H/T) of N sites, for reweighting along temperature and coupling; with the term of the field
 * where `signed_m`: the magnetization along it is measured with its sign. */
void spin_plan_weight(const ons_parameters *p, double sites, bool signed_m, ons_plan *plan);
/* check(): omits what a task does not have, gives the arrays their shapes. */
ons_status spin_plan(const ons_parameters *p, bool waves, ons_plan *plan);
/* Whether the helicity modulus is defined: on a periodic lattice. */
bool spin_has_twist(const ons_parameters *p);

/* What a state measures of its m. */
void spin_measure_moments(ons_context *context, double energy, double m);

/* What states of all models hold beside their spins. */
typedef struct spin_room {
    ons_graph *graph;
    bool waves, file;
    double wavenumber;
    spin_arrays arrays;
} spin_room;
ons_status spin_room_open(spin_room *room, const ons_parameters *p);
void spin_room_close(spin_room *room);
/* The constants of a lattice from a file. */
void spin_room_measure_lattice(const spin_room *room, ons_context *context);
#endif
