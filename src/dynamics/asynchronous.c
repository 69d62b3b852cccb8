/*
 * Networks of nodes with clocks of their own: making them, their numbers, their random tables.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "asynchronous.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what makes sense -----------------------------------------------------------------------------------------------
 */

static bool has_matrix(ons_node_rule rule) { return rule <= ONS_NODE_THRESHOLD; }

static ons_status check_rule(const ons_asynchronous_options *how) {
    if (has_matrix(how->rule)) {
        if (how->nodes == 0 || !how->row || !how->column || !how->weight || !how->offset) {
            return ons_fail(ONS_INVALID, "a rule with a matrix needs its nodes, rows, columns, weights and offsets");
        }
        return ONS_OK;
    }
    if (!how->wiring) { return ons_fail(ONS_INVALID, "this rule needs a graph"); }
    if (how->rule == ONS_NODE_LOGISTIC &&
        !(how->coupling >= 0 && how->coupling <= 1 && how->control >= 0 && how->control <= 4)) {
        return ons_fail(ONS_INVALID, "coupled logistic maps have a coupling in [0, 1] and r in [0, 4], not %g and %g",
                        how->coupling, how->control);
    }
    if (how->rule != ONS_NODE_GOSSIP) { return ONS_OK; }
    if (how->clock == ONS_CLOCK_SYNCHRONOUS || how->clock == ONS_CLOCK_BLOCKS) {
        return ons_fail(ONS_INVALID, "gossip is an exchange of two nodes at a time: synchronous clocks and blocks have "
                                     "no meaning for it");
    }
    if (how->delay > 0) { return ons_fail(ONS_INVALID, "two nodes that take their mean cannot have a delay"); }
    for (uint32_t i = 0; i < how->wiring->nodes; i++) {
        if (ons_wiring_degree(how->wiring, i) == 0) {
            return ons_fail(ONS_INVALID, "node %u has no neighbour to take a mean with", i);
        }
    }
    return ONS_OK;
}

static ons_status check_clock(const ons_asynchronous_options *how, uint32_t nodes) {
    if (how->delay > 255) {
        return ons_fail(ONS_INVALID, "a delay of %u events is beyond the buffer of 255", how->delay);
    }
    if (!(how->noise >= 0 && how->noise < INFINITY)) {
        return ons_fail(ONS_INVALID, "noise of %g: it must be finite and not negative", how->noise);
    }
    for (uint32_t i = 0; how->rates && i < nodes; i++) {
        if (!(how->rates[i] > 0 && how->rates[i] < INFINITY)) {
            return ons_fail(ONS_INVALID, "the clock of node %u has the rate %g: rates must be positive", i,
                            how->rates[i]);
        }
    }
    if (how->rates && how->clock != ONS_CLOCK_POISSON) {
        return ons_fail(ONS_INVALID, "rates belong to Poisson clocks");
    }
    if (how->clock == ONS_CLOCK_ADVERSARIAL && (how->rule != ONS_NODE_AFFINE || how->delay < 3)) {
        return ons_fail(ONS_INVALID, "the adversary schedules affine rules with a delay of at least 3 events, not %u",
                        how->delay);
    }
    if (how->clock == ONS_CLOCK_PRESCRIBED && (!how->order || how->length == 0)) {
        return ons_fail(ONS_INVALID, "a prescribed schedule needs an order of nodes");
    }
    for (size_t k = 0; how->clock == ONS_CLOCK_PRESCRIBED && k < how->length; k++) {
        if (how->order[k] >= nodes) {
            return ons_fail(ONS_INVALID, "entry %zu of the order is node %u, but the nodes are 0 .. %u", k + 1,
                            how->order[k], nodes - 1);
        }
    }
    if (how->clock != ONS_CLOCK_BLOCKS) { return ONS_OK; }
    if (!how->block || how->blocks == 0) { return ons_fail(ONS_INVALID, "a clock of blocks needs a partition"); }
    for (uint32_t i = 0; i < nodes; i++) {
        if (how->block[i] >= how->blocks) {
            return ons_fail(ONS_INVALID, "node %u lies in block %u of %u", i, how->block[i], how->blocks);
        }
    }
    return ONS_OK;
}

