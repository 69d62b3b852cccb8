/*
 * A flow from its equations: statements, names, and the tapes of its right-hand side and its derivatives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow.h"

#include <stdlib.h>
#include <string.h>

enum { longest_name = 63, most_variables = 4096 };

typedef struct statement {
    char *name;
    bool prime; /* NAME' = ... */
    ons_expression *formula;
    char *delayed; /* NAME = delay(VARIABLE, formula): the variable; else NULL */
    int line;
} statement;

typedef struct statements {
    statement *list;
    size_t count, capacity;
} statements;

static void statements_free(statements *all) {
    for (size_t i = 0; i < all->count; i++) {
        free(all->list[i].name);
        free(all->list[i].delayed);
        ons_expression_free(all->list[i].formula);
    }
    free(all->list);
}

/* ---- statements -----------------------------------------------------------------------------------------------------
 */

static bool is_name_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
}

static size_t name_length(const char *text) {
    size_t length = 0;
    while (is_name_letter(text[length])) { length++; }
    return length && (text[0] < '0' || text[0] > '9') ? length : 0;
}

static const char *skip(const char *text) { return text + strspn(text, " \t\r"); }

/* "VARIABLE, FORMULA)" behind "delay(": keeps the variable and leaves the formula in *text. */
static ons_status read_delay(statement *made, char *text, char **formula) {
    char *at = (char *)skip(text);
    const size_t length = name_length(at), end = strlen(at);
    char *comma = (char *)skip(at + length);
    size_t close = end;
    while (close && strchr(" \t\r", at[close - 1])) { close--; }
    if (!length || *comma != ',' || close == 0 || at[close - 1] != ')') {
        return ons_fail(ONS_INVALID, "line %d: a delayed value is written delay(VARIABLE, DELAY)", made->line);
    }
    at[close - 1] = '\0';
    made->delayed = ons_copy_part(at, length);
    *formula = comma + 1;
    return made->delayed ? ONS_OK : ONS_MEMORY;
}

static ons_status read_statement(statement *made, char *text) {
    const char *begin = skip(text);
    const size_t length = name_length(begin);
    if (!length || length > longest_name) {
        return ons_fail(ONS_INVALID, "line %d: NAME' = FORMULA or NAME = FORMULA is expected, not '%.40s'", made->line,
                        begin);
    }
    made->name = ons_copy_part(begin, length);
    if (!made->name) { return ONS_MEMORY; }
    const char *at = skip(begin + length);
    made->prime = *at == '\'';
    if (made->prime) { at = skip(at + 1); }
    if (*at != '=') { return ons_fail(ONS_INVALID, "line %d: '=' is expected after %s", made->line, made->name); }
    char *formula = (char *)skip(at + 1);
    ons_status status = ONS_OK;
    if (!made->prime && strncmp(formula, "delay", 5) == 0 && *skip(formula + 5) == '(') {
        status = read_delay(made, (char *)skip(formula + 5) + 1, &formula);
    }
    if (status == ONS_OK) { status = ons_expression_parse_names(&made->formula, formula); }
    if (status == ONS_INVALID && !made->formula) {
        char *message = ons_copy(ons_message());
        if (!message) { return ONS_MEMORY; }
        if (strncmp(message, "line ", 5) != 0) { status = ons_fail(ONS_INVALID, "line %d: %s", made->line, message); }
        free(message);
    }
    return status;
}

/* Splits the text at new lines and ';', without comments. */
static ons_status read_statements(statements *all, const char *equations) {
    ons_status status = ONS_OK;
    int line = 1;
    for (const char *at = equations; *at && status == ONS_OK;) {
        const size_t length = strcspn(at, ";\n#");
        char *text = ons_copy_part(at, length);
        if (!text) { return ONS_MEMORY; }
        if (*skip(text)) {
            status = ons_grow((void **)&all->list, &all->capacity, all->count + 1, sizeof *all->list);
            if (status == ONS_OK) {
                all->list[all->count] = (statement){.line = line};
                status = read_statement(&all->list[all->count++], text);
            }
        }
        free(text);
        at += length;
        if (*at == '#') { at += strcspn(at, "\n"); }
        if (*at == '\n') { line++; }
        if (*at) { at++; }
    }
    return status;
}

/* ---- names ----------------------------------------------------------------------------------------------------------
 */

typedef struct builder {
    ons_flow *flow;
    const statements *statements;
    dynamics_node *meaning; /* [statements] of quantities; valid when `known` */
    bool *known;
    bool open; /* unknown names become parameters */
} builder;

