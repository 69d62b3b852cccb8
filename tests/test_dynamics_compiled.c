/*
 * Equations as machine code: the bits of the formulas by hand-written and by random flows of every function, along
 * trajectories and perturbations, also when code takes over in the middle; and what happens without a compiler, with
 * one that fails, is killed or cannot write, with a broken cache, and when two processes compile at once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <math.h>
#include <onsager/compiler.h>
#include <onsager/dynamics.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char lorenz[] = "x' = 10*(y - x); y' = x*(28 - z) - y; z' = x*y - 8/3*z";
static const char *command; /* the compiler of this machine; NULL: none */

typedef struct problem {
    ons_flow *flow;
    ons_field field;
} problem;

static problem pose(const char *equations) {
    problem made = {0};
    double p[64];
    for (int i = 0; i < 64; i++) { p[i] = 0.7 - 0.4 * i; }
    ons_status status = ons_flow_parse(&made.flow, equations, NULL, 0);
    if (status == ONS_OK) { status = ons_flow_field(&made.field, made.flow, p, 1); }
    if (status != ONS_OK) { fail_msg("%s: %s", equations, ons_message()); }
    return made;
}

static void drop(problem *old) {
    ons_flow_field_free(&old->field);
    ons_flow_free(old->flow);
}

/* ---- folders --------------------------------------------------------------------------------------------------------
 */

static char home[] = "/tmp/onsager-compiled-XXXXXX";

static char *in_cache(const char *ending) {
    char *folder = ons_cache_folder(), *found = NULL;
    assert_non_null(folder);
    DIR *directory = opendir(folder);
    if (!directory) { fail_msg("%s cannot be read", folder); }
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        const size_t length = strlen(entry->d_name), tail = strlen(ending);
        if (length < tail || strcmp(entry->d_name + length - tail, ending) != 0) { continue; }
        assert_null(found); /* one alone */
        found = ons_format("%s/%s", folder, entry->d_name);
    }
    if (directory) { closedir(directory); }
    free(folder);
    return found;
}

static void empty(const char *folder) {
    DIR *directory = opendir(folder);
    if (!directory) { return; }
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.') { continue; }
        char *path = ons_format("%s/%s", folder, entry->d_name);
        if (unlink(path) != 0) {
            empty(path);
            rmdir(path);
        }
        free(path);
    }
    closedir(directory);
}

static int begin(void **state) {
    (void)state;
    setenv("XDG_CACHE_HOME", home, 1);
    setenv("CC", command ? command : "cc", 1);
    empty(home);
    return 0;
}

static void needs_compiler(void) {
    if (!command) {
        print_message("skipped: no C compiler\n");
        skip();
    }
}

static void write_script(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", text);
    fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
}

/* ---- the same bits --------------------------------------------------------------------------------------------------
 */

static bool same(double a, double b) {
    uint64_t first, second;
    memcpy(&first, &a, sizeof first);
    memcpy(&second, &b, sizeof second);
    return first == second || (isnan(a) && isnan(b));
}

static double place(size_t k) {
    static const double known[] = {0, -0.0, 1, -1, 1e-310, -1e300, (double)INFINITY, (double)NAN, 0.5, 700, -745.2};
    const double u = 0.7548776662466927 * (double)(k + 1);
    return k % 13 == 12 ? known[k / 13 % 11] : 6 * (u - floor(u)) - 3;
}

static void check_bits(const char *equations) {
    problem formulas = pose(equations), code = pose(equations);
    if (ons_flow_field_compile(&code.field, true) != ONS_OK) { fail_msg("%s", ons_message()); }
    assert_true(ons_flow_field_compiled(&code.field));
    assert_false(ons_flow_field_compiled(&formulas.field));
    const size_t n = formulas.field.dimension, outputs = (n + n * n) * ONS_LANES;
    double *t = aligned_alloc(64, 64), *x = aligned_alloc(64, 64 * n);
    double *known = aligned_alloc(64, 8 * outputs), *ours = aligned_alloc(64, 8 * outputs);
    for (size_t trial = 0; trial < 200; trial++) {
        for (size_t l = 0; l < ONS_LANES; l++) { t[l] = place(trial + l); }
        for (size_t i = 0; i < n * ONS_LANES; i++) { x[i] = place(31 * trial + i); }
        formulas.field.jacobian(formulas.field.data, 0, t, x, known, known + n * ONS_LANES);
        code.field.jacobian(code.field.data, 0, t, x, ours, ours + n * ONS_LANES);
        for (size_t i = 0; i < outputs; i++) {
            if (!same(known[i], ours[i])) { fail_msg("%s: output %zu: %.17g, %.17g", equations, i, known[i], ours[i]); }
        }
        formulas.field.value(formulas.field.data, 0, t, x, known);
        code.field.value(code.field.data, 0, t, x, ours);
        for (size_t i = 0; i < n * ONS_LANES; i++) { assert_true(same(known[i], ours[i])); }
    }
    free(t);
    free(x);
    free(known);
    free(ours);
    drop(&formulas);
    drop(&code);
}

