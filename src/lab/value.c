/*
 * Values by their type: what a parameter takes, read from its text with one message for everything that is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what a parameter takes -----------------------------------------------------------------------------------------
 */

bool lab_interval_read(lab_interval *interval, const char *range) {
    *interval = (lab_interval){-INFINITY, INFINITY, true, true};
    if (range == NULL) { return true; }
    const char *comma = strchr(range, ',');
    const size_t length = strlen(range);
    if (comma == NULL || length < 5 || strchr("([", range[0]) == NULL || strchr(")]", range[length - 1]) == NULL) {
        return false;
    }
    const char *second = comma + 1 + strspn(comma + 1, " ");
    char low[64], high[64];
    const size_t low_length = (size_t)(comma - range - 1), high_length = (size_t)(range + length - 1 - second);
    if (second > range + length - 1 || low_length >= sizeof low || high_length >= sizeof high) { return false; }
    memcpy(low, range + 1, low_length);
    low[low_length] = '\0';
    memcpy(high, second, high_length);
    high[high_length] = '\0';
    interval->low_open = range[0] == '(';
    interval->high_open = range[length - 1] == ')';
    return ons_parse_real(low, &interval->low) >= 0 && ons_parse_real(high, &interval->high) >= 0 &&
           interval->low <= interval->high;
}

bool lab_interval_holds(const lab_interval *interval, double value) {
    if (!(value >= interval->low && value <= interval->high)) { return false; } /* NaN too */
    return !(interval->low_open && value == interval->low) && !(interval->high_open && value == interval->high);
}

static void add_choices(const ons_parameter *parameter, ons_text *text) {
    const char *choices = parameter->choices;
    const bool several = strchr(choices, '|') != NULL;
    ons_text_add(text, several ? "one of " : "");
    for (size_t length; (length = strcspn(choices, "|")), true; choices += length + 1) {
        ons_text_add_bytes(text, choices, length);
        if (choices[length] == '\0') { break; }
        ons_text_add(text, ", ");
    }
    if (parameter->flags & ONS_OR_FILE) { ons_text_add(text, ", or a file"); }
    if (parameter->flags & ONS_OR_ARCHIVE) { ons_text_add(text, ", or an archive FILE.h5 or FILE.h5#TASK"); }
}

void lab_expected(const ons_parameter *parameter, ons_text *text) {
    static const char *const names[] = {[ONS_INTEGER] = "a whole number",
                                        [ONS_REAL] = "a number",
                                        [ONS_COMPLEX] = "a complex number such as 1+2i",
                                        [ONS_BOOLEAN] = "yes or no",
                                        [ONS_TEXT] = "a text",
                                        [ONS_FILE] = "a file",
                                        [ONS_FORMULA] = "a formula such as 2*x^2"};
    if (parameter->type == ONS_CHOICE) {
        add_choices(parameter, text);
        return;
    }
    ons_text_add(text, "%s", names[parameter->type]);
    if (parameter->range != NULL) { ons_text_add(text, " in %s", parameter->range); }
}

/* "`L` takes a whole number in [1, inf), not `abc`", and what comes behind it. */
static ons_status refuse(const ons_parameter *parameter, const lab_place *place, const char *given,
                         const char *behind) {
    ons_text expected = {0};
    char shown[LAB_SHOWN];
    lab_expected(parameter, &expected);
    lab_fail_at(place, "`%s` takes %s, not `%s`%s", parameter->name, expected.data == NULL ? "" : expected.data,
                lab_shown(given, shown), behind);
    ons_text_free(&expected);
    return ONS_INVALID;
}

/* ---- values that grow -----------------------------------------------------------------------------------------------
 */

void lab_value_free(lab_value *value) {
    if (!value->borrowed) {
        for (size_t i = 0; value->texts != NULL && i < value->count; i++) { free(value->texts[i]); }
        for (size_t i = 0; value->formulas != NULL && i < value->count; i++) {
            ons_expression_free(value->formulas[i]);
        }
        free(value->integers);
        free(value->reals);
        free(value->texts);
        free(value->files);
        free(value->formulas);
    }
    *value = (lab_value){0};
}

