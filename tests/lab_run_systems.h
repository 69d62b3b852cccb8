/*
 * Small systems with exact answers, one for each way in which the laboratory is used.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TESTS_LAB_RUN_SYSTEMS_H
#define TESTS_LAB_RUN_SYSTEMS_H

#include <onsager/lab.h>

#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static inline ons_status nothing_to_create(void *state, ons_context *context) { return ONS_OK; }
static inline ons_status nothing_to_persist(void *state, ons_part *part) { return ONS_OK; }

/* ---- walk: eight walkers a state, against time ---- */

#define WALKERS 8
typedef struct walk_state {
    ons_random random[WALKERS];
    int64_t place[WALKERS];
} walk_state;

static inline ons_status walk_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    ons_plan_lanes(plan, WALKERS);
    return ONS_OK;
}
static inline ons_status walk_create(void *data, ons_context *context) {
    walk_state *state = data;
    for (unsigned k = 0; k < WALKERS; k++) { state->random[k] = ons_stream(context, k, 0); }
    return ONS_OK;
}
static inline ons_status walk_advance(void *data, ons_context *context) {
    walk_state *state = data;
    for (unsigned k = 0; k < WALKERS; k++) { state->place[k] += ons_random_32(&state->random[k]) & 1 ? 1 : -1; }
    return ONS_OK;
}
static inline ons_status walk_measure(const void *data, ons_context *context) {
    const walk_state *state = data;
    for (unsigned k = 0; k < WALKERS; k++) { ons_measure(context, 0, k, (double)(state->place[k] * state->place[k])); }
    return ONS_OK;
}
static inline ons_status walk_persist(void *data, ons_part *part) {
    walk_state *state = data;
    char name[16];
    ons_status status = ons_persist_configuration(part, "place", ONS_I64, state->place, 1, (size_t[]){WALKERS});
    for (unsigned k = 0; k < WALKERS && status == ONS_OK; k++) {
        snprintf(name, sizeof name, "random%u", k);
        status = ons_persist_random(part, name, &state->random[k]);
    }
    return status;
}
static const ons_observable walk_observables[] = {
    {.name = "square", .kind = ONS_SERIES, .meaning = "square of the distance"}, {0}};
static const ons_system walk = {.abi = ONS_ABI,
                                .version = 1,
                                .name = "walk",
                                .summary = "random walkers",
                                .step = "step",
                                .observables = walk_observables,
                                .controls = {.steps = 100, .replicas = 8},
                                .state_size = sizeof(walk_state),
                                .check = walk_check,
                                .create = walk_create,
                                .advance = walk_advance,
                                .measure = walk_measure,
                                .persist = walk_persist};

/* ---- chain: a stationary autoregressive process ---- */

typedef struct chain_state {
    ons_random random;
    double memory, x;
} chain_state;

static inline ons_status chain_create(void *data, ons_context *context) {
    chain_state *state = data;
    state->random = ons_stream(context, 0, 0);
    state->memory = ons_real(ons_context_parameters(context), "memory");
    state->x = 5.0; /* far from where it will be */
    return ONS_OK;
}
static inline ons_status chain_advance(void *data, ons_context *context) {
    chain_state *state = data;
    state->x = state->memory * state->x + sqrt(1 - state->memory * state->memory) * ons_random_normal(&state->random);
    return ONS_OK;
}
static inline ons_status chain_measure(const void *data, ons_context *context) {
    const chain_state *state = data;
    ons_measure(context, 0, 0, state->x);
    ons_measure(context, 1, 0, state->x * state->x);
    return ONS_OK;
}
static inline ons_status measure_x_only(const void *data, ons_context *context) {
    ons_measure(context, 0, 0, 1.0);
    return ONS_OK;
}
static inline ons_status measure_wrong_lane(const void *data, ons_context *context) {
    ons_measure(context, 0, 7, 1.0);
    return ONS_OK;
}
static inline ons_status measure_wrong_observable(const void *data, ons_context *context) {
    ons_measure(context, 99, 0, 1.0);
    return ONS_OK;
}
static inline ons_status chain_persist(void *data, ons_part *part) {
    chain_state *state = data;
    const ons_status status = ons_persist(part, "x", ONS_F64, &state->x, 1);
    return status == ONS_OK ? ons_persist_random(part, "random", &state->random) : status;
}
static const ons_parameter memory_parameter[] = {
    {.name = "memory", .type = ONS_REAL, .standard = "0.5", .range = "[0, 1]", .meaning = "of the last value"}, {0}};
