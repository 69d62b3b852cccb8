/*
 * Layout: where the numbers of each observable lie within a lane.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lane.h"

#include <stdlib.h>

ons_status lab_layout_init(lab_layout *layout, const lab_task *task) {
    const ons_observable *observables = task->plan.system->observables;
    const size_t count = task->plan.observables;
    *layout = (lab_layout){.offsets = ONS_NEW(size_t, count)};
    if (!layout->offsets) { return ONS_MEMORY; }
    for (size_t k = 0; k < count; k++) {
        const lab_shape *shape = &task->plan.shapes[k];
        size_t *const total[] = {[ONS_MEAN] = &layout->means,
                                 [ONS_SERIES] = &layout->series,
                                 [ONS_VALUE] = &layout->values,
                                 [ONS_HISTOGRAM] = &layout->histograms,
                                 [ONS_TABLE] = &layout->tables};
        const bool counted = observables[k].kind == ONS_HISTOGRAM || observables[k].kind == ONS_TABLE;
        layout->offsets[k] = shape->omitted ? SIZE_MAX : *total[observables[k].kind];
        if (!shape->omitted) { *total[observables[k].kind] += counted ? 1 : shape->size; }
    }
    layout->ignore = ONS_NEW(bool, layout->means);
    if (!layout->ignore) {
        lab_layout_free(layout);
        return ONS_MEMORY;
    }
    for (size_t k = 0; k < count; k++) {
        if (observables[k].kind != ONS_MEAN || task->plan.shapes[k].omitted) { continue; }
        for (size_t c = 0; c < task->plan.shapes[k].size; c++) {
            layout->ignore[layout->offsets[k] + c] = (observables[k].flags & ONS_SLOW) != 0;
        }
    }
    return ONS_OK;
}

void lab_layout_free(lab_layout *layout) {
    free(layout->offsets);
    free(layout->ignore);
    *layout = (lab_layout){0};
}
