/*
 * Equations that were read while the program runs, as machine code.
 *
 * The source holds operations, numbers and places in arrays, nothing of what the user wrote. Its object needs no
 * library: what is more than + - * / is called through the table of functions that the tapes use. It is made in a
 * folder of its own and renamed into the cache, so that several processes may do it at once, and one that is killed
 * leaves nothing half made there. Before code is used it has to give the bits of the tapes in trials: whatever is wrong
 * with a compiler, its options or a file in the cache, results do not depend on it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_code.h"

#include <onsager/compiler.h>
#include <onsager/dynamics/integrate.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the source -----------------------------------------------------------------------------------------------------
 */

static const char beginning[] =
    "typedef double number __attribute__((vector_size(64), aligned(8), may_alias));\n"
    "typedef void function(const double *a, const double *b, double *target);\n"
    "function *const *flow_functions;\n"
    "static inline number flow_call(int which, number a, number b) {\n"
    "    number result;\n"
    "    flow_functions[which]((const double *)&a, (const double *)&b, (double *)&result);\n"
    "    return result;\n"
    "}\n"
    "#define FLOW_NUMBER(v) ((number){v, v, v, v, v, v, v, v})\n";

static const char end[] =
    "void flow_values(const double *t, const double *x, const double *delayed, const double *p, double *dx) {\n"
    "    flow_value((const number *)t, (const number *)x, (const number *)delayed, (const number *)p, (number *)dx);\n"
    "}\n"
    "void flow_jacobians(const double *t, const double *x, const double *delayed, const double *p, double *dx,\n"
    "                    double *jacobian) {\n"
    "    flow_jacobian((const number *)t, (const number *)x, (const number *)delayed, (const number *)p,\n"
    "                  (number *)dx, (number *)jacobian);\n"
    "}\n";

static ons_status write_source(const ons_flow *flow, ons_text *source) {
    ons_text_add(source, "%s", beginning);
    for (int k = 0; k < DYNAMICS_OPERATIONS; k++) {
        const char *name = dynamics_function_name(k);
        if (!name) { continue; }
        const bool two = dynamics_is_binary(k);
        ons_text_add(source, "#define FLOW_%s(a%s) flow_call(%d, a, %s)\n", name, two ? ", b" : "", k, two ? "b" : "a");
    }
    const ons_status status = ons_flow_source(flow, "flow", source);
    ons_text_add(source, "%s", end);
    return status == ONS_OK && source->failed ? ONS_MEMORY : status;
}

/* ---- the object -----------------------------------------------------------------------------------------------------
 */

/* Its code is for this machine's vectors; its bits do not depend on them. */
#define OPTIONS "-std=c17", "-O2", "-fno-fast-math", "-ffp-contract=off", "-fPIC", "-shared", "-nostdlib", "-w"

static const char *const *machine_options(void) {
    static const char *const plain[] = {NULL}, *const v3[] = {"-march=x86-64-v3", NULL},
                             *const v4[] = {"-march=x86-64-v4", "-mprefer-vector-width=512", NULL};
    switch (dynamics_instructions_here()) {
    case DYNAMICS_V4: return v4;
    case DYNAMICS_V3: return v3;
    default: return plain;
    }
}

/* Names what the object depends on. Allocated. */
static char *name_object(const ons_text *source, const char *cache) {
    static const char *const options[] = {OPTIONS};
    ons_text sum = {0};
    char text[ONS_DIGEST_TEXT];
    ons_text_add(&sum, "%s\n%s\n", ONS_VERSION, ons_compiler_command());
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) { ons_text_add(&sum, "%s ", options[i]); }
    for (const char *const *more = machine_options(); *more; more++) { ons_text_add(&sum, "%s ", *more); }
    ons_text_add_bytes(&sum, source->data, source->length);
    char *name =
        sum.failed ? NULL
                   : ons_format("%s/flow-%s.so", cache, ons_digest_text(ons_digest_bytes(sum.data, sum.length), text));
    ons_text_free(&sum);
    return name;
}

static ons_status write_file(const char *path, const ons_text *text) {
    FILE *file = fopen(path, "w");
    const bool whole = file && fwrite(text->data, 1, text->length, file) == text->length;
    const bool closed = file && fclose(file) == 0;
    return whole && closed ? ONS_OK : ons_fail(ONS_FAILED, "%s cannot be written", path);
}

static ons_status compile(const ons_text *source, const char *directory, const char *object) {
    char *file = ons_format("%s/flow.c", directory), *output = ons_format("%s/output", directory);
    const char *const *machine = machine_options();
    const char *const words[] = {OPTIONS, "-o", object, file, machine[0], machine[0] ? machine[1] : NULL, NULL};
    ons_status status = file && output ? write_file(file, source) : ONS_MEMORY;
    if (status == ONS_OK) {
        status = ons_compiler_run(ons_compiler_command(), words, "the equations' code", directory, output);
    }
    free(file);
    free(output);
    return status;
}

/* ---- trials ---------------------------------------------------------------------------------------------------------
 */

