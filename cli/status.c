/*
 * onsager status: what of a job is done, running and left, from what lies on the disk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_ROWS 40 /* tasks that are not done, in the table */

/* ---- one job --------------------------------------------------------------------------------------------------------
 */

typedef struct sums {
    size_t done, begun, left; /* tasks */
    uint64_t replicas, finished;
    double made, wanted;
} sums;

static sums add_up(const ons_overview *overview) {
    sums all = {0};
    for (size_t t = 0; t < overview->tasks; t++) {
        const ons_task_overview *task = &overview->task[t];
        all.replicas += task->replicas;
        all.finished += task->done;
        all.made += task->steps_made;
        all.wanted += task->steps_wanted;
        if (task->done == task->replicas) {
            all.done++;
        } else if (task->begun > 0) {
            all.begun++;
        } else {
            all.left++;
        }
    }
    return all;
}

static const char *percent(char buffer[CLI_NUMBER], double made, double wanted) {
    const double tenths = wanted > 0 ? floor(1000 * made / wanted) / 10 : 100;
    snprintf(buffer, CLI_NUMBER, "%.1f %%", tenths);
    return buffer;
}

/* "3 s", "12 min", "5 h", "2 days" */
static const char *age(char buffer[CLI_NUMBER], double seconds) {
    const struct {
        double unit, least;
        const char *name;
    } units[] = {{86400, 172800, "days"}, {3600, 7200, "h"}, {60, 120, "min"}, {1, 0, "s"}};
    size_t i = 0;
    while (seconds < units[i].least) { i++; }
    snprintf(buffer, CLI_NUMBER, "%.0f %s", floor(seconds / units[i].unit), units[i].name);
    return buffer;
}

static void add_running(const ons_overview *overview, bool all_done, ons_text *text) {
    char buffer[CLI_NUMBER];
    if (overview->running > 0) {
        ons_text_add(text, "  running   %zu process%s here", overview->running, overview->running == 1 ? "" : "es");
    } else {
        ons_text_add(text, "  running   %s", all_done ? "no, all is done" : "no process that is seen from here");
    }
    if (overview->stored >= 0) { ons_text_add(text, ", last stored %s ago", age(buffer, overview->stored)); }
    ons_text_add(text, "\n");
}

static void add_open_tasks(const ons_overview *overview, size_t open, ons_text *text) {
    static const char *const headers[] = {"task", "replicas done", "steps", "state"};
    static const bool right[] = {false, true, true, false};
    cli_table table = {.columns = 4, .headers = headers, .right = right};
    char buffer[CLI_NUMBER];
    size_t rows = 0;
    for (size_t t = 0; t < overview->tasks && rows < MOST_ROWS; t++) {
        const ons_task_overview *task = &overview->task[t];
        if (task->done == task->replicas) { continue; }
        cli_table_cell(&table, "%s", task->parameters[0] != '\0' ? task->parameters : "default parameters");
        cli_table_cell(&table, "%llu of %llu", (unsigned long long)task->done, (unsigned long long)task->replicas);
        cli_table_cell(&table, "%s", percent(buffer, task->steps_made, task->steps_wanted));
        cli_table_cell(&table, "%s", task->begun > 0 ? "begun" : "left");
        rows++;
    }
    if (rows > 0) { ons_text_add(text, "\n"); }
    if (rows > 0) { cli_table_text(&table, text, 2); }
    if (rows < open) { ons_text_add(text, "  ... and %zu more\n", open - rows); }
    cli_table_free(&table);
}

static void add_text(const ons_overview *overview, const char *path, const char *system, ons_text *text) {
    const sums all = add_up(overview);
    char buffer[CLI_NUMBER];
    if (text->length > 0) { ons_text_add(text, "\n"); }
    ons_text_add(text, "%s: %s\n", path, system);
    ons_text_add(text, "  tasks     %zu done, %zu begun, %zu left\n", all.done, all.begun, all.left);
    ons_text_add(text, "  replicas  %llu done of %llu\n", (unsigned long long)all.finished,
                 (unsigned long long)all.replicas);
    ons_text_add(text, "  steps     %s\n", percent(buffer, all.made, all.wanted));
    add_running(overview, all.begun + all.left == 0, text);
    if (overview->outputs > 1) { ons_text_add(text, "  from      %zu archives and parts\n", overview->outputs); }
    add_open_tasks(overview, all.begun + all.left, text);
}

