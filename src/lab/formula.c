/*
 * Formulas over measured quantities. The marks that ons_expression does not know, mean(NAME) and NAME[3], are taken out
 * of the text before it is parsed, each replaced by as many letters, so that columns in messages stay right.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "formula.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_TEXT 4000

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static size_t name_length(const char *at) {
    size_t length = 0;
    while (is_letter(at[length]) || is_digit(at[length])) { length++; }
    return length;
}

static const char *const own_words[] = {"mean",  "pi",   "e",    "abs",   "sqrt", "exp",  "log",
                                        "log10", "sin",  "cos",  "tan",   "asin", "acos", "atan",
                                        "sinh",  "cosh", "tanh", "floor", "ceil", "min",  "max"};

bool lab_formula_is_name(const char *name) {
    const size_t length = strlen(name);
    if (length == 0 || length > 63 || !is_letter(name[0]) || name[0] == '_' || name_length(name) != length) {
        return false;
    }
    for (size_t i = 0; i < sizeof own_words / sizeof *own_words; i++) {
        if (strcmp(own_words[i], name) == 0) { return false; }
    }
    return true;
}

/* ---- taking the marks out
 * -------------------------------------------------------------------------------------------- */

typedef struct scanner {
    lab_formula *formula;
    const char *source;
    char *plain; /* the text for ons_expression */
    char (*mangled)[64];
    size_t capacity, mangled_capacity;
} scanner;

static ons_status fail_at(const scanner *s, size_t column, const char *why) {
    return ons_fail(ONS_INVALID, "column %zu of '%s': %s", column + 1, s->source, why);
}

/* Remembers a name that stands under `mangled` in the text for ons_expression. */
static ons_status remember(scanner *s, const lab_reference *seen, size_t name_size, size_t at, size_t length) {
    lab_formula *formula = s->formula;
    char mangled[64];
    if (length >= sizeof mangled) { return fail_at(s, at, "a name has at most 63 letters"); }
    memcpy(mangled, s->plain + at, length);
    mangled[length] = '\0';
    size_t i = 0;
    while (s->mangled != NULL && i < formula->count && strcmp(s->mangled[i], mangled) != 0) { i++; }
    if (i == formula->count) {
        if (i == LAB_FORMULA_NAMES) { return fail_at(s, at, "a formula has at most 32 different names"); }
        ons_status status = ons_grow((void **)&formula->references, &s->capacity, i + 1, sizeof *formula->references);
        if (status == ONS_OK) {
            status = ons_grow((void **)&s->mangled, &s->mangled_capacity, i + 1, sizeof *s->mangled);
        }
        if (status != ONS_OK) { return status; }
        formula->references[i] = *seen;
        formula->references[i].name = ons_copy_part(s->source + at, name_size);
        if (formula->references[i].name == NULL) { return ONS_MEMORY; }
        memcpy(s->mangled[i], mangled, sizeof mangled);
        formula->count++;
    }
    formula->references[i].in_mean |= seen->in_mean;
    formula->references[i].plain |= seen->plain;
    return ONS_OK;
}

/* NAME or NAME[3]; *at moves behind it. */
static ons_status take_name(scanner *s, size_t *at, bool in_mean) {
    const size_t begin = *at, length = name_length(s->source + begin);
    lab_reference seen = {.in_mean = in_mean, .plain = !in_mean};
    size_t end = begin + length;
    if (s->source[end] == '[') {
        size_t digits = end + 1;
        while (is_digit(s->source[digits]) && digits - end < 16) {
            seen.component = 10 * seen.component + (size_t)(s->source[digits++] - '0');
        }
        if (digits == end + 1 || s->source[digits] != ']') {
            return fail_at(s, digits, "a component is a whole number from 0 on in brackets, such as energy[3]");
        }
        seen.indexed = true;
        s->plain[end] = s->plain[digits] = '_';
        end = digits + 1;
    }
    *at = end;
    return remember(s, &seen, length, begin, end - begin);
}

static void skip_space(const scanner *s, size_t *at) {
    while (is_space(s->source[*at])) { ++*at; }
}

/* mean(NAME): the word vanishes, the parentheses stay. */
static ons_status take_mean(scanner *s, size_t *at, size_t open) {
    memset(s->plain + *at, ' ', open - *at);
    *at = open + 1;
    skip_space(s, at);
    if (!is_letter(s->source[*at])) { return fail_at(s, *at, "mean(...) takes the name of a measured quantity"); }
    const size_t begin = *at;
    const ons_status status = take_name(s, at, true);
    if (status != ONS_OK) { return status; }
    skip_space(s, at);
    if (s->source[*at] != ')') {
        return fail_at(s, begin,
                       "mean(...) takes one name; give the expression in it a name of its own, measure.NAME=..., and "
                       "write mean(NAME)");
    }
    s->formula->of_means = true;
    return ONS_OK;
}

