/*
 * stored: the files of a state's parts, written and read back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONS_LAB_STORED_H
#define ONS_LAB_STORED_H

#include "part.h"

/* A part that was found intact: what the lanes hold, and its bytes for the system's own arrays. */
typedef struct lab_stored {
    lab_replica replica;
    char *bytes;
    size_t count;
} lab_stored;

/* The first intact one of the files with these endings (the list ends with NULL). ONS_DONE: there is none. Those that
 * were passed over leave a line each in `warnings` (may be NULL). */
ons_status lab_stored_read(lab_stored *stored, const lab_task *task, uint64_t state_index, const char *directory,
                           const char *const *kinds, ons_text *warnings);

/* The empty lanes of a state that has not begun. */
ons_status lab_replica_init(lab_replica *replica, const lab_task *task, uint64_t state_index);
/* Writes or reads all but the system's own arrays. */
ons_status lab_replica_persist(lab_replica *replica, ons_part *part);
/* Replaces KEY-STATE.part, the former one becoming .previous. On failure both are as they were. The new names are safe
 * from a power failure once the directory is synced. */
ons_status lab_replica_write(lab_replica *replica, void *state, const char *directory);
/* The present part is that of a round complete for the task: KEY-STATE.round becomes another name of it. */
ons_status lab_round_mark(const lab_task *task, uint64_t state_index, const char *directory);
ons_status lab_sync_directory(const char *directory);

void lab_past_free(lab_past_looks *past);
ons_status lab_past_copy(lab_past_looks *to, const lab_past_looks *from);

#endif
