/*
 * The bridge to systems written in Python: descriptors built at run time whose functions call back into Python.
 *
 * A descriptor copies all that it is given, and carries a number by which Python knows the class; the memory of a state
 * holds the number of its Python object. The functions of derived quantities, exact values and the choice of quenched
 * disorder have no closure in C: each takes one of 256 slots, small functions that differ in a number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/lab.h>
#include <onsager/system.h>

#include <stdlib.h>
#include <string.h>

/* Defined by cffi, further below. */
static int python_check(uint64_t system, const ons_parameters *parameters, ons_plan *plan);
static int python_create(uint64_t system, ons_context *context, uint64_t *state);
static int python_advance(uint64_t state, ons_context *context);
static int python_measure(uint64_t state, ons_context *context);
static int python_persist(uint64_t state, ons_part *part);
static int python_picture(uint64_t state, unsigned lane, ons_picture *picture);
static void python_destroy(uint64_t state);
static void python_derived(unsigned slot, const ons_means *means, const ons_parameters *parameters, double *value);
static int python_exact(unsigned slot, const ons_parameters *parameters, double *value);
static int python_quenched(unsigned slot, const ons_parameters *parameters);

/* ---- slots ----------------------------------------------------------------------------------------------------------
 */

#define BRIDGE_SLOTS 256
/* clang-format off */
#define ROW(M, high) M(high, 0) M(high, 1) M(high, 2) M(high, 3) M(high, 4) M(high, 5) M(high, 6) M(high, 7) \
                     M(high, 8) M(high, 9) M(high, a) M(high, b) M(high, c) M(high, d) M(high, e) M(high, f)
#define ALL(M) ROW(M, 0) ROW(M, 1) ROW(M, 2) ROW(M, 3) ROW(M, 4) ROW(M, 5) ROW(M, 6) ROW(M, 7) \
               ROW(M, 8) ROW(M, 9) ROW(M, a) ROW(M, b) ROW(M, c) ROW(M, d) ROW(M, e) ROW(M, f)
/* clang-format on */
#define FUNCTIONS(x, y)                                                                                                \
    static void derived_##x##y(const ons_means *means, const ons_parameters *parameters, double *value) {              \
        python_derived(0x##x##y, means, parameters, value);                                                            \
    }                                                                                                                  \
    static ons_status exact_##x##y(const ons_parameters *parameters, double *value) {                                  \
        return (ons_status)python_exact(0x##x##y, parameters, value);                                                  \
    }                                                                                                                  \
    static bool quenched_##x##y(const ons_parameters *parameters) { return python_quenched(0x##x##y, parameters) != 0; }
#define DERIVED_ENTRY(x, y) derived_##x##y,
#define EXACT_ENTRY(x, y) exact_##x##y,
#define QUENCHED_ENTRY(x, y) quenched_##x##y,
ALL(FUNCTIONS)
static void (*const derived_slots[BRIDGE_SLOTS])(const ons_means *, const ons_parameters *,
                                                 double *) = {ALL(DERIVED_ENTRY)};
static ons_status (*const exact_slots[BRIDGE_SLOTS])(const ons_parameters *, double *) = {ALL(EXACT_ENTRY)};
static bool (*const quenched_slots[BRIDGE_SLOTS])(const ons_parameters *) = {ALL(QUENCHED_ENTRY)};

/* ---- the functions of a descriptor ----------------------------------------------------------------------------------
 */

typedef struct bridge_state {
    uint64_t number; /* of the Python object; 0: none */
} bridge_state;

static uint64_t number_of(const ons_system *system) { return (uint64_t)(uintptr_t)system->data; }
static uint64_t object_of(const void *state) { return ((const bridge_state *)state)->number; }

static ons_status check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    return (ons_status)python_check(number_of(system), parameters, plan);
}
static ons_status create(void *state, ons_context *context) {
    return (ons_status)python_create(number_of(ons_context_system(context)), context, &((bridge_state *)state)->number);
}
static ons_status advance(void *state, ons_context *context) {
    return (ons_status)python_advance(object_of(state), context);
}
static ons_status measure(const void *state, ons_context *context) {
    return (ons_status)python_measure(object_of(state), context);
}
static ons_status persist(void *state, ons_part *part) { return (ons_status)python_persist(object_of(state), part); }
static ons_status picture(const void *state, unsigned lane, ons_picture *image) {
    return (ons_status)python_picture(object_of(state), lane, image);
}
static void destroy(void *state) {
    if (object_of(state) != 0) { python_destroy(object_of(state)); }
}

/* ---- a descriptor ---------------------------------------------------------------------------------------------------
 */

typedef struct bridge {
    ons_system system;
    ons_parameter *parameters; /* each list ends with an empty entry */
    ons_observable *observables;
    ons_derived *derived;
    ons_exact *exact;
    char **texts; /* all that was copied */
    size_t text_count, text_capacity;
    bool failed; /* memory ran out */
} bridge;

static void bridge_free(bridge *b) {
    if (!b) { return; }
    for (size_t i = 0; i < b->text_count; i++) { free(b->texts[i]); }
    free(b->texts);
    free(b->parameters);
    free(b->observables);
    free(b->derived);
    free(b->exact);
    free(b);
}

