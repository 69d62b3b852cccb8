/*
 * The onsager command: finds the verb, runs it, and turns its status into an exit code.
 *
 * 0: done; 1: a failure while running; 2: what the user gave cannot be used; 128 + signal: interrupted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static int exit_code(ons_status status) {
    if (status >= 0) { return 0; }
    fprintf(stderr, "onsager: %s\n", ons_message());
    return status == ONS_INVALID ? 2 : 1;
}

static const cli_verb *find_verb(const char *name) {
    for (const cli_verb *verb = cli_verbs; verb->name; verb++) {
        if (strcmp(verb->name, name) == 0) { return verb; }
    }
    return NULL;
}

static ons_status unknown_verb(const char *word) {
    const char *names[32];
    size_t count = 0;
    for (const cli_verb *verb = cli_verbs; verb->name && count < 30; verb++) { names[count++] = verb->name; }
    names[count++] = "help";
    char hint[CLI_HINT];
    return ons_fail(ONS_INVALID, "there is no verb '%s'%s ('onsager help' lists them)", word,
                    cli_hint(hint, word, names, count));
}

static ons_status print_help(const cli_verb *verb) {
    ons_text text = {0};
    if (verb) {
        cli_verb_help(&text, verb);
    } else {
        cli_help_text(&text);
    }
    const ons_status status = cli_print(&text);
    ons_text_free(&text);
    return status;
}

/* `onsager help --man` and the like: ONS_DONE when the word is none of them. */
static ons_status print_page(const char *word) {
    ons_text text = {0};
    if (strcmp(word, "--man") == 0) {
        cli_manual(&text);
    } else if (strcmp(word, "--bash") == 0) {
        cli_bash(&text);
    } else {
        static const char *const known[] = {"--man", "--bash", "--help"};
        char hint[CLI_HINT];
        if (word[0] != '-' || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) { return ONS_DONE; }
        return ons_fail(ONS_INVALID, "'onsager help' has no option '%s'%s (--man, --bash)", word,
                        cli_hint(hint, word, known, 3));
    }
    const ons_status status = cli_print(&text);
    ons_text_free(&text);
    return status;
}

/* `onsager`, `onsager help [VERB]`, --help, --version. ONS_DONE: the first word is a verb's. */
static ons_status answer_without_verb(int count, char **argv) {
    if (count < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) { return print_help(NULL); }
    if (strcmp(argv[1], "--version") == 0) {
        ons_text text = {0};
        ons_text_add(&text, "onsager %s\n", ONS_VERSION);
        const ons_status status = cli_print(&text);
        ons_text_free(&text);
        return status;
    }
    if (strcmp(argv[1], "help") == 0) {
        const ons_status page = count == 3 ? print_page(argv[2]) : ONS_DONE;
        if (page != ONS_DONE) { return page; }
        const cli_verb *verb = count > 2 && argv[2][0] != '-' ? find_verb(argv[2]) : NULL;
        if (count > 2 && argv[2][0] != '-' && !verb) { return unknown_verb(argv[2]); }
        return print_help(verb);
    }
    if (argv[1][0] == '-') {
        static const char *const options[] = {"--help", "--version"};
        char hint[CLI_HINT];
        return ons_fail(ONS_INVALID, "there is no option '%s'%s before a verb", argv[1],
                        cli_hint(hint, argv[1], options, 2));
    }
    return ONS_DONE;
}

int main(int count, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    ons_status status = answer_without_verb(count, argv);
    if (status != ONS_DONE) { return exit_code(status); }
    const cli_verb *verb = find_verb(argv[1]);
    if (!verb) { return exit_code(unknown_verb(argv[1])); }

    cli_arguments arguments = {0};
    char *command = cli_command_line(count, (const char *const *)argv);
    arguments.command = command ? command : "onsager";
    int words = count - 2;
    status = verb->run == cli_analyse ? cli_analysis_choose(&verb, &words, argv + 2) : ONS_OK;
    if (status == ONS_OK) { status = cli_arguments_read(&arguments, verb, words, argv + 2); }
    if (status == ONS_DONE) {
        status = print_help(verb);
    } else if (status == ONS_OK) {
        status = verb->run(&arguments);
    }
    const int code = status >= 0 && arguments.exit_code ? arguments.exit_code : exit_code(status);
    cli_arguments_free(&arguments);
    free(command);
    return code;
}
