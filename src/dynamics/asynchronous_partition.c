/*
 * The coarsest equitable partition of a graph by splitting: nodes of a block hear equally many of every block.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/asynchronous.h>

#include <stdlib.h>
#include <string.h>

/* Nodes sorted by blocks: block b holds node[first[b]] .. node[first[b] + size[b] - 1]. */
typedef struct partition {
    const ons_wiring *wiring;
    uint32_t *node, *block;             /* [nodes] */
    uint32_t *first, *size, count;      /* of blocks */
    uint32_t *waiting, waits;           /* blocks that must still split the others */
    uint8_t *queued;                    /* [blocks] */
    uint32_t *hears, *touched, *marked; /* [nodes]: neighbours in the splitter; nodes with some; blocks with such */
    uint8_t *is_marked;                 /* [blocks] */
    uint64_t *keys;                     /* sorting: count << 32 | node */
} partition;

static int by_key(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void queue(partition *p, uint32_t block) {
    if (!p->queued[block]) { p->waiting[p->waits++] = block; }
    p->queued[block] = 1;
}

/* Counts for every node how many of the splitter it hears; marks the blocks that hear any. */
static uint32_t count_heard(partition *p, uint32_t splitter, uint32_t *marks) {
    const ons_wiring *w = p->wiring;
    uint32_t touched = 0;
    for (uint32_t k = 0; k < p->size[splitter]; k++) {
        const uint32_t j = p->node[p->first[splitter] + k];
        for (uint64_t e = w->start[j]; e < w->start[j + 1]; e++) {
            const uint32_t i = w->heard[e], b = p->block[i];
            if (p->hears[i]++ == 0) { p->touched[touched++] = i; }
            if (!p->is_marked[b]) { p->marked[(*marks)++] = b; }
            p->is_marked[b] = 1;
        }
    }
    return touched;
}

/* Splits a block by the counts; all parts but a largest wait (all, if the block itself waited). */
static void split(partition *p, uint32_t block) {
    const uint32_t first = p->first[block], size = p->size[block];
    for (uint32_t k = 0; k < size; k++) {
        const uint32_t i = p->node[first + k];
        p->keys[k] = (uint64_t)p->hears[i] << 32 | i;
    }
    qsort(p->keys, size, sizeof *p->keys, by_key);
    if (p->keys[0] >> 32 == p->keys[size - 1] >> 32) { return; }
    const bool waited = p->queued[block];
    const uint32_t before = p->count;
    uint32_t now = block, largest = block, begin = 0;
    for (uint32_t k = 0; k < size; k++) {
        if (k > 0 && p->keys[k] >> 32 != p->keys[k - 1] >> 32) {
            p->size[now] = k - begin;
            if (p->size[now] > p->size[largest]) { largest = now; }
            begin = k;
            now = p->count++;
            p->first[now] = first + k;
            p->size[now] = 0;
        }
        const uint32_t i = (uint32_t)p->keys[k];
        p->node[first + k] = i;
        p->block[i] = now;
    }
    p->size[now] = size - begin;
    if (p->size[now] > p->size[largest]) { largest = now; }
    if (waited || largest != block) { queue(p, block); }
    for (uint32_t part = before; part < p->count; part++) {
        if (waited || part != largest) { queue(p, part); }
    }
}

static void refine(partition *p) {
    while (p->waits > 0) {
        const uint32_t splitter = p->waiting[--p->waits];
        p->queued[splitter] = 0;
        uint32_t marks = 0;
        const uint32_t touched = count_heard(p, splitter, &marks);
        for (uint32_t m = 0; m < marks; m++) {
            p->is_marked[p->marked[m]] = 0;
            split(p, p->marked[m]);
        }
        for (uint32_t t = 0; t < touched; t++) { p->hears[p->touched[t]] = 0; }
    }
}

/* Blocks from labels, each of them waiting. */
static void begin(partition *p, const uint32_t *label) {
    const uint32_t n = p->wiring->nodes;
    for (uint32_t i = 0; i < n; i++) { p->keys[i] = (uint64_t)label[i] << 32 | i; }
    qsort(p->keys, n, sizeof *p->keys, by_key);
    for (uint32_t k = 0; k < n; k++) {
        if (k == 0 || p->keys[k] >> 32 != p->keys[k - 1] >> 32) {
            p->first[p->count++] = k;
            queue(p, p->count - 1);
        }
        p->node[k] = (uint32_t)p->keys[k];
        p->block[p->node[k]] = p->count - 1;
        p->size[p->count - 1]++;
    }
}

/* Numbers blocks by their first nodes. */
static uint32_t number(const partition *p, uint32_t *block) {
    uint32_t named = 0, *name = p->touched;
    for (uint32_t b = 0; b < p->count; b++) { name[b] = UINT32_MAX; }
    for (uint32_t i = 0; i < p->wiring->nodes; i++) {
        if (name[p->block[i]] == UINT32_MAX) { name[p->block[i]] = named++; }
        block[i] = name[p->block[i]];
    }
    return named;
}

ons_status ons_wiring_refine(const ons_wiring *wiring, uint32_t *block, uint32_t *blocks) {
    const size_t n = wiring->nodes;
    partition p = {.wiring = wiring};
    uint32_t *memory = ONS_NEW(uint32_t, 9 * n);
    p.queued = ONS_NEW(uint8_t, 2 * n);
    p.keys = ONS_NEW(uint64_t, n);
    ons_status status = memory && p.queued && p.keys ? ONS_OK : ONS_MEMORY;
    if (!status) {
        uint32_t **const arrays[] = {&p.node, &p.block, &p.first, &p.size, &p.waiting, &p.hears, &p.touched, &p.marked};
        for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) { *arrays[a] = memory + a * n; }
        p.is_marked = p.queued + n;
        begin(&p, block);
        if (!wiring->complete) { refine(&p); } /* any partition of a complete graph is equitable */
        *blocks = number(&p, block);
    }
    free(memory);
    free(p.queued);
    free(p.keys);
    return status;
}
