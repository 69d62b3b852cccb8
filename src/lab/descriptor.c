/*
 * A descriptor is checked before it is used: names, lists, functions. What it says of each parameter is read in
 * rules.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "descriptor.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

ons_status lab_descriptor_wrong(const ons_system *system, const char *format, ...) {
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return ons_fail(ONS_FAILED, "the descriptor of the system `%s` is wrong: %s", system->name, message);
}

size_t lab_parameter_find(const ons_parameter *table, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) == 0) { return i; }
    }
    return SIZE_MAX;
}

size_t lab_quantity_find(const lab_descriptor *descriptor, const char *name) {
    const ons_system *system = descriptor->system;
    for (size_t i = 0; i < descriptor->observables; i++) {
        if (system->observables[i].kind == ONS_MEAN && strcmp(system->observables[i].name, name) == 0) { return i; }
    }
    for (size_t i = 0; i < descriptor->deriveds; i++) {
        if (strcmp(system->derived[i].name, name) == 0) { return descriptor->observables + i; }
    }
    return SIZE_MAX;
}

static bool all_of(const char *word, const char *allowed) { return word[strspn(word, allowed)] == '\0'; }

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* Names stand in expressions: letters, digits and '_', a letter first. */
static bool is_name(const char *name) {
    return name[0] != '\0' && strchr(LOWER UPPER, name[0]) != NULL && all_of(name, LOWER UPPER DIGITS "_");
}

static ons_status check_head(const ons_system *system) {
    if (system->name == NULL || system->name[0] == '\0' || strchr(LOWER, system->name[0]) == NULL ||
        !all_of(system->name, LOWER DIGITS "-")) {
        return ons_fail(ONS_FAILED, "a system needs a name of lower-case letters, digits and '-', not `%s`",
                        system->name == NULL ? "" : system->name);
    }
    if (system->step == NULL) { return lab_descriptor_wrong(system, "`step` is missing; say what one step is"); }
    if (system->create == NULL || system->advance == NULL || system->persist == NULL) {
        const char *lacks = system->create == NULL ? "create" : system->advance == NULL ? "advance" : "persist";
        return lab_descriptor_wrong(system, "the function `%s` is missing", lacks);
    }
    return ONS_OK;
}

/* ---- the table of parameters ----------------------------------------------------------------------------------------
 */

/* Every system has a `start`: the lab adds the plain one. */
static const ons_parameter plain_start = {
    .name = "start",
    .type = ONS_CHOICE,
    .flags = ONS_OR_ARCHIVE,
    .standard = "standard",
    .choices = "standard",
    .meaning = "the system's own start, or a configuration stored in an archive",
};

static ons_status make_table(lab_descriptor *descriptor) {
    const ons_parameter *parameters = descriptor->system->parameters;
    size_t count = 0;
    while (parameters != NULL && parameters[count].name != NULL) { count++; }
    descriptor->table = ONS_NEW(ons_parameter, count + 1);
    if (descriptor->table == NULL) { return ONS_MEMORY; }
    if (count > 0) { memcpy(descriptor->table, parameters, count * sizeof *parameters); }
    if (lab_parameter_find(descriptor->table, count, "start") == SIZE_MAX) { descriptor->table[count++] = plain_start; }
    descriptor->count = count;
    return ONS_OK;
}

static ons_status check_choices(const ons_system *system, const ons_parameter *parameter) {
    size_t count;
    if (parameter->choices == NULL) { return lab_descriptor_wrong(system, "`%s` has no `choices`", parameter->name); }
    const char **words = lab_choice_list(parameter->choices, &count);
    if (words == NULL) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    if (count > LAB_CHOICES_MOST) {
        status = lab_descriptor_wrong(system, "`%s` has more than %d choices", parameter->name, LAB_CHOICES_MOST);
    }
    for (size_t i = 0; status >= 0 && i < count; i++) {
        const size_t length = strlen(words[i]);
        if (length == 0 || strpbrk(words[i], " \t\n,:[]'\"=") != NULL) {
            status = lab_descriptor_wrong(system, "`%s` has the choice `%s`, which cannot be written as one word",
                                          parameter->name, words[i]);
        } else if ((size_t)lab_choice_find(parameter->choices, words[i], length) != i) {
            status = lab_descriptor_wrong(system, "`%s` has the choice `%s` twice", parameter->name, words[i]);
        }
    }
    free(words);
    return status;
}

