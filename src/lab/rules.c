/*
 * What a descriptor says of each parameter, read once: its range, when it exists, its default, and the order in which
 * defaults that are expressions of other parameters are evaluated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "descriptor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- when -----------------------------------------------------------------------------------------------------------
 */

/* The bit of one word of a condition; 0 when the subject knows no such word. */
static uint64_t bit_of_word(const ons_parameter *subject, const char *word, size_t length) {
    if (subject->type == ONS_BOOLEAN) {
        const int index = lab_choice_find("no|yes|false|true", word, length);
        return index < 0 ? 0 : UINT64_C(1) << (index & 1);
    }
    const int index = lab_choice_find(subject->choices, word, length);
    if (index >= 0) { return UINT64_C(1) << index; }
    const bool file = length == 4 && memcmp(word, "file", 4) == 0;
    return file && (subject->flags & (ONS_OR_FILE | ONS_OR_ARCHIVE)) ? UINT64_C(1) << 63 : 0;
}

static ons_status read_when(lab_descriptor *descriptor, size_t index) {
    const ons_parameter *parameter = &descriptor->table[index];
    lab_rule *rule = &descriptor->rules[index];
    const char *when = parameter->when, *equals = strchr(when, '=');
    if (equals == NULL || equals == when) {
        return lab_descriptor_wrong(descriptor->system,
                                    "`%s` exists when \"%s\"; expected \"update=wolff\" or \"disorder!=none\"",
                                    parameter->name, when);
    }
    const bool negated = equals[-1] == '!';
    const size_t length = (size_t)(equals - when) - negated;
    for (rule->subject = 0; rule->subject < descriptor->count; rule->subject++) {
        const char *name = descriptor->table[rule->subject].name;
        if (strlen(name) == length && memcmp(name, when, length) == 0) { break; }
    }
    const ons_parameter *subject = &descriptor->table[rule->subject];
    if (rule->subject == descriptor->count || (subject->type != ONS_CHOICE && subject->type != ONS_BOOLEAN) ||
        (subject->flags & ONS_ARRAY)) {
        return lab_descriptor_wrong(descriptor->system, "`%s` exists when \"%s\", but `%.*s` is no single choice",
                                    parameter->name, when, (int)length, when);
    }
    rule->conditional = true;
    for (const char *word = equals + 1;; word++) {
        const size_t word_length = strcspn(word, "|");
        const uint64_t bit = bit_of_word(subject, word, word_length);
        if (bit == 0) {
            return lab_descriptor_wrong(descriptor->system, "`%s` exists when \"%s\", but `%s` has no choice `%.*s`",
                                        parameter->name, when, subject->name, (int)word_length, word);
        }
        rule->words |= bit;
        word += word_length;
        if (*word == '\0') { break; }
    }
    if (negated) { rule->words = ~rule->words; }
    return ONS_OK;
}

static ons_status check_when_ends(const lab_descriptor *descriptor, size_t index) {
    size_t at = index;
    for (size_t steps = 0; descriptor->rules[at].conditional; steps++) {
        if (steps > descriptor->count) {
            return lab_descriptor_wrong(descriptor->system, "the condition \"%s\" of `%s` depends on itself",
                                        descriptor->table[index].when, descriptor->table[index].name);
        }
        at = descriptor->rules[at].subject;
    }
    return ONS_OK;
}

/* ---- defaults -------------------------------------------------------------------------------------------------------
 */

/* Reads the default as a value of the type: ONS_INVALID where it is none. */
static ons_status read_constant(const ons_parameter *parameter, lab_value *standard) {
    const lab_place nowhere = {0};
    const bool whole = parameter->type >= ONS_TEXT && !(parameter->flags & ONS_ARRAY);
    lab_list list = {0};
    lab_axis axis = {0};
    ons_status status = whole || parameter->standard[0] == '\0'
                            ? lab_list_single(&list, parameter, &nowhere, parameter->standard)
                            : lab_list_split(&list, parameter, &nowhere, parameter->standard);
    if (status >= 0) { status = lab_axis_read(&axis, parameter, &list, ""); }
    if (status >= 0 && axis.count != 1) { status = ons_fail(ONS_INVALID, "it has several values"); }
    if (status >= 0) {
        *standard = axis.values[0];
        axis.values[0] = (lab_value){0};
    }
    lab_axis_free(&axis);
    lab_list_free(&list);
    return status;
}

static bool fits(const ons_parameter *parameter, const lab_rule *rule, double value) {
    const bool whole = parameter->type != ONS_INTEGER || (value == floor(value) && fabs(value) < 0x1p63);
    return whole && lab_interval_holds(&rule->interval, value);
}

