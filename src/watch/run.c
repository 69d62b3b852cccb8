/*
 * The thread that sweeps. It owns the live state; commands come in and pictures, samples and numbers go out under one
 * lock, which neither side holds while it works.
 *
 * Steps are made in batches of about a millisecond, so that the clock costs nothing. A frame (picture and sample) is
 * made 30 times a second while somebody looks, less often where making it would take more than a tenth of the time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "watch.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FRAME_SECONDS (1.0 / 25)
#define UNSEEN_SECONDS 0.25 /* between samples while nobody looks */
#define LOOKING_SECONDS 2.0 /* since a page last asked */
#define FRAME_SHARE 9.0     /* sweeping takes at least so many times the time of frames */
#define BATCH_SECONDS 1e-3
#define WINDOW_SECONDS 0.5 /* over which rates are told */
#define DEBT_SECONDS 0.25  /* steps that a chosen speed may lag behind and still be made up for */

/* A sample as the page gets it. */
typedef struct row {
    uint64_t steps;
    unsigned changes;
} row;

struct watch_run {
    ons_live *live; /* the thread's own */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t go;
    int wake;
    atomic_bool wanted; /* a command waits: leave the batch, or the long step */
    atomic_bool over;   /* the end: leave also what cannot be continued */
    atomic_bool anew;   /* a reset waits: nobody wants the end of this step */

    /* The thread's own: */
    ons_picture drawn;
    bool running, broken, force, stepping;
    double speed;        /* steps a second; 0: as many as possible */
    double paced_since;  /* the steps of `speed` are counted from here */
    double paced;        /* those made since */
    uint64_t batch;      /* steps between looks at the clock */
    double next_frame;   /* when the next one is due */
    double window, busy; /* when the window of the rates began; processor seconds of sweeping in it */
    uint64_t made;       /* steps in it */

    /* Under the lock: */
    watch_command *first, *last;
    bool quit;
    bool poked;    /* somebody looks who did not before */
    double looked; /* when a page last asked for a frame */
    ons_picture picture;
    uint64_t frame;
    uint64_t samples; /* taken; the latest of them are in the ring */
    row *rows;        /* [ONS_LIVE_HISTORY] */
    double *values;   /* [ONS_LIVE_HISTORY][scalars] */
    double *latest;   /* [components] */
    size_t scalars, components;
    json_t *parameters;
    char *error;
    struct {
        uint64_t steps;
        bool running, finished;
        double speed, rate, share;
        unsigned changes;
    } shown;
};

static double processor_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void tell(const watch_run *run) {
    const uint64_t one = 1;
    const ssize_t written = write(run->wake, &one, sizeof one); /* fails only when it is signalled already */
    (void)written;
}

/* ---- sweeping -------------------------------------------------------------------------------------------------------
 */

static bool moving(const watch_run *run) { return run->running && !run->broken && !ons_live_finished(run->live); }

/* How many steps may be made now: a batch, or what the speed allows. */
static uint64_t allowed(watch_run *run, double now) {
    if (run->speed == 0) { return run->batch; }
    double due = floor((now - run->paced_since) * run->speed) - run->paced;
    if (due > run->speed * DEBT_SECONDS + 1) { /* too slow for it: forget what is lost */
        run->paced_since = now;
        run->paced = 0;
        due = 1;
    }
    return due < 1 ? 0 : due < (double)run->batch ? (uint64_t)due : run->batch;
}

static void keep_error(watch_run *run) {
    run->broken = run->force = true;
    pthread_mutex_lock(&run->lock);
    free(run->error);
    run->error = ons_copy(ons_message());
    pthread_mutex_unlock(&run->lock);
}

static void make_steps(watch_run *run, uint64_t count) {
    const double begin = ons_seconds(), busy = processor_seconds();
    uint64_t made = 0;
    ons_status status = ONS_OK;
    while (made < count && status == ONS_OK && !atomic_load_explicit(&run->wanted, memory_order_relaxed)) {
        run->stepping = true;
        status = ons_live_step(run->live);
        run->stepping = false;
        made += status == ONS_OK;
    }
    const double seconds = ons_seconds() - begin;
    run->busy += processor_seconds() - busy;
    run->made += made;
    run->paced += (double)made;
    if (status < 0) { keep_error(run); }
    if (status == ONS_DONE) { run->force = true; }
    if (seconds < BATCH_SECONDS / 2 && made == run->batch) { run->batch *= 2; }
    if (seconds > BATCH_SECONDS * 2 && run->batch > 1) { run->batch /= 2; }
}

/* ---- frames ---------------------------------------------------------------------------------------------------------
 */

