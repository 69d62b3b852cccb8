/*
 * The parameters of one task: what was chosen, defaults for the rest, and whether each of them exists.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct resolver {
    const lab_descriptor *descriptor;
    struct ons_parameters *parameters;
    const lab_value *const *chosen;
    const lab_entry *const *entries;
    const lab_place *place;
} resolver;

static void borrow(lab_value *value, const lab_value *owner) {
    *value = *owner;
    value->borrowed = true;
}

/* Exists where its subject exists and has one of the words. */
static bool is_present(const resolver *r, size_t index) {
    const lab_rule *rule = &r->descriptor->rules[index];
    if (!rule->conditional) { return true; }
    if (!is_present(r, rule->subject)) { return false; }
    const lab_value *subject = &r->parameters->values[rule->subject];
    if (subject->count == 0) { return false; }
    const int64_t choice = subject->integers[0];
    return rule->words >> (choice < 0 ? 63 : choice) & 1;
}

/* ---- defaults that are expressions ----------------------------------------------------------------------------------
 */

/* The value of a default; NaN when an operand has none, is missing or is an array of several numbers. */
static ons_status evaluate(const resolver *r, size_t index, double *number) {
    const lab_rule *rule = &r->descriptor->rules[index];
    const size_t count = ons_expression_name_count(rule->expression);
    double few[16], *operands = count <= 16 ? few : ONS_NEW(double, count);
    if (operands == NULL) { return ONS_MEMORY; }
    bool known = true;
    for (size_t i = 0; i < count; i++) {
        const lab_value *value = &r->parameters->values[rule->operands[i]];
        const bool choice = r->descriptor->table[rule->operands[i]].type == ONS_CHOICE;
        known = known && value->count == 1;
        operands[i] = value->count != 1 ? NAN : choice ? (double)value->integers[0] : value->reals[0];
    }
    *number = known ? ons_expression_value(rule->expression, operands) : NAN;
    if (operands != few) { free(operands); }
    return ONS_OK;
}

static bool fits(const resolver *r, size_t index, double number) {
    const bool whole =
        r->descriptor->table[index].type != ONS_INTEGER || (number == floor(number) && fabs(number) < 0x1p63);
    return whole && lab_interval_holds(&r->descriptor->rules[index].interval, number);
}

/* Where the user wrote what leads to the value of a default; the grid where nothing did. */
static const lab_place *place_of_operands(const resolver *r, size_t index) {
    const lab_rule *rule = &r->descriptor->rules[index];
    for (size_t i = 0; i < ons_expression_name_count(rule->expression); i++) {
        if (r->entries[rule->operands[i]] != NULL) { return &r->entries[rule->operands[i]]->place; }
    }
    return r->place;
}

static ons_status refuse_default(const resolver *r, size_t index, double number) {
    const ons_parameter *parameter = &r->descriptor->table[index];
    const lab_rule *rule = &r->descriptor->rules[index];
    for (size_t i = 0; i < ons_expression_name_count(rule->expression); i++) {
        if (r->parameters->values[rule->operands[i]].count > 1) {
            return lab_fail_at(place_of_operands(r, index),
                               "the default of `%s` is %s, which needs a single `%s`; give `%s`", parameter->name,
                               parameter->standard, r->descriptor->table[rule->operands[i]].name, parameter->name);
        }
    }
    ons_text expected = {0};
    char text[ONS_REAL_TEXT];
    lab_expected(parameter, &expected);
    lab_fail_at(place_of_operands(r, index), "the default of `%s` is %s = %s, but it takes %s; give `%s`",
                parameter->name, parameter->standard, ons_real_text(number, text),
                expected.data == NULL ? "" : expected.data, parameter->name);
    ons_text_free(&expected);
    return ONS_INVALID;
}

/* A value for what does not exist and has no default, so that asking for it does no harm. */
static ons_status fill_neutral(lab_value *value, const ons_parameter *parameter) {
    static const char *const neutral[] = {
        [ONS_INTEGER] = "0", [ONS_REAL] = "0", [ONS_COMPLEX] = "0", [ONS_BOOLEAN] = "no",
        [ONS_TEXT] = "",     [ONS_FILE] = "",  [ONS_FORMULA] = "0"};
    ons_parameter free_one = *parameter;
    const lab_place nowhere = {0};
    char *first = NULL;
    lab_list list = {0};
    lab_axis axis = {0};
    free_one.range = NULL;
    free_one.standard = "";
    if (parameter->type == ONS_CHOICE) {
        first = ons_copy_part(parameter->choices, strcspn(parameter->choices, "|"));
        if (first == NULL) { return ONS_MEMORY; }
    }
    ons_status status = lab_list_single(&list, &free_one, &nowhere, first == NULL ? neutral[parameter->type] : first);
    if (status >= 0) { status = lab_axis_read(&axis, &free_one, &list, ""); }
    if (status >= 0) {
        *value = axis.values[0];
        axis.values[0] = (lab_value){0};
    }
    free(first);
    lab_axis_free(&axis);
    lab_list_free(&list);
    return status;
}