static const ons_observable chain_observables[] = {{.name = "x", .kind = ONS_MEAN, .meaning = "the value"},
                                                   {.name = "square", .kind = ONS_MEAN, .meaning = "its square"},
                                                   {0}};
static const ons_system chain = {.abi = ONS_ABI,
                                 .version = 1,
                                 .name = "chain",
                                 .summary = "an autoregressive process",
                                 .step = "step",
                                 .traits = ONS_STATIONARY,
                                 .parameters = memory_parameter,
                                 .observables = chain_observables,
                                 .controls = {.steps = 1000, .replicas = 1},
                                 .state_size = sizeof(chain_state),
                                 .create = chain_create,
                                 .advance = chain_advance,
                                 .measure = chain_measure,
                                 .persist = chain_persist};

/* ---- oracle: an exact solution in one step, and a table ---- */

static inline ons_status oracle_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    ons_plan_shape(plan, 0, 1, (size_t[]){2});
    return ONS_OK;
}
static inline ons_status oracle_advance(void *state, ons_context *context) {
    static const char *const names[] = {"two", "three", "five"};
    static const double primes[] = {2, 3, 5};
    ons_value(context, 0, 0, 0, 42.0, -1);
    ons_value(context, 0, 0, 1, 6.0, 0.5);
    for (int k = 0; k < 3; k++) { ons_row(context, 1, 0, (ons_cell[]){{.number = primes[k]}, {.text = names[k]}}); }
    return ONS_DONE;
}
static const ons_observable oracle_observables[] = {
    {.name = "answer", .kind = ONS_VALUE, .meaning = "the answer"},
    {.name = "primes", .kind = ONS_TABLE, .columns = "number, name:text", .meaning = "the first primes"},
    {0}};
static const ons_system oracle = {.abi = ONS_ABI,
                                  .version = 1,
                                  .name = "oracle",
                                  .summary = "knows the answer",
                                  .step = "answer",
                                  .observables = oracle_observables,
                                  .controls = {.steps = 1, .replicas = 1},
                                  .state_size = 1,
                                  .check = oracle_check,
                                  .create = nothing_to_create,
                                  .advance = oracle_advance,
                                  .persist = nothing_to_persist};

/* ---- dice: squares of uniform numbers, counted ---- */

static inline ons_status dice_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    ons_plan_edges(plan, 0, 0.0, 0.8, 8);
    return ONS_OK;
}
static inline ons_status dice_create(void *data, ons_context *context) {
    *(ons_random *)data = ons_stream(context, 0, 0);
    return ONS_OK;
}
static inline ons_status dice_advance(void *data, ons_context *context) {
    const double u = ons_random_uniform(data);
    ons_count(context, 0, 0, u * u);
    return ONS_OK;
}
static inline ons_status dice_persist(void *data, ons_part *part) { return ons_persist_random(part, "random", data); }
static const ons_observable dice_observables[] = {
    {.name = "squares", .kind = ONS_HISTOGRAM, .meaning = "squares of uniform numbers"}, {0}};
static const ons_system dice = {.abi = ONS_ABI,
                                .version = 1,
                                .name = "dice",
                                .summary = "squares of uniform numbers",
                                .step = "throw",
                                .traits = ONS_STATIONARY,
                                .observables = dice_observables,
                                .controls = {.steps = 100, .replicas = 1},
                                .state_size = sizeof(ons_random),
                                .check = dice_check,
                                .create = dice_create,
                                .advance = dice_advance,
                                .persist = dice_persist};

/* ---- flow: dx/dt = 1 in continuous time ---- */

static inline ons_status flow_advance(void *data, ons_context *context) {
    double *x = data;
    if (*x != ons_time(context) || !(ons_target(context) > *x) || floor(ons_target(context)) > floor(*x) + 1) {
        return ons_fail(ONS_FAILED, "the time makes no sense");
    }
    *x = ons_target(context);
    return ONS_OK;
}
static inline ons_status flow_measure(const void *data, ons_context *context) {
    ons_measure(context, 0, 0, *(const double *)data);
    return ONS_OK;
}
static inline ons_status flow_persist(void *data, ons_part *part) { return ons_persist(part, "x", ONS_F64, data, 1); }
static const ons_observable flow_observables[] = {{.name = "x", .kind = ONS_SERIES, .meaning = "the time"}, {0}};
static const ons_system flow = {.abi = ONS_ABI,
                                .version = 1,
                                .name = "flow",
                                .summary = "dx/dt = 1",
                                .step = "1 time unit",
                                .traits = ONS_CONTINUOUS,
                                .observables = flow_observables,
                                .controls = {.steps = 1, .replicas = 1},
                                .state_size = sizeof(double),
                                .create = nothing_to_create,
                                .advance = flow_advance,
                                .measure = flow_measure,
                                .persist = flow_persist};

