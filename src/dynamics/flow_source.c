/*
 * A flow as C source.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *sign_of(dynamics_operation operation) {
    switch (operation) {
    case DYNAMICS_ADD: return "+";
    case DYNAMICS_SUBTRACT: return "-";
    case DYNAMICS_MULTIPLY: return "*";
    case DYNAMICS_DIVIDE: return "/";
    default: return NULL;
    }
}

/* A constant of type double, of these bits (but for those of what is no number). */
static void write_number(ons_text *source, double value) {
    char number[ONS_REAL_TEXT];
    if (!isfinite(value)) {
        ons_text_add(source, "FLOW_NUMBER(%s)", isnan(value) ? "0.0 / 0.0" : value > 0 ? "1.0 / 0.0" : "-1.0 / 0.0");
        return;
    }
    ons_real_text(value, number);
    ons_text_add(source, "FLOW_NUMBER(%s%s)", number, strpbrk(number, ".e") ? "" : ".0");
}

static void write_leaf(ons_text *source, const dynamics_vertex *v) {
    switch (v->operation) {
    case DYNAMICS_NUMBER: write_number(source, v->number); break;
    case DYNAMICS_TIME: ons_text_add(source, "*t"); break;
    case DYNAMICS_VARIABLE: ons_text_add(source, "x[%u]", v->index); break;
    case DYNAMICS_DELAYED: ons_text_add(source, "delayed[%u]", v->index); break;
    default: ons_text_add(source, "p[%u]", v->index); break;
    }
}

static void write_node(ons_text *source, const dynamics_graph *graph, size_t node) {
    const dynamics_vertex *v = &graph->vertices[node];
    const char *sign = sign_of(v->operation);
    ons_text_add(source, "    const number v%zu = ", node);
    if (dynamics_is_leaf(v->operation)) {
        write_leaf(source, v);
    } else if (sign) {
        ons_text_add(source, "v%u %s v%u", v->a, sign, v->b);
    } else if (v->operation == DYNAMICS_NEGATE) {
        ons_text_add(source, "-v%u", v->a);
    } else if (dynamics_is_binary(v->operation)) {
        ons_text_add(source, "FLOW_%s(v%u, v%u)", dynamics_function_name(v->operation), v->a, v->b);
    } else {
        ons_text_add(source, "FLOW_%s(v%u)", dynamics_function_name(v->operation), v->a);
    }
    ons_text_add(source, ";\n");
}

/* The statements that make these nodes, each once and in order. */
static ons_status write_nodes(ons_text *source, const dynamics_graph *graph, const dynamics_node *outputs,
                              size_t count) {
    bool *needed = ONS_NEW(bool, graph->count);
    if (!needed) { return ONS_MEMORY; }
    for (size_t i = 0; i < count; i++) { needed[outputs[i]] = true; }
    for (size_t i = graph->count; i-- > 0;) {
        const dynamics_vertex *v = &graph->vertices[i];
        if (!needed[i] || dynamics_is_leaf(v->operation)) { continue; }
        needed[v->a] = true;
        if (dynamics_is_binary(v->operation)) { needed[v->b] = true; }
    }
    for (size_t i = 0; i < graph->count; i++) {
        if (needed[i]) { write_node(source, graph, i); }
    }
    free(needed);
    return ONS_OK;
}

static void begin(ons_text *source, const char *name, const char *what, const char *outputs) {
    ons_text_add(source,
                 "static void %s_%s(const number *t, const number *x, const number *delayed, const number *p, %s) {\n"
                 "    (void)t;\n    (void)x;\n    (void)delayed;\n    (void)p;\n",
                 name, what, outputs);
}

static ons_status write_value(const ons_flow *flow, const char *name, ons_text *source) {
    begin(source, name, "value", "number *dx");
    const ons_status status = write_nodes(source, &flow->graph, flow->equations, flow->variable_count);
    for (size_t i = 0; i < flow->variable_count; i++) {
        ons_text_add(source, "    dx[%zu] = v%u;\n", i, flow->equations[i]);
    }
    ons_text_add(source, "}\n\n");
    return status;
}

static ons_status write_jacobian(const ons_flow *flow, const char *name, ons_text *source) {
    const size_t n = flow->variable_count;
    dynamics_node *outputs = ONS_NEW(dynamics_node, n + n * n);
    if (!outputs) { return ONS_MEMORY; }
    memcpy(outputs, flow->equations, n * sizeof *outputs);
    memcpy(outputs + n, flow->slopes, n * n * sizeof *outputs);
    begin(source, name, "jacobian", "number *dx, number *jacobian");
    const ons_status status = write_nodes(source, &flow->graph, outputs, n + n * n);
    for (size_t i = 0; i < n; i++) { ons_text_add(source, "    dx[%zu] = v%u;\n", i, flow->equations[i]); }
    for (size_t k = 0; k < n * n; k++) { ons_text_add(source, "    jacobian[%zu] = v%u;\n", k, flow->slopes[k]); }
    ons_text_add(source, "}\n\n");
    free(outputs);
    return status;
}

static ons_status write_delay_jacobian(const ons_flow *flow, const char *name, ons_text *source) {
    const size_t count = flow->variable_count * flow->delay_count;
    begin(source, name, "delay_jacobian", "number *sensitivity");
    const ons_status status = write_nodes(source, &flow->graph, flow->delayed_slopes, count);
    for (size_t k = 0; k < count; k++) {
        ons_text_add(source, "    sensitivity[%zu] = v%u;\n", k, flow->delayed_slopes[k]);
    }
    ons_text_add(source, "}\n\n");
    return status;
}

ons_status ons_flow_source(const ons_flow *flow, const char *name, ons_text *source) {
    ons_status status = write_value(flow, name, source);
    if (status == ONS_OK) { status = write_jacobian(flow, name, source); }
    if (status == ONS_OK && flow->delay_count) { status = write_delay_jacobian(flow, name, source); }
    return status == ONS_OK && source->failed ? ONS_MEMORY : status;
}
