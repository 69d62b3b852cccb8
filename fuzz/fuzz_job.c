/*
 * Fuzzing of job files (libFuzzer): any bytes are a job that is bound to a small system, or one clear message. No file
 * is read: the system takes no files and its `start` is a plain choice.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/lab.h>

#include <stdlib.h>
#include <string.h>

static ons_status create(void *state, ons_context *context) {
    (void)state, (void)context;
    return ONS_OK;
}
static ons_status advance(void *state, ons_context *context) {
    (void)state, (void)context;
    return ONS_OK;
}
static ons_status persist(void *state, ons_part *part) {
    (void)state, (void)part;
    return ONS_OK;
}

/* A job may have a million tasks: enough of them are seen long before. */
#define MOST_TASKS 2000
static unsigned tasks;

static ons_status check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    (void)system;
    size_t count;
    ons_integers(parameters, "L", &count);
    ons_plan_shape(plan, 1, 1, &count);
    ons_plan_note(plan, "T = %g", ons_real(parameters, "temperature"));
    return ++tasks > MOST_TASKS ? ons_fail(ONS_INVALID, "temperature has too many values") : ONS_OK;
}

static void derive(const ons_means *means, const ons_parameters *parameters, double *value) {
    (void)means, (void)parameters;
    *value = 0;
}

static const ons_parameter parameters[] = {
    {.name = "L", .type = ONS_INTEGER, .flags = ONS_ARRAY, .standard = "16", .range = "[1, 1000]"},
    {.name = "temperature", .type = ONS_REAL, .standard = "2.5", .range = "(0, inf)"},
    {.name = "update", .type = ONS_CHOICE, .standard = "metropolis", .choices = "metropolis|wolff"},
    {.name = "clusters", .type = ONS_INTEGER, .standard = "1", .range = "[1, inf)", .when = "update=wolff"},
    {.name = "amplitude", .type = ONS_COMPLEX, .flags = ONS_ARRAY, .standard = "1"},
    {.name = "wrap", .type = ONS_BOOLEAN, .standard = "yes"},
    {.name = "label", .type = ONS_TEXT, .flags = ONS_ARRAY, .standard = ""},
    {.name = "drive", .type = ONS_FORMULA, .standard = "0"},
    {.name = "block", .type = ONS_INTEGER, .standard = "floor(L/2)"},
    {.name = "start", .type = ONS_CHOICE, .standard = "random", .choices = "random|up"},
    {0}};
static const ons_observable observables[] = {
    {.name = "energy", .kind = ONS_MEAN}, {.name = "profile", .kind = ONS_MEAN, .axis = "L"}, {0}};
static const ons_derived derived[] = {{.name = "binder", .like = 0, .function = derive}, {0}};
static const ons_system small = {.abi = ONS_ABI,
                                 .version = 1,
                                 .name = "small",
                                 .step = "step",
                                 .traits = ONS_STATIONARY,
                                 .parameters = parameters,
                                 .observables = observables,
                                 .derived = derived,
                                 .controls = {.steps = 10, .replicas = 1},
                                 .check = check,
                                 .create = create,
                                 .advance = advance,
                                 .persist = persist};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as a file, and those behind a line "---words" as words of a command line, one a line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char mark[] = "\n---words\n";
    char *text = malloc(size + 1);
    ons_job *job = NULL;
    if (text == NULL || ons_job_create(&job) != ONS_OK) { abort(); }
    if (size > 0) { memcpy(text, data, size); }
    text[size] = '\0';
    char *words = memmem(text, size, mark, sizeof mark - 1);
    const size_t length = words == NULL ? size : (size_t)(words - text);
    ons_status status = ons_job_parse(job, "job.yaml", text, length);
    char *rest = words == NULL ? NULL : words + sizeof mark - 1;
    for (char *word; status == ONS_OK && (word = strsep(&rest, "\n")) != NULL;) { status = ons_job_word(job, word); }
    tasks = 0;
    if (status == ONS_OK) { status = ons_job_bind(job, &small, NULL); }
    if (status != ONS_OK && status != ONS_INVALID) { abort(); }
    if (status == ONS_INVALID && (ons_message()[0] == '\0' || strchr(ons_message(), '\n') != NULL)) { abort(); }
    if (status == ONS_OK && ons_job_task_count(job) == 0) { abort(); }
    ons_job_free(job);
    free(text);
    return 0;
}
