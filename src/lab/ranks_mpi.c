/*
 * The ranks of an MPI launch: a counter on rank 0 that all take their next unit of work from, and small agreements.
 *
 * Any thread may call next() and tell_halt(), one at a time (MPI_THREAD_SERIALIZED): every use of MPI holds the lock,
 * and waits are polls with sleeps between, so that waiting ranks leave the processors to those that compute.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ranks.h"

#include <mpi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

ONS_API lab_ranks_opener lab_ranks_open;

enum { COUNTER, HALT, SUMS, SLOTS = SUMS + LAB_RANKS_SUMS };

#define POLL_NANOSECONDS 500000
#define LEAVE_SECONDS 10 /* a rank that never ran a job waits so long for the others when it leaves */

/* MPI is one for the whole process. */
static struct {
    pthread_mutex_t lock;
    MPI_Comm communicator, leaving;
    MPI_Win window; /* int64_t[SLOTS] on rank 0 */
    int64_t *slots;
    bool ours; /* we started MPI and end it */
    bool worked;
    lab_ranks ranks;
} world = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void wait_for(MPI_Request *request) {
    for (;;) {
        int over = 0;
        pthread_mutex_lock(&world.lock);
        MPI_Test(request, &over, MPI_STATUS_IGNORE);
        pthread_mutex_unlock(&world.lock);
        if (over) { return; }
        nanosleep(&(struct timespec){.tv_nsec = POLL_NANOSECONDS}, NULL);
    }
}

static int64_t fetch(int slot, int64_t value, MPI_Op operation) {
    int64_t before = 0;
    pthread_mutex_lock(&world.lock);
    MPI_Fetch_and_op(&value, &before, MPI_INT64_T, 0, slot, operation, world.window);
    MPI_Win_flush(0, world.window);
    pthread_mutex_unlock(&world.lock);
    return before;
}

static void barrier(void) {
    MPI_Request request;
    pthread_mutex_lock(&world.lock);
    MPI_Ibarrier(world.communicator, &request);
    pthread_mutex_unlock(&world.lock);
    wait_for(&request);
}

static void restart(bool sums) {
    world.worked = true;
    barrier();
    if (world.ranks.rank == 0) {
        fetch(COUNTER, 0, MPI_REPLACE);
        fetch(HALT, 0, MPI_REPLACE);
        for (int k = 0; k < LAB_RANKS_SUMS && sums; k++) { fetch(SUMS + k, 0, MPI_REPLACE); }
    }
    barrier();
}

static uint64_t next(void) { return (uint64_t)fetch(COUNTER, 1, MPI_SUM); }

static int tell_halt(int why) {
    const int64_t before = fetch(HALT, why, MPI_MAX);
    int flag;
    pthread_mutex_lock(&world.lock); /* where one-sided calls need the target's help, this is it */
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, world.communicator, &flag, MPI_STATUS_IGNORE);
    pthread_mutex_unlock(&world.lock);
    return before > why ? (int)before : why;
}

static void add(const uint64_t more[LAB_RANKS_SUMS], uint64_t sums[LAB_RANKS_SUMS]) {
    for (int k = 0; k < LAB_RANKS_SUMS; k++) {
        sums[k] = (uint64_t)fetch(SUMS + k, (int64_t)more[k], MPI_SUM) + more[k];
    }
}

/* The analyser of MPI calls knows MPI_Wait but not MPI_Test, which ends these requests in wait_for.
 * NOLINTBEGIN(clang-analyzer-optin.mpi.MPI-Checker) */
static void broadcast_from(int root, void *bytes, size_t count) {
    while (count > 0) {
        const int part = count < (1u << 30) ? (int)count : 1 << 30;
        MPI_Request request;
        pthread_mutex_lock(&world.lock);
        MPI_Ibcast(bytes, part, MPI_BYTE, root, world.communicator, &request);
        pthread_mutex_unlock(&world.lock);
        wait_for(&request);
        bytes = (char *)bytes + part;
        count -= (size_t)part;
    }
}