static void every_function_has_the_same_bits(void **state) {
    (void)state;
    needs_compiler();
    check_bits(lorenz);
    check_bits("a' = sin(b) + cos(c) + tan(a*b); b' = asin(a/4)*acos(c/5) + atan(b) + atan2(a, c);"
               "c' = sinh(a) + cosh(b)*tanh(c); d' = exp(a) - log(abs(b)) + log10(c^2 + 1) + sqrt(d);"
               "e' = min(a, b)*max(c, d) + mod(e, 0.7) + floor(a) - ceil(b); f' = sign(a) + step(b) - abs(c)^1.3;"
               "g' = -a/(b - c) + p*q^2 - t*h; h' = a^b + 1e-300*c + 1e22*d + 123456789012345678*e");
    check_bits("x' = 1/0*x; y' = x - 0/0; z' = atan2(x, -0*1)"); /* constants that are no numbers */
}

/* Formulas at random, of all operations. */
static void write_formula(ons_text *text, ons_random *random, int depth) {
    static const char *const one[] = {"sin",  "cos",  "tan",  "exp",  "log",  "sqrt",  "abs",  "tanh",  "sinh", "cosh",
                                      "atan", "asin", "acos", "sign", "step", "floor", "ceil", "log10", "-"};
    static const char *const two[] = {"min", "max", "atan2", "mod"};
    const double kind = ons_random_uniform(random), which = ons_random_uniform(random);
    if (depth == 0 || kind < 0.1) {
        if (which < 0.7) {
            ons_text_add(text, "x%d", (int)(10 * which / 0.7));
        } else if (which < 0.8) {
            ons_text_add(text, "k%d", (int)(40 * (which - 0.7)));
        } else {
            ons_text_add(text, "%.3f", 4 * which - 3);
        }
    } else if (kind < 0.35) {
        ons_text_add(text, "%s(", one[(int)(19 * which)]);
        write_formula(text, random, depth - 1);
        ons_text_add(text, ")");
    } else if (kind < 0.45) {
        ons_text_add(text, "%s(", two[(int)(4 * which)]);
        write_formula(text, random, depth - 1);
        ons_text_add(text, ", ");
        write_formula(text, random, depth - 1);
        ons_text_add(text, ")");
    } else {
        ons_text_add(text, "(");
        write_formula(text, random, depth - 1);
        ons_text_add(text, " %c ", "+-*/^"[(int)(5 * which)]);
        write_formula(text, random, depth - 1);
        ons_text_add(text, ")");
    }
}

static void random_flows_have_the_same_bits(void **state) {
    (void)state;
    needs_compiler();
    ons_random random = ons_random_stream(20261121, 0, 0);
    for (int round = 0; round < 6; round++) {
        ons_text equations = {0};
        for (int i = 0; i < 10; i++) {
            ons_text_add(&equations, "x%d' = ", i);
            write_formula(&equations, &random, 4);
            ons_text_add(&equations, "; ");
        }
        check_bits(equations.data);
        ons_text_free(&equations);
    }
}

/* Exponents of a driven oscillator; code takes over after `when` of 20 stretches. */
static void grow(int when, double *numbers) {
    problem one = pose("x' = v; v' = -sin(x) - 0.25*v + 1.2*cos(0.667*t); y' = exp(-y^2) - y*tanh(x)");
    const ons_integration how = {.method = ONS_DOP853, .relative = 1e-9, .absolute = 1e-9};
    ons_tangent *tangent = NULL;
    assert_int_equal(ons_tangent_create(&tangent, &one.field, ONS_LANES, 3, &how), ONS_OK);
    double growth[3 * ONS_LANES] = {0};
    for (size_t m = 0; m < ONS_LANES; m++) {
        ons_tangent_set(tangent, m, 0, (const double[]){0.1 * (double)m, 0.3, 0.5});
    }
    for (int k = 0; k < 20; k++) {
        if (k == when) { assert_int_equal(ons_flow_field_compile(&one.field, true), ONS_OK); }
        assert_int_equal(ons_tangent_advance(tangent, 5.0 * (k + 1), 1, growth, NULL), ONS_OK);
    }
    memcpy(numbers, growth, sizeof growth);
    for (size_t m = 0; m < ONS_LANES; m++) {
        double t;
        ons_tangent_point(tangent, m, &t, numbers + 3 * (ONS_LANES + m));
    }
    ons_tangent_free(tangent);
    drop(&one);
}

