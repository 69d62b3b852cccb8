/*
 * Fuzzes the readers of lattices and edge lists: whatever the bytes are, they give a graph or a message.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) { return 0; }
    const char *bytes = (const char *)data + 1;
    if (data[0] & 1) {
        ons_graph *graph = NULL;
        if (ons_graph_parse(&graph, "edges", bytes, size - 1) == ONS_OK) { ons_graph_free(graph); }
        return 0;
    }
    ons_lattice *lattice = NULL;
    if (ons_lattice_parse(&lattice, "lattice", bytes, size - 1) != ONS_OK) { return 0; }
    const int64_t lengths = 1 + (data[0] >> 1) % 4;
    ons_graph_plan plan;
    ons_graph *graph = NULL;
    const ons_boundary boundary = data[0] & 16 ? ONS_OPEN : ONS_PERIODIC;
    if (ons_graph_estimate(lattice, &lengths, 1, boundary, &plan) == ONS_OK && plan.bytes < 1e8 &&
        ons_graph_create(&graph, lattice, &lengths, 1, boundary) == ONS_OK) {
        ons_graph_free(graph);
    }
    ons_lattice_free(lattice);
    return 0;
}
