/*
 * Fuzzes the reading of parts. The first byte chooses: the bytes as the file of a part (where the digests stop nearly
 * all that is wrong), or as a recipe for a well-formed part whose arrays hold what they should not, behind right
 * digests.
 *
 * A recipe is a list of records: number of a name, element, flags, count (2 bytes), then the elements.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lab/part.h"
#include "lab/stored.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

enum { ENERGY, PROFILE, POSITION, ANSWER, LEVELS, LIST, OBSERVABLES };

static const ons_observable observables[] = {{.name = "energy", .kind = ONS_MEAN},
                                             {.name = "profile", .kind = ONS_MEAN, .flags = ONS_SLOW},
                                             {.name = "position", .kind = ONS_SERIES},
                                             {.name = "answer", .kind = ONS_VALUE},
                                             {.name = "levels", .kind = ONS_HISTOGRAM},
                                             {.name = "list", .kind = ONS_TABLE, .columns = "state, name:text"},
                                             {.name = NULL}};
static const ons_system zoo = {.abi = ONS_ABI, .name = "zoo", .traits = ONS_STATIONARY, .observables = observables};
static lab_shape shapes[OBSERVABLES] = {[ENERGY] = {.size = 1},
                                        [PROFILE] = {.rank = 1, .dimensions = {3}, .size = 3},
                                        [POSITION] = {.size = 1},
                                        [ANSWER] = {.rank = 1, .dimensions = {2}, .size = 2},
                                        [LEVELS] = {.rank = 1, .dimensions = {4}, .size = 4, .high = 1},
                                        [LIST] = {.size = 1}};
static const lab_controls controls = {
    .steps = 1000, .replicas = 1, .warmup_automatic = true, .warmup_max = 4096, .every = 1};
static char identity[] = "seed 1\nzoo\n";

/* In the order in which a lane reads them. */
static const char *const names[] = {"lab/identity",
                                    "lab/counters",
                                    "lab/times",
                                    "lab/looks/measured",
                                    "lab/looks/count",
                                    "lab/looks/names",
                                    "lab/looks/numbers",
                                    "lab/0/warmup0/counters",
                                    "lab/0/warmup0/bins",
                                    "lab/0/warmup0/failed",
                                    "lab/0/bins0/counters",
                                    "lab/0/bins0/shift",
                                    "lab/0/bins0/bins",
                                    "lab/0/bins0/partial",
                                    "lab/0/record0/counters",
                                    "lab/0/record0/rows",
                                    "lab/0/series0/rows",
                                    "lab/0/value0/numbers",
                                    "lab/0/value0/errors",
                                    "lab/0/histogram0/counters",
                                    "lab/0/histogram0/counts",
                                    "lab/0/table0/numbers",
                                    "lab/0/table0/texts",
                                    "state/spins"};
#define NAMES (sizeof names / sizeof names[0])

static ons_status look_at(void *data, const lab_array *array) {
    /* Reads the first and the last byte of what is handed out, for the sanitizer. */
    const size_t length = array->count * lab_element_size(array->element);
    unsigned *sum = data;
    if (length > 0) { *sum += ((const uint8_t *)array->data)[0] + ((const uint8_t *)array->data)[length - 1]; }
    return strlen(array->name) <= LAB_PART_NAME ? ONS_OK : ONS_FAILED;
}

static void read_as_replica(const lab_task *task, const char *bytes, size_t count) {
    lab_replica replica;
    if (lab_replica_parse(&replica, task, 0, bytes, count) == ONS_OK) { lab_replica_free(&replica); }
}

/* Takes the arrays of a healthy part, those that the recipe names replaced by its own. */
typedef struct replacement {
    ons_element element;
    const uint8_t *data;
    size_t count;
    bool used;
} replacement;

typedef struct mixture {
    ons_part out;
    const replacement *replacements;
} mixture;

static ons_status mix(void *data, const lab_array *array) {
    mixture *mixed = data;
    for (size_t k = 0; k < NAMES; k++) {
        const replacement *other = &mixed->replacements[k];
        if (other->used && strcmp(names[k], array->name) == 0) {
            return ons_persist(&mixed->out, array->name, other->element, (void *)(uintptr_t)other->data, other->count);
        }
    }
    return ons_persist(&mixed->out, array->name, array->element, (void *)(uintptr_t)array->data, array->count);
}

static ons_text healthy_part(const lab_task *task) {
    ons_part part;
    lab_replica replica;
    ons_text bytes = {0};
    if (lab_replica_init(&replica, task, 0) != ONS_OK) { return bytes; }
    if (lab_part_write(&part, -1, "memory") == ONS_OK && lab_replica_persist(&replica, &part) == ONS_OK &&
        lab_part_end(&part) == ONS_OK) {
        bytes = part.bytes;
        part.bytes = (ons_text){0};
    }
    lab_part_close(&part);
    lab_replica_free(&replica);
    return bytes;
}

static void follow_recipe(const lab_task *task, const uint8_t *bytes, size_t count) {
    replacement replacements[NAMES] = {{0}};
    while (count >= 4) {
        replacement *chosen = &replacements[bytes[0] % NAMES];
        const ons_element element = (ons_element)(bytes[1] % 8);
        size_t elements = (size_t)bytes[2] << 8 | bytes[3];
        const size_t size = lab_element_size(element), room = (count - 4) / size;
        if (elements > room) { elements = room; }
        *chosen = (replacement){element, bytes + 4, elements, true};
        bytes += 4 + elements * size;
        count -= 4 + elements * size;
    }
    ons_text healthy = healthy_part(task);
    mixture mixed = {.replacements = replacements};
    if (healthy.data && lab_part_write(&mixed.out, -1, "memory") == ONS_OK) {
        if (lab_part_arrays(healthy.data, healthy.length, mix, &mixed) == ONS_OK &&
            lab_part_end(&mixed.out) == ONS_OK) {
            read_as_replica(task, mixed.out.bytes.data, mixed.out.bytes.length);
        }
        lab_part_close(&mixed.out);
    }
    ons_text_free(&healthy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    static char canonical[] = "zoo\n";
    lab_task task = {
        .controls = &controls, .key = 7, .key_text = "0000000000000007", .canonical = canonical, .identity = identity};
    task.plan =
        (struct ons_plan){.system = &zoo, .lanes = 1, .threads = 1, .observables = OBSERVABLES, .shapes = shapes};
    if (count == 0) { return 0; }
    if (bytes[0] & 1) {
        follow_recipe(&task, bytes + 1, count - 1);
    } else {
        unsigned sum = 0;
        lab_part_arrays((const char *)bytes + 1, count - 1, look_at, &sum);
        read_as_replica(&task, (const char *)bytes + 1, count - 1);
    }
    return 0;
}