/* ---- crew: tells how many threads its state could use when it was made; `most`: what it can use ---- */

static inline ons_status crew_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    ons_plan_threads(plan, (unsigned)ons_integer(parameters, "most"));
    return ONS_OK;
}
static inline ons_status crew_create(void *data, ons_context *context) {
    *(uint32_t *)data = ons_threads(context);
    return ONS_OK;
}
static inline ons_status crew_advance(void *data, ons_context *context) {
    ons_value(context, 0, 0, 0, *(const uint32_t *)data, -1);
    ons_value(context, 1, 0, 0, ons_threads(context), -1);
    return ONS_OK;
}
static inline ons_status crew_persist(void *data, ons_part *part) {
    return ons_persist(part, "threads", ONS_U32, data, 1);
}
static const ons_parameter crew_parameters[] = {
    {.name = "most", .type = ONS_INTEGER, .standard = "64", .range = "[1, 1024]", .meaning = "threads that help"},
    {.name = "point", .type = ONS_INTEGER, .standard = "0", .meaning = "tells tasks apart"},
    {0}};
static const ons_observable crew_observables[] = {
    {.name = "made", .kind = ONS_VALUE, .meaning = "threads when the state was made"},
    {.name = "running", .kind = ONS_VALUE, .meaning = "threads while it ran"},
    {0}};
static const ons_system crew = {.abi = ONS_ABI,
                                .version = 1,
                                .name = "crew",
                                .summary = "counts its threads",
                                .step = "look",
                                .parameters = crew_parameters,
                                .observables = crew_observables,
                                .controls = {.steps = 2, .replicas = 1},
                                .state_size = sizeof(uint32_t),
                                .check = crew_check,
                                .create = crew_create,
                                .advance = crew_advance,
                                .persist = crew_persist};

/* ---- labour: three long steps with a cursor inside ---- */

typedef struct labour_state {
    uint64_t cursor, sum;
} labour_state;

static volatile sig_atomic_t labour_stop;
static uint64_t labour_stop_after, labour_calls;

static inline ons_status labour_advance(void *data, ons_context *context) {
    labour_state *state = data;
    for (; state->cursor < 1000; state->cursor++) {
        if (ons_poll(context, (double)state->cursor, 1000)) { return ONS_STOPPED; }
        state->sum = 3 * state->sum + state->cursor;
        usleep(20);
        if (labour_stop_after && ++labour_calls >= labour_stop_after) { labour_stop = 1; }
    }
    state->cursor = 0;
    ons_value(context, 0, 0, 0, (double)(state->sum >> 16), -1);
    return ONS_OK;
}
static inline ons_status labour_persist(void *data, ons_part *part) {
    labour_state *state = data;
    const ons_status status = ons_persist(part, "cursor", ONS_U64, &state->cursor, 1);
    return status == ONS_OK ? ons_persist(part, "sum", ONS_U64, &state->sum, 1) : status;
}
static const ons_observable labour_observables[] = {{.name = "sum", .kind = ONS_VALUE, .meaning = "a long sum"}, {0}};
static const ons_system labour = {.abi = ONS_ABI,
                                  .version = 1,
                                  .name = "labour",
                                  .summary = "long steps",
                                  .step = "1000 terms",
                                  .observables = labour_observables,
                                  .controls = {.steps = 3, .replicas = 1},
                                  .state_size = sizeof(labour_state),
                                  .create = nothing_to_create,
                                  .advance = labour_advance,
                                  .persist = labour_persist};

/* ---- zoo: a stationary system of two lanes with every kind of observable, that can stop its own run ---- */

static atomic_uint_fast64_t zoo_calls;      /* of advance() */
static atomic_uint_fast64_t zoo_stop_after; /* asks to leave then; 0: never */
static volatile sig_atomic_t zoo_stop;

typedef struct zoo_state {
    ons_random random[2];
    double memory, x[2];
} zoo_state;

