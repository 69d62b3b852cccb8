/*
 * From the words of a command line to a job that is bound to its system.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

typedef struct request {
    const char *file;   /* the job file, NULL: none */
    const char *system; /* a word that names a system, NULL: none */
} request;

/* key=value: what stands before '=' could be a key (a path with '=' in it has a '/' or begins with '.'). */
static bool is_assignment(const char *word) {
    const char *equals = strchr(word, '=');
    const char *slash = strchr(word, '/');
    return equals && !(slash && slash < equals);
}

/* Sorts the words: the job file first, so that the others override it whatever their order. */
static ons_status sort_words(const cli_arguments *arguments, request *asked) {
    for (size_t i = 0; i < arguments->word_count; i++) {
        const char *word = arguments->words[i];
        if (is_assignment(word)) { continue; }
        const char *verb = arguments->verb->name;
        if (ons_ends_with(word, ".h5") && (strcmp(verb, "run") == 0 || strcmp(verb, "watch") == 0)) {
            return ons_fail(ONS_INVALID, "'%s' is an archive; onsager %s takes a system or a job file%s", word, verb,
                            verb[0] == 'r'
                                ? " (the same one with -o goes on with its archive)"
                                : " ('onsager plot FILE.h5 --picture' draws the state that an archive holds)");
        }
        const char **place =
            ons_ends_with(word, ".yaml") || ons_ends_with(word, ".yml") ? &asked->file : &asked->system;
        if (asked->file || asked->system) {
            const char *first = asked->file ? asked->file : asked->system;
            return ons_fail(ONS_INVALID, "one job at a time: '%s' and '%s' are two (a parameter is written key=value)",
                            first, word);
        }
        *place = word;
    }
    return ONS_OK;
}

static ons_status read_words(const cli_arguments *arguments, const request *asked, const char *output, ons_job *job) {
    ons_status status = asked->file ? ons_job_read(job, asked->file) : ONS_OK;
    if (status == ONS_OK && asked->system) { status = ons_job_set(job, "system", asked->system); }
    for (size_t i = 0; i < arguments->word_count && status == ONS_OK; i++) {
        if (is_assignment(arguments->words[i])) { status = ons_job_word(job, arguments->words[i]); }
    }
    if (status == ONS_OK && output) { status = ons_job_set(job, "output", output); }
    const char *part = cli_option_value(arguments, "part");
    if (status == ONS_OK && part) { status = ons_job_set(job, "part", part); }
    return status;
}

/* The path of a system that a job file names stands relative to that file. */
static ons_status open_system(const request *asked, const ons_job *job, const char *verb, cli_system *system) {
    const char *name = ons_job_system_name(job), *place = ons_job_system_place(job);
    if (!name) {
        return ons_fail(ONS_INVALID,
                        "%s%sno system is named: onsager %s SYSTEM key=value ... ('onsager list' shows all)",
                        asked->file ? asked->file : "", asked->file ? ": " : "", verb);
    }
    const char *slash = asked->file && place[0] ? strrchr(asked->file, '/') : NULL;
    if (!cli_is_source(name) || !slash || name[0] == '/') { return cli_system_open(system, name, place); }
    char *path = ons_format("%.*s/%s", (int)(slash - asked->file), asked->file, name);
    const ons_status status = path ? cli_system_open(system, path, place) : ONS_MEMORY;
    free(path);
    return status;
}

/* Reads, finds the system, binds: all that can be refused is refused here. */
static ons_status bind(cli_job *opened, const char *source) {
    const cli_system *system = &opened->system;
    if (system->plugin) { cli_signals_guard(source, NULL); } /* its check() may crash too */
    return ons_job_bind(opened->job, system->system, system->plugin ? ons_plugin_digest(system->plugin) : NULL);
}

