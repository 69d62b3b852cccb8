/*
 * The archive: what goes in comes out bit for bit; what is broken or foreign is refused and left as it is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lab_probe.h"

#include "lab_folder.h"

#include "lab/archive.h"
#include "lab/evaluate.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

PROBE(probe, ONS_STATIONARY);

/* HDF5 1.10 itself forgets memory when a header is broken. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libhdf5"; }

static ons_system renamed;

/* ---- parts made by hand ---- */

static const char directory[] = "a.h5.parts";

static void write_file(const char *path, const char *mode, const void *bytes, size_t count) {
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

/* Two rows of series a sample, three snapshots: what a run with series=yes and snapshots=... leaves. */
static void write_companions(lab_replica *replica) {
    char *series = lab_part_path(directory, replica->task, replica->state_index, "series");
    char *snapshots = lab_part_path(directory, replica->task, replica->state_index, "snapshots");
    const size_t row = replica->lane_count * replica->layout.means;
    double *rows = ONS_NEW(double, 40 * row);
    for (size_t i = 0; i < 40 * row; ++i) { rows[i] = (double)i + 0.1 * (double)replica->state_index; }
    replica->series_rows = 38; /* the file may be longer */
    write_file(series, "wb", rows, 40 * row * sizeof(double));
    unlink(snapshots);
    for (uint64_t k = 0; k < 3; ++k) {
        ons_part part;
        uint64_t measured = 10 * k;
        double time = 10.5 * (double)k, field[6] = {(double)k, 1, 2, 3, 4, (double)replica->state_index};
        int8_t spins[4] = {1, -1, (int8_t)k, 1};
        const size_t shape[2] = {2, 3}, four = 4;
        assert_int_equal(lab_part_write(&part, -1, "memory"), ONS_OK);
        assert_int_equal(ons_persist(&part, "lab/measured", ONS_U64, &measured, 1), ONS_OK);
        assert_int_equal(ons_persist(&part, "lab/time", ONS_F64, &time, 1), ONS_OK);
        assert_int_equal(ons_persist_configuration(&part, "state/field", ONS_F64, field, 2, shape), ONS_OK);
        assert_int_equal(ons_persist_configuration(&part, "state/spins/up", ONS_I8, spins, 1, &four), ONS_OK);
        assert_int_equal(lab_part_end(&part), ONS_OK);
        replica->snapshot_bytes = part.bytes.length;
        write_file(snapshots, "ab", part.bytes.data, part.bytes.length);
        lab_part_close(&part);
    }
    replica->snapshots = 3;
    free(rows);
    free(series);
    free(snapshots);
}

static void write_parts(const ons_job *job, uint64_t samples, double seconds) {
    mkdir(directory, 0777);
    for (size_t t = 0; t < job->task_count; ++t) {
        for (uint64_t s = 0; s < lab_state_count(&job->tasks[t]); ++s) {
            lab_replica replica;
            probe_state state = {.field = {(double)t, (double)s}};
            probe_fill(&replica, &job->tasks[t], s, samples);
            replica.seconds = seconds;
            if (job->series) { write_companions(&replica); }
            if (lab_replica_write(&replica, &state, directory) != ONS_OK) { fail_msg("%s", ons_message()); }
            lab_replica_free(&replica);
        }
    }
}

static void remove_parts(void) { assert_int_equal(system("rm -rf a.h5.parts"), 0); }

static void write_archive(const ons_job *job) {
    const lab_archive_options options = {.command = "onsager run \"a\" job", .seconds = 3};
    if (lab_archive_write(job, directory, &options) != ONS_OK) { fail_msg("%s", ons_message()); }
}

static ons_results *read_archive(void) {
    ons_results *results;
    if (ons_results_read(&results, "a.h5") != ONS_OK) { fail_msg("%s", ons_message()); }
    return results;
}

/* A job of these temperatures and words, with its archive a.h5. */
static ons_job *archived(const char *first, const char *second, uint64_t samples) {
    ons_job *job = probe_job(&probe, (const char *const[]){"output=a.h5", first, second, NULL});
    write_parts(job, samples, 1);
    write_archive(job);
    return job;
}

static bool equal_digests(const ons_task_result *a, const ons_task_result *b) {
    ons_digest first, second;
    assert_int_equal(lab_task_result_digest(a, &first), ONS_OK);
    assert_int_equal(lab_task_result_digest(b, &second), ONS_OK);
    return first.high == second.high && first.low == second.low;
}

/* ---- what goes in comes out ---- */

static void test_results_come_back_bit_for_bit(void **context) {
    ons_job *job = archived("temperature=1,2", "L=[4,5]", 500);
    ons_results *results = read_archive();
    assert_int_equal(ons_results_count(results), 2);
    assert_string_equal(ons_results_system(results), "probe");
    assert_string_equal(ons_results_summary(results), probe.summary);
    assert_string_equal(ons_results_step(results), "step");
    assert_int_equal(ons_results_seed(results), job->seed);
    assert_string_equal(ons_results_job(results), job->canonical);
    assert_non_null(strstr(ons_results_provenance(results), "command: \"onsager run \\\"a\\\" job\""));
    for (size_t t = 0; t < 2; ++t) {
        const lab_task *task = &job->tasks[t];
        const ons_task_result *stored = ons_results_task(results, t);
        lab_replica states[2];
        ons_task_result fresh;
        for (uint64_t s = 0; s < 2; ++s) { probe_fill(&states[s], task, s, 500); }
        assert_int_equal(lab_evaluate(task, states, 2, &fresh), ONS_OK);
        assert_true(equal_digests(stored, &fresh));
        assert_string_equal(stored->key, task->key_text);
        assert_true(stored->seconds == 2);
        assert_false(stored->complete);
        for (size_t p = 0; p < stored->parameters; ++p) {
            const bool expected =
                strcmp(stored->parameter[p], "temperature") == 0 || strcmp(stored->parameter[p], "tenths") == 0;
            assert_int_equal(stored->varies[p], expected);
        }
        const ons_result *a = ons_task_find(stored, "profile"), *b = ons_task_find(&fresh, "profile");
        assert_memory_equal(a->mean, b->mean, 3 * sizeof(double));
        assert_memory_equal(a->rhat, b->rhat, 3 * sizeof(double));
        assert_memory_equal(ons_task_find(stored, "decay")->error, ons_task_find(&fresh, "decay")->error, 40);
        lab_task_result_free(&fresh);
        for (size_t s = 0; s < 2; ++s) { lab_replica_free(&states[s]); }
    }
    const char *const *names;
    assert_int_equal(ons_results_names(results, &names), 7);
    assert_string_equal(names[0], "energy");
    assert_string_equal(names[6], "ratio");
    ons_results_free(results);
    ons_job_free(job);
}

/* Adds name and bytes of everything that must be the same for the same job. */
static herr_t add_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data) {
    if (strcmp(name, "seconds") == 0) { return 0; }
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    char *bytes = ons_allocate((size_t)info->data_size + 1, 1);
    if (info->data_size > 0) { assert_true(H5Aread(attribute, type, bytes) >= 0); }
    ons_text_add(data, "@%s:", name);
    ons_text_add_bytes(data, bytes, (size_t)info->data_size);
    free(bytes);
    H5Tclose(type);
    H5Aclose(attribute);
    return 0;
}

