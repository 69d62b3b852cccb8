/*
 * A job that is watched from another thread: the last report of its progress, and the wish to stop it. So the threads
 * that compute never wait for Python.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <pthread.h>
#include <stdlib.h>

typedef struct onsager_look {
    unsigned long count; /* of reports so far */
    double done, total, seconds, rate, worst_error;
    char phase[160];
} onsager_look;

typedef struct onsager_watch {
    volatile sig_atomic_t stop;
    pthread_mutex_t lock;
    onsager_look last;
} onsager_watch;

static onsager_watch *onsager_watch_new(void) {
    onsager_watch *watch = ONS_NEW(onsager_watch, 1);
    if (watch) { pthread_mutex_init(&watch->lock, NULL); }
    return watch;
}

static void onsager_watch_free(onsager_watch *watch) {
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

static void onsager_watch_stop(onsager_watch *watch) { watch->stop = SIGINT; }

static const volatile sig_atomic_t *onsager_watch_flag(onsager_watch *watch) { return &watch->stop; }

static void onsager_watch_look(onsager_watch *watch, onsager_look *look) {
    pthread_mutex_lock(&watch->lock);
    *look = watch->last;
    pthread_mutex_unlock(&watch->lock);
}

/* What a run is given as `data`. */
typedef struct onsager_told {
    onsager_watch *watch;
    void *warnings; /* a handle of Python */
} onsager_told;

static void onsager_told_progress(void *data, const ons_progress *progress) {
    onsager_watch *watch = ((onsager_told *)data)->watch;
    pthread_mutex_lock(&watch->lock);
    onsager_look *last = &watch->last;
    last->count++;
    last->done = progress->done;
    last->total = progress->total;
    last->seconds = progress->seconds;
    last->rate = progress->rate;
    last->worst_error = progress->worst_error;
    snprintf(last->phase, sizeof last->phase, "%s", progress->phase ? progress->phase : "");
    pthread_mutex_unlock(&watch->lock);
}

static void onsager_warning(void *data, const char *line);

/* Warnings are rare: Python keeps them at once. */
static void onsager_told_warning(void *data, const char *line) {
    onsager_warning(((onsager_told *)data)->warnings, line);
}
