/*
 * The equations of motion of an energy: its gradient by the derivatives of its formula, multiplied by the Poisson
 * matrix; and its splitting into terms whose variables commute.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hamiltonian.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- from text ------------------------------------------------------------------------------------------------------
 */

/* Where the last statement of the text begins. */
static const char *last_statement(const char *text) {
    const char *last = text;
    for (const char *at = text; *at;) {
        const char *begin = at + strspn(at, " \t\r");
        if (!strchr(";\n#", *begin)) { last = begin; }
        at += strcspn(at, ";\n#");
        if (*at == '#') { at += strcspn(at, "\n"); }
        if (*at) { at++; }
    }
    return last;
}

/* The text of a flow in which every variable's derivative is the energy: the first row of its Jacobian is the gradient.
 */
static ons_status energy_text(ons_text *text, const char *energy, const char *const *variables, size_t count) {
    const char *last = last_statement(energy);
    const size_t length = strcspn(last, ";\n#"), name = strcspn(last, "=;\n#");
    ons_text_add_bytes(text, energy, (size_t)(last - energy));
    char *given = NULL;
    if (name < length) {
        size_t end = name;
        while (end && strchr(" \t\r", last[end - 1])) { end--; }
        given = ons_copy_part(last, end);
        if (!given) { return ONS_MEMORY; }
        if (given[0] && given[end - 1] == '\'') {
            const ons_status status =
                ons_fail(ONS_INVALID,
                         "an energy is expected, a formula or NAME = FORMULA; %s = is an equation of motion", given);
            free(given);
            return status;
        }
    } else {
        ons_text_add(text, "the_energy = ");
    }
    ons_text_add(text, "%s\n", last);
    for (size_t i = 0; i < count; i++) { ons_text_add(text, "%s' = %s\n", variables[i], given ? given : "the_energy"); }
    free(given);
    return text->failed ? ONS_MEMORY : ONS_OK;
}

/* A text that has equations of its own would have more variables, or others, than were named. */
static ons_status check_variables(const ons_flow *flow, const char *const *variables, size_t count) {
    for (size_t i = 0; i < ons_flow_dimension(flow); i++) {
        if (i >= count || strcmp(ons_flow_variable(flow, i), variables[i]) != 0) {
            return ons_fail(ONS_INVALID, "an energy is expected: '%s' has an equation of motion in it",
                            ons_flow_variable(flow, i));
        }
    }
    if (!ons_flow_autonomous(flow)) {
        return ons_fail(ONS_INVALID, "the energy may not depend on the time t: give it a momentum of its own");
    }
    if (ons_flow_delays(flow)) { return ons_fail(ONS_INVALID, "the energy may not take delayed values"); }
    return ONS_OK;
}

static ons_status check_brackets(const double *poisson, size_t n) {
    if (!poisson) {
        return n % 2 == 0
                   ? ONS_OK
                   : ons_fail(ONS_INVALID,
                              "%zu variables: as many momenta as coordinates are expected, or a Poisson matrix", n);
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            if (!isfinite(poisson[i * n + j]) || poisson[i * n + j] != -poisson[j * n + i]) {
                return ons_fail(ONS_INVALID,
                                "the Poisson matrix must be antisymmetric: {%zu, %zu} = %g, {%zu, %zu} = %g", i + 1,
                                j + 1, poisson[i * n + j], j + 1, i + 1, poisson[j * n + i]);
            }
        }
    }
    return ONS_OK;
}

static double bracket(const double *poisson, size_t n, size_t i, size_t j) {
    if (poisson) { return poisson[i * n + j]; }
    return j == i + n / 2 ? 1 : i == j + n / 2 ? -1 : 0;
}

/* ---- motion ---------------------------------------------------------------------------------------------------------
 */

