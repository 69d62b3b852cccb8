/*
 * Files of tensors: what was written comes back, types against known bit patterns, hand-made archives of PyTorch, and
 * hostile files, each refused with the message that names the fault. Every prefix and every flipped byte of good files
 * is read too: none may do harm.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <onsager/learning.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/onsager-tensors-XXXXXX";
static int enter_folder(void **state) { return mkdtemp(folder) == NULL || chdir(folder) != 0; }
static int leave_folder(void **state) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return chdir("/") != 0 || system(command) != 0;
}

static ons_tensor_file *opened(const char *path) {
    ons_tensor_file *file;
    if (ons_tensor_file_open(&file, path) != ONS_OK) { fail_msg("%s", ons_message()); }
    return file;
}

/* ---- written and read -----------------------------------------------------------------------------------------------
 */

static void test_what_is_written_comes_back(void **state) {
    static const float weights[6] = {1.5F, -2, 3e-20F, 4e20F, 5, -0.0F};
    static const int64_t counts[2] = {-7, INT64_C(1) << 40};
    static const uint8_t flags[3] = {1, 0, 1};
    static const double one[1] = {0.1};
    const ons_stored tensors[] = {{{.name = "fc.weight", .type = ONS_STORED_F32, .rank = 2, .shape = {2, 3}}, weights},
                                  {{.name = "counts", .type = ONS_STORED_I64, .rank = 1, .shape = {2}}, counts},
                                  {{.name = "flags", .type = ONS_STORED_BOOL, .rank = 3, .shape = {1, 3, 1}}, flags},
                                  {{.name = "scalar", .type = ONS_STORED_F64, .rank = 0}, one},
                                  {{.name = "none", .type = ONS_STORED_F32, .rank = 2, .shape = {0, 4}}, weights}};
    static const char *const paths[] = {"t.safetensors", "t.npz"};
    for (size_t f = 0; f < 2; f++) {
        size_t index;
        double values[6];
        float floats[6];
        assert_int_equal(ons_tensor_file_write(paths[f], tensors, 5), ONS_OK);
        ons_tensor_file *file = opened(paths[f]);
        assert_int_equal(ons_tensor_file_count(file), 5);
        assert_string_equal(ons_tensor_file_format(file), f ? "npz" : "safetensors");
        assert_int_equal(ons_tensor_file_find(file, "fc.weight", &index), ONS_OK);
        const ons_stored_info *info = ons_tensor_file_info(file, index);
        assert_true(info->rank == 2 && info->shape[0] == 2 && info->shape[1] == 3 && info->type == ONS_STORED_F32);
        assert_int_equal(ons_tensor_file_float(file, index, floats), ONS_OK);
        assert_memory_equal(floats, weights, sizeof weights);
        assert_int_equal(ons_tensor_file_find(file, "counts", &index), ONS_OK);
        assert_int_equal(ons_tensor_file_double(file, index, values), ONS_OK);
        assert_true(values[0] == -7 && values[1] == 0x1p40);
        assert_int_equal(ons_tensor_file_find(file, "scalar", &index), ONS_OK);
        assert_int_equal(ons_tensor_file_double(file, index, values), ONS_OK);
        assert_true(values[0] == 0.1 && ons_tensor_file_info(file, index)->rank == 0);
        assert_int_equal(ons_tensor_file_find(file, "fc.wieght", &index), ONS_INVALID);
        assert_non_null(strstr(ons_message(), "fc.weight"));
        ons_tensor_file_close(file);
    }
}

