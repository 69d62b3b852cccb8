/*
 * The archive of a job, built from its parts.
 *
 * Layout (format 1; plain groups, datasets and attributes for h5py, h5dump, Julia, ...; texts have a fixed length):
 *
 *   /                      attributes: onsager, format, system, system_version, summary, step, seed, code (digest of a
 * user's system, else ""), task_keys [tasks], layout (this text, short), digest /job                   the job as YAML
 *   /provenance            a YAML list, one entry for every run: version, dates, machine, compiler, command
 *   /tasks/NNNN            one task; attributes key, identity, canonical, complete, steps, replicas, replicas_asked,
 * independent (only the spread of replicas tells errors), warmup, seconds, weight_extent, weight_coefficients and
 * weight_features (where check() declared them, ons_plan_weight), flags, notes, parameter_names, parameter_is_number,
 * result_names, digest parameters           an attribute per parameter, in its own type (complex: pairs) texts the same
 * as a user would write them results/NAME attributes kind, unit, meaning, axis, derived, exact_source, shape (of
 * arrays) mean, error        MEAN: scalar or of the shape; SERIES: [times] + shape; VALUE; HISTOGRAM: counts and their
 * errors tau, binning_tau, samples, effective, rhat           MEAN only flags              bits: 1 not-equilibrated, 2
 * too-few-samples, 4 not-finite exact, time, edges where they are known; a HISTOGRAM has the attributes below and above
 * columns/"I NAME"   TABLE: one dataset per column, attributes columns, column_is_text, rows on the result
 * replicas/RRRR        what one replica left: bins [bins][components] (means of bin_length samples), record (every
 * record_stride-th sample), series [samples][components] (series=yes), attribute components; snapshots/ARRAY
 * [snapshots]... at the first replica of a state parts/SSSS           the bytes of the state's last part; attributes
 * digest, seconds (zero in the part itself)
 *
 * `digest` (XXH3, 128 bits) of a task covers its results and parameters, that of / its attributes and the job.
 * Everything but `seconds` and /provenance is the same for the same job.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"
#include "archive_old.h"
#include "grid.h"
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char layout_text[] =
    "/tasks/NNNN is one point of the parameter grid: its parameters are attributes of `parameters`, its results lie "
    "under "
    "`results/NAME` as mean, error (one standard error, 68.27 %), tau and binning_tau (integrated autocorrelation time "
    "in "
    "samples, 1/2: uncorrelated), samples, effective (independent samples), rhat (Gelman-Rubin), flags (bits: 1 "
    "not-equilibrated, 2 too-few-samples, 4 not-finite), exact. `replicas/RRRR/bins` are means over bin_length samples "
    "of every "
    "component. `parts` holds the states, from which the job can be continued.";

/* ---- one writer at a time ---- */

/* Takes path.new for this process: whoever holds the lock of the file that bears this name may write it. The kernel
 * lets go of it when a process dies. *file = -1 where the file system has no locks. */