/* ---- tables ---------------------------------------------------------------------------------------------------------
 */

/* Walker's table by Vose's method: node i keeps share[i] 2^-32 of its place, alias[i] has the rest. */
static ons_status make_alias(ons_asynchronous *one) {
    const uint32_t n = one->nodes;
    double *left = ONS_NEW(double, n);
    uint32_t *small = ONS_NEW(uint32_t, n), *large = ONS_NEW(uint32_t, n), smalls = 0, larges = 0;
    one->alias = ONS_NEW(uint32_t, n);
    one->share = ONS_NEW(uint32_t, n);
    const bool fits = left && small && large && one->alias && one->share;
    for (uint32_t i = 0; fits && i < n; i++) {
        left[i] = one->how.rates[i] / one->total * n;
        if (left[i] < 1) {
            small[smalls++] = i;
        } else {
            large[larges++] = i;
        }
        one->alias[i] = i;
        one->share[i] = UINT32_MAX;
    }
    while (fits && smalls > 0 && larges > 0) {
        const uint32_t few = small[--smalls], many = large[larges - 1];
        one->alias[few] = many;
        one->share[few] = (uint32_t)(left[few] * 0x1p32);
        left[many] -= 1 - left[few];
        if (left[many] < 1) {
            larges--;
            small[smalls++] = many;
        }
    }
    free(left);
    free(small);
    free(large);
    return fits ? ONS_OK : ONS_MEMORY;
}

static ons_status sort_blocks(ons_asynchronous *one) {
    one->members = ONS_NEW(uint32_t, one->nodes);
    one->border = ONS_NEW(uint32_t, (size_t)one->how.blocks + 2);
    if (!one->members || !one->border) { return ONS_MEMORY; }
    for (uint32_t i = 0; i < one->nodes; i++) { one->border[one->how.block[i] + 2]++; }
    for (uint32_t b = 2; b <= one->how.blocks; b++) { one->border[b] += one->border[b - 1]; }
    for (uint32_t i = 0; i < one->nodes; i++) { one->members[one->border[one->how.block[i] + 1]++] = i; }
    return ONS_OK;
}

static size_t most_readings(const ons_asynchronous *one) {
    size_t most = 1;
    for (uint32_t i = 0; i < one->nodes; i++) {
        const size_t here =
            has_matrix(one->how.rule) ? one->how.row[i + 1] - one->how.row[i] : ons_wiring_degree(one->how.wiring, i);
        most = here > most ? here : most;
    }
    return most;
}

static ons_status take_memory(ons_asynchronous *one) {
    const size_t n = one->nodes;
    one->x = ONS_NEW(double, n);
    one->image = ONS_NEW(double, n);
    one->pull = ONS_NEW(double, n);
    one->now = ONS_NEW(double, n);
    one->who = ONS_NEW(uint32_t, ASYNCHRONOUS_BATCH);
    one->sorted = ONS_NEW(double, most_readings(one));
    if (!one->x || !one->image || !one->pull || !one->now || !one->who || !one->sorted) { return ONS_MEMORY; }
    if (one->how.delay > 0) {
        for (one->depth = 2; one->depth <= one->how.delay; one->depth *= 2) {}
        one->late = ONS_NEW(double, n * one->depth);
        one->newest = ONS_NEW(uint8_t, n);
        if (!one->late || !one->newest) { return ONS_MEMORY; }
    }
    one->total = one->how.clock == ONS_CLOCK_BLOCKS ? one->how.blocks : one->nodes;
    if (one->how.rates) {
        one->total = 0;
        for (size_t i = 0; i < n; i++) { one->total += one->how.rates[i]; }
        return make_alias(one);
    }
    return one->how.clock == ONS_CLOCK_BLOCKS ? sort_blocks(one) : ONS_OK;
}