static ons_status check_parameter(const lab_descriptor *descriptor, size_t index) {
    const ons_system *system = descriptor->system;
    const ons_parameter *parameter = &descriptor->table[index];
    bool in_grids;
    if (!is_name(parameter->name)) {
        return lab_descriptor_wrong(system, "`%s` cannot name a parameter: letters, digits and '_' can",
                                    parameter->name);
    }
    if (lab_parameter_find(descriptor->table, descriptor->count, parameter->name) != index) {
        return lab_descriptor_wrong(system, "two parameters are named `%s`", parameter->name);
    }
    if (lab_control_known(parameter->name, &in_grids) || strcmp(parameter->name, "system") == 0 ||
        strcmp(parameter->name, "grids") == 0 || strcmp(parameter->name, "until") == 0) {
        return lab_descriptor_wrong(system, "`%s` is a word of the run controls and cannot name a parameter",
                                    parameter->name);
    }
    if ((unsigned)parameter->type > ONS_FORMULA) {
        return lab_descriptor_wrong(system, "`%s` has no known type", parameter->name);
    }
    if (parameter->type == ONS_CHOICE) { return check_choices(system, parameter); }
    if (parameter->flags & (ONS_OR_FILE | ONS_OR_ARCHIVE)) {
        return lab_descriptor_wrong(system, "`%s` may be a file instead of a choice, but is no choice",
                                    parameter->name);
    }
    return ONS_OK;
}

/* ---- observables and derived quantities -----------------------------------------------------------------------------
 */

static ons_status check_columns(const ons_system *system, const ons_observable *observable) {
    const char *columns = observable->columns;
    if (columns == NULL) { return lab_descriptor_wrong(system, "the table `%s` has no `columns`", observable->name); }
    for (;;) {
        columns += strspn(columns, " ");
        const size_t length = strcspn(columns, ",");
        char name[64];
        size_t name_length = length;
        while (name_length > 0 && columns[name_length - 1] == ' ') { name_length--; }
        if (name_length > 5 && memcmp(columns + name_length - 5, ":text", 5) == 0) { name_length -= 5; }
        if (name_length < sizeof name) { snprintf(name, sizeof name, "%.*s", (int)name_length, columns); }
        if (name_length >= sizeof name || !is_name(name)) {
            return lab_descriptor_wrong(system,
                                        "the table `%s` has the columns \"%s\"; expected \"state, energy, name:text\"",
                                        observable->name, observable->columns);
        }
        if (columns[length] == '\0') { return ONS_OK; }
        columns += length + 1;
    }
}

static ons_status check_observable(const lab_descriptor *descriptor, size_t index) {
    const ons_system *system = descriptor->system;
    const ons_observable *observable = &system->observables[index];
    if (!is_name(observable->name)) {
        return lab_descriptor_wrong(system, "`%s` cannot name an observable: letters, digits and '_' can",
                                    observable->name);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(system->observables[i].name, observable->name) == 0) {
            return lab_descriptor_wrong(system, "two observables are named `%s`", observable->name);
        }
    }
    if ((unsigned)observable->kind > ONS_TABLE) {
        return lab_descriptor_wrong(system, "the observable `%s` has no known kind", observable->name);
    }
    if (observable->axis != NULL) {
        const size_t axis = lab_parameter_find(descriptor->table, descriptor->count, observable->axis);
        if (axis == SIZE_MAX || !(descriptor->table[axis].flags & ONS_ARRAY)) {
            return lab_descriptor_wrong(system, "the axis `%s` of `%s` is no array parameter", observable->axis,
                                        observable->name);
        }
    }
    return observable->kind == ONS_TABLE ? check_columns(system, observable) : ONS_OK;
}

