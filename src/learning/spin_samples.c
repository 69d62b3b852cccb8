/*
 * Samples of Ising spins from text and from arrays of NumPy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/inverse_ising.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES ((size_t)4 << 30)

void ons_spin_samples_free(ons_spin_samples *samples) {
    free(samples->values);
    *samples = (ons_spin_samples){0};
}

/* Values were read as they stand: -1, 0 and 1. Zeros are spins down where there is no -1. */
static ons_status settle_zeros(const char *path, ons_spin_samples *s) {
    bool zero = false, negative = false;
    const size_t count = s->spins * s->samples;
    for (size_t i = 0; i < count; i++) {
        zero |= s->values[i] == 0;
        negative |= s->values[i] == -1;
    }
    if (zero && negative) {
        return ons_fail(ONS_INVALID, "%s: spins are +1 and -1, or 1 and 0 throughout; there are 0 and -1 in it", path);
    }
    for (size_t i = 0; zero && i < count; i++) {
        if (s->values[i] == 0) { s->values[i] = -1; }
    }
    return ONS_OK;
}

/* ---- text ----------------------------------------------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '\r'; }

static ons_status read_value(const char *path, size_t line, const char *word, size_t length, int8_t *value) {
    char copy[32] = "";
    double number = NAN;
    if (length < sizeof copy) {
        memcpy(copy, word, length);
        if (ons_parse_real(copy, &number) != ONS_OK) { number = NAN; }
    }
    if (number != 1 && number != -1 && number != 0) {
        return ons_fail(ONS_INVALID, "%s:%zu: expected a spin, +1 or -1 (or 1 and 0 throughout), found '%.*s'", path,
                        line, length > 20 ? 20 : (int)length, word);
    }
    *value = (int8_t)number;
    return ONS_OK;
}

/* The spins of one line behind values[*used]. */
static ons_status read_line(const char *path, size_t line, const char *at, const char *end, ons_spin_samples *s,
                            size_t *used, size_t *capacity) {
    size_t count = 0;
    while (at < end && *at != '#') {
        if (is_blank(*at)) {
            at++;
            continue;
        }
        const char *word = at;
        while (at < end && !is_blank(*at) && *at != '#') { at++; }
        ons_status status = ons_grow((void **)&s->values, capacity, *used + 1, 1);
        if (!status) { status = read_value(path, line, word, (size_t)(at - word), &s->values[*used]); }
        if (status) { return status; }
        (*used)++;
        count++;
    }
    if (count == 0) { return ONS_OK; }
    if (s->samples > 0 && count != s->spins) {
        return ons_fail(ONS_INVALID, "%s:%zu: this configuration has %zu spins, those before have %zu", path, line,
                        count, s->spins);
    }
    s->spins = count;
    s->samples++;
    return ONS_OK;
}

static ons_status read_text(const char *path, const char *bytes, size_t size, ons_spin_samples *s) {
    size_t used = 0, capacity = 0, line = 1;
    ons_status status = ONS_OK;
    for (const char *at = bytes, *last = bytes + size; at < last && !status; line++) {
        const char *end = memchr(at, '\n', (size_t)(last - at));
        if (!end) { end = last; }
        status = read_line(path, line, at, end, s, &used, &capacity);
        at = end + 1;
    }
    return status;
}

/* ---- arrays of NumPy ------------------------------------------------------------------------------------------ */

/* The text behind 'key': in the header; NULL: it is not there. */
static const char *entry(const char *header, const char *key) {
    const char *at = strstr(header, key);
    return at ? strchr(at, ':') : NULL;
}

static bool read_shape(const char *header, size_t *rows, size_t *columns) {
    const char *at = entry(header, "'shape'");
    if (!at || !(at = strchr(at, '('))) { return false; }
    size_t sizes[2] = {0, 0};
    for (size_t k = 0; k < 2; k++) {
        at++;
        while (*at == ' ') { at++; }
        if (*at < '0' || *at > '9') { return false; }
        for (; *at >= '0' && *at <= '9'; at++) {
            if (sizes[k] > (size_t)1 << 40) { return false; }
            sizes[k] = 10 * sizes[k] + (size_t)(*at - '0');
        }
        if (*at != (k == 0 ? ',' : ')')) { return false; }
    }
    *rows = sizes[0];
    *columns = sizes[1];
    return true;
}