typedef struct reader {
    const ons_parameter *parameter;
    const char *folder;
    lab_interval interval;
    lab_value *value; /* that is being filled */
    size_t capacity;
} reader;

static ons_status grow(void *array, size_t capacity, size_t needed, size_t size) {
    size_t held = capacity;
    return ons_grow((void **)array, &held, needed, size);
}

/* Makes room for one more element in the arrays that belong to the type; texts and formulas are NULL at first. */
static ons_status add_element(reader *r) {
    lab_value *value = r->value;
    const ons_type type = r->parameter->type;
    const size_t count = value->count + 1;
    if (count > r->capacity) {
        const size_t wanted = count < 2 ? count : 2 * count;
        const bool whole = type == ONS_INTEGER || type == ONS_BOOLEAN || type == ONS_CHOICE;
        ons_status status = ONS_OK;
        if (whole) { status = grow(&value->integers, r->capacity, wanted, sizeof(int64_t)); }
        if (status >= 0 && type <= ONS_COMPLEX) {
            status = grow(&value->reals, 2 * r->capacity, type == ONS_COMPLEX ? 2 * wanted : wanted, sizeof(double));
        }
        if (status >= 0 && type >= ONS_CHOICE) { status = grow(&value->texts, r->capacity, wanted, sizeof(char *)); }
        if (status >= 0 && (type == ONS_CHOICE || type == ONS_FILE)) {
            status = grow(&value->files, r->capacity, wanted, sizeof(ons_digest));
        }
        if (status >= 0 && type == ONS_FORMULA) {
            status = grow(&value->formulas, r->capacity, wanted, sizeof(ons_expression *));
        }
        if (status < 0) { return status; }
        r->capacity = wanted;
    }
    if (value->texts != NULL) { value->texts[count - 1] = NULL; }
    if (value->files != NULL) { value->files[count - 1] = (ons_digest){0, 0}; }
    if (value->formulas != NULL) { value->formulas[count - 1] = NULL; }
    value->count = count;
    return ONS_OK;
}

static ons_status add_number(reader *r, double number) {
    const ons_status status = add_element(r);
    if (status < 0) { return status; }
    const size_t last = r->value->count - 1;
    r->value->reals[last] = number + 0.0; /* -0 is 0 */
    if (r->parameter->type == ONS_INTEGER) { r->value->integers[last] = (int64_t)number; }
    return ONS_OK;
}

ons_status lab_value_number(lab_value *value, const ons_parameter *parameter, double number) {
    reader r = {.parameter = parameter, .value = value};
    return add_number(&r, number);
}

/* ---- one atom of each type ------------------------------------------------------------------------------------------
 */

static ons_status read_integer(reader *r, const lab_atom *atom) {
    int64_t whole;
    if (ons_parse_integer(atom->text, &whole) < 0 || !lab_interval_holds(&r->interval, (double)whole)) {
        return refuse(r->parameter, &atom->place, atom->text, "");
    }
    const ons_status status = add_number(r, (double)0);
    if (status < 0) { return status; }
    r->value->integers[r->value->count - 1] = whole;
    r->value->reals[r->value->count - 1] = (double)whole;
    return ONS_OK;
}

static ons_status read_real(reader *r, const lab_atom *atom) {
    double number;
    if (ons_parse_real(atom->text, &number) < 0 || !lab_interval_holds(&r->interval, number)) {
        return refuse(r->parameter, &atom->place, atom->text, "");
    }
    return add_number(r, number);
}

