/*
 * onsager new: writes a working system for the user to change.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* '@' stands for the name. A walker in a valley: an autoregressive chain with a known stationary state. */
static const char source[] =
    "/*\n"
    " * @: a walker in a valley, x' = (1 - pull) x + noise. Change it into your own system.\n"
    " *\n"
    " *   onsager run ./@.c pull=0.1,0.2,0.5\n"
    " *   onsager describe ./@.c\n"
    " *\n"
    " * Exact: <x> = 0, <x^2> = 1 / (pull (2 - pull)) for noise of variance 1.\n"
    " */\n"
    "#include <onsager/system.h>\n"
    "\n"
    "/* What one replica remembers between two steps. Its memory is zeroed before create(). */\n"
    "typedef struct walker {\n"
    "    double pull, x;\n"
    "    ons_random random;\n"
    "} walker;\n"
    "\n"
    "static const ons_parameter parameters[] = {\n"
    "    {.name = \"pull\", .type = ONS_REAL, .standard = \"0.2\", .range = \"(0, 2)\", .meaning = \"part of x lost in "
    "a step\"},\n"
    "    {0}};\n"
    "\n"
    "enum { POSITION, SQUARE }; /* the order below */\n"
    "static const ons_observable observables[] = {{.name = \"position\", .kind = ONS_MEAN, .meaning = \"x\"},\n"
    "                                             {.name = \"square\", .kind = ONS_MEAN, .meaning = \"x^2\"},\n"
    "                                             {0}};\n"
    "\n"
    "static ons_status exact_square(const ons_parameters *given, double *value) {\n"
    "    const double pull = ons_real(given, \"pull\");\n"
    "    *value = 1 / (pull * (2 - pull));\n"
    "    return ONS_OK;\n"
    "}\n"
    "static const ons_exact exact[] = {{\"square\", exact_square, \"geometric series\"}, {0}};\n"
    "static ons_status create(void *state, ons_context *context) {\n"
    "    walker *w = state;\n"
    "    w->pull = ons_real(ons_context_parameters(context), \"pull\");\n"
    "    w->random = ons_stream(context, 0, 0); /* lane 0, purpose 0 */\n"
    "    return ONS_OK;\n"
    "}\n"
    "static ons_status advance(void *state, ons_context *context) { /* one step */\n"
    "    walker *w = state;\n"
    "    (void)context;\n"
    "    w->x = (1 - w->pull) * w->x + ons_random_normal(&w->random);\n"
    "    return ONS_OK;\n"
    "}\n"
    "static ons_status measure(const void *state, ons_context *context) {\n"
    "    const walker *w = state;\n"
    "    ons_measure(context, POSITION, 0, w->x);\n"
    "    ons_measure(context, SQUARE, 0, w->x * w->x);\n"
    "    return ONS_OK;\n"
    "}\n"
    "static ons_status persist(void *state, ons_part *part) { /* writes and reads: a killed run continues here */\n"
    "    walker *w = state;\n"
    "    const ons_status status = ons_persist(part, \"x\", ONS_F64, &w->x, 1);\n"
    "    return status == ONS_OK ? ons_persist_random(part, \"random\", &w->random) : status;\n"
    "}\n"
    "\n"
    "ONS_SYSTEM{.abi = ONS_ABI, .version = 1, .name = \"@\", .summary = \"a walker in a valley\", .step = \"step\",\n"
    "           .traits = ONS_STATIONARY, .parameters = parameters, .observables = observables, .exact = exact,\n"
    "           .controls = {.steps = 100000, .replicas = 2}, .state_size = sizeof(walker), .create = create,\n"
    "           .advance = advance, .measure = measure, .persist = persist};\n";

static bool valid_name(const char *name) {
    if (name[0] < 'a' || name[0] > 'z' || strlen(name) > 60) { return false; }
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* The file must not exist: what the user has is never overwritten. */
static ons_status write_new(const char *path, const ons_text *text) {
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (file < 0 && errno == EEXIST) { return ons_fail(ONS_INVALID, "%s exists already and is not overwritten", path); }
    if (file < 0) { return ons_fail(ONS_INVALID, "%s cannot be written: %s", path, strerror(errno)); }
    const ssize_t written = write(file, text->data, text->length);
    const int error = written < 0 ? errno : written == (ssize_t)text->length ? 0 : ENOSPC;
    if (close(file) == 0 && error == 0) { return ONS_OK; }
    unlink(path);
    return ons_fail(ONS_FAILED, "%s cannot be written: %s", path, strerror(error ? error : EIO));
}

ons_status cli_new(cli_arguments *arguments) {
    const char *name;
    ons_status status = cli_only_word(arguments, "a name", &name);
    if (status != ONS_OK) { return status; }
    if (!valid_name(name)) {
        return ons_fail(
            ONS_INVALID,
            "'%s' is no name for a system: it takes lower-case letters, digits and '-', and begins with a letter",
            name);
    }
    char *path = ons_format("%s.c", name);
    ons_text text = {0};
    for (const char *c = source; *c; c++) {
        if (*c == '@') {
            ons_text_add(&text, "%s", name);
        } else {
            ons_text_add_bytes(&text, c, 1);
        }
    }
    status = path ? cli_text_status(&text) : ONS_MEMORY;
    if (status == ONS_OK) { status = write_new(path, &text); }
    if (status == ONS_OK) {
        ons_text_clear(&text);
        ons_text_add(&text, "%s written; try: onsager run ./%s\n", path, path);
        status = cli_print(&text);
    }
    ons_text_free(&text);
    free(path);
    return status;
}
