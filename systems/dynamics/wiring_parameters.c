/*
 * The graphs of networks of nodes, as parameters of systems.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "wiring_parameters.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

enum { LARGEST_FILE = 1 << 30 };

/* The next whole number of a line; false: there is none. */
static bool number(const char **at, uint32_t *value) {
    while (**at == ' ' || **at == '\t' || **at == ',') { ++*at; }
    uint64_t found = 0;
    const char *const begin = *at;
    for (; isdigit((unsigned char)**at) && found < UINT32_MAX; ++*at) { found = 10 * found + (uint64_t)(**at - '0'); }
    *value = (uint32_t)found;
    return *at > begin && found < UINT32_MAX;
}

static ons_status read_links(const char *path, const char *text, uint32_t **edges, size_t *count, uint32_t *nodes) {
    size_t capacity = 0, line = 1;
    for (const char *at = text; *at; line++) {
        while (*at == ' ' || *at == '\t') { at++; }
        if (*at != '#' && *at != '\n' && *at != '\r' && *at) {
            if (ons_grow((void **)edges, &capacity, 2 * (*count + 1), sizeof **edges)) { return ONS_MEMORY; }
            uint32_t *link = *edges + 2 * *count;
            const bool pair = number(&at, &link[0]) && number(&at, &link[1]);
            while (*at == ' ' || *at == '\t' || *at == '\r') { at++; }
            if (!pair || (*at && *at != '\n' && *at != '#')) {
                return ons_fail(ONS_INVALID, "%s:%zu: expected a link, two numbers of nodes from 0", path, line);
            }
            for (int end = 0; end < 2; end++) { *nodes = link[end] >= *nodes ? link[end] + 1 : *nodes; }
            ++*count;
        }
        while (*at && *at != '\n') { at++; }
        at += *at == '\n';
    }
    return *count > 0 ? ONS_OK : ons_fail(ONS_INVALID, "%s: no links in it", path);
}

static ons_status open_file(ons_wiring **wiring, const char *path) {
    char *text = NULL;
    uint32_t *edges = NULL, nodes = 0;
    size_t bytes, count = 0;
    ons_status status = ons_file_read(path, LARGEST_FILE, &text, &bytes);
    if (!status) { status = read_links(path, text, &edges, &count, &nodes); }
    if (!status) { status = ons_wiring_edges(wiring, nodes, edges, count); }
    free(text);
    free(edges);
    return status;
}

static uint32_t side_of(const ons_parameters *p) { return (uint32_t)llrint(sqrt((double)ons_integer(p, "N"))); }

ons_status wiring_open(ons_wiring **wiring, const ons_parameters *p, ons_random *random) {
    *wiring = NULL;
    const int kind = ons_choice(p, "graph");
    if (kind < 0) { return open_file(wiring, ons_string(p, "graph")); }
    const uint32_t nodes = (uint32_t)ons_integer(p, "N");
    switch (kind) {
    case WIRING_RING: return ons_wiring_ring(wiring, nodes, (uint32_t)ons_integer(p, "reach"));
    case WIRING_TORUS: return ons_wiring_torus(wiring, side_of(p), side_of(p));
    case WIRING_COMPLETE: return ons_wiring_complete(wiring, nodes);
    default: break;
    }
    for (int attempt = 0; attempt < 1000; attempt++) {
        const ons_status status = ons_wiring_regular(wiring, nodes, (uint32_t)ons_integer(p, "degree"), random);
        if (status || ons_wiring_connected(*wiring)) { return status; }
        ons_wiring_free(*wiring);
        *wiring = NULL;
    }
    return ons_fail(ONS_FAILED, "no connected graph with these degrees was found");
}

/* What the engine would refuse, before any memory is taken. */
static ons_status check_sizes(const ons_parameters *p, double *links) {
    const int64_t nodes = ons_integer(p, "N");
    const int kind = ons_choice(p, "graph");
    if (kind == WIRING_TORUS) {
        const int64_t side = side_of(p);
        if (side * side != nodes || side < 3) {
            return ons_fail(ONS_INVALID, "N = %lld: the nodes of a torus are a square number from 9, as %lld",
                            (long long)nodes, (long long)(side < 3 ? 9 : side * side));
        }
    }
    if (kind == WIRING_RING && 2 * ons_integer(p, "reach") >= nodes) {
        return ons_fail(ONS_INVALID, "reach = %lld: less than half of the %lld nodes of the ring can be heard",
                        (long long)ons_integer(p, "reach"), (long long)nodes);
    }
    if (kind == WIRING_REGULAR && (ons_integer(p, "degree") >= nodes || nodes * ons_integer(p, "degree") % 2)) {
        return ons_fail(ONS_INVALID, "degree = %lld: it must be less than N = %lld, and their product must be even",
                        (long long)ons_integer(p, "degree"), (long long)nodes);
    }
    *links = (double)nodes * (kind == WIRING_RING      ? (double)ons_integer(p, "reach")
                              : kind == WIRING_TORUS   ? 2
                              : kind == WIRING_REGULAR ? 0.5 * (double)ons_integer(p, "degree")
                                                       : 0);
    return ONS_OK;
}

ons_status wiring_check(const ons_parameters *p, double *nodes, double *bytes, bool *connected) {
    double links = 0;
    *connected = true;
    if (ons_choice(p, "graph") >= 0) {
        const ons_status status = check_sizes(p, &links);
        *nodes = (double)ons_integer(p, "N");
        *bytes = 8 * *nodes + 20 * links;
        return status;
    }
    ons_wiring *wiring;
    const ons_status status = open_file(&wiring, ons_string(p, "graph"));
    if (status) { return status; }
    *nodes = wiring->nodes;
    *bytes = 8 * *nodes + 20 * (double)wiring->links;
    *connected = ons_wiring_connected(wiring);
    ons_wiring_free(wiring);
    return ONS_OK;
}

ons_status wiring_picture(const ons_parameters *p, size_t nodes, const uint8_t *rgb, ons_picture *picture) {
    if (ons_choice(p, "graph") == WIRING_TORUS) {
        return ons_picture_lattice(picture, 2, (size_t[]){side_of(p), side_of(p)}, rgb);
    }
    return ons_picture_lattice(picture, 1, &nodes, rgb);
}
