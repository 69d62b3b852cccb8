/*
 * Inside the laboratory: what the lanes of one running state have measured, its parts, and what is made of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_REPLICA_H
#define ONSAGER_LAB_REPLICA_H

#include "task.h"

#define LAB_BINS 2048       /* joint bins a replica */
#define LAB_WARMUP_BINS 512 /* joint bins of the warm-up */
#define LAB_RECORD 2048     /* rows of the thinned joint record */
#define LAB_BLOCKS 64       /* blocks of counts of a histogram */

/* Where the numbers of each observable lie (layout.c). */
typedef struct lab_layout {
    size_t means;  /* components of all MEAN observables together: the joint sample vector */
    size_t series; /* components of all SERIES observables together */
    size_t values; /* components of all VALUE observables together */
    size_t histograms, tables;
    size_t *offsets; /* [observables]: within the vector of its kind, or the index of the histogram or table */
    bool *ignore;    /* [means]: components of ONS_SLOW observables */
} lab_layout;
ons_status lab_layout_init(lab_layout *layout, const lab_task *task);
void lab_layout_free(lab_layout *layout);

typedef struct lab_histogram {
    size_t bins;
    uint64_t below, above;
    uint64_t block_length; /* samples per block, a power of two; blocks are merged in pairs when LAB_BLOCKS are full */
    uint64_t in_block;     /* samples in the last, open block */
    size_t blocks;         /* complete ones */
    double *counts;        /* [LAB_BLOCKS + 1][bins]; the open block is row `blocks` */
} lab_histogram;

typedef struct lab_table {
    size_t columns, rows;
    size_t capacity; /* numbers that `numbers` has room for */
    bool *text;      /* [columns] */
    double *numbers; /* [rows][columns] */
    ons_text texts;  /* the text cells in order, each ended by '\0' */
} lab_table;

/* What one replica (lane of a state) has measured. */
typedef struct lab_lane {
    uint64_t replica;    /* those with replica >= controls->replicas are surplus */
    ons_bins warmup;     /* of the warm-up, every step, the mean over the lanes of the state: of its first lane alone.
                            Components 0 elsewhere, and when there is no automatic one */
    bool *warmup_failed; /* [means]: no end of the warm-up was found for this component */
    ons_bins bins;
    ons_record record;
    size_t times;                /* points of the time grid that are recorded; their times: lab_grid_time */
    size_t times_capacity;       /* numbers that `series` has room for */
    double *series;              /* [times][layout.series] */
    double *value, *value_error; /* [layout.values]; NaN until set */
    lab_histogram *histograms;
    lab_table *tables;
} lab_lane;

/* What one look at a goal saw. */
typedef struct lab_goal_look {
    double relative, absolute; /* of the worst component */
    double effective;          /* smallest */
    bool compatible_with_zero; /* a component within 3 errors of zero */
    bool finite;
} lab_goal_look;

/* The looks of a task at its latest round that this state has left behind: "two looks in a row" must come out the same
 * after an interruption, so that every part carries them. */
typedef struct lab_past_looks {
    uint64_t measured; /* the round: its measured steps; 0: none yet */
    size_t count;
    char (*names)[64]; /* of the goals */
    lab_goal_look *looks;
} lab_past_looks;

/* The lanes of one state with how far they are: what a part holds beside the system's own arrays. */
typedef struct lab_replica {
    const lab_task *task;
    lab_layout layout;
    uint64_t state_index;  /* lanes hold replicas state_index * lanes + 0, 1, ... */
    uint64_t steps;        /* made, warm-up included */
    uint64_t warmup_steps; /* of them before the measurement */
    bool warmup_over;
    uint64_t measured; /* steps since */
    bool finished;     /* advance() said ONS_DONE */
    double time;     /* since the end of the warm-up, during it since the start; whole but for ONS_CONTINUOUS systems */
    uint64_t points; /* of the time grid that lie behind: calls of measure() after the warm-up */
    uint64_t series_rows;               /* sample vectors of every lane in KEY-STATE.series */
    uint64_t snapshots, snapshot_bytes; /* in KEY-STATE.snapshots, and the size of each */
    double seconds;                     /* of computing, all interruptions together */
    lab_past_looks past;
    size_t lane_count;
    lab_lane *lanes;
} lab_replica;

/* ---- grid.c: when is measured ----
 *
 * Times are counted from the end of the warm-up. every=X: 0, X, 2X, ... (for 1/X a whole number m: 0, 1/m, 2/m, ...).
 * every=log:N: 0, then 10^(j/N) with j = 0, 1, ... rounded to whole steps without repetition; for ONS_CONTINUOUS
 * systems the real numbers themselves, with j = -2N, -2N + 1, ... (from 0.01). ONS_STATIONARY systems are not measured
 * at 0: their point 0 is the first one after it. The grid does not depend on `steps`; points up to `steps` are used. */
double lab_grid_time(const lab_task *task, uint64_t point);

