/*
 * What the user asks for, as it was written: a job file and the words of a command line, key by key. Nothing is
 * understood here but the shape; values are read when the job is bound to its system.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"

#include <stdlib.h>
#include <string.h>

static void free_section(lab_section *section) {
    for (size_t i = 0; i < section->count; i++) {
        free(section->entries[i].key);
        free(section->entries[i].text);
        free(section->entries[i].word);
    }
    free(section->entries);
}

ons_status ons_job_create(ons_job **job) {
    *job = ONS_NEW(ons_job, 1);
    if (*job == NULL) { return ONS_MEMORY; }
    (*job)->source = ONS_NEW(struct job_source, 1);
    if ((*job)->source == NULL) {
        free(*job);
        *job = NULL;
        return ONS_MEMORY;
    }
    return ONS_OK;
}

void ons_job_free(ons_job *job) {
    if (job == NULL) { return; }
    struct job_source *source = job->source;
    lab_job_unbind(job);
    free_section(&source->top);
    free_section(&source->words);
    for (size_t i = 0; i < source->grid_count; i++) { free_section(&source->grids[i]); }
    free(source->grids);
    free(source->system);
    free(source->system_place);
    free(source->path);
    free(source->folder);
    ons_yaml_free(source->document);
    free(source);
    free(job);
}

const lab_entry *lab_section_find(const lab_section *section, const char *key) {
    if (section == NULL) { return NULL; }
    for (size_t i = 0; i < section->count; i++) {
        if (strcmp(section->entries[i].key, key) == 0) { return &section->entries[i]; }
    }
    return NULL;
}

/* A new entry at the end of a section; takes over `key`, which may be NULL for lack of memory. */
static lab_entry *add_entry(lab_section *section, char *key) {
    if (key == NULL) { return NULL; }
    if (ons_grow((void **)&section->entries, &section->capacity, section->count + 1, sizeof(lab_entry)) < 0) {
        free(key);
        return NULL;
    }
    lab_entry *entry = &section->entries[section->count++];
    memset(entry, 0, sizeof *entry);
    entry->key = key;
    return entry;
}

/* ---- the job file ---------------------------------------------------------------------------------------------------
 */

static lab_place place_of(const struct job_source *source, const ons_yaml *node) {
    return (lab_place){.file = source->path, .line = node->line, .column = node->column};
}

static ons_status take_pair(struct job_source *source, lab_section *section, const char *prefix, const ons_yaml *key,
                            const ons_yaml *value) {
    const lab_place key_place = place_of(source, key);
    if (key->text[0] == '\0') { return lab_fail_at(&key_place, "a key is empty; expected the name of a parameter"); }
    char *name = ons_format("%s%s", prefix, key->text);
    if (name != NULL && lab_section_find(section, name) != NULL) {
        char shown[LAB_SHOWN];
        lab_fail_at(&key_place, "duplicate key `%s`; give it once", lab_shown(name, shown));
        free(name);
        return ONS_INVALID;
    }
    lab_entry *entry = add_entry(section, name);
    if (entry == NULL) { return ONS_MEMORY; }
    entry->node = value;
    entry->place = place_of(source, value);
    entry->key_place = key_place;
    return ONS_OK;
}

/* The pairs of a mapping, each under a key of its own: "measure.m6". */
static ons_status take_mapping(struct job_source *source, lab_section *section, const char *prefix,
                               const ons_yaml *mapping) {
    for (size_t i = 0; i < mapping->count; i++) {
        const ons_status status = take_pair(source, section, prefix, mapping->keys[i], mapping->items[i]);
        if (status < 0) { return status; }
    }
    return ONS_OK;
}

static ons_status take_goals(struct job_source *source, lab_section *section, const ons_yaml *goals) {
    const lab_place place = place_of(source, goals);
    if (goals->kind != ONS_YAML_MAPPING || goals->count == 0) {
        return lab_fail_at(&place, "`until` takes goals by name, such as {binder: 0.1%%}");
    }
    return take_mapping(source, section, "until.", goals);
}

