/*
 * Writes the catalogue of flows as C while onsager is built: flow_compiler FLOWS.yaml KERNELS.c DESCRIPTORS.c
 *
 * The first file holds right-hand sides and Jacobians, made by the formulas' own derivatives; the second one descriptor
 * for every entry.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
    const char *name;
    const ons_yaml *node;
    const ons_yaml *parameters; /* NULL: none */
    ons_flow *flow;
} entry;

static const char *text_of(const ons_yaml *node, const char *key) {
    const ons_yaml *value = ons_yaml_get(node, key);
    return value && value->kind == ONS_YAML_SCALAR ? value->text : NULL;
}

static ons_status read_entry(const ons_yaml_document *document, const ons_yaml *root, size_t index, entry *one) {
    *one = (entry){.name = root->keys[index]->text, .node = root->items[index]};
    static const char *const needed[] = {"summary", "equations", "start", "reference"};
    for (size_t i = 0; i < 4; i++) {
        if (!ons_yaml_get(one->node, needed[i])) {
            return ons_yaml_fail(document, root->keys[index], "%s lacks `%s`", one->name, needed[i]);
        }
    }
    one->parameters = ons_yaml_get(one->node, "parameters");
    const size_t count = one->parameters ? one->parameters->count : 0;
    const char **names = ONS_NEW(const char *, count + 1);
    if (!names) { return ONS_MEMORY; }
    for (size_t i = 0; i < count; i++) { names[i] = one->parameters->keys[i]->text; }
    const ons_status status = ons_flow_parse(&one->flow, text_of(one->node, "equations"), names, count);
    free(names);
    if (status != ONS_OK) { return ons_yaml_fail(document, root->keys[index], "%s: %s", one->name, ons_message()); }
    const ons_yaml *start = ons_yaml_get(one->node, "start");
    if (start->count != ons_flow_dimension(one->flow)) {
        return ons_yaml_fail(document, start, "%s has %zu variables, but `start` has %zu numbers", one->name,
                             ons_flow_dimension(one->flow), start->count);
    }
    return ONS_OK;
}

/* ---- kernels --------------------------------------------------------------------------------------------------------
 */

static ons_status write_kernels(const entry *entries, size_t count, ons_text *out) {
    ons_text_add(out, "/* Made by flow_compiler.c from flows.yaml. */\n#include \"flow_kernels.h\"\n\n");
    ons_status status = ONS_OK;
    for (size_t i = 0; i < count && status == ONS_OK; i++) {
        status = ons_flow_source(entries[i].flow, entries[i].name, out);
        /* In terms of plain arrays for those that call them. */
        ons_text_add(
            out,
            "static void %s_values(const double *t, const double *x, const double *delayed, const double *p, "
            "double *dx) {\n    %s_value((const number *)t, (const number *)x, (const number *)delayed, "
            "(const number *)p, (number *)dx);\n}\n"
            "static void %s_jacobians(const double *t, const double *x, const double *delayed, const double *p, "
            "double *dx, double *jacobian) {\n    %s_jacobian((const number *)t, (const number *)x, (const "
            "number *)delayed, (const number *)p, (number *)dx, (number *)jacobian);\n}\n\n",
            entries[i].name, entries[i].name, entries[i].name, entries[i].name);
        if (ons_flow_delays(entries[i].flow) == 0) { continue; }
        ons_text_add(out,
                     "static void %s_delayed(const double *t, const double *x, const double *delayed, const double *p, "
                     "double *slopes) {\n    %s_delay_jacobian((const number *)t, (const number *)x, (const number "
                     "*)delayed, (const number *)p, (number *)slopes);\n}\n\n",
                     entries[i].name, entries[i].name);
    }
    ons_text_add(out, "const flow_functions FLOW_ISA(flow_functions)[] = {\n");
    for (size_t i = 0; i < count; i++) {
        const char *name = entries[i].name;
        const bool delayed = ons_flow_delays(entries[i].flow) > 0;
        ons_text_add(out, "    {%s_values, %s_jacobians, %s%s},\n", name, name, delayed ? name : "NULL",
                     delayed ? "_delayed" : "");
    }
    ons_text_add(out, "};\n");
    return status;
}

