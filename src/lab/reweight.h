/*
 * Inside the laboratory: the samples of several states side by side, as reweighting takes them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_REWEIGHT_H
#define ONSAGER_LAB_REWEIGHT_H

#include "quantity.h"
#include "weight.h"

#include <onsager/sample_analyses.h>

/* States of one curve: tasks, or the elements of one ladder. Rows lie state after state, within a state replica after
 * replica. */
typedef struct lab_states {
    size_t states, replicas; /* replicas: the largest number that a state has */
    bool ladder, independent;
    double *x;         /* [states] */
    size_t *counts;    /* [states] rows */
    size_t *of;        /* [states][replicas] rows of each replica */
    size_t rows, room; /* room: rows that fit */
    size_t terms, quantities;
    size_t *quantity;     /* [quantities] which of the means each value is */
    double *coefficients; /* [states][terms] */
    double *features;     /* [rows][terms] */
    double *values;       /* [rows][quantities] */
    double *inefficiency; /* [states] */
    size_t *block;        /* [rows] */
    size_t *stratum;      /* [blocks] */
    size_t blocks, strata;
} lab_states;

/* What is asked of them, opened for the first task. */
typedef struct lab_question {
    const ons_archive_view *view;
    const char *name, *x;
    ons_quantity *quantity;
    lab_weight weight;
} lab_question;

/* Reads the samples of these tasks of the results, which are in ascending order of x; of a single one all elements of
 * the ladder. Opens quantity and weight of the question. */
ons_status lab_states_read(lab_states *states, lab_question *question, const size_t *tasks, size_t count);
void lab_states_free(lab_states *states);
void lab_question_close(lab_question *question);

#endif
