/*
 * What the page has to know of a system, as JSON.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "watch.h"

#include <math.h>

json_t *watch_number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *text(const char *string) { return string ? json_string(string) : json_null(); }

static json_t *describe_parameter(const ons_live_parameter *parameter) {
    static const char *const types[] = {"integer", "real", "complex", "boolean", "choice", "text", "file", "formula"};
    const ons_parameter *described = parameter->described;
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:b}", "name", described->name, "type",
                     types[described->type], "choices", text(described->choices), "range", text(described->range),
                     "unit", text(described->unit), "meaning", text(described->meaning), "array",
                     (described->flags & ONS_ARRAY) != 0, "live", parameter->live);
}

/* All that the descriptor marks as live, also what does not exist under the present choices: a choice may bring it. */
static json_t *describe_parameters(const ons_live *live, const ons_system *system) {
    json_t *list = json_array();
    size_t count;
    const ons_live_parameter *present = ons_live_parameters(live, &count);
    for (const ons_parameter *p = system->parameters; p && p->name; p++) {
        ons_live_parameter entry = {.described = p, .value = "", .live = (p->flags & ONS_LIVE) != 0};
        for (size_t k = 0; k < count; k++) {
            if (present[k].described->name == p->name) { entry = present[k]; }
        }
        json_array_append_new(list, describe_parameter(&entry));
    }
    return list;
}

static json_t *describe_quantities(const ons_live *live) {
    json_t *list = json_array();
    size_t count;
    const ons_live_quantity *quantities = ons_live_quantities(live, &count);
    for (size_t k = 0; k < count; k++) {
        const ons_observable *described = quantities[k].described;
        json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:o, s:I}", "name", described->name, "axis",
                                              text(described->axis), "unit", text(described->unit), "meaning",
                                              text(described->meaning), "size", (json_int_t)quantities[k].size));
    }
    return list;
}

json_t *watch_describe(const ons_live *live, const ons_system *system, const ons_watch_options *options) {
    return json_pack("{s:s, s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:b}", "onsager", ONS_VERSION, "system", system->name,
                     "summary", text(system->summary), "step", text(system->step), "picture",
                     ons_live_has_picture(live), "parameters", describe_parameters(live, system), "quantities",
                     describe_quantities(live), "command", text(options->command), "python", (int)options->python);
}

json_t *watch_values(const ons_live *live) {
    json_t *values = json_object();
    size_t count;
    const ons_live_parameter *parameters = ons_live_parameters(live, &count);
    for (size_t k = 0; k < count; k++) {
        json_object_set_new(values, parameters[k].described->name,
                            json_pack("{s:s, s:b}", "value", parameters[k].value, "given", (int)parameters[k].given));
    }
    return values;
}
