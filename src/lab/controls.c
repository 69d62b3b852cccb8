/*
 * The run controls, the same words for every system.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_STEPS INT64_C(1000000000000000)
#define MOST_REPLICAS INT64_C(10000000)
#define MOST_THREADS 1024
#define WARMUP_MAX INT64_C(100000)

/* ---- keys -----------------------------------------------------------------------------------------------------------
 */

/* Those that may differ between grids come first. */
static const char *const names[] = {"steps",      "warmup", "warmup.max", "every", "replicas",
                                    "until.NAME", "seed",   "threads",    "time",  "checkpoint",
                                    "output",     "series", "snapshots",  "part",  "measure.NAME"};
#define IN_GRIDS 6
#define NAMES (sizeof names / sizeof *names)

const char *const *lab_control_names(size_t *count) {
    *count = NAMES;
    return names;
}

bool lab_control_known(const char *key, bool *in_grids) {
    *in_grids = true;
    if (strncmp(key, "until.", 6) == 0 && key[6] != '\0') { return true; }
    if (strncmp(key, "measure.", 8) == 0 && key[8] != '\0') {
        *in_grids = false;
        return true;
    }
    for (size_t i = 0; i < NAMES; i++) {
        if (strcmp(names[i], key) == 0) {
            *in_grids = i < IN_GRIDS;
            return true;
        }
    }
    return false;
}

const lab_entry *lab_sections_find(const lab_sections *sections, const char *key) {
    const lab_entry *entry = lab_section_find(sections->words, key);
    if (entry == NULL) { entry = lab_section_find(sections->grid, key); }
    return entry == NULL ? lab_section_find(sections->top, key) : entry;
}

ons_status lab_control_text(const lab_entry *entry, const char **text) {
    *text = entry->text;
    if (entry->node == NULL) { return ONS_OK; }
    if (entry->node->kind != ONS_YAML_SCALAR) {
        return lab_fail_at(&entry->place, "`%s` takes one value, not a list or a mapping; only parameters make a grid",
                           entry->key);
    }
    *text = entry->node->text;
    if ((*text)[0] == '\0') { return lab_fail_at(&entry->place, "`%s` has an empty value", entry->key); }
    return ONS_OK;
}

static ons_status refuse(const lab_entry *entry, const char *expected, const char *text) {
    char shown[LAB_SHOWN];
    return lab_fail_at(&entry->place, "`%s` takes %s, not `%s`", entry->key, expected, lab_shown(text, shown));
}

/* A whole number from low to high. */
static ons_status take_whole(const lab_sections *sections, const char *key, int64_t low, int64_t high, int64_t *value) {
    const lab_entry *entry = lab_sections_find(sections, key);
    const char *text;
    if (entry == NULL) { return ONS_OK; }
    const ons_status status = lab_control_text(entry, &text);
    if (status < 0) { return status; }
    int64_t number;
    if (ons_parse_integer(text, &number) < 0 || number < low || number > high) {
        char expected[80];
        snprintf(expected, sizeof expected, "a whole number in [%lld, %lld]", (long long)low, (long long)high);
        return refuse(entry, expected, text);
    }
    *value = number;
    return ONS_OK;
}

/* ---- warm-up and the time grid --------------------------------------------------------------------------------------
 */

static bool parse_warmup(const char *text, lab_controls *controls) {
    controls->warmup_automatic = strcmp(text, "auto") == 0;
    controls->warmup = 0;
    if (controls->warmup_automatic) { return true; }
    return ons_parse_integer(text, &controls->warmup) >= 0 && controls->warmup >= 0 && controls->warmup <= MOST_STEPS;
}