static herr_t add_object(hid_t root, const char *name, const H5O_info_t *info, void *data) {
    if (strcmp(name, "provenance") == 0) { return 0; }
    const hid_t object = H5Oopen(root, name, H5P_DEFAULT);
    ons_text_add(data, "\n%s:", name);
    assert_true(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, add_attribute, data) >= 0);
    if (info->type == H5O_TYPE_DATASET) {
        const hid_t type = H5Dget_type(object), space = H5Dget_space(object);
        const size_t count = (size_t)H5Sget_simple_extent_npoints(space) * H5Tget_size(type);
        char *bytes = ons_allocate(count + 1, 1);
        if (count > 0) { assert_true(H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0); }
        ons_text_add_bytes(data, bytes, count);
        free(bytes);
        H5Sclose(space);
        H5Tclose(type);
    }
    H5Oclose(object);
    return 0;
}

static ons_text contents(void) {
    ons_text all = {0};
    const hid_t file = H5Fopen("a.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    assert_true(H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, add_object, &all) >= 0);
    H5Fclose(file);
    return all;
}

static void test_equal_jobs_leave_equal_archives_but_for_seconds_and_provenance(void **context) {
    ons_job *job =
        probe_job(&probe, (const char *const[]){"output=a.h5", "temperature=1,2", "series=yes", "snapshots=10", NULL});
    write_parts(job, 300, 1.25);
    write_archive(job);
    ons_text first = contents();
    write_parts(job, 300, 77);
    write_archive(job);
    ons_text second = contents();
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    ons_results *results = read_archive();
    assert_true(ons_results_task(results, 0)->seconds == 154);
    const char *entry = strstr(ons_results_provenance(results), "- onsager");
    assert_non_null(strstr(entry + 1, "- onsager")); /* that of the first run is kept */
    ons_results_free(results);
    ons_text_free(&first);
    ons_text_free(&second);
    ons_job_free(job);
}

static void test_a_job_goes_on_from_its_archive_alone(void **context) {
    ons_job *job =
        probe_job(&probe, (const char *const[]){"output=a.h5", "temperature=1,2", "series=yes", "snapshots=10", NULL});
    static const char *const kinds[] = {"part", "series", "snapshots"};
    char *bytes[2][2][3];
    size_t counts[2][2][3];
    write_parts(job, 300, 1.25);
    for (size_t t = 0; t < 2; ++t) {
        for (size_t s = 0; s < 2; ++s) {
            for (size_t k = 0; k < 3; ++k) {
                char *path = lab_part_path(directory, &job->tasks[t], s, kinds[k]);
                assert_int_equal(ons_file_read(path, SIZE_MAX / 2, &bytes[t][s][k], &counts[t][s][k]), ONS_OK);
                free(path);
            }
        }
    }
    write_archive(job);
    remove_parts();
    assert_int_equal(lab_archive_check(job), ONS_OK);
    if (lab_archive_unpack(job, directory) != ONS_OK) { fail_msg("%s", ons_message()); }
    for (size_t t = 0; t < 2; ++t) {
        for (size_t s = 0; s < 2; ++s) {
            for (size_t k = 0; k < 3; ++k) {
                char *path = lab_part_path(directory, &job->tasks[t], s, kinds[k]), *back;
                size_t count;
                assert_int_equal(ons_file_read(path, SIZE_MAX / 2, &back, &count), ONS_OK);
                /* the file of a series was longer than its 38 valid rows of 40 */
                assert_int_equal(count, k == 1 ? counts[t][s][k] / 40 * 38 : counts[t][s][k]);
                assert_memory_equal(back, bytes[t][s][k], count);
                free(back);
                free(bytes[t][s][k]);
                free(path);
            }
        }
    }
    ons_job_free(job);
}

static void test_parts_that_are_there_are_not_unpacked_over(void **context) {
    ons_job *job = archived("L=4", "temperature=1", 100);
    write_parts(job, 200, 1); /* the job has gone on meanwhile */
    assert_int_equal(lab_archive_unpack(job, directory), ONS_OK);
    lab_replica replica;
    assert_int_equal(lab_replica_read(&replica, &job->tasks[0], 0, directory, false, NULL), ONS_OK);
    assert_int_equal(replica.measured, 200);
    lab_replica_free(&replica);
    ons_job_free(job);
}

static void test_tasks_of_the_older_archive_are_carried_over(void **context) {
    ons_job *first = archived("temperature=1,2", "L=4", 100);
    ons_results *before = read_archive();
    remove_parts();
    ons_job *second = archived("temperature=3", "L=4", 100);
    ons_results *after = read_archive();
    assert_int_equal(ons_results_count(after), 3);
    assert_string_equal(ons_results_task(after, 0)->key, second->tasks[0].key_text);
    assert_true(equal_digests(ons_results_task(after, 1), ons_results_task(before, 0)));
    assert_true(equal_digests(ons_results_task(after, 2), ons_results_task(before, 1)));
    /* the first job again, from the archive alone, its tasks first */
    remove_parts();
    assert_int_equal(lab_archive_unpack(first, directory), ONS_OK);
    write_archive(first);
    ons_results *again = read_archive();
    assert_true(equal_digests(ons_results_task(again, 0), ons_results_task(before, 0)));
    assert_int_equal(ons_results_count(again), 3);
    assert_int_equal(ons_results_select(again, second), ONS_OK);
    assert_int_equal(ons_results_count(again), 1);
    assert_string_equal(ons_results_task(again, 0)->key, second->tasks[0].key_text);
    assert_false(ons_results_task(again, 0)->varies[1]);
    ons_results_free(before);
    ons_results_free(after);
    ons_results_free(again);
    ons_job_free(first);
    ons_job_free(second);
}

static void test_what_runs_can_be_collected(void **context) {
    ons_job *job = probe_job(&probe, (const char *const[]){"output=a.h5", "temperature=1,2", NULL});
    ons_results *results;
    assert_int_equal(ons_results_collect(job), ONS_INVALID);
    assert_message("has left nothing yet");
    write_parts(job, 100, 1);
    assert_int_equal(ons_results_read(&results, "a.h5"), ONS_INVALID);
    assert_message("no archive yet");
    char *second = lab_part_path(directory, &job->tasks[1], 0, "part");
    char *last = lab_part_path(directory, &job->tasks[1], 1, "part");
    unlink(second); /* a task that has only begun */
    assert_int_equal(ons_results_collect(job), ONS_OK);
    results = read_archive();
    assert_int_equal(ons_results_count(results), 2);
    assert_int_equal(ons_results_task(results, 1)->replicas, 1);
    ons_results_free(results);
    unlink(last); /* one that has not begun: its results stay those of the archive */
    assert_int_equal(ons_results_collect(job), ONS_OK);
    results = read_archive();
    assert_int_equal(ons_results_count(results), 2);
    ons_results_free(results);
    free(second);
    free(last);
    ons_job_free(job);
}

static void test_a_state_can_start_another_job(void **context) {
    ons_job *job = archived("temperature=1,2", "L=4", 100);
    lab_task task = job->tasks[1];
    char *bytes;
    size_t count;
    task.start_file = (char *)"a.h5";
    task.start_task = NULL;
    for (int named = 0; named < 3; ++named) { /* by its likeness, its index, its key */
        task.start_task = named == 0 ? NULL : named == 1 ? (char *)"1" : job->tasks[1].key_text;
        assert_int_equal(lab_archive_start(&task, 1, &bytes, &count), ONS_OK);
        ons_part part;
        assert_int_equal(lab_part_read(&part, bytes, count), ONS_OK);
        assert_true(((const double *)lab_part_find(&part, "state/field")->data)[0] == 1);
        assert_true(((const double *)lab_part_find(&part, "state/field")->data)[1] == 1);
        lab_part_close(&part);
        free(bytes);
    }
    task.start_task = (char *)"7";
    assert_int_equal(lab_archive_start(&task, 0, &bytes, &count), ONS_INVALID);
    assert_message("has no task '7'");
    ons_job *other = probe_job(&probe, (const char *const[]){"output=b.h5", "temperature=1.5", NULL});
    lab_task unlike = other->tasks[0];
    unlike.start_file = (char *)"a.h5";
    unlike.start_task = NULL;
    assert_int_equal(lab_archive_start(&unlike, 0, &bytes, &count), ONS_INVALID);
    assert_message("which of its 2 tasks");
    ons_job_free(other);
    ons_job_free(job);
}

static void test_long_arrays_and_empty_archives_fit(void **context) {
    ons_text word = {0};
    ons_text_add(&word, "L=[1");
    for (int i = 0; i < 40000; ++i) { ons_text_add(&word, ",%d", 2 + i % 9); }
    ons_text_add(&word, "]");
    ons_job *job = archived(word.data, "temperature=1", 64);
    ons_results *results = read_archive();
    assert_int_equal(strlen(ons_results_task(results, 0)->value[0]), word.length - 2);
    assert_int_equal(strncmp(ons_results_task(results, 0)->value[0], word.data + 2, word.length - 2), 0);
    ons_results_free(results);
    remove_parts();
    unlink("a.h5");
    mkdir(directory, 0777); /* a job that has only just begun */
    assert_int_equal(ons_results_collect(job), ONS_INVALID);
    assert_message("stored nothing yet");
    const lab_archive_options options = {.interrupted = true};
    assert_int_equal(lab_archive_write(job, directory, &options), ONS_OK);
    results = read_archive();
    assert_int_equal(ons_results_count(results), 0);
    ons_results_free(results);
    ons_job_free(job);
    ons_text_free(&word);
}

/* ---- what is broken ---- */

static void test_a_truncated_archive_is_refused_at_every_length(void **context) {
    ons_job *job = archived("L=4", "temperature=1,2", 64);
    char *whole;
    size_t count;
    ons_results *results;
    assert_int_equal(ons_file_read("a.h5", SIZE_MAX / 2, &whole, &count), ONS_OK);
    for (size_t length = 0; length < count; length += length < 200 ? 1 : count / 97) {
        write_file("a.h5", "wb", whole, length);
        assert_int_equal(ons_results_read(&results, "a.h5"), ONS_INVALID);
        assert_true(strlen(ons_message()) > 10);
    }
    write_file("a.h5", "wb", whole, count - 1);
    assert_int_equal(ons_results_read(&results, "a.h5"), ONS_INVALID);
    assert_message("is cut off");
    /* with its parts beside it a job does not need it; it is put aside, not overwritten */
    assert_int_equal(lab_archive_check(job), ONS_DONE);
    write_archive(job);
    assert_true(ons_file_exists("a.h5.damaged"));
    ons_results_free(read_archive());
    write_file("a.h5", "wb", whole, count - 1);
    remove_parts();
    assert_int_equal(lab_archive_check(job), ONS_INVALID);
    assert_message("move it away");
    free(whole);
    ons_job_free(job);
}

/* Flipped bits are found, or lie where nothing is read (room that HDF5 leaves, dates, seconds): never another result.
 */
static void test_flipped_bits_never_change_a_result(void **context) {
    ons_job *job = archived("L=4", "temperature=1,2", 64);
    ons_results *good = read_archive(), *results;
    char *whole;
    size_t count, refused = 0, tried = 0;
    assert_int_equal(ons_file_read("a.h5", SIZE_MAX / 2, &whole, &count), ONS_OK);
    remove_parts();
    for (size_t offset = 0; offset < count; offset += offset < 600 ? 1 : 1 + count / 601) {
        whole[offset] ^= (char)(1 << offset % 8);
        write_file("a.h5", "wb", whole, count);
        whole[offset] ^= (char)(1 << offset % 8);
        ++tried;
        if (ons_results_read(&results, "a.h5") != ONS_OK) {
            ++refused;
            continue;
        }
        assert_int_equal(ons_results_count(results), 2);
        for (size_t t = 0; t < 2; ++t) {
            assert_true(equal_digests(ons_results_task(results, t), ons_results_task(good, t)));
        }
        ons_results_free(results);
        if (offset % 7 == 0 && lab_archive_unpack(job, directory) == ONS_OK) {
            lab_replica replica;
            assert_int_equal(lab_replica_read(&replica, &job->tasks[1], 1, directory, false, NULL), ONS_OK);
            assert_int_equal(replica.measured, 64);
            lab_replica_free(&replica);
        }
        remove_parts();
    }
    assert_true(refused > tried / 10);
    free(whole);
    ons_results_free(good);
    ons_job_free(job);
}

/* ---- what is foreign ---- */

static void test_files_that_are_no_archive_are_refused(void **context) {
    ons_job *job = archived("L=4", "temperature=1", 64);
    ons_results *results;
    assert_int_equal(ons_results_read(&results, "b.h5"), ONS_INVALID);
    assert_message("did you mean a.h5?");
    assert_int_equal(ons_results_read(&results, "."), ONS_INVALID);
    assert_message("is a directory");
    write_file("text.h5", "wb", "temperature: 1\n", 15);
    assert_int_equal(ons_results_read(&results, "text.h5"), ONS_INVALID);
    assert_message("is no HDF5 file");
    for (int latest = 0; latest < 2; ++latest) { /* old and new format of HDF5 */
        const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
        if (latest) { H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST); }
        H5Fclose(H5Fcreate("other.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access));
        H5Pclose(access);
        assert_int_equal(ons_results_read(&results, "other.h5"), ONS_INVALID);
        assert_message("no archive written by onsager");
    }
    write_file("a.h5", "wb", "temperature: 1\n", 15); /* the user's own file: not even with parts beside it */
    assert_int_equal(lab_archive_check(job), ONS_INVALID);
    const lab_archive_options options = {.seconds = 3};
    assert_int_equal(lab_archive_write(job, directory, &options), ONS_INVALID);
    char *bytes;
    size_t count;
    assert_int_equal(ons_file_read("a.h5", 100, &bytes, &count), ONS_OK);
    assert_string_equal(bytes, "temperature: 1\n");
    assert_false(ons_file_exists("a.h5.new"));
    free(bytes);
    ons_job_free(job);
}

static void refused_for(const ons_system *system, const char *word, const char *why) {
    ons_job *job = probe_job(system, (const char *const[]){"output=a.h5", "temperature=1", word, NULL});
    assert_int_equal(lab_archive_check(job), ONS_INVALID);
    assert_message(why);
    ons_job_free(job);
}

static void test_archives_of_other_jobs_are_refused(void **context) {
    ons_job *job = archived("seed=2", "temperature=1", 64);
    assert_int_equal(lab_archive_check(job), ONS_OK);
    refused_for(&probe, "seed=1", "it was made with seed 2, this job has seed 1; give another output= or move it away");
    ons_job *thinned =
        probe_job(&probe, (const char *const[]){"output=a.h5", "seed=2", "every=10", "temperature=1", NULL});
    assert_int_equal(lab_archive_check(thinned), ONS_INVALID);
    assert_message("it was made with every 1, this job has every 10");
    renamed = probe;
    renamed.version = 2;
    refused_for(&renamed, "seed=2", "version 1 of the system");
    job->has_code = true;
    assert_int_equal(lab_archive_check(job), ONS_INVALID);
    assert_message("its source has changed");
    job->has_code = false;
    renamed = probe;
    renamed.name = "other";
    job->system = &renamed;
    assert_int_equal(lab_archive_check(job), ONS_INVALID);
    assert_message("it holds the system 'probe', this job has 'other'");
    ons_job_free(thinned);
    ons_job_free(job);
}

static void test_a_full_disk_leaves_the_old_archive(void **context) {
    ons_job *job = archived("L=4", "temperature=1", 64);
    const lab_archive_options options = {.seconds = 3};
    struct rlimit before, limit;
    write_parts(job, 128, 1);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    for (rlim_t bytes = 0; bytes < 100000; bytes += 7919) {
        limit = (struct rlimit){bytes, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
        const ons_status status = lab_archive_write(job, directory, &options);
        setrlimit(RLIMIT_FSIZE, &before);
        assert_int_equal(status, ONS_FAILED);
        assert_message("a.h5");
        assert_false(ons_file_exists("a.h5.new"));
        ons_results *results = read_archive();
        assert_int_equal(ons_results_task(results, 0)->steps, 64);
        ons_results_free(results);
    }
    write_archive(job);
    ons_results *results = read_archive();
    assert_int_equal(ons_results_task(results, 0)->steps, 128);
    ons_results_free(results);
    ons_job_free(job);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_results_come_back_bit_for_bit),
        IN_FOLDER(test_equal_jobs_leave_equal_archives_but_for_seconds_and_provenance),
        IN_FOLDER(test_a_job_goes_on_from_its_archive_alone),
        IN_FOLDER(test_parts_that_are_there_are_not_unpacked_over),
        IN_FOLDER(test_tasks_of_the_older_archive_are_carried_over),
        IN_FOLDER(test_what_runs_can_be_collected),
        IN_FOLDER(test_a_state_can_start_another_job),
        IN_FOLDER(test_long_arrays_and_empty_archives_fit),
        IN_FOLDER(test_a_truncated_archive_is_refused_at_every_length),
        IN_FOLDER(test_flipped_bits_never_change_a_result),
        IN_FOLDER(test_files_that_are_no_archive_are_refused),
        IN_FOLDER(test_archives_of_other_jobs_are_refused),
        IN_FOLDER(test_a_full_disk_leaves_the_old_archive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
