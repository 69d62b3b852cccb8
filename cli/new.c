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

/* '@' stands for the name. A walker between two walls: a chain with a known stationary state. */
static const char source[] =
    "/*\n"
    " * @: a walker between two walls, on the sites 0 .. L-1. Change it into your own system.\n"
    " *\n"
    " *   onsager run ./@.c L=4,8,16\n"
    " *   onsager describe ./@.c\n"
    " *\n"
    " * Exact: all sites are equally likely, so that <x> = (L - 1) / 2 and <x^2> = (L - 1) (2 L - 1) / 6.\n"
    " */\n"
    "#include <onsager/system.h>\n"
    "\n"
    "/* What one replica remembers between two steps. Its memory is zeroed before create(). */\n"
    "typedef struct walker {\n"
    "    int64_t sites, x;\n"
    "    ons_random random;\n"
    "} walker;\n"
    "\n"
    "static const ons_parameter parameters[] = {\n"
    "    {.name = \"L\", .type = ONS_INTEGER, .standard = \"8\", .range = \"[1, 1e6]\", .meaning = \"sites between the "
    "walls\"}, {0}};\n"
    "\n"
    "enum { POSITION, SQUARE }; /* the order below */\n"
    "static const ons_observable observables[] = {{.name = \"position\", .kind = ONS_MEAN, .meaning = \"x\"},\n"
    "                                             {.name = \"square\", .kind = ONS_MEAN, .meaning = \"x^2\"},\n"
    "                                             {0}};\n"
    "\n"
    "static ons_status exact_position(const ons_parameters *given, double *value) {\n"
    "    *value = ((double)ons_integer(given, \"L\") - 1) / 2;\n"
    "    return ONS_OK;\n"
    "}\n"
    "static const ons_exact exact[] = {{\"position\", exact_position, \"all sites are equally likely\"}, {0}};\n"
    "\n"
    "static ons_status create(void *state, ons_context *context) {\n"
    "    walker *w = state;\n"
    "    w->sites = ons_integer(ons_context_parameters(context), \"L\");\n"
    "    w->random = ons_stream(context, 0, 0); /* lane 0, purpose 0 */\n"
    "    return ONS_OK;\n"
    "}\n"
    "static ons_status advance(void *state, ons_context *context) { /* one step, left or right; none through a wall "
    "*/\n"
    "    walker *w = state;\n"
    "    (void)context;\n"
    "    const int64_t x = w->x + (ons_random_below(&w->random, 2) ? 1 : -1);\n"
    "    if (x >= 0 && x < w->sites) { w->x = x; }\n"
    "    return ONS_OK;\n"
    "}\n"
    "static ons_status measure(const void *state, ons_context *context) {\n"
    "    const double x = (double)((const walker *)state)->x;\n"
    "    ons_measure(context, POSITION, 0, x);\n"
    "    ons_measure(context, SQUARE, 0, x * x);\n"
    "    return ONS_OK;\n"
    "}\n"
    "static ons_status persist(void *state, ons_part *part) { /* writes and reads: a killed run continues here */\n"
    "    walker *w = state;\n"
    "    const ons_status status = ons_persist(part, \"x\", ONS_I64, &w->x, 1);\n"
    "    return status == ONS_OK ? ons_persist_random(part, \"random\", &w->random) : status;\n"
    "}\n"
    "\n"
    "ONS_SYSTEM{.abi = ONS_ABI, .version = 1, .name = \"@\", .summary = \"a walker between two walls\", .step = "
    "\"step\",\n"
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
    if (cli_name_taken(name)) {
        return ons_fail(ONS_INVALID, "'%s' is the name of a system that comes with onsager; give yours another", name);
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