/* Not a number is one value, whatever its bits. */
static bool same_numbers(const double *a, const double *b, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint64_t first, second;
        memcpy(&first, &a[i], sizeof first);
        memcpy(&second, &b[i], sizeof second);
        if (first != second && !(isnan(a[i]) && isnan(b[i]))) { return false; }
    }
    return true;
}

/* Places of all sizes and signs, with zeros. */
static double trial_place(size_t trial, size_t i) {
    static const double sizes[] = {1, 0.03, 40, 1e-200, 1e5};
    const double u = 0.6180339887498949 * (double)(i + 17 * trial + 1);
    return i % 11 == 10 ? 0 : sizes[trial % 5] * (2 * (u - floor(u)) - 1);
}

static bool agrees(const dynamics_code *code, const ons_flow *flow, const double *p, double *numbers) {
    const size_t n = flow->variable_count, count = (n + n * n) * ONS_LANES;
    double *t = numbers, *x = t + ONS_LANES, *known = x + n * ONS_LANES, *ours = known + count, *work = ours + count;
    for (size_t trial = 0; trial < 10; trial++) {
        for (size_t i = 0; i < (n + 1) * ONS_LANES; i++) { t[i] = trial_place(trial, i); }
        ons_flow_jacobian(flow, ONS_LANES, t, x, NULL, p, known, known + n * ONS_LANES, work);
        code->jacobian(t, x, NULL, p, ours, ours + n * ONS_LANES);
        if (!same_numbers(known, ours, count)) { return false; }
        ons_flow_value(flow, ONS_LANES, t, x, NULL, p, known, work);
        code->value(t, x, NULL, p, ours);
        if (!same_numbers(known, ours, n * ONS_LANES)) { return false; }
    }
    return true;
}

/* ---- loading --------------------------------------------------------------------------------------------------------
 */

void dynamics_code_free(dynamics_code *code) {
    if (code->handle) { dlclose(code->handle); }
    *code = (dynamics_code){0};
}

static bool load(dynamics_code *code, const char *object) {
    code->handle = dlopen(object, RTLD_NOW | RTLD_LOCAL);
    void *value = code->handle ? dlsym(code->handle, "flow_values") : NULL,
         *jacobian = code->handle ? dlsym(code->handle, "flow_jacobians") : NULL,
         *functions = code->handle ? dlsym(code->handle, "flow_functions") : NULL;
    if (!value || !jacobian || !functions) { return false; }
    memcpy(&code->value, &value, sizeof value); /* ISO C knows no cast to a function */
    memcpy(&code->jacobian, &jacobian, sizeof jacobian);
    /* The same for all that load it. */
    __atomic_store_n((dynamics_of_eight *const **)functions, dynamics_tape_kernel_here()->functions, __ATOMIC_RELEASE);
    return true;
}

static ons_status open_object(dynamics_code *code, const ons_flow *flow, const double *p, const char *object) {
    const size_t n = flow->variable_count, rows = 1 + n + 2 * (n + n * n) + ons_flow_work(flow);
    double *numbers = aligned_alloc(64, rows * ONS_LANES * sizeof *numbers);
    if (!numbers) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    if (!load(code, object)) {
        status = ons_fail(ONS_FAILED, "what %s makes of the equations cannot be loaded", ons_compiler_command());
    } else if (!agrees(code, flow, p, numbers)) {
        status = ons_fail(ONS_FAILED, "the code that %s makes of the equations gives other numbers than the formulas",
                          ons_compiler_command());
    }
    free(numbers);
    if (status != ONS_OK) { dynamics_code_free(code); }
    return status;
}

/* Into the cache as a whole; where that is not possible, it is made again the next time. */
static void keep(const char *object, const char *kept) {
    const int file = open(object, O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && fsync(file) == 0;
    if (file >= 0) { close(file); }
    if (synced) { (void)rename(object, kept); }
}

static ons_status make_object(dynamics_code *code, const ons_flow *flow, const double *p, const ons_text *source,
                              const char *cache, const char *kept) {
    char *directory = NULL;
    ons_status status = ons_workplace_create(cache, &directory);
    char *object = status == ONS_OK ? ons_format("%s/flow.so", directory) : NULL;
    if (status == ONS_OK) { status = object ? compile(source, directory, object) : ONS_MEMORY; }
    if (status == ONS_OK) { status = open_object(code, flow, p, object); }
    if (status == ONS_OK && kept) { keep(object, kept); }
    free(object);
    ons_workplace_remove(directory);
    return status;
}

ons_status dynamics_code_get(dynamics_code *code, const ons_flow *flow, const double *parameters, bool make) {
    ons_text source = {0};
    char *cache = ons_cache_folder(), *kept = NULL;
    ons_status status = cache || make ? write_source(flow, &source) : ONS_DONE;
    if (status == ONS_OK && cache) {
        kept = name_object(&source, cache);
        status = kept ? ONS_OK : ONS_MEMORY;
    }
    const bool found =
        status == ONS_OK && kept && ons_file_exists(kept) && open_object(code, flow, parameters, kept) == ONS_OK;
    if (status == ONS_OK && !found) {
        status = make ? make_object(code, flow, parameters, &source, cache, kept) : ONS_DONE;
    }
    free(kept);
    free(cache);
    ons_text_free(&source);
    return status;
}
