/*
 * The server of the live page: libmicrohttpd on 127.0.0.1, driven by one loop of ours, so that everything here happens
 * in one thread.
 *
 * A request that must wait (a command until the run has answered it, a frame until there is a newer one) is suspended
 * and resumed by the loop. A connection that sends or takes nothing, or too slowly, is shut after some seconds; sooner
 * where there is no room for new ones, so that neither slow nor many connections keep the page away for long.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 128        /* at one time */
#define CROWDED 112            /* from here on the idle ones must go */
#define CONNECTION_BYTES 32768 /* of headers and buffers */
#define BODY_BYTES 8192        /* of what a page posts */
#define LOOP_MILLISECONDS 100  /* the longest sleep of the loop */
#define IDLE_SECONDS 10.0      /* without a request, or with one that does not come to its end */
#define CROWDED_SECONDS 0.25   /* the same for a connection that never made a request, where it is crowded */
#define FRAME_WAIT_SECONDS 1.0 /* for a newer frame */

/* One connection; they form a list. */
typedef struct visit {
    int socket;
    double since; /* it was opened, began its request, or ended the one before */
    bool waiting; /* suspended */
    bool served;  /* has made a request */
    bool shut;
    struct visit *next, **link;
} visit;

/* One request. */
typedef struct request {
    struct MHD_Connection *connection;
    visit *visit;
    char body[BODY_BYTES];
    size_t length;
    watch_command *command; /* handed to the run */
    bool frame;             /* waits for a frame after this one: */
    uint64_t after;
    double until;
    struct request *next, **link; /* of those that wait */
} request;

struct watch_server {
    struct MHD_Daemon *daemon;
    watch_run *run;
    json_t *description;
    int port, wake;
    atomic_bool ended;
    char token[WATCH_TOKEN + 1];
    visit *visits;
    size_t crowd; /* connections */
    request *waiting;
    ons_picture picture; /* the latest one taken from the run */
    uint64_t frame;      /* its number */
    struct MHD_Response *encoded;
};

/* ---- answers --------------------------------------------------------------------------------------------------------
 */

static void add_headers(struct MHD_Response *response, const char *type) {
    static const char *const headers[][2] = {
        {"Cache-Control", "no-store"},
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
         "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"},
    };
    for (size_t k = 0; k < sizeof headers / sizeof *headers; k++) {
        MHD_add_response_header(response, headers[k][0], headers[k][1]);
    }
    if (type) { MHD_add_response_header(response, "Content-Type", type); }
}

static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned code, struct MHD_Response *response) {
    if (!response) { return MHD_NO; }
    const enum MHD_Result result = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return result;
}

/* `bytes` are copied. */
static enum MHD_Result send_bytes(struct MHD_Connection *connection, unsigned code, const char *type, const void *bytes,
                                  size_t count) {
    char *copy = ONS_NEW(char, count);
    if (!copy) { return MHD_NO; }
    memcpy(copy, bytes, count);
    struct MHD_Response *response = MHD_create_response_from_buffer(count, copy, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        free(copy);
        return MHD_NO;
    }
    add_headers(response, type);
    return send_response(connection, code, response);
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned code, const char *why) {
    return send_bytes(connection, code, "text/plain; charset=utf-8", why, strlen(why));
}

static enum MHD_Result send_json(struct MHD_Connection *connection, unsigned code, json_t *document) {
    char *text = document ? json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;
    json_decref(document);
    if (!text) { return MHD_NO; }
    const enum MHD_Result result = send_bytes(connection, code, "application/json", text, strlen(text));
    free(text);
    return result;
}

/* The page, with the token in the place that it has for it. */
static enum MHD_Result send_asset(const watch_server *server, struct MHD_Connection *connection,
                                  const watch_asset *asset) {
    static const char mark[] = "{{TOKEN}}";
    const char *bytes = (const char *)asset->bytes;
    const char *place = strcmp(asset->path, "/") == 0 ? memmem(bytes, asset->count, mark, sizeof mark - 1) : NULL;
    if (!place) { return send_bytes(connection, MHD_HTTP_OK, asset->type, bytes, asset->count); }
    ons_text page = {0};
    ons_text_add_bytes(&page, bytes, (size_t)(place - bytes));
    ons_text_add(&page, "%s", server->token);
    place += sizeof mark - 1;
    ons_text_add_bytes(&page, place, asset->count - (size_t)(place - bytes));
    const enum MHD_Result result =
        page.failed ? MHD_NO : send_bytes(connection, MHD_HTTP_OK, asset->type, page.data, page.length);
    ons_text_free(&page);
    return result;
}

