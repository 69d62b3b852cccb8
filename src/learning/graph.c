/*
 * Graphs of tensors: the list, equal tensors found again, names, scopes, the first fault.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SCOPE_LENGTH = 200 };

static const char *const operation_names[OPERATIONS] = {
    [INPUT] = "input",
    [PARAMETER] = "parameter",
    [CONSTANT] = "constant",
    [FILLED] = "number",
    [NEGATE] = "negate",
    [RECIPROCAL] = "reciprocal",
    [ABSOLUTE] = "absolute",
    [SIGN] = "sign",
    [SQRT] = "sqrt",
    [RSQRT] = "rsqrt",
    [EXP] = "exp",
    [LOG] = "log",
    [LOG1P] = "log1p",
    [EXPM1] = "expm1",
    [SIN] = "sin",
    [COS] = "cos",
    [ATAN] = "atan",
    [ACOS] = "acos",
    [SINH] = "sinh",
    [COSH] = "cosh",
    [TANH] = "tanh",
    [ERF] = "erf",
    [SIGMOID] = "sigmoid",
    [SOFTPLUS] = "softplus",
    [POWER] = "power",
    [SQUARE] = "square",
    [ADD] = "add",
    [SUBTRACT] = "subtract",
    [MULTIPLY] = "multiply",
    [DIVIDE] = "divide",
    [MAXIMUM] = "maximum",
    [MINIMUM] = "minimum",
    [LESS] = "less",
    [LESS_EQUAL] = "less or equal",
    [EQUAL] = "equal",
    [SELECT] = "select",
    [CONVERT] = "convert",
    [STOP] = "stop",
    [TAP] = "tap",
    [IMPLICIT] = "fixed point",
    [RESHAPE] = "reshape",
    [BROADCAST] = "broadcast",
    [PERMUTE] = "permute",
    [SLICE] = "slice",
    [PAD] = "pad",
    [CONCATENATE] = "concatenate",
    [REVERSE] = "reverse",
    [SUM] = "sum",
    [LARGEST] = "maximum over",
    [CUMULATE] = "cumulative sum",
    [SCAN] = "scan",
    [MATMUL] = "matmul",
    [SOLVE] = "solve",
    [GATHER] = "gather",
    [SCATTER] = "scatter",
    [ONE_HOT] = "one hot",
    [UNFOLD] = "unfold",
    [FOLD] = "fold",
};

const char *learning_operation_name(operation op) { return operation_names[op]; }

size_t learning_type_size(ons_tensor_type type) { return type == ONS_DOUBLE ? 8 : 4; }

int64_t ons_shape_count(ons_shape shape) {
    int64_t count = 1;
    for (int i = 0; i < shape.dimensions; i++) { count *= shape.size[i]; }
    return count;
}

bool ons_shape_equal(ons_shape a, ons_shape b) {
    if (a.dimensions != b.dimensions) { return false; }
    for (int i = 0; i < a.dimensions; i++) {
        if (a.size[i] != b.size[i]) { return false; }
    }
    return true;
}

const char *ons_shape_text(ons_shape shape, char buffer[ONS_SHAPE_TEXT]) {
    size_t used = 1;
    buffer[0] = '[';
    for (int i = 0; i < shape.dimensions; i++) {
        used += (size_t)snprintf(buffer + used, ONS_SHAPE_TEXT - used, i ? ", %lld" : "%lld", (long long)shape.size[i]);
    }
    snprintf(buffer + used, ONS_SHAPE_TEXT - used, "]");
    return buffer;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

ons_status ons_tensor_graph_create(ons_tensor_graph **result, ons_tensor_type type) {
    *result = NULL;
    if (type != ONS_FLOAT && type != ONS_DOUBLE) {
        return ons_fail(ONS_INVALID, "a graph of tensors is of float or of double");
    }
    ons_tensor_graph *graph = ONS_NEW(ons_tensor_graph, 1);
    if (!graph) { return ONS_MEMORY; }
    graph->type = type;
    char *top = ons_copy("");
    ons_status status = top ? ons_grow((void **)&graph->scopes, &graph->scopes_capacity, 1, sizeof top) : ONS_MEMORY;
    if (status) {
        free(top);
        free(graph);
        return status;
    }
    graph->scopes[graph->scopes_count++] = top;
    *result = graph;
    return ONS_OK;
}

void ons_tensor_graph_free(ons_tensor_graph *graph) {
    if (!graph) { return; }
    for (size_t i = 0; i < graph->names_count; i++) { free(graph->names[i].name); }
    for (size_t i = 0; i < graph->arrays_count; i++) { free(graph->arrays[i]); }
    for (size_t i = 0; i < graph->scopes_count; i++) { free(graph->scopes[i]); }
    free(graph->names);
    free(graph->arrays);
    free((void *)graph->scopes);
    free(graph->parameters);
    free(graph->tensors);
    free(graph->inputs);
    free(graph->table);
    free(graph);
}

ons_tensor_type ons_tensor_graph_type(const ons_tensor_graph *graph) { return graph->type; }
size_t ons_tensor_graph_count(const ons_tensor_graph *graph) { return graph->count; }

/* ---- faults ------------------------------------------------------------------------------------------------------ */

