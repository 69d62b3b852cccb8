/*
 * onsager watch: a system seen running, on a page that this computer serves to itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <onsager/watch.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ons_status read_port(const char *word, int *port) {
    int64_t number = 0;
    if (word && (ons_parse_integer(word, &number) != ONS_OK || number < 0 || number > 65535)) {
        return ons_fail(ONS_INVALID, "--port takes a whole number from 0 (any that is free) to 65535, not '%s'", word);
    }
    *port = (int)number;
    return ONS_OK;
}

/* Threads of the state: one, unless they are asked for, so that the page and the browser have their cores. */
static unsigned threads_of(const cli_arguments *arguments, const ons_job *job) {
    for (size_t k = 0; k < arguments->word_count; k++) {
        if (strncmp(arguments->words[k], "threads=", 8) == 0) { return ons_job_threads(job); }
    }
    return 1;
}

/* Where there is a display, the user's own browser; whether that works is nothing to wait for. */
static void open_browser(char *address) {
    char shell[] = "sh", flag[] = "-c", script[] = "xdg-open \"$1\" >/dev/null 2>&1 </dev/null &";
    char *const words[] = {shell, flag, script, shell, address, NULL};
    if (!getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY")) { return; }
    int code;
    const ons_process process = {.words = words, .output = "/dev/null"};
    if (ons_process_run(&process, &code) != ONS_OK || code != 0) {
        fprintf(stderr, "onsager: no browser could be opened; the page is at %s\n", address);
    }
}

static ons_status greet(const ons_watch *watch, const cli_arguments *arguments) {
    char address[64];
    ons_text text = {0};
    snprintf(address, sizeof address, "http://127.0.0.1:%d/", ons_watch_port(watch));
    ons_text_add(&text, "%s\n", address);
    const ons_status status = cli_print(&text);
    ons_text_free(&text);
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "open this page in a browser; Ctrl-C ends the run, nothing is kept\n");
    }
    if (!cli_option_value(arguments, "no-browser")) { open_browser(address); }
    return status;
}

static ons_status serve(const cli_arguments *arguments, const cli_job *opened, int port) {
    const char *name = ons_job_system_name(opened->job);
    const char *const words[] = {"onsager", "watch", name};
    char *command = cli_command_line(3, words);
    const ons_watch_options options = {.port = port, .threads = threads_of(arguments, opened->job), .command = command};
    ons_watch *watch = NULL;
    ons_status status = command ? ons_watch_start(&watch, opened->job, opened->system.system, &options) : ONS_MEMORY;
    if (status == ONS_OK && opened->system.plugin) { cli_signals_guard(name, NULL); }
    const volatile sig_atomic_t *stop = status == ONS_OK ? cli_signals_catch() : NULL;
    if (status == ONS_OK) { status = greet(watch, arguments); }
    if (status == ONS_OK) { status = ons_watch_serve(watch, stop); }
    ons_watch_free(watch);
    free(command);
    return status;
}

ons_status cli_watch(cli_arguments *arguments) {
    cli_job opened;
    int port = 0;
    ons_status status = read_port(cli_option_value(arguments, "port"), &port);
    if (status != ONS_OK) { return status; }
    status = cli_job_open(arguments, NULL, &opened);
    if (status == ONS_OK) { status = serve(arguments, &opened, port); }
    cli_job_close(&opened);
    return status;
}
