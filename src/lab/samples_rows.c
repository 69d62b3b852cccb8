/*
 * Rows of a replica for analyses of single samples: its series where that was stored, else its record.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/sample_analyses.h>

#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 16 }; /* numbers of a series in memory beside those that are kept */

/* Every step-th row of the series. */
static ons_status thin_series(ons_samples *samples, size_t index, const ons_task_samples *task, size_t replica,
                              uint64_t step, double *rows, size_t count) {
    const size_t width = task->components, many = PIECE / width + 1;
    const uint64_t stored = task->replica[replica].series;
    double *piece = ONS_NEW(double, many *width);
    ons_status status = piece == NULL ? ONS_MEMORY : ONS_OK;
    uint64_t wanted = 0;
    size_t kept = 0;
    for (uint64_t first = 0; first < stored && status == ONS_OK; first += many) {
        const size_t now = stored - first < many ? (size_t)(stored - first) : many;
        if (wanted >= first + now) { continue; }
        status = ons_samples_series(samples, index, task, replica, first, now, piece);
        for (; status == ONS_OK && kept < count && wanted < first + now; wanted += step) {
            memcpy(rows + kept++ * width, piece + (wanted - first) * width, width * sizeof *rows);
        }
    }
    free(piece);
    return status;
}

ons_status ons_samples_rows(ons_samples *samples, size_t index, const ons_task_samples *task, size_t replica,
                            size_t most, double **rows, size_t *count, uint64_t *stride) {
    const ons_replica_samples *own = &task->replica[replica];
    const uint64_t stored = own->series > 0 ? own->series : own->record == NULL ? 0 : own->record->count;
    const uint64_t step = most > 0 && stored > most ? (stored + most - 1) / most : 1;
    *rows = NULL;
    *count = (size_t)((stored + step - 1) / step);
    *stride = step * (own->series > 0 || own->record == NULL ? 1 : own->record->stride);
    *rows = ONS_NEW(double, *count * task->components + 1);
    ons_status status = *rows == NULL ? ONS_MEMORY : ONS_OK;
    if (status == ONS_OK && own->series > 0) {
        status = thin_series(samples, index, task, replica, step, *rows, *count);
    } else if (status == ONS_OK) {
        for (size_t i = 0; i < *count; ++i) {
            memcpy(*rows + i * task->components, own->record->rows + i * (size_t)step * task->components,
                   task->components * sizeof **rows);
        }
    }
    if (status != ONS_OK) {
        free(*rows);
        *rows = NULL;
        *count = 0;
    }
    return status;
}
