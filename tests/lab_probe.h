/*
 * For tests of the laboratory's results: a system that has all kinds of observables, its jobs, and lanes filled by
 * hand.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_TESTS_LAB_PROBE_H
#define ONSAGER_TESTS_LAB_PROBE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab/lane.h"
#include "lab/stored.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ENERGY, PROFILE, DECAY, RESULT, COUNTS, LEVELS, PROBE_OBSERVABLES };

static const ons_parameter probe_parameters[] = {
    {"L", ONS_INTEGER, ONS_ARRAY, "4", NULL, "[1, 1e6]", NULL, NULL, "size"},
    {"temperature", ONS_REAL, 0, "1", NULL, "(0, inf)", NULL, "J", "temperature"},
    {"tenths", ONS_INTEGER, 0, "floor(10*temperature)", NULL, NULL, NULL, NULL, "follows the temperature"},
    {"kind", ONS_CHOICE, 0, "one", "one|two", NULL, NULL, NULL, "a choice"},
    {0}};

static const ons_observable probe_observables[] = {
    [ENERGY] = {"energy", ONS_MEAN, 0, NULL, NULL, "J", "energy per site"},
    [PROFILE] = {"profile", ONS_MEAN, 0, NULL, NULL, NULL, "three numbers"},
    [DECAY] = {"decay", ONS_SERIES, 0, NULL, NULL, NULL, "against time"},
    [RESULT] = {"result", ONS_VALUE, 0, NULL, NULL, NULL, "one number"},
    [COUNTS] = {"counts", ONS_HISTOGRAM, 0, NULL, NULL, NULL, "how often"},
    [LEVELS] = {"levels", ONS_TABLE, 0, NULL, "state, energy, name:text", NULL, "rows"},
    [PROBE_OBSERVABLES] = {0}};

/* <p_0> / <energy>: a ratio of means. */
static void probe_ratio(const ons_means *means, const ons_parameters *parameters, double *value) {
    size_t count;
    const double *profile = ons_mean_array(means, PROFILE, &count);
    assert_int_equal(count, 3);
    value[0] = profile[0] / ons_mean(means, ENERGY);
}

static const ons_derived probe_derived[] = {{"ratio", ENERGY, probe_ratio, NULL, "first of profile over energy"}, {0}};

static ons_status probe_energy(const ons_parameters *parameters, double *value) {
    value[0] = -2.0;
    return ONS_OK;
}
static const ons_exact probe_exact[] = {{"energy", probe_energy, "Nobody 1900"}, {0}};

static ons_status probe_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    const size_t three = 3;
    ons_plan_lanes(plan, 2);
    ons_plan_shape(plan, PROFILE, 1, &three);
    ons_plan_edges(plan, COUNTS, 0, 1, 4);
    ons_plan_note(plan, "a note");
    return ONS_OK;
}

typedef struct probe_state {
    double field[6];
    ons_random random;
} probe_state;

static ons_status probe_create(void *memory, ons_context *context) { return ONS_OK; }
static ons_status probe_advance(void *memory, ons_context *context) { return ONS_OK; }
static ons_status probe_persist(void *memory, ons_part *part) {
    probe_state *state = memory;
    const size_t shape[2] = {2, 3};
    const ons_status status = ons_persist_configuration(part, "field", ONS_F64, state->field, 2, shape);
    return status == ONS_OK ? ons_persist_random(part, "random", &state->random) : status;
}

/* A probe with other traits shares everything else. */
#define PROBE(variable, bits)                                                                                          \
    static const ons_system variable = {.abi = ONS_ABI,                                                                \
                                        .version = 1,                                                                  \
                                        .name = "probe",                                                               \
                                        .summary = "everything that can be measured",                                  \
                                        .details = "",                                                                 \
                                        .step = "step",                                                                \
                                        .traits = (bits),                                                              \
                                        .parameters = probe_parameters,                                                \
                                        .observables = probe_observables,                                              \
                                        .derived = probe_derived,                                                      \
                                        .exact = probe_exact,                                                          \
                                        .controls = {.steps = 1000, .replicas = 3, .warmup = "0", .every = "1"},       \
                                        .state_size = sizeof(probe_state),                                             \
                                        .check = probe_check,                                                          \
                                        .create = probe_create,                                                        \
                                        .advance = probe_advance,                                                      \
                                        .persist = probe_persist}

/* A job of the words, bound. */
static ons_job *probe_job(const ons_system *system, const char *const *words) {
    ons_job *job;
    assert_int_equal(ons_job_create(&job), ONS_OK);
    assert_int_equal(ons_job_set(job, "system", "probe"), ONS_OK);
    for (; *words != NULL; ++words) { assert_int_equal(ons_job_word(job, *words), ONS_OK); }
    if (ons_job_bind(job, system, NULL) != ONS_OK) { fail_msg("%s", ons_message()); }
    return job;
}

/* One sample of a lane: energy around -2, profile around 1, 2, 3, counts over [0, 1). */
static void probe_sample(lab_lane *lane, const lab_layout *layout, ons_random *random) {
    const double u = ons_random_uniform(random);
    double sample[4] = {-2 + 0.1 * ons_random_normal(random)};
    for (size_t i = 0; i < 3; ++i) { sample[1 + i] = (double)(i + 1) + 0.1 * ons_random_normal(random); }
    ons_bins_add(&lane->bins, sample);
    ons_record_add(&lane->record, sample);
    lab_histogram *histogram = &lane->histograms[0];
    histogram->counts[histogram->blocks * histogram->bins + (size_t)(4 * u)] += 1;
    lab_lane_close_sample(lane, layout);
}

/* Rows of the table of a lane. */
static void probe_row(lab_table *table, double state, double energy, const char *name) {
    assert_int_equal(ons_grow((void **)&table->numbers, &table->capacity, (table->rows + 1) * 3, sizeof(double)),
                     ONS_OK);
    double *row = table->numbers + 3 * table->rows++;
    row[0] = state;
    row[1] = energy;
    row[2] = NAN;
    ons_text_add_bytes(&table->texts, name, strlen(name) + 1);
}

/* A state of a task with `samples` samples in every lane; its numbers depend on task and replica alone. */
static void probe_fill(lab_replica *replica, const lab_task *task, uint64_t state, uint64_t samples) {
    assert_int_equal(lab_replica_init(replica, task, state), ONS_OK);
    replica->warmup_over = true;
    replica->steps = replica->measured = replica->points = samples;
    replica->time = (double)samples;
    replica->seconds = 1.5;
    for (size_t k = 0; k < replica->lane_count; ++k) {
        lab_lane *lane = &replica->lanes[k];
        ons_random random = ons_random_stream(task->key, (uint32_t)lane->replica, 0);
        for (uint64_t i = 0; i < samples; ++i) { probe_sample(lane, &replica->layout, &random); }
        lane->value[0] = 10 + (double)lane->replica;
        lane->value_error[0] = 0.25;
        assert_int_equal(ons_grow((void **)&lane->series, &lane->times_capacity, samples, sizeof(double)), ONS_OK);
        lane->times = samples;
        for (size_t t = 0; t < samples; ++t) { lane->series[t] = (double)t * ((double)lane->replica + 1); }
        probe_row(&lane->tables[0], (double)lane->replica, -0.5, "ground");
        probe_row(&lane->tables[0], (double)lane->replica, 0.5, "");
    }
}

#endif
