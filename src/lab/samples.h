/*
 * Inside the laboratory: an archive whose samples are read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_SAMPLES_H
#define ONSAGER_LAB_SAMPLES_H

#include "archive.h"

#include <onsager/samples.h>

struct ons_samples {
    char *path;
    lab_h5 h5; /* stays open */
    lab_archive_head head;
};

/* Everything of one task but what stays in the file. Within lab_h5_enter. */
ons_status lab_samples_read(lab_h5 *h5, size_t index, ons_task_samples *task);

#endif