static json_t *as_json(const ons_overview *overview, const char *path, const char *system) {
    json_t *tasks = json_array();
    for (size_t t = 0; t < overview->tasks; t++) {
        const ons_task_overview *task = &overview->task[t];
        json_array_append_new(tasks, json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:o}", "key", task->key, "parameters",
                                               task->parameters, "replicas", (json_int_t)task->replicas, "begun",
                                               (json_int_t)task->begun, "done", (json_int_t)task->done, "steps_made",
                                               cli_json_real(task->steps_made), "steps_wanted",
                                               cli_json_real(task->steps_wanted)));
    }
    return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "path", path, "system", system, "outputs",
                     (json_int_t)overview->outputs, "running", (json_int_t)overview->running, "stored_seconds_ago",
                     cli_json_real(overview->stored), "tasks", tasks);
}

/* ---- which jobs -----------------------------------------------------------------------------------------------------
 */

typedef struct answer {
    const cli_arguments *arguments;
    ons_text text;
    json_t *jobs; /* NULL: text is wanted */
} answer;

static ons_status look_at_job(answer *a, const ons_job *job, const char *system) {
    ons_overview *overview;
    const ons_status status = ons_job_overview(job, &overview);
    if (status != ONS_OK) { return status; }
    if (a->jobs != NULL) {
        json_array_append_new(a->jobs, as_json(overview, ons_job_output(job), system));
    } else {
        add_text(overview, ons_job_output(job), system, &a->text);
    }
    ons_overview_free(overview);
    return ONS_OK;
}

/* The job as the archive at `path` has it, else as its parts do. Allocated. */
static ons_status job_of(const char *path, char **yaml) {
    *yaml = NULL;
    char *beside = ons_format("%s.parts/job.yaml", path);
    if (beside == NULL) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    size_t count;
    if (ons_file_exists(beside)) {
        status = ons_file_read(beside, (size_t)1 << 28, yaml, &count);
        char *ended = status == ONS_OK ? ons_copy_part(*yaml, count) : NULL;
        if (status == ONS_OK) { free(*yaml), *yaml = ended; }
    } else {
        ons_results *results;
        status = ons_results_read(&results, path);
        if (status == ONS_OK) {
            *yaml = ons_copy(ons_results_job(results));
            ons_results_free(results);
        }
    }
    free(beside);
    return status == ONS_OK && *yaml == NULL ? ONS_MEMORY : status;
}

/* "3/16" of STEM.3of16.h5 in `buffer`; NULL: the name is not of this form. */
static const char *share_of(const char *path, char buffer[64]) {
    unsigned long long part, parts;
    int used = 0;
    const char *dot = strrchr(path, '.');
    while (dot != NULL && dot > path && *--dot != '.' && *dot != '/') {}
    if (dot == NULL || *dot != '.' || sscanf(dot, ".%lluof%llu.h5%n", &part, &parts, &used) != 2 || dot[used] != '\0') {
        return NULL;
    }
    snprintf(buffer, 64, "%llu/%llu", part, parts);
    return buffer;
}

/* The path without .h5 and without the number of a share. Allocated. */
static char *stem_of(const char *path) {
    char buffer[64];
    const char *share = share_of(path, buffer);
    const size_t length = strlen(path) - 3; /* without .h5 */
    return ons_copy_part(path, share == NULL ? length : length - strlen(share) - 2);
}

static ons_status look_at_output(answer *a, const char *path, bool whole) {
    char *yaml, buffer[64];
    ons_status status = job_of(path, &yaml);
    if (status != ONS_OK) { return status; }
    const char *share = share_of(path, buffer);
    char *stem = whole ? stem_of(path) : NULL;
    char *output = stem != NULL ? ons_format("%s.h5", stem) : ons_copy(path);
    if (whole) { share = NULL; } /* all shares together stand under the name of the whole */
    free(stem);
    cli_job opened = {0};
    status = output == NULL
                 ? ONS_MEMORY
                 : cli_job_reopen_share(output, yaml, cli_option_value(a->arguments, "system"), share, &opened);
    if (status == ONS_OK) { status = look_at_job(a, opened.job, ons_job_system_name(opened.job)); }
    cli_job_close(&opened);
    free(output);
    free(yaml);
    return status;
}

/* Paths of archives and parts, each once; shares of one job once, under the first of them. */
typedef struct found {
    char **paths; /* to look at */
    char **stems; /* that they stand for */
    size_t count, capacity, stem_capacity;
} found;