static void test_half_precision_against_known_bits(void **state) {
    static const uint16_t half[] = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x3555, 0x8000};
    static const uint16_t brain[] = {0x3f80, 0xc000, 0x4049, 0x0001, 0xff80, 0x7f7f, 0x8000};
    const double halves[] = {1, -2, 0x1p-24, 65504, INFINITY, 0.333251953125, -0.0};
    const double brains[] = {1, -2, 3.140625, 0x1p-133, -INFINITY, 0x1.fep127, -0.0};
    const ons_stored tensors[] = {{{.name = "half", .type = ONS_STORED_F16, .rank = 1, .shape = {7}}, half},
                                  {{.name = "brain", .type = ONS_STORED_BF16, .rank = 1, .shape = {7}}, brain}};
    double values[7];
    assert_int_equal(ons_tensor_file_write("h.safetensors", tensors, 2), ONS_OK);
    ons_tensor_file *file = opened("h.safetensors");
    for (size_t k = 0; k < 2; k++) {
        size_t index;
        assert_int_equal(ons_tensor_file_find(file, k ? "brain" : "half", &index), ONS_OK);
        assert_int_equal(ons_tensor_file_double(file, index, values), ONS_OK);
        assert_memory_equal(values, k ? brains : halves, sizeof values);
    }
    ons_tensor_file_close(file);
    assert_int_equal(ons_tensor_file_write("h.npz", tensors + 1, 1), ONS_INVALID);
    assert_int_equal(ons_tensor_file_write("h.txt", tensors, 1), ONS_INVALID);
}

/* An npy file in column-major order and of the other byte order, as NumPy may write it. */
static void test_an_npy_of_another_machine(void **state) {
    char bytes[128 + 24];
    memset(bytes, ' ', 128);
    memcpy(bytes, "\x93NUMPY\1\0\x76\0", 10);
    const char header[] = "{'descr': '>i4', 'fortran_order': True, 'shape': (2, 3), }";
    memcpy(bytes + 10, header, sizeof header - 1);
    bytes[127] = '\n';
    for (int k = 0; k < 6; k++) { memcpy(bytes + 128 + 4 * k, (const char[]){0, 0, 1, (char)k}, 4); }
    ons_tensor_file *file;
    double values[6];
    assert_int_equal(ons_tensor_file_open_memory(&file, "x.npy", bytes, sizeof bytes), ONS_OK);
    assert_int_equal(ons_tensor_file_double(file, 0, values), ONS_OK);
    const double expected[] = {256, 258, 260, 257, 259, 261};
    assert_memory_equal(values, expected, sizeof values);
    ons_tensor_file_close(file);
}

/* ---- archives of PyTorch by hand ------------------------------------------------------------------------------------
 */

typedef struct member {
    const char *name;
    const void *bytes;
    size_t count;
} member;

static void put(ons_text *text, uint64_t value, unsigned bytes) {
    for (unsigned k = 0; k < bytes; k++) {
        const uint8_t byte = (uint8_t)(value >> (8 * k));
        ons_text_add_bytes(text, &byte, 1);
    }
}

static void put_header(ons_text *text, const member *m, uint64_t size) {
    put(text, 20, 2), put(text, 0, 4), put(text, 0, 8), put(text, m->count, 4), put(text, size, 4);
    put(text, strlen(m->name), 2), put(text, 0, 2);
}

/* Stored members; `lie`: the size that the directory gives for the last one, 0: the true one. */
static ons_text zip_of(const member *members, size_t count, uint64_t lie) {
    ons_text zip = {0}, list = {0};
    for (size_t k = 0; k < count; k++) {
        const size_t at = zip.length;
        ons_text_add_bytes(&zip, "PK\3\4", 4);
        put_header(&zip, &members[k], members[k].count);
        ons_text_add_bytes(&zip, members[k].name, strlen(members[k].name));
        ons_text_add_bytes(&zip, members[k].bytes, members[k].count);
        ons_text_add_bytes(&list, "PK\1\2", 4);
        put(&list, 20, 2);
        put_header(&list, &members[k], lie && k + 1 == count ? lie : members[k].count);
        put(&list, 0, 2), put(&list, 0, 8), put(&list, at, 4);
        ons_text_add_bytes(&list, members[k].name, strlen(members[k].name));
    }
    const size_t at = zip.length;
    ons_text_add_bytes(&zip, list.data, list.length);
    ons_text_add_bytes(&zip, "PK\5\6", 4);
    put(&zip, 0, 4), put(&zip, count, 2), put(&zip, count, 2), put(&zip, list.length, 4), put(&zip, at, 4);
    put(&zip, 0, 2);
    ons_text_free(&list);
    return zip;
}