/* Evaluates the default of a parameter: fills it in, or compares it with what was given. */
static ons_status resolve_expression(const resolver *r, size_t index) {
    const ons_parameter *parameter = &r->descriptor->table[index];
    lab_value *value = &r->parameters->values[index];
    double number;
    const ons_status status = evaluate(r, index, &number);
    if (status < 0) { return status; }
    if (value->count > 0) {
        if (value->count == 1 && value->reals[0] == number) { value->given = false; }
        return ONS_OK;
    }
    for (size_t i = 0; i < ons_expression_name_count(r->descriptor->rules[index].expression); i++) {
        if (r->parameters->values[r->descriptor->rules[index].operands[i]].count == 0) { return ONS_OK; }
    }
    if (fits(r, index, number)) { return lab_value_number(value, parameter, number); }
    return is_present(r, index) ? refuse_default(r, index, number) : ONS_OK;
}

/* ---- all of them ----------------------------------------------------------------------------------------------------
 */

static ons_status refuse_absent(const resolver *r, size_t index) {
    const ons_parameter *parameter = &r->descriptor->table[index];
    const size_t subject = r->descriptor->rules[index].subject;
    const ons_parameter *other = &r->descriptor->table[subject];
    ons_text value = {0};
    char shown[LAB_SHOWN];
    lab_value_text(other, &r->parameters->values[subject], &value);
    lab_fail_at(&r->entries[index]->key_place, "`%s` exists only where %s, and here %s=%s; leave it out%s",
                parameter->name, parameter->when, other->name, lab_shown(value.data == NULL ? "" : value.data, shown),
                r->entries[index]->node != NULL ? " or give it in a grid of its own" : "");
    ons_text_free(&value);
    return ONS_INVALID;
}

static ons_status refuse_missing(const resolver *r, size_t index) {
    const ons_parameter *parameter = &r->descriptor->table[index];
    ons_text expected = {0};
    lab_expected(parameter, &expected);
    lab_fail_at(r->place, "`%s` is missing; %s needs %s=VALUE, %s%s%s", parameter->name, r->descriptor->system->name,
                parameter->name, expected.data == NULL ? "" : expected.data, parameter->meaning == NULL ? "" : ": ",
                parameter->meaning == NULL ? "" : parameter->meaning);
    ons_text_free(&expected);
    return ONS_INVALID;
}

/* What was missing for an expression is named before what was to be made of it: hence two rounds. */
static ons_status settle(const resolver *r, size_t index, bool expressions) {
    if ((r->descriptor->rules[index].expression != NULL) != expressions) { return ONS_OK; }
    lab_value *value = &r->parameters->values[index];
    value->present = is_present(r, index);
    if (r->chosen[index] != NULL && !value->present) { return refuse_absent(r, index); }
    if (value->count > 0) { return ONS_OK; }
    if (value->present) { return refuse_missing(r, index); }
    return fill_neutral(value, &r->descriptor->table[index]);
}

ons_status lab_parameters_resolve(struct ons_parameters *parameters, const lab_descriptor *descriptor,
                                  const lab_value *const *chosen, const lab_entry *const *entries,
                                  const lab_place *place) {
    const resolver r = {descriptor, parameters, chosen, entries, place};
    parameters->system = descriptor->system;
    parameters->table = descriptor->table;
    parameters->count = descriptor->count;
    parameters->values = ONS_NEW(lab_value, descriptor->count);
    if (parameters->values == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < descriptor->count; i++) {
        const lab_value *standard = &descriptor->rules[i].standard;
        const bool constant = standard->count > 0;
        if (chosen[i] != NULL) {
            borrow(&parameters->values[i], chosen[i]);
            parameters->values[i].given = !constant || !lab_value_equal(&descriptor->table[i], chosen[i], standard);
        } else if (constant) {
            borrow(&parameters->values[i], standard);
        }
    }
    ons_status status = ONS_OK;
    for (size_t i = 0; status >= 0 && i < descriptor->order_count; i++) {
        status = resolve_expression(&r, descriptor->order[i]);
    }
    for (size_t i = 0; status >= 0 && i < descriptor->count; i++) { status = settle(&r, i, false); }
    for (size_t i = 0; status >= 0 && i < descriptor->count; i++) { status = settle(&r, i, true); }
    return status;
}
