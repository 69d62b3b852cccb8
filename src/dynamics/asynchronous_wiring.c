/*
 * Who hears whom: graphs from links, rings, tori, complete and random regular graphs, whether they hang together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/asynchronous.h>

#include <math.h>
#include <gsl/gsl_eigen.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void ons_wiring_free(ons_wiring *wiring) {
    if (!wiring) { return; }
    free(wiring->start);
    free(wiring->heard);
    free(wiring);
}

uint32_t ons_wiring_degree(const ons_wiring *wiring, uint32_t node) {
    return wiring->complete ? wiring->nodes - 1 : (uint32_t)(wiring->start[node + 1] - wiring->start[node]);
}

static ons_status check_links(uint32_t nodes, const uint32_t *edges, size_t count) {
    if (nodes == 0) { return ons_fail(ONS_INVALID, "a network needs nodes"); }
    for (size_t k = 0; k < count; k++) {
        const uint32_t a = edges[2 * k], b = edges[2 * k + 1];
        if (a >= nodes || b >= nodes) {
            return ons_fail(ONS_INVALID, "link %zu joins %u and %u, but the nodes are 0 .. %u", k + 1, a, b, nodes - 1);
        }
        if (a == b) { return ons_fail(ONS_INVALID, "link %zu joins node %u with itself", k + 1, a); }
    }
    return ONS_OK;
}

ons_status ons_wiring_edges(ons_wiring **wiring, uint32_t nodes, const uint32_t *edges, size_t count) {
    *wiring = NULL;
    ons_status status = check_links(nodes, edges, count);
    if (status) { return status; }
    ons_wiring *made = ONS_NEW(ons_wiring, 1);
    if (!made) { return ONS_MEMORY; }
    made->nodes = nodes;
    made->links = count;
    made->start = ONS_NEW(uint64_t, (size_t)nodes + 2);
    made->heard = ONS_NEW(uint32_t, 2 * count);
    if (!made->start || !made->heard) {
        ons_wiring_free(made);
        return ONS_MEMORY;
    }
    /* start[i + 2] counts the links of i, then start[i + 1] is where its next neighbour goes. */
    for (size_t k = 0; k < 2 * count; k++) { made->start[edges[k] + 2]++; }
    for (uint32_t i = 2; i <= nodes; i++) { made->start[i] += made->start[i - 1]; }
    for (size_t k = 0; k < 2 * count; k++) { made->heard[made->start[edges[k] + 1]++] = edges[k ^ 1]; }
    for (uint32_t i = 0; i < nodes && !status; i++) {
        uint32_t *list = made->heard + made->start[i];
        const size_t degree = made->start[i + 1] - made->start[i];
        qsort(list, degree, sizeof *list, ascending);
        for (size_t k = 1; k < degree && !status; k++) {
            if (list[k] == list[k - 1]) {
                status = ons_fail(ONS_INVALID, "nodes %u and %u are linked twice", i, list[k]);
            }
        }
    }
    if (status) {
        ons_wiring_free(made);
        return status;
    }
    *wiring = made;
    return ONS_OK;
}

ons_status ons_wiring_ring(ons_wiring **wiring, uint32_t nodes, uint32_t range) {
    *wiring = NULL;
    if (range < 1 || range >= nodes || 2 * (uint64_t)range >= nodes) {
        return ons_fail(ONS_INVALID, "a ring of %u nodes has neighbours up to a distance from 1 to %u, not %u", nodes,
                        nodes > 2 ? (nodes - 1) / 2 : 0, range);
    }
    uint32_t *edges = ONS_NEW(uint32_t, 2 * (size_t)nodes * range);
    if (!edges) { return ONS_MEMORY; }
    size_t k = 0;
    for (uint32_t i = 0; i < nodes; i++) {
        for (uint32_t d = 1; d <= range; d++) {
            edges[k++] = i;
            edges[k++] = (uint32_t)(((uint64_t)i + d) % nodes);
        }
    }
    const ons_status status = ons_wiring_edges(wiring, nodes, edges, k / 2);
    free(edges);
    return status;
}

