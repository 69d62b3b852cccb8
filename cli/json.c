/*
 * Results as one JSON document.
 *
 * Numbers are written with the shortest decimals that read back as the same double; what is not finite is null, and the
 * object says why.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- text -----------------------------------------------------------------------------------------------------------
 */

/* Jansson prints doubles with 17 digits; this rewrites the numbers (outside of strings) as short as they can be. */
static void shorten_numbers(const char *json, ons_text *text) {
    for (const char *c = json; *c;) {
        if (*c == '"') {
            const char *begin = c++;
            while (*c != '"') { c += *c == '\\' ? 2 : 1; }
            c++;
            ons_text_add_bytes(text, begin, (size_t)(c - begin));
            continue;
        }
        const size_t length = strspn(c, "+-0123456789.eE");
        const size_t other = length ? 0 : strcspn(c, "\"-0123456789");
        char token[64];
        if (length && length < sizeof token && strcspn(c, ".eE") < length) {
            memcpy(token, c, length);
            token[length] = '\0';
            char buffer[ONS_REAL_TEXT];
            const char *number = ons_real_text(strtod(token, NULL), buffer);
            ons_text_add(text, "%s%s", number, strpbrk(number, ".e") ? "" : ".0");
        } else {
            ons_text_add_bytes(text, c, length ? length : other);
        }
        c += length ? length : other;
    }
}

ons_status cli_json_text(json_t *value, ons_text *text) {
    char *json = value ? json_dumps(value, JSON_INDENT(1) | JSON_PRESERVE_ORDER) : NULL;
    json_decref(value);
    if (!json) { return ons_fail(ONS_MEMORY, "not enough memory for the JSON document"); }
    shorten_numbers(json, text);
    ons_text_add(text, "\n");
    free(json);
    return cli_text_status(text);
}

json_t *cli_json_real(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *json_text(const char *text) {
    json_t *value = json_string(text ? text : "");
    return value ? value : json_string("(not UTF-8)");
}

/* A count where it is whole, otherwise a real number. */
static json_t *json_count(double value) {
    return value == floor(value) && fabs(value) < 0x1p53 ? json_integer((json_int_t)value) : cli_json_real(value);
}

/* values[size] nested by the shape; a single number for a scalar. */
static json_t *nested(const double *values, const size_t *shape, unsigned rank, json_t *(*convert)(double)) {
    if (rank == 0) { return convert(values[0]); }
    json_t *array = json_array();
    size_t stride = 1;
    for (unsigned d = 1; d < rank; d++) { stride *= shape[d]; }
    for (size_t i = 0; i < shape[0]; i++) {
        json_array_append_new(array, nested(values + i * stride, shape + 1, rank - 1, convert));
    }
    return array;
}

json_t *cli_json_reals(const double *values, size_t count) { return nested(values, &count, 1, cli_json_real); }

static json_t *flag_list(unsigned flags) {
    json_t *list = json_array();
    for (unsigned bit = 1; flags; flags &= ~bit, bit <<= 1) {
        if (flags & bit) { json_array_append_new(list, json_text(ons_flag_name(bit))); }
    }
    return list;
}

/* ---- parameters -----------------------------------------------------------------------------------------------------
 */

static json_t *number_of_text(const char *text, bool real) {
    char *end;
    const size_t digits = strspn(text + (text[0] == '-'), "0123456789");
    if (!real && digits && digits < 19 && text[digits + (text[0] == '-')] == '\0') {
        return json_integer((json_int_t)atoll(text));
    }
    const double value = strtod(text, &end);
    return *end == '\0' && end != text && isfinite(value) ? json_real(value) : json_text(text);
}

static json_t *parameter_value(const ons_task_result *task, size_t p, bool real) {
    const char *value = task->value[p];
    if (!task->value_is_number[p]) { return json_text(value); }
    if (value[0] != '[') { return number_of_text(value, real); }
    json_t *array = json_array();
    const char *item = value + 1;
    while (*item && *item != ']') {
        item += strspn(item, " ");
        const size_t length = strcspn(item, ",]");
        char *one = ons_copy_part(item, length);
        if (one) { json_array_append_new(array, number_of_text(one, real)); }
        free(one);
        item += length + (item[length] == ',');
    }
    if (json_array_size(array) != 1) { return array; }
    json_t *only = json_incref(json_array_get(array, 0)); /* an array of one is written as its number */
    json_decref(array);
    return only;
}

/* ---- observables ----------------------------------------------------------------------------------------------------
 */

static bool all_finite(const double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) { return false; }
    }
    return true;
}

