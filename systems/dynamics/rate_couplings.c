/*
 * Couplings of rate-network: random, or from a file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "rate_couplings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_FILE = 1 << 30 };

/* Numbers separated by blanks, commas or new lines, N a line; J may be NULL: only looked at. */
static ons_status read_matrix(const char *path, size_t units, double *J) {
    char *bytes = NULL;
    size_t size, count = 0, line = 1;
    ons_status status = ons_file_read(path, LONGEST_FILE, &bytes, &size);
    for (char *rest = bytes, *text; !status && (text = strsep(&rest, "\n")); line++) {
        size_t row = 0;
        for (char *word; !status && (word = strsep(&text, " \t,;\r"));) {
            double value;
            if (!*word) { continue; }
            if (ons_parse_real(word, &value) || !isfinite(value)) {
                status = ons_fail(ONS_INVALID, "%s:%zu: a finite number was expected, not '%.40s'", path, line, word);
            } else if (count + 1 > units * units || ++row > units) {
                status = ons_fail(ONS_INVALID, "%s:%zu: N=%zu rows of %zu numbers were expected, here are more", path,
                                  line, units, units);
            } else {
                if (J) { J[count] = value; }
                count++;
            }
        }
        if (!status && row && row != units) {
            status = ons_fail(ONS_INVALID, "%s:%zu: a row of N=%zu numbers was expected, not of %zu", path, line, units,
                              row);
        }
    }
    if (!status && count != units * units) {
        status = ons_fail(ONS_INVALID, "%s: N=%zu rows of %zu numbers were expected, here are %zu rows", path, units,
                          units, units ? count / units : 0);
    }
    free(bytes);
    return status;
}

ons_status rate_couplings_check(const ons_parameters *p) {
    const int64_t units = ons_integer(p, "N");
    const int kind = ons_choice(p, "couplings");
    if (kind < 0) { return read_matrix(ons_string(p, "couplings"), (size_t)units, NULL); }
    if (kind == RATE_SPARSE && ons_integer(p, "degree") >= units) {
        return ons_fail(ONS_INVALID, "degree: a unit has at most N - 1 = %d inputs", (int)units - 1);
    }
    return ONS_OK;
}

/* `degree` inputs of every unit, none from itself: the first entries of a shuffled list. */
static ons_status make_sparse(size_t units, size_t degree, double deviation, ons_random *random, double *J) {
    uint32_t *list = ONS_NEW(uint32_t, units);
    if (!list) { return ONS_MEMORY; }
    for (size_t i = 0; i < units; i++) {
        size_t count = 0;
        for (size_t k = 0; k < units; k++) {
            if (k != i) { list[count++] = (uint32_t)k; }
        }
        for (size_t k = 0; k < degree; k++) {
            const size_t other = k + ons_random_below(random, (uint32_t)(count - k));
            const uint32_t unit = list[other];
            list[other] = list[k];
            list[k] = unit;
            J[i * units + unit] = deviation * ons_random_normal(random);
        }
    }
    free(list);
    return ONS_OK;
}

ons_status rate_couplings_make(const ons_parameters *p, ons_random *random, double *J) {
    const size_t units = (size_t)ons_integer(p, "N");
    const int kind = ons_choice(p, "couplings");
    const double gain = ons_real(p, "gain");
    if (kind < 0) { return read_matrix(ons_string(p, "couplings"), units, J); }
    if (kind == RATE_SPARSE) {
        const size_t degree = (size_t)ons_integer(p, "degree");
        return make_sparse(units, degree, gain / sqrt((double)degree), random, J);
    }
    for (size_t i = 0; i < units * units; i++) { J[i] = gain / sqrt((double)units) * ons_random_normal(random); }
    return ONS_OK;
}

ons_status rate_couplings_sparse(ons_rate_network **network, const ons_rate_options *options, const double *J) {
    const size_t n = options->units;
    size_t entries = 0;
    for (size_t i = 0; i < n * n; i++) { entries += J[i] != 0; }
    uint64_t *start = ONS_NEW(uint64_t, n + 1);
    uint32_t *column = ONS_NEW(uint32_t, entries);
    double *value = ONS_NEW(double, entries);
    ons_status status = start && column && value ? ONS_OK : ONS_MEMORY;
    size_t at = 0;
    for (size_t i = 0; i < n && !status; i++) {
        for (size_t k = 0; k < n; k++) {
            if (J[i * n + k] == 0) { continue; }
            column[at] = (uint32_t)k;
            value[at++] = J[i * n + k];
        }
        start[i + 1] = at;
    }
    if (!status) { status = ons_rate_network_create_sparse(network, options, &(ons_rate_rows){start, column, value}); }
    free(start);
    free(column);
    free(value);
    return status;
}
