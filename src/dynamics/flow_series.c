/*
 * Taylor series of a flow: the tape of its formulas, and of what moves its perturbations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_series.h"

#include <stdlib.h>
#include <string.h>

static dynamics_series *series_here(void) {
    switch (dynamics_instructions_here()) {
#if defined(__x86_64__)
    case DYNAMICS_V4: return dynamics_series_v4;
    case DYNAMICS_V3: return dynamics_series_v3;
#endif
    default: return dynamics_series_plain;
    }
}

static bool has_series(dynamics_operation operation) {
    switch (operation) {
    case DYNAMICS_DELAYED:
    case DYNAMICS_MIN:
    case DYNAMICS_MAX:
    case DYNAMICS_ATAN2:
    case DYNAMICS_MOD:
    case DYNAMICS_ABS:
    case DYNAMICS_SIGN:
    case DYNAMICS_STEP:
    case DYNAMICS_FLOOR:
    case DYNAMICS_CEIL: return false;
    default: return true;
    }
}

/* Whether what a step makes does not change with time, for the same of its operands. */
static bool is_constant(const dynamics_step *step, const bool *constant) {
    switch (step->operation) {
    case DYNAMICS_NUMBER:
    case DYNAMICS_PARAMETER: return true;
    case DYNAMICS_TIME:
    case DYNAMICS_VARIABLE:
    case DYNAMICS_DELAYED: return false;
    default: return constant[step->a] && constant[step->b];
    }
}

/* The recurrence of a power is that of a constant exponent. */
static ons_status check_operations(const dynamics_tape *tape) {
    bool *constant = ONS_NEW(bool, tape->registers + 1);
    ons_status status = constant ? ONS_OK : ONS_MEMORY;
    for (size_t s = 0; status == ONS_OK && s < tape->count; s++) {
        const dynamics_step *step = &tape->steps[s];
        const bool power = step->operation == DYNAMICS_POWER;
        constant[step->target] = is_constant(step, constant);
        if (has_series(step->operation) && !(power && !constant[step->b])) { continue; }
        const char *name = dynamics_function_name(step->operation);
        status = ons_fail(ONS_INVALID, "the equations have no Taylor series by recurrences: %s has none%s",
                          name ? name : "a delay", power ? ", unless its exponent is constant" : "");
    }
    free(constant);
    return status;
}

static bool copy_graph(dynamics_graph *copy, const dynamics_graph *graph) {
    *copy = *graph;
    copy->capacity = graph->count;
    copy->vertices = ONS_NEW(dynamics_vertex, graph->count + 1);
    copy->slots = ONS_NEW(dynamics_node, graph->slot_count + 1);
    if (copy->vertices && copy->slots) {
        memcpy(copy->vertices, graph->vertices, graph->count * sizeof *graph->vertices);
        memcpy(copy->slots, graph->slots, graph->slot_count * sizeof *graph->slots);
        return true;
    }
    dynamics_graph_free(copy);
    return false;
}

/* x' = f, V_k' = J V_k, and the divergence, as nodes of a graph that holds the formulas of f and J. */
static void write_motion(dynamics_graph *graph, const ons_flow *flow, size_t perturbations, dynamics_node *outputs) {
    const size_t n = flow->variable_count;
    memcpy(outputs, flow->equations, n * sizeof *outputs);
    if (perturbations == 0) { return; }
    for (size_t k = 0; k < perturbations; k++) {
        for (size_t i = 0; i < n; i++) {
            dynamics_node sum = dynamics_number(graph, 0);
            for (size_t j = 0; j < n; j++) {
                const dynamics_node v = dynamics_leaf(graph, DYNAMICS_VARIABLE, n + k * n + j);
                sum = dynamics_make(graph, DYNAMICS_ADD, sum,
                                    dynamics_make(graph, DYNAMICS_MULTIPLY, flow->slopes[i * n + j], v));
            }
            outputs[n + k * n + i] = sum;
        }
    }
    dynamics_node divergence = dynamics_number(graph, 0);
    for (size_t i = 0; i < n; i++) {
        divergence = dynamics_make(graph, DYNAMICS_ADD, divergence, flow->slopes[i * n + i]);
    }
    outputs[n + perturbations * n] = divergence;
}

static ons_status write_tape(dynamics_flow_series *made, const ons_flow *flow, size_t perturbations) {
    dynamics_graph graph;
    dynamics_node *outputs = ONS_NEW(dynamics_node, made->width);
    if (!outputs || !copy_graph(&graph, &flow->graph)) {
        free(outputs);
        return ONS_MEMORY;
    }
    write_motion(&graph, flow, perturbations, outputs);
    const ons_status status = dynamics_tape_create_kept(&made->tape, &graph, outputs, made->width);
    dynamics_graph_free(&graph);
    free(outputs);
    return status;
}

ons_status dynamics_flow_series_create(dynamics_flow_series *series, const ons_flow *flow, size_t perturbations) {
    const size_t n = flow->variable_count;
    *series = (dynamics_flow_series){.width = perturbations ? n * (1 + perturbations) + 1 : n};
    ons_status status = write_tape(series, flow, perturbations);
    if (status == ONS_OK) { status = check_operations(&series->tape); }
    if (status == ONS_OK) {
        const size_t numbers = 2 * (series->tape.registers + 1) * SERIES_TERMS * ONS_LANES;
        series->work = aligned_alloc(64, numbers * sizeof(double));
        series->kernel = series_here();
        if (!series->work) {
            status = ons_fail(ONS_MEMORY, "no memory for the series of %zu operations", series->tape.count);
        }
    }
    if (status != ONS_OK) { dynamics_flow_series_free(series); }
    return status;
}

void dynamics_flow_series_free(dynamics_flow_series *series) {
    dynamics_tape_free(&series->tape);
    free(series->work);
    *series = (dynamics_flow_series){0};
}

void dynamics_flow_series_run(const dynamics_flow_series *series, size_t order, const double *t, double *x,
                              const double *p) {
    series->kernel(&series->tape, series->width, order, t, x, p, series->work);
}