/* sum over the variables j of a group of {z_i, z_j} dH/dz_j. */
static dynamics_node motion(dynamics_graph *graph, const dynamics_node *gradient, const double *poisson, size_t n,
                            size_t i, const size_t *group, size_t which) {
    dynamics_node sum = dynamics_number(graph, 0);
    for (size_t j = 0; j < n; j++) {
        const double factor = bracket(poisson, n, i, j);
        if (factor == 0 || (group && group[j] != which)) { continue; }
        const dynamics_node part = dynamics_make(graph, DYNAMICS_MULTIPLY, dynamics_number(graph, factor), gradient[j]);
        sum = dynamics_make(graph, DYNAMICS_ADD, sum, part);
    }
    return sum;
}

static ons_status make_motion(ons_hamiltonian *made, const dynamics_node *gradient, const double *poisson) {
    ons_flow *flow = made->flow;
    const size_t n = flow->variable_count;
    for (size_t i = 0; i < n; i++) { flow->equations[i] = motion(&flow->graph, gradient, poisson, n, i, NULL, 0); }
    return dynamics_flow_tapes(flow);
}

/* ---- terms ----------------------------------------------------------------------------------------------------------
 */

/* Variables that a second derivative couples belong to one term: part[n] numbers the classes. */
static void couple(dynamics_graph *graph, const dynamics_node *gradient, size_t n, dynamics_node *column,
                   size_t *part) {
    const dynamics_node zero = dynamics_number(graph, 0);
    for (size_t i = 0; i < n; i++) { part[i] = i; }
    for (size_t j = 0; j < n; j++) {
        dynamics_derivatives(graph, gradient, n, dynamics_leaf(graph, DYNAMICS_VARIABLE, j), column);
        for (size_t i = 0; i < n; i++) {
            const size_t from = part[i], to = part[j];
            if (column[i] == zero || from == to) { continue; }
            for (size_t k = 0; k < n; k++) { part[k] = part[k] == from ? to : part[k]; }
        }
    }
}

/* Whether all variables of one class commute with those of a group. */
static bool commute(const double *poisson, size_t n, const size_t *part, size_t class, const size_t *group,
                    size_t which) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const bool inside = group[j] == which || part[j] == class;
            if (part[i] == class && inside && bracket(poisson, n, i, j) != 0) { return false; }
        }
    }
    return true;
}

/* Puts classes together as long as they commute; those that the energy does not know move nothing. The number of
 * groups; 0: a class does not commute with itself. */
static size_t make_groups(const double *poisson, size_t n, const size_t *part, const dynamics_node *gradient,
                          dynamics_node zero, size_t *group) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) { group[i] = SIZE_MAX; }
    for (size_t i = 0; i < n; i++) {
        if (group[i] != SIZE_MAX || gradient[i] == zero) { continue; }
        size_t which = 0;
        while (which < count && !commute(poisson, n, part, part[i], group, which)) { which++; }
        if (which == count && !commute(poisson, n, part, part[i], group, which)) { return 0; }
        count += which == count;
        for (size_t k = 0; k < n; k++) { group[k] = part[k] == part[i] ? which : group[k]; }
    }
    return count;
}

static ons_status make_term(ons_hamiltonian *made, const dynamics_node *gradient, const double *poisson,
                            const size_t *group, size_t which) {
    dynamics_graph *graph = &made->flow->graph;
    const size_t n = made->flow->variable_count;
    dynamics_term *term = &made->terms[which];
    term->moved = ONS_NEW(uint32_t, n);
    dynamics_node *outputs = ONS_NEW(dynamics_node, n);
    ons_status status = term->moved && outputs ? ONS_OK : ONS_MEMORY;
    const dynamics_node zero = dynamics_number(graph, 0);
    for (size_t i = 0; status == ONS_OK && i < n; i++) {
        const dynamics_node node = motion(graph, gradient, poisson, n, i, group, which);
        if (node == zero) { continue; }
        outputs[term->count] = node;
        term->moved[term->count++] = (uint32_t)i;
    }
    if (status == ONS_OK) { status = dynamics_tape_create(&term->motion, graph, outputs, term->count); }
    free(outputs);
    return status;
}