static size_t find(char *const *names, size_t count, const char *name) {
    size_t index = 0;
    while (index < count && strcmp(names[index], name) != 0) { index++; }
    return index;
}

static ons_status add_name(char ***names, size_t *count, size_t *capacity, const char *name) {
    const ons_status status = ons_grow((void **)names, capacity, *count + 1, sizeof **names);
    if (status != ONS_OK) { return status; }
    (*names)[*count] = ons_copy(name);
    return (*names)[*count] ? ((*count)++, ONS_OK) : ONS_MEMORY;
}

static ons_status unknown(const builder *all, const statement *where, const char *name) {
    const ons_flow *flow = all->flow;
    const size_t count = flow->variable_count + flow->parameter_count + all->statements->count;
    const char **names = ONS_NEW(const char *, count);
    if (!names) { return ONS_MEMORY; }
    size_t n = 0;
    for (size_t i = 0; i < flow->variable_count; i++) { names[n++] = flow->variables[i]; }
    for (size_t i = 0; i < flow->parameter_count; i++) { names[n++] = flow->parameters[i]; }
    for (size_t i = 0; i < all->statements->count; i++) {
        if (all->known[i]) { names[n++] = all->statements->list[i].name; }
    }
    const char *nearest = ons_nearest(name, names, n);
    const ons_status status =
        ons_fail(ONS_INVALID, "line %d: there is no variable, parameter or quantity '%s'%s%s%s", where->line, name,
                 nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
    free(names);
    return status;
}

/* The node of a name. Quantities first: they are the user's own words. */
static ons_status resolve(builder *all, const statement *where, const char *name, dynamics_node *node) {
    ons_flow *flow = all->flow;
    dynamics_graph *graph = &flow->graph;
    for (size_t i = all->statements->count; i-- > 0;) {
        if (all->known[i] && strcmp(all->statements->list[i].name, name) == 0) {
            *node = all->meaning[i];
            return ONS_OK;
        }
    }
    size_t index = find(flow->variables, flow->variable_count, name);
    if (index < flow->variable_count) {
        *node = dynamics_leaf(graph, DYNAMICS_VARIABLE, index);
        return ONS_OK;
    }
    index = find(flow->parameters, flow->parameter_count, name);
    if (index == flow->parameter_count) {
        const bool is_pi = strcmp(name, "pi") == 0;
        if (strcmp(name, "t") == 0) {
            *node = dynamics_leaf(graph, DYNAMICS_TIME, 0);
            return ONS_OK;
        }
        if (is_pi || strcmp(name, "e") == 0) {
            *node = dynamics_number(graph, is_pi ? 3.14159265358979323846 : 2.71828182845904523536);
            return ONS_OK;
        }
        if (!all->open) { return unknown(all, where, name); }
        const ons_status status = add_name(&flow->parameters, &flow->parameter_count, &flow->parameter_capacity, name);
        if (status != ONS_OK) { return status; }
    }
    *node = dynamics_leaf(graph, DYNAMICS_PARAMETER, index);
    return ONS_OK;
}

/* ---- formulas -------------------------------------------------------------------------------------------------------
 */

static dynamics_operation operation_of(const ons_term *term) {
    switch (term->operation) {
    case ONS_NEGATE: return DYNAMICS_NEGATE;
    case ONS_ADD: return DYNAMICS_ADD;
    case ONS_SUBTRACT: return DYNAMICS_SUBTRACT;
    case ONS_MULTIPLY: return DYNAMICS_MULTIPLY;
    case ONS_DIVIDE: return DYNAMICS_DIVIDE;
    case ONS_POWER: return DYNAMICS_POWER;
    default: return dynamics_function(term->function);
    }
}

/* The formula's program, played on nodes in the place of numbers. */
static ons_status build(builder *all, const statement *from, dynamics_node *result) {
    dynamics_graph *graph = &all->flow->graph;
    dynamics_node stack[256] = {0}; /* as deep as ons_expression lets it be */
    size_t height = 0;
    for (size_t i = 0; i < ons_expression_length(from->formula); i++) {
        const ons_term term = ons_expression_term(from->formula, i);
        if (term.operation == ONS_PUSH_NUMBER) {
            stack[height++] = dynamics_number(graph, term.number);
        } else if (term.operation == ONS_PUSH_NAME) {
            const ons_status status =
                resolve(all, from, ons_expression_name(from->formula, term.name), &stack[height++]);
            if (status != ONS_OK) { return status; }
        } else {
            const dynamics_operation operation = operation_of(&term);
            const bool two = dynamics_is_binary(operation);
            height -= two;
            stack[height - 1] = dynamics_make(graph, operation, stack[height - 1], two ? stack[height] : 0);
        }
    }
    *result = stack[0];
    return graph->failed ? ONS_MEMORY : ONS_OK;
}

/* A delay may depend on nothing that moves. */
static ons_status add_delay(builder *all, const statement *from, dynamics_node *node) {
    ons_flow *flow = all->flow;
    const size_t variable = find(flow->variables, flow->variable_count, from->delayed);
    if (variable == flow->variable_count) { return unknown(all, from, from->delayed); }
    dynamics_node delay = 0;
    ons_status status = build(all, from, &delay);
    for (size_t i = 0; status == ONS_OK && i < ons_expression_name_count(from->formula); i++) {
        dynamics_node used = 0;
        status = resolve(all, from, ons_expression_name(from->formula, i), &used);
        if (status != ONS_OK) { break; }
        const dynamics_operation kind = flow->graph.vertices[used].operation;
        if (kind != DYNAMICS_PARAMETER && kind != DYNAMICS_NUMBER) {
            status = ons_fail(ONS_INVALID, "line %d: the delay of %s may hold parameters only, not %s", from->line,
                              from->delayed, ons_expression_name(from->formula, i));
        }
    }
    if (status == ONS_OK) {
        status = ons_grow((void **)&flow->delays, &flow->delay_capacity, flow->delay_count + 1, sizeof *flow->delays);
    }
    if (status != ONS_OK) { return status; }
    *node = dynamics_leaf(&flow->graph, DYNAMICS_DELAYED, flow->delay_count);
    flow->delays[flow->delay_count++] = (dynamics_delay){.variable = variable, .delay = delay};
    return ONS_OK;
}

static ons_status build_all(builder *all) {
    ons_flow *flow = all->flow;
    size_t equation = 0;
    for (size_t i = 0; i < all->statements->count; i++) {
        const statement *from = &all->statements->list[i];
        dynamics_node node = 0;
        const ons_status status = from->delayed ? add_delay(all, from, &node) : build(all, from, &node);
        if (status != ONS_OK) { return status; }
        if (from->prime) {
            flow->equations[equation++] = node;
        } else {
            all->meaning[i] = node;
            all->known[i] = true;
        }
    }
    return ONS_OK;
}

/* The variables, each once, and no name with two meanings. */
static ons_status collect_variables(ons_flow *flow, const statements *all, const char *const *parameters,
                                    size_t count) {
    for (size_t i = 0; i < all->count; i++) {
        const statement *one = &all->list[i];
        for (size_t k = 0; k < count; k++) {
            if (strcmp(parameters[k], one->name) == 0) {
                return ons_fail(ONS_INVALID, "line %d: '%s' is a parameter already", one->line, one->name);
            }
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(all->list[k].name, one->name) == 0) {
                return ons_fail(ONS_INVALID, "line %d: '%s' is defined in line %d already", one->line, one->name,
                                all->list[k].line);
            }
        }
        if (strcmp(one->name, "t") == 0) { return ons_fail(ONS_INVALID, "line %d: t is the time", one->line); }
        if (!one->prime) { continue; }
        const ons_status status =
            add_name(&flow->variables, &flow->variable_count, &flow->variable_capacity, one->name);
        if (status != ONS_OK) { return status; }
    }
    if (flow->variable_count == 0) {
        return ons_fail(ONS_INVALID, "there is no equation of motion: NAME' = FORMULA is expected");
    }
    if (flow->variable_count > most_variables) {
        return ons_fail(ONS_INVALID, "at most %d equations can be written out, not %zu", most_variables,
                        flow->variable_count);
    }
    return ONS_OK;
}

