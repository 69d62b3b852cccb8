/*
 * watch: the live page of a job's only task. One thread sweeps the state (live.h); a server on 127.0.0.1 shows its
 * pictures and numbers to browsers of this computer, and takes changes of parameters from them. Nothing is stored.
 *
 * Requests must name the server by its own address, actions need a token that is drawn anew for each run and stands in
 * the page, and slow, idle or too many connections are shut: the sweeping thread never waits for any of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_WATCH_H
#define ONSAGER_WATCH_H

#include <onsager/lab.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_watch ons_watch;

typedef struct ons_watch_options {
    int port;            /* on 127.0.0.1; 0: any that is free */
    unsigned threads;    /* that the state may use; 0: one */
    const char *command; /* what shows the same, without the parameters: "onsager watch ising"; NULL: none is shown */
    bool python;         /* it is a call of Python, `onsager.watch("ising"`, to which arguments and `)` are added */
} ons_watch_options;

/* Makes the state as ons_live_create does, begins to sweep in a thread of its own, and listens. `system`: the
 * descriptor that the job was bound to; job and system must outlive the watch. ONS_INVALID also for a port that is
 * taken. */
ONS_API ons_status ons_watch_start(ons_watch **watch, const ons_job *job, const ons_system *system,
                                   const ons_watch_options *options);
/* The port: the page is at http://127.0.0.1:PORT/. */
ONS_API int ons_watch_port(const ons_watch *watch);
/* Serves the page in the calling thread until *stop is not 0 (looked at ten times a second; NULL: never) or
 * ons_watch_end is called. */
ONS_API ons_status ons_watch_serve(ons_watch *watch, const volatile sig_atomic_t *stop);
/* From any thread: ons_watch_serve returns. */
ONS_API void ons_watch_end(ons_watch *watch);
/* Ends the sweeping and closes all connections; nothing may serve any more. */
ONS_API void ons_watch_free(ons_watch *watch);

#ifdef __cplusplus
}
#endif
#endif
