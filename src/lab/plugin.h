/* Inside the laboratory: calling the C compiler for a user's system (compiler.c). */
#ifndef ONSAGER_LAB_PLUGIN_H
#define ONSAGER_LAB_PLUGIN_H

#include <onsager/base.h>

typedef struct lab_compiler {
    const char *command; /* "cc", or several words: "ccache gcc" */
    const char *headers; /* the folder of onsager/system.h */
    const char *library; /* libonsager, to link against; NULL: the program itself offers its names */
} lab_compiler;

/* The files that a source depends on, system headers left out, as a rule of make. *rule is allocated. ONS_INVALID with
 * the first error when it cannot be read by the compiler. `directory` takes the compiler's output. */
ons_status lab_compile_rule(const lab_compiler *compiler, const char *source, const char *directory, char **rule);
/* Makes a shared object. */
ons_status lab_compile(const lab_compiler *compiler, const char *source, const char *directory, const char *object);

#endif
