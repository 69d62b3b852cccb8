/*
 * Other programs, run to their end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/base.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static ons_status wait_for(pid_t child, const char *name, int *code) {
    int state = 0;
    while (waitpid(child, &state, 0) < 0) {
        if (errno != EINTR) { return ons_fail(ONS_FAILED, "%s was lost: %s", name, strerror(errno)); }
    }
    *code = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + (WIFSIGNALED(state) ? WTERMSIG(state) : 0);
    return ONS_OK;
}

ons_status ons_process_run(const ons_process *process, int *code) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    if (process->directory) { posix_spawn_file_actions_addchdir_np(&actions, process->directory); }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, process->output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (process->errors) {
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, process->errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    } else {
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    }
    pid_t child;
    const char *name = process->words[0];
    const int error = posix_spawnp(&child, name, &actions, &attributes, process->words,
                                   process->environment ? process->environment : environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error == ENOENT) { return ONS_DONE; }
    if (error) { return ons_fail(ONS_FAILED, "%s cannot be started: %s", name, strerror(error)); }
    return wait_for(child, name, code);
}
