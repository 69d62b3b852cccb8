/*
 * Programs: what of a graph is needed, where its numbers lie, and the doors for the caller's numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is needed ---------------------------------------------------------------------------------------------- */

static bool *needed_by(const ons_tensor_graph *graph, const ons_tensor *outputs, size_t count) {
    bool *needed = ONS_NEW(bool, graph->count);
    if (!needed) { return NULL; }
    for (size_t i = 0; i < count; i++) { needed[outputs[i]] = true; }
    for (size_t i = graph->count; i-- > 0;) {
        const tensor *t = &graph->tensors[i];
        for (int j = 0; j < t->inputs && needed[i]; j++) { needed[graph->inputs[t->from + (size_t)j]] = true; }
    }
    return needed;
}

static ons_status take_data(value *v, const ons_tensor_graph *graph) {
    const tensor *t = &v->what;
    if (t->op == FILLED || t->op == CONSTANT) {
        v->place = IN_CONSTANT;
        v->own = ons_allocate(1, v->bytes);
        if (!v->own) { return ONS_MEMORY; }
        if (t->op == CONSTANT) {
            memcpy(v->own, graph->arrays[t->data - 1], v->bytes);
        } else if (t->type == ONS_INDEX) {
            for (int64_t i = 0; i < ons_shape_count(t->shape); i++) { ((int32_t *)v->own)[i] = (int32_t)t->number; }
        } else {
            learning_kernels_here(t->type)->fill((size_t)ons_shape_count(t->shape), v->own, t->number);
        }
    } else if (t->op == INPUT) {
        v->place = IN_OWN;
        v->own = ons_allocate(1, v->bytes);
        if (!v->own) { return ONS_MEMORY; }
    } else if (t->op == PARAMETER) {
        v->place = IN_PARAMETERS;
        v->offset = (size_t)t->attribute[0] * learning_type_size(t->type);
    } else if (t->op == SOLVE) {
        const size_t n = (size_t)t->shape.size[t->shape.dimensions - 2];
        v->own = ons_allocate(n, n * learning_type_size(t->type) + sizeof(int64_t));
        if (!v->own) { return ONS_MEMORY; }
    }
    return ONS_OK;
}

static ons_status take_value(ons_program *p, const ons_tensor_graph *graph, ons_tensor origin) {
    value *v = &p->values[p->count];
    const tensor *t = &graph->tensors[origin];
    *v = (value){
        .what = *t, .origin = origin, .root = (int32_t)p->count, .first = (int32_t)p->count, .last = (int32_t)p->count};
    v->bytes = (size_t)ons_shape_count(t->shape) * learning_type_size(t->type);
    p->index[origin] = (int32_t)p->count++;
    v->in = ONS_NEW(int32_t, t->inputs);
    v->scope = ons_copy(graph->scopes[t->scope]);
    if (!v->in || !v->scope) { return ONS_MEMORY; }
    for (int i = 0; i < t->inputs; i++) { v->in[i] = p->index[graph->inputs[t->from + (size_t)i]]; }
    if (t->op == INPUT || t->op == PARAMETER || t->op == TAP) {
        v->name = ons_copy(ons_tensor_name(graph, origin));
        if (!v->name) { return ONS_MEMORY; }
    }
    return take_data(v, graph);
}

/* ---- which values are parts of others ---------------------------------------------------------------------------- */

/* Whether a value is a contiguous part of its input as it lies, and where it begins. */
static bool is_part(const ons_program *p, const value *v, size_t *shift) {
    *shift = 0;
    if (v->place != IN_ARENA || v->tiled) { return false; }
    switch (v->what.op) {
    case STOP:
    case TAP:
    case RESHAPE:
    case IMPLICIT: return true;
    case SLICE: break;
    default: return false;
    }
    const ons_shape all = p->values[v->in[0]].what.shape;
    const int axis = (int)v->what.attribute[0];
    for (int i = 0; i < axis; i++) {
        if (all.size[i] != 1) { return false; }
    }
    if (v->what.attribute[3] != 1) { return false; }
    size_t row = learning_type_size(v->what.type);
    for (int i = axis + 1; i < all.dimensions; i++) { row *= (size_t)all.size[i]; }
    *shift = row * (size_t)v->what.attribute[1];
    return true;
}