static ons_status take_warmup(const lab_sections *sections, const ons_system *system, lab_controls *controls) {
    const bool stationary = system->traits & ONS_STATIONARY;
    const lab_entry *entry = lab_sections_find(sections, "warmup"), *most = lab_sections_find(sections, "warmup.max");
    const char *text;
    if (entry != NULL) {
        const ons_status status = lab_control_text(entry, &text);
        if (status < 0) { return status; }
        if (!parse_warmup(text, controls)) { return refuse(entry, "auto or a whole number from 0 on", text); }
        if (!stationary && (controls->warmup_automatic || controls->warmup != 0)) {
            return lab_fail_at(&entry->place,
                               "`warmup` belongs to stationary systems; %s begins at its start, give warmup=0",
                               system->name);
        }
    }
    if (most != NULL && !stationary) {
        return lab_fail_at(&most->key_place, "`warmup.max` belongs to stationary systems; leave it out for %s",
                           system->name);
    }
    return take_whole(sections, "warmup.max", 1, MOST_STEPS, &controls->warmup_max);
}

static bool measures_series(const ons_system *system) {
    for (const ons_observable *o = system->observables; o != NULL && o->name != NULL; o++) {
        if (o->kind == ONS_SERIES) { return true; }
    }
    return false;
}

/* What is wrong with a text for `every`, NULL when nothing is. */
static const char *parse_every(const char *text, const ons_system *system, lab_controls *controls) {
    controls->logarithmic = strncmp(text, "log:", 4) == 0;
    if (controls->logarithmic) {
        int64_t points;
        if (ons_parse_integer(text + 4, &points) < 0 || points < 1 || points > 1000) {
            return "log:N with 1 to 1000 points a decade";
        }
        controls->every = (double)points;
        const bool against_time = measures_series(system) && !(system->traits & ONS_STATIONARY);
        return against_time ? NULL : "a number (log:N is for systems that measure a series against time)";
    }
    if (ons_parse_real(text, &controls->every) < 0 || !(controls->every > 0) || controls->every > (double)MOST_STEPS) {
        return "a number in (0, 1e15] or log:N";
    }
    const bool whole = controls->every == floor(controls->every);
    return whole || (system->traits & ONS_CONTINUOUS)
               ? NULL
               : "a whole number of steps (the system has no time between steps)";
}

static ons_status take_every(const lab_sections *sections, const ons_system *system, lab_controls *controls) {
    const lab_entry *entry = lab_sections_find(sections, "every");
    const char *text;
    if (entry == NULL) { return ONS_OK; }
    const ons_status status = lab_control_text(entry, &text);
    if (status < 0) { return status; }
    const char *expected = parse_every(text, system, controls);
    return expected == NULL ? ONS_OK : refuse(entry, expected, text);
}

/* ---- goals ----------------------------------------------------------------------------------------------------------
 */

static ons_status refuse_goal(const lab_descriptor *descriptor, const lab_entry *entry) {
    const ons_system *system = descriptor->system;
    const char *wanted = entry->key + 6;
    char shown[LAB_SHOWN];
    const char **known = ONS_NEW(const char *, descriptor->observables + descriptor->deriveds);
    size_t count = 0;
    if (known == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < descriptor->observables; i++) {
        if (system->observables[i].kind == ONS_MEAN) { known[count++] = system->observables[i].name; }
    }
    for (size_t i = 0; i < descriptor->deriveds; i++) { known[count++] = system->derived[i].name; }
    const char *nearest = ons_nearest(wanted, known, count);
    if (nearest == NULL && count > 0) { nearest = known[0]; }
    free(known);
    if (nearest == NULL) {
        return lab_fail_at(&entry->key_place, "%s has no mean that `until` could watch", system->name);
    }
    return lab_fail_at(&entry->key_place, "%s has no mean or derived quantity `%s`; did you mean `until.%s`?",
                       system->name, lab_shown(wanted, shown), nearest);
}