static void text(ons_text *p, const char *word) {
    ons_text_add_bytes(p, "X", 1);
    put(p, strlen(word), 4);
    ons_text_add_bytes(p, word, strlen(word));
}

static void integer(ons_text *p, int32_t value) {
    ons_text_add_bytes(p, "J", 1);
    put(p, (uint32_t)value, 4);
}

/* "name": _rebuild_tensor_v2(storage '0' of `elements` floats, first, (rows, columns), (row, column), False, {}) */
static void tensor(ons_text *p, const char *name, int elements, int first, const int *shape) {
    text(p, name);
    ons_text_add(p, "ctorch._utils\n_rebuild_tensor_v2\n((");
    text(p, "storage");
    ons_text_add(p, "ctorch\nFloatStorage\n");
    text(p, "0");
    text(p, "cpu");
    integer(p, elements);
    ons_text_add(p, "tQ");
    integer(p, first);
    for (size_t k = 0; k < 4; k += 2) {
        integer(p, shape[k]);
        integer(p, shape[k + 1]);
        ons_text_add_bytes(p, "\x86", 1);
    }
    ons_text_add_bytes(p,
                       "\x89"
                       "ccollections\nOrderedDict\n)RtR",
                       30);
}

static ons_text state_dict(int elements, int first, const int *shape) {
    ons_text p = {0};
    ons_text_add_bytes(&p, "\x80\2ccollections\nOrderedDict\n)R(", 30);
    tensor(&p, "fc.weight", elements, first, shape);
    ons_text_add_bytes(&p, "u}b.", 4);
    return p;
}

