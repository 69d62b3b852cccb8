/*
 * The C compiler on a user's system: what its source depends on, and its object.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin.h"

#include <onsager/compiler.h>

#include <stdlib.h>

/* A name that begins with '-' is no option. */
static char *as_argument(const char *path) { return path[0] == '-' ? ons_format("./%s", path) : ons_copy(path); }

#define LANGUAGE(compiler) "-std=c17", "-D_GNU_SOURCE", "-isystem", (compiler)->headers

ons_status lab_compile_rule(const lab_compiler *compiler, const char *source, const char *directory, char **rule) {
    char *output = ons_format("%s/rule", directory), *file = as_argument(source);
    const char *const words[] = {LANGUAGE(compiler), "-MM", "-MT", "system", file, NULL};
    size_t count;
    ons_status status =
        output && file ? ons_compiler_run(compiler->command, words, source, directory, output) : ONS_MEMORY;
    if (status == ONS_OK) { status = ons_file_read(output, (size_t)64 << 20, rule, &count); }
    free(output);
    free(file);
    return status;
}

ons_status lab_compile(const lab_compiler *compiler, const char *source, const char *directory, const char *object) {
    char *output = ons_format("%s/output", directory), *file = as_argument(source);
    /* Without contractions: the same bits on every machine. */
    const char *const words[] = {LANGUAGE(compiler),
                                 "-O2",
                                 "-ffp-contract=off",
                                 "-fPIC",
                                 "-shared",
                                 "-o",
                                 object,
                                 file,
                                 "-lm",
                                 compiler->library, /* or NULL, which ends the list */
                                 NULL};
    const ons_status status =
        output && file ? ons_compiler_run(compiler->command, words, source, directory, output) : ONS_MEMORY;
    free(output);
    free(file);
    return status;
}
