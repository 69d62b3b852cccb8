/*
 * Fuzzes the reading of archives: a small healthy one, made once by a job with every kind of observable, with some of
 * its bytes replaced. It is read as results, looked at as the archive of its own job, unpacked into parts, and drawn.
 *
 * An input is a list of records of 4 bytes: where (3 bytes, modulo the length) and the new byte. A first byte that is
 * odd cuts the file at the place of the first record instead.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lab/replica.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* ---- a system with every kind of observable ---- */

enum { ENERGY, PROFILE, POSITION, ANSWER, LEVELS, LIST };

static const ons_observable observables[] = {{.name = "energy", .kind = ONS_MEAN, .meaning = "a mean"},
                                             {.name = "profile", .kind = ONS_MEAN, .axis = "ladder"},
                                             {.name = "position", .kind = ONS_SERIES},
                                             {.name = "answer", .kind = ONS_VALUE},
                                             {.name = "levels", .kind = ONS_HISTOGRAM},
                                             {.name = "list", .kind = ONS_TABLE, .columns = "state, name:text"},
                                             {.name = NULL}};
static const ons_parameter parameters[] = {
    {.name = "size", .type = ONS_INTEGER, .standard = "4"},
    {.name = "ladder", .type = ONS_REAL, .flags = ONS_ARRAY, .standard = "[1,2,3]"},
    {0}};

typedef struct zoo_state {
    ons_random random;
    double x;
} zoo_state;

static void twice(const ons_means *means, const ons_parameters *given, double *value) {
    (void)given;
    *value = 2 * ons_mean(means, ENERGY);
}
static const ons_derived derived[] = {{.name = "twice", .like = ENERGY, .function = twice}, {0}};

static ons_status check(const ons_system *system, const ons_parameters *given, ons_plan *plan) {
    (void)system, (void)given;
    ons_plan_shape(plan, PROFILE, 1, &(size_t){3});
    ons_plan_edges(plan, LEVELS, 0, 1, 4);
    ons_plan_note(plan, "a note");
    return ONS_OK;
}
static ons_status create(void *state, ons_context *context) {
    ((zoo_state *)state)->random = ons_stream(context, 0, 0);
    return ONS_OK;
}
static ons_status advance(void *data, ons_context *context) {
    zoo_state *state = data;
    state->x = ons_random_uniform(&state->random);
    ons_count(context, LEVELS, 0, state->x);
    ons_value(context, ANSWER, 0, 0, state->x, 0.5);
    if (state->x > 0.5) { ons_row(context, LIST, 0, (ons_cell[]){{.number = state->x}, {.text = "large"}}); }
    return ONS_OK;
}
static ons_status measure(const void *data, ons_context *context) {
    const double x = ((const zoo_state *)data)->x;
    ons_measure(context, ENERGY, 0, x);
    ons_measure_array(context, PROFILE, 0, (double[]){x, 1 - x, x * x});
    ons_measure(context, POSITION, 0, x);
    return ONS_OK;
}
static ons_status persist(void *data, ons_part *part) {
    zoo_state *state = data;
    const ons_status status = ons_persist_configuration(part, "x", ONS_F64, &state->x, 1, (size_t[]){1});
    return status == ONS_OK ? ons_persist_random(part, "random", &state->random) : status;
}
static ons_status picture(const void *data, unsigned lane, ons_picture *picture) {
    (void)data, (void)lane;
    return ons_picture_size(picture, 2, 2);
}
static const ons_system zoo = {.abi = ONS_ABI,
                               .version = 1,
                               .name = "zoo",
                               .summary = "all kinds",
                               .step = "step",
                               .traits = ONS_STATIONARY,
                               .parameters = parameters,
                               .observables = observables,
                               .derived = derived,
                               .controls = {.steps = 24, .warmup = "0", .replicas = 2},
                               .state_size = sizeof(zoo_state),
                               .check = check,
                               .create = create,
                               .advance = advance,
                               .measure = measure,
                               .persist = persist,
                               .picture = picture};

/* ---- the healthy archive ---- */

static ons_job *job;
static char *healthy;
static size_t length;

static void give_up(const char *what) {
    fprintf(stderr, "fuzz_archive: %s: %s\n", what, ons_message());
    exit(1);
}

