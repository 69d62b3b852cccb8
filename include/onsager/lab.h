/*
 * lab: a job becomes tasks, tasks become replicas, replicas leave parts, parts become the archive, the archive gives
 * results. The laboratory knows systems only through ons_system; its callers hand it the descriptor.
 *
 * Nothing here prints or exits. One thread at a time may use these functions (HDF5); a job runs on as many threads as
 * asked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_H
#define ONSAGER_LAB_H

#include <onsager/statistics.h>
#include <onsager/system.h>

#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the job: what a user asks for
 * ----------------------------------------------------------------------------------- */

typedef struct ons_job ons_job;

ONS_API ons_status ons_job_create(ons_job **job);
ONS_API void ons_job_free(ons_job *job);
/* A job file (YAML): `system: NAME`, parameters and run controls as keys at the top, and optionally `grids:`, a list of
 * mappings whose keys override or add to the top ones; each is a product of its own. A list is a grid, a list within
 * it one array value; a text is read as on the command line ("16,32", "2.0:2.5:0.1", "[16,32]"). The controls `steps`,
 * `warmup`, `every`, `replicas` and `until` may differ between grids. */
ONS_API ons_status ons_job_read(ons_job *job, const char *path);
ONS_API ons_status ons_job_parse(ons_job *job, const char *name, const char *bytes,
                                 size_t count); /* the same from memory */
/* One word of a command line, "key=value"; overrides what the file says, in all its grids. */
ONS_API ons_status ons_job_word(ons_job *job, const char *word);
ONS_API ons_status ons_job_set(ons_job *job, const char *key, const char *value);
/* The name under `system:` (or given by ons_job_set(job, "system", ...)); NULL when none was given. */
ONS_API const char *ons_job_system_name(const ons_job *job);
/* "name:line:column: " of `system:` for the caller's own message about an unknown name; "" for the command line. */
ONS_API const char *ons_job_system_place(const ons_job *job);

/* Binds the job to its system: reads every value by its type, evaluates defaults, expands the grids, calls check() for
 * every task, estimates memory. Everything that can be refused is refused here, before anything is written. The
 * descriptor (and what it points to) must outlive the job. `code`: digest of the system's source for user systems, or
 * NULL. */
ONS_API ons_status ons_job_bind(ons_job *job, const ons_system *system, const ons_digest *code);

ONS_API size_t ons_job_task_count(const ons_job *job);
/* The path of the archive: `output`, else the job file's stem with .h5, else SYSTEM-HASH.h5. */
ONS_API const char *ons_job_output(const ons_job *job);
ONS_API unsigned ons_job_threads(const ons_job *job);

/* ---- running
 * --------------------------------------------------------------------------------------------------------- */

typedef struct ons_progress {
    double done, total; /* measured steps of all replicas; total 0: unknown */
    double seconds;     /* since the run began */
    double rate;        /* steps per second, lately */
    double worst_error; /* largest relative error of a goal so far; NaN without goals */
    const char *phase;  /* "warming up", "measuring", "writing" */
} ons_progress;

typedef struct ons_run_options {
    void (*progress)(void *data,
                     const ons_progress *progress); /* called some times a second from one thread; may be NULL */
    void *data;
    const volatile sig_atomic_t *stop; /* not 0: write parts, build the archive, return ONS_STOPPED; may be NULL */
    const char *command;               /* for the provenance; may be NULL */
    /* Something the user should know that is no failure: a torn part that was passed over. From one thread at a time;
     * may be NULL. */
    void (*warning)(void *data, const char *line);
} ons_run_options;

/* Runs what is still to do and builds the archive: ONS_OK when all is done (or the time is over: the archive is valid
 * and more can be asked), ONS_STOPPED when asked to leave (parts written, archive of what there is built). Under an MPI
 * launcher all ranks call this; only the leading one builds the archive (ons_leading). */
ONS_API ons_status ons_job_run(ons_job *job, const ons_run_options *options);

