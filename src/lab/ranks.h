/*
 * ranks: the processes that work on one job together. Without an MPI launcher there is one.
 *
 * MPI lives in a module of its own (ranks_mpi.c, libonsager-mpi.so), opened only under a launcher: the library itself
 * does not need it. All functions marked "together" are called by all ranks in the same order, by one thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONS_LAB_RANKS_H
#define ONS_LAB_RANKS_H

#include <onsager/base.h>

#define LAB_RANKS_VERSION 1u
#define LAB_RANKS_MESSAGE 1024
#define LAB_RANKS_SUMS 2

typedef struct lab_ranks {
    unsigned version;    /* LAB_RANKS_VERSION: the module and the library fit */
    unsigned rank, size; /* this one, of how many */
    unsigned neighbours; /* ranks on this machine, this one included */
    /* Together: the shared counter begins at 0 again, nobody is asked to leave, and with `sums` those begin at 0 too.
     */
    void (*restart)(bool sums);
    /* The next number of the shared counter; any thread. */
    uint64_t (*next)(void);
    /* Tells all why they should leave (0: they need not) and returns the largest reason that a rank has told; any
     * thread. Called many times a second on every rank, which also keeps MPI moving. */
    int (*tell_halt)(int why);
    /* Adds to sums over all ranks and returns them; any thread. */
    void (*add)(const uint64_t more[LAB_RANKS_SUMS], uint64_t sums[LAB_RANKS_SUMS]);
    /* Together: the smallest status of all ranks, with its message; the largest number of all. */
    void (*agree)(int *status, char message[LAB_RANKS_MESSAGE], int *largest);
    /* Together: `count` bytes of rank 0 for all. */
    void (*broadcast)(void *bytes, size_t count);
} lab_ranks;

/* The name under which the module exports lab_ranks_open, of this type; NULL: MPI could not be started. */
#define LAB_RANKS_SYMBOL "lab_ranks_open"
typedef const lab_ranks *lab_ranks_opener(void);

/* The ranks of this launch. ONS_FAILED: there is a launcher, but MPI cannot be used. */
ons_status lab_ranks_find(const lab_ranks **ranks);

/* Together: makes the outcome of one rank that of all: the same status, its message set everywhere. *largest (may be
 * NULL) becomes the largest of all ranks. */
ons_status lab_ranks_agree(const lab_ranks *ranks, ons_status status, int *largest);

#endif
