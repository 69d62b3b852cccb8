/*
 * --where: the tasks of an archive that are wanted, by the values of their parameters.
 *
 * "L=16,32 temperature=2.2:2.3" holds a condition for each parameter: a list of values and inclusive ranges. A value
 * with spaces or commas stands in double quotes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One condition, cut out of the text: "L", "16,32". */
typedef struct condition {
    char *name, *values;
} condition;

/* How far it is to one of these marks outside of quotes. */
static size_t span(const char *text, const char *marks) {
    bool quoted = false;
    size_t length = 0;
    for (; text[length] && (quoted || !strchr(marks, text[length])); length++) { quoted ^= text[length] == '"'; }
    return length;
}

/* The condition at *text, which moves behind it. ONS_DONE: none is left. */
static ons_status next_condition(const char **text, condition *found) {
    *text += strspn(*text, " ;");
    if (!**text) { return ONS_DONE; }
    const size_t length = span(*text, " ;"), name = strcspn(*text, "=");
    if (name == 0 || name >= length || length == name + 1) {
        return ons_fail(ONS_INVALID, "--where takes PARAMETER=VALUE,... and not '%.*s'", (int)length, *text);
    }
    found->name = ons_copy_part(*text, name);
    found->values = ons_copy_part(*text + name + 1, length - name - 1);
    *text += length;
    return found->name && found->values ? ONS_OK : ONS_MEMORY;
}

static void free_condition(condition *found) {
    free(found->name);
    free(found->values);
    *found = (condition){0};
}

/* Whether a value is the item, equal as a number or as a text, or lies in the range that it is. */
static bool matches(const char *value, const char *item) {
    double number, from, to;
    const bool is_number = ons_parse_real(value, &number) == ONS_OK;
    const char *colon = strchr(item, ':');
    if (colon && is_number) {
        char *first = ons_copy_part(item, (size_t)(colon - item));
        const bool range = first && (!*first || ons_parse_real(first, &from) == ONS_OK) &&
                           (!colon[1] || ons_parse_real(colon + 1, &to) == ONS_OK);
        const bool inside = range && (!*first || number >= from) && (!colon[1] || number <= to);
        free(first);
        if (range) { return inside; }
    }
    return strcmp(value, item) == 0 || (is_number && ons_parse_real(item, &from) == ONS_OK && from == number);
}

/* An item of the list, without its quotes; of an array that comma is no end. */
static size_t item_length(const char *text) {
    size_t length = span(text, ",[");
    if (text[length] != '[') { return length; }
    size_t depth = 0;
    for (; text[length]; length++) {
        depth += text[length] == '[';
        depth -= text[length] == ']' && depth;
        if (text[length] == ',' && !depth) { break; }
    }
    return length;
}

static bool listed(const char *value, const char *values) {
    bool found = false;
    for (const char *begin = values; *begin && !found;) {
        const size_t length = item_length(begin);
        const bool quoted = length > 1 && begin[0] == '"' && begin[length - 1] == '"';
        char *item = ons_copy_part(begin + quoted, length - 2 * quoted);
        found = item && (quoted ? strcmp(value, item) == 0 : matches(value, item));
        free(item);
        begin += length + (begin[length] == ',');
    }
    return found;
}

static bool has_parameter(const ons_task_result *task, const char *name) {
    for (size_t p = 0; p < task->parameters; p++) {
        if (strcmp(task->parameter[p], name) == 0) { return true; }
    }
    return false;
}

bool cli_where(const ons_task_result *task, const char *axis, size_t index, const char *where) {
    condition one = {0};
    bool wanted = true;
    while (where && wanted && next_condition(&where, &one) == ONS_OK) {
        if (!one.name || !one.values) { break; }
        const bool along = axis && index != CLI_NO_INDEX && strcmp(axis, one.name) == 0;
        ons_text value = {0};
        (void)cli_parameter_text(task, one.name, along ? index : CLI_NO_INDEX, &value);
        /* What runs inside of the task is chosen element by element. */
        const bool inside = !along && value.data && value.data[0] == '[' && !strchr(one.values, '[');
        wanted = has_parameter(task, one.name) && (inside || (value.data && listed(value.data, one.values)));
        ons_text_free(&value);
        free_condition(&one);
    }
    free_condition(&one);
    return wanted;
}

/* What runs within a task is no property of it, unless the condition names the whole array. */
static ons_status refuse_inside(const ons_results *results, const condition *one) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        ons_text value = {0};
        (void)cli_parameter_text(ons_results_task(results, t), one->name, CLI_NO_INDEX, &value);
        const bool inside = value.data && value.data[0] == '[' && !strchr(one->values, '[');
        ons_text_free(&value);
        if (!inside) { continue; }
        return ons_fail(ONS_INVALID,
                        "--where %s=%s: '%s' runs within the tasks of %s, and --where chooses whole tasks here; write "
                        "the whole array, [...]",
                        one->name, one->values, one->name, ons_results_path(results));
    }
    return ONS_OK;
}

static ons_status check_conditions(const ons_results *results, const char *where, bool points) {
    condition one = {0};
    ons_status status = ONS_OK;
    for (const char *rest = where; status == ONS_OK;) {
        status = next_condition(&rest, &one);
        if (status != ONS_OK || !one.name || !one.values) { break; }
        status = cli_check_parameter(results, one.name);
        if (status == ONS_OK && !points) { status = refuse_inside(results, &one); }
        free_condition(&one);
    }
    free_condition(&one);
    return status < 0 ? status : ONS_OK;
}

ons_status cli_where_keep(const cli_arguments *arguments, ons_results *results) {
    const char *where = cli_option_value(arguments, "where");
    if (!where) { return ONS_OK; }
    ons_status status = check_conditions(results, where, arguments->verb->run == cli_plot);
    if (status != ONS_OK) { return status; }
    const size_t count = ons_results_count(results);
    size_t kept = 0;
    bool *keep = ONS_NEW(bool, count);
    if (!keep) { return ONS_MEMORY; }
    for (size_t t = 0; t < count; t++) {
        keep[t] = cli_where(ons_results_task(results, t), NULL, CLI_NO_INDEX, where);
        kept += keep[t];
    }
    status = kept > 0 ? ons_results_keep(results, keep)
                      : ons_fail(ONS_INVALID, "%s has no task with %s", ons_results_path(results), where);
    free(keep);
    return status;
}
