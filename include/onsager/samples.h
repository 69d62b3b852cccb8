/*
 * samples: what an archive keeps of the samples behind its results - joint bins, a thinned joint record, stored series
 * and snapshots - readable without the system, so that a finished or stopped job can be binned anew, bootstrapped,
 * reweighted and looked at.
 *
 * An archive is opened once and read task by task: one task's samples are in memory at a time unless the caller keeps
 * more. One thread at a time may use these functions (HDF5).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SAMPLES_H
#define ONSAGER_SAMPLES_H

#include <onsager/lab.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An open archive. */
typedef struct ons_samples ons_samples;

/* An array of the configuration in the snapshots of a state; all its snapshots have the same shape. */
typedef struct ons_snapshot_array {
    const char *name; /* as the system names it: "spins" */
    ons_element element;
    unsigned rank; /* of one snapshot */
    size_t dimensions[ONS_RANK], size;
} ons_snapshot_array;

/* What one replica left. */
typedef struct ons_replica_samples {
    uint64_t replica;       /* its number, from 0 */
    uint64_t steps, warmup; /* measured ones, and those before them */
    const ons_bins *bins;   /* of all components; complete, as at the end of the run */
    const ons_record *record;
    uint64_t series; /* rows of the full series; 0: it was not stored */
    /* Snapshots lie at the first replica of a state and hold all `lanes` of it. */
    size_t snapshots, lanes;
    const uint64_t *snapshot_steps; /* [snapshots] measured steps before each */
    const double *snapshot_times;   /* [snapshots] */
    size_t arrays;
    const ons_snapshot_array *array;
} ons_replica_samples;

/* One term of the weight of a state, see ons_plan_weight. */
typedef struct ons_weight {
    const char *coefficient, *feature; /* expressions */
} ons_weight;

/* The samples of one task. A sample is a vector of `components` numbers: every MEAN observable in the descriptor's
 * order, arrays in row-major order. */
typedef struct ons_task_samples {
    const char *key;
    size_t components;
    const char *const *component; /* "energy", "profile[3]", "matrix[0,1]" */
    bool independent;             /* only the spread of replicas says something of errors: samples of a disorder, or
                                     histories of what has no stationary state. For ons_joint_create */
    size_t replicas;              /* those that have begun, without surplus lanes */
    const ons_replica_samples *replica;
    /* How the weight of a sample depends on the parameters; terms = 0: not declared, or an older archive. */
    size_t terms;
    const ons_weight *term;
    double extent; /* multiplies all terms: the number of sites */
    /* Observables that depend on parameters by themselves (ons_plan_explicit). */
    size_t explicits;
    const char *const *explicit_name;
} ons_task_samples;

/* ONS_INVALID as ons_results_read says it. */
ONS_API ons_status ons_samples_open(ons_samples **samples, const char *path);
ONS_API void ons_samples_close(ons_samples *samples);
ONS_API const char *ons_samples_path(const ons_samples *samples);
ONS_API size_t ons_samples_count(const ons_samples *samples);
/* The place of the task with this key; ons_samples_count(samples) when there is none. */
ONS_API size_t ons_samples_find(const ons_samples *samples, const char *key);

/* Reads bins, records and the list of snapshots of a task: its stored states are read once. *task is allocated. */
ONS_API ons_status ons_samples_task(ons_samples *samples, size_t index, ons_task_samples **task);
ONS_API void ons_task_samples_free(ons_task_samples *task);

/* The components of an observable: *first .. *first + *count - 1; ONS_INVALID with the nearest name when there is no
 * such MEAN observable. A single component ("profile[3]") is found too. */
ONS_API ons_status ons_task_samples_find(const ons_task_samples *task, const char *name, size_t *first, size_t *count);
/* The joint analysis of the replicas (statistics.h); the task must stay while it is used. */
ONS_API ons_status ons_task_samples_joint(const ons_task_samples *task, ons_joint **joint);

/* Rows first .. first + rows - 1 of the full series of task->replica[replica]: values[rows][components]. ONS_INVALID
 * when so many are not stored. `index` is the place of the task in the archive. */
ONS_API ons_status ons_samples_series(ons_samples *samples, size_t index, const ons_task_samples *task, size_t replica,
                                      uint64_t first, size_t rows, double *values);
/* One array of one snapshot, as doubles: values[size]. */
ONS_API ons_status ons_samples_snapshot(ons_samples *samples, size_t index, const ons_task_samples *task,
                                        size_t replica, const char *array, size_t snapshot, double *values);

/* ---- functions of the means ----------------------------------------------------------------------------------------
 */

/* A quantity of a task as a function of the means of its samples: a MEAN observable; a derived quantity of the system,
 * for which the bound job that made the archive is needed (`job`, else NULL; it must outlive the quantity); or an
 * expression of names of scalar observables and components ("magnetization_fourth/magnetization_squared^2").
 * ONS_INVALID with the nearest name when it is none of these. */
typedef struct ons_quantity ons_quantity;
ONS_API ons_status ons_quantity_create(ons_quantity **quantity, const ons_task_samples *task, const ons_job *job,
                                       const char *name);
ONS_API void ons_quantity_free(ons_quantity *quantity);
ONS_API size_t ons_quantity_size(const ons_quantity *quantity); /* numbers that it has */
/* Whether it is a derived quantity or an expression rather than a plain mean. */
ONS_API bool ons_quantity_is_derived(const ons_quantity *quantity);
/* Gives a real parameter another value, for derived quantities that depend on it (1/T^2 of a specific heat). What only
 * follows it by its default stays. */
ONS_API ons_status ons_quantity_set(ons_quantity *quantity, const char *parameter, double value);
/* The quantity at these means, [components]: an ons_joint_function whose data is the quantity. */
ONS_API void ons_quantity_function(void *quantity, const double *means, double *outputs);

#ifdef __cplusplus
}
#endif
#endif