/* ---- derivatives and tapes ------------------------------------------------------------------------------------------
 */

/* The right-hand side, then the elements of the Jacobian that are not zero. */
static ons_status make_tapes(ons_flow *flow) {
    const size_t n = flow->variable_count;
    dynamics_graph *graph = &flow->graph;
    const dynamics_node zero = dynamics_number(graph, 0);
    dynamics_node *column = ONS_NEW(dynamics_node, n), *outputs = ONS_NEW(dynamics_node, n + n * n);
    flow->slopes = ONS_NEW(dynamics_node, n * n);
    flow->elements = ONS_NEW(uint32_t, n * n);
    flow->element_of = ONS_NEW(uint32_t, n * n);
    ons_status status = column && outputs && flow->slopes && flow->elements && flow->element_of ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) { status = dynamics_tape_create(&flow->value, graph, flow->equations, n); }
    size_t count = n;
    for (size_t i = 0; status == ONS_OK && i < n; i++) { outputs[i] = flow->equations[i]; }
    for (size_t j = 0; status == ONS_OK && j < n; j++) {
        dynamics_derivatives(graph, flow->equations, n, dynamics_leaf(graph, DYNAMICS_VARIABLE, j), column);
        for (size_t i = 0; i < n; i++) {
            flow->slopes[i * n + j] = column[i];
            if (column[i] == zero) { continue; }
            outputs[count++] = column[i];
            flow->elements[flow->element_count++] = (uint32_t)(i * n + j);
            flow->element_of[i * n + j] = (uint32_t)flow->element_count;
        }
    }
    if (status == ONS_OK) { status = dynamics_tape_create(&flow->jacobian, graph, outputs, count); }
    free(column);
    free(outputs);
    return status;
}