/* A key of a grid, or of the top. `measure` with a mapping names quantities; else it is a parameter of some systems. */
static ons_status take_key(struct job_source *source, lab_section *section, const ons_yaml *key,
                           const ons_yaml *value) {
    if (strcmp(key->text, "until") == 0) { return take_goals(source, section, value); }
    if (strcmp(key->text, "measure") == 0 && value->kind == ONS_YAML_MAPPING && value->count > 0) {
        return take_mapping(source, section, "measure.", value);
    }
    return take_pair(source, section, "", key, value);
}

static ons_status take_system(struct job_source *source, const ons_yaml *value) {
    const lab_place place = place_of(source, value);
    if (value->kind != ONS_YAML_SCALAR || value->text[0] == '\0') {
        return lab_fail_at(&place, "`system` takes the name of one system, such as ising");
    }
    source->system = ons_copy(value->text);
    source->system_place = ons_format("%s:%d:%d: ", place.file, place.line, place.column);
    source->system_at = place;
    return source->system == NULL || source->system_place == NULL ? ONS_MEMORY : ONS_OK;
}

static ons_status take_grid(struct job_source *source, lab_section *section, const ons_yaml *grid) {
    section->place = place_of(source, grid);
    if (grid->kind != ONS_YAML_MAPPING) {
        return lab_fail_at(&section->place, "a grid is a mapping of keys to values, such as {L: [8, 16]}");
    }
    for (size_t i = 0; i < grid->count; i++) {
        const char *key = grid->keys[i]->text;
        const lab_place place = place_of(source, grid->keys[i]);
        if (strcmp(key, "system") == 0 || strcmp(key, "grids") == 0) {
            return lab_fail_at(&place, "`%s` stands at the top of a job file, not in a grid", key);
        }
        const ons_status status = take_key(source, section, grid->keys[i], grid->items[i]);
        if (status < 0) { return status; }
    }
    return ONS_OK;
}

static ons_status take_grids(struct job_source *source, const ons_yaml *grids) {
    const lab_place place = place_of(source, grids);
    if (grids->kind != ONS_YAML_SEQUENCE || grids->count == 0) {
        return lab_fail_at(&place, "`grids` takes a list of mappings, such as [{L: [8, 16]}, {L: 32}]");
    }
    source->grids = ONS_NEW(lab_section, grids->count);
    if (source->grids == NULL) { return ONS_MEMORY; }
    source->grid_count = grids->count;
    for (size_t i = 0; i < grids->count; i++) {
        const ons_status status = take_grid(source, &source->grids[i], grids->items[i]);
        if (status < 0) { return status; }
    }
    return ONS_OK;
}

static ons_status take_document(struct job_source *source) {
    const ons_yaml *root = ons_yaml_root(source->document);
    if (root == NULL || root->kind != ONS_YAML_MAPPING) {
        const lab_place place = {source->path, root == NULL ? 1 : root->line, root == NULL ? 1 : root->column, NULL};
        return lab_fail_at(&place, "a job file is a mapping of keys to values that begins with `system: NAME`");
    }
    source->top.place = place_of(source, root);
    for (size_t i = 0; i < root->count; i++) {
        const char *key = root->keys[i]->text;
        const ons_yaml *value = root->items[i];
        ons_status status;
        if (strcmp(key, "system") == 0) {
            status = take_system(source, value);
        } else if (strcmp(key, "grids") == 0) {
            status = take_grids(source, value);
        } else {
            status = take_key(source, &source->top, root->keys[i], value);
        }
        if (status < 0) { return status; }
    }
    return ONS_OK;
}

/* Remembers the file's name and folder; a job has one file. */
static ons_status name_source(struct job_source *source, const char *path) {
    char shown[LAB_SHOWN];
    if (source->path != NULL) {
        return ons_fail(ONS_INVALID, "%s: a job has one file, and it is %s already", lab_shown(path, shown),
                        source->path);
    }
    const char *slash = strrchr(path, '/');
    source->folder = ons_copy_part(path, slash == NULL ? 0 : (size_t)(slash + 1 - path));
    source->path = ons_copy(path);
    return source->folder == NULL || source->path == NULL ? ONS_MEMORY : ONS_OK;
}

