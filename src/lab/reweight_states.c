/*
 * The samples of several states side by side, and the blocks that their errors are made of.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "curves.h"
#include "results.h"
#include "reweight.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_NUMBERS ((size_t)1 << 21) /* rows x states */
#define FEWEST_ROWS 64                 /* of a replica */
#define MOST_BLOCKS 240                /* of all states together .. */
#define STATE_BLOCKS 20                /* .. and of one */
#define FEWEST_BLOCKS 4
#define BLOCK_TAU 16 /* a block is at least so many autocorrelation times long, where enough blocks are left */

/* ---- one task ---- */

/* The rows of all replicas of a task, and where the components of an element of the ladder lie in them. */
typedef struct loaded {
    const ons_task_result *result;
    ons_task_samples *samples;
    double **rows;   /* [replicas][count][components] */
    size_t *counts;  /* [replicas] */
    double *x;       /* [elements] */
    size_t elements; /* of the ladder; 1: none */
    int64_t *axes;   /* [components] the element that each belongs to, -1: all */
} loaded;

static void unload(loaded *task) {
    for (size_t r = 0; task->rows != NULL && r < task->samples->replicas; ++r) { free(task->rows[r]); }
    free(task->rows);
    free(task->counts);
    free(task->x);
    free(task->axes);
    ons_task_samples_free(task->samples);
    *task = (loaded){0};
}

static ons_status find_axes(loaded *task, const char *x) {
    task->axes = ONS_NEW(int64_t, task->samples->components + 1);
    if (task->axes == NULL) { return ONS_MEMORY; }
    for (size_t c = 0; c < task->samples->components; ++c) { task->axes[c] = -1; }
    for (size_t i = 0; i < task->result->results && task->elements > 1; ++i) {
        const ons_result *result = &task->result->result[i];
        size_t first, count;
        if (result->kind != ONS_MEAN || result->derived || result->axis == NULL || strcmp(result->axis, x) != 0) {
            continue;
        }
        const ons_status status = ons_task_samples_find(task->samples, result->name, &first, &count);
        if (status != ONS_OK) { return status; }
        const size_t each = count / task->elements;
        for (size_t k = 0; k < count; ++k) { task->axes[first + k] = (int64_t)(k / each); }
    }
    return ONS_OK;
}

static ons_status load_rows(const lab_question *question, size_t index, size_t states, loaded *task) {
    const size_t replicas = task->samples->replicas;
    size_t most = MOST_NUMBERS / states / states / (replicas + 1), total = 0;
    if (most < FEWEST_ROWS) { most = FEWEST_ROWS; }
    task->rows = ONS_NEW(double *, replicas + 1);
    task->counts = ONS_NEW(size_t, replicas + 1);
    ons_status status = task->rows == NULL || task->counts == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t r = 0; r < replicas && status == ONS_OK; ++r) {
        uint64_t stride;
        status = ons_samples_rows(question->view->samples, index, task->samples, r, most, &task->rows[r],
                                  &task->counts[r], &stride);
        total += task->counts[r];
    }
    if (status == ONS_OK && (total == 0 || task->samples->components == 0)) {
        status = ons_fail(ONS_INVALID, "%s: task %s keeps no record of samples; means of stationary systems have one",
                          question->view->results->path, task->result->key);
    }
    return status;
}

/* `states`: how many there will be; 0: as the ladder has elements. */
static ons_status load(const lab_question *question, size_t place, size_t states, loaded *task) {
    const ons_archive_view *view = question->view;
    *task = (loaded){.result = ons_results_task(view->results, place)};
    const size_t index = ons_samples_find(view->samples, task->result->key);
    ons_status status = ons_samples_task(view->samples, index, &task->samples);
    if (status == ONS_OK) {
        status = lab_numbers_of("reweighting", question->x, lab_value_of(task->result, question->x), &task->x,
                                &task->elements);
    }
    if (status == ONS_OK) { status = find_axes(task, question->x); }
    if (status == ONS_OK) { status = load_rows(question, index, states > 0 ? states : task->elements, task); }
    if (status != ONS_OK) { unload(task); }
    return status;
}

