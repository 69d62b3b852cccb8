/*
 * What every view of results needs: parameters that tell rows apart, names of components, flags, warnings.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <onsager/registry.h>

#include <stdlib.h>
#include <string.h>

void cli_flags_text(unsigned flags, ons_text *text) {
    const char *between = "";
    for (unsigned bit = 1; flags; flags &= ~bit, bit <<= 1) {
        if (!(flags & bit)) { continue; }
        ons_text_add(text, "%s%s", between, ons_flag_name(bit));
        between = " ";
    }
}

const char *cli_kind_name(ons_kind kind) {
    static const char *const names[] = {"mean", "series", "value", "histogram", "table"};
    return names[kind];
}

/* ---- parameters -----------------------------------------------------------------------------------------------------
 */

static ons_status add_name(cli_names *names, size_t *capacity, const char *name) {
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], name) == 0) { return ONS_OK; }
    }
    const ons_status status = ons_grow((void **)&names->names, capacity, names->count + 1, sizeof *names->names);
    if (status == ONS_OK) { names->names[names->count++] = name; }
    return status;
}

static bool is_axis(const ons_task_result *task, const char *name) {
    for (size_t r = 0; r < task->results; r++) {
        const ons_result *result = &task->result[r];
        if (result->axis && result->rank > 0 && strcmp(result->axis, name) == 0) { return true; }
    }
    return false;
}

ons_status cli_varying(const ons_results *results, cli_names *names) {
    size_t capacity = 0;
    *names = (cli_names){0};
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        for (size_t p = 0; p < task->parameters; p++) {
            if (!task->varies[p] && !is_axis(task, task->parameter[p])) { continue; }
            const ons_status status = add_name(names, &capacity, task->parameter[p]);
            if (status != ONS_OK) { return status; }
        }
    }
    return ONS_OK;
}

void cli_names_free(cli_names *names) {
    free(names->names);
    *names = (cli_names){0};
}

static const char *find_value(const ons_task_result *task, const char *name, bool *is_number) {
    for (size_t p = 0; p < task->parameters; p++) {
        if (strcmp(task->parameter[p], name) == 0) {
            *is_number = task->value_is_number[p];
            return task->value[p];
        }
    }
    return NULL;
}

/* Element `index` of "[a,b,c]": its length, and where it begins. */
static size_t array_element(const char *value, size_t index, const char **element) {
    const char *c = value + 1;
    for (; index; index--) {
        c += strcspn(c, ",]");
        if (*c != ',') { return 0; }
        c++;
    }
    c += strspn(c, " ");
    *element = c;
    return strcspn(c, ",] ");
}

ons_status cli_parameter_text(const ons_task_result *task, const char *name, size_t index, ons_text *text) {
    bool is_number;
    const char *value = find_value(task, name, &is_number);
    if (!value) { return ONS_OK; }
    if (value[0] == '[' && (index != CLI_NO_INDEX || !strchr(value, ','))) {
        const char *element = "";
        const size_t length = array_element(value, index == CLI_NO_INDEX ? 0 : index, &element);
        ons_text_add_bytes(text, element, length);
    } else {
        ons_text_add(text, "%s", value);
    }
    return cli_text_status(text);
}

void cli_place_text(const ons_task_result *task, const char *name, const char *axis, size_t index, ons_text *text) {
    bool is_number;
    const char *value = find_value(task, name, &is_number);
    const bool along = axis && index != CLI_NO_INDEX && strcmp(axis, name) == 0;
    if (!value) { return; }
    if (!along && value[0] == '[' && strchr(value, ',')) {
        for (size_t p = 0; p < task->parameters; p++) {
            if (strcmp(task->parameter[p], name) == 0 && !task->varies[p]) { return; }
        }
    }
    (void)cli_parameter_text(task, name, along ? index : CLI_NO_INDEX, text);
}

bool cli_parameter_number(const ons_task_result *task, const char *name, size_t index, double *number) {
    ons_text text = {0};
    bool is_number = false;
    const bool good = find_value(task, name, &is_number) && is_number &&
                      cli_parameter_text(task, name, index, &text) == ONS_OK && text.length > 0 &&
                      text.data[0] != '[' && ons_parse_real(text.data, number) == ONS_OK;
    ons_text_free(&text);
    return good;
}

bool cli_parameter_is_number(const ons_results *results, const char *name) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        bool is_number;
        const char *value = find_value(task, name, &is_number);
        if (!value) { continue; }
        double number;
        if (!cli_parameter_number(task, name, is_axis(task, name) ? 0 : CLI_NO_INDEX, &number)) { return false; }
    }
    return true;
}

/* The description of a parameter, where the system comes with onsager; NULL otherwise. */
static const ons_parameter *find_description(const ons_results *results, const char *name) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (strcmp((*system)->name, ons_results_system(results)) != 0) { continue; }
        for (const ons_parameter *p = (*system)->parameters; p && p->name; p++) {
            if (strcmp(p->name, name) == 0) { return p; }
        }
    }
    return NULL;
}

const char *cli_parameter_unit(const ons_results *results, const char *name) {
    const ons_parameter *parameter = find_description(results, name);
    return parameter ? parameter->unit : NULL;
}

const char *cli_quantity_unit(const ons_results *results, const char *name) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_result *result = ons_task_find(ons_results_task(results, t), name);
        if (result) { return result->unit; }
    }
    return NULL;
}

bool cli_parameter_is_real(const ons_results *results, const char *name) {
    const ons_parameter *parameter = find_description(results, name);
    if (parameter) { return parameter->type == ONS_REAL; }
    for (size_t t = 0; t < ons_results_count(results); t++) { /* a user's system: real where one value is */
        bool is_number = false;
        const char *value = find_value(ons_results_task(results, t), name, &is_number);
        if (value && is_number && strpbrk(value, ".e")) { return true; }
    }
    return false;
}