/* Input j of a row of parts is made where it will lie, if it is alone in its memory; true: it lies there. */
static bool gather(ons_program *p, int32_t whole, int j, size_t shift) {
    const value *part = &p->values[p->values[whole].in[j]];
    const int32_t old = part->root;
    const value *root = &p->values[old];
    if (root->place != IN_ARENA || root->root != old || root->bytes != part->bytes) { return false; }
    for (int32_t i = old; i < whole; i++) {
        if (p->values[i].root != old) { continue; }
        p->values[i].root = whole;
        p->values[i].shift += shift;
    }
    return true;
}

/* What is concatenated along the first axis (of more than one number) is gathered as it is made. */
static void gather_parts(ons_program *p, int32_t whole) {
    value *v = &p->values[whole];
    size_t shift = 0;
    if (v->what.op != CONCATENATE || v->place != IN_ARENA || v->tiled) { return; }
    for (int i = 0; i < (int)v->what.attribute[0]; i++) {
        if (v->what.shape.size[i] != 1) { return; }
    }
    v->view = true;
    for (int j = 0; j < v->what.inputs; j++) {
        const bool here = gather(p, whole, j, shift);
        v->view = v->view && here;
        shift += p->values[v->in[j]].bytes;
    }
}

void program_find_parts(ons_program *p) {
    for (size_t i = 0; i < p->count; i++) {
        value *v = &p->values[i];
        size_t shift;
        if (v->what.inputs == 0 || !is_part(p, v, &shift)) { continue; }
        const value *whole = &p->values[v->in[0]];
        v->view = true;
        v->root = whole->root;
        v->shift = whole->shift + shift;
    }
    for (size_t i = 0; i < p->count; i++) { gather_parts(p, (int32_t)i); }
}

void program_find_uses(ons_program *p) {
    for (size_t i = 0; i < p->count; i++) {
        const value *v = &p->values[i];
        value *own = &p->values[v->root];
        own->first = v->first < own->first ? v->first : own->first;
        own->last = v->last > own->last ? v->last : own->last;
        for (int j = 0; j < v->what.inputs; j++) {
            value *root = &p->values[p->values[v->in[j]].root];
            if (v->last > root->last) { root->last = v->last; }
        }
    }
    for (size_t i = 0; i < p->outputs_count; i++) { p->values[p->values[p->outputs[i]].root].kept = true; }
}

/* ---- the arena --------------------------------------------------------------------------------------------------- */

typedef struct hole {
    size_t offset, bytes;
} hole;

typedef struct planner {
    hole *holes; /* ascending, apart */
    size_t count, capacity, top;
} planner;

static size_t take(planner *plan, size_t bytes) {
    size_t best = plan->count;
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->holes[i].bytes >= bytes && (best == plan->count || plan->holes[i].bytes < plan->holes[best].bytes)) {
            best = i;
        }
    }
    if (best == plan->count) {
        if (plan->count && plan->holes[plan->count - 1].offset + plan->holes[plan->count - 1].bytes == plan->top) {
            const size_t offset = plan->holes[--plan->count].offset;
            plan->top = offset + bytes;
            return offset;
        }
        plan->top += bytes;
        return plan->top - bytes;
    }
    const size_t offset = plan->holes[best].offset;
    plan->holes[best].offset += bytes;
    plan->holes[best].bytes -= bytes;
    if (plan->holes[best].bytes == 0) {
        memmove(&plan->holes[best], &plan->holes[best + 1], (--plan->count - best) * sizeof(hole));
    }
    return offset;
}

