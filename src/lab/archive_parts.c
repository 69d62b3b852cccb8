/*
 * Going on from an archive: may a job use it, its parts back into files, and a stored state as the start of another
 * job.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"
#include "archive_old.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- before a run ---- */

static bool part_is_there(const char *directory, const lab_task *task, uint64_t state_index) {
    static const char *const kinds[] = {"part", "previous"};
    bool there = false;
    for (size_t k = 0; k < 2 && !there; ++k) {
        char *path = lab_part_path(directory, task, state_index, kinds[k]);
        there = path != NULL && ons_file_exists(path);
        free(path);
    }
    return there;
}

bool lab_parts_exist(const ons_job *job) {
    char *directory = ons_format("%s.parts", job->output);
    bool there = false;
    for (size_t t = 0; directory != NULL && ons_file_exists(directory) && t < job->task_count && !there; ++t) {
        for (size_t s = 0; s < lab_state_count(&job->tasks[t]) && !there; ++s) {
            there = part_is_there(directory, &job->tasks[t], s);
        }
    }
    free(directory);
    return there;
}

static ons_status broken_for_good(void) {
    char *why = ons_copy(ons_message());
    const ons_status status = ons_fail(ONS_INVALID, "%s; move it away to begin anew, or put back a copy",
                                       why == NULL ? "the archive is damaged" : why);
    free(why);
    return status;
}

ons_status lab_archive_check(const ons_job *job) {
    lab_h5 h5;
    lab_archive_head head;
    bool damaged;
    lab_h5_enter();
    ons_status status = lab_archive_old(job, &h5, &head, &damaged);
    if (status == ONS_OK) {
        lab_archive_head_free(&head);
        lab_h5_close(&h5);
    }
    lab_h5_leave();
    if (!damaged) { return status; }
    return lab_parts_exist(job) ? ONS_DONE : broken_for_good();
}

/* ---- parts back into files ---- */

/* The bytes as stored, held against their digest; then the seconds put back. */
static ons_status get_part(lab_h5 *h5, hid_t group, uint64_t state_index, char **bytes, size_t *count) {
    char name[48], text[ONS_DIGEST_TEXT], *digest = NULL;
    void *stored = NULL;
    double seconds = 0;
    size_t length;
    hid_t parts, dataset;
    *bytes = NULL;
    ons_status status = lab_h5_open_group(h5, group, "parts", &parts);
    if (status != ONS_OK) { return status; }
    snprintf(name, sizeof name, "%04llu", (unsigned long long)state_index);
    status = lab_h5_get_array(h5, parts, name, H5T_NATIVE_UINT8, 1, &stored, &length);
    dataset = status == ONS_OK ? H5Dopen2(parts, name, H5P_DEFAULT) : -1;
    if (status == ONS_OK) { status = lab_h5_get_text(h5, dataset, "digest", &digest); }
    if (status == ONS_OK) { status = lab_h5_get_real(h5, dataset, "seconds", &seconds); }
    if (status == ONS_OK && strcmp(digest, ons_digest_text(ons_digest_bytes(stored, length), text)) != 0) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: the part of state %s does not fit its digest", name);
    }
    if (status == ONS_OK) { status = lab_part_restamp(stored, length, seconds, NULL, bytes, count); }
    if (dataset >= 0) { H5Dclose(dataset); }
    lab_h5_group_close(parts);
    free(digest);
    free(stored);
    return status;
}

bool lab_archive_has_part(hid_t group, uint64_t state_index) {
    char name[48];
    snprintf(name, sizeof name, "parts/%04llu", (unsigned long long)state_index);
    return lab_h5_has(group, "parts") && lab_h5_has(group, name);
}

/* Series and snapshots first: a part that is there finds them beside it. */
static ons_status unpack_state(lab_h5 *h5, hid_t group, const lab_task *task, uint64_t state_index,
                               const char *directory) {
    char *bytes;
    size_t count;
    lab_replica replica;
    ons_status status = get_part(h5, group, state_index, &bytes, &count);
    if (status != ONS_OK) { return status; }
    status = lab_replica_parse(&replica, task, state_index, bytes, count);
    if (status != ONS_OK) {
        free(bytes);
        return status;
    }
    char *part = lab_part_path(directory, task, state_index, "part");
    char *series = lab_part_path(directory, task, state_index, "series");
    char *snapshots = lab_part_path(directory, task, state_index, "snapshots");
    status = part == NULL || series == NULL || snapshots == NULL ? ONS_MEMORY : ONS_OK;
    if (status == ONS_OK) { status = lab_archive_get_series(h5, group, &replica, series); }
    if (status == ONS_OK) { status = lab_archive_get_snapshots(h5, group, &replica, snapshots); }
    if (status == ONS_OK) { status = ons_file_replace(part, bytes, count); }
    free(snapshots);
    free(series);
    free(part);
    lab_replica_free(&replica);
    free(bytes);
    return status;
}

