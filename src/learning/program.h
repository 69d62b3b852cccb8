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
    IN_CONSTANT,
    NOWHERE /* lives in the tiles of a loop only */
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
    bool view;    /* what its inputs have in memory is its value: nothing to be run */
    size_t shift; /* bytes from the beginning of the root's */
    place place;
    size_t offset;       /* IN_ARENA, IN_PARAMETERS */
    void *own;           /* IN_OWN, IN_CONSTANT */
    const void *bound;   /* an input's numbers elsewhere */
    void *data;          /* where it is */
    int32_t first, last; /* when it is made, and when it or a part of it is read for the last time */
    bool kept;           /* never shares memory with another */
    bool tiled;          /* made in a loop over tiles of rows */
    bool add;            /* a product that adds to what is there */
    bool strip;          /* of a chain that alone needs it: memory for one strip */
    void *ready;         /* what was prepared for its run */
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
    struct chain *chains;      /* of bodies of loops */
    size_t chains_count;
};

/* The run of one value by itself; false when an index lies outside (bad_index, bad_value are set). */
bool program_run_value(ons_program *program, int32_t index);
/* Prepares the run of one value. */
ons_status plain_prepare(const ons_program *program, value *v);
/* Where everything lies: after binding, and at creation. */
void program_place(ons_program *program);
/* Finds which values are parts of others; then, from the times first and last of the values themselves, for how long
 * each root is needed; then plans the arena. */
void program_find_parts(ons_program *program);
void program_find_uses(ons_program *program);
ons_status program_plan(ons_program *program, uint64_t limit);
/* Memory that every program needs: scratch, and what values prepare. */
ons_status program_prepare(ons_program *program);

/* Chains of operations on elements (strips.c): found after the parts, they change what program_find_uses has found.
 * chains_run runs all values, those of a chain together; false as program_run_value. */
ons_status chains_create(ons_program *program);
void chains_find_uses(ons_program *program);
bool chains_run(ons_program *program);
void chains_free(ons_program *program);

/* Stages of whole operations and loops over tiles of rows (schedule.c). */
ons_status schedule_create(ons_program *program, struct schedule **schedule);
ons_status schedule_prepare(ons_program *program); /* after everything has its place */
bool schedule_run(ons_program *program);
void schedule_free(struct schedule *schedule);

#endif
