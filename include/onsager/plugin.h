/*
 * plugin: a user's own system in one C file, compiled and loaded while the program runs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_PLUGIN_H
#define ONSAGER_PLUGIN_H

#include <onsager/system.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_plugin ons_plugin;

/* Compiles the file with $CC (else cc) against the headers of this library, loads it and checks that it was made for
 * it. The object is kept in $XDG_CACHE_HOME/onsager (else ~/.cache/onsager) under a digest of the source, the files it
 * includes, the headers and the compiler's command, so that an unchanged file is loaded in some milliseconds.
 * ONS_INVALID, with the compiler's first error and its file:line:column, when it does not compile, or when it describes
 * no system. The code runs with all the rights of the process. */
ONS_API ons_status ons_plugin_load(const char *path, ons_plugin **plugin);
/* Valid until ons_plugin_free. */
ONS_API const ons_system *ons_plugin_system(const ons_plugin *plugin);
/* Of the source and of the user's own files that it includes: what ons_job_bind takes as `code`. */
ONS_API const ons_digest *ons_plugin_digest(const ons_plugin *plugin);
ONS_API void ons_plugin_free(ons_plugin *plugin);

#ifdef __cplusplus
}
#endif
#endif
