/*
 * The complete graph with its bonds listed, for models without a kernel of their own for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spins.h"

enum { LARGEST_LISTED = 1 << 16 };

ons_status ons_graph_complete_listed(ons_graph **result, int64_t sites) {
    *result = NULL;
    if (sites < 1 || sites > LARGEST_LISTED) {
        return ons_fail(ONS_INVALID, "a complete graph with its bonds listed has 1 to %d sites, not %lld",
                        LARGEST_LISTED, (long long)sites);
    }
    ons_graph *graph = ONS_NEW(ons_graph, 1);
    if (!graph) { return ONS_MEMORY; }
    graph->sites = (uint32_t)sites;
    graph->bonds = (uint64_t)sites * ((uint64_t)sites - 1) / 2;
    graph->common_strength = 1 / (double)sites;
    graph->boundary = ONS_OPEN;
    graph->source = ONS_NEW(uint32_t, graph->bonds);
    graph->target = ONS_NEW(uint32_t, graph->bonds);
    ons_status status = graph->source && graph->target ? ONS_OK : ONS_MEMORY;
    uint64_t bond = 0;
    for (uint32_t i = 0; !status && i < graph->sites; i++) {
        for (uint32_t j = i + 1; j < graph->sites; j++, bond++) {
            graph->source[bond] = i;
            graph->target[bond] = j;
        }
    }
    if (!status) { status = spins_graph_link(graph); }
    if (status) {
        ons_graph_free(graph);
        graph = NULL;
    }
    *result = graph;
    return status;
}