/* How many distinct values a parameter takes, over tasks and along the results that run over it. */
static size_t distinct_values(const ons_results *results, const char *name) {
    size_t count = 0;
    char **seen = NULL;
    size_t capacity = 0;
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        const bool axis = is_axis(task, name);
        for (size_t index = 0;; index++) {
            ons_text text = {0};
            if (cli_parameter_text(task, name, axis ? index : CLI_NO_INDEX, &text) != ONS_OK || text.length == 0) {
                ons_text_free(&text);
                break;
            }
            bool known = false;
            for (size_t i = 0; i < count; i++) { known = known || strcmp(seen[i], text.data) == 0; }
            if (known || ons_grow((void **)&seen, &capacity, count + 1, sizeof *seen) != ONS_OK) {
                ons_text_free(&text);
            } else {
                seen[count++] = text.data;
            }
            bool is_number;
            const char *value = find_value(task, name, &is_number);
            if (!axis || value[0] != '[') { break; }
        }
    }
    for (size_t i = 0; i < count; i++) { free(seen[i]); }
    free(seen);
    return count;
}

static bool varies(const ons_results *results, const char *name) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        for (size_t p = 0; p < task->parameters; p++) {
            if (task->varies[p] && strcmp(task->parameter[p], name) == 0) { return true; }
        }
    }
    return false;
}

const char *cli_quantity_axis(const ons_results *results, const char *name) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_result *result = ons_task_find(ons_results_task(results, t), name);
        if (result && result->axis && result->rank) { return result->axis; }
    }
    return NULL;
}

ons_status cli_default_axes(const ons_results *results, const char *axis, cli_axes *axes) {
    *axes = (cli_axes){0};
    cli_names names;
    const ons_status status = cli_varying(results, &names);
    size_t most = 0, kept = 0;
    for (size_t i = 0; i < names.count; i++) { /* what only other quantities run over is none of ours */
        const char *name = names.names[i];
        if (varies(results, name) || (axis && strcmp(axis, name) == 0)) { names.names[kept++] = name; }
    }
    for (size_t i = 0; status == ONS_OK && i < kept; i++) {
        if (!cli_parameter_is_number(results, names.names[i])) { continue; }
        const size_t count = distinct_values(results, names.names[i]);
        if (count > most) {
            most = count;
            axes->x = names.names[i];
        }
    }
    for (size_t i = 0; status == ONS_OK && i < kept && !axes->by; i++) {
        if (axes->x && strcmp(names.names[i], axes->x) != 0) { axes->by = names.names[i]; }
    }
    cli_names_free(&names);
    return status;
}

/* ---- names ----------------------------------------------------------------------------------------------------------
 */

size_t cli_axis_index(const ons_result *result, size_t component) {
    if (!result->axis || result->rank == 0 || result->shape[0] == 0) { return CLI_NO_INDEX; }
    return component / (result->size / result->shape[0]);
}

void cli_component_name(const ons_result *result, size_t component, ons_text *text) {
    ons_text_add(text, "%s", result->name);
    const unsigned first = result->axis && result->rank > 0;
    if (result->rank <= first) { return; }
    size_t stride = result->size;
    for (unsigned d = 0; d < result->rank; d++) {
        stride = result->shape[d] ? stride / result->shape[d] : 1;
        const size_t index = stride ? component / stride % (result->shape[d] ? result->shape[d] : 1) : 0;
        if (d >= first) { ons_text_add(text, "%s%zu", d == first ? "[" : ",", index); }
    }
    ons_text_add(text, "]");
}

static ons_status check_quantity(const ons_results *results, const char *name) {
    const char *const *names;
    const size_t count = ons_results_names(results, &names);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) { return ONS_OK; }
    }
    char hint[CLI_HINT];
    return ons_fail(ONS_INVALID, "%s holds no quantity '%s'%s", ons_results_path(results), name,
                    cli_hint(hint, name, names, count));
}

bool cli_quantity_listed(const char *list, const char *name) {
    const size_t length = strlen(name);
    for (const char *item = list; item; item = strchr(item, ',')) {
        item += *item == ',';
        if (strncmp(item, name, length) == 0 && (item[length] == ',' || item[length] == '\0')) { return true; }
    }
    return false;
}

ons_status cli_check_quantity(const ons_results *results, const char *list) {
    ons_status status = ONS_OK;
    for (const char *item = list; status == ONS_OK && item; item = strchr(item, ',')) {
        item += *item == ',';
        char *name = ons_copy_part(item, strcspn(item, ","));
        status = !name   ? ONS_MEMORY
                 : *name ? check_quantity(results, name)
                         : ons_fail(ONS_INVALID, "a name is missing in a list of quantities, NAME,NAME");
        free(name);
    }
    return status;
}

ons_status cli_check_parameter(const ons_results *results, const char *name) {
    cli_names names = {0};
    size_t capacity = 0;
    ons_status status = ONS_OK;
    for (size_t t = 0; t < ons_results_count(results) && status == ONS_OK; t++) {
        const ons_task_result *task = ons_results_task(results, t);
        for (size_t p = 0; p < task->parameters && status == ONS_OK; p++) {
            status = add_name(&names, &capacity, task->parameter[p]);
        }
    }
    bool found = false;
    for (size_t i = 0; i < names.count; i++) { found = found || strcmp(names.names[i], name) == 0; }
    if (status == ONS_OK && !found) {
        char hint[CLI_HINT];
        status = ons_fail(ONS_INVALID, "%s has no parameter '%s'%s", ons_results_path(results), name,
                          cli_hint(hint, name, names.names, names.count));
    }
    cli_names_free(&names);
    return status;
}