static void remove_parts(void) {
    DIR *parts = opendir("a.h5.parts");
    for (const struct dirent *entry; parts && (entry = readdir(parts));) { unlinkat(dirfd(parts), entry->d_name, 0); }
    if (parts) { closedir(parts); }
    rmdir("a.h5.parts");
}

static void remove_all(void) {
    char folder[256];
    remove_parts();
    unlink("a.h5");
    if (getcwd(folder, sizeof folder)) { rmdir(folder); }
}

int LLVMFuzzerInitialize(int *count, char ***words) {
    static const char *const job_words[] = {"output=a.h5", "size=4,5", "series=yes", "snapshots=8", "threads=1"};
    static char folder[] = "/tmp/onsager-fuzz-XXXXXX";
    (void)count, (void)words;
    if (!mkdtemp(folder)) { give_up("no folder"); }
    char *here = getcwd(NULL, 0); /* libFuzzer's own paths may be relative */
    if (!here || chdir(folder) != 0) { give_up("no folder"); }
    if (ons_job_create(&job) != ONS_OK) { give_up("job"); }
    for (size_t i = 0; i < sizeof job_words / sizeof *job_words; i++) {
        if (ons_job_word(job, job_words[i]) != ONS_OK) { give_up("job"); }
    }
    if (ons_job_bind(job, &zoo, NULL) != ONS_OK) { give_up("job"); }
    if (ons_job_run(job, NULL) != ONS_OK) { give_up("run"); }
    if (ons_file_read("a.h5", (size_t)1 << 24, &healthy, &length) != ONS_OK) { give_up("archive"); }
    remove_all();
    if (chdir(here) != 0) { give_up("no folder"); }
    free(here);
    return 0;
}

/* ---- one input ---- */

static bool write_damaged(const uint8_t *bytes, size_t count) {
    char *damaged = ONS_NEW(char, length);
    if (!damaged) { return false; }
    memcpy(damaged, healthy, length);
    size_t end = length;
    const bool cut = count && (bytes[0] & 1);
    for (size_t i = 1; i + 4 <= count; i += 4) {
        const size_t where = ((size_t)bytes[i] << 16 | (size_t)bytes[i + 1] << 8 | bytes[i + 2]) % length;
        if (cut && i == 1) {
            end = where;
        } else {
            damaged[where] = (char)bytes[i + 3];
        }
    }
    FILE *file = fopen("a.h5", "wb");
    const bool written = file && fwrite(damaged, 1, end, file) == end;
    if (file) { fclose(file); }
    free(damaged);
    return written;
}

/* Walks over all numbers and texts, for the sanitizer. */
static void look_at(const ons_results *results) {
    double sum = 0;
    size_t letters = 0;
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        for (size_t p = 0; p < task->parameters; p++) {
            letters += strlen(task->parameter[p]) + strlen(task->value[p]);
        }
        for (size_t r = 0; r < task->results; r++) {
            const ons_result *result = &task->result[r];
            letters += strlen(result->name);
            for (size_t i = 0; result->mean && i < result->size; i++) { sum += result->mean[i]; }
            for (size_t i = 0; result->numbers && i < result->rows * result->columns; i++) {
                sum += result->numbers[i];
            }
        }
    }
    if (letters == SIZE_MAX && sum == 1) { abort(); }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    static char folder[] = "/tmp/onsager-fuzz-XXXXXX";
    static bool made;
    static char *here;
    if (!made) {
        here = getcwd(NULL, 0);
        if (!mkdtemp(folder) || !here) { give_up("no folder"); }
        made = true;
    }
    if (chdir(folder) != 0) { give_up("no folder"); }
    if (write_damaged(bytes, count)) {
        ons_results *results = NULL;
        if (ons_results_read(&results, "a.h5") == ONS_OK) {
            look_at(results);
            if (ons_results_select(results, job) == ONS_OK) { look_at(results); }
            ons_results_free(results);
        }
        ons_picture image = {0};
        (void)ons_job_picture(job, job->tasks[0].key_text, 1, &image);
        ons_picture_free(&image);
        if (lab_archive_check(job) == ONS_OK) { (void)lab_archive_unpack(job, "a.h5.parts"); }
        remove_parts();
        unlink("a.h5");
    }
    if (chdir(here) != 0) { give_up("no folder"); }
    return 0;
}
