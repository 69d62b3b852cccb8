/*
 * Calling the C compiler: without a shell, its words in English, its first error as our message.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS 64 /* of a compiler's command line */
#define LOG_LIMIT ((size_t)64 << 20)

typedef struct words {
    char *items[WORDS + 1];
    size_t count;
    bool failed;
} words;

static void add(words *list, char *word) {
    if (!word || list->count == WORDS) {
        free(word);
        list->failed = true;
        return;
    }
    list->items[list->count++] = word;
}

/* $CC may hold several words. */
static void add_command(words *list, const char *command) {
    for (const char *c = command + strspn(command, " \t"); *c;) {
        const size_t length = strcspn(c, " \t");
        add(list, ons_copy_part(c, length));
        c += length;
        c += strspn(c, " \t");
    }
}

static void free_words(words *list) {
    for (size_t i = 0; i < list->count; i++) { free(list->items[i]); }
}

/* The environment with LC_ALL=C, so that errors read the same everywhere; its strings are not copied. */
static char **english_environment(void) {
    static char english[] = "LC_ALL=C";
    size_t count = 0;
    while (environ[count]) { count++; }
    char **copy = ONS_NEW(char *, count + 2);
    if (!copy) { return NULL; }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environ[i], "LC_ALL=", 7) != 0) { copy[kept++] = environ[i]; }
    }
    copy[kept] = english;
    return copy;
}

/* Runs the words with output into two files. */
static ons_status compile(words *list, const char *output, const char *errors, int *code) {
    char **environment = english_environment();
    if (!environment || list->failed) {
        free(environment);
        return ons_fail(ONS_MEMORY, "not enough memory for the compiler's command");
    }
    const ons_process process = {.words = list->items, .output = output, .errors = errors, .environment = environment};
    const ons_status status = ons_process_run(&process, code);
    free(environment);
    if (status != ONS_DONE) { return status; }
    return ons_fail(ONS_INVALID,
                    "the C compiler '%s' was not found: install gcc, or name another one in the variable CC",
                    list->items[0]);
}

/* The first line that tells an error; else the first that tells anything. */
static ons_status report_error(const char *source, const char *errors) {
    char *log = NULL;
    size_t count = 0;
    if (ons_file_read(errors, LOG_LIMIT, &log, &count) != ONS_OK) { log = NULL; }
    const char *best = NULL, *first = NULL;
    for (const char *line = log ? log : ""; *line && !best; line += strcspn(line, "\n"), line += *line == '\n') {
        const size_t length = strcspn(line, "\n");
        char *copy = ons_copy_part(line, length);
        if (copy && (strstr(copy, ": error: ") || strstr(copy, ": fatal error: "))) { best = line; }
        if (!first && length) { first = line; }
        free(copy);
    }
    const char *line = best ? best : first ? first : "the compiler gave no reason";
    const ons_status status =
        ons_fail(ONS_INVALID, "%s does not compile: %.*s", source, (int)strcspn(line, "\n"), line);
    free(log);
    return status;
}

/* A name that begins with '-' is no option. */
static char *as_argument(const char *path) { return path[0] == '-' ? ons_format("./%s", path) : ons_copy(path); }

static ons_status run(words *list, const char *source, const char *directory, const char *output) {
    char *errors = ons_format("%s/errors", directory);
    int code = 0;
    ons_status status = errors ? compile(list, output, errors, &code) : ONS_MEMORY;
    if (status == ONS_OK && code != 0) { status = report_error(source, errors); }
    free(errors);
    return status;
}

static void add_language(words *list, const lab_compiler *compiler) {
    add_command(list, compiler->command);
    add(list, ons_copy("-std=c17"));
    add(list, ons_copy("-D_GNU_SOURCE"));
    add(list, ons_copy("-isystem"));
    add(list, ons_copy(compiler->headers));
}

ons_status lab_compile_rule(const lab_compiler *compiler, const char *source, const char *directory, char **rule) {
    words list = {0};
    char *output = ons_format("%s/rule", directory);
    add_language(&list, compiler);
    add(&list, ons_copy("-MM"));
    add(&list, ons_copy("-MT"));
    add(&list, ons_copy("system"));
    add(&list, as_argument(source));
    size_t count;
    ons_status status = output ? run(&list, source, directory, output) : ONS_MEMORY;
    if (status == ONS_OK) { status = ons_file_read(output, LOG_LIMIT, rule, &count); }
    free(output);
    free_words(&list);
    return status;
}

ons_status lab_compile(const lab_compiler *compiler, const char *source, const char *directory, const char *object) {
    words list = {0};
    char *output = ons_format("%s/output", directory);
    add_language(&list, compiler);
    add(&list, ons_copy("-O2"));
    add(&list, ons_copy("-ffp-contract=off")); /* the same bits on every machine */
    add(&list, ons_copy("-fPIC"));
    add(&list, ons_copy("-shared"));
    add(&list, ons_copy("-o"));
    add(&list, ons_copy(object));
    add(&list, as_argument(source));
    if (compiler->library) { add(&list, ons_copy(compiler->library)); }
    add(&list, ons_copy("-lm"));
    const ons_status status = output ? run(&list, source, directory, output) : ONS_MEMORY;
    free(output);
    free_words(&list);
    return status;
}