/* The default as an expression of other numbers; of a choice: its place in the list, from 0. */
static ons_status read_expression(lab_descriptor *descriptor, size_t index) {
    const ons_parameter *parameter = &descriptor->table[index];
    lab_rule *rule = &descriptor->rules[index];
    const ons_status status = ons_expression_parse(&rule->expression, parameter->standard);
    if (status == ONS_MEMORY) { return status; }
    if (status < 0) {
        return lab_descriptor_wrong(descriptor->system,
                                    "`%s` has the default \"%s\", which is neither a value nor an expression (%s)",
                                    parameter->name, parameter->standard, ons_message());
    }
    const size_t count = ons_expression_name_count(rule->expression);
    if (count == 0 && !fits(parameter, rule, ons_expression_value(rule->expression, NULL))) {
        return lab_descriptor_wrong(descriptor->system, "`%s` has the default \"%s\", which it cannot take",
                                    parameter->name, parameter->standard);
    }
    rule->operands = ONS_NEW(size_t, count);
    if (rule->operands == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < count; i++) {
        const char *name = ons_expression_name(rule->expression, i);
        const size_t operand = lab_parameter_find(descriptor->table, descriptor->count, name);
        const bool number = operand != SIZE_MAX && (descriptor->table[operand].type <= ONS_REAL ||
                                                    descriptor->table[operand].type == ONS_CHOICE);
        if (!number) {
            return lab_descriptor_wrong(descriptor->system,
                                        "`%s` has the default \"%s\", but `%s` is no number of this system",
                                        parameter->name, parameter->standard, name);
        }
        rule->operands[i] = operand;
    }
    return ONS_OK;
}

static ons_status read_rule(lab_descriptor *descriptor, size_t index) {
    const ons_parameter *parameter = &descriptor->table[index];
    lab_rule *rule = &descriptor->rules[index];
    const bool number = parameter->type <= ONS_REAL;
    if (!lab_interval_read(&rule->interval, parameter->range) || (parameter->range != NULL && !number)) {
        return lab_descriptor_wrong(descriptor->system,
                                    "`%s` has the range \"%s\"; expected \"(0, inf)\" or \"[1, 1e6]\" of a number",
                                    parameter->name, parameter->range);
    }
    rule->required = parameter->standard == NULL;
    if (parameter->when != NULL) {
        const ons_status status = read_when(descriptor, index);
        if (status < 0) { return status; }
    }
    if (rule->required) { return ONS_OK; }
    const ons_status status = read_constant(parameter, &rule->standard);
    if (status != ONS_INVALID) { return status; }
    if (number) { return read_expression(descriptor, index); }
    return lab_descriptor_wrong(descriptor->system, "the default of `%s` cannot be used: %s", parameter->name,
                                ons_message());
}

/* ---- the order of evaluation ----------------------------------------------------------------------------------------
 */

enum { UNSEEN, OPEN, CLOSED };

/* Depth first: operands before what is made of them. */
static ons_status visit(lab_descriptor *descriptor, size_t index, char *seen) {
    const lab_rule *rule = &descriptor->rules[index];
    if (rule->expression == NULL || seen[index] == CLOSED) { return ONS_OK; }
    if (seen[index] == OPEN) {
        return lab_descriptor_wrong(descriptor->system, "the default \"%s\" of `%s` depends on itself",
                                    descriptor->table[index].standard, descriptor->table[index].name);
    }
    seen[index] = OPEN;
    for (size_t i = 0; i < ons_expression_name_count(rule->expression); i++) {
        const ons_status status = visit(descriptor, rule->operands[i], seen);
        if (status < 0) { return status; }
    }
    seen[index] = CLOSED;
    descriptor->order[descriptor->order_count++] = index;
    return ONS_OK;
}

ons_status lab_rules_read(lab_descriptor *descriptor) {
    const size_t count = descriptor->count;
    descriptor->rules = ONS_NEW(lab_rule, count);
    descriptor->order = ONS_NEW(size_t, count);
    char *seen = ONS_NEW(char, count);
    ons_status status = descriptor->rules == NULL || descriptor->order == NULL || seen == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t i = 0; status >= 0 && i < count; i++) { status = read_rule(descriptor, i); }
    for (size_t i = 0; status >= 0 && i < count; i++) { status = check_when_ends(descriptor, i); }
    for (size_t i = 0; status >= 0 && i < count; i++) { status = visit(descriptor, i, seen); }
    free(seen);
    return status;
}
