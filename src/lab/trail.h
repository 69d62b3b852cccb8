/*
 * trail: a file that only grows while a state runs, and is cut back to what the part says when the state is continued.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONS_LAB_TRAIL_H
#define ONS_LAB_TRAIL_H

#include <onsager/base.h>

typedef struct lab_trail {
    bool open;
    int file;
    char *path;
    ons_text pending; /* not yet in the file */
} lab_trail;

/* Takes over `path`. Opens the file, made if need be, and cuts it to its first `keep` bytes; refuses one that is
 * shorter. */
ons_status lab_trail_open(lab_trail *trail, char *path, uint64_t keep);
ons_status lab_trail_add(lab_trail *trail, const void *bytes, size_t count);
/* All that was added is on the disk. Does nothing for a trail that was not opened. */
ons_status lab_trail_sync(lab_trail *trail);
void lab_trail_close(lab_trail *trail);

#endif
