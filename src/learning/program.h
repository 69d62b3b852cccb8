/*
 * Inside learning: what a program keeps of its graph, and where its numbers lie.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_PROGRAM_H
#define LEARNING_PROGRAM_H

#include "kernels.h"

#include <onsager/learning/program.h>

typedef enum place {
    IN_ARENA,
    IN_OWN,        /* memory of this value alone: inputs, overrides */
    IN_PARAMETERS, /* the flat array */
    IN_CONSTANT
} place;

/* A tensor that the program needs. */
typedef struct value {
    tensor what;
    ons_tensor origin; /* in the graph */
    int32_t *in;       /* values */
    char *name;        /* as messages name it; NULL: its operation */
    char *scope;
    size_t bytes;
    int32_t root; /* the value whose memory it is a part of; itself: its own */
    size_t shift; /* bytes from the beginning of the root's */
    place place;
    size_t offset;     /* IN_ARENA, IN_PARAMETERS */
    void *own;         /* IN_OWN, IN_CONSTANT */
    const void *bound; /* an input's numbers elsewhere */
    void *data;        /* where it is */
    int32_t last;      /* the last value that reads it or a part of it */
    bool output, kept; /* kept: never shares memory with another */
} value;

struct ons_program {
    value *values;
    size_t count;
    int32_t *index; /* of a tensor of the graph among the values; -1: not needed */
    size_t graph_count;
    int32_t *outputs;
    size_t outputs_count;
    ons_tensor_type type;
    char *arena, *own_parameters;
    const void *parameters;
    size_t arena_bytes, parameters_total;
    void *scratch;
    unsigned threads;
    ons_team *team;
    int64_t bad_index; /* what an index outside was; set by the run */
    int32_t bad_value;
    struct schedule *schedule; /* NULL: plain */
};

/* The run of one value by itself; false when an index lies outside (bad_index, bad_value are set). */
bool program_run_value(ons_program *program, int32_t index);
/* Where everything lies: after binding, and at creation. */
void program_place(ons_program *program);
/* Plans the arena: values of the order 0 .. count-1. */
ons_status program_plan(ons_program *program, uint64_t limit);

#endif
