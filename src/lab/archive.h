/*
 * Inside the laboratory: the archive, shared by the files that write and read it. Its layout is told in
 * archive_write.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_ARCHIVE_H
#define ONSAGER_LAB_ARCHIVE_H

#include "hdf5.h"
#include "stored.h"

#define LAB_ARCHIVE_FORMAT 1u

/* What an archive says of itself; all texts are owned. */
typedef struct lab_archive_head {
    char *system, *summary, *step, *code, *job, *provenance;
    uint64_t system_version, seed;
    char **keys; /* [tasks], in their order */
    size_t tasks;
} lab_archive_head;

/* Opens an archive and reads its head; the file stays open. ONS_INVALID when it is none; *damaged (may be NULL) tells
 * one of ours that is broken from a file that never was one. */
ons_status lab_archive_open(lab_h5 *h5, const char *path, lab_archive_head *head, bool *damaged);
/* Says why there is nothing at this path: ONS_INVALID (results.c). */
ons_status lab_refuse_missing(const char *path);
void lab_archive_head_free(lab_archive_head *head);
ons_status lab_archive_head_digest(const lab_archive_head *head, ons_digest *digest);
/* The place of a key among the tasks; head->tasks when it has none. */
size_t lab_archive_find(const lab_archive_head *head, const char *key);
/* The group of a task; sets h5->where. Close with lab_archive_leave_task. */
ons_status lab_archive_enter_task(lab_h5 *h5, size_t index, hid_t *group);
void lab_archive_leave_task(lab_h5 *h5, hid_t group);
void lab_archive_task_name(size_t index, char name[32]); /* "tasks/0003" */

/* archive_result.c and archive_result_read.c: the results of one task. */
void lab_archive_put_result(lab_h5 *h5, hid_t group, const lab_task *task, const ons_task_result *result);
ons_status lab_archive_get_result(lab_h5 *h5, hid_t group, ons_task_result *result);
const char *lab_kind_name(ons_kind kind);
/* The name under which column `index` of a table is stored: "1 energy". */
char *lab_column_link(size_t index, const char *name);

/* archive_raw.c: what lies behind the results: bins, records, series, snapshots, parts. */
/* The states of a task that have a part (or, with `round`, all of them that of the last complete round if every one has
 * it): read, checked, in order. *count = 0: none. What was passed over leaves a line each in `warnings` (may be NULL).
 */
ons_status lab_raw_read(const lab_task *task, const char *directory, bool round, lab_stored **states, size_t *count,
                        ons_text *warnings);
void lab_raw_free(lab_stored *states, size_t count);
void lab_archive_put_raw(lab_h5 *h5, hid_t group, const lab_stored *states, size_t count, const char *directory);
/* A part with other seconds of computing in it (they are no result): *fresh is allocated. *seconds receives the old
 * one. */
ons_status lab_part_restamp(const char *bytes, size_t count, double replacement, double *seconds, char **fresh,
                            size_t *fresh_count);

/* archive_parts.c: whether the directory of parts knows of any task of the job. */
bool lab_parts_exist(const ons_job *job);
/* run.c: the directory of the parts: made, locked by this process, and removed but for parts of other jobs. */
ons_status lab_parts_make(const char *directory);
ons_status lab_parts_lock(const char *directory, int *lock);
void lab_parts_clear(const ons_job *job, const char *directory); /* the files of the job's tasks alone */
void lab_parts_remove(const ons_job *job, const char *directory);
/* Whether the directory is there and holds more than the lock and the job of its user. */
bool lab_parts_any(const char *directory);
/* archive_parts.c: whether the group of a task holds a state. */
bool lab_archive_has_part(hid_t group, uint64_t state_index);

/* archive_unpack.c: series and snapshots of a state go back to where they came from. */
ons_status lab_archive_get_series(lab_h5 *h5, hid_t group, const lab_replica *replica, const char *path);
ons_status lab_archive_get_snapshots(lab_h5 *h5, hid_t group, const lab_replica *replica, const char *path);
/* One array of all snapshots of a state, open. */
typedef struct lab_snapshot_array {
    char *link, *name; /* in the archive; in the snapshot: "state/spins", "lab/time" */
    hid_t stream;
    ons_element element;
    bool configuration;
    unsigned rank;
    size_t dimensions[8], count; /* of one snapshot */
    void *data;                  /* room for one snapshot */
} lab_snapshot_array;
ons_status lab_snapshot_arrays_open(lab_h5 *h5, hid_t group, uint64_t snapshots, lab_snapshot_array **arrays,
                                    size_t *count);
void lab_snapshot_arrays_close(lab_snapshot_array *arrays, size_t count);
hid_t lab_h5_element(ons_element element, bool file); /* the type in the file, or in memory */

/* provenance.c: the list that stands in /provenance, one entry longer; allocated. `earlier` may be NULL. */
char *lab_provenance(const ons_job *job, const lab_archive_options *options, const char *earlier);

#endif
