/*
 * Signals while a job runs: an interrupt asks the laboratory to leave in order, and a crash of a user's system ends the
 * command with one line. What the handlers do is async-signal-safe; the texts are made beforehand.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_interrupt(int number) {
    if (stop) { _exit(128 + number); }
    stop = number;
}

const volatile sig_atomic_t *cli_signals_catch(void) {
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is met like a full disk */
    return &stop;
}

/* ---- crashes --------------------------------------------------------------------------------------------------------
 */

static char crash_begin[1024], crash_end[1024];

static void write_text(const char *text) {
    size_t length = 0;
    while (text[length]) { length++; }
    const ssize_t written = write(STDERR_FILENO, text, length);
    (void)written;
}

static const char *crash_name(int number) {
    switch (number) {
    case SIGSEGV: return "memory that is not its own was used";
    case SIGBUS: return "bus error";
    case SIGFPE: return "integer division by zero";
    case SIGILL: return "illegal instruction";
    default: return "it aborted";
    }
}

static void on_crash(int number) {
    write_text(crash_begin);
    write_text(crash_name(number));
    write_text(crash_end);
    _exit(1);
}

void cli_signals_guard(const char *source, const char *archive) {
    snprintf(crash_begin, sizeof crash_begin, "%sonsager: %s crashed (", isatty(STDERR_FILENO) ? "\r\033[K" : "",
             source);
    snprintf(crash_end, sizeof crash_end, ")%s%s%s\n", archive ? "; parts that were written stay in " : "",
             archive ? archive : "", archive ? ".parts" : "");
    static _Alignas(16) char stack[1 << 16]; /* for a stack that overflowed */
    const stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternative, NULL);
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) { sigaction(numbers[i], &action, NULL); }
}