/* ---- frames ---------------------------------------------------------------------------------------------------------
 */

/* Encodes the latest picture, once for all pages. */
static ons_status encode_latest(watch_server *server) {
    if (server->encoded && watch_run_frame(server->run) == server->frame) { return ONS_OK; }
    char *bytes = NULL;
    size_t count = 0;
    server->frame = watch_run_picture(server->run, &server->picture);
    const ons_status status = watch_frame_encode(&server->picture, server->frame, &bytes, &count);
    if (status != ONS_OK) { return status; }
    if (server->encoded) { MHD_destroy_response(server->encoded); }
    server->encoded = MHD_create_response_from_buffer(count, bytes, MHD_RESPMEM_MUST_FREE);
    if (!server->encoded) {
        free(bytes);
        return ONS_MEMORY;
    }
    add_headers(server->encoded, "application/octet-stream");
    return ONS_OK;
}

static enum MHD_Result send_frame(watch_server *server, request *asked) {
    const uint64_t frame = watch_run_frame(server->run);
    if (frame == 0 || frame == asked->after) {
        return send_response(asked->connection, MHD_HTTP_NO_CONTENT,
                             MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT));
    }
    if (encode_latest(server) != ONS_OK) {
        return refuse(asked->connection, MHD_HTTP_INTERNAL_SERVER_ERROR, ons_message());
    }
    return MHD_queue_response(asked->connection, MHD_HTTP_OK, server->encoded);
}

/* ---- requests that wait ---------------------------------------------------------------------------------------------
 */

static void suspend(watch_server *server, request *asked) {
    asked->next = server->waiting;
    asked->link = &server->waiting;
    if (asked->next) { asked->next->link = &asked->next; }
    server->waiting = asked;
    asked->visit->waiting = true;
    MHD_suspend_connection(asked->connection);
}

static bool ready(const watch_server *server, const request *asked, double now) {
    if (asked->command) { return watch_run_answered(server->run, asked->command); }
    return now >= asked->until || watch_run_frame(server->run) != asked->after;
}

static void resume_ready(watch_server *server) {
    const double now = ons_seconds();
    for (request *asked = server->waiting, *next; asked; asked = next) {
        next = asked->next;
        if (!ready(server, asked, now)) { continue; }
        if (asked->link) { *asked->link = next; }
        if (next) { next->link = asked->link; }
        asked->link = NULL;
        asked->visit->waiting = false;
        asked->visit->since = now;
        MHD_resume_connection(asked->connection);
    }
}

/* ---- what may be asked ----------------------------------------------------------------------------------------------
 */

typedef struct headers {
    int port;
    size_t hosts;
    bool foreign_host, foreign_origin;
} headers;

static enum MHD_Result look_at_header(void *data, enum MHD_ValueKind kind, const char *key, const char *value) {
    headers *seen = data;
    (void)kind;
    if (strcasecmp(key, MHD_HTTP_HEADER_HOST) == 0) {
        seen->hosts++;
        seen->foreign_host |= !watch_host_allowed(value, seen->port);
    }
    if (strcasecmp(key, MHD_HTTP_HEADER_ORIGIN) == 0) {
        seen->foreign_origin |= !watch_origin_allowed(value, seen->port);
    }
    return MHD_YES;
}

static bool is_foreign(const watch_server *server, struct MHD_Connection *connection) {
    headers seen = {.port = server->port};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, look_at_header, &seen);
    return seen.hosts != 1 || seen.foreign_host || seen.foreign_origin;
}

/* A whole number from 0 of the query; 0 where there is none. */
static uint64_t query_number(struct MHD_Connection *connection, const char *name) {
    const char *text = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
    int64_t number;
    return text && ons_parse_integer(text, &number) == ONS_OK && number > 0 ? (uint64_t)number : 0;
}

static enum MHD_Result answer_get(watch_server *server, request *asked, const char *path) {
    struct MHD_Connection *connection = asked->connection;
    for (const watch_asset *asset = watch_assets; asset->path; asset++) {
        if (strcmp(path, asset->path) == 0) { return send_asset(server, connection, asset); }
    }
    if (strcmp(path, "/system") == 0) { return send_json(connection, MHD_HTTP_OK, json_incref(server->description)); }
    if (strcmp(path, "/state") == 0) {
        return send_json(connection, MHD_HTTP_OK, watch_run_report(server->run, query_number(connection, "after")));
    }
    if (strcmp(path, "/frame") == 0) {
        if (asked->frame) { return send_frame(server, asked); }
        asked->frame = true;
        asked->after = query_number(connection, "after");
        asked->until = ons_seconds() + FRAME_WAIT_SECONDS;
        if (watch_run_frame(server->run) != asked->after) { return send_frame(server, asked); }
        suspend(server, asked);
        return MHD_YES;
    }
    return refuse(connection, MHD_HTTP_NOT_FOUND, "there is no such page\n");
}

