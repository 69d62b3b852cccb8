/*
 * Structure factors of stored snapshots.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "results.h"

#include <onsager/sample_analyses.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEW 4       /* numbers along the last index that may be components of a vector */
#define STRETCHES 8 /* of time that a replica gives to the error, where it has as many snapshots */

void ons_structure_free(ons_structure *structure) {
    free(structure->value);
    free(structure->error);
    *structure = (ons_structure){0};
}

typedef struct lattice {
    size_t size; /* numbers of a snapshot */
    size_t layers, rows, columns, components, states;
    double *snapshot, *plane, *power, *sum; /* [size]; [rows][columns] each */
    double *total, *squares;                /* of the means of stretches */
    size_t stretches;
} lattice;

static void free_lattice(lattice *l) {
    free(l->snapshot);
    free(l->plane);
    free(l->power);
    free(l->sum);
    free(l->total);
    free(l->squares);
}

static ons_status make_lattice(const ons_snapshot_array *array, size_t components, size_t states, lattice *l) {
    unsigned rank = array->rank;
    const size_t last = rank > 0 ? array->dimensions[rank - 1] : 1;
    if (components == 0 && rank >= 2 && last > 1 && last <= FEW) {
        return ons_fail(ONS_INVALID,
                        "the last index of '%s' counts %zu numbers: say whether they are components of vectors "
                        "(components %zu) or cells of the lattice (components 1); several sites a cell have no map",
                        array->name, last, last);
    }
    *l = (lattice){.size = array->size, .layers = 1, .rows = 1, .columns = 1, .components = 1, .states = states};
    if (components > 1) {
        if (rank < 2 || last != components) {
            return ons_fail(ONS_INVALID, "the last index of '%s' counts %zu numbers, not %zu components", array->name,
                            last, components);
        }
        l->components = components;
        --rank;
    }
    if (rank > 0) { l->columns = array->dimensions[rank - 1]; }
    if (rank > 1) { l->rows = array->dimensions[rank - 2]; }
    for (unsigned d = 0; d + 2 < rank; ++d) { l->layers *= array->dimensions[d]; }
    const size_t sites = l->rows * l->columns;
    l->snapshot = ONS_NEW(double, l->size + 1);
    l->plane = ONS_NEW(double, sites);
    l->power = ONS_NEW(double, sites);
    l->sum = ONS_NEW(double, sites);
    l->total = ONS_NEW(double, sites);
    l->squares = ONS_NEW(double, sites);
    return l->snapshot && l->plane && l->power && l->sum && l->total && l->squares ? ONS_OK : ONS_MEMORY;
}

/* Adds S of the snapshot to `sum`: layers are added up, that is k = 0 along them. */
static ons_status add_snapshot(lattice *l) {
    const size_t sites = l->rows * l->columns, kinds = l->states > 1 ? l->states : l->components;
    ons_status status = ONS_OK;
    memset(l->power, 0, sites * sizeof *l->power);
    for (size_t kind = 0; kind < kinds && status == ONS_OK; ++kind) {
        memset(l->plane, 0, sites * sizeof *l->plane);
        for (size_t i = 0; i < l->layers * sites; ++i) {
            const double value = l->snapshot[l->states > 1 ? i : i * l->components + kind];
            l->plane[i % sites] += l->states > 1 ? value == (double)kind : value;
        }
        status = ons_power_spectrum(l->plane, l->rows, l->columns, l->power);
    }
    for (size_t i = 0; i < sites; ++i) { l->sum[i] += l->power[i] / (double)(l->layers * sites); }
    return status;
}

static void end_stretch(lattice *l, size_t snapshots) {
    for (size_t i = 0; i < l->rows * l->columns; ++i) {
        const double mean = l->sum[i] / (double)snapshots;
        l->total[i] += mean;
        l->squares[i] += mean * mean;
        l->sum[i] = 0;
    }
    ++l->stretches;
}