static ons_status make_directory(const char *directory) {
    if (mkdir(directory, 0777) == 0 || errno == EEXIST) { return ONS_OK; }
    return ons_fail(ONS_FAILED, "%s: cannot be made: %s", directory, strerror(errno));
}

static ons_status unpack_task(lab_h5 *h5, const lab_task *task, size_t index, const char *directory) {
    hid_t group;
    ons_status status = lab_archive_enter_task(h5, index, &group);
    for (size_t s = 0; s < lab_state_count(task) && status == ONS_OK; ++s) {
        if (part_is_there(directory, task, s) || !lab_archive_has_part(group, s)) { continue; }
        status = make_directory(directory);
        if (status == ONS_OK) { status = unpack_state(h5, group, task, s, directory); }
    }
    lab_archive_leave_task(h5, group);
    return status;
}

ons_status lab_archive_unpack(const ons_job *job, const char *directory) {
    lab_h5 h5;
    lab_archive_head head;
    bool damaged;
    lab_h5_enter();
    ons_status status = lab_archive_old(job, &h5, &head, &damaged);
    const bool opened = status == ONS_OK;
    if (opened) {
        for (size_t t = 0; t < job->task_count && status == ONS_OK; ++t) {
            const size_t index = lab_archive_find(&head, job->tasks[t].key_text);
            if (index < head.tasks) { status = unpack_task(&h5, &job->tasks[t], index, directory); }
        }
        damaged = h5.status == ONS_INVALID;
        lab_archive_head_free(&head);
        lab_h5_close(&h5);
    }
    lab_h5_leave();
    if (damaged) { return !opened && lab_parts_exist(job) ? ONS_OK : broken_for_good(); }
    return status == ONS_DONE ? ONS_OK : status;
}

/* ---- the start of another job ---- */

/* How well a stored task fits: 2: all parameters but `start` agree; 1: those that are no real numbers do; 0: not. */
static int likeness(const lab_task *task, const ons_task_result *stored) {
    const struct ons_parameters *parameters = &task->parameters;
    int like = 2;
    for (size_t p = 0; p < parameters->count && like > 0; ++p) {
        const ons_parameter *parameter = &parameters->table[p];
        if (!parameters->values[p].present || strcmp(parameter->name, "start") == 0) { continue; }
        ons_text text = {0};
        lab_value_text(parameter, &parameters->values[p], &text);
        for (size_t s = 0; s < stored->parameters; ++s) {
            if (strcmp(stored->parameter[s], parameter->name) != 0) { continue; }
            const bool equal = text.data != NULL && strcmp(stored->value[s], text.data) == 0;
            if (!equal) { like = parameter->type == ONS_REAL && like > 0 ? 1 : 0; }
        }
        ons_text_free(&text);
    }
    return like;
}

/* "0: L=16, temperature=2.5" */
static void add_choice(ons_text *choices, size_t index, const ons_task_result *stored) {
    if (index >= 6) { return; }
    ons_text_add(choices, "%s%zu:", index > 0 ? "; " : "", index);
    size_t said = 0;
    for (size_t p = 0; p < stored->parameters; ++p) {
        if (!stored->value_is_number[p]) { continue; }
        if (said++ < 4) { ons_text_add(choices, " %s=%.40s", stored->parameter[p], stored->value[p]); }
    }
}

static ons_status named_task(const lab_archive_head *head, const lab_task *task, size_t *index) {
    int64_t number;
    *index = lab_archive_find(head, task->start_task);
    if (*index < head->tasks) { return ONS_OK; }
    if (ons_parse_integer(task->start_task, &number) == ONS_OK && number >= 0 && (uint64_t)number < head->tasks) {
        *index = (size_t)number;
        return ONS_OK;
    }
    return ons_fail(ONS_INVALID, "%s: has no task '%s'; it has %zu, counted from 0", task->start_file, task->start_task,
                    head->tasks);
}