/* Explains every null of the object. */
static void add_why(ons_text *why, bool finite, const char *reason) {
    if (!finite && !(why->length && strstr(why->data, reason))) {
        ons_text_add(why, "%s%s", why->length ? "; " : "", reason);
    }
}

static unsigned flags_of(const ons_result *result) {
    unsigned flags = 0;
    for (size_t i = 0; result->flags && i < result->size; i++) { flags |= result->flags[i]; }
    return flags;
}

static void add_numbers(json_t *object, const char *key, const ons_result *result, const double *values, ons_text *why,
                        const char *reason) {
    if (!values) { return; }
    json_object_set_new(object, key, nested(values, result->shape, result->rank, cli_json_real));
    add_why(why, all_finite(values, result->size), reason);
}

static void add_exact(json_t *object, const ons_result *result) {
    if (!result->exact) { return; }
    bool known = false;
    for (size_t i = 0; i < result->size; i++) { known = known || isfinite(result->exact[i]); }
    if (!known) { return; }
    json_object_set_new(object, "exact", nested(result->exact, result->shape, result->rank, cli_json_real));
    if (result->exact_source) { json_object_set_new(object, "exact_source", json_text(result->exact_source)); }
}

static void mean_object(json_t *object, const ons_result *result, ons_text *why) {
    static const char derived[] = "a function of means has no autocorrelation time and no R-hat of its own";
    add_numbers(object, "mean", result, result->mean, why, "the mean is not a finite number");
    add_numbers(object, "error", result, result->error, why, "too few samples for an error");
    add_numbers(object, "tau", result, result->tau, why,
                result->derived ? derived : "no autocorrelation time could be estimated");
    if (result->samples) {
        json_object_set_new(object, "samples", nested(result->samples, result->shape, result->rank, json_count));
    }
    add_numbers(object, "effective", result, result->effective, why, "no effective number of samples");
    add_numbers(object, "rhat", result, result->rhat, why, result->derived ? derived : "R-hat does not apply");
    const unsigned flags = flags_of(result);
    json_object_set_new(object, "flags", flag_list(flags));
    if (flags && result->size > 1) {
        json_t *each = json_array();
        for (size_t i = 0; i < result->size; i++) { json_array_append_new(each, flag_list(result->flags[i])); }
        json_object_set_new(object, "component_flags", each);
    }
    add_exact(object, result);
}

static void series_object(json_t *object, const ons_result *result, ons_text *why) {
    size_t shape[5] = {result->times};
    memcpy(shape + 1, result->shape, result->rank * sizeof *shape);
    const size_t count = result->times * result->size;
    json_object_set_new(object, "time", cli_json_reals(result->time, result->times));
    json_object_set_new(object, "mean", nested(result->mean, shape, result->rank + 1, cli_json_real));
    add_why(why, all_finite(result->mean, count), "a mean is not a finite number");
    if (!result->error) { return; }
    json_object_set_new(object, "error", nested(result->error, shape, result->rank + 1, cli_json_real));
    add_why(why, all_finite(result->error, count), "an error needs two replicas");
}

static void value_object(json_t *object, const ons_result *result, ons_text *why) {
    add_numbers(object, "value", result, result->mean, why, "the value is not a finite number");
    bool known = false;
    for (size_t i = 0; result->error && i < result->size; i++) { known = known || !isnan(result->error[i]); }
    if (known) { add_numbers(object, "error", result, result->error, why, "no error is known"); }
    const unsigned flags = flags_of(result);
    if (flags) { json_object_set_new(object, "flags", flag_list(flags)); }
    add_exact(object, result);
}

static void histogram_object(json_t *object, const ons_result *result, ons_text *why) {
    json_object_set_new(object, "edges", cli_json_reals(result->edges, result->size + 1));
    json_t *counts = json_array();
    for (size_t i = 0; i < result->size; i++) { json_array_append_new(counts, json_count(result->mean[i])); }
    json_object_set_new(object, "counts", counts);
    if (result->error) {
        json_object_set_new(object, "error", cli_json_reals(result->error, result->size));
        add_why(why, all_finite(result->error, result->size), "too few samples for an error");
    }
    json_object_set_new(object, "below", json_count(result->below));
    json_object_set_new(object, "above", json_count(result->above));
}