/* Before the body of an action is read. 0: it may come. */
static unsigned check_action(const watch_server *server, struct MHD_Connection *connection, const char **why) {
    const char *token = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "X-Onsager-Token");
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    int64_t bytes;
    if (!watch_token_equal(server->token, token)) {
        *why = "an action needs the token of the page\n";
        return MHD_HTTP_FORBIDDEN;
    }
    if (!type || strncasecmp(type, "application/json", 16) != 0) {
        *why = "an action is application/json\n";
        return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
    }
    if (length && (ons_parse_integer(length, &bytes) != ONS_OK || bytes > BODY_BYTES)) {
        *why = "the body is too long\n";
        return MHD_HTTP_CONTENT_TOO_LARGE;
    }
    return 0;
}

static enum MHD_Result send_answer(request *asked) {
    const watch_command *command = asked->command;
    if (command->status >= 0) { return send_json(asked->connection, MHD_HTTP_OK, json_pack("{s:b}", "done", 1)); }
    return send_json(asked->connection,
                     command->status == ONS_INVALID ? MHD_HTTP_UNPROCESSABLE_CONTENT : MHD_HTTP_INTERNAL_SERVER_ERROR,
                     json_pack("{s:s}", "message", command->message ? command->message : "out of memory"));
}

/* The whole body is here. */
static enum MHD_Result answer_action(watch_server *server, request *asked) {
    if (asked->command) { return send_answer(asked); }
    const ons_status status = watch_command_read(&asked->command, asked->body, asked->length);
    if (status != ONS_OK) {
        return send_json(asked->connection, MHD_HTTP_BAD_REQUEST, json_pack("{s:s}", "message", ons_message()));
    }
    watch_run_submit(server->run, asked->command);
    suspend(server, asked);
    return MHD_YES;
}

/* The headers are here: what can be refused by them is refused; else *begun waits for the body. */
static enum MHD_Result begin_request(watch_server *server, struct MHD_Connection *connection, const char *path,
                                     const char *method, request **begun) {
    const bool post = strcmp(method, MHD_HTTP_METHOD_POST) == 0, action = strcmp(path, "/action") == 0;
    const char *why = "";
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (!info || !info->socket_context) { return MHD_NO; }
    if (is_foreign(server, connection)) {
        return refuse(connection, MHD_HTTP_FORBIDDEN, "this page is for its own address alone\n");
    }
    if (action ? !post : strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "this method does nothing here\n");
    }
    const unsigned code = action ? check_action(server, connection, &why) : 0;
    if (code) { return refuse(connection, code, why); }
    request *asked = ONS_NEW(request, 1);
    if (!asked) { return MHD_NO; }
    asked->connection = connection;
    asked->visit = info->socket_context;
    asked->visit->since = ons_seconds();
    asked->visit->served = true;
    *begun = asked;
    return MHD_YES;
}

static enum MHD_Result handle(void *data, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *upload, size_t *upload_count, void **context) {
    watch_server *server = data;
    request *asked = *context;
    (void)version;
    if (!asked) {
        const enum MHD_Result result = begin_request(server, connection, path, method, &asked);
        *context = asked;
        return result;
    }
    if (*upload_count > 0) {
        if (*upload_count > sizeof asked->body - asked->length) { return MHD_NO; }
        memcpy(asked->body + asked->length, upload, *upload_count);
        asked->length += *upload_count;
        *upload_count = 0;
        return MHD_YES;
    }
    return strcmp(path, "/action") == 0 ? answer_action(server, asked) : answer_get(server, asked, path);
}

static void end_request(void *data, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code) {
    request *asked = *context;
    (void)data;
    (void)connection;
    (void)code;
    if (!asked) { return; }
    asked->visit->since = ons_seconds();
    watch_command_free(asked->command); /* answered: a connection is not ended while it is suspended */
    free(asked);
    *context = NULL;
}

/* ---- connections ----------------------------------------------------------------------------------------------------
 */

