/*
 * The reader of idx files: what it reads, plain and gzipped, and files that are broken or mean harm.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/learning/idx.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static char path[] = "/tmp/onsager-idx-XXXXXX";

static int make_file(void **state) {
    const int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}
static int remove_file(void **state) { return unlink(path); }

static void put(const void *bytes, size_t count) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static void put_gzipped(const void *bytes, unsigned count) {
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, count), count);
    assert_int_equal(gzclose(file), Z_OK);
}

static void assert_refused(const void *bytes, size_t count, const char *why) {
    ons_idx idx;
    put(bytes, count);
    assert_int_equal(ons_idx_read(path, 1000, &idx), ONS_INVALID);
    if (!strstr(ons_message(), why) || !strstr(ons_message(), path)) { fail_msg("%s", ons_message()); }
    assert_null(idx.values);
}

static const uint8_t good[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255};

static void test_what_is_written_is_read(void **state) {
    for (int zipped = 0; zipped < 2; zipped++) {
        ons_idx idx;
        if (zipped) {
            put_gzipped(good, sizeof good);
        } else {
            put(good, sizeof good);
        }
        assert_int_equal(ons_idx_read(path, 6, &idx), ONS_OK);
        assert_int_equal(idx.dimensions, 3);
        assert_int_equal(idx.shape[0], 2);
        assert_int_equal(idx.shape[1], 1);
        assert_int_equal(idx.shape[2], 3);
        assert_int_equal(idx.shape[3], 1);
        assert_int_equal(idx.count, 6);
        assert_memory_equal(idx.values, good + 16, 6);
        ons_idx_free(&idx);
        assert_null(idx.values);
    }
}

static void test_every_cut_is_noticed(void **state) {
    for (size_t count = 0; count < sizeof good; count++) { assert_refused(good, count, "ends"); }
}

static void test_other_contents_are_refused(void **state) {
    uint8_t bytes[64];
    memcpy(bytes, good, sizeof good);
    bytes[0] = 1;
    assert_refused(bytes, sizeof good, "two zero bytes");
    memcpy(bytes, good, sizeof good);
    bytes[2] = 0x0D;
    assert_refused(bytes, sizeof good, "type 0x0d; expected unsigned bytes, 0x08");
    bytes[2] = 8;
    bytes[3] = 0;
    assert_refused(bytes, sizeof good, "0 dimensions");
    bytes[3] = 5;
    assert_refused(bytes, sizeof good, "5 dimensions");
    bytes[3] = 255;
    assert_refused(bytes, sizeof good, "255 dimensions");
    bytes[3] = 3;
    bytes[7] = 0;
    assert_refused(bytes, sizeof good, "dimension 1 has size 0");
    memcpy(bytes, good, sizeof good);
    bytes[sizeof good] = 0;
    assert_refused(bytes, sizeof good + 1, "goes on after the 6 values");
    assert_refused("plain text that is no idx file", 30, "two zero bytes");
}

/* Shapes whose product overflows 64 bits, or asks for more than the limit: no memory is taken for them. */
static void test_huge_shapes_are_refused_before_memory_is_taken(void **state) {
    uint8_t bytes[20] = {0, 0, 8, 4};
    memset(bytes + 4, 0xFF, 16);
    assert_refused(bytes, sizeof bytes, "more than the 1000 bytes");
    const uint8_t square[] = {0, 0, 8, 2, 0x80, 0, 0, 0, 0, 0, 0, 2}; /* 2^32: 0 in 32 bits */
    assert_refused(square, sizeof square, "more than the 1000 bytes");
    ons_idx idx;
    put(good, sizeof good);
    assert_int_equal(ons_idx_read(path, 5, &idx), ONS_INVALID);
}

static void test_broken_gzip_streams_are_refused(void **state) {
    static uint8_t bytes[1016] = {0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0, 10};
    static uint8_t packed[4096];
    for (size_t k = 16; k < sizeof bytes; k++) { bytes[k] = (uint8_t)(k * k >> 3); }
    put_gzipped(bytes, sizeof bytes);
    FILE *file = fopen(path, "rb");
    const size_t count = fread(packed, 1, sizeof packed, file);
    fclose(file);
    ons_idx idx;
    assert_int_equal(ons_idx_read(path, 1000, &idx), ONS_OK);
    ons_idx_free(&idx);
    for (size_t cut = 2; cut < count; cut += 7) { /* also without the checksum at its end */
        put(packed, cut);
        assert_int_equal(ons_idx_read(path, 1000, &idx), ONS_INVALID);
    }
    for (size_t at = 12; at < count; at += 5) {
        packed[at] ^= 0x55;
        put(packed, count);
        assert_int_equal(ons_idx_read(path, 1000, &idx), ONS_INVALID);
        assert_null(idx.values);
        packed[at] ^= 0x55;
    }
}

static void test_missing_files_and_directories(void **state) {
    ons_idx idx;
    assert_int_equal(ons_idx_read("/nowhere/train-images", 1000, &idx), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "/nowhere/train-images cannot be opened"));
    assert_int_equal(ons_idx_read("/tmp", 1000, &idx), ONS_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_every_cut_is_noticed),
        cmocka_unit_test(test_other_contents_are_refused),
        cmocka_unit_test(test_huge_shapes_are_refused_before_memory_is_taken),
        cmocka_unit_test(test_broken_gzip_streams_are_refused),
        cmocka_unit_test(test_missing_files_and_directories),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