/* Parses a part of a complex number: "", "+" and "-" before an i stand for one. */
static bool parse_part(const char *text, size_t length, bool imaginary, double *number) {
    char part[64];
    if (length >= sizeof part) { return false; }
    memcpy(part, text, length);
    part[length] = '\0';
    if (imaginary && (length == 0 || strcmp(part, "+") == 0 || strcmp(part, "-") == 0)) {
        *number = part[0] == '-' ? -1 : 1;
        return true;
    }
    return ons_parse_real(part, number) >= 0 && isfinite(*number);
}

static bool parse_complex(const char *text, double pair[2]) {
    const size_t length = strlen(text);
    pair[0] = pair[1] = 0;
    if (length == 0) { return false; }
    if (text[length - 1] != 'i') { return parse_part(text, length, false, &pair[0]); }
    size_t sign = length - 1; /* of the imaginary part: the last sign that is not an exponent's */
    while (sign > 0 && !(strchr("+-", text[sign]) != NULL && strchr("eE", text[sign - 1]) == NULL)) { sign--; }
    if (sign > 0 && !parse_part(text, sign, false, &pair[0])) { return false; }
    return parse_part(text + sign, length - 1 - sign, true, &pair[1]);
}

static ons_status read_complex(reader *r, const lab_atom *atom) {
    double pair[2];
    if (!parse_complex(atom->text, pair)) { return refuse(r->parameter, &atom->place, atom->text, ""); }
    const ons_status status = add_element(r);
    if (status < 0) { return status; }
    r->value->reals[2 * r->value->count - 2] = pair[0] + 0.0;
    r->value->reals[2 * r->value->count - 1] = pair[1] + 0.0;
    return ONS_OK;
}

static ons_status read_boolean(reader *r, const lab_atom *atom) {
    const int index = lab_choice_find("no|yes|false|true", atom->text, strlen(atom->text));
    if (index < 0) { return refuse(r->parameter, &atom->place, atom->text, ""); }
    const ons_status status = add_element(r);
    if (status < 0) { return status; }
    r->value->integers[r->value->count - 1] = index & 1;
    return ONS_OK;
}

/* ---- files ----------------------------------------------------------------------------------------------------------
 */

/* Takes the digest of a plain file that can be read. */
static ons_status digest_file(reader *r, const lab_atom *atom, const char *path, ons_digest *digest) {
    struct stat about;
    const char *why = NULL;
    if (stat(path, &about) != 0 || faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0) {
        why = strerror(errno);
    } else if (S_ISDIR(about.st_mode)) {
        why = "it is a directory, a file is expected";
    } else if (!S_ISREG(about.st_mode)) {
        why = "it is no ordinary file";
    } else if (ons_digest_file(path, digest) < 0) {
        why = ons_message();
    }
    char shown[LAB_SHOWN];
    if (why == NULL) { return ONS_OK; }
    return lab_fail_at(&atom->place, "`%s`: cannot read `%s`: %s", r->parameter->name, lab_shown(path, shown), why);
}

static char *usable_path(const reader *r, const char *text) {
    return text[0] == '/' ? ons_copy(text) : ons_format("%s%s", r->folder, text);
}

/* Adds a path with the digest of the file; `suffix` is what stands behind the path proper ("#3" or ""). */
static ons_status add_file(reader *r, const lab_atom *atom, size_t suffix) {
    ons_status status = add_element(r);
    if (status < 0) { return status; }
    const size_t last = r->value->count - 1;
    char *path = usable_path(r, atom->text);
    if (path == NULL) { return ONS_MEMORY; }
    r->value->texts[last] = path;
    if (r->value->integers != NULL) { r->value->integers[last] = -1; }
    char *hash = path + strlen(path) - suffix;
    const char kept = *hash;
    *hash = '\0';
    status = digest_file(r, atom, path, &r->value->files[last]);
    *hash = kept;
    return status;
}

static ons_status add_text(reader *r, const lab_atom *atom) {
    const ons_status status = add_element(r);
    if (status < 0) { return status; }
    char *copy = ons_copy(atom->text);
    r->value->texts[r->value->count - 1] = copy;
    return copy == NULL ? ONS_MEMORY : ONS_OK;
}