static const float storage[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

static ons_text archive(const ons_text *pickle, uint64_t lie) {
    const member members[] = {{"m/data.pkl", pickle->data, pickle->length}, {"m/data/0", storage, sizeof storage}};
    return zip_of(members, 2, lie);
}

static ons_status open_pickle(ons_text *pickle, ons_tensor_file **file, ons_text *zip) {
    *zip = archive(pickle, 0);
    ons_text_free(pickle);
    return ons_tensor_file_open_memory(file, "m.pt", zip->data, zip->length);
}

static void test_a_state_dictionary_of_pytorch(void **state) {
    ons_text pickle = state_dict(12, 1, (const int[]){3, 2, 1, 4}),
             zip; /* transposed: strides 1 and 4, from element 1 */
    ons_tensor_file *file;
    double values[6];
    if (open_pickle(&pickle, &file, &zip) != ONS_OK) { fail_msg("%s", ons_message()); }
    assert_int_equal(ons_tensor_file_count(file), 1);
    assert_string_equal(ons_tensor_file_format(file), "PyTorch");
    assert_string_equal(ons_tensor_file_info(file, 0)->name, "fc.weight");
    assert_int_equal(ons_tensor_file_double(file, 0, values), ONS_OK);
    const double expected[] = {1, 5, 2, 6, 3, 7};
    assert_memory_equal(values, expected, sizeof values);
    ons_tensor_file_close(file);
    ons_text_free(&zip);
}

/* ---- hostile files --------------------------------------------------------------------------------------------------
 */

static void assert_refused(ons_text *pickle, const char *words) {
    ons_tensor_file *file;
    ons_text zip;
    assert_int_equal(open_pickle(pickle, &file, &zip), ONS_INVALID);
    assert_null(file);
    if (!strstr(ons_message(), words)) { fail_msg("'%s' does not say '%s'", ons_message(), words); }
    ons_text_free(&zip);
}

static void test_pickles_that_do_more_are_refused(void **state) {
    ons_text p = {0};
    ons_text_add_bytes(&p, "\x80\2cposix\nsystem\n", 16);
    text(&p, "touch hacked");
    ons_text_add_bytes(&p, "\x85R.", 3);
    assert_refused(&p, "posix.system at byte 2");
    text(&p, "os");
    text(&p, "system");
    ons_text_add_bytes(&p, "\x93.", 2);
    assert_refused(&p, "os.system");
    ons_text_add_bytes(&p, "ctorch.storage\n_load_from_bytes\n.", 33);
    assert_refused(&p, "torch.storage._load_from_bytes");
    ons_text_add_bytes(&p, "(ios\nsystem\n.", 13); /* INST */
    assert_refused(&p, "operation 0x69");
    ons_text_add_bytes(&p, "}q\1h\7.", 6);
    assert_refused(&p, "memo");
    ons_text_add_bytes(&p, "}r\xff\xff\xff\x7f.", 7);
    assert_refused(&p, "larger than the pickle");
    ons_text_add_bytes(&p,
                       "X\xff\xff\xff\xff"
                       "a.",
                       7);
    assert_refused(&p, "beyond its end");
    assert_int_not_equal(access("hacked", F_OK), 0);
}

static void test_dictionaries_in_themselves_are_refused(void **state) {
    ons_text p = {0};
    ons_text_add_bytes(&p, "}q\0(", 4);
    text(&p, "self");
    ons_text_add_bytes(&p, "h\0u.", 4);
    assert_refused(&p, "nested too deeply");
    ons_text_add_bytes(&p, "]q\0", 3); /* 25 lists, each with the one before it twice: 2^25 visits */
    for (char k = 1; k < 26; k++) {
        ons_text_add_bytes(&p, "](h", 3);
        ons_text_add_bytes(&p, (const char[]){(char)(k - 1), 'h', (char)(k - 1), 'e', 'q', k}, 6);
    }
    ons_text_add_bytes(&p, "\x87.", 2);
    assert_refused(&p, "refused");
}

static void test_shapes_that_the_bytes_do_not_bear_are_refused(void **state) {
    ons_text p = state_dict(12, 0, (const int[]){2147483647, 2147483647, 1, 1});
    assert_refused(&p, "more elements than the 12");
    p = state_dict(12, 0, (const int[]){3, 4, -4, 1});
    assert_refused(&p, "negative");
    p = state_dict(12, 0, (const int[]){3, 4, 5, 1});
    assert_refused(&p, "beyond its storage");
    p = state_dict(12, 1, (const int[]){3, 4, 4, 1});
    assert_refused(&p, "beyond its storage");
    p = state_dict(12, -1, (const int[]){3, 4, 4, 1});
    assert_refused(&p, "first element");
    p = state_dict(2000000000, 0, (const int[]){3, 4, 4, 1});
    assert_refused(&p, "another size");
    p = state_dict(12, 0, (const int[]){4, 4, 0, 0});
    assert_refused(&p, "more elements");
}

static void test_zip_archives_that_lie_are_refused(void **state) {
    ons_tensor_file *file;
    ons_text p = state_dict(12, 0, (const int[]){3, 4, 4, 1}), zip = archive(&p, 4000000000U);
    assert_int_equal(ons_tensor_file_open_memory(&file, "bomb.pt", zip.data, zip.length), ONS_INVALID);
    ons_text_free(&zip);
    ons_text_free(&p);
    const member twice[] = {{"a.npy", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 50}};
    zip = zip_of(twice, 1, 0);
    assert_int_equal(ons_tensor_file_open_memory(&file, "no.npz", zip.data, zip.length), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "no npy array"));
    ons_text_free(&zip);
}

static void assert_header_refused(const char *json, size_t data, const char *words) {
    ons_text bytes = {0};
    ons_tensor_file *file;
    put(&bytes, strlen(json), 8);
    ons_text_add_bytes(&bytes, json, strlen(json));
    for (size_t k = 0; k < data; k++) { put(&bytes, 0, 1); }
    assert_int_equal(ons_tensor_file_open_memory(&file, "x.safetensors", bytes.data, bytes.length), ONS_INVALID);
    if (!strstr(ons_message(), words)) { fail_msg("'%s' does not say '%s'", ons_message(), words); }
    ons_text_free(&bytes);
}