static const char *keep(bridge *b, const char *text) {
    if (!text) { return NULL; }
    if (ons_grow((void **)&b->texts, &b->text_capacity, b->text_count + 1, sizeof *b->texts) != ONS_OK) {
        b->failed = true;
        return NULL;
    }
    char *copy = ons_copy(text);
    b->failed = b->failed || !copy;
    b->texts[b->text_count++] = copy;
    return copy;
}

static bridge *bridge_create(uint64_t number, size_t parameters, size_t observables, size_t derived, size_t exact,
                             bool draws) {
    bridge *b = ONS_NEW(bridge, 1);
    if (!b) { return NULL; }
    b->parameters = ONS_NEW(ons_parameter, parameters + 1);
    b->observables = ONS_NEW(ons_observable, observables + 1);
    b->derived = ONS_NEW(ons_derived, derived + 1);
    b->exact = ONS_NEW(ons_exact, exact + 1);
    if (!b->parameters || !b->observables || !b->derived || !b->exact) {
        bridge_free(b);
        return NULL;
    }
    b->system = (ons_system){.abi = ONS_ABI,
                             .parameters = b->parameters,
                             .observables = b->observables,
                             .derived = b->derived,
                             .exact = b->exact,
                             .data = (const void *)(uintptr_t)number,
                             .state_size = sizeof(bridge_state),
                             .check = check,
                             .create = create,
                             .advance = advance,
                             .measure = measure,
                             .persist = persist,
                             .picture = draws ? picture : NULL,
                             .destroy = destroy};
    return b;
}

static void bridge_head(bridge *b, unsigned version, unsigned traits, const char *name, const char *summary,
                        const char *details, const char *step) {
    b->system.version = version;
    b->system.traits = traits;
    b->system.name = keep(b, name);
    b->system.summary = keep(b, summary);
    b->system.details = keep(b, details);
    b->system.step = keep(b, step);
}

static void bridge_controls(bridge *b, int64_t steps, int64_t replicas, const char *warmup, const char *every) {
    b->system.controls =
        (ons_controls){.steps = steps, .warmup = keep(b, warmup), .every = keep(b, every), .replicas = replicas};
}

static void bridge_quenched(bridge *b, unsigned slot) { b->system.quenched = quenched_slots[slot % BRIDGE_SLOTS]; }

static void bridge_parameter(bridge *b, size_t index, int type, unsigned flags, const char *name, const char *standard,
                             const char *choices, const char *range, const char *when, const char *unit,
                             const char *meaning) {
    b->parameters[index] = (ons_parameter){.name = keep(b, name),
                                           .type = (ons_type)type,
                                           .flags = flags,
                                           .standard = keep(b, standard),
                                           .choices = keep(b, choices),
                                           .range = keep(b, range),
                                           .when = keep(b, when),
                                           .unit = keep(b, unit),
                                           .meaning = keep(b, meaning)};
}

static void bridge_observable(bridge *b, size_t index, int kind, unsigned flags, const char *name, const char *axis,
                              const char *columns, const char *unit, const char *meaning) {
    b->observables[index] = (ons_observable){.name = keep(b, name),
                                             .kind = (ons_kind)kind,
                                             .flags = flags,
                                             .axis = keep(b, axis),
                                             .columns = keep(b, columns),
                                             .unit = keep(b, unit),
                                             .meaning = keep(b, meaning)};
}

static void bridge_derived(bridge *b, size_t index, unsigned slot, size_t like, const char *name, const char *unit,
                           const char *meaning) {
    b->derived[index] = (ons_derived){.name = keep(b, name),
                                      .like = like,
                                      .function = derived_slots[slot % BRIDGE_SLOTS],
                                      .unit = keep(b, unit),
                                      .meaning = keep(b, meaning)};
}

static void bridge_exact(bridge *b, size_t index, unsigned slot, const char *name, const char *source) {
    b->exact[index] =
        (ons_exact){.name = keep(b, name), .function = exact_slots[slot % BRIDGE_SLOTS], .source = keep(b, source)};
}

/* NULL when memory ran out meanwhile. */
static const ons_system *bridge_system(const bridge *b) { return b->failed ? NULL : &b->system; }

/* ---- measuring ------------------------------------------------------------------------------------------------------
 */

/* values [lanes][size]; the size that the task gave the observable is checked by the caller. */
static void bridge_measure_lanes(ons_context *context, size_t observable, size_t size, const double *values) {
    const unsigned lanes = ons_lanes(context);
    for (unsigned lane = 0; lane < lanes; lane++) {
        if (size == 1) {
            ons_measure(context, observable, lane, values[lane]);
        } else {
            ons_measure_array(context, observable, lane, values + lane * size);
        }
    }
}

static void bridge_count(ons_context *context, size_t observable, unsigned lane, const double *values, size_t count) {
    for (size_t i = 0; i < count; i++) { ons_count(context, observable, lane, values[i]); }
}

static ons_status bridge_fail(int status, const char *message) { return ons_fail((ons_status)status, "%s", message); }
static void bridge_note(ons_plan *plan, const char *note) { ons_plan_note(plan, "%s", note); }
