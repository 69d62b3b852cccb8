/*
 * Values as written, split into the points of a grid and the atoms of arrays: 16,32  [16,32],[8,8]  'a,b'  1,2,4:8:2 .
 * A comma separates; brackets hold one array; a value that begins with a quote ends with it (a doubled quote stands for
 * one); in a formula a comma within parentheses separates arguments. A list of a file is a grid, a list within it an
 * array, and a quoted text of a file is ONE value where texts, files and formulas are meant.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"

#include <stdlib.h>
#include <string.h>

typedef struct splitter {
    lab_list *list;
    const ons_parameter *parameter;
    lab_place place;
    const char *cursor;
} splitter;

void lab_list_free(lab_list *list) {
    for (size_t i = 0; i < list->atom_count; i++) { free(list->atoms[i].text); }
    free(list->atoms);
    free(list->items);
    *list = (lab_list){0};
}

static ons_status add_atom(splitter *s, char *text, bool verbatim) {
    lab_list *list = s->list;
    if (text == NULL) { return ONS_MEMORY; }
    if (list->atom_count >= LAB_LARGEST) {
        free(text);
        return lab_fail_at(&s->place, "`%s` has more than 10^6 values; give fewer", s->parameter->name);
    }
    if (ons_grow((void **)&list->atoms, &list->atom_capacity, list->atom_count + 1, sizeof(lab_atom)) < 0) {
        free(text);
        return ONS_MEMORY;
    }
    list->atoms[list->atom_count++] = (lab_atom){text, verbatim, s->place};
    list->items[list->item_count - 1].count++;
    return ONS_OK;
}

static ons_status open_item(splitter *s, bool array) {
    lab_list *list = s->list;
    if (ons_grow((void **)&list->items, &list->item_capacity, list->item_count + 1, sizeof(lab_item)) < 0) {
        return ONS_MEMORY;
    }
    list->items[list->item_count++] = (lab_item){array, list->atom_count, 0};
    return ONS_OK;
}

static void skip_blanks(splitter *s) { s->cursor += strspn(s->cursor, " \t\r\n"); }

static bool at_end(const splitter *s, const char *stops) {
    return *s->cursor == '\0' || strchr(stops, *s->cursor) != NULL;
}

static ons_status empty_value(const splitter *s) {
    ons_text expected = {0};
    lab_expected(s->parameter, &expected);
    lab_fail_at(&s->place, "`%s` has an empty value; expected %s", s->parameter->name,
                expected.data == NULL ? "a value" : expected.data);
    ons_text_free(&expected);
    return ONS_INVALID;
}

static ons_status take_quoted(splitter *s, const char *stops) {
    const char quote = *s->cursor++;
    ons_text text = {0};
    for (;; s->cursor++) {
        if (*s->cursor == '\0') {
            ons_text_free(&text);
            return lab_fail_at(&s->place, "a quote %c of `%s` is not closed", quote, s->parameter->name);
        }
        if (*s->cursor == quote && *++s->cursor != quote) { break; }
        ons_text_add_bytes(&text, s->cursor, 1);
    }
    skip_blanks(s);
    if (!at_end(s, stops)) {
        ons_text_free(&text);
        return lab_fail_at(&s->place, "something stands behind a closing quote %c of `%s`; expected a comma or the end",
                           quote, s->parameter->name);
    }
    char *copy = text.failed ? NULL : ons_copy(text.data == NULL ? "" : text.data);
    ons_text_free(&text);
    return add_atom(s, copy, true);
}

static ons_status take_atom(splitter *s, const char *stops) {
    skip_blanks(s);
    if (*s->cursor == '\'' || *s->cursor == '"') { return take_quoted(s, stops); }
    if (*s->cursor == '[') {
        return lab_fail_at(&s->place, "`%s` has an array within an array; expected one level of brackets",
                           s->parameter->name);
    }
    const char *begin = s->cursor;
    int depth = 0;
    while (*s->cursor != '\0' && !(depth <= 0 && at_end(s, stops))) {
        const bool formula = s->parameter->type == ONS_FORMULA || s->parameter->type == ONS_TEXT;
        if (formula) { depth += (*s->cursor == '(') - (*s->cursor == ')'); }
        s->cursor++;
    }
    const char *end = s->cursor;
    while (end > begin && strchr(" \t\r\n", end[-1]) != NULL) { end--; }
    if (end == begin) { return empty_value(s); }
    return add_atom(s, ons_copy_part(begin, (size_t)(end - begin)), false);
}

static ons_status take_array(splitter *s) {
    ons_status status = open_item(s, true);
    do {
        s->cursor++;
        if (status >= 0) { status = take_atom(s, ",]"); }
        if (status < 0) { return status; }
    } while (*s->cursor == ',');
    if (*s->cursor != ']') {
        return lab_fail_at(&s->place, "an array of `%s` lacks its closing ]", s->parameter->name);
    }
    s->cursor++;
    skip_blanks(s);
    if (!at_end(s, ",")) {
        return lab_fail_at(&s->place, "something stands behind the ] of `%s`; expected a comma or the end",
                           s->parameter->name);
    }
    return ONS_OK;
}

static ons_status split(splitter *s, const char *text) {
    s->cursor = text;
    for (;; s->cursor++) {
        ons_status status;
        skip_blanks(s);
        if (*s->cursor == '[') {
            status = take_array(s);
        } else {
            status = open_item(s, false);
            if (status >= 0) { status = take_atom(s, ","); }
        }
        if (status < 0) { return status; }
        if (*s->cursor == '\0') { return ONS_OK; }
    }
}

static ons_status take_scalar(splitter *s, const ons_yaml *node) {
    const ons_type type = s->parameter->type;
    if (node->quoted && (type == ONS_TEXT || type == ONS_FILE || type == ONS_FORMULA)) {
        const ons_status status = open_item(s, false);
        return status < 0 ? status : add_atom(s, ons_copy(node->text), true);
    }
    return split(s, node->text);
}

static ons_status take_sequence(splitter *s, const ons_yaml *sequence) {
    ons_status status = open_item(s, true);
    if (sequence->count == 0) { return empty_value(s); }
    for (size_t i = 0; status >= 0 && i < sequence->count; i++) {
        const ons_yaml *node = sequence->items[i];
        s->place.line = node->line;
        s->place.column = node->column;
        if (node->kind != ONS_YAML_SCALAR) {
            return lab_fail_at(&s->place, "`%s` takes plain values within an array", s->parameter->name);
        }
        if (node->text[0] == '\0' && !node->quoted) { return empty_value(s); }
        status = add_atom(s, ons_copy(node->text), node->quoted && s->parameter->type >= ONS_TEXT);
    }
    return status;
}

static ons_status take_node(splitter *s, const ons_yaml *node, bool nested) {
    s->place.line = node->line;
    s->place.column = node->column;
    if (node->kind == ONS_YAML_SCALAR) { return take_scalar(s, node); }
    if (node->kind == ONS_YAML_MAPPING) {
        return lab_fail_at(&s->place, "`%s` takes a value or a list of values, not a mapping", s->parameter->name);
    }
    if (nested) { return take_sequence(s, node); }
    if (node->count == 0) { return empty_value(s); }
    for (size_t i = 0; i < node->count; i++) {
        const ons_status status = take_node(s, node->items[i], true);
        if (status < 0) { return status; }
    }
    return ONS_OK;
}

ons_status lab_list_split(lab_list *list, const ons_parameter *parameter, const lab_place *place, const char *text) {
    splitter s = {.list = list, .parameter = parameter, .place = *place};
    return split(&s, text);
}

ons_status lab_list_single(lab_list *list, const ons_parameter *parameter, const lab_place *place, const char *text) {
    splitter s = {.list = list, .parameter = parameter, .place = *place};
    const ons_status status = open_item(&s, false);
    return status < 0 ? status : add_atom(&s, ons_copy(text), true);
}

ons_status lab_list_read(lab_list *list, const ons_parameter *parameter, const lab_entry *entry) {
    splitter s = {.list = list, .parameter = parameter, .place = entry->place};
    return entry->node == NULL ? split(&s, entry->text) : take_node(&s, entry->node, false);
}