static ons_status check_derived(const lab_descriptor *descriptor, size_t index) {
    const ons_system *system = descriptor->system;
    const ons_derived *derived = &system->derived[index];
    if (!is_name(derived->name)) {
        return lab_descriptor_wrong(system, "`%s` cannot name a derived quantity: letters, digits and '_' can",
                                    derived->name);
    }
    for (size_t i = 0; i < descriptor->observables; i++) {
        if (strcmp(system->observables[i].name, derived->name) == 0) {
            return lab_descriptor_wrong(system, "`%s` names an observable and a derived quantity", derived->name);
        }
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(system->derived[i].name, derived->name) == 0) {
            return lab_descriptor_wrong(system, "two derived quantities are named `%s`", derived->name);
        }
    }
    if (derived->function == NULL) {
        return lab_descriptor_wrong(system, "the derived quantity `%s` has no function", derived->name);
    }
    if (derived->like >= descriptor->observables || system->observables[derived->like].kind != ONS_MEAN) {
        return lab_descriptor_wrong(system, "the derived quantity `%s` must be `like` a mean observable",
                                    derived->name);
    }
    return ONS_OK;
}

static ons_status check_exact(const lab_descriptor *descriptor) {
    const ons_system *system = descriptor->system;
    for (const ons_exact *exact = system->exact; exact != NULL && exact->name != NULL; exact++) {
        bool found = lab_quantity_find(descriptor, exact->name) != SIZE_MAX;
        for (size_t i = 0; i < descriptor->observables; i++) {
            found = found || strcmp(system->observables[i].name, exact->name) == 0;
        }
        if (!found || exact->function == NULL) {
            return lab_descriptor_wrong(system, "the exact value `%s` %s", exact->name,
                                        found ? "has no function" : "belongs to no observable or derived quantity");
        }
    }
    return ONS_OK;
}

static ons_status check_quantities(lab_descriptor *descriptor) {
    const ons_system *system = descriptor->system;
    ons_status status = ONS_OK;
    descriptor->observables = descriptor->deriveds = 0;
    while (system->observables != NULL && system->observables[descriptor->observables].name != NULL) {
        descriptor->observables++;
    }
    while (system->derived != NULL && system->derived[descriptor->deriveds].name != NULL) { descriptor->deriveds++; }
    for (size_t i = 0; status >= 0 && i < descriptor->observables; i++) { status = check_observable(descriptor, i); }
    for (size_t i = 0; status >= 0 && i < descriptor->deriveds; i++) { status = check_derived(descriptor, i); }
    return status < 0 ? status : check_exact(descriptor);
}

static ons_status check_controls(const ons_system *system) {
    lab_controls controls = {0};
    const bool good = lab_controls_standard(&controls, system);
    lab_controls_free(&controls);
    if (good) { return ONS_OK; }
    return lab_descriptor_wrong(system,
                                "the default controls cannot be used: steps and replicas are whole numbers from 1 on, "
                                "warmup is auto (stationary systems) or a whole number, every is a number or log:N");
}

ons_status lab_descriptor_read(lab_descriptor *descriptor, const ons_system *system) {
    if (system->abi == 0) { return ons_fail(ONS_INVALID, "the descriptor must begin with .abi = ONS_ABI"); }
    if (system->abi != ONS_ABI) {
        return ons_fail(
            ONS_INVALID,
            "the system was compiled for version %u of the descriptor, this is version %u; compile it again",
            system->abi, ONS_ABI);
    }
    descriptor->system = system;
    ons_status status = check_head(system);
    if (status >= 0) { status = make_table(descriptor); }
    for (size_t i = 0; status >= 0 && i < descriptor->count; i++) { status = check_parameter(descriptor, i); }
    if (status >= 0) { status = lab_rules_read(descriptor); }
    if (status >= 0) { status = check_quantities(descriptor); }
    return status < 0 ? status : check_controls(system);
}

void lab_descriptor_free(lab_descriptor *descriptor) {
    for (size_t i = 0; descriptor->rules != NULL && i < descriptor->count; i++) {
        lab_value_free(&descriptor->rules[i].standard);
        ons_expression_free(descriptor->rules[i].expression);
        free(descriptor->rules[i].operands);
    }
    free(descriptor->rules);
    free(descriptor->order);
    free(descriptor->table);
    *descriptor = (lab_descriptor){0};
}
