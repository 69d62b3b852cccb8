/*
 * onsager plot --picture: the last configuration of a replica, as its system draws it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <onsager/registry.h>

#include <stdlib.h>
#include <string.h>

/* "0: L=16 temperature=2" of the first tasks. */
static void add_choices(const ons_results *results, ons_text *text) {
    cli_names varying;
    if (cli_varying(results, &varying) != ONS_OK) { return; }
    const size_t count = ons_results_count(results);
    for (size_t t = 0; t < count && t < 8; t++) {
        ons_text_add(text, "%s%zu:", t ? "; " : "", t);
        for (size_t i = 0; i < varying.count; i++) {
            ons_text value = {0};
            cli_parameter_text(ons_results_task(results, t), varying.names[i], CLI_NO_INDEX, &value);
            if (value.length) { ons_text_add(text, " %s=%s", varying.names[i], value.data); }
            ons_text_free(&value);
        }
    }
    if (count > 8) { ons_text_add(text, "; ..."); }
    cli_names_free(&varying);
}

/* The task that --task names, or the only one that --where leaves. */
static ons_status choose_task(const ons_results *results, const char *word, const ons_task_result **task) {
    const size_t count = ons_results_count(results);
    int64_t number = count == 1 ? 0 : -1;
    *task = NULL;
    if (word && ons_parse_integer(word, &number) != ONS_OK) { number = -1; }
    for (size_t t = 0; t < count; t++) {
        const ons_task_result *one = ons_results_task(results, t);
        if (number == (int64_t)t || (word && strcmp(one->key, word) == 0)) { *task = one; }
    }
    if (*task) { return ONS_OK; }
    ons_text choices = {0};
    add_choices(results, &choices);
    const char *list = choices.data ? choices.data : "";
    const ons_status status =
        word ? ons_fail(ONS_INVALID, "%s has no task '%s' (%s)", ons_results_path(results), word, list)
             : ons_fail(ONS_INVALID, "%s has %zu tasks: say which one with --where PARAMETER=VALUE or --task N (%s)",
                        ons_results_path(results), count, list);
    ons_text_free(&choices);
    return status;
}

static ons_status read_replica(const char *word, uint64_t *replica) {
    int64_t number = 0;
    if (word && (ons_parse_integer(word, &number) != ONS_OK || number < 0)) {
        return ons_fail(ONS_INVALID, "--replica takes a whole number from 0, not '%s'", word);
    }
    *replica = (uint64_t)number;
    return ONS_OK;
}

/* Through a file of our own, so that a picture that cannot be written leaves the old one. */
static ons_status write_picture(const ons_picture *picture, const char *output) {
    char *directory = NULL, *path = NULL, *bytes = NULL;
    size_t count = 0;
    ons_status status = cli_temporary_directory(&directory);
    if (status == ONS_OK) {
        path = ons_format("%s/picture.png", directory);
        status = path ? ons_picture_write(picture, path) : ONS_MEMORY;
    }
    if (status == ONS_OK) { status = ons_file_read(path, (size_t)1 << 31, &bytes, &count); }
    if (status == ONS_OK) { status = cli_replace(output, bytes, count); }
    if (directory) { cli_remove_directory(directory); }
    free(bytes);
    free(path);
    free(directory);
    return status;
}

static bool system_exists(const char *name) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (strcmp((*system)->name, name) == 0) { return true; }
    }
    return false;
}

/* From the job that was run last; a task of an earlier one from a job of its own. The fault of the first counts. */
ons_status cli_state_picture(const ons_results *results, const ons_task_result *task, const char *source,
                             uint64_t replica, ons_picture *picture) {
    cli_job opened;
    ons_status status = cli_job_reopen(ons_results_path(results), ons_results_job(results), source, &opened);
    if (status == ONS_OK) { status = ons_job_picture(opened.job, task->key, replica, picture); }
    cli_job_close(&opened);
    if (status == ONS_OK || status == ONS_MEMORY) { return status; }
    char *message = ons_copy(ons_message());
    status = cli_job_of_task(results, task, source, &opened);
    if (status == ONS_OK) { status = ons_job_picture(opened.job, task->key, replica, picture); }
    cli_job_close(&opened);
    if (status != ONS_OK && message) { status = ons_fail(status, "%s", message); }
    free(message);
    return status;
}

static ons_status draw(const ons_results *results, const char *path, const cli_arguments *arguments,
                       ons_picture *picture) {
    const ons_task_result *task = NULL;
    uint64_t replica = 0;
    ons_status status = choose_task(results, cli_option_value(arguments, "task"), &task);
    if (status == ONS_OK) { status = read_replica(cli_option_value(arguments, "replica"), &replica); }
    if (status != ONS_OK || !task) { return status; }
    const char *source = cli_option_value(arguments, "system");
    if (!source && !system_exists(ons_results_system(results))) {
        return ons_fail(ONS_INVALID, "%s is of a system of your own, '%s': give its file with --system FILE.c", path,
                        ons_results_system(results));
    }
    return cli_state_picture(results, task, source, replica, picture);
}

static char *default_output(const char *archive) {
    const char *dot = strrchr(archive, '.');
    const size_t length = dot && strcmp(dot, ".h5") == 0 ? (size_t)(dot - archive) : strlen(archive);
    return ons_format("%.*s.png", (int)length, archive);
}

ons_status cli_plot_picture(const cli_arguments *arguments, const ons_results *results, const char *path) {
    const char *given = cli_option_value(arguments, "output");
    const char *dot = given ? strrchr(given, '.') : NULL;
    if (given && (!dot || strcmp(dot, ".png") != 0)) {
        return ons_fail(ONS_INVALID, "'%s' must end with .png: a picture has pixels", given);
    }
    ons_picture picture = {0};
    char *output = given ? ons_copy(given) : default_output(path);
    ons_status status = output ? draw(results, path, arguments, &picture) : ONS_MEMORY;
    if (status == ONS_OK) { status = write_picture(&picture, output); }
    if (status == ONS_OK) {
        ons_text text = {0};
        ons_text_add(&text, "%s\n", output);
        status = cli_print(&text);
        ons_text_free(&text);
    }
    ons_picture_free(&picture);
    free(output);
    return status;
}
