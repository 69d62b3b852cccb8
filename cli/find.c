/*
 * Finding a system: by its name in the registry, or by compiling the user's C file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <onsager/registry.h>

#include <stdlib.h>
#include <string.h>

bool cli_is_source(const char *word) {
    const size_t length = strlen(word);
    return length > 2 && strcmp(word + length - 2, ".c") == 0;
}

int cli_step_length(const char *step) {
    const char *more = strstr(step, " (");
    return (int)(more ? (size_t)(more - step) : strlen(step));
}

static ons_status unknown_system(const char *word, const char *place) {
    const char *names[512];
    size_t count = 0;
    for (const ons_system *const *system = ons_registry(); *system && count < 512; system++) {
        names[count++] = (*system)->name;
    }
    if (ons_ends_with(word, ".py")) {
        return ons_fail(ONS_INVALID,
                        "%s'%s' is Python, and its systems are run from there: onsager.run(CLASS, ...), "
                        "onsager.watch(CLASS, ...)",
                        place, word);
    }
    char *file = ons_format("%s.c", word);
    if (!file) { return ONS_MEMORY; }
    char hint[CLI_HINT];
    ons_status status;
    if (ons_file_exists(file)) {
        status = ons_fail(ONS_INVALID, "%sthere is no system '%s'; for the file here write ./%s", place, word, file);
    } else {
        status = ons_fail(ONS_INVALID, "%sthere is no system '%s'%s ('onsager list' shows all)", place, word,
                          cli_hint(hint, word, names, count));
    }
    free(file);
    return status;
}

static const ons_system *find_registered(const char *name) {
    for (const ons_system *const *candidate = ons_registry(); *candidate; candidate++) {
        if (strcmp((*candidate)->name, name) == 0) { return *candidate; }
    }
    return NULL;
}

bool cli_name_taken(const char *name) { return find_registered(name) != NULL; }

/* An archive knows its system by name alone. */
static ons_status refuse_taken(const cli_system *system, const char *word, const char *place) {
    const char *name = system->system->name;
    if (!name || !cli_name_taken(name)) { return ONS_OK; }
    return ons_fail(ONS_INVALID,
                    "%s%s describes '%s', which is the name of a system that comes with onsager; give it another",
                    place, word, name);
}

ons_status cli_system_open(cli_system *system, const char *word, const char *place) {
    *system = (cli_system){0};
    if (cli_is_source(word)) {
        const ons_status status = ons_plugin_load(word, &system->plugin);
        if (status != ONS_OK) { return status; }
        system->system = ons_plugin_system(system->plugin);
        return refuse_taken(system, word, place);
    }
    system->system = find_registered(word);
    return system->system ? ONS_OK : unknown_system(word, place);
}

void cli_system_close(cli_system *system) {
    ons_plugin_free(system->plugin);
    *system = (cli_system){0};
}
