/*
 * Inside the laboratory: a paper while it is reproduced.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_REPRODUCTION_H
#define ONSAGER_LAB_REPRODUCTION_H

#include <onsager/paper.h>

struct ons_reproduction {
    const ons_paper *paper;
    ons_reproduce_options options;
    char *folder;
    bool stopped;
    char *fault; /* the first mistake of the paper; NULL: none */
    size_t claims;
    ons_settled *settled; /* [claims] */
    char **why;           /* [claims]; NULL: not settled yet */
    size_t jobs, job_capacity, notes, note_capacity, figures, figure_capacity, images, image_capacity;
    ons_reproduction_job *job;
    char **note;
    ons_figure *figure;
    size_t curve_capacity; /* of the figure begun last */
    ons_image *image;
    bool memory; /* something could not be kept */
};

/* ---- claims.c ---- */

/* Refuses a table that is not in order, and makes every claim `not-checked`. */
ons_status lab_claims_begin(ons_reproduction *reproduction);
/* Gives what was not settled its reason. */
void lab_claims_end(ons_reproduction *reproduction);
void lab_claims_free(ons_reproduction *reproduction);
/* Notes a mistake of the paper; the first one counts. */
void lab_reproduction_fault(ons_reproduction *reproduction, const char *format, ...) ONS_FORMAT(2, 3);

/* ---- exhibits.c ---- */

void lab_exhibits_free(ons_reproduction *reproduction);
/* Lower case, digits and "-_." only: a name that is part of a path. */
bool lab_plain_name(const char *name);

#endif
