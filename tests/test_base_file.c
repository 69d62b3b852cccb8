/*
 * Files that are replaced as a whole, and digests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/base.h>

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* A fresh folder, with "old content" in the file `result`. */
typedef struct place {
    char folder[64], path[96], fresh[96];
} place;

static int make_place(void **state) {
    place *here = calloc(1, sizeof *here);
    snprintf(here->folder, sizeof here->folder, "/tmp/onsager-file-XXXXXX");
    if (!here || !mkdtemp(here->folder)) { return -1; }
    snprintf(here->path, sizeof here->path, "%s/result", here->folder);
    snprintf(here->fresh, sizeof here->fresh, "%s/result.new", here->folder);
    *state = here;
    return ons_file_replace(here->path, "old content", 11) == ONS_OK ? 0 : -1;
}

static int remove_place(void **state) {
    place *here = *state;
    unlink(here->path);
    unlink(here->fresh);
    const int failed = rmdir(here->folder); /* fails when a test left something behind */
    free(here);
    return failed;
}

static void assert_content(const char *path, const char *expected) {
    char *bytes = NULL;
    size_t count = 0;
    assert_int_equal(ons_file_read(path, 1 << 20, &bytes, &count), ONS_OK);
    assert_int_equal(count, strlen(expected));
    assert_string_equal(bytes, expected);
    free(bytes);
}

static void test_a_file_is_replaced_as_a_whole(void **state) {
    const place *here = *state;
    assert_content(here->path, "old content");
    assert_int_equal(ons_file_replace(here->path, "new", 3), ONS_OK);
    assert_content(here->path, "new");
    assert_false(ons_file_exists(here->fresh));
    assert_int_equal(ons_file_replace(here->path, "", 0), ONS_OK);
    assert_content(here->path, "");
}

static void test_a_leftover_of_a_crash_is_written_over(void **state) {
    const place *here = *state;
    FILE *leftover = fopen(here->fresh, "w");
    assert_non_null(leftover);
    fputs("a much longer text than what will be written", leftover);
    fclose(leftover);
    assert_int_equal(ons_file_replace(here->path, "new", 3), ONS_OK);
    assert_content(here->path, "new");
}

static void test_a_name_without_a_folder_means_the_working_directory(void **state) {
    const place *here = *state;
    char *before = getcwd(NULL, 0);
    assert_int_equal(chdir(here->folder), 0);
    assert_int_equal(ons_file_replace("result", "here", 4), ONS_OK);
    assert_int_equal(chdir(before), 0);
    free(before);
    assert_content(here->path, "here");
}

/* /dev/full says ENOSPC to every write: the same as a full disk. */
static void test_a_full_disk_leaves_the_old_file(void **state) {
    const place *here = *state;
    char *bytes = calloc(80000, 1);
    if (access("/dev/full", W_OK) != 0) { skip(); }
    assert_int_equal(symlink("/dev/full", here->fresh), 0);
    assert_int_equal(ons_file_replace(here->path, bytes, 80000), ONS_FAILED);
    char expected[256];
    snprintf(expected, sizeof expected,
             "no space left on the device: wrote 0 of 80000 bytes of %s; the old file is as it was", here->path);
    assert_string_equal(ons_message(), expected);
    assert_content(here->path, "old content");
    assert_false(ons_file_exists(here->fresh));
    free(bytes);
}

static void test_a_write_that_stops_half_way_leaves_the_old_file(void **state) {
    const place *here = *state;
    struct rlimit before, tiny;
    char *bytes = calloc(80000, 1), expected[256];
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tiny = before;
    tiny.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0);
    const ons_status status = ons_file_replace(here->path, bytes, 80000);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(status, ONS_FAILED);
    snprintf(expected, sizeof expected, "wrote 4096 of 80000 bytes of %s; the old file is as it was", here->path);
    assert_non_null(strstr(ons_message(), expected));
    assert_content(here->path, "old content");
    assert_false(ons_file_exists(here->fresh));
    free(bytes);
}