/* ---- descriptors ----------------------------------------------------------------------------------------------------
 */

static void quoted(ons_text *out, const char *text) {
    ons_text_add(out, "\"");
    for (const char *c = text; *c; c++) {
        if (*c == '\n') {
            ons_text_add(out, "\\n\"\n    \"");
        } else {
            ons_text_add(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
        }
    }
    ons_text_add(out, "\"");
}

static bool is_map(const entry *one) {
    const char *map = text_of(one->node, "map");
    return map && strcmp(map, "yes") == 0;
}

static bool has_trait(const entry *one, const char *trait) {
    const ons_yaml *traits = ons_yaml_get(one->node, "traits");
    for (size_t i = 0; traits && i < traits->count; i++) {
        if (strcmp(traits->items[i]->text, trait) == 0) { return true; }
    }
    return false;
}

static void write_angles(const entry *one, ons_text *out) {
    const ons_yaml *angles = ons_yaml_get(one->node, "angles");
    ons_text_add(out, "static const char *const %s_angles[] = {", one->name);
    for (size_t i = 0; i < ons_flow_dimension(one->flow); i++) {
        const char *angle = angles ? text_of(angles, ons_flow_variable(one->flow, i)) : NULL;
        if (angle) {
            quoted(out, angle);
            ons_text_add(out, ", ");
        } else {
            ons_text_add(out, "NULL, ");
        }
    }
    ons_text_add(out, "};\n");
}

static void write_entry(const entry *one, ons_text *out) {
    const char *period = text_of(one->node, "period"), *sum = text_of(one->node, "sum");
    const size_t delays = ons_flow_delays(one->flow);
    ons_text_add(out,
                 "static const flow_entry %s_entry = {.index = %s_INDEX, .variables = %s_variables, .parameters = "
                 "%s_names,\n    .dimension = %zu, .parameter_count = %zu, .start = %s_start, .angles = %s_angles,\n"
                 "    .period = %s, .map = %s, .hamiltonian = %s, .autonomous = %s, .delays = %zu, "
                 ".delayed_variable = %zu",
                 one->name, one->name, one->name, one->name, ons_flow_dimension(one->flow),
                 ons_flow_parameters(one->flow), one->name, one->name, period ? period : "0",
                 is_map(one) ? "true" : "false", has_trait(one, "hamiltonian") ? "true" : "false",
                 has_trait(one, "nonautonomous") ? "false" : "true", delays,
                 delays ? ons_flow_delayed_variable(one->flow, 0) : 0);
    ons_text_add(out, ", .equations = ");
    quoted(out, text_of(one->node, "equations"));
    if (sum) {
        ons_text_add(out, ", .sum = ");
        quoted(out, sum);
    }
    ons_text_add(out, "};\n");
}

static void write_names(const entry *one, ons_text *out) {
    ons_text_add(out, "static const char *const %s_variables[] = {", one->name);
    for (size_t i = 0; i < ons_flow_dimension(one->flow); i++) {
        ons_text_add(out, "\"%s\", ", ons_flow_variable(one->flow, i));
    }
    ons_text_add(out, "NULL};\nstatic const char *const %s_names[] = {", one->name);
    for (size_t i = 0; i < ons_flow_parameters(one->flow); i++) {
        ons_text_add(out, "\"%s\", ", ons_flow_parameter(one->flow, i));
    }
    const ons_yaml *start = ons_yaml_get(one->node, "start");
    ons_text_add(out, "NULL};\nstatic const double %s_start[] = {", one->name);
    for (size_t i = 0; i < start->count; i++) { ons_text_add(out, "%s%s", i ? ", " : "", start->items[i]->text); }
    ons_text_add(out, "};\n");
    write_angles(one, out);
    write_entry(one, out);
}

/* The default, or under preset=catalogue the other one: of the two products one is zero, so that nothing is rounded. */
static void write_standard(const entry *one, const char *name, const char *standard, ons_text *out) {
    const ons_yaml *others = ons_yaml_get(one->node, "catalogue");
    const char *other = others ? text_of(others, name) : NULL;
    ons_text value = {0};
    if (other) {
        ons_text_add(&value, "(1 - preset)*(%s) + preset*(%s)", standard, other);
    } else {
        ons_text_add(&value, "%s", standard);
    }
    quoted(out, value.data ? value.data : "");
    ons_text_free(&value);
}

static void write_parameters(const entry *one, ons_text *out) {
    const ons_yaml *meanings = ons_yaml_get(one->node, "meanings");
    ons_text_add(out, "static const ons_parameter %s_parameters[] = {\n", one->name);
    if (ons_yaml_get(one->node, "catalogue")) {
        ons_text_add(out, "    {.name = \"preset\", .type = ONS_CHOICE, .standard = \"textbook\", .choices = "
                          "\"textbook|catalogue\",\n     .meaning = \"where defaults come from: the literature, or the "
                          "public catalogue where it differs\"},\n");
    }
    for (size_t i = 0; one->parameters && i < one->parameters->count; i++) {
        const char *name = one->parameters->keys[i]->text;
        const char *meaning = meanings ? text_of(meanings, name) : NULL;
        ons_text_add(out, "    {.name = \"%s\", .type = ONS_REAL, .flags = ONS_LIVE, .standard = ", name);
        write_standard(one, name, one->parameters->items[i]->text, out);
        ons_text_add(out, ", .meaning = ");
        quoted(out, meaning ? meaning : "a coefficient of the equations");
        ons_text_add(out, "},\n");
    }
    ons_text_add(out, "    %s\n};\n", ons_flow_delays(one->flow) ? "FLOW_DELAY_PARAMETERS" : "FLOW_SYSTEM_PARAMETERS");
}

/* What follows from the traits, as sentences. */
static void add_traits(const entry *one, ons_text *details) {
    const char *sum = text_of(one->node, "sum");
    if (sum) { ons_text_add(details, "\nThe sum of all exponents is exactly %s.\n", sum); }
    if (has_trait(one, "hamiltonian")) {
        ons_text_add(details,
                     "\nThe %s is Hamiltonian: exponents come in pairs of opposite sign%s, and what is measured "
                     "depends on the start.\n",
                     is_map(one) ? "map" : "flow",
                     has_trait(one, "nonautonomous") ? " (beside the zero of the time-like coordinate)" : "");
    }
    if (has_trait(one, "nonautonomous")) {
        ons_text_add(details, "\nThe equations are driven%s.\n",
                     ons_flow_autonomous(one->flow) ? "; the time is carried as a coordinate" : " and know the time");
    }
    if (ons_yaml_get(one->node, "angles")) {
        ons_text_add(details, "\nAngles are kept within one period; the mean of such a coordinate means little.\n");
    }
    if (ons_flow_delays(one->flow)) {
        ons_text_add(
            details,
            "\nA delay equation: its state is a function. Method of steps with %s; steps are whole fractions "
            "of the delay, so that a step is never longer than the delay and the kinks of the start, which "
            "travel by multiples of the delay, lie between steps. The exponents are the largest of infinitely "
            "many.\n",
            "a Runge-Kutta method of order 5 (Dormand and Prince) whose dense output of order 4 is the history");
    }
}

/* Some 1,300 periods, in round numbers. */
static double usual_steps(const entry *one) {
    const char *period = text_of(one->node, "period"), *own = text_of(one->node, "steps");
    if (own) { return strtod(own, NULL); }
    const double steps = is_map(one) ? 1e5 : period ? 1300 * strtod(period, NULL) : 2000;
    const double scale = pow(10, floor(log10(steps)));
    return fmin(fmax(scale * round(steps / scale), 200), 1e5);
}

static void write_system(const entry *one, ons_text *out) {
    ons_text details = {0};
    ons_text_add(&details, "## %s\n", is_map(one) ? "Map" : ons_flow_delays(one->flow) ? "Delay equation" : "Flow");
    if (is_map(one)) { ons_text_add(&details, "x' is the next x.\n\n"); }
    const char *equations = text_of(one->node, "equations");
    ons_text_add(&details, "```\n%s%s```\n", equations, equations[strlen(equations) - 1] == '\n' ? "" : "\n");
    const char *notes = text_of(one->node, "notes");
    if (notes) { ons_text_add(&details, "\n%s\n", notes); }
    add_traits(one, &details);
    ons_text_add(&details, "\n## References\n%s\n", text_of(one->node, "reference"));
    ons_text_add(out, "extern const ons_system ons_system_%s;\nconst ons_system ons_system_%s = {\n", one->name,
                 one->name);
    ons_text_add(out, "    .abi = ONS_ABI, .version = 2, .name = \"%s\", .summary = ", one->name);
    quoted(out, text_of(one->node, "summary"));
    ons_text_add(out, ",\n    .details = ");
    quoted(out, details.data ? details.data : "");
    ons_text_add(out,
                 ",\n    .step = \"%s\", .traits = ONS_STATIONARY%s, .parameters = %s_parameters,\n"
                 "    .observables = flow_system_observables, .derived = flow_system_derived,\n"
                 "    .controls = {.steps = %.0f, .replicas = 8}, .data = &%s_entry, %s};\n\n",
                 is_map(one) ? "iteration" : "unit of time",
                 is_map(one) || ons_flow_delays(one->flow) ? "" : " | ONS_CONTINUOUS", one->name, usual_steps(one),
                 one->name, ons_flow_delays(one->flow) ? "FLOW_DELAY_FUNCTIONS" : "FLOW_SYSTEM_FUNCTIONS");
    ons_text_free(&details);
}

static void write_descriptors(const entry *entries, size_t count, ons_text *out) {
    ons_text_add(out, "/* Made by flow_compiler.c from flows.yaml. */\n#include \"flow_parameters.h\"\n\nenum {\n");
    for (size_t i = 0; i < count; i++) { ons_text_add(out, "    %s_INDEX,\n", entries[i].name); }
    ons_text_add(out, "};\n\n");
    for (size_t i = 0; i < count; i++) {
        write_names(&entries[i], out);
        write_parameters(&entries[i], out);
        write_system(&entries[i], out);
    }
}

static ons_status put(const char *path, const ons_text *text) {
    FILE *file = text->failed ? NULL : fopen(path, "w");
    if (!file) { return ons_fail(ONS_FAILED, "%s cannot be written", path); }
    const bool well = fwrite(text->data, 1, text->length, file) == text->length;
    return fclose(file) == 0 && well ? ONS_OK : ons_fail(ONS_FAILED, "%s could not be written", path);
}

int main(int count, char **words) {
    if (count != 4) {
        fprintf(stderr, "flow_compiler FLOWS.yaml KERNELS.c DESCRIPTORS.c\n");
        return 2;
    }
    ons_yaml_document *document = NULL;
    ons_status status = ons_yaml_read(&document, words[1]);
    const ons_yaml *root = status == ONS_OK ? ons_yaml_root(document) : NULL;
    const size_t entries_count = root ? root->count : 0;
    entry *entries = ONS_NEW(entry, entries_count + 1);
    for (size_t i = 0; status == ONS_OK && i < entries_count; i++) {
        status = entries ? read_entry(document, root, i, &entries[i]) : ONS_MEMORY;
    }
    ons_text kernels = {0}, descriptors = {0};
    if (status == ONS_OK) { status = write_kernels(entries, entries_count, &kernels); }
    if (status == ONS_OK) { write_descriptors(entries, entries_count, &descriptors); }
    if (status == ONS_OK) { status = put(words[2], &kernels); }
    if (status == ONS_OK) { status = put(words[3], &descriptors); }
    if (status != ONS_OK) { fprintf(stderr, "%s\n", ons_message()); }
    for (size_t i = 0; entries && i < entries_count; i++) { ons_flow_free(entries[i].flow); }
    free(entries);
    ons_text_free(&kernels);
    ons_text_free(&descriptors);
    ons_yaml_free(document);
    return status == ONS_OK ? 0 : 1;
}
