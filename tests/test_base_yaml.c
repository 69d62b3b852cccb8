/*
 * YAML documents: trees with places, and everything that is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/base.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static ons_yaml_document *parsed(const char *text) {
    ons_yaml_document *document = NULL;
    if (ons_yaml_parse(&document, "job.yaml", text, strlen(text)) != ONS_OK) { fail_msg("%s", ons_message()); }
    return document;
}

static void test_a_job_becomes_a_tree(void **state) {
    ons_yaml_document *document = parsed("# a comment\n"
                                         "system: ising\n"
                                         "grids:\n"
                                         "  - L: [16, 32]\n"
                                         "    temperature: 2.0:2.5:0.1\n"
                                         "    note: 'a \"quoted\" one'\n"
                                         "  - {L: 64}\n"
                                         "empty:\n"
                                         "<<: plain\n"
                                         "text: |\n"
                                         "  two\n"
                                         "  lines\n");
    const ons_yaml *root = ons_yaml_root(document);
    assert_string_equal(ons_yaml_name(document), "job.yaml");
    assert_int_equal(root->kind, ONS_YAML_MAPPING);
    assert_int_equal(root->count, 5);
    assert_string_equal(ons_yaml_get(root, "system")->text, "ising");
    assert_false(ons_yaml_get(root, "system")->quoted);
    const ons_yaml *grids = ons_yaml_get(root, "grids");
    assert_int_equal(grids->kind, ONS_YAML_SEQUENCE);
    assert_int_equal(grids->count, 2);
    const ons_yaml *sizes = ons_yaml_get(grids->items[0], "L");
    assert_int_equal(sizes->count, 2);
    assert_string_equal(sizes->items[1]->text, "32");
    assert_string_equal(ons_yaml_get(grids->items[0], "temperature")->text, "2.0:2.5:0.1");
    assert_string_equal(ons_yaml_get(grids->items[0], "note")->text, "a \"quoted\" one");
    assert_true(ons_yaml_get(grids->items[0], "note")->quoted);
    assert_string_equal(ons_yaml_get(grids->items[1], "L")->text, "64");
    assert_string_equal(ons_yaml_get(root, "empty")->text, "");
    assert_string_equal(ons_yaml_get(root, "<<")->text, "plain");
    assert_string_equal(ons_yaml_get(root, "text")->text, "two\nlines\n");
    assert_string_equal(root->keys[1]->text, "grids");
    assert_null(ons_yaml_get(root, "absent"));
    assert_null(ons_yaml_get(grids, "L"));
    assert_null(ons_yaml_get(NULL, "L"));
    ons_yaml_free(document);
}

static void test_every_node_has_its_place(void **state) {
    ons_yaml_document *document = parsed("system: ising\n\xC3\xA4: 1\ngrids:\n  - L: [16, 32]\n");
    const ons_yaml *root = ons_yaml_root(document), *grid = ons_yaml_get(root, "grids")->items[0];
    const ons_yaml *second = ons_yaml_get(grid, "L")->items[1], *umlaut = ons_yaml_get(root, "\xC3\xA4");
    assert_int_equal(root->line, 1);
    assert_int_equal(root->column, 1);
    assert_int_equal(second->line, 4);
    assert_int_equal(second->column, 13);
    assert_int_equal(root->keys[2]->line, 3);
    assert_int_equal(umlaut->column, 4); /* characters, not bytes */
    assert_int_equal(ons_yaml_fail(document, second, "L must be even, not %s", second->text), ONS_INVALID);
    assert_string_equal(ons_message(), "job.yaml:4:13: L must be even, not 32");
    ons_yaml_free(document);
}

static void test_scalars_and_sequences_may_be_documents(void **state) {
    ons_yaml_document *document = parsed("--- 'x'\n...\n");
    assert_string_equal(ons_yaml_root(document)->text, "x");
    ons_yaml_free(document);
    document = parsed("\xEF\xBB\xBF- 1\r\n- 2\r\n"); /* a byte order mark, Windows line ends */
    assert_int_equal(ons_yaml_root(document)->count, 2);
    assert_string_equal(ons_yaml_root(document)->items[1]->text, "2");
    ons_yaml_free(document);
    document = parsed("[]");
    assert_int_equal(ons_yaml_root(document)->count, 0);
    ons_yaml_free(document);
}