static ons_status give(planner *plan, size_t offset, size_t bytes) {
    ons_status status = ons_grow((void **)&plan->holes, &plan->capacity, plan->count + 1, sizeof(hole));
    if (status) { return status; }
    size_t at = 0;
    while (at < plan->count && plan->holes[at].offset < offset) { at++; }
    memmove(&plan->holes[at + 1], &plan->holes[at], (plan->count++ - at) * sizeof(hole));
    plan->holes[at] = (hole){offset, bytes};
    for (size_t i = at > 0 ? at - 1 : 0; i < plan->count - 1 && i <= at;) {
        if (plan->holes[i].offset + plan->holes[i].bytes != plan->holes[i + 1].offset) {
            i++;
            continue;
        }
        plan->holes[i].bytes += plan->holes[i + 1].bytes;
        memmove(&plan->holes[i + 1], &plan->holes[i + 2], (--plan->count - i - 1) * sizeof(hole));
    }
    return ONS_OK;
}

static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

ons_status program_plan(ons_program *p, uint64_t limit) {
    planner plan = {0};
    int32_t *dying = ONS_NEW(int32_t, p->count + 1), *next = ONS_NEW(int32_t, p->count);
    int32_t *born = ONS_NEW(int32_t, p->count + 1), *after = ONS_NEW(int32_t, p->count);
    ons_status status = dying && next && born && after ? ONS_OK : ONS_MEMORY;
    for (size_t i = 0; i <= p->count && !status; i++) { dying[i] = born[i] = -1; }
    for (size_t i = p->count; i-- > 0 && !status;) { /* lists of the values that begin and end at a time */
        value *v = &p->values[i];
        if (v->root != (int32_t)i || v->place != IN_ARENA) { continue; }
        after[i] = born[v->first];
        born[v->first] = (int32_t)i;
        if (v->kept) { continue; }
        next[i] = dying[v->last];
        dying[v->last] = (int32_t)i;
    }
    for (size_t i = 0; i <= p->count && !status; i++) {
        for (int32_t j = born[i]; j >= 0; j = after[j]) {
            p->values[j].offset = take(&plan, rounded(p->values[j].bytes));
        }
        for (int32_t j = dying[i]; j >= 0 && !status; j = next[j]) {
            status = give(&plan, p->values[j].offset, rounded(p->values[j].bytes));
        }
    }
    free(born);
    free(after);
    free(dying);
    free(next);
    free(plan.holes);
    if (status) { return status; }
    p->arena_bytes = plan.top;
    if (plan.top > limit) {
        return ons_fail(ONS_INVALID, "the program needs %.1f MB for intermediate results; it may have %.1f MB",
                        (double)plan.top / 1e6, (double)limit / 1e6);
    }
    p->arena = aligned_alloc(64, rounded(plan.top + 1));
    if (!p->arena) { return ons_fail(ONS_MEMORY, "no memory for %zu bytes of intermediate results", plan.top); }
    memset(p->arena, 0, plan.top);
    return ONS_OK;
}

static void *place_of(const ons_program *p, const value *v) {
    switch (v->place) {
    case IN_ARENA: return p->arena + v->offset;
    case IN_PARAMETERS: return (char *)p->parameters + v->offset;
    default: return v->what.op == INPUT && v->bound ? (void *)v->bound : v->own;
    }
}