static void test_a_file_of_another_library_is_committed(void **state) {
    const place *here = *state;
    assert_int_equal(ons_file_commit(here->path), ONS_FAILED); /* nothing was written */
    assert_content(here->path, "old content");
    FILE *file = fopen(here->fresh, "w");
    assert_non_null(file);
    fputs("archive", file);
    fclose(file);
    assert_int_equal(ons_file_commit(here->path), ONS_OK);
    assert_content(here->path, "archive");
    assert_false(ons_file_exists(here->fresh));
}

static void test_what_cannot_be_replaced_is_refused(void **state) {
    const place *here = *state;
    char inside[128];
    snprintf(inside, sizeof inside, "%s/absent/result", here->folder);
    assert_int_equal(ons_file_replace(inside, "x", 1), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "no such file or directory"));
    assert_int_equal(ons_file_replace(here->folder, "x", 1), ONS_FAILED); /* a folder is not a file */
    snprintf(inside, sizeof inside, "%s.new", here->folder);
    assert_false(ons_file_exists(inside));
}

static void test_what_cannot_be_read_is_refused(void **state) {
    const place *here = *state;
    char *bytes = NULL;
    size_t count = 0;
    assert_int_equal(ons_file_read(here->fresh, 100, &bytes, &count), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "no such file or directory"));
    assert_int_equal(ons_file_read(here->folder, 100, &bytes, &count), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "is a directory"));
    assert_int_equal(ons_file_read(here->path, 10, &bytes, &count), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "longer than 10 bytes"));
    assert_null(bytes);
    assert_int_equal(ons_file_read(here->path, 11, &bytes, &count), ONS_OK);
    free(bytes);
}

static void test_what_has_no_length_is_read_to_its_end(void **state) {
    char *bytes = NULL;
    size_t count = 0;
    assert_int_equal(ons_file_read("/proc/self/maps", 1 << 24, &bytes, &count), ONS_OK);
    assert_true(count > 100 && bytes[count] == '\0');
    free(bytes);
    bytes = NULL;
    assert_int_equal(ons_file_read("/dev/zero", 100000, &bytes, &count), ONS_INVALID);
    assert_null(bytes);
}

/* XXH3 with 128 bits and seed 0 of nothing, as the xxHash project prints it (xxhsum -H2). */
static void test_digests_are_those_of_xxhash(void **state) {
    char text[ONS_DIGEST_TEXT];
    assert_string_equal(ons_digest_text(ons_digest_bytes("", 0), text), "99aa06d3014798d86001c324468d497f");
}

static void test_a_file_and_its_bytes_have_one_digest(void **state) {
    const place *here = *state;
    const size_t count = 1000003;
    char *bytes = malloc(count), one[ONS_DIGEST_TEXT], other[ONS_DIGEST_TEXT];
    for (size_t i = 0; i < count; i++) { bytes[i] = (char)(i * 31 + i / 251); }
    assert_int_equal(ons_file_replace(here->path, bytes, count), ONS_OK);
    ons_digest digest = {0};
    assert_int_equal(ons_digest_file(here->path, &digest), ONS_OK);
    assert_string_equal(ons_digest_text(digest, one), ons_digest_text(ons_digest_bytes(bytes, count), other));
    assert_int_equal(strlen(one), 32);
    bytes[500000] ^= 1; /* one flipped bit */
    assert_string_not_equal(one, ons_digest_text(ons_digest_bytes(bytes, count), other));
    free(bytes);
    assert_int_equal(ons_digest_file(here->fresh, &digest), ONS_INVALID);
    assert_int_equal(ons_digest_file(here->folder, &digest), ONS_INVALID);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(test_a_file_is_replaced_as_a_whole),
        IN_A_PLACE(test_a_leftover_of_a_crash_is_written_over),
        IN_A_PLACE(test_a_name_without_a_folder_means_the_working_directory),
        IN_A_PLACE(test_a_full_disk_leaves_the_old_file),
        IN_A_PLACE(test_a_write_that_stops_half_way_leaves_the_old_file),
        IN_A_PLACE(test_a_file_of_another_library_is_committed),
        IN_A_PLACE(test_what_cannot_be_replaced_is_refused),
        IN_A_PLACE(test_what_cannot_be_read_is_refused),
        cmocka_unit_test(test_what_has_no_length_is_read_to_its_end),
        cmocka_unit_test(test_digests_are_those_of_xxhash),
        IN_A_PLACE(test_a_file_and_its_bytes_have_one_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
