/*
 * context: what a running state sees of the laboratory, and the buffers into which it measures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONS_LAB_CONTEXT_H
#define ONS_LAB_CONTEXT_H

#include "replica.h"

struct ons_context {
    const lab_task *task;
    const lab_layout *layout;
    lab_replica *replica; /* whose lanes receive counts, values and rows */
    uint64_t key;         /* of the random streams */
    unsigned lanes, threads;
    uint64_t steps;
    double time, target;
    double *sample;    /* [lanes][layout.means], of the latest measure() */
    double *series;    /* [lanes][layout.series] */
    uint64_t *stamps;  /* [lanes][observables]: the measure() that last set it */
    uint64_t stamp;    /* of the measure() that runs; 0: none has run */
    size_t components; /* set by it */
    bool measuring;
    bool dropping;     /* the warm-up: counts and rows are not kept */
    ons_status status; /* the first mistake of the system, */
    ons_text message;  /* and what to say about it */
    bool (*poll)(void *data, double done, double total);
    bool (*halted)(void *data, double done, double total);
    void *data;
};

/* replica and layout must stay. */
ons_status lab_context_init(ons_context *context, lab_replica *replica, uint64_t seed);
void lab_context_free(ons_context *context);
/* Calls measure() into the buffers and checks that it measured all it should: ONS_FAILED names what was forgotten. */
ons_status lab_context_measure(ons_context *context, const void *state);
/* The mistake of the system, if it made one. */
ons_status lab_context_status(const ons_context *context);

#endif