static bool parse_goal(const char *text, lab_goal *goal) {
    const size_t length = strlen(text);
    char number[64];
    if (length == 0 || length >= sizeof number) { return false; }
    goal->relative = text[length - 1] == '%';
    memcpy(number, text, length + 1);
    if (goal->relative) { number[length - 1] = '\0'; }
    if (ons_parse_real(number, &goal->value) < 0 || !(goal->value > 0) || !isfinite(goal->value)) { return false; }
    if (goal->relative) { goal->value /= 100; }
    return goal->value > 0;
}

static ons_status take_goal(lab_controls *controls, const lab_descriptor *descriptor, const lab_entry *entry) {
    const char *text;
    if (!(descriptor->system->traits & ONS_STATIONARY)) {
        return lab_fail_at(&entry->key_place, "`until` belongs to stationary systems; %s ends after its steps",
                           descriptor->system->name);
    }
    const ons_status status = lab_control_text(entry, &text);
    if (status < 0) { return status; }
    if (lab_quantity_find(descriptor, entry->key + 6) == SIZE_MAX) { return refuse_goal(descriptor, entry); }
    lab_goal *goal = &controls->goals[controls->goal_count];
    if (!parse_goal(text, goal)) { return refuse(entry, "an error > 0, relative (0.1%) or absolute (0.001)", text); }
    goal->name = ons_copy(entry->key + 6);
    if (goal->name == NULL) { return ONS_MEMORY; }
    controls->goal_count++;
    return ONS_OK;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const lab_goal *)a)->name, ((const lab_goal *)b)->name);
}

static ons_status take_goals(lab_controls *controls, const lab_descriptor *descriptor, const lab_sections *sections) {
    const lab_section *all[] = {sections->words, sections->grid, sections->top};
    size_t most = 0;
    for (size_t s = 0; s < 3; s++) { most += all[s] == NULL ? 0 : all[s]->count; }
    controls->goals = ONS_NEW(lab_goal, most);
    if (controls->goals == NULL) { return ONS_MEMORY; }
    for (size_t s = 0; s < 3; s++) {
        for (size_t i = 0; all[s] != NULL && i < all[s]->count; i++) {
            const lab_entry *entry = &all[s]->entries[i];
            if (strncmp(entry->key, "until.", 6) != 0 || lab_sections_find(sections, entry->key) != entry) { continue; }
            const ons_status status = take_goal(controls, descriptor, entry);
            if (status < 0) { return status; }
        }
    }
    if (controls->goal_count > 1) { qsort(controls->goals, controls->goal_count, sizeof(lab_goal), by_name); }
    return ONS_OK;
}

/* ---- the controls of a grid -----------------------------------------------------------------------------------------
 */

bool lab_controls_standard(lab_controls *controls, const ons_system *system) {
    const ons_controls *given = &system->controls;
    const bool stationary = system->traits & ONS_STATIONARY;
    controls->steps = given->steps;
    controls->replicas = given->replicas == 0 ? 1 : given->replicas;
    controls->warmup_max = WARMUP_MAX;
    const bool warmup = parse_warmup(given->warmup != NULL ? given->warmup
                                     : stationary          ? "auto"
                                                           : "0",
                                     controls) &&
                        (stationary || (!controls->warmup_automatic && controls->warmup == 0));
    return warmup && parse_every(given->every == NULL ? "1" : given->every, system, controls) == NULL &&
           controls->steps >= 1 && controls->steps <= MOST_STEPS && controls->replicas >= 1 &&
           controls->replicas <= MOST_REPLICAS;
}

ons_status lab_controls_read(lab_controls *controls, const lab_descriptor *descriptor, const lab_sections *sections) {
    const ons_system *system = descriptor->system;
    lab_controls_standard(controls, system);
    ons_status status = take_whole(sections, "steps", 1, MOST_STEPS, &controls->steps);
    if (status >= 0) { status = take_whole(sections, "replicas", 1, MOST_REPLICAS, &controls->replicas); }
    if (status >= 0) { status = take_warmup(sections, system, controls); }
    if (status >= 0) { status = take_every(sections, system, controls); }
    return status < 0 ? status : take_goals(controls, descriptor, sections);
}