static ons_status add_replica(const ons_archive_view *view, size_t index, const ons_task_samples *task, size_t r,
                              const char *array, lattice *l) {
    const size_t count = task->replica[r].snapshots, stretches = count < STRETCHES ? count : STRETCHES;
    ons_status status = ONS_OK;
    for (size_t s = 0; s < stretches && status == ONS_OK; ++s) {
        const size_t first = s * count / stretches, end = (s + 1) * count / stretches;
        for (size_t k = first; k < end && status == ONS_OK; ++k) {
            status = ons_samples_snapshot(view->samples, index, task, r, array, k, l->snapshot);
            if (status == ONS_OK) { status = add_snapshot(l); }
        }
        if (status == ONS_OK) { end_stretch(l, end - first); }
    }
    return status;
}

/* k = 0 goes to the middle. */
static ons_status keep(const lattice *l, ons_structure *structure) {
    const size_t sites = l->rows * l->columns;
    const double n = (double)l->stretches;
    structure->rows = l->rows;
    structure->columns = l->columns;
    structure->value = ONS_NEW(double, sites);
    structure->error = ONS_NEW(double, sites);
    if (structure->value == NULL || structure->error == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < sites; ++i) {
        const size_t row = (i / l->columns + l->rows / 2) % l->rows, column = (i + l->columns / 2) % l->columns;
        const size_t to = row * l->columns + column;
        const double mean = l->total[i] / n, variance = (l->squares[i] / n - mean * mean) / (n - 1);
        structure->value[to] = mean;
        structure->error[to] = n > 1 ? sqrt(fmax(variance, 0)) * ons_student(n - 1) : (double)NAN;
    }
    return ONS_OK;
}

/* The first replica with snapshots, and the array that is meant. */
static ons_status choose(const ons_task_samples *task, const char *name, const ons_snapshot_array **array) {
    *array = NULL;
    for (size_t r = 0; r < task->replicas; ++r) {
        const ons_replica_samples *replica = &task->replica[r];
        if (replica->snapshots == 0 || replica->arrays == 0) { continue; }
        if (replica->lanes > 1) {
            return ons_fail(ONS_INVALID,
                            "a stored state holds %zu replicas packed together; their sites cannot be "
                            "told apart here",
                            replica->lanes);
        }
        for (size_t i = 0; i < replica->arrays && *array == NULL; ++i) {
            if (name == NULL || strcmp(replica->array[i].name, name) == 0) { *array = &replica->array[i]; }
        }
        const char *first = replica->array ? replica->array[0].name : "none";
        return *array != NULL
                   ? ONS_OK
                   : ons_fail(ONS_INVALID, "the snapshots hold no array '%s', but '%s'", name ? name : "", first);
    }
    return ons_fail(ONS_INVALID, "task %s has no snapshots; run with snapshots=N to keep the state of every N-th step",
                    task->key);
}

ons_status ons_results_structure(const ons_archive_view *view, size_t place, const char *name, size_t components,
                                 size_t states, ons_structure *structure) {
    const ons_task_result *result = ons_results_task(view->results, place);
    const ons_snapshot_array *array = NULL;
    ons_task_samples *task = NULL;
    lattice l = {0};
    *structure = (ons_structure){0};
    if (result == NULL) { return ons_fail(ONS_INVALID, "there is no task %zu", place); }
    const size_t index = ons_samples_find(view->samples, result->key);
    ons_status status = ons_samples_task(view->samples, index, &task);
    if (status == ONS_OK) { status = choose(task, name, &array); }
    if (status == ONS_OK && array != NULL) { status = make_lattice(array, components, states, &l); }
    for (size_t r = 0; status == ONS_OK && array != NULL && l.sum != NULL && r < task->replicas; ++r) {
        if (task->replica[r].snapshots == 0) { continue; }
        structure->snapshots += task->replica[r].snapshots;
        status = add_replica(view, index, task, r, array->name, &l);
    }
    if (status == ONS_OK && l.sum != NULL) { status = keep(&l, structure); }
    free_lattice(&l);
    ons_task_samples_free(task);
    if (status != ONS_OK) { ons_structure_free(structure); }
    return status;
}
