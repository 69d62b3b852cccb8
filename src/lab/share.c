/*
 * part=3/16: which states of a job are run here, when many machines that know nothing of each other share it. Every
 * state belongs to exactly one part, whatever the machine. Jobs that judge a task while it runs (goals, a time limit)
 * are split by whole tasks, all others by states, dealt out in turn.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "share.h"

#include "replica.h"

#include <string.h>

#define MOST_PARTS 1000000

static bool splits_by_task(const ons_job *job) {
    bool goals = job->time > 0;
    for (size_t g = 0; g < job->controls_count; g++) { goals = goals || job->controls[g].goal_count > 0; }
    return goals;
}

/* "3/16" */
static bool parse(const char *text, int64_t *part, int64_t *parts) {
    char first[24];
    const char *slash = strchr(text, '/');
    const size_t length = slash == NULL ? 0 : (size_t)(slash - text);
    if (length == 0 || length >= sizeof first) { return false; }
    memcpy(first, text, length);
    first[length] = '\0';
    return ons_parse_integer(first, part) == ONS_OK && ons_parse_integer(slash + 1, parts) == ONS_OK && *part >= 1 &&
           *part <= *parts && *parts <= MOST_PARTS;
}

ons_status lab_share_read(ons_job *job) {
    const lab_sections sections = {&job->source->words, NULL, &job->source->top};
    const lab_entry *entry = lab_sections_find(&sections, "part");
    const char *text;
    char shown[LAB_SHOWN];
    int64_t part, parts;
    size_t units = 0;
    for (size_t t = 0; t < job->task_count; t++) {
        job->tasks[t].first_unit = units;
        units += splits_by_task(job) ? 1 : lab_state_count(&job->tasks[t]);
    }
    if (entry == NULL) { return ONS_OK; }
    const ons_status status = lab_control_text(entry, &text);
    if (status < 0) { return status; }
    if (!parse(text, &part, &parts)) {
        return lab_fail_at(&entry->place, "`part` takes K/N with 1 <= K <= N, such as 3/16, not `%s`",
                           lab_shown(text, shown));
    }
    if ((uint64_t)parts > units) {
        return lab_fail_at(&entry->place, "the job can be split into %zu part%s at most%s", units,
                           units == 1 ? "" : "s",
                           splits_by_task(job) ? ": with goals or a time limit a task stays whole" : "");
    }
    job->part = (uint64_t)part;
    job->parts = (uint64_t)parts;
    return ONS_OK;
}

bool lab_share_has(const ons_job *job, const lab_task *task, uint64_t state) {
    if (job->parts == 0) { return true; }
    const uint64_t unit = task->first_unit + (splits_by_task(job) ? 0 : state);
    return unit % job->parts == job->part - 1;
}

uint64_t lab_share_replicas(const ons_job *job, const lab_task *task) {
    uint64_t replicas = 0;
    for (size_t s = 0; s < lab_state_count(task); s++) {
        const uint64_t lanes = task->plan.lanes, all = (uint64_t)task->controls->replicas, first = s * lanes;
        if (lab_share_has(job, task, s)) { replicas += all - first < lanes ? all - first : lanes; }
    }
    return replicas;
}
