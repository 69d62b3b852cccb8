/*
 * compiler: C sources made into objects while a program runs, by the C compiler of the machine, and the folder in which
 * such objects are kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_COMPILER_H
#define ONSAGER_COMPILER_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The command that compiles: $CC, else "cc"; it may have several words, as in "ccache gcc". */
ONS_API const char *ons_compiler_command(void);
/* Runs a command with more words (ends with NULL), without a shell and with its messages in English. `directory` takes
 * what it says, the file `output` what it prints. ONS_INVALID: there is no such command, or it finds an error, with its
 * first one as the message; `source` is named there. */
ONS_API ons_status ons_compiler_run(const char *command, const char *const *words, const char *source,
                                    const char *directory, const char *output);

/* $XDG_CACHE_HOME/onsager, else ~/.cache/onsager, made where it is absent; allocated. NULL: there is no home, the
 * folder cannot be written to, or others can write to it. */
ONS_API char *ons_cache_folder(void);
/* A fresh folder for the files of a compiler, within `cache` (NULL: in $TMPDIR, else /tmp); allocated. What a killed
 * process left in the cache a day ago is removed. */
ONS_API ons_status ons_workplace_create(const char *cache, char **directory);
/* Removes it with the files in it, and frees the name; NULL does nothing. */
ONS_API void ons_workplace_remove(char *directory);

#ifdef __cplusplus
}
#endif
#endif
