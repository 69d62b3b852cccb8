/*
 * Observations of several numbers, one observation a line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "entropy_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES ((size_t)1 << 30)

void entropy_data_free(entropy_data *data) {
    free(data->values);
    *data = (entropy_data){0};
}

/* The numbers of one line, into row[columns]; *count: how many there are, columns + 1 for more. */
static ons_status read_line(const char *path, size_t line, char *text, size_t columns, double *row, size_t *count) {
    char *rest = NULL, *comment = strchr(text, '#');
    if (comment) { *comment = 0; }
    *count = 0;
    for (char *word = strtok_r(text, " \t,;\r", &rest); word; word = strtok_r(NULL, " \t,;\r", &rest)) {
        double value;
        if (ons_parse_real(word, &value) != ONS_OK || !isfinite(value)) {
            return ons_fail(ONS_INVALID, "%s:%zu: expected a number, found '%.20s'", path, line, word);
        }
        if (*count < columns) { row[*count] = value; }
        if (*count <= columns) { (*count)++; }
    }
    return ONS_OK;
}

ons_status entropy_data_read(const char *path, size_t columns, entropy_data *data) {
    *data = (entropy_data){0};
    char *bytes;
    size_t size, room = 0, line = 1;
    ons_status status = ons_file_read(path, MOST_BYTES, &bytes, &size);
    if (status) { return status; }
    for (char *at = bytes; at && !status; line++) {
        char *end = strchr(at, '\n');
        if (end) { *end = 0; }
        size_t count = 0;
        status = ons_grow((void **)&data->values, &room, (data->rows + 1) * columns, sizeof *data->values);
        if (!status) { status = read_line(path, line, at, columns, data->values + data->rows * columns, &count); }
        if (!status && count != 0 && count != columns) {
            status = ons_fail(ONS_INVALID, "%s:%zu: this line has %s%zu numbers, but variables=%zu", path, line,
                              count > columns ? "more than " : "", count > columns ? columns : count, columns);
        }
        data->rows += count == columns;
        at = end ? end + 1 : NULL;
    }
    free(bytes);
    if (!status && data->rows == 0) { status = ons_fail(ONS_INVALID, "%s holds no observation", path); }
    if (status) { entropy_data_free(data); }
    return status;
}
