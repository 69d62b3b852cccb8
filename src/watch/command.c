/*
 * What a page has posted, as a command for the run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_STEPS 1000000 /* of one request */

static const char *const actions[] = {"run", "pause", "step", "reset", "speed", "set"};

static ons_status read_number(const json_t *document, const char *key, double low, double high, double *number) {
    const json_t *value = json_object_get(document, key);
    *number = json_is_number(value) ? json_number_value(value) : NAN;
    if (*number >= low && *number <= high) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "\"%s\" must be a number from %g to %g", key, low, high);
}

/* {"temperature": "2.5", ...} */
static ons_status read_parameters(const json_t *document, watch_command *command) {
    json_t *parameters = json_object_get(document, "parameters"), *value;
    const char *name;
    if (!json_is_object(parameters) || json_object_size(parameters) == 0) {
        return ons_fail(ONS_INVALID, "\"parameters\" must be an object of names and texts");
    }
    command->names = ONS_NEW(char *, json_object_size(parameters));
    command->values = ONS_NEW(char *, json_object_size(parameters));
    if (!command->names || !command->values) { return ONS_MEMORY; }
    json_object_foreach(parameters, name, value) {
        if (!json_is_string(value)) { return ons_fail(ONS_INVALID, "the value of \"%s\" must be a text", name); }
        command->names[command->count] = ons_copy(name);
        command->values[command->count] = ons_copy(json_string_value(value));
        command->count++;
        if (!command->names[command->count - 1] || !command->values[command->count - 1]) { return ONS_MEMORY; }
    }
    return ONS_OK;
}

static ons_status read_document(const json_t *document, watch_command *command) {
    const json_t *action = json_object_get(document, "action");
    const char *word = json_is_string(action) ? json_string_value(action) : "";
    double number;
    for (size_t k = 0; k < sizeof actions / sizeof *actions; k++) {
        if (strcmp(word, actions[k]) != 0) { continue; }
        command->action = (watch_action)k;
        ons_status status = ONS_OK;
        if (command->action == WATCH_STEP) {
            status = read_number(document, "steps", 1, MOST_STEPS, &number);
            command->steps = status == ONS_OK ? (uint64_t)number : 0;
        } else if (command->action == WATCH_SPEED) {
            status = read_number(document, "speed", 0, 1e9, &command->speed);
        } else if (command->action == WATCH_SET) {
            status = read_parameters(document, command);
        }
        return status;
    }
    return ons_fail(ONS_INVALID, "\"action\" must be one of run, pause, step, reset, speed, set");
}

ons_status watch_command_read(watch_command **read, const char *bytes, size_t count) {
    json_error_t fault;
    json_t *document = json_loadb(bytes, count, JSON_REJECT_DUPLICATES, &fault);
    if (!json_is_object(document)) {
        json_decref(document);
        return ons_fail(ONS_INVALID, "the request is no JSON object: %s", fault.text);
    }
    watch_command *command = ONS_NEW(watch_command, 1);
    ons_status status = command ? read_document(document, command) : ONS_MEMORY;
    json_decref(document);
    if (status != ONS_OK) {
        watch_command_free(command);
        return status;
    }
    *read = command;
    return ONS_OK;
}

void watch_command_free(watch_command *command) {
    if (!command) { return; }
    for (size_t k = 0; k < command->count; k++) {
        free(command->names[k]);
        free(command->values[k]);
    }
    free(command->names);
    free(command->values);
    free(command->message);
    free(command);
}