static ons_status make_delay_tape(ons_flow *flow) {
    const size_t n = flow->variable_count, m = flow->delay_count;
    dynamics_node *column = ONS_NEW(dynamics_node, n), *outputs = ONS_NEW(dynamics_node, n * m + 1);
    flow->delayed_slopes = outputs;
    ons_status status = column && outputs ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; status == ONS_OK && k < m; k++) {
        dynamics_derivatives(&flow->graph, flow->equations, n, dynamics_leaf(&flow->graph, DYNAMICS_DELAYED, k),
                             column);
        for (size_t i = 0; i < n; i++) { outputs[i * m + k] = column[i]; }
        status = dynamics_tape_create(&flow->delays[k].tape, &flow->graph, &flow->delays[k].delay, 1);
    }
    if (status == ONS_OK) { status = dynamics_tape_create(&flow->sensitivity, &flow->graph, outputs, n * m); }
    free(column);
    return status;
}

ons_status dynamics_flow_tapes(ons_flow *flow) {
    dynamics_tape_free(&flow->value);
    dynamics_tape_free(&flow->jacobian);
    free(flow->slopes);
    free(flow->elements);
    free(flow->element_of);
    flow->slopes = NULL;
    flow->elements = flow->element_of = NULL;
    flow->element_count = 0;
    return make_tapes(flow);
}

static ons_status build_flow(ons_flow *flow, const statements *all, bool open) {
    builder work = {.flow = flow,
                    .statements = all,
                    .meaning = ONS_NEW(dynamics_node, all->count + 1),
                    .known = ONS_NEW(bool, all->count + 1),
                    .open = open};
    flow->equations = ONS_NEW(dynamics_node, flow->variable_count);
    ons_status status = work.meaning && work.known && flow->equations ? build_all(&work) : ONS_MEMORY;
    free(work.meaning);
    free(work.known);
    if (status == ONS_OK) { status = make_tapes(flow); }
    if (status == ONS_OK) { status = make_delay_tape(flow); }
    return status == ONS_OK && flow->graph.failed ? ONS_MEMORY : status;
}

ons_status ons_flow_parse(ons_flow **flow, const char *equations, const char *const *parameters, size_t count) {
    *flow = NULL;
    ons_flow *made = ONS_NEW(ons_flow, 1);
    if (!made) { return ONS_MEMORY; }
    statements all = {0};
    ons_status status = read_statements(&all, equations);
    if (status == ONS_OK) { status = collect_variables(made, &all, parameters, parameters ? count : 0); }
    for (size_t i = 0; status == ONS_OK && parameters && i < count; i++) {
        status = add_name(&made->parameters, &made->parameter_count, &made->parameter_capacity, parameters[i]);
    }
    if (status == ONS_OK) { status = build_flow(made, &all, !parameters); }
    statements_free(&all);
    if (status != ONS_OK) {
        ons_flow_free(made);
        return status;
    }
    *flow = made;
    return ONS_OK;
}

static void free_names(char **names, size_t count) {
    for (size_t i = 0; i < count; i++) { free(names[i]); }
    free(names);
}

void ons_flow_free(ons_flow *flow) {
    if (!flow) { return; }
    free_names(flow->variables, flow->variable_count);
    free_names(flow->parameters, flow->parameter_count);
    for (size_t i = 0; i < flow->delay_count; i++) { dynamics_tape_free(&flow->delays[i].tape); }
    free(flow->delays);
    free(flow->equations);
    free(flow->slopes);
    free(flow->delayed_slopes);
    free(flow->elements);
    free(flow->element_of);
    dynamics_tape_free(&flow->value);
    dynamics_tape_free(&flow->jacobian);
    dynamics_tape_free(&flow->sensitivity);
    dynamics_graph_free(&flow->graph);
    free(flow);
}