static ons_status take(const char *fresh, const char *path, bool wait, int *file) {
    for (;;) {
        struct stat held, named;
        *file = open(fresh, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (*file < 0) { return ons_fail(ONS_FAILED, "%s: cannot be written: %s", path, strerror(errno)); }
        int taken;
        do { taken = flock(*file, wait ? LOCK_EX : LOCK_EX | LOCK_NB); } while (taken != 0 && errno == EINTR);
        if (taken != 0 && errno == EWOULDBLOCK) {
            close(*file);
            return ons_fail(ONS_FAILED, "%s: is being written by another process; try again in a moment", path);
        }
        const bool same = taken != 0 || (fstat(*file, &held) == 0 && stat(fresh, &named) == 0 &&
                                         held.st_ino == named.st_ino && held.st_dev == named.st_dev);
        if (same) { return ONS_OK; }
        close(*file); /* its former holder renamed or removed it meanwhile */
    }
}

/* ---- tasks ---- */

typedef struct writer {
    const ons_job *job;
    const char *directory;
    const lab_archive_options *options;
    lab_h5 h5, old;
    bool has_old;
    lab_archive_head old_head;
    hid_t tasks;
    lab_archive_head head; /* keys grow with every task written; the texts are not owned */
    size_t capacity;
} writer;

/* The group of the next task. */
static ons_status next_name(writer *w, const char *key, char name[32]) {
    ons_status status = ons_grow((void **)&w->head.keys, &w->capacity, w->head.tasks + 1, sizeof *w->head.keys);
    if (status != ONS_OK) { return status; }
    lab_archive_task_name(w->head.tasks, name);
    w->head.keys[w->head.tasks] = ons_copy(key);
    if (w->head.keys[w->head.tasks] == NULL) { return ONS_MEMORY; }
    ++w->head.tasks;
    return ONS_OK;
}

/* Who does not run the job can tell only from the replicas whether its goals were met: all stopped at a round, and the
 * looks at it and at the one before say so. */
static ons_status judge_goals(const lab_task *task, const lab_replica *replicas, size_t count, bool *complete) {
    const uint64_t measured = replicas[0].measured;
    lab_past_looks past = {0};
    lab_verdict verdict = LAB_GOALS_OPEN;
    double worst;
    for (size_t s = 1; s < count; ++s) {
        if (replicas[s].measured != measured) { return ONS_OK; }
    }
    if (count < lab_state_count(task) || !lab_is_round(task->controls, measured)) { return ONS_OK; }
    ons_status status = lab_past_copy(&past, &replicas[0].past);
    if (status == ONS_OK) { status = lab_judge_goals(task, replicas, count, measured, &past, &verdict, &worst); }
    lab_past_free(&past);
    *complete = status == ONS_OK && verdict == LAB_GOALS_MET;
    return status == ONS_MEMORY ? status : ONS_OK;
}

static ons_status write_states(writer *w, size_t index, const lab_stored *states, size_t count) {
    const lab_task *task = &w->job->tasks[index];
    lab_replica *replicas = ONS_NEW(lab_replica, count);
    ons_task_result result;
    char name[32];
    if (replicas == NULL) { return ONS_MEMORY; }
    for (size_t s = 0; s < count; ++s) { replicas[s] = states[s].replica; }
    ons_status status = lab_evaluate(task, replicas, count, &result);
    if (status == ONS_OK && w->options->complete != NULL) {
        result.complete = w->options->complete[index];
    } else if (status == ONS_OK && !result.complete && task->controls->goal_count > 0) {
        status = judge_goals(task, replicas, count, &result.complete);
    }
    free(replicas);
    if (status != ONS_OK) { return status; }
    status = next_name(w, task->key_text, name);
    if (status == ONS_OK) {
        const hid_t group = lab_h5_group(&w->h5, w->h5.file, name);
        lab_archive_put_result(&w->h5, group, task, &result);
        lab_archive_put_raw(&w->h5, group, states, count, w->directory);
        lab_h5_group_close(group);
        status = w->h5.status;
    }
    lab_task_result_free(&result);
    return status;
}

/* A task of the older archive as it is. */
static ons_status carry_over(writer *w, size_t old_index) {
    char from[32], to[32];
    const ons_status status = next_name(w, w->old_head.keys[old_index], to);
    if (status != ONS_OK) { return status; }
    lab_archive_task_name(old_index, from);
    if (H5Ocopy(w->old.file, from, w->h5.file, to, H5P_DEFAULT, H5P_DEFAULT) < 0) {
        return lab_h5_fail(&w->h5, ONS_FAILED, "task %zu of the present archive cannot be carried over", old_index);
    }
    return ONS_OK;
}

static ons_status write_task(writer *w, size_t index) {
    lab_stored *states;
    size_t count;
    ons_status status = lab_raw_read(&w->job->tasks[index], w->directory, w->options->round, &states, &count, NULL);
    if (status != ONS_OK) { return status; }
    if (count > 0) {
        status = write_states(w, index, states, count);
    } else if (w->has_old) {
        const size_t old_index = lab_archive_find(&w->old_head, w->job->tasks[index].key_text);
        if (old_index < w->old_head.tasks) { status = carry_over(w, old_index); }
    }
    lab_raw_free(states, count);
    return status;
}

static bool key_of_job(const ons_job *job, const char *key) {
    for (size_t t = 0; t < job->task_count; ++t) {
        if (strcmp(job->tasks[t].key_text, key) == 0) { return true; }
    }
    return false;
}

/* ---- the whole ---- */

static ons_status write_head(writer *w) {
    lab_h5 *h5 = &w->h5;
    const hid_t root = h5->file;
    char text[ONS_DIGEST_TEXT], code[ONS_DIGEST_TEXT] = "";
    const ons_system *system = w->job->system;
    ons_digest digest;
    if (w->job->has_code) { ons_digest_text(w->job->code, code); }
    lab_archive_head head = {.system = (char *)system->name,
                             .summary = (char *)(system->summary ? system->summary : ""),
                             .step = (char *)(system->step ? system->step : ""),
                             .code = code,
                             .job = w->job->canonical ? w->job->canonical : (char *)"",
                             .system_version = system->version,
                             .seed = w->job->seed,
                             .keys = w->head.keys,
                             .tasks = w->head.tasks};
    const ons_status status = lab_archive_head_digest(&head, &digest);
    if (status != ONS_OK) { return status; }
    lab_h5_put_text(h5, root, "onsager", ONS_VERSION);
    lab_h5_put_whole(h5, root, "format", LAB_ARCHIVE_FORMAT);
    lab_h5_put_text(h5, root, "system", head.system);
    lab_h5_put_whole(h5, root, "system_version", head.system_version);
    lab_h5_put_text(h5, root, "summary", head.summary);
    lab_h5_put_text(h5, root, "step", head.step);
    lab_h5_put_whole(h5, root, "seed", head.seed);
    lab_h5_put_text(h5, root, "code", code);
    lab_h5_put_texts(h5, root, "task_keys", head.tasks, (const char *const *)head.keys);
    lab_h5_put_text(h5, root, "layout", layout_text);
    lab_h5_put_text(h5, root, "digest", ons_digest_text(digest, text));
    lab_h5_put_document(h5, root, "job", head.job);
    return h5->status;
}

static ons_status write_provenance(writer *w, bool ran) {
    char text[ONS_DIGEST_TEXT];
    const char *earlier = w->has_old ? w->old_head.provenance : w->options->earlier;
    char *provenance = !ran && earlier != NULL ? ons_copy(earlier) : lab_provenance(w->job, w->options, earlier);
    if (provenance == NULL) { return ONS_MEMORY; }
    lab_h5_put_document(&w->h5, w->h5.file, "provenance", provenance);
    const hid_t dataset = w->h5.status == ONS_OK ? H5Dopen2(w->h5.file, "provenance", H5P_DEFAULT) : -1;
    lab_h5_put_text(&w->h5, dataset, "digest", ons_digest_text(ons_digest_bytes(provenance, strlen(provenance)), text));
    if (dataset >= 0) { H5Dclose(dataset); }
    free(provenance);
    return w->h5.status;
}

static ons_status write_all(writer *w, bool ran) {
    ons_status status = ONS_OK;
    const hid_t tasks = lab_h5_group(&w->h5, w->h5.file, "tasks");
    lab_h5_group_close(tasks);
    if (tasks < 0) { return w->h5.status; }
    for (size_t t = 0; t < w->job->task_count && status == ONS_OK; ++t) { status = write_task(w, t); }
    for (size_t t = 0; w->has_old && t < w->old_head.tasks && status == ONS_OK; ++t) {
        if (!key_of_job(w->job, w->old_head.keys[t])) { status = carry_over(w, t); }
    }
    if (status == ONS_OK) { status = write_head(w); }
    if (status == ONS_OK) { status = write_provenance(w, ran); }
    return status;
}

/* A broken archive is put aside, not overwritten: tasks of other jobs may still be saved from it by hand. */
static ons_status put_aside(const char *path) {
    char *aside = ons_format("%s.damaged", path);
    if (aside == NULL) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    if (rename(path, aside) != 0) {
        status = ons_fail(ONS_FAILED, "%s: is damaged and cannot be renamed to %s: %s", path, aside, strerror(errno));
    }
    free(aside);
    return status;
}

static ons_status build(const ons_job *job, const char *directory, const lab_archive_options *options,
                        const char *fresh, bool ran) {
    writer w = {.job = job, .directory = directory, .options = options};
    bool damaged = false;
    ons_status status = lab_archive_old(job, &w.old, &w.old_head, &damaged);
    w.has_old = status == ONS_OK;
    if (status == ONS_DONE || damaged) { status = ONS_OK; }
    if (status != ONS_OK) { return status; }
    status = lab_h5_create(&w.h5, fresh, job->output);
    if (status == ONS_OK) { status = write_all(&w, ran); }
    if (w.h5.status == ONS_OK) { w.h5.status = status; } /* a failure elsewhere throws the new file away too */
    status = lab_h5_finish(&w.h5);
    if (w.has_old) { lab_h5_close(&w.old); }
    lab_archive_head_free(&w.old_head);
    lab_texts_free(w.head.keys, w.head.tasks);
    if (status == ONS_OK && damaged) { status = put_aside(job->output); }
    return status == ONS_OK ? ons_file_commit(job->output) : status;
}

ons_status lab_archive_build(const ons_job *job, const char *directory, const lab_archive_options *options, bool ran) {
    int file = -1;
    char *fresh = ons_format("%s.new", job->output);
    if (fresh == NULL) { return ONS_MEMORY; }
    ons_status status = take(fresh, job->output, ran, &file);
    if (status == ONS_OK) {
        lab_h5_enter();
        status = build(job, directory, options, fresh, ran);
        lab_h5_leave();
        if (status != ONS_OK) { unlink(fresh); }
        close(file);
    }
    free(fresh);
    return status;
}

ons_status lab_archive_write(const ons_job *job, const char *directory, const lab_archive_options *options) {
    return lab_archive_build(job, directory, options, true);
}