/* Takes the latest sample into the ring; the lock is held. */
static void keep_sample(watch_run *run) {
    const size_t slot = run->samples % ONS_LIVE_HISTORY;
    const double *latest = ons_live_latest(run->live);
    size_t count;
    const ons_live_quantity *quantities = ons_live_quantities(run->live, &count);
    run->rows[slot] = (row){ons_live_steps(run->live), ons_live_changes(run->live)};
    for (size_t k = 0; k < count; k++) {
        if (quantities[k].history == SIZE_MAX) { continue; }
        run->values[slot * run->scalars + quantities[k].history] = latest[quantities[k].first];
    }
    memcpy(run->latest, latest, run->components * sizeof *latest);
    run->samples++;
}

static void close_window(watch_run *run, double now) {
    const double seconds = now - run->window;
    if (seconds < WINDOW_SECONDS) { return; }
    run->shown.rate = (double)run->made / seconds;
    run->shown.share = run->busy / seconds;
    run->window = now;
    run->busy = 0;
    run->made = 0;
}

/* The lock is held. */
static void show_numbers(watch_run *run, double now) {
    run->shown.steps = ons_live_steps(run->live);
    run->shown.running = run->running;
    run->shown.finished = ons_live_finished(run->live);
    run->shown.speed = run->speed;
    run->shown.changes = ons_live_changes(run->live);
    close_window(run, now);
}

/* Measures, draws where somebody looks, and hands both out. */
static void publish(watch_run *run, bool seen) {
    const double begin = ons_seconds(), cost = processor_seconds();
    ons_status status = run->broken ? ONS_DONE : ons_live_measure(run->live);
    if (status < 0) { keep_error(run); }
    const bool measured = status == ONS_OK;
    bool drawn = false;
    if (seen && measured && ons_live_has_picture(run->live)) {
        status = ons_live_picture(run->live, &run->drawn);
        drawn = status == ONS_OK;
        if (status < 0) { keep_error(run); }
    }
    const double now = ons_seconds();
    pthread_mutex_lock(&run->lock);
    if (measured) { keep_sample(run); }
    if (drawn) {
        const ons_picture old = run->picture;
        run->picture = run->drawn;
        run->drawn = old;
        run->frame++;
    }
    show_numbers(run, now);
    pthread_mutex_unlock(&run->lock);
    if (drawn) { tell(run); }
    const double least = seen ? FRAME_SECONDS : UNSEEN_SECONDS, rest = FRAME_SHARE * (processor_seconds() - cost);
    run->next_frame = fmax(begin + least, now + rest);
    run->force = false;
}

/* ---- commands -------------------------------------------------------------------------------------------------------
 */

static void begin_pace(watch_run *run) {
    run->paced_since = ons_seconds();
    run->paced = 0;
}

static ons_status set_parameters(watch_run *run, const watch_command *command) {
    const ons_status status = ons_live_change(run->live, command->count, (const char *const *)command->names,
                                              (const char *const *)command->values);
    json_t *values = status == ONS_OK ? watch_values(run->live) : NULL;
    if (values) {
        pthread_mutex_lock(&run->lock);
        json_decref(run->parameters);
        run->parameters = values;
        pthread_mutex_unlock(&run->lock);
    }
    return status;
}

static ons_status reset(watch_run *run) {
    const ons_status status = ons_live_reset(run->live);
    if (status != ONS_OK) { return status; }
    run->broken = false;
    pthread_mutex_lock(&run->lock);
    free(run->error);
    run->error = NULL;
    run->samples = 0;
    pthread_mutex_unlock(&run->lock);
    return ONS_OK;
}

static ons_status obey(watch_run *run, const watch_command *command) {
    run->force = true;
    begin_pace(run);
    switch (command->action) {
    case WATCH_RUN: run->running = true; return ONS_OK;
    case WATCH_PAUSE: run->running = false; return ONS_OK;
    case WATCH_STEP:
        run->running = false;
        for (uint64_t k = 0; k < command->steps && !run->broken && !ons_live_finished(run->live); k++) {
            if (atomic_load_explicit(&run->wanted, memory_order_relaxed)) { return ONS_OK; }
            make_steps(run, 1);
        }
        return ONS_OK;
    case WATCH_RESET: return reset(run);
    case WATCH_SPEED: run->speed = command->speed; return ONS_OK;
    case WATCH_SET: return set_parameters(run, command);
    default: return ons_fail(ONS_FAILED, "there is no such action");
    }
}

/* Obeys one command; its numbers are to be seen before it is answered. */
static void answer(watch_run *run, watch_command *command) {
    const ons_status status = obey(run, command);
    char *message = status < 0 ? ons_copy(ons_message()) : NULL;
    pthread_mutex_lock(&run->lock);
    show_numbers(run, ons_seconds());
    command->status = status;
    command->message = message;
    command->answered = true;
    pthread_mutex_unlock(&run->lock);
    tell(run);
}

