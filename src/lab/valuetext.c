/*
 * Values as text: as the user would write them, and in the one form from which keys are made. Equality.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"

#include <string.h>

typedef enum text_form { WRITTEN, CANONICAL } text_form;

static void add_complex(const double *pair, ons_text *text) {
    char real[ONS_REAL_TEXT], imaginary[ONS_REAL_TEXT];
    ons_real_text(pair[0], real);
    ons_real_text(pair[1], imaginary);
    if (pair[1] == 0) {
        ons_text_add(text, "%s", real);
    } else if (pair[0] == 0) {
        ons_text_add(text, "%si", imaginary);
    } else {
        ons_text_add(text, "%s%s%si", real, imaginary[0] == '-' ? "" : "+", imaginary);
    }
}

/* In quotes where the list syntax would take it apart; `single`: it is no element of an array. */
static void add_quoted(const char *word, bool single, ons_text *text) {
    const size_t length = strlen(word);
    const bool blanks =
        length > 0 && (strchr(" \t\r\n", word[0]) != NULL || strchr(" \t\r\n", word[length - 1]) != NULL);
    const bool plain = length > 0 && strchr("[\"'", word[0]) == NULL && strchr(word, ',') == NULL && !blanks &&
                       (single || strchr(word, ']') == NULL);
    if (plain) {
        ons_text_add_bytes(text, word, length);
        return;
    }
    ons_text_add(text, "'");
    for (const char *c = word; *c != '\0'; c++) {
        ons_text_add_bytes(text, c, 1);
        if (*c == '\'') { ons_text_add(text, "'"); }
    }
    ons_text_add(text, "'");
}

/* In one line: the canonical text of a task has one line for each parameter. */
static void add_escaped(const char *word, ons_text *text) {
    ons_text_add(text, "\"");
    for (const char *c = word; *c != '\0'; c++) {
        if (*c == '\n') {
            ons_text_add(text, "\\n");
        } else {
            if (*c == '\\' || *c == '"') { ons_text_add(text, "\\"); }
            ons_text_add_bytes(text, c, 1);
        }
    }
    ons_text_add(text, "\"");
}

/* Blanks mean nothing in a formula. */
static void add_formula(const char *formula, ons_text *text) {
    for (const char *c = formula; *c != '\0'; c++) {
        if (strchr(" \t\r\n", *c) == NULL) { ons_text_add_bytes(text, c, 1); }
    }
}

static bool is_path(const ons_parameter *parameter, const lab_value *value, size_t index) {
    if (parameter->type == ONS_CHOICE) { return value->integers[index] < 0; }
    return parameter->type == ONS_FILE && value->texts[index][0] != '\0';
}

static void add_digest(const lab_value *value, size_t index, ons_text *text) {
    char digest[ONS_DIGEST_TEXT];
    const char *suffix = value->integers == NULL ? NULL : lab_archive_suffix(value->texts[index]);
    ons_text_add(text, "file:%s%s", ons_digest_text(value->files[index], digest), suffix == NULL ? "" : suffix);
}

static void add_element(const ons_parameter *parameter, const lab_value *value, size_t index, text_form form,
                        ons_text *text) {
    char number[ONS_REAL_TEXT];
    if (form == CANONICAL && is_path(parameter, value, index)) {
        add_digest(value, index, text);
        return;
    }
    switch (parameter->type) {
    case ONS_INTEGER: ons_text_add(text, "%lld", (long long)value->integers[index]); break;
    case ONS_REAL: ons_text_add(text, "%s", ons_real_text(value->reals[index], number)); break;
    case ONS_COMPLEX: add_complex(value->reals + 2 * index, text); break;
    case ONS_BOOLEAN: ons_text_add(text, "%s", value->integers[index] ? "yes" : "no"); break;
    case ONS_CHOICE: ons_text_add(text, "%s", value->texts[index]); break;
    case ONS_FORMULA: add_formula(value->texts[index], text); break;
    default:
        if (form == CANONICAL) {
            add_escaped(value->texts[index], text);
        } else {
            add_quoted(value->texts[index], value->count == 1, text);
        }
    }
}

static void add_value(const ons_parameter *parameter, const lab_value *value, text_form form, ons_text *text) {
    ons_text_add(text, value->count == 1 ? "" : "[");
    for (size_t i = 0; i < value->count; i++) {
        if (i > 0) { ons_text_add(text, ","); }
        add_element(parameter, value, i, form, text);
    }
    ons_text_add(text, value->count == 1 ? "" : "]");
}

void lab_value_text(const ons_parameter *parameter, const lab_value *value, ons_text *text) {
    add_value(parameter, value, WRITTEN, text);
}

void lab_value_canonical(const ons_parameter *parameter, const lab_value *value, ons_text *text) {
    add_value(parameter, value, CANONICAL, text);
}

static bool equal_formulas(const char *a, const char *b) {
    for (;; a++, b++) {
        a += strspn(a, " \t\r\n");
        b += strspn(b, " \t\r\n");
        if (*a != *b) { return false; }
        if (*a == '\0') { return true; }
    }
}

static bool equal_paths(const lab_value *a, const lab_value *b, size_t index) {
    if (memcmp(&a->files[index], &b->files[index], sizeof(ons_digest)) != 0) { return false; }
    if (a->integers == NULL) { return true; }
    const char *suffix_a = lab_archive_suffix(a->texts[index]), *suffix_b = lab_archive_suffix(b->texts[index]);
    return strcmp(suffix_a == NULL ? "" : suffix_a, suffix_b == NULL ? "" : suffix_b) == 0;
}

static bool equal_element(const ons_parameter *parameter, const lab_value *a, const lab_value *b, size_t i) {
    if (is_path(parameter, a, i) != is_path(parameter, b, i)) { return false; }
    if (is_path(parameter, a, i)) { return equal_paths(a, b, i); }
    switch (parameter->type) {
    case ONS_REAL: return a->reals[i] == b->reals[i];
    case ONS_COMPLEX: return a->reals[2 * i] == b->reals[2 * i] && a->reals[2 * i + 1] == b->reals[2 * i + 1];
    case ONS_FORMULA: return equal_formulas(a->texts[i], b->texts[i]);
    case ONS_TEXT:
    case ONS_FILE: return strcmp(a->texts[i], b->texts[i]) == 0;
    default: return a->integers[i] == b->integers[i];
    }
}

bool lab_value_equal(const ons_parameter *parameter, const lab_value *a, const lab_value *b) {
    if (a->count != b->count) { return false; }
    for (size_t i = 0; i < a->count; i++) {
        if (!equal_element(parameter, a, b, i)) { return false; }
    }
    return true;
}