static double number_at(const char *kind, const unsigned char *at, size_t width) {
    uint64_t word = 0;
    for (size_t k = 0; k < width; k++) { word |= (uint64_t)at[k] << 8 * k; }
    if (kind[0] == 'f' && width == 8) {
        double value;
        memcpy(&value, &word, sizeof value);
        return value;
    }
    if (kind[0] == 'f') {
        const uint32_t half = (uint32_t)word;
        float value;
        memcpy(&value, &half, sizeof value);
        return value;
    }
    if (kind[0] == 'i' && width < 8 && word >> (8 * width - 1) & 1) { word |= UINT64_MAX << 8 * width; }
    return kind[0] == 'i' ? (double)(int64_t)word : (double)word;
}

static ons_status read_elements(const char *path, const char *kind, const unsigned char *at, size_t width,
                                ons_spin_samples *s) {
    s->values = ONS_NEW(int8_t, s->samples * s->spins);
    if (!s->values) { return ONS_MEMORY; }
    for (size_t i = 0; i < s->samples * s->spins; i++) {
        const double number = number_at(kind, at + i * width, width);
        if (number != 1 && number != -1 && number != 0) {
            return ons_fail(ONS_INVALID, "%s: spin %zu of configuration %zu is %g, not +1 or -1", path,
                            i % s->spins + 1, i / s->spins + 1, number);
        }
        s->values[i] = (int8_t)number;
    }
    return ONS_OK;
}

static ons_status read_numpy(const char *path, const unsigned char *bytes, size_t size, ons_spin_samples *s) {
    const size_t two = bytes[6] == 1 ? 2 : 4, begin = 8 + two;
    size_t length = 0;
    for (size_t k = 0; k < two && 8 + k < size; k++) { length |= (size_t)bytes[8 + k] << 8 * k; }
    if (size < begin || length > size - begin) {
        return ons_fail(ONS_INVALID, "%s: the header of the array is cut", path);
    }
    char *header = ons_copy_part((const char *)bytes + begin, length);
    if (!header) { return ONS_MEMORY; }
    const char *kind = entry(header, "'descr'"), *order = entry(header, "'fortran_order'");
    kind = kind ? strchr(kind, '\'') : NULL;
    const bool known = kind && (kind[1] == '<' || kind[1] == '|') && strchr("iufb", kind[2]) &&
                       strchr("1248", kind[3]) && kind[4] == '\'' && !(kind[2] == 'f' && kind[3] < '4');
    const size_t width = known ? (size_t)(kind[3] - '0') : 0;
    ons_status status = ONS_OK;
    if (!known) {
        status = ons_fail(ONS_INVALID, "%s: expected an array of int8 to int64, bool, float32 or float64", path);
    } else if (!order || strncmp(order, ": False", 7) != 0 || !read_shape(header, &s->samples, &s->spins)) {
        status = ons_fail(ONS_INVALID, "%s: expected a row-major array of two dimensions, samples x spins", path);
    } else if (s->spins == 0 || s->samples == 0 || s->samples > (size - begin - length) / width / s->spins) {
        status = ons_fail(ONS_INVALID, "%s: the file does not hold the %zu x %zu numbers of its header", path,
                          s->samples, s->spins);
    } else {
        status = read_elements(path, kind + 2, bytes + begin + length, width, s);
    }
    free(header);
    return status;
}

ons_status ons_spin_samples_read(const char *path, ons_spin_samples *samples) {
    *samples = (ons_spin_samples){0};
    char *bytes;
    size_t size;
    ons_status status = ons_file_read(path, MOST_BYTES, &bytes, &size);
    if (status) { return status; }
    if (size >= 10 && memcmp(bytes, "\x93NUMPY", 6) == 0) {
        status = read_numpy(path, (const unsigned char *)bytes, size, samples);
    } else {
        status = read_text(path, bytes, size, samples);
    }
    free(bytes);
    if (!status && samples->samples == 0) {
        status = ons_fail(ONS_INVALID, "%s holds no configuration of spins", path);
    }
    if (!status) { status = settle_zeros(path, samples); }
    if (status) { ons_spin_samples_free(samples); }
    return status;
}