static ons_status add_found(found *f, const char *folder, const char *name) {
    const size_t length = strlen(name), tail = length > 6 && strcmp(name + length - 6, ".parts") == 0 ? 6 : 0;
    if (length < tail + 4 || strncmp(name + length - tail - 3, ".h5", 3) != 0) { return ONS_OK; }
    char *path = ons_format("%s/%.*s", folder, (int)(length - tail), name);
    char *stem = path == NULL ? NULL : stem_of(path);
    ons_status status = stem == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t i = 0; i < f->count && stem != NULL; i++) {
        if (strcmp(f->stems[i], stem) == 0) {
            free(stem);
            free(path);
            return ONS_OK;
        }
    }
    if (status == ONS_OK) { status = ons_grow((void **)&f->paths, &f->capacity, f->count + 1, sizeof *f->paths); }
    if (status == ONS_OK) { status = ons_grow((void **)&f->stems, &f->stem_capacity, f->count + 1, sizeof *f->stems); }
    if (status != ONS_OK) {
        free(stem);
        free(path);
        return status;
    }
    f->paths[f->count] = path;
    f->stems[f->count++] = stem;
    return ONS_OK;
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static ons_status look_at_folder(answer *a, const char *folder) {
    struct dirent **entries;
    const int count = scandir(folder, &entries, NULL, by_name);
    if (count < 0) { return ons_fail(ONS_INVALID, "%s: the directory cannot be read", folder); }
    found f = {0};
    ons_status status = ONS_OK;
    for (int i = 0; i < count; i++) {
        if (status == ONS_OK) { status = add_found(&f, folder, entries[i]->d_name); }
        free(entries[i]);
    }
    free(entries);
    if (status == ONS_OK && f.count == 0) {
        status = ons_fail(ONS_INVALID, "%s: holds no archive and no parts of a job", folder);
    }
    for (size_t i = 0; i < f.count && status == ONS_OK; i++) {
        status = look_at_output(a, f.paths[i], true);
        if (status == ONS_INVALID) { /* a file of another kind says nothing of the others */
            const bool named = strstr(ons_message(), f.paths[i]) != NULL;
            fprintf(stderr, "onsager: %s%s%s\n", named ? "" : f.paths[i], named ? "" : ": ", ons_message());
            status = ONS_OK;
        }
    }
    for (size_t i = 0; i < f.count; i++) { free(f.paths[i]), free(f.stems[i]); }
    free(f.paths);
    free(f.stems);
    return status;
}

static ons_status look(answer *a) {
    const cli_arguments *arguments = a->arguments;
    const char *first = arguments->word_count == 1 ? arguments->words[0] : "";
    struct stat facts;
    if (ons_ends_with(first, ".h5.parts") || ons_ends_with(first, ".h5.parts/")) {
        char *path = ons_copy_part(first, (size_t)(strstr(first, ".h5.parts") - first) + 3);
        const ons_status status = path == NULL ? ONS_MEMORY : look_at_output(a, path, false);
        free(path);
        return status;
    }
    if (first[0] != '\0' && stat(first, &facts) == 0 && S_ISDIR(facts.st_mode)) { return look_at_folder(a, first); }
    if (ons_ends_with(first, ".h5")) { return look_at_output(a, first, false); }
    if (arguments->word_count == 0) { return look_at_folder(a, "."); }
    cli_job opened;
    ons_status status = cli_job_open(arguments, NULL, &opened);
    if (status == ONS_OK) { status = look_at_job(a, opened.job, ons_job_system_name(opened.job)); }
    cli_job_close(&opened);
    return status;
}

ons_status cli_status(cli_arguments *arguments) {
    const char *json = cli_option_value(arguments, "json");
    answer a = {.arguments = arguments, .jobs = json == NULL ? NULL : json_array()};
    ons_status status = look(&a);
    if (status == ONS_OK && json != NULL) {
        json_t *document = json_pack("{s:s, s:O}", "onsager", ONS_VERSION, "jobs", a.jobs);
        status = cli_json_text(document, &a.text);
        if (status == ONS_OK) { status = cli_write(json, &a.text); }
    } else if (status == ONS_OK) {
        status = cli_print(&a.text);
    }
    json_decref(a.jobs);
    ons_text_free(&a.text);
    return status;
}