static void test_hostile_headers_of_safetensors(void **state) {
#define T(name, shape, from, to)                                                                                       \
    "\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" from "," to "]}"
    assert_header_refused("{" T("a", "[2]", "0", "8") "," T("b", "[2]", "4", "12") "}", 12, "overlaps");
    assert_header_refused("{" T("a", "[2]", "0", "8") "," T("b", "[1]", "12", "16") "}", 16, "gap");
    assert_header_refused("{" T("a", "[2]", "0", "8") "}", 12, "belong to no tensor");
    assert_header_refused("{" T("a", "[2]", "0", "8") "}", 4, "no part of the file");
    assert_header_refused("{" T("a", "[4294967296,4294967296,4294967296]", "0", "8") "}", 8, "more elements");
    assert_header_refused("{" T("a", "[3]", "0", "8") "}", 8, "more elements");
    assert_header_refused("{" T("a", "[-1]", "0", "8") "}", 8, "natural");
    assert_header_refused("{" T("a", "[2]", "8", "0") "}", 8, "no part");
    assert_header_refused("{" T("a", "[2]", "0", "8") "," T("a", "[2]", "0", "8") "}", 8, "duplicate");
    assert_header_refused("{\"a\":{\"dtype\":\"F8_E5M2\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "F8_E5M2");
    ons_tensor_file *file;
    assert_int_equal(ons_tensor_file_open_memory(&file, "x", "\xff\xff\xff\xff\xff\xff\xff\x7f{", 9), ONS_INVALID);
}

/* ---- every prefix, every flipped byte -------------------------------------------------------------------------------
 */

/* Opens and reads all, if it can be opened. Returns whether all went well. */
static bool read_all(const char *bytes, size_t count) {
    ons_tensor_file *file;
    bool fine = true;
    char *copy = malloc(count ? count : 1); /* its own block, so that the sanitizer sees its end */
    memcpy(copy, bytes, count);
    if (ons_tensor_file_open_memory(&file, "damaged", copy, count) != ONS_OK) {
        free(copy);
        return false;
    }
    for (size_t k = 0; k < ons_tensor_file_count(file); k++) {
        const size_t elements = ons_tensor_file_info(file, k)->count;
        assert_true(elements <= 8 * count);
        double *values = malloc(elements * sizeof *values + 1);
        fine = ons_tensor_file_double(file, k, values) == ONS_OK && fine;
        free(values);
    }
    ons_tensor_file_close(file);
    free(copy);
    return fine;
}

static void damage(const char *bytes, size_t count) {
    assert_true(read_all(bytes, count));
    for (size_t k = 0; k < count; k++) { assert_false(read_all(bytes, k)); }
    char *copy = malloc(count);
    for (size_t k = 0; k < count; k++) {
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, bytes, count);
            copy[k] = (char)(copy[k] ^ (1 << bit));
            read_all(copy, count);
        }
    }
    free(copy);
}

static void test_damaged_files_do_no_harm(void **state) {
    ons_text pickle = state_dict(12, 0, (const int[]){3, 4, 4, 1}), zip = archive(&pickle, 0);
    damage(zip.data, zip.length);
    ons_text_free(&pickle);
    ons_text_free(&zip);
    const ons_stored tensors[] = {{{.name = "a", .type = ONS_STORED_F32, .rank = 2, .shape = {2, 3}}, storage},
                                  {{.name = "b", .type = ONS_STORED_F32, .rank = 1, .shape = {4}}, storage}};
    static const char *const paths[] = {"d.npy", "d.npz", "d.safetensors"};
    for (size_t k = 0; k < 3; k++) {
        char *bytes;
        size_t count;
        assert_int_equal(ons_tensor_file_write(paths[k], tensors, k ? 2 : 1), ONS_OK);
        assert_int_equal(ons_file_read(paths[k], 1 << 20, &bytes, &count), ONS_OK);
        damage(bytes, count);
        free(bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_comes_back),
        cmocka_unit_test(test_half_precision_against_known_bits),
        cmocka_unit_test(test_an_npy_of_another_machine),
        cmocka_unit_test(test_a_state_dictionary_of_pytorch),
        cmocka_unit_test(test_pickles_that_do_more_are_refused),
        cmocka_unit_test(test_dictionaries_in_themselves_are_refused),
        cmocka_unit_test(test_shapes_that_the_bytes_do_not_bear_are_refused),
        cmocka_unit_test(test_zip_archives_that_lie_are_refused),
        cmocka_unit_test(test_hostile_headers_of_safetensors),
        cmocka_unit_test(test_damaged_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