/* ---- the thread -----------------------------------------------------------------------------------------------------
 */

static bool asked_to_leave(void *data) {
    const watch_run *run = data;
    return atomic_load_explicit(&run->wanted, memory_order_relaxed);
}

static bool nobody_waits(void *data) {
    const watch_run *run = data;
    return atomic_load_explicit(&run->over, memory_order_relaxed) ||
           (run->stepping && atomic_load_explicit(&run->anew, memory_order_relaxed));
}

/* When something is next to be done without being asked. */
static double next_time(const watch_run *run) {
    if (!moving(run)) { return INFINITY; }
    if (run->speed == 0) { return 0; }
    return run->paced_since + (run->paced + 1) / run->speed;
}

/* Sleeps until there is something to do; takes a command out. False: the end. The lock is held. */
static bool wait_for_work(watch_run *run, watch_command **command) {
    for (;;) {
        const double next = next_time(run), now = ons_seconds();
        if (run->quit || run->first || run->poked || run->force || next <= now) { break; }
        if (isfinite(next)) {
            struct timespec until;
            clock_gettime(CLOCK_MONOTONIC, &until);
            const double wait = fmin(next - now, 1.0);
            const long nanoseconds = until.tv_nsec + (long)(wait * 1e9) + 1;
            until.tv_sec += nanoseconds / 1000000000;
            until.tv_nsec = nanoseconds % 1000000000;
            pthread_cond_timedwait(&run->go, &run->lock, &until);
        } else {
            pthread_cond_wait(&run->go, &run->lock);
        }
    }
    *command = run->first;
    if (*command) {
        run->first = (*command)->next;
        if (!run->first) { run->last = NULL; }
        if ((*command)->action == WATCH_RESET) { atomic_store(&run->anew, false); }
    }
    atomic_store(&run->wanted, run->first != NULL || run->quit);
    run->force = run->force || run->poked;
    run->poked = false;
    return !run->quit || *command;
}

static void *sweep(void *data) {
    watch_run *run = data;
    for (;;) {
        watch_command *command = NULL;
        pthread_mutex_lock(&run->lock);
        const bool go_on = wait_for_work(run, &command);
        const bool seen = ons_seconds() - run->looked < LOOKING_SECONDS;
        pthread_mutex_unlock(&run->lock);
        if (!go_on) { return NULL; }
        if (command) { answer(run, command); }
        const double now = ons_seconds();
        const uint64_t steps = moving(run) ? allowed(run, now) : 0;
        if (steps > 0) { make_steps(run, steps); }
        if (run->force || (steps > 0 && now >= run->next_frame)) { publish(run, seen); }
    }
}

static ons_status take_memory(watch_run *run) {
    run->scalars = ons_live_scalars(run->live);
    run->components = ons_live_components(run->live);
    run->rows = ONS_NEW(row, ONS_LIVE_HISTORY);
    run->values = ONS_NEW(double, ONS_LIVE_HISTORY * run->scalars);
    run->latest = ONS_NEW(double, run->components);
    run->parameters = watch_values(run->live);
    return run->rows && run->values && run->latest && run->parameters ? ONS_OK : ONS_MEMORY;
}

static void free_run(watch_run *run) {
    ons_picture_free(&run->drawn);
    ons_picture_free(&run->picture);
    free(run->rows);
    free(run->values);
    free(run->latest);
    json_decref(run->parameters);
    free(run->error);
    pthread_cond_destroy(&run->go);
    pthread_mutex_destroy(&run->lock);
    free(run);
}

ons_status watch_run_start(watch_run **started, ons_live *live, int wake) {
    watch_run *run = ONS_NEW(watch_run, 1);
    if (!run) { return ONS_MEMORY; }
    run->live = live;
    run->wake = wake;
    run->running = run->force = true;
    run->batch = 1;
    run->window = ons_seconds();
    run->looked = -LOOKING_SECONDS;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&run->go, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&run->lock, NULL);
    begin_pace(run);
    ons_status status = take_memory(run);
    if (status == ONS_OK) {
        ons_live_interrupt(live, asked_to_leave, nobody_waits, run);
        publish(run, true); /* so that there is something from the first request on */
        if (pthread_create(&run->thread, NULL, sweep, run) != 0) {
            status = ons_fail(ONS_FAILED, "no thread could be started for the simulation");
        }
    }
    if (status != ONS_OK) {
        free_run(run);
        return status;
    }
    *started = run;
    return ONS_OK;
}