/* ---- side by side ---- */

void lab_states_free(lab_states *states) {
    free(states->x);
    free(states->counts);
    free(states->of);
    free(states->quantity);
    free(states->coefficients);
    free(states->features);
    free(states->values);
    free(states->inefficiency);
    free(states->block);
    free(states->stratum);
    *states = (lab_states){0};
}

void lab_question_close(lab_question *question) {
    ons_quantity_free(question->quantity);
    lab_weight_close(&question->weight);
    question->quantity = NULL;
}

/* Means of the rows of one element: for the question what the quantity is made of. */
static void mean_row(const loaded *task, size_t element, double *mean) {
    double rows = 0;
    for (size_t r = 0; r < task->samples->replicas; ++r) {
        for (size_t i = 0; i < task->counts[r]; ++i, ++rows) {
            const double *row = task->rows[r] + i * task->samples->components;
            for (size_t c = 0, at = 0; c < task->samples->components; ++c) {
                if (task->axes[c] < 0 || (size_t)task->axes[c] == element) { mean[at++] += row[c]; }
            }
        }
    }
    for (size_t at = 0; at < task->samples->components; ++at) { mean[at] /= rows; }
}

/* Whether a name is that of an observable which depends on parameters by itself, "energy" or "energy[3]". */
static bool is_explicit(const loaded *task, const ons_job *job, const char *name) {
    const lab_task *own = task->samples->terms > 0 ? NULL : lab_job_task(job, task->samples->key);
    const size_t length = strcspn(name, "[");
    for (size_t i = 0; i < task->samples->explicits; ++i) {
        const char *other = task->samples->explicit_name[i];
        if (strlen(other) == length && strncmp(other, name, length) == 0) { return true; }
    }
    for (size_t o = 0; own != NULL && o < own->plan.observables; ++o) {
        const char *other = own->plan.system->observables[o].name;
        const bool same = strlen(other) == length && strncmp(other, name, length) == 0;
        if (same && own->plan.shapes[o].of_parameters) { return true; }
    }
    return false;
}

static ons_status check_explicit(const lab_question *question, const loaded *task, const lab_states *states,
                                 const char *const *names) {
    if (!lab_weight_is_explicit(&question->weight)) { return ONS_OK; }
    for (size_t q = 0; q < states->quantities; ++q) {
        const char *name = names[states->quantity[q]];
        if (is_explicit(task, question->view->job, name)) {
            return ons_fail(ONS_INVALID,
                            "'%s' depends on '%s' by itself, not only through the states: along '%s' only "
                            "what is made of other observables can be reweighted",
                            name, question->x, question->x);
        }
    }
    return ONS_OK;
}

static ons_status open_question(lab_question *question, const loaded *task, lab_states *states) {
    const bool ladder = task->elements > 1;
    size_t components;
    ons_status status = lab_quantity_create(&question->quantity, task->samples, question->view->job, question->name,
                                            ladder ? question->x : NULL, ladder ? task->axes : NULL);
    if (status != ONS_OK) { return status; }
    const char *const *names = lab_quantity_names(question->quantity, &components);
    status = lab_weight_open(&question->weight, task->samples, task->result, question->view->job, question->x, names,
                             components);
    if (status != ONS_OK) { return status; }
    double *mean = ONS_NEW(double, task->samples->components + 1);
    bool *used = ONS_NEW(bool, components + 1);
    states->quantity = ONS_NEW(size_t, components + 1);
    states->terms = question->weight.terms;
    status = mean == NULL || used == NULL || states->quantity == NULL ? ONS_MEMORY : ONS_OK;
    if (status == ONS_OK) {
        mean_row(task, 0, mean);
        lab_quantity_used(question->quantity, mean, used);
        for (size_t c = 0; c < components; ++c) {
            if (used[c]) { states->quantity[states->quantities++] = c; }
        }
    }
    free(mean);
    free(used);
    return status == ONS_OK ? check_explicit(question, task, states, names) : status;
}

