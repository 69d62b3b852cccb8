/*
 * Evaluation of formulas for many states side by side.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tape.h"

#include <onsager/dynamics/integrate.h>

#include <stdlib.h>
#include <string.h>

void dynamics_tape_free(dynamics_tape *tape) {
    free(tape->steps);
    free(tape->outputs);
    *tape = (dynamics_tape){0};
}

/* ---- making ---------------------------------------------------------------------------------------------------------
 */

typedef struct allocation {
    uint32_t *last;  /* [nodes] the node that uses this one last; the number of nodes: an output; unused: 0 */
    bool *needed;    /* [nodes] */
    uint32_t *place; /* [nodes] register */
    uint32_t *free;  /* registers that may be used again */
    size_t free_count;
    bool kept; /* no register is used again */
} allocation;

static void allocation_free(allocation *all) {
    free(all->last);
    free(all->needed);
    free(all->place);
    free(all->free);
}

static bool allocation_make(allocation *all, size_t nodes) {
    *all = (allocation){.last = ONS_NEW(uint32_t, nodes),
                        .needed = ONS_NEW(bool, nodes),
                        .place = ONS_NEW(uint32_t, nodes),
                        .free = ONS_NEW(uint32_t, nodes)};
    return all->last && all->needed && all->place && all->free;
}

static void use(allocation *all, dynamics_node node, size_t user) {
    all->needed[node] = true;
    if (all->last[node] < user) { all->last[node] = (uint32_t)user; }
}

/* Backwards from the outputs: what is needed, and for how long. */
static size_t find_uses(allocation *all, const dynamics_graph *graph, const dynamics_node *outputs, size_t count) {
    size_t needed = 0;
    for (size_t i = 0; i < count; i++) { use(all, outputs[i], graph->count); }
    for (size_t i = graph->count; i-- > 0;) {
        const dynamics_vertex *v = &graph->vertices[i];
        if (!all->needed[i]) { continue; }
        needed++;
        if (dynamics_is_leaf(v->operation)) { continue; }
        use(all, v->a, i);
        if (dynamics_is_binary(v->operation)) { use(all, v->b, i); }
    }
    return needed;
}

static void release(allocation *all, dynamics_node node, size_t user) {
    if (all->kept || all->last[node] != user) { return; }
    all->free[all->free_count++] = all->place[node];
    all->last[node] = UINT32_MAX; /* once, also where both operands are this one */
}

static void place(dynamics_tape *tape, allocation *all, const dynamics_graph *graph, size_t node) {
    const dynamics_vertex *v = &graph->vertices[node];
    dynamics_step step = {.operation = v->operation, .index = v->index, .number = v->number};
    if (!dynamics_is_leaf(v->operation)) {
        step.a = all->place[v->a];
        step.b = dynamics_is_binary(v->operation) ? all->place[v->b] : step.a;
        release(all, v->a, node);
        if (dynamics_is_binary(v->operation)) { release(all, v->b, node); }
    }
    step.target = all->free_count ? all->free[--all->free_count] : (uint32_t)tape->registers++;
    all->place[node] = step.target;
    tape->steps[tape->count++] = step;
}

static ons_status create(dynamics_tape *tape, const dynamics_graph *graph, const dynamics_node *outputs, size_t count,
                         bool kept) {
    *tape = (dynamics_tape){.kernel = dynamics_tape_kernel_here()};
    if (graph->failed) { return ONS_MEMORY; }
    allocation all;
    bool made = allocation_make(&all, graph->count + 1);
    all.kept = kept;
    const size_t needed = made ? find_uses(&all, graph, outputs, count) : 0;
    tape->steps = ONS_NEW(dynamics_step, needed + 1);
    tape->outputs = ONS_NEW(uint32_t, count + 1);
    made = made && tape->steps && tape->outputs;
    for (size_t i = 0; made && i < graph->count; i++) {
        if (all.needed[i]) { place(tape, &all, graph, i); }
    }
    for (size_t i = 0; made && i < count; i++) { tape->outputs[tape->output_count++] = all.place[outputs[i]]; }
    allocation_free(&all);
    if (!made) {
        dynamics_tape_free(tape);
        return ONS_MEMORY;
    }
    return ONS_OK;
}

