/*
 * Patterns that a user brings.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pattern_file.h"

#include <onsager/learning/idx.h>

#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 1 << 30, HEAD = 10, GREY = 128 };

void pattern_file_close(pattern_file *file) {
    free(file->entry);
    file->entry = NULL;
}

static ons_status take(pattern_file *file, size_t count, size_t sites) {
    file->count = count;
    file->sites = sites;
    file->entry = ONS_NEW(int8_t, count * sites);
    return file->entry ? ONS_OK : ONS_MEMORY;
}

/* ---- text ----------------------------------------------------------------------------------------------------- */

/* The next entry of a line: 0 at its end, 1 with an entry, -1 for anything else. */
static int next_entry(const char **at, const char *end, int8_t *entry) {
    while (*at < end && strchr(" \t\r,;", **at)) { ++*at; }
    if (*at == end || **at == '\n' || **at == '#') { return 0; }
    int sign = 1;
    if (**at == '+' || **at == '-') { sign = *(*at)++ == '-' ? -1 : 1; }
    if (*at < end && (**at == '0' || **at == '1')) {
        *entry = (int8_t)(*(*at)++ == '1' ? sign : 0);
        return 1;
    }
    *entry = (int8_t)sign; /* a sign alone */
    return (*at)[-1] == '+' || (*at)[-1] == '-' ? 1 : -1;
}

static const char *next_line(const char *at, const char *end) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    return stop ? stop + 1 : end;
}

/* One pass counts, the next one keeps. */
static ons_status read_lines(pattern_file *file, const char *path, const char *text, size_t length, bool keep) {
    const char *end = text + length;
    size_t patterns = 0, sites = 0, line = 0;
    for (const char *at = text, *next; at < end; at = next) {
        next = next_line(at, end);
        line++;
        const char *begin = at;
        size_t entries = 0;
        int8_t entry;
        int found;
        while ((found = next_entry(&at, next, &entry)) > 0) {
            if (keep) { file->entry[patterns * file->sites + entries] = entry; }
            entries++;
        }
        if (found < 0) {
            return ons_fail(ONS_INVALID, "%s:%zu:%zu: an entry of a pattern is -1, 0 or 1, not '%c'", path, line,
                            (size_t)(at - begin) + 1, *at);
        }
        if (entries == 0) { continue; }
        if (patterns > 0 && entries != sites) {
            return ons_fail(ONS_INVALID, "%s:%zu: this pattern has %zu entries, the first one %zu", path, line, entries,
                            sites);
        }
        sites = entries;
        patterns++;
    }
    if (patterns == 0) { return ons_fail(ONS_INVALID, "%s holds no patterns", path); }
    return keep ? ONS_OK : take(file, patterns, sites);
}

static ons_status read_text(pattern_file *file, const char *path) {
    char *text;
    size_t length;
    ons_status status = ons_file_read(path, LARGEST_FILE, &text, &length);
    if (status) { return status; }
    status = read_lines(file, path, text, length, false);
    if (!status) { status = read_lines(file, path, text, length, true); }
    free(text);
    return status;
}

/* ---- NumPy ---------------------------------------------------------------------------------------------------- */

/* One element, from memory of any alignment, little-endian; NaN: no such type. */
static double element(const char *type, const char *from) {
    int8_t i1;
    uint8_t u1;
    int16_t i2;
    int32_t i4;
    int64_t i8;
    float f4;
    double f8;
#define ELEMENT(name, variable)                                                                                        \
    if (!strcmp(type, name)) {                                                                                         \
        memcpy(&(variable), from, sizeof(variable));                                                                   \
        return (double)(variable);                                                                                     \
    }
    ELEMENT("|i1", i1)
    ELEMENT("|u1", u1)
    ELEMENT("|b1", u1)
    ELEMENT("<i2", i2)
    ELEMENT("<i4", i4)
    ELEMENT("<i8", i8)
    ELEMENT("<f4", f4)
    ELEMENT("<f8", f8)
#undef ELEMENT
    return 0.0 / 0.0;
}

static ons_status wrong_npy(const char *path, const char *what) {
    return ons_fail(ONS_INVALID,
                    "%s: %s; expected a .npy array [pattern][site] or [pattern][row][column] of numbers "
                    "-1, 0 and 1, little-endian and in C order",
                    path, what);
}