static void refused(const char *bytes, size_t count, const char *message) {
    ons_yaml_document *document = NULL;
    assert_int_equal(ons_yaml_parse(&document, "job.yaml", bytes, count), ONS_INVALID);
    assert_null(document);
    if (strncmp(ons_message(), message, strlen(message)) != 0) { fail_msg("'%s' for '%s'", ons_message(), message); }
}

static void refused_text(const char *text, const char *message) { refused(text, strlen(text), message); }

static void test_what_a_job_does_not_need_is_refused(void **state) {
    refused_text("a: 1\nb: *a\n", "job.yaml:2:4: aliases are not accepted");
    refused_text("a: &x 1\n", "job.yaml:1:4: anchors are not accepted");
    refused_text("a: &x [1]\n", "job.yaml:1:4: anchors are not accepted");
    refused_text("&x a: 1\n", "job.yaml:1:1: anchors are not accepted");
    refused_text("a: !!int 3\n", "job.yaml:1:4: tags are not accepted");
    refused_text("a: ! 3\n", "job.yaml:1:4: tags are not accepted");
    refused_text("a: !!python/object:os.system {x: 1}\n", "job.yaml:1:4: tags are not accepted");
    refused_text("%TAG !x! tag:x,2000:\n--- a\n", "job.yaml:1:1: tags are not accepted");
    refused_text("a: 1\n---\nb: 2\n", "job.yaml:2:1: one document is expected, not several");
    refused_text("[1]: 2\n", "job.yaml:1:1: a key must be a single word or number");
    refused_text("? {a: 1}\n: 2\n", "job.yaml:1:3: a key must be a single word or number");
}

static void test_duplicate_keys_are_refused_where_they_stand(void **state) {
    refused_text("a: 1\nb: 2\nL: 3\nb: 4\nL: 5\n", "job.yaml:4:1: the key 'b' was already given in line 2");
    refused_text("x: {L: 1, L: 2}\n", "job.yaml:1:11: the key 'L' was already given in line 1");
    refused_text("L: 1\n'L': 2\n", "job.yaml:2:1: the key 'L' was already given in line 1");
    refused_text("<<: 1\n<<: 2\n", "job.yaml:2:1: the key '<<' was already given in line 1");
}

static void test_a_document_without_content_is_refused(void **state) {
    static const char *const texts[] = {"", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        refused_text(texts[i], "job.yaml:1:1: the document is empty");
    }
}

static void test_bytes_that_are_no_text_are_refused_with_their_place(void **state) {
    refused("a: 1\nb: \xFF\n", 10, "job.yaml:2:4: the byte 0xFF is not UTF-8");
    refused("a: \xC0\xAF", 5, "job.yaml:1:4: the byte 0xC0 is not UTF-8");         /* overlong */
    refused("a: \xED\xA0\x80", 6, "job.yaml:1:4: the byte 0xED is not UTF-8");     /* surrogate */
    refused("a: \xF4\x90\x80\x80", 7, "job.yaml:1:4: the byte 0xF4 is not UTF-8"); /* beyond U+10FFFF */
    refused("a: \xE2\x82", 5, "job.yaml:1:4: the byte 0xE2 is not UTF-8");         /* cut off */
    refused("\xFF\xFE"
            "a\0:\0 \0",
            8, "job.yaml:1:1: the byte 0xFF is not UTF-8"); /* UTF-16 */
    refused("a: 1\n\0b: 2\n", 11, "job.yaml:2:1: a NUL byte is not text");
    refused("a: \x1B[31m", 8, "job.yaml:1:4: the control character U+001B is not accepted");
    refused_text("a: \"x\\0y\"\n", "job.yaml:1:4: a text with a NUL character is not accepted");
}

