/*
 * Teams: threads that stay between short loops.
 *
 * A run is announced by its number: whoever waits sees it, at first by looking (some microseconds, the time between two
 * halves of a sweep), then asleep. Each thread takes the indices of its own share in order, the same in every run, so
 * that what they touch stays in its cache, and then what is left of the others' shares; the caller leaves when all the
 * others have left the loop.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/base.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LOOKS = 20000 };

/* One of the team; the caller is the first. On a line of its own in the cache. */
typedef struct member {
    _Alignas(64) atomic_size_t next; /* index of its share */
    size_t end;
    struct ons_team *team;
    pthread_t thread;
} member;

struct ons_team {
    member *members;
    unsigned count; /* of the members but the first */
    void (*function)(void *data, size_t index);
    void *data;
    atomic_uint run, busy; /* number of the present run; others in it */
    atomic_bool leave;
    pthread_mutex_t lock; /* of the sleep */
    pthread_cond_t wake;
};

static void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    sched_yield();
#endif
}

static void take_share(ons_team *team, member *owner) {
    for (;;) {
        const size_t index = atomic_fetch_add_explicit(&owner->next, 1, memory_order_relaxed);
        if (index >= owner->end) { return; }
        team->function(team->data, index);
    }
}

static void take_indices(ons_team *team, unsigned self) {
    for (unsigned k = 0; k <= team->count; k++) { take_share(team, &team->members[(self + k) % (team->count + 1)]); }
}

static void await_run(ons_team *team, unsigned last) {
    for (int look = 0; look < LOOKS; look++) {
        if (atomic_load_explicit(&team->run, memory_order_acquire) != last) { return; }
        pause_briefly();
    }
    pthread_mutex_lock(&team->lock);
    while (atomic_load(&team->run) == last) { pthread_cond_wait(&team->wake, &team->lock); }
    pthread_mutex_unlock(&team->lock);
}

static void *serve(void *argument) {
    const member *self = argument;
    ons_team *team = self->team;
    for (unsigned run = 0;; run++) {
        await_run(team, run);
        if (atomic_load(&team->leave)) { return NULL; }
        take_indices(team, (unsigned)(self - team->members));
        atomic_fetch_sub_explicit(&team->busy, 1, memory_order_release);
    }
}

static void announce(ons_team *team) {
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add_explicit(&team->run, 1, memory_order_release);
    pthread_cond_broadcast(&team->wake);
    pthread_mutex_unlock(&team->lock);
}

ons_status ons_team_create(ons_team **result, unsigned threads) {
    *result = NULL;
    ons_team *team = ONS_NEW(ons_team, 1);
    member *members = aligned_alloc(64, (threads > 0 ? threads : 1) * sizeof(member));
    if (!team || !members) {
        free(team);
        free(members);
        return ONS_MEMORY;
    }
    team->members = members;
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->wake, NULL);
    /* Where the system gives fewer threads than asked, the work is done by those that there are. */
    for (unsigned k = 1; k < threads; k++) {
        members[k].team = team;
        if (pthread_create(&members[k].thread, NULL, serve, &members[k])) { break; }
        team->count = k;
    }
    *result = team;
    return ONS_OK;
}

void ons_team_free(ons_team *team) {
    if (!team) { return; }
    atomic_store(&team->leave, true);
    announce(team);
    for (unsigned k = 1; k <= team->count; k++) { pthread_join(team->members[k].thread, NULL); }
    pthread_cond_destroy(&team->wake);
    pthread_mutex_destroy(&team->lock);
    free(team->members);
    free(team);
}

void ons_team_run(ons_team *team, size_t count, void (*function)(void *data, size_t index), void *data) {
    if (!team || team->count == 0) {
        for (size_t index = 0; index < count; index++) { function(data, index); }
        return;
    }
    team->function = function;
    team->data = data;
    for (unsigned k = 0; k <= team->count; k++) {
        atomic_store(&team->members[k].next, count * k / (team->count + 1));
        team->members[k].end = count * (k + 1) / (team->count + 1);
    }
    atomic_store(&team->busy, team->count);
    announce(team);
    take_indices(team, 0);
    for (int look = 0; atomic_load_explicit(&team->busy, memory_order_acquire) > 0; look++) {
        if (look < LOOKS) {
            pause_briefly();
        } else {
            sched_yield();
        }
    }
}