/* Joins archives of one job whose parts (`part=K/N`) ran on several machines into a new archive at ons_job_output: the
 * job is that of the archives (ons_results_job), bound without `part`. In all its results the archive equals that of
 * the undivided run as far as the parts are there; what is missing can be run from it. ONS_INVALID: archives of other
 * jobs, systems, versions or seeds, two that hold the same replica of a task, an output that is there already.
 * `command`: for the provenance; may be NULL. */
ONS_API ons_status ons_job_merge(const ons_job *job, const char *const *archives, size_t count, const char *command);

/* How far a job is, from what lies on the disk: its archive, its parts while it runs or after it was broken off, and
 * those of its shares STEM.KofN.h5 beside it. Only reads; may be asked at any time. */
typedef struct ons_task_overview {
    const char *key;
    const char *parameters;          /* "L=16, temperature=2": those that tell the tasks of the job apart */
    uint64_t replicas;               /* asked for (with `part`: of this share) */
    uint64_t begun, done;            /* something is stored; all steps are made, or the goals met */
    double steps_made, steps_wanted; /* of all replicas; of archives at least so many */
} ons_task_overview;
typedef struct ons_overview {
    size_t tasks;
    const ons_task_overview *task;
    size_t outputs; /* archives or directories of parts that were found */
    size_t running; /* of them have a process at work on this machine, or where locks reach */
    double stored;  /* seconds since a part was written; NaN: none lies there */
} ons_overview;
ONS_API ons_status ons_job_overview(const ons_job *job, ons_overview **overview);
ONS_API void ons_overview_free(ons_overview *overview);

/* What a bound job will take: bytes by its plan, time by making steps of its largest and smallest tasks for about
 * `seconds`, from their starts; the warm-up is not counted, and with goals the steps are the most there may be. */
typedef struct ons_foresight {
    size_t tasks;
    double replicas, states, steps; /* of all tasks together */
    double memory, archive;         /* bytes */
    double step_seconds;            /* of one state of the largest task, one thread */
    double core_seconds, seconds;   /* of all; with the threads of the job */
    bool goals;
} ons_foresight;
ONS_API ons_status ons_job_foresight(const ons_job *job, double seconds, ons_foresight *foresight);

/* Whether this process speaks for the job: true but on the ranks of an MPI launch that are not the first. */
ONS_API bool ons_leading(void);

/* ---- results: what an archive holds, readable without the system
 * ------------------------------------------------------ */

typedef struct ons_results ons_results;

/* One row-to-be: an observable or derived quantity of one task. Arrays have `size` components in row-major `shape`. */
typedef struct ons_result {
    const char *name, *unit, *meaning; /* unit "": a pure number */
    const char *axis;                  /* NULL: none */
    ons_kind kind;
    bool derived;
    unsigned rank;
    size_t shape[4], size;
    /* MEAN: all; SERIES: mean and error, [times][size]; VALUE: mean and error (NaN: none) */
    const double *mean, *error, *tau, *binning_tau, *samples, *effective, *rhat;
    const unsigned *flags; /* [size], ONS_NOT_EQUILIBRATED ...; NULL for a TABLE */
    const double *exact;   /* [size] or NULL */
    const char *exact_source;
    const double *time; /* SERIES: [times] */
    size_t times;
    const double *edges;       /* HISTOGRAM: [size + 1]; mean: counts, error: their errors */
    double below, above;       /* HISTOGRAM: counts outside */
    size_t columns, rows;      /* TABLE */
    const char *const *column; /* names */
    const bool *column_is_text;
    const double *numbers;    /* [rows][columns]; NaN in text columns */
    const char *const *texts; /* [rows][columns]; NULL in number columns */
} ons_result;

typedef struct ons_task_result {
    const char *key;              /* 16 hexadecimal digits */
    size_t parameters;            /* those that exist in this task */
    const char *const *parameter; /* names, in the descriptor's order */
    const char *const *value;     /* as text */
    const bool *value_is_number;  /* print without quotes in JSON (arrays of numbers: "[16,32]") */
    const bool *varies;           /* whether it takes several values in this archive */
    uint64_t steps;               /* measured steps of one replica (the smallest) */
    uint64_t replicas;
    uint64_t warmup;   /* the longest that a replica needed */
    double seconds;    /* of all replicas together */
    unsigned flags;    /* union over the results */
    bool complete;     /* has made the steps, or met the goals, of the job that wrote the archive */
    const char *notes; /* from check(), a line each; "" */
    size_t results;
    const ons_result *result;
} ons_task_result;

