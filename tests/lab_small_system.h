/*
 * Small descriptors for the tests of jobs: a walker in time and a magnet that is stationary. They are bound, never run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_TESTS_LAB_SMALL_SYSTEM_H
#define ONSAGER_TESTS_LAB_SMALL_SYSTEM_H

#include <onsager/lab.h>

#include <math.h>

static ons_status small_create(void *state, ons_context *context) {
    (void)state, (void)context;
    return ONS_OK;
}
static ons_status small_advance(void *state, ons_context *context) {
    (void)state, (void)context;
    return ONS_OK;
}
static ons_status small_persist(void *state, ons_part *part) {
    (void)state, (void)part;
    return ONS_OK;
}

static void small_binder(const ons_means *means, const ons_parameters *parameters, double *value) {
    (void)means, (void)parameters;
    *value = 0;
}
static ons_status small_zero(const ons_parameters *parameters, double *value) {
    if (ons_real(parameters, "field") != 0) { return ONS_DONE; }
    *value = 0;
    return ONS_OK;
}

enum { MAGNET_ENERGY, MAGNET_MAGNETIZATION, MAGNET_COUNTS, MAGNET_STATES };

static ons_status magnet_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    (void)system;
    size_t count;
    const int64_t *size = ons_integers(parameters, "L", &count);
    double sites = 1;
    for (size_t i = 0; i < count; i++) { sites *= (double)size[i]; }
    if (count > 3) { return ons_fail(ONS_INVALID, "L takes at most 3 numbers, one per direction"); }
    if (ons_choice(parameters, "update") == 2 && ons_real(parameters, "field") != 0) {
        return ons_fail(ONS_INVALID, "update=wolff needs field=0; use update=metropolis");
    }
    ons_plan_bytes(plan, sites);
    ons_plan_edges(plan, MAGNET_COUNTS, -1, 1, 21);
    if (count == 1) { ons_plan_omit(plan, "energy_table"); }
    if (ons_real(parameters, "field") != 0) { ons_plan_omit(plan, "binder"); }
    return ONS_OK;
}

static const ons_parameter magnet_parameters[] = {
    {.name = "L", .type = ONS_INTEGER, .flags = ONS_ARRAY, .standard = "16", .range = "[1, 1e9]", .meaning = "size"},
    {.name = "temperature", .type = ONS_REAL, .standard = "2.5", .range = "(0, inf)", .meaning = "temperature"},
    {.name = "field", .type = ONS_REAL, .standard = "0", .meaning = "field"},
    {.name = "update", .type = ONS_CHOICE, .standard = "metropolis", .choices = "metropolis|heat-bath|wolff"},
    {.name = "clusters", .type = ONS_INTEGER, .standard = "1", .range = "[1, inf)", .when = "update=wolff"},
    {.name = "lattice", .type = ONS_CHOICE, .flags = ONS_OR_FILE, .standard = "square", .choices = "square|cubic"},
    {.name = "bonds", .type = ONS_REAL, .flags = ONS_ARRAY, .standard = "1", .when = "lattice=file"},
    {.name = "amplitude", .type = ONS_COMPLEX, .standard = "1"},
    {.name = "wrap", .type = ONS_BOOLEAN, .standard = "yes"},
    {.name = "label", .type = ONS_TEXT, .standard = ""},
    {.name = "drive", .type = ONS_FORMULA, .standard = "0"},
    {.name = "data", .type = ONS_FILE, .standard = ""},
    {.name = "ladder", .type = ONS_REAL, .flags = ONS_ARRAY, .standard = "temperature", .range = "(0, inf)"},
    {.name = "block", .type = ONS_INTEGER, .standard = "L/2", .range = "[1, inf)"},
    {.name = "quarter", .type = ONS_REAL, .standard = "block/2"},
    {0}};
static const ons_observable magnet_observables[] = {
    [MAGNET_ENERGY] = {.name = "energy", .kind = ONS_MEAN},
    [MAGNET_MAGNETIZATION] = {.name = "magnetization", .kind = ONS_MEAN, .flags = ONS_SLOW},
    [MAGNET_COUNTS] = {.name = "energies", .kind = ONS_HISTOGRAM},
    [MAGNET_STATES] = {.name = "energy_table", .kind = ONS_TABLE, .columns = "state, energy, name:text"},
    {0}};
static const ons_derived magnet_derived[] = {{.name = "binder", .like = MAGNET_ENERGY, .function = small_binder}, {0}};
static const ons_exact magnet_exact[] = {{"magnetization", small_zero, "symmetry"}, {0}};

/* Stationary; parameters of every type. */
static const ons_system magnet = {.abi = ONS_ABI,
                                  .version = 3,
                                  .name = "magnet",
                                  .summary = "a magnet",
                                  .step = "sweep",
                                  .traits = ONS_STATIONARY,
                                  .parameters = magnet_parameters,
                                  .observables = magnet_observables,
                                  .derived = magnet_derived,
                                  .exact = magnet_exact,
                                  .controls = {.steps = 1000, .replicas = 2},
                                  .state_size = 8,
                                  .check = magnet_check,
                                  .create = small_create,
                                  .advance = small_advance,
                                  .persist = small_persist};

static const ons_parameter walker_parameters[] = {
    {.name = "dimension", .type = ONS_INTEGER, .range = "[1, 10]", .meaning = "of space"},
    {.name = "start", .type = ONS_REAL, .standard = "0"},
    {0}};
static const ons_observable walker_observables[] = {{.name = "spread", .kind = ONS_SERIES}, {0}};

/* Continuous time, not stationary, one required parameter, a `start` of its own that is no choice. */
static const ons_system walker = {.abi = ONS_ABI,
                                  .version = 1,
                                  .name = "walker",
                                  .summary = "a walker",
                                  .step = "1 time unit",
                                  .traits = ONS_CONTINUOUS,
                                  .parameters = walker_parameters,
                                  .observables = walker_observables,
                                  .controls = {.steps = 100, .every = "log:10", .replicas = 100},
                                  .state_size = 8,
                                  .create = small_create,
                                  .advance = small_advance,
                                  .persist = small_persist};

#endif
