/*
 * The library alone, without the command: an Ising job made in C, run, and its energy printed beside the exact one.
 *
 *   cc use-library.c -o use-library $(pkg-config --cflags --libs onsager) && ./use-library
 */
#include <onsager.h>

#include <stdio.h>
#include <string.h>

static ons_status run(ons_job *job) {
    static const char *const words[] = {"lattice=square", "L=16", "temperature=2.0:2.6:0.2", "update=wolff", "steps=20000",
                                        "output=use-library.h5"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const ons_status status = ons_job_word(job, words[i]);
        if (status != ONS_OK) { return status; }
    }
    const ons_system *const *system = ons_registry();
    for (; *system && strcmp((*system)->name, "ising") != 0; system++) {}
    if (!*system) { return ons_fail(ONS_INVALID, "this library has no system 'ising'"); }
    const ons_status status = ons_job_bind(job, *system, NULL);
    return status == ONS_OK ? ons_job_run(job, &(ons_run_options){.command = "use-library"}) : status;
}

static ons_status print(const ons_job *job) {
    ons_results *results;
    const ons_status status = ons_results_read(&results, ons_job_output(job));
    if (status != ONS_OK) { return status; }
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        const ons_result *energy = ons_task_find(task, "energy");
        for (size_t p = 0; p < task->parameters; p++) {
            if (task->varies[p]) { printf("%s = %s: ", task->parameter[p], task->value[p]); }
        }
        printf("energy %.6f +- %.6f", energy->mean[0], energy->error[0]);
        if (energy->exact) { printf(", exact %.6f (%s)", energy->exact[0], energy->exact_source); }
        printf("\n");
    }
    ons_results_free(results);
    return ONS_OK;
}

int main(void) {
    ons_job *job = NULL;
    ons_status status = ons_job_create(&job);
    if (status == ONS_OK) { status = run(job); }
    if (status == ONS_OK) { status = print(job); }
    if (status < 0) { fprintf(stderr, "use-library: %s\n", ons_message()); }
    ons_job_free(job);
    return status < 0;
}
