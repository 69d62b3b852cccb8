/*
 * The identity of a task: its key, made from the system's name and the parameters that differ from their defaults, and
 * what its parts must agree on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "measures.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b, void *table) {
    const ons_parameter *parameters = table;
    return strcmp(parameters[*(const size_t *)a].name, parameters[*(const size_t *)b].name);
}

/* "ising\nL=16\ntemperature=2.5\n": sorted by name, so that the order in the descriptor has no say. */
static ons_status make_canonical(const struct ons_parameters *parameters, ons_text *text) {
    size_t *given = ONS_NEW(size_t, parameters->count), count = 0;
    if (given == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < parameters->count; i++) {
        if (parameters->values[i].given) { given[count++] = i; }
    }
    if (count > 1) { qsort_r(given, count, sizeof *given, by_name, (void *)parameters->table); }
    ons_text_add(text, "%s\n", parameters->system->name);
    for (size_t i = 0; i < count; i++) {
        ons_text_add(text, "%s=", parameters->table[given[i]].name);
        lab_value_canonical(&parameters->table[given[i]], &parameters->values[given[i]], text);
        ons_text_add(text, "\n");
    }
    free(given);
    return text->failed ? ons_fail(ONS_MEMORY, "out of memory for the name of a task") : ONS_OK;
}

static void add_controls(const ons_job *job, const lab_controls *controls, ons_text *text) {
    char number[ONS_REAL_TEXT];
    ons_text_add(text, "seed %" PRIu64 "\n", job->seed);
    if (controls->warmup_automatic) {
        ons_text_add(text, "warmup auto %" PRId64 "\n", controls->warmup_max);
    } else {
        ons_text_add(text, "warmup %" PRId64 "\n", controls->warmup);
    }
    ons_text_add(text, "every %s%s\n", controls->logarithmic ? "log:" : "", ons_real_text(controls->every, number));
    ons_text_add(text, "series %s\nsnapshots %" PRId64 "\n", job->series ? "yes" : "no", job->snapshots);
}

ons_status lab_task_identify(const ons_job *job, lab_task *task) {
    char code[ONS_DIGEST_TEXT];
    ons_text text = {0};
    ons_status status = make_canonical(&task->parameters, &text);
    if (status < 0) { goto cleanup; }
    task->key = ons_digest_bytes(text.data, text.length).low;
    snprintf(task->key_text, sizeof task->key_text, "%016" PRIx64, task->key);
    task->canonical = text.data;
    text = (ons_text){0};
    add_controls(job, task->controls, &text);
    ons_text_add(&text, "system %s %u %s\n%s", job->system->name, job->system->version,
                 job->has_code ? ons_digest_text(job->code, code) : "-", task->canonical);
    lab_measures_identity(task->measures, &text);
    if (text.failed) {
        status = ons_fail(ONS_MEMORY, "out of memory for the identity of a task");
        goto cleanup;
    }
    task->identity = text.data;
    text = (ons_text){0};
cleanup:
    ons_text_free(&text);
    return status;
}

void lab_task_text(const lab_task *task, ons_text *text) {
    const struct ons_parameters *parameters = &task->parameters;
    char shown[LAB_SHOWN];
    for (size_t i = 0; parameters->values != NULL && i < parameters->count; i++) {
        ons_text value = {0};
        if (!parameters->values[i].given) { continue; }
        lab_value_text(&parameters->table[i], &parameters->values[i], &value);
        ons_text_add(text, "%s%s=%s", text->length > 0 ? ", " : "", parameters->table[i].name,
                     lab_shown(value.data == NULL ? "" : value.data, shown));
        ons_text_free(&value);
    }
}