static void trajectories_have_the_same_bits(void **state) {
    (void)state;
    needs_compiler();
    double known[6 * ONS_LANES], ours[6 * ONS_LANES];
    grow(-1, known);
    for (int when = 0; when < 20; when += 7) {
        grow(when, ours);
        assert_memory_equal(known, ours, sizeof known);
    }
}

/* Of itself, once interpreting has cost as much: some 3 10^6 evaluations. */
static void code_takes_over(void **state) {
    (void)state;
    needs_compiler();
    problem one = pose(lorenz);
    _Alignas(64) double t[ONS_LANES] = {0}, x[3 * ONS_LANES], dx[3 * ONS_LANES];
    for (int i = 0; i < 3 * ONS_LANES; i++) { x[i] = place((size_t)i); }
    assert_int_equal(ons_flow_field_compile(&one.field, false), ONS_OK);
    uint64_t evaluations = 0;
    for (; !ons_flow_field_compiled(&one.field) && evaluations < 20000000; evaluations++) {
        one.field.value(one.field.data, 0, t, x, dx);
    }
    print_message("after %llu evaluations\n", (unsigned long long)evaluations);
    assert_true(evaluations > 100000 && evaluations < 20000000);
    drop(&one);
    one = pose(lorenz);
    assert_int_equal(ons_flow_field_compile(&one.field, false), ONS_OK);
    assert_true(ons_flow_field_compiled(&one.field)); /* from the cache */
    drop(&one);
}

/* ---- what may go wrong ----------------------------------------------------------------------------------------------
 */

/* The field goes on by its formulas, and the message tells why. */
static void check_refused(const char *why) {
    problem one = pose(lorenz);
    _Alignas(64) double t[ONS_LANES] = {0}, x[3 * ONS_LANES], dx[3 * ONS_LANES];
    for (int i = 0; i < 3 * ONS_LANES; i++) { x[i] = i < ONS_LANES ? 1 : i < 2 * ONS_LANES ? 2 : 3; }
    assert_true(ons_flow_field_compile(&one.field, true) < 0);
    if (!strstr(ons_message(), why)) { fail_msg("'%s' lacks '%s'", ons_message(), why); }
    assert_int_equal(ons_flow_field_compile(&one.field, false), ONS_OK);
    assert_false(ons_flow_field_compiled(&one.field));
    one.field.value(one.field.data, 0, t, x, dx);
    assert_true(dx[0] == 10 && dx[ONS_LANES] == 1 * (28 - 3) - 2 && dx[2 * ONS_LANES] == 2 - 8.0 / 3 * 3);
    drop(&one);
}

static void compilers_that_fail(void **state) {
    (void)state;
    char *script = ons_format("%s/compiler", home);
    setenv("CC", "no-such-compiler", 1);
    check_refused("'no-such-compiler' was not found");
    write_script(script, "echo 'flow.c:1:2: error: no memory' >&2; exit 1");
    setenv("CC", script, 1);
    check_refused("no memory");
    write_script(script, "exit 0"); /* makes nothing */
    check_refused("cannot be loaded");
    write_script(script, "for last; do :; done; while [ $# -gt 1 ]; do [ $1 = -o ] && echo rubbish > $2; shift; done");
    check_refused("cannot be loaded");
    write_script(script, "kill -9 $$");
    check_refused("does not compile");
    assert_null(in_cache(".so"));
    free(script);
}

/* Code that computes something else, as by a compiler with options of its own: 27 in the place of 28. */
static void wrong_code_is_not_used(void **state) {
    (void)state;
    needs_compiler();
    char *script = ons_format("%s/compiler", home);
    ons_text text = {0};
    ons_text_add(&text, "for word; do case $word in */flow.c) sed -i s/28.0/27.0/ $word;; esac; done; exec %s \"$@\"",
                 command);
    write_script(script, text.data);
    setenv("CC", script, 1);
    check_refused("other numbers");
    assert_null(in_cache(".so"));
    ons_text_free(&text);
    free(script);
}