enum { ZOO_X, ZOO_SQUARE, ZOO_POWERS, ZOO_COUNTS, ZOO_PLACE, ZOO_EVENTS, ZOO_HISTORY };

static inline ons_status zoo_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    ons_plan_lanes(plan, 2);
    ons_plan_shape(plan, ZOO_POWERS, 1, (size_t[]){3});
    ons_plan_edges(plan, ZOO_COUNTS, -3.0, 3.0, 12);
    return ONS_OK;
}
static inline ons_status zoo_create(void *data, ons_context *context) {
    zoo_state *state = data;
    state->memory = ons_real(ons_context_parameters(context), "memory");
    for (unsigned k = 0; k < 2; k++) { state->random[k] = ons_stream(context, k, 0); }
    return ONS_OK;
}
static inline ons_status zoo_advance(void *data, ons_context *context) {
    zoo_state *state = data;
    const uint64_t calls = ++zoo_calls;
    if (zoo_stop_after && calls >= zoo_stop_after) { zoo_stop = 1; }
    for (unsigned k = 0; k < 2; k++) {
        state->x[k] = state->memory * state->x[k] +
                      sqrt(1 - state->memory * state->memory) * ons_random_normal(&state->random[k]);
        ons_value(context, ZOO_PLACE, k, 0, state->x[k], -1);
        if (state->x[k] > 3.5) {
            ons_row(context, ZOO_EVENTS, k,
                    (ons_cell[]){{.number = state->x[k]}, {.text = state->x[k] > 4 ? "rare" : ""}});
        }
    }
    return ONS_OK;
}
static inline ons_status zoo_advance_slowly(void *data, ons_context *context) {
    if (zoo_calls % 4 == 0) { usleep(100); }
    return zoo_advance(data, context);
}
static inline ons_status zoo_measure(const void *data, ons_context *context) {
    const zoo_state *state = data;
    for (unsigned k = 0; k < 2; k++) {
        const double x = state->x[k], powers[3] = {1, fabs(x), x * x * x};
        ons_measure(context, ZOO_X, k, x);
        ons_measure(context, ZOO_SQUARE, k, x * x);
        ons_measure_array(context, ZOO_POWERS, k, powers);
        ons_count(context, ZOO_COUNTS, k, x);
        ons_measure(context, ZOO_HISTORY, k, x);
    }
    return ONS_OK;
}
static inline ons_status zoo_persist(void *data, ons_part *part) {
    zoo_state *state = data;
    ons_status status = ons_persist_configuration(part, "x", ONS_F64, state->x, 1, (size_t[]){2});
    if (status == ONS_OK) { status = ons_persist_random(part, "first", &state->random[0]); }
    return status == ONS_OK ? ons_persist_random(part, "second", &state->random[1]) : status;
}
static const ons_observable zoo_observables[] = {
    [ZOO_X] = {.name = "x", .kind = ONS_MEAN, .meaning = "the value"},
    [ZOO_SQUARE] = {.name = "square", .kind = ONS_MEAN, .meaning = "its square"},
    [ZOO_POWERS] = {.name = "powers", .kind = ONS_MEAN, .flags = ONS_SLOW, .meaning = "1, |x| and x^3"},
    [ZOO_COUNTS] = {.name = "counts", .kind = ONS_HISTOGRAM, .meaning = "its distribution"},
    [ZOO_PLACE] = {.name = "place", .kind = ONS_VALUE, .meaning = "the last value"},
    [ZOO_EVENTS] = {.name = "events", .kind = ONS_TABLE, .columns = "x, kind:text", .meaning = "large values"},
    [ZOO_HISTORY] = {.name = "history", .kind = ONS_SERIES, .meaning = "the value against time"},
    [ZOO_HISTORY + 1] = {0}};
#define ZOO_SYSTEM(system_name, advance_function)                                                                      \
    {                                                                                                                  \
        .abi = ONS_ABI, .version = 1, .name = system_name, .summary = "every kind of observable", .step = "step",      \
        .traits = ONS_STATIONARY, .parameters = memory_parameter, .observables = zoo_observables,                      \
        .controls = {.steps = 1000, .replicas = 2}, .state_size = sizeof(zoo_state), .check = zoo_check,               \
        .create = zoo_create, .advance = advance_function, .measure = zoo_measure, .persist = zoo_persist              \
    }
static const ons_system zoo = ZOO_SYSTEM("zoo", zoo_advance);
static const ons_system zoo_slow = ZOO_SYSTEM("zoo-slow", zoo_advance_slowly);

#endif