static void table_object(json_t *object, const ons_result *result, ons_text *why) {
    json_t *columns = json_array(), *rows = json_array();
    for (size_t c = 0; c < result->columns; c++) { json_array_append_new(columns, json_text(result->column[c])); }
    for (size_t r = 0; r < result->rows; r++) {
        json_t *row = json_array();
        for (size_t c = 0; c < result->columns; c++) {
            const size_t cell = r * result->columns + c;
            const bool text = result->column_is_text[c];
            json_array_append_new(row, text ? json_text(result->texts[cell]) : cli_json_real(result->numbers[cell]));
            add_why(why, text || isfinite(result->numbers[cell]), "a number in the table is not finite");
        }
        json_array_append_new(rows, row);
    }
    json_object_set_new(object, "columns", columns);
    json_object_set_new(object, "rows", rows);
}

static json_t *result_object(const ons_result *result) {
    json_t *object = json_object();
    ons_text why = {0};
    json_object_set_new(object, "kind", json_text(cli_kind_name(result->kind)));
    switch (result->kind) {
    case ONS_MEAN: mean_object(object, result, &why); break;
    case ONS_SERIES: series_object(object, result, &why); break;
    case ONS_VALUE: value_object(object, result, &why); break;
    case ONS_HISTOGRAM: histogram_object(object, result, &why); break;
    case ONS_TABLE: table_object(object, result, &why); break;
    }
    if (why.length) { json_object_set_new(object, "why", json_text(why.data)); }
    if (result->axis && result->rank) { json_object_set_new(object, "axis", json_text(result->axis)); }
    if (result->unit && *result->unit) { json_object_set_new(object, "unit", json_text(result->unit)); }
    ons_text_free(&why);
    return object;
}

/* ---- tasks ----------------------------------------------------------------------------------------------------------
 */

static json_t *note_list(const char *notes) {
    json_t *list = json_array();
    for (const char *line = notes ? notes : ""; *line;) {
        const size_t length = strcspn(line, "\n");
        if (length) { json_array_append_new(list, json_stringn(line, length)); }
        line += length + (line[length] == '\n');
    }
    return list;
}

static json_t *task_object(const ons_results *results, const ons_task_result *task, const char *quantity) {
    json_t *object = json_object(), *parameters = json_object(), *observables = json_object();
    for (size_t p = 0; p < task->parameters; p++) {
        const bool real = cli_parameter_is_real(results, task->parameter[p]);
        json_object_set_new(parameters, task->parameter[p], parameter_value(task, p, real));
    }
    for (size_t r = 0; r < task->results; r++) {
        const ons_result *result = &task->result[r];
        if (quantity && !cli_quantity_listed(quantity, result->name)) { continue; }
        json_object_set_new(observables, result->name, result_object(result));
    }
    json_object_set_new(object, "key", json_text(task->key));
    json_object_set_new(object, "parameters", parameters);
    json_object_set_new(object, "steps", json_integer((json_int_t)task->steps));
    json_object_set_new(object, "warmup", json_integer((json_int_t)task->warmup));
    json_object_set_new(object, "replicas", json_integer((json_int_t)task->replicas));
    json_object_set_new(object, "seconds", cli_json_real(task->seconds));
    json_object_set_new(object, "complete", json_boolean(task->complete));
    json_object_set_new(object, "flags", flag_list(task->flags));
    json_object_set_new(object, "notes", note_list(task->notes));
    json_object_set_new(object, "observables", observables);
    return object;
}

ons_status cli_results_json(const ons_results *results, const char *quantity, ons_text *text) {
    json_t *document = json_object(), *tasks = json_array();
    json_object_set_new(document, "onsager", json_text(ONS_VERSION));
    json_object_set_new(document, "system", json_text(ons_results_system(results)));
    json_object_set_new(document, "seed", json_integer((json_int_t)ons_results_seed(results)));
    json_object_set_new(document, "archive", json_text(ons_results_path(results)));
    for (size_t t = 0; t < ons_results_count(results); t++) {
        json_array_append_new(tasks, task_object(results, ons_results_task(results, t), quantity));
    }
    json_object_set_new(document, "tasks", tasks);
    return cli_json_text(document, text);
}