ons_status cli_job_open(const cli_arguments *arguments, const char *output, cli_job *opened) {
    request asked = {0};
    *opened = (cli_job){0};
    ons_status status = sort_words(arguments, &asked);
    if (status == ONS_OK) { status = ons_job_create(&opened->job); }
    if (status == ONS_OK) { status = read_words(arguments, &asked, output, opened->job); }
    if (status == ONS_OK) { status = open_system(&asked, opened->job, arguments->verb->name, &opened->system); }
    return status == ONS_OK ? bind(opened, ons_job_system_name(opened->job)) : status;
}

/* The system of an archive, by the name that stands in it or as the user tells (`given`). */
static ons_status open_stored_system(cli_system *system, const char *name, bool given) {
    const ons_status status = cli_system_open(system, name ? name : "", "");
    if (status != ONS_INVALID || given || !name || cli_is_source(name)) { return status; }
    return ons_fail(ONS_INVALID,
                    "its system '%s' is one of your own; say where its C file is: --system FILE.c, or the words of "
                    "'onsager run' in place of the archive",
                    name);
}

ons_status cli_job_reopen(const char *archive, const char *yaml, const char *system, cli_job *opened) {
    return cli_job_reopen_share(archive, yaml, system, NULL, opened);
}

ons_status cli_job_reopen_share(const char *archive, const char *yaml, const char *system, const char *part,
                                cli_job *opened) {
    *opened = (cli_job){0};
    ons_status status = ons_job_create(&opened->job);
    if (status == ONS_OK) { status = ons_job_parse(opened->job, archive, yaml, strlen(yaml)); }
    if (status == ONS_OK) { status = ons_job_set(opened->job, "output", archive); }
    if (status == ONS_OK && part) { status = ons_job_set(opened->job, "part", part); }
    const char *name = system ? system : status == ONS_OK ? ons_job_system_name(opened->job) : NULL;
    if (status == ONS_OK) { status = open_stored_system(&opened->system, name, system != NULL); }
    return status == ONS_OK ? bind(opened, name) : status;
}

/* What the identity of a stream depends on beside the parameters, as the last job has it. */
static ons_status copy_controls(const char *yaml, ons_job *job) {
    static const char *const keys[] = {"seed", "warmup", "warmup.max", "every", "series", "snapshots"};
    ons_status status = ONS_OK;
    for (const char *line = yaml; *line && status == ONS_OK;) {
        const size_t length = strcspn(line, "\n"), key = strcspn(line, ":");
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            if (key + 2 >= length || strlen(keys[i]) != key || strncmp(line, keys[i], key) != 0) { continue; }
            char *value = ons_copy_part(line + key + 2, length - key - 2);
            status = value ? ons_job_set(job, keys[i], value) : ONS_MEMORY;
            free(value);
        }
        line += length + (line[length] == '\n');
    }
    return status;
}

ons_status cli_job_of_task(const ons_results *results, const ons_task_result *task, const char *system,
                           cli_job *opened) {
    *opened = (cli_job){0};
    char replicas[32];
    snprintf(replicas, sizeof replicas, "%llu", (unsigned long long)task->replicas);
    ons_status status = ons_job_create(&opened->job);
    if (status == ONS_OK) { status = ons_job_set(opened->job, "system", ons_results_system(results)); }
    if (status == ONS_OK) { status = ons_job_set(opened->job, "output", ons_results_path(results)); }
    if (status == ONS_OK && task->replicas) { status = ons_job_set(opened->job, "replicas", replicas); }
    if (status == ONS_OK) { status = copy_controls(ons_results_job(results), opened->job); }
    for (size_t p = 0; p < task->parameters && status == ONS_OK; p++) {
        status = ons_job_set(opened->job, task->parameter[p], task->value[p]);
    }
    const char *name = system ? system : ons_results_system(results);
    if (status == ONS_OK) { status = cli_system_open(&opened->system, name, ""); }
    return status == ONS_OK ? bind(opened, name) : status;
}

void cli_job_close(cli_job *opened) {
    ons_job_free(opened->job); /* before the descriptor that it points to */
    cli_system_close(&opened->system);
    opened->job = NULL;
}