/* A file parameter whose default is empty means no file; that is the only empty path. */
static ons_status read_file(reader *r, const lab_atom *atom) {
    if (atom->text[0] == '\0') {
        if (r->parameter->standard == NULL || r->parameter->standard[0] != '\0') {
            return refuse(r->parameter, &atom->place, "", "");
        }
        return add_text(r, atom);
    }
    return add_file(r, atom, 0);
}

const char *lab_archive_suffix(const char *text) {
    const char *end = text + strlen(text), *hash = strrchr(text, '#');
    const bool task = hash != NULL && hash[1] != '\0' && strspn(hash + 1, "0123456789") == strlen(hash + 1);
    const char *suffix = task ? hash : end;
    return suffix - text > 3 && memcmp(suffix - 3, ".h5", 3) == 0 ? suffix : NULL;
}

static bool looks_like_path(const reader *r, const char *text) {
    if (strpbrk(text, "/.") != NULL) { return true; }
    char *path = usable_path(r, text);
    const bool found = path != NULL && ons_file_exists(path);
    free(path);
    return found;
}

static ons_status refuse_choice(reader *r, const lab_atom *atom) {
    size_t count;
    const char **words = lab_choice_list(r->parameter->choices, &count);
    if (words == NULL) { return ONS_MEMORY; }
    const char *nearest = ons_nearest(atom->text, words, count);
    char behind[160] = "";
    if (nearest != NULL) { snprintf(behind, sizeof behind, "; did you mean `%.120s`?", nearest); }
    free(words);
    return refuse(r->parameter, &atom->place, atom->text, behind);
}

static ons_status read_choice(reader *r, const lab_atom *atom) {
    const int index = lab_choice_find(r->parameter->choices, atom->text, strlen(atom->text));
    if (index >= 0) {
        const ons_status status = add_text(r, atom);
        if (status >= 0) { r->value->integers[r->value->count - 1] = index; }
        return status;
    }
    const char *suffix = lab_archive_suffix(atom->text);
    if ((r->parameter->flags & ONS_OR_ARCHIVE) && suffix != NULL) { return add_file(r, atom, strlen(suffix)); }
    if ((r->parameter->flags & ONS_OR_FILE) && looks_like_path(r, atom->text)) { return add_file(r, atom, 0); }
    return refuse_choice(r, atom);
}

static ons_status read_formula(reader *r, const lab_atom *atom) {
    ons_status status = add_text(r, atom);
    if (status < 0) { return status; }
    status = ons_expression_parse(&r->value->formulas[r->value->count - 1], atom->text);
    if (status == ONS_INVALID) {
        return lab_fail_at(&atom->place, "`%s` takes a formula: %s", r->parameter->name, ons_message());
    }
    return status;
}

static ons_status read_atom(reader *r, const lab_atom *atom) {
    switch (r->parameter->type) {
    case ONS_INTEGER: return read_integer(r, atom);
    case ONS_REAL: return read_real(r, atom);
    case ONS_COMPLEX: return read_complex(r, atom);
    case ONS_BOOLEAN: return read_boolean(r, atom);
    case ONS_CHOICE: return read_choice(r, atom);
    case ONS_FILE: return read_file(r, atom);
    case ONS_FORMULA: return read_formula(r, atom);
    default: return add_text(r, atom);
    }
}

/* ---- ranges, arrays, grids ------------------------------------------------------------------------------------------
 */

static ons_status next_value(lab_axis *axis, reader *r, const lab_atom *atom) {
    if (axis->count >= LAB_LARGEST) {
        lab_fail_at(&atom->place, "`%s` has more than 10^6 values; give fewer", r->parameter->name);
        return ONS_INVALID;
    }
    const ons_status status = ons_grow((void **)&axis->values, &axis->capacity, axis->count + 1, sizeof(lab_value));
    if (status < 0) { return status; }
    r->value = &axis->values[axis->count++];
    *r->value = (lab_value){0};
    r->capacity = 0;
    return ONS_OK;
}

