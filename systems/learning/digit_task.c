/*
 * What systems that learn images share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "digit_task.h"

#include <stdlib.h>

ons_status digit_task_load(digit_task *task, const ons_parameters *p) {
    task->train = (size_t)ons_integer(p, "examples");
    task->held = (size_t)ons_integer(p, "held");
    const ons_status status =
        ons_digits_load(&task->digits, ons_string(p, "data"), (size_t)ons_integer(p, "side"), task->train + task->held);
    task->pixels = task->digits.side * task->digits.side;
    return status;
}

void digit_task_free(digit_task *task) { ons_digits_free(&task->digits); }

ons_status digit_task_persist(digit_task *task, ons_part *part) {
    const ons_digest now = ons_digest_bytes(task->digits.pixel, task->digits.count * task->pixels);
    uint64_t words[2] = {now.high, now.low};
    const ons_status status = ons_persist(part, "data", ONS_U64, words, 2);
    if (!status && (words[0] != now.high || words[1] != now.low)) {
        return ons_fail(ONS_INVALID, "data: the images are no longer those that this run has learnt so far");
    }
    return status;
}

void digit_task_order(const digit_task *task, ons_random stream, uint64_t epoch, uint32_t *order) {
    ons_random_seek(&stream, epoch * (2 * (uint64_t)task->train + 64));
    for (size_t k = 0; k < task->train; k++) {
        const size_t at = ons_random_below(&stream, (uint32_t)k + 1);
        order[k] = order[at];
        order[at] = (uint32_t)k;
    }
}

void digit_task_seen(const digit_task *task, ons_random *stream, uint64_t index, double share, uint8_t *seen) {
    ons_random_seek(stream, index * (uint64_t)task->pixels);
    for (size_t k = 0; k < task->pixels; k++) { seen[k] = ((double)ons_random_32(stream) + 0.5) * 0x1p-32 < share; }
}

ons_status digit_task_persist_optimiser(ons_optimiser *optimiser, ons_part *part) {
    static const ons_element elements[] = {
        [ONS_OPTIMISER_COUNT] = ONS_U64, [ONS_OPTIMISER_DOUBLE] = ONS_F64, [ONS_OPTIMISER_SINGLE] = ONS_F32};
    ons_optimiser_array array;
    ons_status status = ONS_OK;
    for (size_t k = 0; !status && ons_optimiser_state(optimiser, k, &array); k++) {
        char *name = ons_format("optimiser_%s", array.name);
        status = name ? ons_persist(part, name, elements[array.element], array.values, array.count) : ONS_MEMORY;
        free(name);
    }
    return status;
}