ons_status ons_tensor_graph_status(const ons_tensor_graph *graph) {
    return graph->status ? ons_fail(graph->status, "%s", graph->message) : ONS_OK;
}

void ons_tensor_graph_forgive(ons_tensor_graph *graph) { graph->status = ONS_OK; }

ons_tensor ons_tensor_fail(ons_tensor_graph *graph, const char *format, ...) {
    if (graph->status) { return ONS_NO_TENSOR; }
    graph->status = ONS_INVALID;
    const char *scope = graph->scopes[graph->depth ? graph->path[graph->depth - 1] : 0];
    int used = scope[0] ? snprintf(graph->message, sizeof graph->message, "%s: ", scope) : 0;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(graph->message + used, sizeof graph->message - (size_t)used, format, arguments);
    va_end(arguments);
    return ONS_NO_TENSOR;
}

static ons_tensor no_memory(ons_tensor_graph *graph) {
    if (!graph->status) {
        graph->status = ONS_MEMORY;
        snprintf(graph->message, sizeof graph->message, "%s", ons_message());
    }
    return ONS_NO_TENSOR;
}

/* ---- scopes ------------------------------------------------------------------------------------------------------ */

static const char *scope_here(const ons_tensor_graph *graph) {
    return graph->scopes[graph->depth ? graph->path[graph->depth - 1] : 0];
}

void ons_tensor_scope(ons_tensor_graph *graph, const char *name) {
    const char *above = scope_here(graph);
    if (graph->depth == (int)(sizeof graph->path / sizeof graph->path[0]) ||
        strlen(above) + strlen(name) + 1 > SCOPE_LENGTH) {
        ons_tensor_fail(graph, "scopes are at most 16 deep and %d bytes long: no room for \"%s\"", SCOPE_LENGTH, name);
        return;
    }
    char *full = ons_format("%s%s%s", above, above[0] ? "/" : "", name);
    if (!full) {
        no_memory(graph);
        return;
    }
    size_t at = 0;
    while (at < graph->scopes_count && strcmp(graph->scopes[at], full) != 0) { at++; }
    if (at < graph->scopes_count) {
        free(full);
    } else if (ons_grow((void **)&graph->scopes, &graph->scopes_capacity, at + 1, sizeof full)) {
        free(full);
        no_memory(graph);
        return;
    } else {
        graph->scopes[graph->scopes_count++] = full;
    }
    graph->path[graph->depth++] = (int32_t)at;
}

void ons_tensor_leave(ons_tensor_graph *graph) {
    if (graph->depth) { graph->depth--; }
}

/* ---- tensors ----------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash ^= word + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
    return hash * 0xff51afd7ed558ccdULL;
}

static uint64_t hash_of(const recipe *what, int32_t salt) {
    uint64_t number;
    memcpy(&number, &what->number, sizeof number);
    uint64_t hash = mix((uint64_t)what->op * 4 + (uint64_t)what->type, number);
    hash = mix(hash, (uint64_t)salt);
    hash = mix(hash, what->data);
    for (int i = 0; i < what->shape.dimensions; i++) { hash = mix(hash, (uint64_t)what->shape.size[i]); }
    for (int i = 0; i < what->count; i++) { hash = mix(hash, (uint64_t)what->inputs[i]); }
    for (int i = 0; i < ATTRIBUTES; i++) { hash = mix(hash, (uint64_t)what->attribute[i]); }
    return hash ^ hash >> 32;
}

recipe learning_recipe(const ons_tensor_graph *graph, ons_tensor index) {
    const tensor *t = &graph->tensors[index];
    recipe what = {t->op,     t->type, t->shape,  t->inputs ? graph->inputs + t->from : NULL,
                   t->inputs, {0},     t->number, t->data};
    memcpy(what.attribute, t->attribute, sizeof what.attribute);
    return what;
}

/* Unlike ==, tells 0 from -0, and finds a NaN equal to itself. */
static bool same_bits(double a, double b) {
    uint64_t left, right;
    memcpy(&left, &a, sizeof left);
    memcpy(&right, &b, sizeof right);
    return left == right;
}