static void test_faulty_yaml_is_refused_with_its_place(void **state) {
    refused_text("a: [1, 2\n", "job.yaml:2:1: ");
    refused_text("a: 1\n b: 2\n", "job.yaml:2:");
    refused_text("a: 'x\n", "job.yaml:2:1: ");
    refused_text("a: 1\n\tb: 2\n", "job.yaml:2:1: ");
    refused_text("}\n", "job.yaml:1:1: ");
    refused_text("a: @x\n", "job.yaml:1:4: ");
}

static char *nested(int depth, const char *open, const char *close) {
    ons_text text = {0};
    for (int i = 0; i < depth; i++) { ons_text_add(&text, "%s", open); }
    for (int i = 0; i < depth; i++) { ons_text_add(&text, "%s", close); }
    return text.data;
}

static void test_nesting_beyond_32_is_refused(void **state) {
    char *fits = nested(32, "[", "]");
    ons_yaml_document *document = parsed(fits);
    ons_yaml_free(document);
    free(fits);
    static const int depths[] = {33, 1000, 200000};
    for (int i = 0; i < 3; i++) {
        char *deep = nested(depths[i], "[", "]"), *maps = nested(depths[i], "{a: ", "}"),
             *lists = nested(depths[i], "- ", "");
        refused_text(deep, "job.yaml:1:33: nesting deeper than 32 is not accepted");
        refused_text(maps, "job.yaml:1:129: nesting deeper than 32 is not accepted");
        refused_text(lists, "job.yaml:1:65: nesting deeper than 32 is not accepted");
        free(deep);
        free(maps);
        free(lists);
    }
}

/* "A billion laughs": nothing is expanded, as the first anchor is refused. */
static void test_a_bomb_does_not_go_off(void **state) {
    refused_text("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n", "job.yaml:1:4: anchors");
}

static void test_large_documents_are_read_in_linear_time(void **state) {
    ons_text text = {0};
    for (int i = 0; i < 100000; i++) { ons_text_add(&text, "key%d: %d\n", i, i); }
    ons_yaml_document *document = parsed(text.data);
    assert_int_equal(ons_yaml_root(document)->count, 100000);
    assert_string_equal(ons_yaml_root(document)->items[77777]->text, "77777");
    assert_int_equal(ons_yaml_root(document)->items[77777]->line, 77778);
    ons_yaml_free(document);
    ons_text_add(&text, "key5: again\n");
    refused_text(text.data, "job.yaml:100001:1: the key 'key5' was already given in line 6");
    ons_text_free(&text);
}

static void test_files_are_read_and_missing_ones_refused(void **state) {
    char path[] = "/tmp/onsager-yaml-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, "L: 16\nL: 8\n", 11), 11);
    close(file);
    ons_yaml_document *document = NULL;
    assert_int_equal(ons_yaml_read(&document, path), ONS_INVALID);
    assert_memory_equal(ons_message(), path, strlen(path));
    assert_int_equal(truncate(path, 6), 0);
    assert_int_equal(ons_yaml_read(&document, path), ONS_OK);
    assert_string_equal(ons_yaml_get(ons_yaml_root(document), "L")->text, "16");
    ons_yaml_free(document);
    unlink(path);
    assert_int_equal(ons_yaml_read(&document, path), ONS_INVALID);
    assert_null(document);
    assert_int_equal(ons_yaml_read(&document, "/tmp"), ONS_INVALID);
    ons_yaml_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_becomes_a_tree),
        cmocka_unit_test(test_every_node_has_its_place),
        cmocka_unit_test(test_scalars_and_sequences_may_be_documents),
        cmocka_unit_test(test_what_a_job_does_not_need_is_refused),
        cmocka_unit_test(test_duplicate_keys_are_refused_where_they_stand),
        cmocka_unit_test(test_a_document_without_content_is_refused),
        cmocka_unit_test(test_bytes_that_are_no_text_are_refused_with_their_place),
        cmocka_unit_test(test_faulty_yaml_is_refused_with_its_place),
        cmocka_unit_test(test_nesting_beyond_32_is_refused),
        cmocka_unit_test(test_a_bomb_does_not_go_off),
        cmocka_unit_test(test_large_documents_are_read_in_linear_time),
        cmocka_unit_test(test_files_are_read_and_missing_ones_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
