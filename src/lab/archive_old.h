/*
 * Inside the laboratory: the archive that lies already where a job wants to write its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_ARCHIVE_OLD_H
#define ONSAGER_LAB_ARCHIVE_OLD_H

#include "archive.h"

/* Opens it when it is there and this job may write over it: ONS_DONE: there is none; ONS_INVALID: it is no archive, or
 * one of another system, seed or code, or has a task of this job under another identity. *damaged: ours but broken. */
ons_status lab_archive_old(const ons_job *job, lab_h5 *h5, lab_archive_head *head, bool *damaged);
/* Opens an archive that must be one of this job: the same refusals, which end with `remedy`. */
ons_status lab_archive_fits(const ons_job *job, const char *path, const char *remedy, lab_h5 *h5,
                            lab_archive_head *head, bool *damaged);
/* lab_archive_write, told whether a run asks (which waits for another writer and leaves an entry in the provenance). */
ons_status lab_archive_build(const ons_job *job, const char *directory, const lab_archive_options *options, bool ran);

#endif