void lab_controls_free(lab_controls *controls) {
    for (size_t i = 0; i < controls->goal_count; i++) { free(controls->goals[i].name); }
    free(controls->goals);
    *controls = (lab_controls){0};
}

bool lab_controls_equal(const lab_controls *a, const lab_controls *b) {
    if (a->steps != b->steps || a->replicas != b->replicas || a->warmup_automatic != b->warmup_automatic ||
        a->warmup != b->warmup || a->warmup_max != b->warmup_max || a->logarithmic != b->logarithmic ||
        a->every != b->every || a->goal_count != b->goal_count) {
        return false;
    }
    for (size_t i = 0; i < a->goal_count; i++) {
        const lab_goal *first = &a->goals[i], *second = &b->goals[i];
        if (strcmp(first->name, second->name) != 0 || first->relative != second->relative ||
            first->value != second->value) {
            return false;
        }
    }
    return true;
}

/* ---- the controls of the whole job ----------------------------------------------------------------------------------
 */

/* Seconds: 90, 90s, 10m, 2h, 1d, 1.5h. */
static bool parse_duration(const char *text, double *seconds) {
    static const double units[] = {1, 60, 3600, 86400};
    const size_t length = strlen(text);
    char number[64];
    if (length == 0 || length >= sizeof number) { return false; }
    memcpy(number, text, length + 1);
    const char *unit = strchr("smhd", number[length - 1]);
    if (unit != NULL) { number[length - 1] = '\0'; }
    if (ons_parse_real(number, seconds) < 0) { return false; }
    if (unit != NULL) { *seconds *= units[unit - strchr("smhd", 's')]; }
    return *seconds > 0 && isfinite(*seconds);
}

static ons_status take_duration(const lab_sections *sections, const char *key, double least, double *seconds) {
    const lab_entry *entry = lab_sections_find(sections, key);
    const char *text;
    double given;
    if (entry == NULL) { return ONS_OK; }
    const ons_status status = lab_control_text(entry, &text);
    if (status < 0) { return status; }
    if (!parse_duration(text, &given)) { return refuse(entry, "a duration > 0 such as 90s, 10m, 1.5h or 2d", text); }
    if (given < least) { return refuse(entry, "a duration of at least 0.05s", text); }
    *seconds = given;
    return ONS_OK;
}

static ons_status take_switch(const lab_sections *sections, const char *key, bool *value) {
    const lab_entry *entry = lab_sections_find(sections, key);
    const char *text;
    if (entry == NULL) { return ONS_OK; }
    const ons_status status = lab_control_text(entry, &text);
    if (status < 0) { return status; }
    const int index = lab_choice_find("no|yes|false|true", text, strlen(text));
    if (index < 0) { return refuse(entry, "yes or no", text); }
    *value = index & 1;
    return ONS_OK;
}

ons_status lab_controls_whole(ons_job *job) {
    const lab_sections sections = {&job->source->words, NULL, &job->source->top};
    const unsigned processors = ons_processors();
    int64_t seed = 1, threads = processors < 1 ? 1 : processors > MOST_THREADS ? MOST_THREADS : processors;
    job->time = 0;
    job->checkpoint = 60;
    job->series = false;
    job->snapshots = 0;
    ons_status status = take_whole(&sections, "seed", 0, INT64_MAX, &seed);
    if (status >= 0) { status = take_whole(&sections, "threads", 1, MOST_THREADS, &threads); }
    if (status >= 0) { status = take_duration(&sections, "time", 0, &job->time); }
    if (status >= 0) { status = take_duration(&sections, "checkpoint", 0.05, &job->checkpoint); }
    if (status >= 0) { status = take_switch(&sections, "series", &job->series); }
    if (status >= 0) { status = take_whole(&sections, "snapshots", 1, MOST_STEPS, &job->snapshots); }
    job->seed = (uint64_t)seed;
    job->threads = (unsigned)threads;
    return status;
}
