/*
 * Calling the C compiler: without a shell, its words in English, its first error as our message; and the folder where
 * objects are kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/compiler.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
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

const char *ons_compiler_command(void) {
    const char *command = getenv("CC");
    return command && *command ? command : "cc";
}

ons_status ons_compiler_run(const char *command, const char *const *more, const char *source, const char *directory,
                            const char *output) {
    words list = {0};
    char *errors = ons_format("%s/errors", directory);
    int code = 0;
    add_command(&list, command);
    for (size_t i = 0; more[i]; i++) { add(&list, ons_copy(more[i])); }
    ons_status status = errors ? compile(&list, output, errors, &code) : ONS_MEMORY;
    if (status == ONS_OK && code != 0) { status = report_error(source, errors); }
    free(errors);
    free_words(&list);
    return status;
}

/* ---- where objects are kept -----------------------------------------------------------------------------------------
 */

static bool make_directory(const char *path) { return mkdir(path, 0700) == 0 || errno == EEXIST; }

char *ons_cache_folder(void) {
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *parent = base && base[0] == '/'   ? ons_copy(base)
                   : home && home[0] == '/' ? ons_format("%s/.cache", home)
                                            : NULL;
    char *cache = parent && make_directory(parent) ? ons_format("%s/onsager", parent) : NULL;
    free(parent);
    struct stat status;
    if (cache && make_directory(cache) && stat(cache, &status) == 0 && status.st_uid == geteuid() &&
        (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 && access(cache, W_OK | X_OK) == 0) {
        return cache;
    }
    free(cache);
    return NULL;
}

void ons_workplace_remove(char *path) {
    DIR *directory = path ? opendir(path) : NULL;
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        unlinkat(dirfd(directory), entry->d_name, 0);
    }
    if (directory) { closedir(directory); }
    if (path) { rmdir(path); }
    free(path);
}

enum { workplace_age = 24 * 60 * 60 }; /* seconds, after which it belongs to a process that was killed */

static void remove_old(const char *cache) {
    DIR *directory = opendir(cache);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        struct stat status;
        const bool ours = strncmp(entry->d_name, "build-", 6) == 0;
        if (!ours || fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) { continue; }
        const bool old = S_ISDIR(status.st_mode) && status.st_mtime < time(NULL) - workplace_age;
        if (old) { ons_workplace_remove(ons_format("%s/%s", cache, entry->d_name)); }
    }
    if (directory) { closedir(directory); }
}

ons_status ons_workplace_create(const char *cache, char **directory) {
    const char *base = getenv("TMPDIR");
    *directory = ons_format("%s/build-XXXXXX", cache ? cache : base && *base ? base : "/tmp");
    if (!*directory) { return ONS_MEMORY; }
    if (cache) { remove_old(cache); }
    if (mkdtemp(*directory)) { return ONS_OK; }
    const ons_status status =
        ons_fail(ONS_FAILED, "no directory %s can be made for compiling: %s", *directory, strerror(errno));
    free(*directory);
    *directory = NULL;
    return status;
}
