/*
 * Binding: what was read becomes checked tasks of a system. Everything that can be refused is refused here, before
 * anything is written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "measures.h"
#include "share.h"

#include <stdlib.h>

lab_sections lab_job_sections(const ons_job *job, size_t index) {
    const struct job_source *source = job->source;
    return (lab_sections){&source->words, index < source->grid_count ? &source->grids[index] : NULL, &source->top};
}

lab_place lab_job_place(const ons_job *job, size_t index) {
    const struct job_source *source = job->source;
    if (index < source->grid_count) { return source->grids[index].place; }
    if (source->path == NULL) { return (lab_place){.word = job->system->name}; }
    return source->system_at.file != NULL ? source->system_at : source->top.place;
}

void lab_job_unbind(ons_job *job) {
    struct job_source *source = job->source;
    lab_tasks_free(job);
    for (size_t i = 0; i < job->controls_count; i++) { lab_controls_free(&job->controls[i]); }
    for (size_t i = 0; i < source->axis_count; i++) { lab_axis_free(&source->axes[i]); }
    free(source->axes);
    lab_descriptor_free(&source->descriptor);
    lab_measures_free(source->measures);
    source->measures = NULL;
    source->axes = NULL;
    source->axis_count = 0;
    free(job->controls);
    free(job->output);
    free(job->canonical);
    free(job->resume_hint);
    *job = (ons_job){.source = source};
}

/* The descriptor that the job is bound to: the system's, with a row for every quantity of the user's own. */
static ons_status read_descriptor(ons_job *job, const ons_system *system) {
    struct job_source *source = job->source;
    ons_status status = lab_descriptor_read(&source->descriptor, system);
    if (status >= 0) { status = lab_measures_read(job, &source->measures); }
    if (status < 0 || source->measures == NULL) { return status; }
    job->system = &source->measures->system;
    lab_descriptor_free(&source->descriptor);
    return lab_descriptor_read(&source->descriptor, job->system);
}

ons_status ons_job_bind(ons_job *job, const ons_system *system, const ons_digest *code) {
    lab_job_unbind(job);
    job->system = system;
    job->has_code = code != NULL;
    if (code != NULL) { job->code = *code; }
    ons_status status = read_descriptor(job, system);
    if (status >= 0) { status = lab_controls_whole(job); }
    if (status >= 0) { status = lab_tasks_make(job); }
    if (status >= 0) { status = lab_share_read(job); }
    if (status >= 0) { status = lab_memory_check(job); }
    if (status >= 0) { status = lab_output_choose(job); }
    if (status >= 0) { status = lab_job_canonical(job); }
    if (status >= 0) { status = lab_resume_hint(job); }
    if (status < 0) { lab_job_unbind(job); }
    return status;
}

size_t ons_job_task_count(const ons_job *job) { return job->task_count; }

const char *ons_job_output(const ons_job *job) { return job->output; }

unsigned ons_job_threads(const ons_job *job) { return job->threads; }
