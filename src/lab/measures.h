/*
 * Inside the laboratory: quantities of the user's own, measure.NAME=FORMULA. They become observables and derived
 * quantities of a descriptor that is the system's with these rows added, so that all else treats them like any other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_MEASURES_H
#define ONSAGER_LAB_MEASURES_H

#include "formula.h"
#include "job.h"
#include "replica.h"

typedef struct lab_measure {
    char *name;
    lab_formula formula;
    const lab_entry *entry; /* where it stands */
    size_t index;           /* among the observables (a formula of samples) or derived quantities (one of means) */
} lab_measure;

struct lab_measures {
    lab_measure *list; /* those of samples first, each after those that it is made of; then those of means */
    size_t count;
    size_t observables, deriveds; /* rows that the system itself has */
    ons_system system;            /* with all rows */
    ons_observable *observable_rows;
    ons_derived *derived_rows;
};

/* The quantities that the job asks for; *measures stays NULL when there are none. */
ons_status lab_measures_read(const ons_job *job, struct lab_measures **measures);
void lab_measures_free(struct lab_measures *measures);

/* One such quantity in one task. */
struct lab_own {
    const lab_measure *measure;
    ons_kind kind; /* MEAN or SERIES; of a formula of means: MEAN */
    size_t size;
    lab_term terms[LAB_FORMULA_NAMES];
};

/* Shapes and terms for a task whose plan is made. */
ons_status lab_measures_plan(lab_task *task);

/* All components of one quantity; `vector` is the joint vector of its kind, or that of the means. */
void lab_own_values(const struct lab_own *own, const lab_layout *layout, const double *vector, double *values);
/* The one with this index among the derived quantities; NULL: it is the system's. */
const struct lab_own *lab_own_derived(const lab_task *task, size_t derived);
/* The one with this index among the observables; NULL: it is the system's. */
const struct lab_own *lab_own_observable(const lab_task *task, size_t observable);

/* Adds what a part must agree on: a line for every quantity of samples, "measure.m6=magnetization^6\n". */
void lab_measures_identity(const struct lab_measures *measures, ons_text *text);

#endif