ons_status ons_wiring_torus(ons_wiring **wiring, uint32_t rows, uint32_t columns) {
    *wiring = NULL;
    if (rows < 3 || columns < 3 || (uint64_t)rows * columns > UINT32_MAX) {
        return ons_fail(ONS_INVALID,
                        "a torus has at least 3 rows and columns and at most 4294967295 nodes, not %u x %u", rows,
                        columns);
    }
    uint32_t *edges = ONS_NEW(uint32_t, 4 * (size_t)rows * columns);
    if (!edges) { return ONS_MEMORY; }
    size_t k = 0;
    for (uint32_t y = 0; y < rows; y++) {
        for (uint32_t x = 0; x < columns; x++) {
            edges[k++] = y * columns + x;
            edges[k++] = y * columns + (x + 1) % columns;
            edges[k++] = y * columns + x;
            edges[k++] = (y + 1) % rows * columns + x;
        }
    }
    const ons_status status = ons_wiring_edges(wiring, rows * columns, edges, k / 2);
    free(edges);
    return status;
}

ons_status ons_wiring_complete(ons_wiring **wiring, uint32_t nodes) {
    *wiring = NULL;
    if (nodes < 2) { return ons_fail(ONS_INVALID, "a complete graph has at least 2 nodes, not %u", nodes); }
    *wiring = ONS_NEW(ons_wiring, 1);
    if (!*wiring) { return ONS_MEMORY; }
    **wiring = (ons_wiring){.nodes = nodes, .complete = true, .links = (uint64_t)nodes * (nodes - 1) / 2};
    return ONS_OK;
}

/* ---- random regular graphs ------------------------------------------------------------------------------------------
 */

/* Links as a table of neighbours, row by row; a place may hold its own row or a neighbour twice until it is mended. */
static uint32_t times(const uint32_t *table, uint32_t degree, uint32_t a, uint32_t b) {
    uint32_t count = 0;
    for (uint32_t k = 0; k < degree; k++) { count += table[(size_t)a * degree + k] == b; }
    return count;
}

static void replace(uint32_t *table, uint32_t degree, uint32_t row, uint32_t old, uint32_t now) {
    uint32_t *at = table + (size_t)row * degree;
    while (*at != old) { at++; }
    *at = now;
}

static bool spoiled(const uint32_t *table, uint32_t degree, const uint32_t *link) {
    return link[0] == link[1] || times(table, degree, link[0], link[1]) > 1;
}

/* Exchanges the ends of a spoiled link and another: a-b, c-d become a-d, c-b, unless that spoils anything. */
static bool mend(uint32_t *table, uint32_t degree, uint32_t *one, uint32_t *other) {
    const uint32_t a = one[0], b = one[1], c = other[0], d = other[1];
    if (a == d || c == b || times(table, degree, a, d) || times(table, degree, c, b)) { return false; }
    replace(table, degree, a, b, d);
    replace(table, degree, b, a, c);
    replace(table, degree, c, d, b);
    replace(table, degree, d, c, a);
    one[1] = d;
    other[1] = b;
    return true;
}

static ons_status regular_links(uint32_t *edges, uint32_t *table, uint32_t nodes, uint32_t degree, ons_random *random) {
    const uint32_t links = nodes / 2 * degree + (nodes % 2) * (degree / 2);
    for (uint32_t k = 0; k < 2 * links; k++) { edges[k] = k / degree; }
    for (uint32_t k = 2 * links - 1; k > 0; k--) {
        const uint32_t other = ons_random_below(random, k + 1), kept = edges[k];
        edges[k] = edges[other];
        edges[other] = kept;
    }
    uint32_t *filled = ONS_NEW(uint32_t, nodes);
    if (!filled) { return ONS_MEMORY; }
    for (uint32_t k = 0; k < 2 * links; k++) { table[(size_t)edges[k] * degree + filled[edges[k]]++] = edges[k ^ 1]; }
    free(filled);
    uint64_t left = 1000 + 100 * (uint64_t)links;
    for (uint32_t k = 0; k < links; k++) {
        while (spoiled(table, degree, edges + 2 * k)) {
            if (left-- == 0) {
                return ons_fail(ONS_FAILED, "no random graph of %u nodes with %u neighbours each was found", nodes,
                                degree);
            }
            mend(table, degree, edges + 2 * k, edges + 2 * (size_t)ons_random_below(random, links));
        }
    }
    return ONS_OK;
}

/* Graphs that are nearly complete are the complements of sparse ones. */
static ons_status complement_of(ons_wiring **wiring, const ons_wiring *sparse) {
    const uint32_t nodes = sparse->nodes;
    const size_t links = (size_t)nodes * (nodes - 1) / 2 - sparse->links;
    uint32_t *edges = ONS_NEW(uint32_t, 2 * links);
    if (!edges) { return ONS_MEMORY; }
    size_t k = 0;
    for (uint32_t i = 0; i < nodes; i++) {
        uint64_t at = sparse->start[i];
        for (uint32_t j = 0; j < nodes; j++) {
            if (at < sparse->start[i + 1] && sparse->heard[at] == j) {
                at++;
            } else if (j > i) {
                edges[k++] = i;
                edges[k++] = j;
            }
        }
    }
    const ons_status status = ons_wiring_edges(wiring, nodes, edges, links);
    free(edges);
    return status;
}