/* ---- making ---------------------------------------------------------------------------------------------------------
 */

ons_status ons_asynchronous_create(ons_asynchronous **network, const ons_asynchronous_options *options) {
    *network = NULL;
    ons_status status = check_rule(options);
    const uint32_t nodes = has_matrix(options->rule) ? options->nodes : options->wiring ? options->wiring->nodes : 0;
    if (!status) { status = check_clock(options, nodes); }
    if (status) { return status; }
    ons_asynchronous *one = ONS_NEW(ons_asynchronous, 1);
    if (!one) { return ONS_MEMORY; }
    one->how = *options;
    one->nodes = nodes;
    status = take_memory(one);
    if (status) {
        ons_asynchronous_free(one);
        return status;
    }
    for (uint32_t i = 0; options->rule == ONS_NODE_LOGISTIC && i < nodes; i++) {
        const uint32_t degree = ons_wiring_degree(options->wiring, i);
        one->pull[i] = degree > 0 ? options->coupling / degree : 0;
    }
    for (uint32_t k = 0; k < 3; k++) {
        one->streams[k] = ons_random_stream(options->key, options->replica, options->purpose + k);
    }
    ons_asynchronous_refresh(one);
    *network = one;
    return ONS_OK;
}

void ons_asynchronous_free(ons_asynchronous *network) {
    if (!network) { return; }
    free(network->x);
    free(network->image);
    free(network->pull);
    free(network->now);
    free(network->late);
    free(network->newest);
    free(network->alias);
    free(network->share);
    free(network->members);
    free(network->border);
    free(network->sorted);
    free(network->who);
    free(network);
}

/* ---- numbers --------------------------------------------------------------------------------------------------------
 */

void ons_asynchronous_refresh(ons_asynchronous *network) {
    network->field = 0;
    for (uint32_t i = 0; network->how.rule == ONS_NODE_LOGISTIC && i < network->nodes; i++) {
        network->image[i] = network->how.control * network->x[i] * (1 - network->x[i]);
        network->field += network->image[i];
    }
}

void ons_asynchronous_set(ons_asynchronous *network, const double *x) {
    memcpy(network->x, x, network->nodes * sizeof *x);
    for (size_t k = 0; k < network->nodes * network->depth; k++) { network->late[k] = x[k / network->depth]; }
    ons_asynchronous_refresh(network);
}

void ons_asynchronous_set_late(ons_asynchronous *network, uint32_t node, unsigned late, double x) {
    if (network->depth > 0) {
        network->late[node * network->depth + ((network->newest[node] - late) & (network->depth - 1))] = x;
    }
    if (late == 0) {
        network->x[node] = x;
        ons_asynchronous_refresh(network);
    }
}

const double *ons_asynchronous_values(const ons_asynchronous *network) { return network->x; }

void ons_asynchronous_scale(ons_asynchronous *network, double factor) {
    for (uint32_t i = 0; i < network->nodes; i++) { network->x[i] *= factor; }
    for (size_t k = 0; k < network->nodes * network->depth; k++) { network->late[k] *= factor; }
    ons_asynchronous_refresh(network);
}

double ons_asynchronous_distance(const ons_asynchronous *network, const double *point) {
    double largest = 0;
    for (uint32_t i = 0; i < network->nodes; i++) {
        const double centre = point ? point[i] : 0;
        largest = fmax(largest, fabs(network->x[i] - centre));
        for (unsigned s = 0; network->depth > 0 && s <= network->how.delay; s++) {
            const size_t at = (network->newest[i] - s) & (network->depth - 1);
            largest = fmax(largest, fabs(network->late[i * network->depth + at] - centre));
        }
    }
    return largest;
}

ons_asynchronous_state ons_asynchronous_parts(ons_asynchronous *network) {
    return (ons_asynchronous_state){.x = network->x,
                                    .late = network->late,
                                    .newest = network->newest,
                                    .nodes = network->nodes,
                                    .late_size = network->depth,
                                    .counters = network->counters,
                                    .streams = network->streams};
}
