/*
 * The whole job as YAML that could be run again. What does not decide the numbers (threads, checkpoint, output) is left
 * out, and ranges are written out, so that jobs that ask for the same have the same text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "measures.h"

#include <inttypes.h>
#include <math.h>

static void add_quoted(const char *word, ons_text *text) {
    ons_text_add(text, "\"");
    for (const char *c = word; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        if (byte == '"' || byte == '\\') {
            ons_text_add(text, "\\%c", byte);
        } else if (byte < 0x20 || byte == 0x7f) {
            ons_text_add(text, "\\x%02x", byte);
        } else {
            ons_text_add_bytes(text, c, 1);
        }
    }
    ons_text_add(text, "\"");
}

/* One element: a number or a choice as it is, a text in the quotes of YAML. */
static void add_element(const ons_parameter *parameter, const lab_value *value, size_t index, ons_text *text) {
    if (parameter->type >= ONS_TEXT || (parameter->type == ONS_CHOICE && value->integers[index] < 0)) {
        add_quoted(value->texts[index], text);
        return;
    }
    const bool pair = parameter->type == ONS_COMPLEX;
    const lab_value one = {.count = 1,
                           .integers = value->integers == NULL ? NULL : value->integers + index,
                           .reals = value->reals == NULL ? NULL : value->reals + (pair ? 2 * index : index),
                           .texts = value->texts == NULL ? NULL : value->texts + index};
    lab_value_text(parameter, &one, text);
}

static void add_value(const ons_parameter *parameter, const lab_value *value, ons_text *text) {
    if (value->count == 1) {
        add_element(parameter, value, 0, text);
        return;
    }
    for (size_t i = 0; i < value->count; i++) {
        ons_text_add(text, i == 0 ? "[" : ", ");
        add_element(parameter, value, i, text);
    }
    ons_text_add(text, "]");
}

/* A grid is a list; a single array is a list within a list. */
static void add_axis(const char *indent, const ons_parameter *parameter, const lab_axis *axis, ons_text *text) {
    const bool list = axis->count > 1 || axis->values[0].count > 1;
    ons_text_add(text, "%s%s: %s", indent, parameter->name, list ? "[" : "");
    for (size_t i = 0; i < axis->count; i++) {
        if (i > 0) { ons_text_add(text, ", "); }
        add_value(parameter, &axis->values[i], text);
    }
    ons_text_add(text, list ? "]\n" : "\n");
}

/* The percentage that is read back as this fraction: 100 times it, or a neighbour where that was rounded. */
static double percentage(double fraction) {
    double percent = fraction * 100;
    for (int i = 0; i < 4 && percent / 100 != fraction; i++) {
        percent = nextafter(percent, percent / 100 < fraction ? INFINITY : -INFINITY);
    }
    return percent;
}

static void add_goals(const char *indent, const lab_controls *controls, ons_text *text) {
    char number[ONS_REAL_TEXT];
    for (size_t i = 0; i < controls->goal_count; i++) {
        const lab_goal *goal = &controls->goals[i];
        const double shown = goal->relative ? percentage(goal->value) : goal->value;
        ons_text_add(text, "%suntil.%s: %s%s\n", indent, goal->name, ons_real_text(shown, number),
                     goal->relative ? "%" : "");
    }
}

static void add_controls(const char *indent, const lab_controls *controls, bool stationary, ons_text *text) {
    char number[ONS_REAL_TEXT];
    ons_text_add(text, "%ssteps: %" PRId64 "\n", indent, controls->steps);
    if (controls->warmup_automatic) {
        ons_text_add(text, "%swarmup: auto\n%swarmup.max: %" PRId64 "\n", indent, indent, controls->warmup_max);
    } else if (stationary) {
        ons_text_add(text, "%swarmup: %" PRId64 "\n", indent, controls->warmup);
    }
    ons_text_add(text, "%severy: %s%s\n%sreplicas: %" PRId64 "\n", indent, controls->logarithmic ? "log:" : "",
                 ons_real_text(controls->every, number), indent, controls->replicas);
    add_goals(indent, controls, text);
}

static void add_grid(const ons_job *job, size_t grid, const char *indent, ons_text *text) {
    const lab_descriptor *descriptor = &job->source->descriptor;
    const lab_axis *axes = job->source->axes + grid * descriptor->count;
    for (size_t i = 0; i < descriptor->count; i++) {
        if (axes[i].count > 0) { add_axis(indent, &descriptor->table[i], &axes[i], text); }
    }
    add_controls(indent, &job->controls[grid], (job->system->traits & ONS_STATIONARY) != 0, text);
}

ons_status lab_job_canonical(ons_job *job) {
    ons_text text = {0};
    char number[ONS_REAL_TEXT];
    ons_text_add(&text, "system: %s\nseed: %" PRIu64 "\n", job->system->name, job->seed);
    if (job->time > 0) { ons_text_add(&text, "time: %s\n", ons_real_text(job->time, number)); }
    if (job->series) { ons_text_add(&text, "series: yes\n"); }
    if (job->snapshots > 0) { ons_text_add(&text, "snapshots: %" PRId64 "\n", job->snapshots); }
    for (size_t i = 0; job->source->measures != NULL && i < job->source->measures->count; i++) {
        const lab_measure *measure = &job->source->measures->list[i];
        ons_text_add(&text, "measure.%s: ", measure->name);
        add_quoted(measure->formula.text, &text);
        ons_text_add(&text, "\n");
    }
    if (job->controls_count == 1) {
        add_grid(job, 0, "", &text);
    } else {
        ons_text_add(&text, "grids:\n");
        for (size_t g = 0; g < job->controls_count; g++) {
            ons_text_add(&text, "  -\n");
            add_grid(job, g, "    ", &text);
        }
    }
    if (text.failed) {
        ons_text_free(&text);
        return ons_fail(ONS_MEMORY, "out of memory for the text of a job");
    }
    job->canonical = text.data;
    return ONS_OK;
}