static bool same(const ons_tensor_graph *graph, ons_tensor index, const recipe *what) {
    const tensor *t = &graph->tensors[index];
    return t->op == what->op && t->type == what->type && t->inputs == what->count && t->data == what->data &&
           t->salt == graph->salt && same_bits(t->number, what->number) &&
           memcmp(t->attribute, what->attribute, sizeof t->attribute) == 0 && ons_shape_equal(t->shape, what->shape) &&
           (t->inputs == 0 ||
            memcmp(graph->inputs + t->from, what->inputs, (size_t)t->inputs * sizeof(ons_tensor)) == 0);
}

static ons_status grow_table(ons_tensor_graph *graph) {
    if (2 * (graph->count + 1) <= graph->table_size) { return ONS_OK; }
    size_t size = graph->table_size ? 2 * graph->table_size : 256;
    ons_tensor *table = ONS_NEW(ons_tensor, size);
    if (!table) { return ONS_MEMORY; }
    for (size_t i = 0; i < size; i++) { table[i] = ONS_NO_TENSOR; }
    for (size_t i = 0; i < graph->count; i++) {
        recipe what = learning_recipe(graph, (ons_tensor)i);
        size_t at = hash_of(&what, graph->tensors[i].salt) & (size - 1);
        while (table[at] != ONS_NO_TENSOR) { at = (at + 1) & (size - 1); }
        table[at] = (ons_tensor)i;
    }
    free(graph->table);
    graph->table = table;
    graph->table_size = size;
    return ONS_OK;
}

static ons_tensor append(ons_tensor_graph *graph, const recipe *what) {
    /* The inputs may lie in the array that grows. */
    ons_tensor few[8], *copy = few;
    if (what->count > 8 && !(copy = ONS_NEW(ons_tensor, what->count))) { return no_memory(graph); }
    if (what->count) { memcpy(copy, what->inputs, (size_t)what->count * sizeof *copy); }
    bool grown = graph->count < INT32_MAX - 1 &&
                 !ons_grow((void **)&graph->tensors, &graph->capacity, graph->count + 1, sizeof *graph->tensors) &&
                 !ons_grow((void **)&graph->inputs, &graph->inputs_capacity, graph->inputs_count + (size_t)what->count,
                           sizeof *graph->inputs);
    if (grown && what->count) { memcpy(graph->inputs + graph->inputs_count, copy, (size_t)what->count * sizeof *copy); }
    if (copy != few) { free(copy); }
    if (!grown) { return no_memory(graph); }
    tensor *t = &graph->tensors[graph->count];
    *t = (tensor){.op = what->op,
                  .type = what->type,
                  .shape = what->shape,
                  .inputs = what->count,
                  .from = graph->inputs_count,
                  .number = what->number,
                  .data = what->data,
                  .scope = graph->depth ? graph->path[graph->depth - 1] : 0,
                  .stretch = graph->stretch,
                  .salt = graph->salt};
    memcpy(t->attribute, what->attribute, sizeof t->attribute);
    graph->inputs_count += (size_t)what->count;
    return (ons_tensor)graph->count++;
}

ons_tensor learning_make(ons_tensor_graph *graph, const recipe *what) {
    if (graph->status) { return ONS_NO_TENSOR; }
    for (int i = 0; i < what->count; i++) {
        if (what->inputs[i] < 0 || (size_t)what->inputs[i] >= graph->count) { return ONS_NO_TENSOR; }
    }
    if (grow_table(graph)) { return no_memory(graph); }
    size_t at = hash_of(what, graph->salt) & (graph->table_size - 1);
    while (graph->table[at] != ONS_NO_TENSOR) {
        if (same(graph, graph->table[at], what)) { return graph->table[at]; }
        at = (at + 1) & (graph->table_size - 1);
    }
    ons_tensor made = append(graph, what);
    graph->table[at] = made;
    return made;
}

ons_shape ons_tensor_shape(const ons_tensor_graph *graph, ons_tensor t) {
    return t < 0 ? ONS_SCALAR : graph->tensors[t].shape;
}

int64_t ons_tensor_size(const ons_tensor_graph *graph, ons_tensor t, int axis) {
    ons_shape shape = ons_tensor_shape(graph, t);
    if (axis < 0) { axis += shape.dimensions; }
    return axis < 0 || axis >= shape.dimensions ? 1 : shape.size[axis];
}

ons_tensor_type ons_tensor_type_of(const ons_tensor_graph *graph, ons_tensor t) {
    return t < 0 ? graph->type : graph->tensors[t].type;
}