static ons_status take_word(scanner *s, size_t *at) {
    const size_t length = name_length(s->source + *at);
    size_t after = *at + length;
    skip_space(s, &after);
    const bool called = s->source[after] == '(';
    const bool is_mean = length == 4 && memcmp(s->source + *at, "mean", 4) == 0;
    const bool constant =
        (length == 1 && s->source[*at] == 'e') || (length == 2 && memcmp(s->source + *at, "pi", 2) == 0);
    if (called && is_mean) { return take_mean(s, at, after); }
    if (called || constant) {
        *at += length;
        return ONS_OK;
    }
    return take_name(s, at, false);
}

static ons_status scan(scanner *s) {
    ons_status status = ONS_OK;
    for (size_t at = 0; s->source[at] != '\0' && status == ONS_OK;) {
        if (is_digit(s->source[at]) || s->source[at] == '.') { /* 1e5 holds no name */
            at += strspn(s->source + at, "0123456789.");
            const size_t sign = s->source[at] == 'e' || s->source[at] == 'E'
                                    ? 1 + (s->source[at + 1] == '-' || s->source[at + 1] == '+')
                                    : 0;
            if (sign > 0 && is_digit(s->source[at + sign])) { at += sign; }
            at += strspn(s->source + at, "0123456789");
        } else if (is_letter(s->source[at])) {
            status = take_word(s, &at);
        } else {
            at++;
        }
    }
    return status;
}

/* ---- parsing
 * --------------------------------------------------------------------------------------------------------- */

/* The message of ons_expression with the text as the user wrote it. */
static ons_status fail_as_written(const scanner *s, ons_status status) {
    char *message = ons_copy(ons_message());
    char *shown = message == NULL ? NULL : strstr(message, " of '");
    if (shown != NULL) {
        shown += 5;
        for (size_t i = 0; shown[i] != '\0' && shown[i] == s->plain[i] && s->plain[i] != '\0'; i++) {
            shown[i] = s->source[i];
        }
        ons_fail(status, "%s", message);
    }
    free(message);
    return status;
}

/* References in the order of the names of the expression; constants (pi) are none of them. */
static ons_status arrange(scanner *s) {
    lab_formula *formula = s->formula;
    const size_t count = ons_expression_name_count(formula->expression);
    lab_reference *arranged = ONS_NEW(lab_reference, count);
    if (arranged == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < count; i++) {
        const char *name = ons_expression_name(formula->expression, i);
        for (size_t k = 0; s->mangled != NULL && k < formula->count; k++) {
            if (strcmp(s->mangled[k], name) != 0) { continue; }
            arranged[i] = formula->references[k];
            formula->references[k].name = NULL;
        }
    }
    for (size_t k = 0; k < formula->count; k++) { free(formula->references[k].name); }
    free(formula->references);
    formula->references = arranged;
    formula->count = count;
    return ONS_OK;
}

static char *without_spaces(const char *text) {
    char *copy = ons_copy(text);
    size_t length = 0;
    for (size_t i = 0; copy != NULL && copy[i] != '\0'; i++) {
        if (!is_space(copy[i])) { copy[length++] = copy[i]; }
    }
    if (copy != NULL) { copy[length] = '\0'; }
    return copy;
}

ons_status lab_formula_parse(lab_formula *formula, const char *text) {
    *formula = (lab_formula){0};
    if (strlen(text) > LONGEST_TEXT) { return ons_fail(ONS_INVALID, "a formula has at most 4000 letters"); }
    scanner s = {.formula = formula, .source = text, .plain = ons_copy(text)};
    formula->text = without_spaces(text);
    ons_status status = s.plain == NULL || formula->text == NULL ? ONS_MEMORY : scan(&s);
    if (status == ONS_OK) {
        status = ons_expression_parse(&formula->expression, s.plain);
        if (status == ONS_INVALID) { fail_as_written(&s, status); }
    }
    if (status == ONS_OK) { status = arrange(&s); }
    free(s.plain);
    free(s.mangled);
    if (status != ONS_OK) { lab_formula_free(formula); }
    return status;
}

void lab_formula_free(lab_formula *formula) {
    for (size_t i = 0; formula->references != NULL && i < formula->count; i++) { free(formula->references[i].name); }
    free(formula->references);
    free(formula->text);
    ons_expression_free(formula->expression);
    *formula = (lab_formula){0};
}

double lab_formula_value(const lab_formula *formula, const lab_term *terms, const double *const *base,
                         size_t component) {
    double values[LAB_FORMULA_NAMES];
    for (size_t i = 0; i < formula->count; i++) {
        values[i] = base[i][terms[i].size == 1 ? 0 : component / terms[i].inner];
    }
    return ons_expression_value(formula->expression, values);
}
