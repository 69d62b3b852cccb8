/*
 * The life of a watched run: the state, the thread that sweeps it, and the server of its page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "watch.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct ons_watch {
    ons_live *live;
    json_t *description;
    int wake; /* an eventfd */
    watch_run *run;
    watch_server *server;
};

static ons_status start(ons_watch *watch, const ons_job *job, const ons_system *system,
                        const ons_watch_options *options) {
    ons_status status = ons_live_create(&watch->live, job, options->threads ? options->threads : 1);
    if (status != ONS_OK) { return status; }
    watch->description = watch_describe(watch->live, system, options);
    if (!watch->description) { return ons_fail(ONS_MEMORY, "out of memory for the page"); }
    watch->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (watch->wake < 0) { return ons_fail(ONS_FAILED, "no event descriptor for the page: %s", strerror(errno)); }
    status = watch_run_start(&watch->run, watch->live, watch->wake);
    if (status != ONS_OK) { return status; }
    return watch_server_start(&watch->server, options->port, watch->run, watch->wake, watch->description);
}

ons_status ons_watch_start(ons_watch **started, const ons_job *job, const ons_system *system,
                           const ons_watch_options *options) {
    *started = NULL;
    if (options->port < 0 || options->port > 65535) {
        return ons_fail(ONS_INVALID, "a port is a whole number from 0 (any that is free) to 65535, not %d",
                        options->port);
    }
    ons_watch *watch = ONS_NEW(ons_watch, 1);
    if (!watch) { return ONS_MEMORY; }
    watch->wake = -1;
    const ons_status status = start(watch, job, system, options);
    if (status != ONS_OK) {
        ons_watch_free(watch);
        return status;
    }
    *started = watch;
    return ONS_OK;
}

int ons_watch_port(const ons_watch *watch) { return watch_server_port(watch->server); }

ons_status ons_watch_serve(ons_watch *watch, const volatile sig_atomic_t *stop) {
    return watch_server_serve(watch->server, stop);
}

void ons_watch_end(ons_watch *watch) { watch_server_end(watch->server); }

void ons_watch_free(ons_watch *watch) {
    if (!watch) { return; }
    if (watch->run) { watch_run_leave(watch->run); } /* connections wait for the answers to their commands */
    watch_server_stop(watch->server);
    watch_run_stop(watch->run);
    if (watch->wake >= 0) { close(watch->wake); }
    json_decref(watch->description);
    ons_live_free(watch->live);
    free(watch);
}