ons_status dynamics_tape_create(dynamics_tape *tape, const dynamics_graph *graph, const dynamics_node *outputs,
                                size_t count) {
    return create(tape, graph, outputs, count, false);
}

ons_status dynamics_tape_create_kept(dynamics_tape *tape, const dynamics_graph *graph, const dynamics_node *outputs,
                                     size_t count) {
    return create(tape, graph, outputs, count, true);
}

/* ---- running --------------------------------------------------------------------------------------------------------
 */

dynamics_instructions dynamics_instructions_here(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd")) {
        return DYNAMICS_V4;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { return DYNAMICS_V3; }
#endif
    return DYNAMICS_PLAIN;
}

const dynamics_tape_kernel *dynamics_tape_kernel_here(void) {
    switch (dynamics_instructions_here()) {
#if defined(__x86_64__)
    case DYNAMICS_V4: return &dynamics_tape_kernel_v4;
    case DYNAMICS_V3: return &dynamics_tape_kernel_v3;
#endif
    default: return &dynamics_tape_kernel_plain;
    }
}

/* The functions take eight numbers: places behind the last lane repeat it. */
static void call(dynamics_of_eight *function, size_t lanes, const double *a, const double *b, double *target) {
    double first[ONS_LANES], second[ONS_LANES], result[ONS_LANES];
    for (size_t from = 0; from < lanes; from += ONS_LANES) {
        for (size_t l = 0; l < ONS_LANES; l++) {
            const size_t at = from + l < lanes ? from + l : lanes - 1;
            first[l] = a[at];
            second[l] = b[at];
        }
        function(first, second, result);
        for (size_t l = 0; l < ONS_LANES && from + l < lanes; l++) { target[from + l] = result[l]; }
    }
}

static void run_step(const dynamics_step *step, dynamics_of_eight *const *functions, size_t lanes, const double *a,
                     const double *b, double *target) {
    switch (step->operation) {
    case DYNAMICS_ADD:
        for (size_t l = 0; l < lanes; l++) { target[l] = a[l] + b[l]; }
        break;
    case DYNAMICS_SUBTRACT:
        for (size_t l = 0; l < lanes; l++) { target[l] = a[l] - b[l]; }
        break;
    case DYNAMICS_MULTIPLY:
        for (size_t l = 0; l < lanes; l++) { target[l] = a[l] * b[l]; }
        break;
    case DYNAMICS_DIVIDE:
        for (size_t l = 0; l < lanes; l++) { target[l] = a[l] / b[l]; }
        break;
    case DYNAMICS_NEGATE:
        for (size_t l = 0; l < lanes; l++) { target[l] = -a[l]; }
        break;
    default: call(functions[step->operation], lanes, a, b, target); break;
    }
}

static const double *leaf(const dynamics_step *step, size_t lanes, const dynamics_inputs *inputs) {
    switch (step->operation) {
    case DYNAMICS_TIME: return inputs->t;
    case DYNAMICS_VARIABLE: return inputs->x + step->index * lanes;
    case DYNAMICS_DELAYED: return inputs->delayed + step->index * lanes;
    default: return inputs->p + step->index * lanes;
    }
}

void dynamics_tape_run(const dynamics_tape *tape, size_t lanes, const dynamics_inputs *inputs, double *outputs,
                       double *work) {
    if (lanes == ONS_LANES) {
        tape->kernel->run(tape, inputs, outputs, work);
        return;
    }
    for (size_t i = 0; i < tape->count; i++) {
        const dynamics_step *step = &tape->steps[i];
        double *target = work + step->target * lanes;
        if (step->operation == DYNAMICS_NUMBER) {
            for (size_t l = 0; l < lanes; l++) { target[l] = step->number; }
        } else if (dynamics_is_leaf(step->operation)) {
            memcpy(target, leaf(step, lanes, inputs), lanes * sizeof *target);
        } else {
            run_step(step, tape->kernel->functions, lanes, work + step->a * lanes, work + step->b * lanes, target);
        }
    }
    for (size_t i = 0; i < tape->output_count; i++) {
        memcpy(outputs + i * lanes, work + tape->outputs[i] * lanes, lanes * sizeof *outputs);
    }
}
