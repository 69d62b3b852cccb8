/*
 * A user's own system: one C file, compiled, kept in a cache, loaded.
 *
 * The name in the cache is a digest of all that the object depends on: the source and the user's files that it
 * includes, our headers, the compiler's command. An object is made in a fresh directory and renamed into place, so that
 * several processes (the ranks of an MPI launch) may do it at once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/plugin.h>

#include "plugin.h"

#include <onsager/compiler.h>

#include <dirent.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct ons_plugin {
    void *handle;
    const ons_system *system;
    ons_digest digest;
};

#define SOURCE_LIMIT ((size_t)16 << 20)

/* ---- where things lie -----------------------------------------------------------------------------------------------
 */

static bool is_directory(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The file that this code was loaded from: libonsager, or a program that holds it. Allocated. */
static char *own_file(void) {
    Dl_info info;
    void *address;
    ons_status (*const self)(const char *, ons_plugin **) = ons_plugin_load;
    memcpy(&address, &self, sizeof address); /* ISO C knows no cast from a function */
    if (!dladdr(address, &info) || !info.dli_fname) { return NULL; }
    return realpath(info.dli_fname, NULL);
}

/* include/ beside the folder of the installed library (lib/, lib/x86_64-linux-gnu/), else that of the source tree. */
static ons_status find_headers(const char *library, char **headers) {
    static const char *const ways[] = {"/../include", "/../../include"};
    const char *slash = library ? strrchr(library, '/') : NULL;
    for (size_t i = 0; slash && i < sizeof ways / sizeof *ways; i++) {
        char *folder = ons_format("%.*s%s", (int)(slash - library), library, ways[i]);
        char *header = ons_format("%s/onsager/system.h", folder ? folder : "");
        const bool found = header && ons_file_exists(header);
        free(header);
        if (found) {
            *headers = folder;
            return ONS_OK;
        }
        free(folder);
    }
#ifdef ONS_SOURCE_INCLUDE
    if (ons_file_exists(ONS_SOURCE_INCLUDE "/onsager/system.h")) {
        *headers = ons_copy(ONS_SOURCE_INCLUDE);
        return *headers ? ONS_OK : ONS_MEMORY;
    }
#endif
    return ons_fail(ONS_FAILED, "the headers of onsager (onsager/system.h) were not found beside the library %s",
                    library ? library : "");
}

/* ---- digests --------------------------------------------------------------------------------------------------------
 */

static ons_status add_file(ons_text *sum, const char *path) {
    ons_digest digest;
    char text[ONS_DIGEST_TEXT];
    const ons_status status = ons_digest_file(path, &digest);
    if (status == ONS_OK) { ons_text_add(sum, "%s\n", ons_digest_text(digest, text)); }
    return status;
}

/* The content of the source and of all the user's own files that it includes, from a rule of make: "x: a.c b.h \". */
static ons_status digest_sources(const char *rule, ons_digest *digest) {
    ons_text sum = {0}, path = {0};
    ons_status status = ONS_OK;
    const char *c = strchr(rule, ':');
    for (c = c ? c + 1 : ""; status == ONS_OK;) {
        while (*c == ' ' || *c == '\n' || *c == '\r' || (*c == '\\' && (c[1] == '\n' || c[1] == '\r'))) { c++; }
        if (!*c) { break; }
        ons_text_clear(&path);
        for (; *c && *c != ' ' && *c != '\n'; c++) {
            if ((*c == '\\' && strchr(" #\\", c[1]) && c[1]) || (*c == '$' && c[1] == '$')) { c++; }
            ons_text_add_bytes(&path, c, 1);
        }
        status = path.failed ? ONS_MEMORY : add_file(&sum, path.data);
    }
    if (status == ONS_OK && (sum.failed || !sum.length)) {
        status = ons_fail(ONS_FAILED, "the compiler names no dependencies");
    }
    if (status == ONS_OK) { *digest = ons_digest_bytes(sum.data, sum.length); }
    ons_text_free(&path);
    ons_text_free(&sum);
    return status;
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }
static int is_header(const struct dirent *entry) {
    const size_t length = strlen(entry->d_name);
    return length > 2 && strcmp(entry->d_name + length - 2, ".h") == 0;
}

/* What names the object in the cache. */
static ons_status digest_object(ons_digest sources, const lab_compiler *compiler, ons_digest *digest) {
    ons_text sum = {0};
    char text[ONS_DIGEST_TEXT];
    ons_text_add(&sum, "%s\n%s %u\n%s\n%s\n%s\n", ons_digest_text(sources, text), ONS_VERSION, ONS_ABI,
                 compiler->command, compiler->headers, compiler->library ? compiler->library : "");
    char *folder = ons_format("%s/onsager", compiler->headers);
    struct dirent **entries = NULL;
    const int count = folder ? scandir(folder, &entries, is_header, by_name) : 0;
    ons_status status = ONS_OK;
    for (int i = 0; i < count; i++) {
        char *path = ons_format("%s/%s", folder, entries[i]->d_name);
        if (status == ONS_OK) { status = path ? add_file(&sum, path) : ONS_MEMORY; }
        free(path);
        free(entries[i]);
    }
    free(entries);
    free(folder);
    if (status == ONS_OK && sum.failed) { status = ons_fail(ONS_MEMORY, "not enough memory for a digest"); }
    if (status == ONS_OK) { *digest = ons_digest_bytes(sum.data, sum.length); }
    ons_text_free(&sum);
    return status;
}

/* ---- loading --------------------------------------------------------------------------------------------------------
 */

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Loads the object and looks for what ONS_SYSTEM defines. */
static ons_status open_object(ons_plugin *plugin, const char *source, const char *object) {
    plugin->handle = dlopen(object, RTLD_NOW | RTLD_LOCAL);
    if (!plugin->handle) {
        const char *why = dlerror(), *colon = why ? strstr(why, ": ") : NULL; /* the object's own path says nothing */
        return ons_fail(ONS_INVALID, "%s cannot be loaded: %s", source,
                        colon ? colon + 2
                        : why ? why
                              : "unknown reason");
    }
    const unsigned *abi = dlsym(plugin->handle, "ons_user_abi");
    plugin->system = dlsym(plugin->handle, "ons_user_system");
    if (!abi || !plugin->system) {
        return ons_fail(
            ONS_INVALID,
            "%s describes no system: it must open its descriptor with ONS_SYSTEM{.abi = ONS_ABI, .name = ...}", source);
    }
    if (*abi != ONS_ABI) {
        return ons_fail(ONS_INVALID, "%s was compiled against other headers of onsager (ABI %u, expected %u)", source,
                        *abi, ONS_ABI);
    }
    const ons_system *system = plugin->system;
    if (!system->name || !*system->name) { return ons_fail(ONS_INVALID, "%s: its system has no name", source); }
    return ONS_OK;
}

/* Compiles into `directory`; the object goes to its place in the cache, where there is one. *object: what to load. */
static ons_status make_object(const lab_compiler *compiler, const char *source, const char *directory, const char *kept,
                              ons_digest expected, char **object) {
    *object = ons_format("%s/system.so", directory);
    if (!*object) { return ONS_MEMORY; }
    ons_status status = lab_compile(compiler, source, directory, *object);
    char *rule = NULL;
    ons_digest again;
    if (status == ONS_OK) { status = lab_compile_rule(compiler, source, directory, &rule); }
    if (status == ONS_OK) { status = digest_sources(rule, &again); }
    if (status == ONS_OK && (again.high != expected.high || again.low != expected.low)) {
        status = ons_fail(ONS_FAILED, "%s changed while it was compiled: try again", source);
    }
    if (status == ONS_OK && kept && rename(*object, kept) == 0) {
        free(*object);
        *object = ons_copy(kept);
        status = *object ? ONS_OK : ONS_MEMORY;
    }
    free(rule);
    return status;
}

static ons_status load(ons_plugin *plugin, const lab_compiler *compiler, const char *path, const char *cache,
                       const char *directory) {
    char *rule = NULL, *kept = NULL, *object = NULL;
    ons_digest digest;
    char text[ONS_DIGEST_TEXT];
    ons_status status = lab_compile_rule(compiler, path, directory, &rule);
    if (status == ONS_OK) { status = digest_sources(rule, &plugin->digest); }
    if (status == ONS_OK) { status = digest_object(plugin->digest, compiler, &digest); }
    if (status == ONS_OK && cache) { kept = ons_format("%s/%s.so", cache, ons_digest_text(digest, text)); }
    if (status == ONS_OK && cache && !kept) { status = ONS_MEMORY; }
    if (status == ONS_OK && !(kept && ons_file_exists(kept) && open_object(plugin, path, kept) == ONS_OK)) {
        if (plugin->handle) { dlclose(plugin->handle); } /* what was kept is broken: it is made anew */
        plugin->handle = NULL;
        status = make_object(compiler, path, directory, kept, plugin->digest, &object);
        if (status == ONS_OK) { status = open_object(plugin, path, object); }
    }
    free(object);
    free(kept);
    free(rule);
    return status;
}

static ons_status check_source(const char *path) {
    char *bytes;
    size_t count;
    if (is_directory(path)) { return ons_fail(ONS_INVALID, "%s is a directory, not a C file", path); }
    const ons_status status = ons_file_read(path, SOURCE_LIMIT, &bytes, &count);
    if (status == ONS_OK) { free(bytes); }
    return status;
}

ons_status ons_plugin_load(const char *path, ons_plugin **plugin) {
    *plugin = NULL;
    ons_status status = check_source(path);
    if (status != ONS_OK) { return status; }
    char *library = own_file(), *headers = NULL, *directory = NULL, *cache = NULL;
    ons_plugin *made = ONS_NEW(ons_plugin, 1);
    status = made ? find_headers(library, &headers) : ONS_MEMORY;
    if (status == ONS_OK) {
        cache = ons_cache_folder();
        status = ons_workplace_create(cache, &directory);
    }
    if (status == ONS_OK) {
        const bool shared = library && strstr(file_name(library), ".so");
        const lab_compiler compiler = {
            .command = ons_compiler_command(), .headers = headers, .library = shared ? library : NULL};
        status = load(made, &compiler, path, cache, directory);
    }
    ons_workplace_remove(directory);
    free(cache);
    free(headers);
    free(library);
    if (status == ONS_OK) {
        *plugin = made;
    } else {
        ons_plugin_free(made);
    }
    return status;
}

const ons_system *ons_plugin_system(const ons_plugin *plugin) { return plugin->system; }

const ons_digest *ons_plugin_digest(const ons_plugin *plugin) { return &plugin->digest; }

void ons_plugin_free(ons_plugin *plugin) {
    if (!plugin) { return; }
    if (plugin->handle) { dlclose(plugin->handle); }
    free(plugin);
}