static ons_status make_states(lab_states *states, const loaded *first, size_t count) {
    states->states = count;
    states->replicas = first->samples->replicas;
    states->x = ONS_NEW(double, count);
    states->counts = ONS_NEW(size_t, count);
    states->of = ONS_NEW(size_t, count * states->replicas + 1);
    states->coefficients = ONS_NEW(double, count * states->terms);
    states->inefficiency = ONS_NEW(double, count);
    const bool had = states->x && states->counts && states->of && states->coefficients && states->inefficiency;
    return had ? ONS_OK : ONS_MEMORY;
}

/* Both arrays grow alike, from the same room. */
static ons_status make_room(lab_states *states, size_t more) {
    size_t room = states->room, same = states->room;
    ons_status status =
        ons_grow((void **)&states->features, &room, states->rows + more, states->terms * sizeof *states->features);
    if (status == ONS_OK) {
        status = ons_grow((void **)&states->values, &same, states->rows + more,
                          (states->quantities + 1) * sizeof *states->values);
    }
    if (status == ONS_OK) { states->room = room < same ? room : same; }
    return status;
}

/* 2 tau of the first feature, in rows. */
static ons_status find_inefficiency(lab_states *states, size_t state, size_t first) {
    const size_t replicas = states->replicas, *of = states->of + state * replicas, rows = states->rows - first;
    double *column = ONS_NEW(double, rows + 1);
    const double **series = ONS_NEW(const double *, replicas + 1);
    ons_status status = column == NULL || series == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t i = 0; i < rows && status == ONS_OK; ++i) { column[i] = states->features[(first + i) * states->terms]; }
    /* samples of a disorder have means of their own */
    for (size_t r = 0, i = 0; states->independent && status == ONS_OK && r < replicas; i += of[r++]) {
        double mean = 0;
        for (size_t k = 0; k < of[r]; ++k) { mean += column[i + k] / (double)of[r]; }
        for (size_t k = 0; k < of[r]; ++k) { column[i + k] -= mean; }
    }
    ons_estimate estimate = {0};
    if (status == ONS_OK) {
        const double *at = column;
        for (size_t r = 0; r < replicas; at += of[r++]) { series[r] = at; }
        status = ons_series_estimate(series, of, replicas, 1, (double)NAN, &estimate);
    }
    states->inefficiency[state] = estimate.tau > 0.5 ? 2 * estimate.tau : 1;
    free(column);
    free(series);
    return status;
}

/* Appends the rows of one element of a task as state `state`. */
static ons_status add_state(lab_states *states, lab_question *question, const loaded *task, size_t state,
                            size_t element) {
    const size_t width = task->samples->components, first = states->rows;
    double *reduced = ONS_NEW(double, width + 1);
    ons_status status = reduced == NULL ? ONS_MEMORY : ONS_OK;
    if (status == ONS_OK && task->samples->replicas > states->replicas) {
        status = ons_fail(ONS_INVALID, "task %s has more replicas than the others; run them all to the end first",
                          task->result->key);
    }
    states->x[state] = task->x[element];
    lab_weight_coefficients(&question->weight, task->x[element], states->coefficients + state * states->terms);
    for (size_t r = 0; r < task->samples->replicas && status == ONS_OK; ++r) {
        states->of[state * states->replicas + r] = task->counts[r];
        status = make_room(states, task->counts[r]);
        for (size_t i = 0; i < task->counts[r] && status == ONS_OK; ++i) {
            const double *row = task->rows[r] + i * width;
            for (size_t c = 0, at = 0; c < width; ++c) {
                if (task->axes[c] < 0 || (size_t)task->axes[c] == element) { reduced[at++] = row[c]; }
            }
            lab_weight_features(&question->weight, task->x[element], reduced,
                                states->features + states->rows * states->terms);
            for (size_t q = 0; q < states->quantities; ++q) {
                states->values[states->rows * states->quantities + q] = reduced[states->quantity[q]];
            }
            ++states->rows;
        }
    }
    free(reduced);
    states->counts[state] = states->rows - first;
    return status == ONS_OK ? find_inefficiency(states, state, first) : status;
}