static bool is_range(const reader *r, const lab_atom *atom) {
    return !atom->verbatim && r->parameter->type <= ONS_REAL && strchr(atom->text, ':') != NULL;
}

/* One number of a range: whole where it must be, and within the interval. */
static ons_status add_ranged(reader *r, const lab_atom *atom, double number) {
    char text[ONS_REAL_TEXT];
    const bool whole = r->parameter->type == ONS_INTEGER;
    if (!lab_interval_holds(&r->interval, number) || (whole && (number != floor(number) || fabs(number) > 0x1p53))) {
        char behind[LAB_SHOWN + 32], shown[LAB_SHOWN];
        snprintf(behind, sizeof behind, " (of the range %s)", lab_shown(atom->text, shown));
        return refuse(r->parameter, &atom->place, ons_real_text(number, text), behind);
    }
    return add_number(r, number);
}

/* Each number of a range becomes an element of an array, or with `axis` a point of the grid. */
static ons_status read_range(reader *r, lab_axis *axis, const lab_atom *atom) {
    double *numbers = NULL;
    size_t count = 0;
    ons_status status = ons_parse_range(atom->text, &numbers, &count);
    if (status == ONS_INVALID) { return lab_fail_at(&atom->place, "`%s`: %s", r->parameter->name, ons_message()); }
    for (size_t i = 0; status >= 0 && i < count; i++) {
        if (axis != NULL) {
            status = next_value(axis, r, atom);
        } else if (r->value->count >= LAB_LARGEST) {
            status = lab_fail_at(&atom->place, "an array of `%s` has more than 10^6 elements", r->parameter->name);
        }
        if (status >= 0) { status = add_ranged(r, atom, numbers[i]); }
    }
    free(numbers);
    return status;
}

static ons_status read_array(reader *r, lab_axis *axis, const lab_list *list, const lab_item *item) {
    const lab_atom *atoms = list->atoms + item->first;
    if (!(r->parameter->flags & ONS_ARRAY)) {
        ons_text expected = {0};
        lab_expected(r->parameter, &expected);
        lab_fail_at(&atoms[0].place, "`%s` takes %s, not an array; values for a grid stand without inner brackets",
                    r->parameter->name, expected.data == NULL ? "" : expected.data);
        ons_text_free(&expected);
        return ONS_INVALID;
    }
    ons_status status = next_value(axis, r, &atoms[0]);
    for (size_t i = 0; status >= 0 && i < item->count; i++) {
        status = is_range(r, &atoms[i]) ? read_range(r, NULL, &atoms[i]) : read_atom(r, &atoms[i]);
        if (status >= 0 && r->value->count > LAB_LARGEST) {
            status = lab_fail_at(&atoms[i].place, "an array of `%s` has more than 10^6 elements", r->parameter->name);
        }
    }
    return status;
}

ons_status lab_axis_read(lab_axis *axis, const ons_parameter *parameter, const lab_list *list, const char *folder) {
    reader r = {.parameter = parameter, .folder = folder};
    assert(axis != NULL);
    lab_interval_read(&r.interval, parameter->range);
    ons_status status = ONS_OK;
    for (size_t i = 0; status >= 0 && i < list->item_count; i++) {
        const lab_item *item = &list->items[i];
        const lab_atom *first = &list->atoms[item->first];
        if (item->array) {
            status = read_array(&r, axis, list, item);
        } else if (is_range(&r, first)) {
            status = read_range(&r, axis, first);
        } else {
            status = next_value(axis, &r, first);
            if (status >= 0) { status = read_atom(&r, first); }
        }
    }
    return status;
}

void lab_axis_free(lab_axis *axis) {
    for (size_t i = 0; i < axis->count; i++) { lab_value_free(&axis->values[i]); }
    free(axis->values);
    *axis = (lab_axis){0};
}