static void note_connection(void *data, struct MHD_Connection *connection, void **context,
                            enum MHD_ConnectionNotificationCode code) {
    watch_server *server = data;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        visit *gone = *context;
        if (!gone) { return; }
        if (gone->link) { *gone->link = gone->next; }
        if (gone->next) { gone->next->link = gone->link; }
        free(gone);
        *context = NULL;
        server->crowd--;
        return;
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    visit *come = info ? ONS_NEW(visit, 1) : NULL;
    *context = come; /* without one its requests are refused */
    if (!come) { return; }
    come->socket = info->connect_fd;
    come->since = ons_seconds();
    come->next = server->visits;
    come->link = &server->visits;
    if (come->next) { come->next->link = &come->next; }
    server->visits = come;
    server->crowd++;
}

/* The library sees the end of these connections at its next turn. */
static void shut_idle(watch_server *server) {
    const double now = ons_seconds();
    const bool crowded = server->crowd >= CROWDED;
    for (visit *one = server->visits; one; one = one->next) {
        const double most = crowded && !one->served ? CROWDED_SECONDS : IDLE_SECONDS;
        if (one->waiting || one->shut || now - one->since < most) { continue; }
        shutdown(one->socket, SHUT_RDWR);
        one->shut = true;
    }
}

/* ---- life -----------------------------------------------------------------------------------------------------------
 */

/* A socket on 127.0.0.1, and on nothing else. */
static ons_status listen_on(int port, int *socket_made, int *port_had) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof address;
    const int one = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) { return ons_fail(ONS_FAILED, "no socket for the page: %s", strerror(errno)); }
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, SOMAXCONN) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        const ons_status status =
            ons_fail(ONS_INVALID, "127.0.0.1:%d cannot be listened on: %s", port, strerror(errno));
        close(listener);
        return status;
    }
    *socket_made = listener;
    *port_had = ntohs(address.sin_port);
    return ONS_OK;
}

ons_status watch_server_start(watch_server **started, int port, watch_run *run, int wake, json_t *description) {
    int listener = -1;
    watch_server *server = ONS_NEW(watch_server, 1);
    if (!server) { return ONS_MEMORY; }
    server->run = run;
    server->wake = wake;
    server->description = description;
    ons_status status = watch_token_draw(server->token);
    if (status == ONS_OK) { status = listen_on(port, &listener, &server->port); }
    if (status == ONS_OK) {
        server->daemon = MHD_start_daemon(
            MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, server, MHD_OPTION_LISTEN_SOCKET, listener,
            MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
            MHD_OPTION_NOTIFY_COMPLETED, end_request, server, MHD_OPTION_NOTIFY_CONNECTION, note_connection, server,
            MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
        if (!server->daemon) {
            close(listener);
            status = ons_fail(ONS_FAILED, "the server of the page cannot be started");
        }
    }
    if (status != ONS_OK) {
        free(server);
        return status;
    }
    *started = server;
    return ONS_OK;
}

int watch_server_port(const watch_server *server) { return server->port; }

ons_status watch_server_serve(watch_server *server, const volatile sig_atomic_t *stop) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd watched[] = {{.fd = info->epoll_fd, .events = POLLIN}, {.fd = server->wake, .events = POLLIN}};
    while (!(stop && *stop) && !atomic_load(&server->ended)) {
        MHD_UNSIGNED_LONG_LONG wait = LOOP_MILLISECONDS;
        if (MHD_get_timeout(server->daemon, &wait) != MHD_YES || wait > LOOP_MILLISECONDS) { wait = LOOP_MILLISECONDS; }
        if (poll(watched, 2, (int)wait) < 0 && errno != EINTR) {
            return ons_fail(ONS_FAILED, "the server of the page is lost: %s", strerror(errno));
        }
        uint64_t told;
        const ssize_t drained = read(server->wake, &told, sizeof told); /* does not block */
        (void)drained;
        resume_ready(server);
        if (MHD_run(server->daemon) != MHD_YES) {
            return ons_fail(ONS_FAILED, "the server of the page has broken down");
        }
        shut_idle(server);
    }
    return ONS_OK;
}

void watch_server_end(watch_server *server) {
    const uint64_t one = 1;
    atomic_store(&server->ended, true);
    const ssize_t written = write(server->wake, &one, sizeof one); /* fails only when it is signalled already */
    (void)written;
}

void watch_server_stop(watch_server *server) {
    if (!server) { return; }
    while (server->waiting) { /* suspended connections cannot be closed; all commands are answered within a step */
        for (request *asked = server->waiting; asked; asked = asked->next) { asked->until = 0; }
        resume_ready(server);
        if (server->waiting) { usleep(1000); }
    }
    MHD_run(server->daemon);
    MHD_stop_daemon(server->daemon);
    if (server->encoded) { MHD_destroy_response(server->encoded); }
    ons_picture_free(&server->picture);
    free(server);
}
