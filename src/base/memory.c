/*
 * Memory: allocation that says what failed, arrays that grow, and how much there is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *ons_allocate(size_t count, size_t size) {
    if (size != 0 && count > PTRDIFF_MAX / size) {
        ons_fail(ONS_MEMORY, "out of memory: %zu elements of %zu bytes are more than a computer can address", count,
                 size);
        return NULL;
    }
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory) { ons_fail(ONS_MEMORY, "out of memory: %zu elements of %zu bytes could not be had", count, size); }
    return memory;
}

ons_status ons_grow(void **array, size_t *capacity, size_t needed, size_t size) {
    if (needed <= *capacity) { return ONS_OK; }
    size_t larger = *capacity > SIZE_MAX / 2 ? needed : *capacity * 2;
    if (larger < needed) { larger = needed; }
    if (larger < 8) { larger = 8; }
    if (size != 0 && larger > PTRDIFF_MAX / size) { larger = needed; }
    if (size != 0 && larger > PTRDIFF_MAX / size) {
        return ons_fail(ONS_MEMORY, "out of memory: %zu elements of %zu bytes are more than a computer can address",
                        needed, size);
    }
    /* Callers pass the address of a pointer to their own type: memcpy reads and writes it whatever that type is. */
    void *old = NULL;
    memcpy(&old, array, sizeof old);
    void *grown = realloc(old, larger * (size ? size : 1));
    if (!grown) {
        return ons_fail(ONS_MEMORY, "out of memory: %zu elements of %zu bytes could not be had", larger, size);
    }
    memcpy(array, &grown, sizeof grown);
    *capacity = larger;
    return ONS_OK;
}

uint64_t ons_memory_total(void) {
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    const uint64_t physical = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0;
    const uint64_t limit = base_cgroup_memory();
    return limit != UINT64_MAX && (physical == 0 || limit < physical) ? limit : physical;
}
