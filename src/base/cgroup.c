/*
 * Limits that Linux control groups (version 2, and 1 where it is still mounted) set on memory and processor time.
 *
 * A process belongs to a path in the hierarchy (/proc/self/cgroup); each group on the way to the root may limit it.
 * Inside a container the path may name nothing that is mounted: then the root of the mount is what counts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The first `fields` numbers of a one-line file; "max" is read as UINT64_MAX, as are negative ones ("-1": no limit). */
static bool read_numbers(const char *path, uint64_t *numbers, int fields) {
    char line[128] = "";
    FILE *file = fopen(path, "re");
    if (!file) { return false; }
    const bool read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    const char *rest = line;
    for (int i = 0; read && i < fields; i++) {
        rest += strspn(rest, " \t");
        char *end = NULL;
        if (strncmp(rest, "max", 3) == 0 || *rest == '-') {
            numbers[i] = UINT64_MAX;
            rest += strcspn(rest, " \t\n");
            continue;
        }
        errno = 0;
        numbers[i] = strtoull(rest, &end, 10);
        if (end == rest || errno) { return false; }
        rest = end;
    }
    return read;
}

/* What a group allows; UINT64_MAX where it says nothing. */
typedef uint64_t group_limit(const char *folder);

static uint64_t memory_limit(const char *folder) {
    static const char *const names[] = {"memory.max", "memory.limit_in_bytes"};
    uint64_t limit = UINT64_MAX;
    for (int i = 0; i < 2; i++) {
        char path[2048];
        uint64_t bytes = UINT64_MAX;
        base_printf(path, sizeof path, "%s/%s", folder, names[i]);
        if (read_numbers(path, &bytes, 1) && bytes < limit) { limit = bytes; }
    }
    return limit;
}

static uint64_t processor_limit(const char *folder) {
    char path[2048];
    uint64_t quota[2] = {UINT64_MAX, UINT64_MAX}; /* microseconds in each period */
    base_printf(path, sizeof path, "%s/cpu.max", folder);
    if (!read_numbers(path, quota, 2)) {
        base_printf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
        if (!read_numbers(path, &quota[0], 1)) { return UINT64_MAX; }
        base_printf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
        if (!read_numbers(path, &quota[1], 1)) { return UINT64_MAX; }
    }
    if (quota[0] == UINT64_MAX || quota[0] == 0 || quota[1] == 0 || quota[1] == UINT64_MAX) { return UINT64_MAX; }
    return (quota[0] - 1) / quota[1] + 1;
}

/* The smallest limit from the group `path` of a mounted hierarchy up to its root. */
static uint64_t smallest_upwards(const char *mount, char *path, group_limit *limit) {
    uint64_t smallest = UINT64_MAX;
    for (;;) {
        char folder[1024];
        base_printf(folder, sizeof folder, "%s%s", mount, path);
        const uint64_t here = limit(folder);
        if (here < smallest) { smallest = here; }
        char *slash = strrchr(path, '/');
        if (!slash) { return smallest; }
        *slash = '\0';
    }
}

/* A line is "0::PATH" (version 2) or "N:CONTROLLER,CONTROLLER:PATH" (version 1). */
static uint64_t smallest_of_process(const char *controller, group_limit *limit) {
    uint64_t smallest = UINT64_MAX;
    char line[1024];
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (!file) { return smallest; }
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path) { continue; }
        *path++ = '\0';
        controllers++;
        char mount[256] = "/sys/fs/cgroup";
        if (*controllers) {
            bool ours = false;
            for (char *rest = NULL, *name = strtok_r(controllers, ",", &rest); name;
                 name = strtok_r(NULL, ",", &rest)) {
                ours = ours || strcmp(name, controller) == 0;
            }
            if (!ours) { continue; }
            base_printf(mount, sizeof mount, "/sys/fs/cgroup/%s", controller);
        }
        const uint64_t here = smallest_upwards(mount, path, limit);
        if (here < smallest) { smallest = here; }
    }
    fclose(file);
    return smallest;
}

uint64_t base_cgroup_memory(void) { return smallest_of_process("memory", memory_limit); }

uint64_t base_cgroup_processors(void) { return smallest_of_process("cpu", processor_limit); }
