/*
 * The monitor: one thread beside the workers that keeps the time, so that no worker asks the clock at every step. It
 * ends the run when its time is over, carries the wish to leave between ranks, and tells the progress.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ranks.h"
#include "run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TICK_SECONDS 0.02
#define PROGRESS_SECONDS 0.2
#define RATE_SECONDS 5.0 /* over which the rate is averaged */

void lab_run_halt(lab_run *run, lab_halt why) {
    int present = atomic_load(&run->halt);
    while (present < (int)why && !atomic_compare_exchange_weak(&run->halt, &present, (int)why)) {}
}

void lab_run_warn(lab_run *run, ons_text *warnings) {
    char *line = warnings->data, *rest = NULL;
    pthread_mutex_lock(&run->warning);
    for (line = line ? strtok_r(line, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest)) {
        if (run->options->warning) { run->options->warning(run->options->data, line); }
    }
    pthread_mutex_unlock(&run->warning);
    ons_text_free(warnings);
}

static const char *phase(lab_run *run, double measured) {
    if (atomic_load(&run->writing)) { return "writing"; }
    return atomic_load(&run->warming) > 0 && measured == 0.0 ? "warming up" : "measuring";
}

/* The steps that all ranks have made and measured. */
static void sum_over_ranks(lab_monitor *monitor, uint64_t sums[LAB_RANKS_SUMS]) {
    const lab_run *run = monitor->run;
    uint64_t more[LAB_RANKS_SUMS];
    sums[0] = atomic_load(&run->made);
    sums[1] = atomic_load(&run->measured);
    if (run->ranks->size == 1) { return; }
    for (int k = 0; k < LAB_RANKS_SUMS; k++) {
        more[k] = sums[k] - monitor->told[k];
        monitor->told[k] = sums[k];
    }
    run->ranks->add(more, sums);
}

static void tell_progress(lab_monitor *monitor, double now) {
    lab_run *run = monitor->run;
    uint64_t sums[LAB_RANKS_SUMS];
    sum_over_ranks(monitor, sums);
    const uint64_t made = sums[0];
    const double measured = (double)sums[1];
    const double interval = now - monitor->shown;
    if (interval > 0.0) {
        const double lately = (double)(made - monitor->made) / interval, weight = 1.0 - exp(-interval / RATE_SECONDS);
        monitor->rate = monitor->rate > 0.0 ? monitor->rate + weight * (lately - monitor->rate) : lately;
    }
    monitor->made = made;
    monitor->shown = now;
    if (!run->options->progress) { return; }
    const ons_progress progress = {.done = measured,
                                   .total = run->total,
                                   .seconds = now - run->begin,
                                   .rate = monitor->rate,
                                   .worst_error = atomic_load(&run->worst_error),
                                   .phase = phase(run, measured)};
    run->options->progress(run->options->data, &progress);
}

static void tick(lab_monitor *monitor) {
    lab_run *run = monitor->run;
    const double now = ons_seconds();
    atomic_fetch_add(&run->tick, 1);
    if (run->options->stop && *run->options->stop) { lab_run_halt(run, LAB_INTERRUPTED); }
    if (run->job->time > 0.0 && now - run->begin >= run->job->time) { lab_run_halt(run, LAB_TIME_OVER); }
    if (run->ranks->size > 1) { lab_run_halt(run, (lab_halt)run->ranks->tell_halt(atomic_load(&run->halt))); }
    if (now - monitor->shown >= PROGRESS_SECONDS) { tell_progress(monitor, now); }
}

static void *watch(void *argument) {
    lab_monitor *monitor = argument;
    pthread_mutex_lock(&monitor->lock);
    while (!monitor->over) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += (long)(TICK_SECONDS * 1e9);
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (pthread_cond_timedwait(&monitor->wake, &monitor->lock, &until) == ETIMEDOUT && !monitor->over) {
            pthread_mutex_unlock(&monitor->lock);
            tick(monitor);
            pthread_mutex_lock(&monitor->lock);
        }
    }
    pthread_mutex_unlock(&monitor->lock);
    return NULL;
}

ons_status lab_monitor_start(lab_monitor *monitor, lab_run *run) {
    pthread_condattr_t attributes;
    *monitor = (lab_monitor){.run = run, .shown = run->begin};
    pthread_mutex_init(&monitor->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&monitor->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    const int error = pthread_create(&monitor->thread, NULL, watch, monitor);
    if (error != 0) { return ons_fail(ONS_FAILED, "cannot start a thread: %s", strerror(error)); }
    monitor->running = true;
    return ONS_OK;
}

void lab_monitor_stop(lab_monitor *monitor) {
    if (!monitor->running) { return; }
    pthread_mutex_lock(&monitor->lock);
    monitor->over = true;
    pthread_cond_signal(&monitor->wake);
    pthread_mutex_unlock(&monitor->lock);
    pthread_join(monitor->thread, NULL);
    tell_progress(monitor, ons_seconds());
    pthread_cond_destroy(&monitor->wake);
    pthread_mutex_destroy(&monitor->lock);
    monitor->running = false;
}