static void broadcast(void *bytes, size_t count) { broadcast_from(0, bytes, count); }

static void reduce(const void *mine, void *all, MPI_Datatype type, MPI_Op operation) {
    MPI_Request request;
    pthread_mutex_lock(&world.lock);
    MPI_Iallreduce(mine, all, 1, type, operation, world.communicator, &request);
    pthread_mutex_unlock(&world.lock);
    wait_for(&request);
}

/* NOLINTEND(clang-analyzer-optin.mpi.MPI-Checker) */

static void agree(int *status, char message[LAB_RANKS_MESSAGE], int *largest) {
    const int mine[2] = {*status, (int)world.ranks.rank};
    int worst[2], maximum;
    world.worked = true;
    reduce(mine, worst, MPI_2INT, MPI_MINLOC);
    reduce(largest, &maximum, MPI_INT, MPI_MAX);
    *largest = maximum;
    *status = worst[0];
    if (worst[0] < 0) { broadcast_from(worst[1], message, LAB_RANKS_MESSAGE); }
}

/* When the process ends. A rank that leaves before it worked (its job was refused) must not leave the others waiting.
 */
static void leave(void) {
    MPI_Request request;
    int finalized = 0, over = 0;
    MPI_Finalized(&finalized);
    if (finalized) { return; }
    MPI_Ibarrier(world.leaving, &request);
    const time_t begin = time(NULL);
    while (!over) {
        MPI_Test(&request, &over, MPI_STATUS_IGNORE);
        if (!over && !world.worked && time(NULL) - begin > LEAVE_SECONDS) { MPI_Abort(MPI_COMM_WORLD, 1); }
        if (!over) { nanosleep(&(struct timespec){.tv_nsec = POLL_NANOSECONDS}, NULL); }
    }
    MPI_Win_unlock_all(world.window);
    MPI_Win_free(&world.window);
    MPI_Comm_free(&world.communicator);
    MPI_Comm_free(&world.leaving);
    if (world.ours) { MPI_Finalize(); }
}

static bool start_mpi(void) {
    int started = 0, provided = MPI_THREAD_SINGLE;
    MPI_Initialized(&started);
    if (started) {
        MPI_Query_thread(&provided);
    } else {
        if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS) { return false; }
        world.ours = true;
    }
    return provided >= MPI_THREAD_SERIALIZED;
}

const lab_ranks *lab_ranks_open(void) {
    int rank, size, neighbours;
    MPI_Comm machine;
    if (!start_mpi()) { return NULL; }
    MPI_Comm_dup(MPI_COMM_WORLD, &world.communicator);
    MPI_Comm_dup(MPI_COMM_WORLD, &world.leaving);
    MPI_Comm_rank(world.communicator, &rank);
    MPI_Comm_size(world.communicator, &size);
    MPI_Comm_split_type(world.communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
    MPI_Comm_size(machine, &neighbours);
    MPI_Comm_free(&machine);
    MPI_Win_allocate(rank == 0 ? SLOTS * (MPI_Aint)sizeof(int64_t) : 0, sizeof(int64_t), MPI_INFO_NULL,
                     world.communicator, &world.slots, &world.window);
    if (rank == 0) { memset(world.slots, 0, SLOTS * sizeof(int64_t)); }
    MPI_Barrier(world.communicator);
    MPI_Win_lock_all(0, world.window);
    atexit(leave);
    world.ranks = (lab_ranks){.version = LAB_RANKS_VERSION,
                              .rank = (unsigned)rank,
                              .size = (unsigned)size,
                              .neighbours = (unsigned)neighbours,
                              .restart = restart,
                              .next = next,
                              .tell_halt = tell_halt,
                              .add = add,
                              .agree = agree,
                              .broadcast = broadcast};
    return &world.ranks;
}