static ons_status regular(ons_wiring **wiring, uint32_t nodes, uint32_t degree, ons_random *random) {
    const size_t ends = (size_t)nodes * degree;
    uint32_t *edges = ONS_NEW(uint32_t, ends), *table = ONS_NEW(uint32_t, ends);
    ons_status status = edges && table ? ONS_OK : ONS_MEMORY;
    if (!status && degree > 0) { status = regular_links(edges, table, nodes, degree, random); }
    if (!status) { status = ons_wiring_edges(wiring, nodes, edges, ends / 2); }
    free(edges);
    free(table);
    return status;
}

ons_status ons_wiring_regular(ons_wiring **wiring, uint32_t nodes, uint32_t degree, ons_random *random) {
    *wiring = NULL;
    if (degree < 1 || degree >= nodes || (uint64_t)nodes * degree % 2 || (uint64_t)nodes * degree > UINT32_MAX) {
        return ons_fail(ONS_INVALID,
                        "no graph of %u nodes has %u neighbours each: the product must be even and at most 4294967295, "
                        "the degree from 1 to the number of nodes less 1",
                        nodes, degree);
    }
    if (degree <= nodes / 2) { return regular(wiring, nodes, degree, random); }
    ons_wiring *sparse = NULL;
    ons_status status = regular(&sparse, nodes, nodes - 1 - degree, random);
    if (!status) { status = complement_of(wiring, sparse); }
    ons_wiring_free(sparse);
    return status;
}

/* ---- what is known of a graph ---------------------------------------------------------------------------------------
 */

bool ons_wiring_connected(const ons_wiring *wiring) {
    if (wiring->complete || wiring->nodes == 1) { return true; }
    uint32_t *waiting = ONS_NEW(uint32_t, wiring->nodes), found = 1, done = 0;
    uint8_t *seen = ONS_NEW(uint8_t, wiring->nodes);
    if (waiting && seen) {
        seen[0] = 1;
        while (done < found) {
            const uint32_t i = waiting[done++];
            for (uint64_t k = wiring->start[i]; k < wiring->start[i + 1]; k++) {
                const uint32_t j = wiring->heard[k];
                if (!seen[j]) { waiting[found++] = j; }
                seen[j] = 1;
            }
        }
    }
    free(waiting);
    free(seen);
    return found == wiring->nodes;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void fill_laplacian(const ons_wiring *wiring, gsl_matrix *matrix) {
    for (uint32_t i = 0; i < wiring->nodes; i++) {
        gsl_matrix_set(matrix, i, i, 1);
        const double degree = ons_wiring_degree(wiring, i);
        for (uint64_t k = wiring->start[i]; k < wiring->start[i + 1]; k++) {
            const uint32_t j = wiring->heard[k];
            gsl_matrix_set(matrix, i, j, -1 / sqrt(degree * ons_wiring_degree(wiring, j)));
        }
    }
}

ons_status ons_wiring_spectrum(const ons_wiring *wiring, double *values) {
    const uint32_t n = wiring->nodes;
    if (wiring->complete) {
        for (uint32_t i = 0; i < n; i++) { values[i] = i ? n / (n - 1.0) : 0; }
        return ONS_OK;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (n > 4096 || ons_wiring_degree(wiring, i) == 0) {
            return ons_fail(ONS_INVALID,
                            "the normalized Laplacian is taken of at most 4096 nodes (not %u), each with a neighbour",
                            n);
        }
    }
    gsl_matrix *matrix = gsl_matrix_calloc(n, n);
    gsl_vector *found = gsl_vector_alloc(n);
    gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(n);
    ons_status status = matrix && found && work ? ONS_OK : ONS_MEMORY;
    if (!status) {
        fill_laplacian(wiring, matrix);
        if (gsl_eigen_symm(matrix, found, work)) { status = ons_fail(ONS_FAILED, "the spectrum did not converge"); }
        for (uint32_t i = 0; i < n; i++) { values[i] = gsl_vector_get(found, i); }
        qsort(values, n, sizeof *values, by_value);
    }
    if (matrix) { gsl_matrix_free(matrix); }
    if (found) { gsl_vector_free(found); }
    if (work) { gsl_eigen_symm_free(work); }
    return status;
}
