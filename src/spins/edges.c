/*
 * Graphs from lists of edges in text: `i j [strength]` on each line, sites from 0, # begins a comment.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spins.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_FILE ((size_t)1 << 32)
#define LARGEST_SITE 4294967293

/* The edges read so far. */
typedef struct edge_list {
    uint32_t *source, *target;
    double *strength;
    size_t count, capacities[3];
    int64_t largest;
} edge_list;

typedef struct text_place {
    const char *name;
    size_t line, column;
} text_place;

/* Cuts the next word off *text (up to blank or end of line), NULL when there is none; *column counts from 1. */
static char *next_word(char **text, const char *line, size_t *column) {
    char *begin = *text + strspn(*text, " \t\r,");
    *column = (size_t)(begin - line) + 1;
    if (!*begin) {
        *text = begin;
        return NULL;
    }
    char *end = begin + strcspn(begin, " \t\r,");
    *text = *end ? end + 1 : end;
    *end = '\0';
    return begin;
}

static ons_status add_edge(edge_list *edges, int64_t source, int64_t target, double strength) {
    ons_status status = ons_grow((void **)&edges->source, &edges->capacities[0], edges->count + 1, sizeof(uint32_t));
    if (!status) {
        status = ons_grow((void **)&edges->target, &edges->capacities[1], edges->count + 1, sizeof(uint32_t));
    }
    if (!status) {
        status = ons_grow((void **)&edges->strength, &edges->capacities[2], edges->count + 1, sizeof(double));
    }
    if (status) { return status; }
    edges->source[edges->count] = (uint32_t)source;
    edges->target[edges->count] = (uint32_t)target;
    edges->strength[edges->count++] = strength;
    edges->largest = source > edges->largest ? source : edges->largest;
    edges->largest = target > edges->largest ? target : edges->largest;
    return ONS_OK;
}

static ons_status read_site(const text_place *place, const char *word, int64_t *site) {
    if (!word) {
        return ons_fail(ONS_INVALID, "%s:%zu:%zu: expected two sites and an optional coupling, 'i j [J]'", place->name,
                        place->line, place->column);
    }
    if (ons_parse_integer(word, site) != ONS_OK || *site < 0 || *site > LARGEST_SITE) {
        return ons_fail(
            ONS_INVALID,
            "%s:%zu:%zu: expected the number of a site (from 0), not '%.40s'; a lattice description has a name "
            "that ends in .yaml",
            place->name, place->line, place->column, word);
    }
    return ONS_OK;
}

static ons_status read_line(edge_list *edges, text_place *place, char *line) {
    line[strcspn(line, "#")] = '\0';
    char *rest = line;
    int64_t sites[2];
    double strength = 1;
    char *word = next_word(&rest, line, &place->column);
    if (!word) { return ONS_OK; }
    ons_status status = read_site(place, word, &sites[0]);
    if (status) { return status; }
    word = next_word(&rest, line, &place->column);
    status = read_site(place, word, &sites[1]);
    if (status) { return status; }
    if (sites[0] == sites[1]) {
        return ons_fail(ONS_INVALID, "%s:%zu:%zu: the edge joins site %lld to itself", place->name, place->line,
                        place->column, (long long)sites[0]);
    }
    word = next_word(&rest, line, &place->column);
    if (word && (ons_parse_real(word, &strength) != ONS_OK || !isfinite(strength))) {
        return ons_fail(ONS_INVALID, "%s:%zu:%zu: expected a finite number J behind the sites, not '%.40s'",
                        place->name, place->line, place->column, word);
    }
    word = next_word(&rest, line, &place->column);
    if (word) {
        return ons_fail(ONS_INVALID, "%s:%zu:%zu: nothing is expected after 'i j J', not '%.40s'", place->name,
                        place->line, place->column, word);
    }
    return add_edge(edges, sites[0], sites[1], strength);
}

static ons_status read_lines(edge_list *edges, const char *name, char *bytes, size_t count) {
    text_place place = {.name = name, .line = 1};
    const char *nul = memchr(bytes, '\0', count);
    if (nul) { return ons_fail(ONS_INVALID, "%s: the byte at %zu is 0: not a text file", name, (size_t)(nul - bytes)); }
    for (char *line = bytes; line < bytes + count; place.line++) {
        char *end = memchr(line, '\n', (size_t)(bytes + count - line));
        if (end) { *end = '\0'; }
        const ons_status status = read_line(edges, &place, line);
        if (status) { return status; }
        if (!end) { break; }
        line = end + 1;
    }
    if (!edges->count) { return ons_fail(ONS_INVALID, "%s: no edge; expected lines 'i j [J]'", name); }
    return ONS_OK;
}

/* Takes the arrays of `edges` over. */
static ons_status make_graph(ons_graph **result, edge_list *edges) {
    assert(edges->count > 0); /* read_lines refuses a text without edges */
    ons_graph *graph = ONS_NEW(ons_graph, 1);
    if (!graph) { return ONS_MEMORY; }
    graph->sites = (uint32_t)(edges->largest + 1);
    graph->bonds = edges->count;
    graph->source = edges->source;
    graph->target = edges->target;
    graph->boundary = ONS_OPEN;
    graph->common_strength = edges->strength[0];
    bool same = true;
    for (size_t b = 1; b < edges->count; b++) { same = same && edges->strength[b] == edges->strength[0]; }
    if (!same) { graph->strength = edges->strength; }
    edges->source = edges->target = NULL;
    if (!same) { edges->strength = NULL; }
    const ons_status status = spins_graph_link(graph);
    if (status) {
        ons_graph_free(graph);
        graph = NULL;
    }
    *result = graph;
    return status;
}

/* `bytes` are changed. */
static ons_status parse(ons_graph **graph, const char *name, char *bytes, size_t count) {
    *graph = NULL;
    edge_list edges = {.largest = -1};
    ons_status status = read_lines(&edges, name, bytes, count);
    if (!status && (double)edges.largest > 64.0 * (double)edges.count + 1e6) {
        status =
            ons_fail(ONS_INVALID, "%s: site %lld with only %zu edges; sites are numbered from 0 without large gaps",
                     name, (long long)edges.largest, edges.count);
    }
    if (!status) { status = make_graph(graph, &edges); }
    free(edges.source);
    free(edges.target);
    free(edges.strength);
    return status;
}

ons_status ons_graph_read(ons_graph **graph, const char *path) {
    *graph = NULL;
    char *bytes = NULL;
    size_t count = 0;
    ons_status status = ons_file_read(path, LARGEST_FILE, &bytes, &count);
    if (!status) { status = parse(graph, path, bytes, count); }
    free(bytes);
    return status;
}

ons_status ons_graph_parse(ons_graph **graph, const char *name, const char *bytes, size_t count) {
    *graph = NULL;
    char *copy = ons_copy_part(bytes, count); /* not beyond a NUL, which is refused */
    if (!copy) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    if (memchr(bytes, '\0', count)) {
        status = ons_fail(ONS_INVALID, "%s: a byte is 0: not a text file", name);
    } else {
        status = parse(graph, name, copy, count);
    }
    free(copy);
    return status;
}