ons_status ons_job_read(ons_job *job, const char *path) {
    lab_job_unbind(job);
    ons_status status = name_source(job->source, path);
    if (status >= 0) { status = ons_yaml_read(&job->source->document, path); }
    return status < 0 ? status : take_document(job->source);
}

ons_status ons_job_parse(ons_job *job, const char *name, const char *bytes, size_t count) {
    lab_job_unbind(job);
    ons_status status = name_source(job->source, name);
    if (status >= 0) { status = ons_yaml_parse(&job->source->document, name, bytes, count); }
    return status < 0 ? status : take_document(job->source);
}

/* ---- words ----------------------------------------------------------------------------------------------------------
 */

static ons_status set_system(struct job_source *source, const char *name) {
    char *copy = ons_copy(name), *place = ons_copy("");
    if (copy == NULL || place == NULL) {
        free(copy);
        free(place);
        return ONS_MEMORY;
    }
    free(source->system);
    free(source->system_place);
    source->system = copy;
    source->system_place = place;
    source->system_at = (lab_place){0};
    return ONS_OK;
}

static ons_status add_word(ons_job *job, const char *word, size_t key_length) {
    struct job_source *source = job->source;
    const lab_place here = {.word = word};
    char shown[LAB_SHOWN];
    char *key = ons_copy_part(word, key_length);
    if (key == NULL) { return ONS_MEMORY; }
    const lab_entry *earlier = lab_section_find(&source->words, key);
    if (earlier != NULL) {
        free(key);
        return lab_fail_at(&here, "the key was given already, as %s; give it once", lab_shown(earlier->word, shown));
    }
    lab_entry *entry = add_entry(&source->words, key);
    if (entry == NULL) { return ONS_MEMORY; }
    entry->word = ons_copy(word);
    entry->text = ons_copy(word + key_length + 1);
    if (entry->word == NULL || entry->text == NULL) {
        free(entry->word);
        free(entry->text);
        free(entry->key);
        source->words.count--;
        return ONS_MEMORY;
    }
    entry->place = entry->key_place = (lab_place){.word = entry->word};
    lab_job_unbind(job);
    return ONS_OK;
}

ons_status ons_job_word(ons_job *job, const char *word) {
    const lab_place place = {.word = word};
    char shown[LAB_SHOWN];
    const char *equals = strchr(word, '=');
    if (equals == NULL) { return lab_fail_at(&place, "expected key=value, such as L=16"); }
    if (equals == word) {
        return lab_fail_at(&place, "nothing stands before the `=`; expected key=value, such as L=16");
    }
    const size_t length = (size_t)(equals - word);
    if (length == 6 && memcmp(word, "system", 6) == 0) {
        return lab_fail_at(&place, "the system is named without a key: onsager run %s ...",
                           lab_shown(equals + 1, shown));
    }
    if (equals[1] == '\0') { return lab_fail_at(&place, "there is no value; expected KEY=VALUE, such as L=16"); }
    return add_word(job, word, length);
}

ons_status ons_job_set(ons_job *job, const char *key, const char *value) {
    if (strcmp(key, "system") == 0) {
        lab_job_unbind(job);
        return set_system(job->source, value);
    }
    const lab_place place = {.word = key};
    if (key[0] == '\0' || strchr(key, '=') != NULL) { return lab_fail_at(&place, "this is no key of a job"); }
    char *word = ons_format("%s=%s", key, value);
    if (word == NULL) { return ONS_MEMORY; }
    const ons_status status = ons_job_word(job, word);
    free(word);
    return status;
}

const char *ons_job_system_name(const ons_job *job) { return job->source->system; }

const char *ons_job_system_place(const ons_job *job) {
    return job->source->system_place == NULL ? "" : job->source->system_place;
}