static ons_status make_terms(ons_hamiltonian *made, const dynamics_node *gradient, const double *poisson) {
    const size_t n = made->flow->variable_count;
    size_t *part = ONS_NEW(size_t, n), *group = ONS_NEW(size_t, n);
    dynamics_node *column = ONS_NEW(dynamics_node, n);
    ons_status status = part && group && column ? ONS_OK : ONS_MEMORY;
    size_t count = 0;
    if (status == ONS_OK) {
        couple(&made->flow->graph, gradient, n, column, part);
        count = make_groups(poisson, n, part, gradient, dynamics_number(&made->flow->graph, 0), group);
        made->terms = ONS_NEW(dynamics_term, count);
        status = made->terms ? ONS_OK : ONS_MEMORY;
    }
    made->term_count = status == ONS_OK ? count : 0;
    for (size_t k = 0; status == ONS_OK && k < count; k++) { status = make_term(made, gradient, poisson, group, k); }
    free(part);
    free(group);
    free(column);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------
 */

static ons_status make_all(ons_hamiltonian *made, const double *poisson) {
    ons_flow *flow = made->flow;
    const size_t n = flow->variable_count;
    dynamics_node *gradient = ONS_NEW(dynamics_node, n);
    if (!gradient) { return ONS_MEMORY; }
    for (size_t j = 0; j < n; j++) { gradient[j] = flow->slopes[j]; }
    const dynamics_node energy = flow->equations[0];
    ons_status status = dynamics_tape_create(&made->energy, &flow->graph, &energy, 1);
    if (status == ONS_OK) { status = make_motion(made, gradient, poisson); }
    if (status == ONS_OK) { status = make_terms(made, gradient, poisson); }
    free(gradient);
    made->work = ons_flow_work(flow);
    made->work = made->energy.registers > made->work ? made->energy.registers : made->work;
    for (size_t k = 0; k < made->term_count; k++) {
        const size_t registers = made->terms[k].motion.registers;
        made->work = registers > made->work ? registers : made->work;
    }
    return status == ONS_OK && flow->graph.failed ? ONS_MEMORY : status;
}

ons_status ons_hamiltonian_parse(ons_hamiltonian **hamiltonian, const char *energy, const char *const *variables,
                                 size_t count, const double *poisson, const char *const *parameters,
                                 size_t parameter_count) {
    *hamiltonian = NULL;
    ons_hamiltonian *made = ONS_NEW(ons_hamiltonian, 1);
    if (!made) { return ONS_MEMORY; }
    ons_text text = {0};
    ons_status status = check_brackets(poisson, count);
    if (status == ONS_OK) { status = energy_text(&text, energy, variables, count); }
    if (status == ONS_OK) { status = ons_flow_parse(&made->flow, text.data, parameters, parameter_count); }
    ons_text_free(&text);
    if (status == ONS_OK) { status = check_variables(made->flow, variables, count); }
    if (status == ONS_OK) { status = make_all(made, poisson); }
    if (status != ONS_OK) {
        ons_hamiltonian_free(made);
        return status;
    }
    *hamiltonian = made;
    return ONS_OK;
}

void ons_hamiltonian_free(ons_hamiltonian *old) {
    if (!old) { return; }
    ons_flow_free(old->flow);
    dynamics_tape_free(&old->energy);
    for (size_t k = 0; k < old->term_count; k++) {
        dynamics_tape_free(&old->terms[k].motion);
        free(old->terms[k].moved);
    }
    free(old->terms);
    free(old);
}

const ons_flow *ons_hamiltonian_flow(const ons_hamiltonian *hamiltonian) { return hamiltonian->flow; }
size_t ons_hamiltonian_work(const ons_hamiltonian *hamiltonian) { return hamiltonian->work + 1; }
size_t ons_hamiltonian_terms(const ons_hamiltonian *hamiltonian) { return hamiltonian->term_count; }

void ons_hamiltonian_energy(const ons_hamiltonian *hamiltonian, size_t lanes, const double *z, const double *p,
                            double *energy, double *work) {
    dynamics_tape_run(&hamiltonian->energy, lanes, &(dynamics_inputs){.x = z, .p = p}, energy, work);
}