/* {'descr': '<f8', 'fortran_order': False, 'shape': (3, 100), } */
static ons_status read_npy_head(const char *path, const char *head, char *type, size_t shape[3], unsigned *rank) {
    const char *descr = strstr(head, "'descr': '"), *sizes = strstr(head, "'shape': (");
    if (!descr || !sizes || strlen(descr) < 14 || descr[13] != '\'') { return wrong_npy(path, "an unknown type"); }
    memcpy(type, descr + 10, 3);
    type[3] = '\0';
    if (!strstr(head, "'fortran_order': False")) { return wrong_npy(path, "Fortran's order"); }
    const char *at = sizes + 10;
    for (*rank = 0; *at >= '0' && *at <= '9'; ++*rank) {
        if (*rank == 3) { return wrong_npy(path, "more than three dimensions"); }
        size_t size = 0;
        for (; *at >= '0' && *at <= '9'; at++) {
            size = 10 * size + (size_t)(*at - '0');
            if (size > LARGEST_FILE) { return wrong_npy(path, "a dimension beyond all bounds"); }
        }
        shape[*rank] = size;
        while (*at == ',' || *at == ' ') { at++; }
    }
    if (*rank < 2) { return wrong_npy(path, "fewer than two dimensions"); }
    return ONS_OK;
}

static ons_status fill_from_npy(pattern_file *file, const char *path, const char *type, const char *values,
                                size_t bytes) {
    const size_t width = (size_t)(type[2] - '0'), total = file->count * file->sites;
    if (width == 0 || width > 8 || bytes < total * width) { return wrong_npy(path, "the file is too short"); }
    for (size_t k = 0; k < total; k++) {
        const double value = element(type, values + k * width);
        if (value != -1 && value != 0 && value != 1) {
            return ons_fail(ONS_INVALID, "%s: entry %zu of pattern %zu is %g, of type %s; expected -1, 0 or 1", path,
                            k % file->sites, k / file->sites, value, type);
        }
        file->entry[k] = (int8_t)value;
    }
    return ONS_OK;
}

static ons_status read_npy(pattern_file *file, const char *path) {
    char *bytes, type[4] = "", head[65536];
    size_t length, shape[3] = {1, 1, 1};
    unsigned rank = 0;
    ons_status status = ons_file_read(path, LARGEST_FILE, &bytes, &length);
    if (status) { return status; }
    size_t first = HEAD + 2;
    if (length < first || memcmp(bytes, "\x93NUMPY", 6) != 0 || bytes[6] < 1 || bytes[6] > 3) {
        free(bytes);
        return wrong_npy(path, "no such file of NumPy");
    }
    first = bytes[6] == 1 ? HEAD : HEAD + 2;
    const size_t size = (unsigned char)bytes[8] + 256 * (size_t)(unsigned char)bytes[9];
    if (size + 1 > sizeof head || first + size > length) {
        status = wrong_npy(path, "a broken head");
    } else {
        memcpy(head, bytes + first, size);
        head[size] = '\0';
        status = read_npy_head(path, head, type, shape, &rank);
    }
    if (!status && (shape[0] == 0 || shape[1] == 0 || shape[2] == 0)) { status = wrong_npy(path, "an empty array"); }
    if (!status && shape[0] > LARGEST_FILE / shape[1] / shape[2]) { status = wrong_npy(path, "too large an array"); }
    if (!status) { status = take(file, shape[0], shape[1] * shape[2]); }
    if (!status && rank == 3) { file->columns = shape[2]; }
    if (!status) { status = fill_from_npy(file, path, type, bytes + first + size, length - first - size); }
    free(bytes);
    return status;
}

/* ---- idx ------------------------------------------------------------------------------------------------------ */

static ons_status read_idx(pattern_file *file, const char *path) {
    ons_idx idx;
    ons_status status = ons_idx_read(path, LARGEST_FILE, &idx);
    if (status) { return status; }
    if (idx.dimensions < 2) {
        status = ons_fail(ONS_INVALID, "%s is a list of numbers; patterns are an array [pattern][row][column]", path);
    }
    if (!status) { status = take(file, idx.shape[0], idx.count / idx.shape[0]); }
    if (!status && idx.dimensions == 3) { file->columns = idx.shape[2]; }
    for (size_t k = 0; !status && k < idx.count; k++) { file->entry[k] = idx.values[k] >= GREY ? 1 : -1; }
    ons_idx_free(&idx);
    return status;
}

ons_status pattern_file_read(pattern_file *file, const char *path) {
    *file = (pattern_file){0};
    const size_t length = strlen(path);
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    ons_status status;
    if (length > 4 && !strcmp(path + length - 4, ".npy")) {
        status = read_npy(file, path);
    } else {
        status = strstr(name, "idx") ? read_idx(file, path) : read_text(file, path);
    }
    for (size_t k = 0; !status && k < file->count * file->sites; k++) { file->blanks |= file->entry[k] == 0; }
    if (status) { pattern_file_close(file); }
    return status;
}
