/*
 * Ranks: one process, or those of an MPI launch through the module that speaks MPI.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ranks.h"

#include <onsager/lab.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ---- one process
 * ----------------------------------------------------------------------------------------------------- */

static void restart_alone(bool sums) { (void)sums; }
static uint64_t next_alone(void) { return 0; }
static int tell_halt_alone(int why) { return why; }
static void add_alone(const uint64_t *more, uint64_t *sums) {
    for (int k = 0; k < LAB_RANKS_SUMS; k++) { sums[k] = more[k]; }
}
static void agree_alone(int *status, char *message, int *largest) {
    (void)status;
    (void)message;
    (void)largest;
}
static void broadcast_alone(void *bytes, size_t count) {
    (void)bytes;
    (void)count;
}

static const lab_ranks alone = {.version = LAB_RANKS_VERSION,
                                .size = 1,
                                .neighbours = 1,
                                .restart = restart_alone,
                                .next = next_alone,
                                .tell_halt = tell_halt_alone,
                                .add = add_alone,
                                .agree = agree_alone,
                                .broadcast = broadcast_alone};

/* ---- a launcher
 * ------------------------------------------------------------------------------------------------------ */

/* Set by Open MPI's mpirun, by launchers that speak PMI (MPICH, Slurm) or PMIx, and by Slurm itself. */
static bool was_launched(void) {
    const char *const sizes[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS"};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        const char *text = getenv(sizes[k]);
        if (text) { return strtol(text, NULL, 10) > 1; }
    }
    if (getenv("PMIX_RANK") || getenv("PMI_RANK")) { return true; }
    const char *tasks = getenv("SLURM_STEP_NUM_TASKS"), *type = getenv("SLURM_MPI_TYPE");
    return getenv("SLURM_PROCID") && tasks && strtol(tasks, NULL, 10) > 1 && type && strcmp(type, "none") != 0;
}

static bool launcher_says_first(void) {
    const char *const ranks[] = {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID"};
    for (size_t k = 0; k < sizeof ranks / sizeof ranks[0]; k++) {
        const char *text = getenv(ranks[k]);
        if (text) { return strtol(text, NULL, 10) == 0; }
    }
    return true;
}

/* Beside the library, in the build tree of the library or of a test, or where the loader looks. */
static void *open_module(void) {
    static const char *const places[] = {"", "src/lab/", "../src/lab/", "../lib/"};
    Dl_info here;
    void *module = NULL;
    if (dladdr(&alone, &here) && here.dli_fname) {
        const char *slash = strrchr(here.dli_fname, '/');
        const int length = slash ? (int)(slash - here.dli_fname) + 1 : 0;
        for (size_t k = 0; k < sizeof places / sizeof places[0] && !module; k++) {
            char *path = ons_format("%.*s%slibonsager-mpi.so", length, here.dli_fname, places[k]);
            if (path && ons_file_exists(path)) { module = dlopen(path, RTLD_NOW | RTLD_GLOBAL); }
            free(path);
        }
    }
    return module ? module : dlopen("libonsager-mpi.so", RTLD_NOW | RTLD_GLOBAL);
}

/* MPI can be started once in a process, so that its ranks are the process's own and found once. */
static struct {
    pthread_once_t once;
    const lab_ranks *ranks; /* NULL: could not be started */
    char why[512];
} found = {.once = PTHREAD_ONCE_INIT};

static void find(void) {
    found.ranks = &alone;
    if (!was_launched()) { return; }
    found.ranks = NULL;
    void *module = open_module();
    if (!module) {
        const char *why = dlerror();
        snprintf(found.why, sizeof found.why, "%s", why ? why : "libonsager-mpi.so was not found");
        return;
    }
    void *symbol = dlsym(module, LAB_RANKS_SYMBOL);
    lab_ranks_opener *opener = NULL;
    memcpy(&opener, &symbol, sizeof opener); /* POSIX lets dlsym return functions, ISO C has no cast for it */
    const lab_ranks *ranks = opener ? opener() : NULL;
    if (ranks && ranks->version == LAB_RANKS_VERSION) {
        found.ranks = ranks;
    } else {
        snprintf(found.why, sizeof found.why, "%s",
                 ranks ? "libonsager-mpi.so is of another version" : "MPI could not be started");
    }
}

ons_status lab_ranks_find(const lab_ranks **ranks) {
    pthread_once(&found.once, find);
    *ranks = found.ranks;
    if (found.ranks) { return ONS_OK; }
    return ons_fail(ONS_FAILED,
                    "this is one of several processes of an MPI launcher, but MPI cannot be used: %s; start one "
                    "process, or build onsager with MPI",
                    found.why);
}

bool ons_leading(void) {
    pthread_once(&found.once, find);
    return found.ranks ? found.ranks->rank == 0 : launcher_says_first();
}

ons_status lab_ranks_agree(const lab_ranks *ranks, ons_status status, int *largest) {
    char message[LAB_RANKS_MESSAGE] = "";
    int number = (int)(status < 0 ? status : ONS_OK), none = 0;
    if (ranks->size == 1) { return status; }
    if (status < 0) { snprintf(message, sizeof message, "%s", ons_message()); }
    ranks->agree(&number, message, largest ? largest : &none);
    return number < 0 ? ons_fail((ons_status)number, "%s", message) : status;
}
