/*
 * Equations that a user wrote, and the values of their parameters.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "own_equations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- settings -------------------------------------------------------------------------------------------------------
 */

void own_settings_free(own_settings *old) {
    for (size_t i = 0; i < old->count; i++) { free(old->names[i]); }
    free(old->names);
    free(old->values);
}

static size_t settings_find(const own_settings *all, const char *name) {
    size_t i = 0;
    while (i < all->count && strcmp(all->names[i], name) != 0) { i++; }
    return i;
}

static ons_status add_setting(own_settings *all, const char *name, size_t length, double value) {
    ons_status status = ons_grow((void **)&all->names, &all->name_capacity, all->count + 1, sizeof *all->names);
    if (status == ONS_OK) {
        status = ons_grow((void **)&all->values, &all->value_capacity, all->count + 1, sizeof *all->values);
    }
    if (status != ONS_OK) { return status; }
    char *copy = ons_copy_part(name, length);
    if (!copy) { return ONS_MEMORY; }
    if (settings_find(all, copy) < all->count) {
        status = ons_fail(ONS_INVALID, "parameters: %s has two values", copy);
        free(copy);
        return status;
    }
    all->names[all->count] = copy;
    all->values[all->count++] = value;
    return ONS_OK;
}

static ons_status read_number(const char *name, size_t length, const char *text, double *value) {
    ons_expression *formula = NULL;
    ons_status status = ons_expression_parse(&formula, text);
    if (status == ONS_OK && ons_expression_name_count(formula) > 0) {
        status = ons_fail(ONS_INVALID, "a number is expected, not '%s'", ons_expression_name(formula, 0));
    }
    if (status == ONS_OK) {
        *value = ons_expression_value(formula, NULL);
        if (!isfinite(*value)) { status = ons_fail(ONS_INVALID, "%g is not finite", *value); }
    }
    ons_expression_free(formula);
    if (status == ONS_INVALID) {
        char *why = ons_copy(ons_message());
        status = ons_fail(ONS_INVALID, "parameters: %.*s: %s", (int)length, name, why ? why : "");
        free(why);
    }
    return status;
}

ons_status own_settings_read(own_settings *all, const char *text) {
    static const char gaps[] = " \t\r\n,;";
    ons_status status = ONS_OK;
    for (const char *at = text + strspn(text, gaps); status == ONS_OK && *at; at += strspn(at, gaps)) {
        const size_t name = strcspn(at, "= \t\r\n,;");
        const char *equals = at + name + strspn(at + name, " \t");
        const char *begin = equals + (*equals == '=') + strspn(equals + (*equals == '='), " \t");
        const size_t length = strcspn(begin, gaps);
        if (name == 0 || *equals != '=' || length == 0) {
            return ons_fail(ONS_INVALID, "parameters: NAME=NUMBER NAME=NUMBER is expected, not '%.40s'", at);
        }
        char *number = ons_copy_part(begin, length);
        double value = 0;
        status = number ? read_number(at, name, number, &value) : ONS_MEMORY;
        free(number);
        if (status == ONS_OK) { status = add_setting(all, at, name, value); }
        at = begin + length;
    }
    return status;
}

ons_status own_settings_put(own_settings *all, const char *name, double value) {
    const size_t index = settings_find(all, name);
    if (index == all->count) { return add_setting(all, name, strlen(name), value); }
    all->values[index] = value;
    return ONS_OK;
}

/* ---- equations ------------------------------------------------------------------------------------------------------
 */

void own_equations_free(own_equations *old) {
    ons_flow_free(old->flow);
    free(old->p);
    free(old->start);
    *old = (own_equations){0};
}

/* A parameter that the equations do not know changes nothing: most likely it is misspelt. */
static ons_status check_used(const own_equations *made, const own_settings *all) {
    for (size_t i = 0; i < all->count; i++) {
        if (!ons_flow_uses(made->flow, i)) {
            return ons_fail(ONS_INVALID, "parameters: '%s' does not occur in the equations", all->names[i]);
        }
    }
    return ONS_OK;
}

static void list_variables(const ons_flow *flow, ons_text *text) {
    for (size_t i = 0; i < ons_flow_dimension(flow) && i < 8; i++) {
        ons_text_add(text, "%s%s", i ? ", " : "", ons_flow_variable(flow, i));
    }
    if (ons_flow_dimension(flow) > 8) { ons_text_add(text, ", .."); }
}

static ons_status read_start(own_equations *made, const ons_parameters *parameters, const double *standard) {
    size_t count;
    const double *given = ons_reals(parameters, "initial", &count);
    if (!ons_given(parameters, "initial") && !ons_given(parameters, "equations")) {
        given = standard;
        count = made->dimension;
    }
    if (count != made->dimension) {
        ons_text names = {0};
        list_variables(made->flow, &names);
        const ons_status status =
            ons_fail(ONS_INVALID, "initial: %zu numbers are expected, one for each of %s, not %zu", made->dimension,
                     names.data ? names.data : "", count);
        ons_text_free(&names);
        return status;
    }
    made->start = ONS_NEW(double, count);
    if (!made->start) { return ONS_MEMORY; }
    memcpy(made->start, given, count * sizeof *given);
    return ONS_OK;
}

static ons_status read_flow(own_equations *made, const own_settings *all, const char *text) {
    static const char *const none[] = {NULL}; /* an empty list, not NULL: all names are parameters */
    const char *const *names = all->names ? (const char *const *)all->names : none;
    ons_status status = ons_flow_parse(&made->flow, text, names, all->count);
    if (status == ONS_INVALID) {
        char *why = ons_copy(ons_message());
        status = ons_fail(ONS_INVALID, "equations: %s", why ? why : "");
        free(why);
    }
    if (status == ONS_OK && ons_flow_delays(made->flow) > 0) {
        status = ons_fail(ONS_INVALID, "equations: delays are not possible here: a state and its perturbations have no "
                                       "history");
    }
    return status;
}

ons_status own_equations_read(own_equations *made, const own_settings *all, const ons_parameters *parameters,
                              const double *standard) {
    ons_status status = read_flow(made, all, ons_string(parameters, "equations"));
    if (status == ONS_OK) { status = check_used(made, all); }
    if (status == ONS_OK) {
        made->dimension = ons_flow_dimension(made->flow);
        status = read_start(made, parameters, standard);
    }
    if (status == ONS_OK) {
        made->p = ONS_NEW(double, all->count + 1);
        status = made->p ? ONS_OK : ONS_MEMORY;
    }
    for (size_t i = 0; status == ONS_OK && i < all->count; i++) { made->p[i] = all->values[i]; }
    if (status != ONS_OK) { own_equations_free(made); }
    return status;
}
