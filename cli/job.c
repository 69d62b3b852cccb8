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

static bool ends_with(const char *word, const char *end) {
    const size_t length = strlen(word), wanted = strlen(end);
    return length > wanted && strcmp(word + length - wanted, end) == 0;
}

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
        const char **place = ends_with(word, ".yaml") || ends_with(word, ".yml") ? &asked->file : &asked->system;
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
static ons_status open_system(const request *asked, const ons_job *job, cli_system *system) {
    const char *name = ons_job_system_name(job), *place = ons_job_system_place(job);
    if (!name) {
        return ons_fail(ONS_INVALID,
                        "%s%sno system is named: onsager run SYSTEM key=value ... ('onsager list' shows all)",
                        asked->file ? asked->file : "", asked->file ? ": " : "");
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
    if (status == ONS_OK) { status = open_system(&asked, opened->job, &opened->system); }
    return status == ONS_OK ? bind(opened, ons_job_system_name(opened->job)) : status;
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
    if (status == ONS_OK) { status = cli_system_open(&opened->system, name ? name : "", ""); }
    return status == ONS_OK ? bind(opened, name) : status;
}

void cli_job_close(cli_job *opened) {
    ons_job_free(opened->job); /* before the descriptor that it points to */
    cli_system_close(&opened->system);
    opened->job = NULL;
}