static void compile_well(void) {
    problem one = pose(lorenz);
    if (ons_flow_field_compile(&one.field, true) != ONS_OK) { fail_msg("%s", ons_message()); }
    assert_true(ons_flow_field_compiled(&one.field));
    drop(&one);
}

static void broken_caches(void **state) {
    (void)state;
    needs_compiler();
    compile_well();
    char *object = in_cache(".so");
    assert_non_null(object);
    assert_int_equal(truncate(object, 100), 0); /* torn */
    compile_well();
    problem other = pose("x' = 9*(y - x); y' = x*(28 - z) - y; z' = x*y - 8/3*z");
    assert_int_equal(unlink(object), 0);
    assert_int_equal(ons_flow_field_compile(&other.field, true), ONS_OK);
    char *wrong = in_cache(".so");
    assert_int_equal(rename(wrong, object), 0); /* the code of other equations under this name */
    free(wrong);
    drop(&other);
    compile_well();
    free(object);
    setenv("XDG_CACHE_HOME", "/proc/self", 1); /* no cache can be made there: compiled all the same */
    assert_null(ons_cache_folder());
    compile_well();
    setenv("TMPDIR", "/proc/self", 1); /* nor any folder */
    check_refused("no directory");
    unsetenv("TMPDIR");
}

/* Files may not grow beyond a few bytes, as on a full disk. */
static void full_disk(void **state) {
    (void)state;
    needs_compiler();
    const pid_t child = fork();
    if (child == 0) {
        problem one = pose(lorenz);
        const struct rlimit limit = {4096, 4096};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        const bool refused = ons_flow_field_compile(&one.field, true) < 0 && !ons_flow_field_compiled(&one.field);
        _exit(refused ? 0 : 1);
    }
    int code;
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    assert_null(in_cache(".so"));
    compile_well();
}

static void two_processes_at_once(void **state) {
    (void)state;
    needs_compiler();
    pid_t children[3];
    for (int i = 0; i < 3; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            problem one = pose(lorenz);
            _exit(ons_flow_field_compile(&one.field, true) == ONS_OK ? 0 : 1);
        }
    }
    for (int i = 0; i < 3; i++) {
        int code;
        assert_int_equal(waitpid(children[i], &code, 0), children[i]);
        assert_int_equal(code, 0);
    }
    char *object = in_cache(".so");
    assert_non_null(object);
    free(object);
}

static void killed_while_compiling(void **state) {
    (void)state;
    needs_compiler();
    char *script = ons_format("%s/compiler", home), *begun = ons_format("%s/begun", home);
    ons_text text = {0};
    ons_text_add(&text, "echo > %s; while [ $# -gt 1 ]; do [ $1 = -o ] && echo half > $2; shift; done; sleep 2", begun);
    write_script(script, text.data);
    setenv("CC", script, 1);
    const pid_t child = fork();
    if (child == 0) {
        problem one = pose(lorenz);
        _exit(ons_flow_field_compile(&one.field, true) == ONS_OK ? 0 : 1);
    }
    for (int i = 0; i < 500 && access(begun, F_OK) != 0; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_null(in_cache(".so"));
    setenv("CC", command, 1);
    compile_well();
    ons_text_free(&text);
    free(script);
    free(begun);
}

int main(void) {
    const char *given = getenv("CC");
    command = given && *given ? ons_copy(given) : "cc";
    char *check = ons_format("%s --version > /dev/null 2>&1", command);
    if (system(check) != 0) { command = NULL; }
    free(check);
    if (!mkdtemp(home)) { return 1; }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_function_has_the_same_bits, begin),
        cmocka_unit_test_setup(random_flows_have_the_same_bits, begin),
        cmocka_unit_test_setup(trajectories_have_the_same_bits, begin),
        cmocka_unit_test_setup(code_takes_over, begin),
        cmocka_unit_test_setup(compilers_that_fail, begin),
        cmocka_unit_test_setup(wrong_code_is_not_used, begin),
        cmocka_unit_test_setup(broken_caches, begin),
        cmocka_unit_test_setup(full_disk, begin),
        cmocka_unit_test_setup(two_processes_at_once, begin),
        cmocka_unit_test_setup(killed_while_compiling, begin),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    empty(home);
    rmdir(home);
    return failed;
}