/* The one that is most like the task, if it is alone in that. */
static ons_status likely_task(lab_h5 *h5, const lab_archive_head *head, const lab_task *task, size_t *index) {
    size_t found[3] = {0};
    size_t last[3] = {0};
    ons_text choices = {0};
    ons_status status = ONS_OK;
    for (size_t t = 0; t < head->tasks && status == ONS_OK; ++t) {
        ons_task_result stored;
        hid_t group;
        status = lab_archive_enter_task(h5, t, &group);
        if (status == ONS_OK) { status = lab_archive_get_result(h5, group, &stored); }
        lab_archive_leave_task(h5, group);
        if (status != ONS_OK) { break; }
        const int like = likeness(task, &stored);
        ++found[like];
        last[like] = t;
        add_choice(&choices, t, &stored);
        lab_task_result_free(&stored);
    }
    if (status == ONS_OK && found[2] == 1) {
        *index = last[2];
    } else if (status == ONS_OK && found[2] == 0 && found[1] == 1) {
        *index = last[1];
    } else if (status == ONS_OK) {
        status = ons_fail(ONS_INVALID, "%s: which of its %zu tasks to start from? Write start=%s#TASK (%s%s)",
                          task->start_file, head->tasks, task->start_file, choices.data == NULL ? "" : choices.data,
                          head->tasks > 6 ? "; ..." : "");
    }
    ons_text_free(&choices);
    return status;
}

static size_t stored_parts(hid_t group) {
    size_t count = 0;
    while (lab_archive_has_part(group, count)) { ++count; }
    return count;
}

static ons_status find_start(lab_h5 *h5, const lab_archive_head *head, const lab_task *task, uint64_t state_index,
                             char **bytes, size_t *count) {
    size_t index = 0;
    hid_t group;
    ons_status status = ONS_OK;
    if (strcmp(head->system, task->parameters.system->name) != 0) {
        return ons_fail(ONS_INVALID, "%s: holds the system '%s'; a start of '%s' was expected", task->start_file,
                        head->system, task->parameters.system->name);
    }
    if (head->tasks == 0) { return ons_fail(ONS_INVALID, "%s: has no task to start from", task->start_file); }
    if (task->start_task != NULL) {
        status = named_task(head, task, &index);
    } else if (head->tasks > 1) {
        status = likely_task(h5, head, task, &index);
    }
    if (status != ONS_OK) { return status; }
    status = lab_archive_enter_task(h5, index, &group);
    if (status == ONS_OK) {
        const size_t stored = stored_parts(group);
        status = stored > 0 ? get_part(h5, group, state_index % stored, bytes, count)
                            : ons_fail(ONS_INVALID, "%s: task %zu has no stored state", task->start_file, index);
    }
    lab_archive_leave_task(h5, group);
    return status;
}

ons_status lab_archive_start(const lab_task *task, uint64_t state_index, char **bytes, size_t *count) {
    lab_h5 h5;
    lab_archive_head head;
    *bytes = NULL;
    *count = 0;
    lab_h5_enter();
    ons_status status = lab_archive_open(&h5, task->start_file, &head, NULL);
    if (status == ONS_OK) {
        status = find_start(&h5, &head, task, state_index, bytes, count);
        lab_archive_head_free(&head);
        lab_h5_close(&h5);
    }
    lab_h5_leave();
    return status;
}

/* ---- a stored state ---- */

ons_status lab_archive_state(const ons_job *job, const lab_task *task, uint64_t state_index, char **bytes,
                             size_t *count) {
    lab_h5 h5;
    lab_archive_head head;
    *bytes = NULL;
    lab_h5_enter();
    ons_status status = lab_archive_open(&h5, job->output, &head, NULL);
    if (status == ONS_OK) {
        const size_t index = lab_archive_find(&head, task->key_text);
        hid_t group = -1;
        status = index < head.tasks ? lab_archive_enter_task(&h5, index, &group)
                                    : ons_fail(ONS_INVALID, "%s: has no task %s", job->output, task->key_text);
        if (status == ONS_OK) {
            status = lab_archive_has_part(group, state_index)
                         ? get_part(&h5, group, state_index, bytes, count)
                         : ons_fail(ONS_INVALID, "%s: the state of replica %llu is not stored", job->output,
                                    (unsigned long long)state_index * task->plan.lanes);
            lab_archive_leave_task(&h5, group);
        }
        lab_archive_head_free(&head);
        lab_h5_close(&h5);
    }
    lab_h5_leave();
    return status;
}