void program_place(ons_program *p) {
    for (size_t i = 0; i < p->count; i++) {
        value *v = &p->values[i];
        if (v->place != NOWHERE) { v->data = (char *)place_of(p, &p->values[v->root]) + v->shift; }
    }
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static ons_status take_all(ons_program *p, const ons_tensor_graph *graph, const ons_tensor *outputs, size_t count,
                           const ons_program_options *options) {
    bool *needed = needed_by(graph, outputs, count);
    p->values = ONS_NEW(value, graph->count);
    p->index = ONS_NEW(int32_t, graph->count);
    p->outputs = ONS_NEW(int32_t, count);
    ons_status status = needed && p->values && p->index && p->outputs ? ONS_OK : ONS_MEMORY;
    for (size_t i = 0; i < graph->count && !status; i++) {
        p->index[i] = -1;
        if (needed[i]) { status = take_value(p, graph, (ons_tensor)i); }
    }
    free(needed);
    if (status) { return status; }
    p->graph_count = graph->count;
    p->outputs_count = count;
    for (size_t i = 0; i < count; i++) { p->outputs[i] = p->index[outputs[i]]; }
    for (size_t i = 0; i < options->overrides_count; i++) {
        const ons_tensor tap = options->overrides[i];
        if (tap < 0 || (size_t)tap >= graph->count || graph->tensors[tap].op != TAP) {
            return ons_fail(ONS_INVALID, "only taps can be overridden; %s is none", ons_tensor_name(graph, tap));
        }
        if (p->index[tap] < 0) { continue; }
        value *v = &p->values[p->index[tap]];
        v->place = IN_OWN;
        v->own = ons_allocate(1, v->bytes);
        if (!v->own) { return ONS_MEMORY; }
    }
    return ONS_OK;
}

ons_status program_prepare(ons_program *p) {
    p->scratch = aligned_alloc(64, LEARNING_PRODUCT_SCRATCH);
    if (!p->scratch) { return ons_fail(ONS_MEMORY, "no memory for a program"); }
    ons_status status = ONS_OK;
    for (size_t i = 0; i < p->count && !status; i++) { status = plain_prepare(p, &p->values[i]); }
    return status;
}

static ons_status prepare(ons_program *p, const ons_tensor_graph *graph, const ons_program_options *options) {
    ons_status status = options->plain ? ONS_OK : schedule_create(p, &p->schedule);
    if (status) { return status; }
    program_find_parts(p);
    program_find_uses(p);
    p->parameters_total = graph->parameters_total;
    p->own_parameters = ons_allocate(graph->parameters_total + 16, learning_type_size(graph->type));
    if (!p->own_parameters) { return ONS_MEMORY; }
    p->parameters = p->own_parameters;
    const uint64_t all = ons_memory_total();
    const uint64_t limit = options->memory ? options->memory : all ? all / 2 : UINT64_MAX;
    status = program_plan(p, limit);
    if (!status) { status = program_prepare(p); }
    if (!status && p->threads > 1) { status = ons_team_create(&p->team, p->threads); }
    if (status) { return status; }
    program_place(p);
    return p->schedule ? schedule_prepare(p) : ONS_OK;
}

ons_status ons_program_create(ons_program **result, const ons_tensor_graph *graph, const ons_tensor *outputs,
                              size_t count, const ons_program_options *options) {
    const ons_program_options usual = {0};
    *result = NULL;
    if (!options) { options = &usual; }
    ons_status status = ons_tensor_graph_status(graph);
    if (status) { return status; }
    for (size_t i = 0; i < count; i++) {
        if (outputs[i] < 0 || (size_t)outputs[i] >= graph->count) {
            return ons_fail(ONS_INVALID, "output %zu of the program is no tensor of the graph", i + 1);
        }
    }
    ons_program *p = ONS_NEW(ons_program, 1);
    if (!p) { return ONS_MEMORY; }
    p->type = graph->type;
    p->threads = options->threads ? options->threads : 1;
    status = take_all(p, graph, outputs, count, options);
    if (!status) { status = prepare(p, graph, options); }
    if (status) {
        ons_program_free(p);
        return status;
    }
    *result = p;
    return ONS_OK;
}

void ons_program_free(ons_program *p) {
    if (!p) { return; }
    for (size_t i = 0; i < p->count; i++) {
        free(p->values[i].in);
        free(p->values[i].name);
        free(p->values[i].scope);
        free(p->values[i].own);
        free(p->values[i].ready);
    }
    schedule_free(p->schedule);
    ons_team_free(p->team);
    free(p->values);
    free(p->index);
    free(p->outputs);
    free(p->arena);
    free(p->own_parameters);
    free(p->scratch);
    free(p);
}

/* ---- numbers in and out ------------------------------------------------------------------------------------------ */

static value *value_of(const ons_program *p, ons_tensor t, operation op) {
    if (t < 0 || (size_t)t >= p->graph_count || p->index[t] < 0) { return NULL; }
    value *v = &p->values[p->index[t]];
    return v->what.op == op ? v : NULL;
}

void *ons_program_input(ons_program *p, ons_tensor input) {
    value *v = value_of(p, input, INPUT);
    return v ? v->own : NULL;
}

ons_status ons_program_input_named(ons_program *p, const char *name, void **numbers) {
    const char *names[64];
    size_t count = 0;
    *numbers = NULL;
    for (size_t i = 0; i < p->count; i++) {
        const value *v = &p->values[i];
        if (v->what.op != INPUT) { continue; }
        if (strcmp(v->name, name) == 0) {
            *numbers = v->own;
            return ONS_OK;
        }
        if (count < 64) { names[count++] = v->name; }
    }
    const char *near = ons_nearest(name, names, count);
    return near ? ons_fail(ONS_INVALID, "the program has no input \"%s\"; did you mean \"%s\"?", name, near)
                : ons_fail(ONS_INVALID, "the program has no input \"%s\"", name);
}

ons_status ons_program_bind(ons_program *p, ons_tensor input, const void *numbers) {
    value *v = value_of(p, input, INPUT);
    if (!v) { return ons_fail(ONS_INVALID, "tensor %d is no input that this program reads", (int)input); }
    if (v->bound == numbers) { return ONS_OK; }
    v->bound = numbers;
    program_place(p);
    return ONS_OK;
}

void *ons_program_parameters(ons_program *p) { return p->own_parameters; }

void ons_program_share_parameters(ons_program *p, const void *numbers) {
    const void *now = numbers ? numbers : p->own_parameters;
    if (p->parameters == now) { return; }
    p->parameters = now;
    program_place(p);
}

ons_status ons_program_override(ons_program *p, ons_tensor tap, const void *numbers) {
    value *v = value_of(p, tap, TAP);
    if (!v || v->place != IN_OWN) {
        return ons_fail(ONS_INVALID, "tensor %d is no tap that this program was told it may override", (int)tap);
    }
    v->bound = numbers ? v->own : NULL;
    if (numbers) { memcpy(v->own, numbers, v->bytes); }
    return ONS_OK;
}

const void *ons_program_output(const ons_program *p, size_t index) { return p->values[p->outputs[index]].data; }

double ons_program_scalar(const ons_program *p, size_t index) {
    const value *v = &p->values[p->outputs[index]];
    if (v->what.type == ONS_INDEX) { return *(const int32_t *)v->data; }
    return v->what.type == ONS_FLOAT ? (double)*(const float *)v->data : *(const double *)v->data;
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

static ons_status index_outside(const ons_program *p) {
    const value *v = &p->values[p->bad_value];
    const int last = v->what.shape.dimensions - 1;
    const int64_t rows = v->what.op == GATHER    ? p->values[v->in[0]].what.shape.size[0]
                         : v->what.op == SCATTER ? v->what.shape.size[0]
                                                 : v->what.shape.size[last];
    return ons_fail(ONS_INVALID, "%s%s%s: index %lld lies outside 0 to %lld", v->scope, v->scope[0] ? "/" : "",
                    learning_operation_name(v->what.op), (long long)p->bad_index, (long long)rows - 1);
}

ons_status ons_program_run(ons_program *p) {
    if (p->schedule) { return schedule_run(p) ? ONS_OK : index_outside(p); }
    for (size_t i = 0; i < p->count; i++) {
        if (!program_run_value(p, (int32_t)i)) { return index_outside(p); }
    }
    return ONS_OK;
}

static int64_t first_not_finite(const value *v) {
    const int64_t n = ons_shape_count(v->what.shape);
    for (int64_t i = 0; i < n && v->what.type != ONS_INDEX; i++) {
        const double x = v->what.type == ONS_FLOAT ? (double)((const float *)v->data)[i] : ((const double *)v->data)[i];
        if (!isfinite(x)) { return i; }
    }
    return -1;
}

/* The same program with every value in memory of its own, one after another; what the first owns is shared. */
static ons_status plain_copy(const ons_program *p, ons_program *copy) {
    *copy = *p;
    copy->schedule = NULL;
    copy->arena = NULL;
    copy->scratch = NULL;
    copy->values = ONS_NEW(value, p->count);
    if (!copy->values) { return ONS_MEMORY; }
    for (size_t i = 0; i < p->count; i++) {
        value *v = &copy->values[i];
        *v = p->values[i];
        v->root = v->first = v->last = (int32_t)i;
        v->shift = 0;
        v->tiled = v->kept = v->view = false;
        v->ready = NULL;
        if (v->place == NOWHERE) { v->place = IN_ARENA; }
    }
    program_find_parts(copy);
    program_find_uses(copy);
    ons_status status = program_plan(copy, UINT64_MAX);
    if (!status) { status = program_prepare(copy); }
    if (!status) { program_place(copy); }
    return status;
}

static void describe_bad(const value *v, int64_t at, char text[400]) {
    const double x = v->what.type == ONS_FLOAT ? (double)((const float *)v->data)[at] : ((const double *)v->data)[at];
    const char *made = learning_operation_name(v->what.op);
    char shape[ONS_SHAPE_TEXT], number[ONS_REAL_TEXT];
    ons_shape_text(v->what.shape, shape);
    if (v->name) {
        snprintf(text, 400, "%s %.200s is %s at element %lld of %s", made, v->name, ons_real_text(x, number),
                 (long long)at, shape);
    } else {
        snprintf(text, 400, "%s%.200s%s is %s at element %lld of %s", made, v->scope[0] ? " in " : "", v->scope,
                 ons_real_text(x, number), (long long)at, shape);
    }
}

ons_status ons_program_first_bad(ons_program *p, ons_tensor *bad, char text[400]) {
    ons_program copy;
    *bad = ONS_NO_TENSOR;
    text[0] = 0;
    ons_status status = plain_copy(p, &copy);
    for (size_t i = 0; i < p->count && !status; i++) {
        const value *v = &copy.values[i];
        if (!program_run_value(&copy, (int32_t)i)) { status = index_outside(&copy); }
        const int64_t at = status ? -1 : first_not_finite(v);
        if (at < 0) { continue; }
        *bad = v->origin;
        describe_bad(v, at, text);
        break;
    }
    for (size_t i = 0; i < p->count && copy.values; i++) { free(copy.values[i].ready); }
    free(copy.values);
    free(copy.arena);
    free(copy.scratch);
    return status;
}

ons_program_figures ons_program_figures_of(const ons_program *p) {
    ons_program_figures figures = {.bytes = p->arena_bytes};
    for (size_t i = 0; i < p->count; i++) {
        const value *v = &p->values[i];
        if (v->what.inputs == 0 || v->view) { continue; }
        const double numbers = (double)ons_shape_count(v->what.shape);
        figures.operations++;
        if (v->what.op == MATMUL) {
            const ons_shape a = p->values[v->in[0]].what.shape;
            const bool ta = v->what.attribute[0] & ONS_TRANSPOSE_A;
            figures.multiplications += 2 * numbers * (double)a.size[a.dimensions - (ta ? 2 : 1)];
        } else {
            figures.elements += numbers;
        }
    }
    return figures;
}