/* ---- blocks ---- */

/* Enough of them for an error, each longer than the correlations. */
static size_t blocks_of(const lab_states *states, size_t state) {
    const size_t shared = MOST_BLOCKS / states->states;
    const bool alone = states->ladder || states->states == 1;
    size_t most = alone ? 2 * STATE_BLOCKS : shared < STATE_BLOCKS ? shared : STATE_BLOCKS;
    const double long_enough = (double)states->counts[state] / (BLOCK_TAU * states->inefficiency[state] / 2);
    if ((double)most > long_enough) { most = (size_t)long_enough; }
    return most < FEWEST_BLOCKS ? FEWEST_BLOCKS : most;
}

/* How many blocks: each replica is cut into the same number, or several replicas make one block. */
static size_t number_of_blocks(size_t wanted, size_t replicas) {
    return replicas >= wanted ? wanted : wanted / replicas * replicas;
}

/* The block of row i of `count` of a replica. */
static size_t block_of(size_t blocks, size_t replicas, size_t replica, size_t i, size_t count) {
    const size_t each = blocks / replicas;
    return each == 0 ? replica * blocks / replicas : replica * each + i * each / count;
}

static ons_status cut_blocks(lab_states *states) {
    size_t fewest = SIZE_MAX, row = 0;
    for (size_t k = 0; k < states->states; ++k) {
        const size_t own = number_of_blocks(blocks_of(states, k), states->replicas);
        fewest = own < fewest ? own : fewest;
        states->blocks += states->ladder ? 0 : own;
    }
    if (states->ladder) { states->blocks = fewest; }
    states->strata = states->ladder ? 1 : states->states;
    states->block = ONS_NEW(size_t, states->rows + 1);
    states->stratum = ONS_NEW(size_t, states->blocks + 1);
    if (states->block == NULL || states->stratum == NULL) { return ONS_MEMORY; }
    for (size_t k = 0, base = 0; k < states->states; ++k) {
        const size_t own = states->ladder ? fewest : number_of_blocks(blocks_of(states, k), states->replicas);
        for (size_t b = 0; b < own; ++b) { states->stratum[base + b] = states->ladder ? 0 : k; }
        for (size_t r = 0; r < states->replicas; ++r) {
            const size_t count = states->of[k * states->replicas + r];
            for (size_t i = 0; i < count; ++i) {
                states->block[row++] = base + block_of(own, states->replicas, r, i, count);
            }
        }
        base += states->ladder ? 0 : own;
    }
    return ONS_OK;
}

/* ---- all of them ---- */

static ons_status read_ladder(lab_states *states, lab_question *question, const loaded *task) {
    ons_status status = ONS_OK;
    for (size_t k = 0; k < task->elements && status == ONS_OK; ++k) {
        status = add_state(states, question, task, k, k);
    }
    return status;
}

ons_status lab_states_read(lab_states *states, lab_question *question, const size_t *tasks, size_t count) {
    loaded task;
    *states = (lab_states){0};
    ons_status status = load(question, tasks[0], count > 1 ? count : 0, &task);
    if (status != ONS_OK) { return status; }
    states->ladder = task.elements > 1;
    states->independent = task.samples->independent;
    status = open_question(question, &task, states);
    if (status == ONS_OK) { status = make_states(states, &task, states->ladder ? task.elements : count); }
    if (status == ONS_OK && states->ladder) { status = read_ladder(states, question, &task); }
    for (size_t k = 0; k < count && status == ONS_OK && !states->ladder; ++k) {
        if (k > 0) {
            unload(&task);
            status = load(question, tasks[k], count, &task);
        }
        if (status == ONS_OK) { status = add_state(states, question, &task, k, 0); }
    }
    unload(&task);
    if (status == ONS_OK && !states->independent) { status = cut_blocks(states); }
    if (status != ONS_OK) { lab_states_free(states); }
    return status;
}