/* ---- part.c, replica.c: files and running ----
 *
 * The directory OUTPUT.h5.parts holds, for every state begun, KEY-STATE with these endings:
 *   .part       the latest one; .previous the one before; .round that of the last round complete for the task (a hard
 *               link; only when the job has time= or until=). All have the format that part.h describes.
 *   .series     (series=yes) plain doubles of this machine: row after row, each [lanes][layout.means]: the joint sample
 *               vectors of all lanes at one point of the grid. Valid are the first `series_rows` rows; a file may be
 * longer. .snapshots  (snapshots=N) records of `snapshot_bytes` bytes, each a whole part (lab_part_arrays) with
 * "lab/measured" (ONS_U64), "lab/time" (ONS_F64) and the configuration arrays, "state/NAME". Valid are the first
 * `snapshots`. and the file "lock". In lab_part_arrays the system's own arrays are named "state/NAME", the laboratory's
 * "lab/...". */

/* The latest intact part of a state, or with `round` that of the last round complete for the task: reads all but the
 * system's own arrays. ONS_DONE: there is none. A torn or flipped part is passed over for the previous one, with a line
 * in `warnings`; a part of another identity is ONS_INVALID, the message naming the first line that differs. */
ons_status lab_replica_read(lab_replica *replica, const lab_task *task, uint64_t state_index, const char *directory,
                            bool round, ons_text *warnings);
/* The same from the bytes of a part: ONS_FAILED when they are torn, ONS_INVALID when they are of another identity. */
ons_status lab_replica_parse(lab_replica *replica, const lab_task *task, uint64_t state_index, const char *bytes,
                             size_t count);
void lab_replica_free(lab_replica *replica);
/* Number of states of a task: replicas / lanes, rounded up. */
size_t lab_state_count(const lab_task *task);
/* Paths below the directory of parts: kind = "part", "previous", "round", "series", "snapshots". Allocated. */
char *lab_part_path(const char *directory, const lab_task *task, uint64_t state_index, const char *kind);
/* Calls function for every array in the bytes of a part, after its digests were found right. Of what is not a whole and
 * intact part nothing is handed out: ONS_FAILED, the message says what is wrong with it. A name is valid during the
 * call. */
typedef struct lab_array {
    const char *name;
    ons_element element;
    bool configuration;
    unsigned rank;
    size_t dimensions[8], count;
    const void *data;
} lab_array;
ons_status lab_part_arrays(const char *bytes, size_t count, ons_status (*function)(void *data, const lab_array *array),
                           void *data);

/* ---- evaluate.c: results of a task ---- */

/* All results of a task from the lanes of its replicas (lane count summed over states; surplus lanes left out). The
 * caller frees with lab_task_result_free. `parameters`, `varies` and `complete` are filled too. */
ons_status lab_evaluate(const lab_task *task, const lab_replica *replicas, size_t count, ons_task_result *result);
void lab_task_result_free(ons_task_result *result);
/* The exact value of a quantity of `size` components as the system's descriptor knows it, allocated; ONS_DONE (and
 * NULL): it knows none for these parameters. */
ons_status lab_known_value(const lab_task *task, const char *name, size_t size, double **values, const char **source);
/* One MEAN observable or derived quantity, by its worst component, for goals. Sets error relative to the mean too. */
ons_status lab_look(const lab_task *task, const lab_replica *replicas, size_t count, const char *name,
                    lab_goal_look *look);

/* ---- archive.c ---- */

/* Writes the archive of the job from its parts (with `round`, those of the last complete rounds), carrying over tasks
 * of an older archive at the same path that this job does not have; every state's part goes into it as bytes, so that
 * the job can be continued from the archive alone. */
typedef struct lab_archive_options {
    const char *command;
    bool round;
    bool interrupted;
    bool *complete;      /* [tasks] */
    double seconds;      /* wall clock of this run */
    const char *earlier; /* provenance of the archives that were merged; NULL: none were */
} lab_archive_options;
ons_status lab_archive_write(const ons_job *job, const char *directory, const lab_archive_options *options);
/* Before a run: refuses an archive that is none or belongs to another job (another system, or a task with the same key
 * and another identity), ONS_DONE when there is no archive; otherwise unpacks the parts of this job's tasks into the
 * directory (made if needed), but never over a part that is already there. */
ons_status lab_archive_check(const ons_job *job);
ons_status lab_archive_unpack(const ons_job *job, const char *directory);
/* The bytes of a stored part, for `start=FILE.h5#TASK` (task may be NULL): allocated. The task is the one named, else
 * the only one, else the only one whose parameters agree with those of `task` in all but temperature-like values that
 * differ; otherwise ONS_INVALID with the choices. */
ons_status lab_archive_start(const lab_task *task, uint64_t state_index, char **bytes, size_t *count);
/* The bytes of the part of a state in the archive of its own job: allocated. */
ons_status lab_archive_state(const ons_job *job, const lab_task *task, uint64_t state_index, char **bytes,
                             size_t *count);

#endif
