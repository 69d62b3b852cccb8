/*
 * Inside the room: one thread sweeps and owns the live state; another one serves the page; between them stands a
 * watch_run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONS_WATCH_ROOM_H
#define ONS_WATCH_ROOM_H

#include <onsager/live.h>
#include <onsager/watch.h>

#include <jansson.h>

/* ---- command.c: what a page asks for ----------------------------------------------------------------------------
 */

typedef enum watch_action { WATCH_RUN, WATCH_PAUSE, WATCH_STEP, WATCH_RESET, WATCH_SPEED, WATCH_SET } watch_action;

typedef struct watch_command {
    watch_action action;
    uint64_t steps; /* WATCH_STEP */
    double speed;   /* WATCH_SPEED: steps a second; 0: as many as possible */
    size_t count;   /* WATCH_SET */
    char **names, **values;
    bool answered; /* by the run, which sets the next two */
    ons_status status;
    char *message;
    struct watch_command *next;
} watch_command;

/* Reads the JSON that a page has posted, {"action": "set", "parameters": {"temperature": "2.5"}} and the like.
 * ONS_INVALID says what is wrong with it. */
ons_status watch_command_read(watch_command **command, const char *bytes, size_t count);
void watch_command_free(watch_command *command);

/* ---- run.c: the thread that sweeps ------------------------------------------------------------------------------
 */

typedef struct watch_run watch_run;

/* Starts the thread. It owns `live` until watch_run_stop. `wake`: an eventfd that is written when a command is answered
 * or a frame is new. */
ons_status watch_run_start(watch_run **run, ons_live *live, int wake);
/* Asks the thread to end soon: long steps are left, and all commands answered. */
void watch_run_leave(watch_run *run);
/* Ends the thread; all commands are answered. */
void watch_run_stop(watch_run *run);

/* Hands a command over; it is the run's until `answered`. */
void watch_run_submit(watch_run *run, watch_command *command);
bool watch_run_answered(watch_run *run, const watch_command *command);

/* The number of the latest frame (from 1; 0: none). Says too that somebody looks: pictures are drawn only then. */
uint64_t watch_run_frame(watch_run *run);
/* Swaps the latest picture for *picture; its number. */
uint64_t watch_run_picture(watch_run *run, ons_picture *picture);

/* What a page shows beside the picture, with the samples whose number is `after` or more; NULL: out of memory. */
json_t *watch_run_report(watch_run *run, uint64_t after);

/* ---- describe.c: what stays the same ----------------------------------------------------------------------------
 */

/* The system, its parameters and quantities, and how to see the same again. */
json_t *watch_describe(const ons_live *live, const ons_system *system, const ons_watch_options *options);
/* The values of the parameters as they are: {"temperature": {"value": "2.5", "given": true}, ...}. */
json_t *watch_values(const ons_live *live);
/* A number; null where it is not finite. */
json_t *watch_number(double value);

/* ---- frame.c: a picture as bytes --------------------------------------------------------------------------------
 */

/* "ONSF", then little-endian 32-bit numbers: frame, width, height, colours; then a palette of `colours` x 3 bytes and
 * the indices of all pixels, row after row, 1, 2, 4 or 8 bits each (the fewest that do), first pixel in the high bits;
 * or, with colours = 0, three bytes a pixel. Pictures with more than 1,024 pixels a side are shrunk by whole factors.
 * *bytes is allocated. */
ons_status watch_frame_encode(const ons_picture *picture, uint64_t frame, char **bytes, size_t *count);

/* ---- server.c: HTTP ---------------------------------------------------------------------------------------------
 */

typedef struct watch_server watch_server;

/* Listens on 127.0.0.1:port (0: any free one). The description is borrowed. */
ons_status watch_server_start(watch_server **server, int port, watch_run *run, int wake, json_t *description);
int watch_server_port(const watch_server *server);
/* Serves until *stop is not 0 (NULL: never) or watch_server_end is called, from any thread. */
ons_status watch_server_serve(watch_server *server, const volatile sig_atomic_t *stop);
void watch_server_end(watch_server *server);
void watch_server_stop(watch_server *server);

/* ---- guard.c: who may ask what ----------------------------------------------------------------------------------
 */

#define WATCH_TOKEN 64 /* hexadecimal digits */

ons_status watch_token_draw(char token[WATCH_TOKEN + 1]);
/* In a time that does not depend on where they differ. */
bool watch_token_equal(const char *token, const char *given);
/* Whether a Host header names this server: 127.0.0.1:PORT or localhost:PORT. */
bool watch_host_allowed(const char *host, int port);
/* The same for an Origin header: http:// and such a host. */
bool watch_origin_allowed(const char *origin, int port);

/* ---- the page, embedded -----------------------------------------------------------------------------------------
 */

typedef struct watch_asset {
    const char *path; /* "/page.js" */
    const char *type; /* "text/javascript; charset=utf-8" */
    const unsigned char *bytes;
    size_t count;
} watch_asset;
extern const watch_asset watch_assets[]; /* ends with path == NULL; made from page/ at build time */

#endif
