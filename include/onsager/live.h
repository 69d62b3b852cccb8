/*
 * live: one task of a job, run for the eye: stepped, measured, drawn and changed while it runs. Nothing is stored.
 *
 * What may change are the parameters that the descriptor marks ONS_LIVE. At a change the whole state is persisted into
 * memory, a state with the new parameters is made, and it takes over all arrays: configuration, positions of the
 * random streams, counters. So a chain goes on from the very configuration it had, with the transition probabilities of
 * the new parameters. Its streams keep the key of the first parameters, so that quenched disorder stays the same
 * sample. A descriptor marks only parameters for which no persisted array depends on their value.
 *
 * One thread at a time may use a live state.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LIVE_H
#define ONSAGER_LIVE_H

#include <onsager/lab.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_live ons_live;

/* The state of replica 0 of a bound job's only task, as it is before the first step (`start=FILE.h5` included); with
 * lanes, lane 0 of its first state is measured and drawn. `threads`: those that one state may use. The job and its
 * descriptor must outlive it. ONS_INVALID when the job has several tasks. */
ONS_API ons_status ons_live_create(ons_live **live, const ons_job *job, unsigned threads);
ONS_API void ons_live_free(ons_live *live);

/* Asked inside long steps. `asked` true: leave the step now (ons_live_step returns ONS_STOPPED, and the next call goes
 * on with it). `over` true: nobody waits for what is being made; steps that cannot be continued are left too (all is as
 * before the step), and the making of a state in ons_live_reset and ons_live_change (ONS_STOPPED, all is as it was).
 * NULL: never. */
ONS_API void ons_live_interrupt(ons_live *live, bool (*asked)(void *data), bool (*over)(void *data), void *data);

/* One step. ONS_DONE: nothing is left to do, this call did nothing or was the last. After a failure only reset or free
 * is possible. */
ONS_API ons_status ons_live_step(ons_live *live);
/* Begins anew with the present parameters: the state as create makes it, with the same random numbers as the first
 * time; the history is empty. On failure, and ONS_STOPPED, all is as it was. */
ONS_API ons_status ons_live_reset(ons_live *live);

ONS_API uint64_t ons_live_steps(const ons_live *live); /* since the beginning or the last reset */
ONS_API bool ons_live_finished(const ons_live *live);  /* a step returned ONS_DONE */
/* Changes of parameters since the beginning, resets included. */
ONS_API unsigned ons_live_changes(const ons_live *live);

/* ---- parameters -----------------------------------------------------------------------------------------------------
 */

typedef struct ons_live_parameter {
    const ons_parameter *described;
    const char *value; /* as text */
    bool given;        /* by the job or by a change, and not its default */
    bool live;         /* may change: marked ONS_LIVE */
} ons_live_parameter;

/* Those that exist under the present choices, in the descriptor's order; valid until the next change. */
ONS_API const ons_live_parameter *ons_live_parameters(const ons_live *live, size_t *count);

/* Gives `count` live parameters new values, written as on the command line, all at once. ONS_INVALID, with all as it
 * was: an unknown name, one that may not change, a value that its type, its range or the system's check() refuses, or
 * another shape of what is measured. Cost: making a state, and two copies of it. */
ONS_API ons_status ons_live_change(ons_live *live, size_t count, const char *const *names, const char *const *values);

/* ---- what is measured -----------------------------------------------------------------------------------------------
 */

typedef struct ons_live_quantity {
    const ons_observable *described;
    size_t size;    /* components; 1: a scalar, which has a history */
    size_t first;   /* of its components in the latest sample */
    size_t history; /* of a scalar: its column in the history; SIZE_MAX for arrays */
} ons_live_quantity;

/* The MEAN, SERIES and VALUE observables that the task does not omit. They stay the same as long as the state lives. */
ONS_API const ons_live_quantity *ons_live_quantities(const ons_live *live, size_t *count);
/* The number of components of all of them together, and of scalars among them. */
ONS_API size_t ons_live_components(const ons_live *live);
ONS_API size_t ons_live_scalars(const ons_live *live);

/* Measures the present state and adds the sample to the history. */
ONS_API ons_status ons_live_measure(ons_live *live);
/* The latest sample, [ons_live_components]; NaN before the first and where a VALUE is not set yet. */
ONS_API const double *ons_live_latest(const ons_live *live);

#define ONS_LIVE_HISTORY 512 /* samples that are kept */
/* Up to `most` of the latest samples of the scalars, oldest first: steps[n] made when each was taken, and
 * values[n][ons_live_scalars]. Returns n. Either may be NULL. */
ONS_API size_t ons_live_history(const ons_live *live, size_t most, uint64_t *steps, double *values);

/* ---- picture --------------------------------------------------------------------------------------------------------
 */

/* Whether the system draws its states. */
ONS_API bool ons_live_has_picture(const ons_live *live);
/* The state of lane 0 as an image. ONS_INVALID when the system draws none. */
ONS_API ons_status ons_live_picture(const ons_live *live, ons_picture *picture);

#ifdef __cplusplus
}
#endif
#endif
