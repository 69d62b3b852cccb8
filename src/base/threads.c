/*
 * A loop over indices on several threads, how many there may be, and a clock.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct loop {
    ons_status (*function)(void *data, size_t index);
    void *data;
    size_t count;
    atomic_size_t next;
    atomic_bool failed;
    pthread_mutex_t lock; /* of what follows: the failed call with the smallest index */
    size_t index;
    ons_status status;
    char message[BASE_MESSAGE];
} loop;

static void note_failure(loop *shared, size_t index, ons_status status) {
    atomic_store(&shared->failed, true);
    pthread_mutex_lock(&shared->lock);
    if (index < shared->index) {
        shared->index = index;
        shared->status = status;
        base_printf(shared->message, sizeof shared->message, "%s", ons_message());
    }
    pthread_mutex_unlock(&shared->lock);
}

static void *work(void *argument) {
    loop *shared = argument;
    while (!atomic_load(&shared->failed)) {
        const size_t index = atomic_fetch_add(&shared->next, 1);
        if (index >= shared->count) { break; }
        const ons_status status = shared->function(shared->data, index);
        if (status < 0) { note_failure(shared, index, status); }
    }
    return NULL;
}

static ons_status loop_in_this_thread(size_t count, ons_status (*function)(void *data, size_t index), void *data) {
    for (size_t index = 0; index < count; index++) {
        const ons_status status = function(data, index);
        if (status < 0) { return status; }
    }
    return ONS_OK;
}

ons_status ons_parallel(unsigned threads, size_t count, ons_status (*function)(void *data, size_t index), void *data) {
    if (threads > count) { threads = (unsigned)count; }
    if (threads <= 1) { return loop_in_this_thread(count, function, data); }
    ons_status status = ONS_OK;
    unsigned started = 0;
    loop *shared = ONS_NEW(loop, 1);
    pthread_t *others = ONS_NEW(pthread_t, threads - 1);
    if (!shared || !others) {
        status = ONS_MEMORY;
        goto cleanup;
    }
    shared->function = function;
    shared->data = data;
    shared->count = count;
    shared->index = SIZE_MAX;
    atomic_init(&shared->next, 0);
    atomic_init(&shared->failed, false);
    pthread_mutex_init(&shared->lock, NULL);
    /* Where the system gives fewer threads than asked, the work is done by those that there are. */
    while (started < threads - 1 && pthread_create(&others[started], NULL, work, shared) == 0) { started++; }
    work(shared);
    for (unsigned i = 0; i < started; i++) { pthread_join(others[i], NULL); }
    pthread_mutex_destroy(&shared->lock);
    if (shared->index != SIZE_MAX) { status = ons_fail(shared->status, "%s", shared->message); }
cleanup:
    free(others);
    free(shared);
    return status;
}

static unsigned processors_of_mask(void) {
    for (int size = 1024; size <= 1 << 20; size *= 2) {
        cpu_set_t *set = CPU_ALLOC(size);
        if (!set) { break; }
        const size_t bytes = CPU_ALLOC_SIZE(size);
        const bool known = sched_getaffinity(0, bytes, set) == 0;
        const int count = known ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (count > 0) { return (unsigned)count; }
    }
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

unsigned ons_processors(void) {
    const unsigned count = processors_of_mask();
    const uint64_t allowed = base_cgroup_processors();
    return allowed < count ? (unsigned)allowed : count;
}

double ons_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