/* Reads an archive (FILE.h5). ONS_INVALID when it is none: the message tells a missing file (with the nearest name), a
 * directory, a file of another kind, one that is damaged, and a job that has left parts but no archive yet. */
ONS_API ons_status ons_results_read(ons_results **results, const char *path);
/* Builds the archive of a bound job from the parts that it has left so far, while it runs or after it was broken off;
 * the parts are only read. Without parts the archive stays as it is. ONS_INVALID when there is neither. */
ONS_API ons_status ons_results_collect(const ons_job *job);
/* Keeps the tasks of this job only, in its order. */
ONS_API ons_status ons_results_select(ons_results *results, const ons_job *job);
/* Keeps the tasks with keep[task] only, in their order; what varies is then told of these alone. */
ONS_API ons_status ons_results_keep(ons_results *results, const bool *keep);
/* Adds quantities that were not asked for before the run: formulas as `measure.NAME` takes them, of samples
 * ("energy^2") or of means ("mean(m6)/mean(energy)^3"), one may use those of samples before it. Those of means alone
 * come from the stored joint bins, as in a run; those of samples from the full series (series=yes), else from the
 * thinned record, with a line in the notes of the task. ONS_INVALID: a formula that cannot be read, a name that nobody
 * measured, with the nearest one; the results are then good for nothing but ons_results_free. Cost: the samples of
 * every task are read. */
typedef struct ons_own_quantity {
    const char *name, *formula;
} ons_own_quantity;
ONS_API ons_status ons_results_measure(ons_results *results, const ons_own_quantity *measures, size_t count);
ONS_API void ons_results_free(ons_results *results);
ONS_API const char *ons_results_path(const ons_results *results);
ONS_API const char *ons_results_system(const ons_results *results);
ONS_API const char *ons_results_summary(const ons_results *results);
ONS_API const char *ons_results_step(const ons_results *results);
ONS_API uint64_t ons_results_seed(const ons_results *results);
ONS_API const char *ons_results_job(const ons_results *results); /* the job as canonical YAML */
ONS_API const char *
ons_results_provenance(const ons_results *results); /* YAML: version, machine, compiler, command, dates, start */
ONS_API size_t ons_results_count(const ons_results *results);
ONS_API const ons_task_result *ons_results_task(const ons_results *results, size_t index);
/* "not-equilibrated", "too-few-samples", "not-finite" for one ONS_NOT_EQUILIBRATED, ... */
ONS_API const char *ons_flag_name(unsigned flag);
/* The result of a task by name, NULL when it has none. */
ONS_API const ons_result *ons_task_find(const ons_task_result *task, const char *name);
/* The distinct names of all results in this archive, in order; for messages with the nearest name. */
ONS_API size_t ons_results_names(const ons_results *results, const char *const **names);

/* The state that the archive of a bound job holds of one replica (counted from 0) of the task with this key, as a
 * picture. ONS_INVALID when the system draws none, or there is no such state. */
ONS_API ons_status ons_job_picture(const ons_job *job, const char *key, uint64_t replica, ons_picture *picture);

/* ---- analysis across tasks
 * ------------------------------------------------------------------------------------------- */

/* Crossings of `quantity` against `x` between neighbouring values of `by` (all other parameters equal, but for those
 * that only follow their defaults). `x` and `by` are parameters; an array of one element counts as a number; `x` may be
 * the array that the quantity runs over: then the errors allow for points of the same replicas. Pairs in order; one
 * that does not cross once has NaN in its crossing; ONS_INVALID when none does. *rows is allocated. */
typedef struct ons_crossing_row {
    double by1, by2;
    ons_crossing crossing;
} ons_crossing_row;
ONS_API ons_status ons_results_crossings(const ons_results *results, const char *quantity, const char *x,
                                         const char *by, ons_crossing_row **rows, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
