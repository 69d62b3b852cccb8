/*
 * A thinned record of joint samples: every stride-th one, the stride doubling when the rows are full.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/statistics.h>

#include <stdlib.h>
#include <string.h>

ons_status ons_record_init(ons_record *record, size_t components, size_t capacity) {
    *record = (ons_record){.components = components, .capacity = capacity, .stride = 1};
    if (capacity < 2 || capacity % 2 != 0) {
        return ons_fail(ONS_INVALID, "a record needs an even capacity of at least 2 rows, not %zu", capacity);
    }
    if (components > SIZE_MAX / sizeof(double) / capacity) {
        return ons_fail(ONS_MEMORY, "%zu rows of %zu components do not fit into memory", capacity, components);
    }
    record->rows = ONS_NEW(double, components *capacity);
    return record->rows ? ONS_OK : ONS_MEMORY;
}

void ons_record_free(ons_record *record) {
    free(record->rows);
    *record = (ons_record){0};
}

void ons_record_add(ons_record *record, const double *sample) {
    const size_t n = record->components;
    if (record->samples % record->stride == 0 && record->count == record->capacity) {
        for (size_t i = 1; i < record->capacity / 2; i++) {
            memcpy(record->rows + i * n, record->rows + 2 * i * n, n * sizeof *sample);
        }
        record->count = record->capacity / 2;
        record->stride *= 2;
    }
    if (record->samples++ % record->stride != 0) { return; }
    if (n > 0) { memcpy(record->rows + record->count * n, sample, n * sizeof *sample); }
    record->count++;
}
