/*
 * Who may ask what of the live page: names of this server, and the token that guards actions.
 *
 * A page of another site can make a browser send requests to 127.0.0.1. It cannot choose the Host header (against DNS
 * rebinding, where its own name resolves to 127.0.0.1), cannot hide its Origin when it posts, and cannot read our page,
 * in which the token stands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "watch.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

ons_status watch_token_draw(char token[WATCH_TOKEN + 1]) {
    unsigned char bytes[WATCH_TOKEN / 2];
    size_t have = 0;
    while (have < sizeof bytes) {
        const ssize_t got = getrandom(bytes + have, sizeof bytes - have, 0);
        if (got < 0 && errno != EINTR) {
            return ons_fail(ONS_FAILED, "no random numbers for the token of the page: %s", strerror(errno));
        }
        have += got > 0 ? (size_t)got : 0;
    }
    for (size_t k = 0; k < sizeof bytes; k++) { snprintf(token + 2 * k, 3, "%02x", bytes[k]); }
    return ONS_OK;
}

bool watch_token_equal(const char *token, const char *given) {
    if (!given || strlen(given) != WATCH_TOKEN) { return false; }
    volatile unsigned char different = 0;
    for (size_t k = 0; k < WATCH_TOKEN; k++) { different |= (unsigned char)(token[k] ^ given[k]); }
    return different == 0;
}

bool watch_host_allowed(const char *host, int port) {
    char name[32];
    if (!host) { return false; }
    snprintf(name, sizeof name, "127.0.0.1:%d", port);
    if (strcmp(host, name) == 0) { return true; }
    snprintf(name, sizeof name, "localhost:%d", port);
    return strcasecmp(host, name) == 0;
}

bool watch_origin_allowed(const char *origin, int port) {
    static const char scheme[] = "http://";
    return origin && strncasecmp(origin, scheme, sizeof scheme - 1) == 0 &&
           watch_host_allowed(origin + sizeof scheme - 1, port);
}
