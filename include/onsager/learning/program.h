/*
 * Programs: what a graph of tensors becomes when it is to be run many times.
 *
 * Only what the outputs need is kept; memory is planned once (a run allocates nothing); chains of operations on
 * elements become one pass over memory; rows that do not speak to one another go through many operations while they lie
 * in the cache. Results do not depend on the number of threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_PROGRAM_H
#define ONSAGER_LEARNING_PROGRAM_H

#include <onsager/learning/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_program ons_program;

typedef struct ons_program_options {
    unsigned threads;            /* 0 means 1; results do not depend on it */
    const ons_tensor *overrides; /* taps that may be overridden (and that are therefore kept apart) */
    size_t overrides_count;
    bool plain;      /* every operation alone, in order: slow, for comparison and for finding bad numbers */
    uint64_t memory; /* at most so many bytes; 0: half of what the machine has. More is refused with the numbers */
} ons_program_options;

/* A program that computes outputs[0..count-1] (options may be NULL). The graph may be extended or freed afterwards. */
ONS_API ons_status ons_program_create(ons_program **program, const ons_tensor_graph *graph, const ons_tensor *outputs,
                                      size_t count, const ons_program_options *options);
ONS_API void ons_program_free(ons_program *program);

/* Where the numbers of an input are read, float, double or int32_t as its type says: memory of the program, valid until
 * it is freed, zeros at first; the caller writes them before a run. By its tensor (NULL where the outputs do not need
 * it, and a scrap of memory is not given: check), or by name with a message. */
ONS_API void *ons_program_input(ons_program *program, ons_tensor input);
ONS_API ons_status ons_program_input_named(ons_program *program, const char *name, void **numbers);
/* Reads this input from the caller's memory instead, which must stay (no copy); NULL: from the program's again. */
ONS_API ons_status ons_program_bind(ons_program *program, ons_tensor input, const void *numbers);

/* The flat array of all parameters (those made before the program was created), zeros at first; the same array may be
 * shared: `numbers` is memory of the caller that is read from now on, NULL the program's own again. */
ONS_API void *ons_program_parameters(ons_program *program);
ONS_API void ons_program_share_parameters(ons_program *program, const void *numbers);

/* Computes the outputs. ONS_INVALID when an index lies outside. Numbers that are not finite are no failure here. */
ONS_API ons_status ons_program_run(ons_program *program);
/* Where output `index` lies after a run, in its type; the same address in every run. */
ONS_API const void *ons_program_output(const ons_program *program, size_t index);
ONS_API double ons_program_scalar(const ons_program *program, size_t index); /* its first number */

/* From the next run on the tap has these numbers (copied), whatever was computed; NULL: its own again. */
ONS_API ons_status ons_program_override(ons_program *program, ons_tensor tap, const void *numbers);

/* Runs once more, operation by operation, and looks for the first tensor in the order of the graph that has a number
 * that is not finite: *tensor (ONS_NO_TENSOR when there is none) and, in `text`, a sentence that names it, its layer
 * and the element. Slow; for the run that went wrong. */
ONS_API ons_status ons_program_first_bad(ons_program *program, ons_tensor *tensor, char text[400]);

typedef struct ons_program_figures {
    size_t operations;      /* passes of one kind that a run makes */
    uint64_t bytes;         /* memory of intermediate results */
    double multiplications; /* floating-point operations in products of matrices, 2 n m k each */
    double elements;        /* elements computed by other operations */
} ons_program_figures;
ONS_API ons_program_figures ons_program_figures_of(const ons_program *program);

#ifdef __cplusplus
}
#endif
#endif