void watch_run_leave(watch_run *run) {
    pthread_mutex_lock(&run->lock);
    run->quit = true;
    atomic_store(&run->wanted, true);
    atomic_store(&run->over, true);
    pthread_cond_signal(&run->go);
    pthread_mutex_unlock(&run->lock);
}

void watch_run_stop(watch_run *run) {
    if (!run) { return; }
    watch_run_leave(run);
    pthread_join(run->thread, NULL);
    ons_live_interrupt(run->live, NULL, NULL, NULL);
    free_run(run);
}

/* ---- what the server asks -------------------------------------------------------------------------------------------
 */

void watch_run_submit(watch_run *run, watch_command *command) {
    pthread_mutex_lock(&run->lock);
    command->next = NULL;
    if (run->last) {
        run->last->next = command;
    } else {
        run->first = command;
    }
    run->last = command;
    if (command->action == WATCH_RESET) { atomic_store(&run->anew, true); }
    atomic_store(&run->wanted, true);
    pthread_cond_signal(&run->go);
    pthread_mutex_unlock(&run->lock);
}

bool watch_run_answered(watch_run *run, const watch_command *command) {
    pthread_mutex_lock(&run->lock);
    const bool answered = command->answered;
    pthread_mutex_unlock(&run->lock);
    return answered;
}

uint64_t watch_run_frame(watch_run *run) {
    const double now = ons_seconds();
    pthread_mutex_lock(&run->lock);
    if (now - run->looked >= LOOKING_SECONDS) {
        run->poked = true;
        pthread_cond_signal(&run->go);
    }
    run->looked = now;
    const uint64_t frame = run->frame;
    pthread_mutex_unlock(&run->lock);
    return frame;
}

uint64_t watch_run_picture(watch_run *run, ons_picture *picture) {
    pthread_mutex_lock(&run->lock);
    const ons_picture old = run->picture;
    run->picture = *picture;
    *picture = old;
    const uint64_t frame = run->frame;
    pthread_mutex_unlock(&run->lock);
    return frame;
}

/* [steps, changes, values...] of a sample; the lock is held. */
static json_t *sample(const watch_run *run, uint64_t number) {
    const size_t slot = number % ONS_LIVE_HISTORY;
    json_t *list = json_array();
    json_array_append_new(list, json_integer((json_int_t)run->rows[slot].steps));
    json_array_append_new(list, json_integer((json_int_t)run->rows[slot].changes));
    for (size_t k = 0; k < run->scalars; k++) {
        json_array_append_new(list, watch_number(run->values[slot * run->scalars + k]));
    }
    return list;
}

static json_t *samples_from(const watch_run *run, uint64_t after, uint64_t *from) {
    const uint64_t oldest = run->samples > ONS_LIVE_HISTORY ? run->samples - ONS_LIVE_HISTORY : 0;
    *from = after > run->samples ? 0 : after; /* a page that was there before a reset */
    if (*from < oldest) { *from = oldest; }
    json_t *list = json_array();
    for (uint64_t k = *from; k < run->samples; k++) { json_array_append_new(list, sample(run, k)); }
    return list;
}

/* The latest values of arrays, by the index of the quantity. */
static json_t *arrays(const watch_run *run) {
    json_t *all = json_object();
    size_t count;
    const ons_live_quantity *quantities = ons_live_quantities(run->live, &count); /* these never change */
    for (size_t k = 0; k < count; k++) {
        if (quantities[k].size == 1) { continue; }
        json_t *list = json_array();
        const size_t most = quantities[k].size < 4096 ? quantities[k].size : 4096;
        for (size_t c = 0; c < most; c++) {
            json_array_append_new(list, watch_number(run->latest[quantities[k].first + c]));
        }
        json_object_set_new(all, quantities[k].described->name, list);
    }
    return all;
}

json_t *watch_run_report(watch_run *run, uint64_t after) {
    pthread_mutex_lock(&run->lock);
    uint64_t from;
    json_t *samples = samples_from(run, after, &from);
    json_t *report = json_pack("{s:I, s:b, s:b, s:f, s:o, s:o, s:I, s:I, s:O, s:o, s:I, s:o, s:o}", "steps",
                               (json_int_t)run->shown.steps, "running", (int)run->shown.running, "finished",
                               (int)run->shown.finished, "speed", run->shown.speed, "rate",
                               watch_number(run->shown.rate), "share", watch_number(run->shown.share), "changes",
                               (json_int_t)run->shown.changes, "frame", (json_int_t)run->frame, "parameters",
                               run->parameters, "error", run->error ? json_string(run->error) : json_null(), "from",
                               (json_int_t)from, "samples", samples, "arrays", arrays(run));
    pthread_mutex_unlock(&run->lock);
    return report;
}
