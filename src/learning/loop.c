/*
 * Loops over tiles of rows: a small program of the same operations on tiles, run for one tile after another.
 *
 * Rows that are contiguous in memory are read where they are; others are copied into the tile, and what other stages
 * need is copied out. Sums over rows go to strands: tile t belongs to a strand that depends on the number of tiles
 * alone, a strand is gathered in the order of its tiles, and strands are added in pairs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "schedule.h"

#include <stdlib.h>
#include <string.h>

enum { STRANDS = 8, CACHE = 640 << 10, PROBE = 64, LEAST_TILE = 32 };

/* A value of the body and one of the program: rows that come in or go out, or a sum. */
typedef struct link {
    int32_t inside, outside;
    int64_t outer; /* blocks; 1: contiguous */
    size_t row;    /* bytes of a row in a block */
} link;

typedef struct body {
    ons_program program;
    int64_t tile;
    link *loads, *stores, *sums, *shared; /* shared: whole tensors that are read */
    int32_t loads_count, stores_count, sums_count, shared_count;
} body;

struct loop {
    int64_t rows, tile, tiles;
    int strands, bodies; /* bodies: one for each strand when there are threads, else one */
    body *full, rest;    /* rest: of the last tile, when it is smaller */
    char **sums;  /* [strand][...]: where each sum of the bodies is gathered; the first strand's: where it belongs */
    char *memory; /* of the other strands */
    ons_program *owner;
    bool failed;
};

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

static ons_status add_link(link **list, int32_t *count, link one) {
    if ((*count & (*count - 1)) == 0) {
        link *larger = realloc(*list, (size_t)(*count ? 2 * *count : 1) * sizeof one);
        if (!larger) { return ons_fail(ONS_MEMORY, "no memory for the loops of a program"); }
        *list = larger;
    }
    (*list)[(*count)++] = one;
    return ONS_OK;
}

/* The rows of input j of a value, as its operation reads it. */
static rows read_rows(const row_rule *rule, operation op, int j) { return rule->in[op == CONCATENATE ? 0 : j]; }

static link link_of(int32_t inside, int32_t outside, const value *v, rows where) {
    link one = {inside, outside, 1, 0};
    if (where.axis >= 0) {
        one.outer = rows_outer(v->what.shape, where);
        one.row = (size_t)rows_inner(v->what.shape, where) * learning_type_size(v->what.type);
    }
    return one;
}

/* A tensor from outside as the body sees it: an input, whole or by tiles. */
static ons_status take_outside(const ons_program *p, body *b, int32_t outside, rows where, int32_t *inside) {
    const value *from = &p->values[outside];
    const link *lists[2] = {b->loads, b->shared};
    const int32_t counts[2] = {b->loads_count, b->shared_count};
    const int by_rows = where.axis < 0;
    for (int32_t i = 0; i < counts[by_rows]; i++) {
        if (lists[by_rows][i].outside == outside) {
            *inside = lists[by_rows][i].inside;
            return ONS_OK;
        }
    }
    *inside = (int32_t)b->program.count++;
    value *v = &b->program.values[*inside];
    *v = (value){.what = from->what, .origin = from->origin, .root = *inside};
    v->what.op = INPUT;
    v->what.inputs = 0;
    v->what.shape = rows_shape(v->what.shape, where, p->schedule->rows, b->tile);
    v->bytes = (size_t)ons_shape_count(v->what.shape) * learning_type_size(v->what.type);
    const link one = link_of(*inside, outside, from, where);
    v->place = by_rows || one.outer == 1 ? IN_OWN : IN_ARENA;
    return by_rows ? add_link(&b->shared, &b->shared_count, one) : add_link(&b->loads, &b->loads_count, one);
}

static ons_status take_inside(const ons_program *p, body *b, int32_t outside, const int32_t *inside, int32_t at) {
    const value *from = &p->values[outside];
    const row_rule *rule = &p->schedule->rules[outside];
    value *v = &b->program.values[at];
    *v = (value){.what = from->what, .origin = from->origin, .root = at};
    v->what.shape = rows_shape(v->what.shape, rule->out, p->schedule->rows, b->tile);
    v->bytes = (size_t)ons_shape_count(v->what.shape) * learning_type_size(v->what.type);
    v->in = ONS_NEW(int32_t, v->what.inputs);
    if (!v->in) { return ONS_MEMORY; }
    for (int j = 0; j < v->what.inputs; j++) { v->in[j] = inside[j]; }
    if (v->what.op == SOLVE) {
        const size_t n = (size_t)v->what.shape.size[v->what.shape.dimensions - 2];
        v->own = ons_allocate(n, n * learning_type_size(v->what.type) + sizeof(int64_t));
        if (!v->own) { return ONS_MEMORY; }
    }
    const link one = link_of(at, outside, from, rule->out);
    if (rule->kind == REDUCED) {
        v->kept = true;
        if (v->what.op == MATMUL) { v->place = IN_OWN; }
        return add_link(&b->sums, &b->sums_count, one);
    }
    if (!p->schedule->kept[outside]) { return ONS_OK; }
    v->kept = true;
    return add_link(&b->stores, &b->stores_count, one);
}

static ons_status take_all(const ons_program *p, const struct stage *stage, body *b) {
    int32_t *index = ONS_NEW(int32_t, p->count), most = 0;
    ons_status status = index ? ONS_OK : ONS_MEMORY;
    for (int32_t i = 0; i < stage->count; i++) { most += p->values[stage->values[i]].what.inputs + 1; }
    b->program.values = ONS_NEW(value, most);
    int32_t *inputs = ONS_NEW(int32_t, most + 1);
    if (!b->program.values || !inputs) { status = ONS_MEMORY; }
    for (size_t i = 0; i < p->count && !status; i++) { index[i] = -1; }
    /* First everything from outside, so that it is there from the beginning. */
    for (int pass = 0; pass < 2 && !status; pass++) {
        for (int32_t i = 0; i < stage->count && !status; i++) {
            const int32_t outside = stage->values[i];
            const value *v = &p->values[outside];
            for (int j = 0; j < v->what.inputs && !status; j++) {
                const bool within = p->values[v->in[j]].tiled && p->values[v->in[j]].first == v->first;
                if (within) {
                    inputs[j] = index[v->in[j]];
                    continue;
                }
                const rows where = read_rows(&p->schedule->rules[outside], v->what.op, j);
                status = take_outside(p, b, v->in[j], where, &inputs[j]);
            }
            if (pass == 1 && !status) {
                index[outside] = (int32_t)b->program.count++;
                status = take_inside(p, b, outside, inputs, index[outside]);
            }
        }
    }
    free(index);
    free(inputs);
    return status;
}

static void free_body(body *b) {
    for (size_t i = 0; i < b->program.count; i++) {
        free(b->program.values[i].in);
        free(b->program.values[i].ready);
        if (b->program.values[i].what.op == SOLVE) { free(b->program.values[i].own); }
    }
    chains_free(&b->program);
    free(b->program.values);
    free(b->program.arena);
    free(b->program.scratch);
    free(b->loads);
    free(b->stores);
    free(b->sums);
    free(b->shared);
    *b = (body){0};
}

static ons_status make_body(const ons_program *p, const struct stage *stage, int64_t tile, body *b) {
    *b = (body){.tile = tile};
    b->program.type = p->type;
    ons_status status = take_all(p, stage, b);
    for (size_t i = 0; i < b->program.count; i++) {
        b->program.values[i].first = b->program.values[i].last = (int32_t)i;
    }
    if (status) { return status; }
    program_find_parts(&b->program);
    program_find_uses(&b->program);
    status = chains_create(&b->program);
    if (status) { return status; }
    for (size_t i = 0; i < b->program.count; i++) {
        value *v = &b->program.values[i];
        if (v->kept) { b->program.values[v->root].kept = true; }
    }
    chains_find_uses(&b->program);
    status = program_plan(&b->program, UINT64_MAX);
    return status ? status : program_prepare(&b->program);
}

/* Bytes that the results of a tile take. */
static ons_status measure_tile(const ons_program *p, const struct stage *stage, int64_t tile, int64_t *bytes) {
    body probe;
    const ons_status status = make_body(p, stage, tile, &probe);
    *bytes = (int64_t)probe.program.arena_bytes;
    free_body(&probe);
    return status;
}

/* Tiles as large as the cache bears, in multiples of 32 rows. */
static ons_status choose_tile(const ons_program *p, const struct stage *stage, int64_t *tile) {
    int64_t once, twice;
    *tile = p->schedule->rows;
    if (*tile <= PROBE) { return ONS_OK; }
    ons_status status = measure_tile(p, stage, PROBE, &once);
    if (!status) { status = measure_tile(p, stage, 2 * PROBE, &twice); }
    if (status) { return status; }
    const int64_t row = twice > once ? (twice - once) / PROBE + 1 : 1, fixed = once - PROBE * row;
    int64_t best = (CACHE - (fixed > 0 ? fixed : 0)) / row / LEAST_TILE * LEAST_TILE;
    best = best < LEAST_TILE ? LEAST_TILE : best;
    const int64_t tiles = (p->schedule->rows + best - 1) / best;
    best = ((p->schedule->rows + tiles - 1) / tiles + 7) / 8 * 8; /* of nearly one size */
    *tile = best < p->schedule->rows ? best : p->schedule->rows;
    return status;
}

static ons_status place_strands(const ons_program *p, struct loop *loop) {
    const body *b = &loop->full[0];
    const size_t count = (size_t)b->sums_count;
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) { bytes += p->values[b->sums[i].outside].bytes; }
    loop->sums = (char **)ons_allocate((size_t)loop->strands * count + 1, sizeof(char *));
    loop->memory = ons_allocate((size_t)(loop->strands - 1) * bytes + 1, 1);
    if (!loop->sums || !loop->memory) { return ONS_MEMORY; }
    char *next = loop->memory;
    for (size_t k = 0; k < (size_t)loop->strands * count; k++) {
        const value *v = &p->values[b->sums[k % count].outside];
        loop->sums[k] = k < count ? v->data : next;
        next += k < count ? 0 : v->bytes;
    }
    return ONS_OK;
}

ons_status loop_create(const ons_program *p, const struct stage *stage, struct loop **result) {
    struct loop *loop = *result = ONS_NEW(struct loop, 1);
    if (!loop) { return ONS_MEMORY; }
    loop->rows = p->schedule->rows;
    ons_status status = choose_tile(p, stage, &loop->tile);
    if (status) { return status; }
    loop->tiles = (loop->rows + loop->tile - 1) / loop->tile;
    loop->strands = loop->tiles < STRANDS ? (int)loop->tiles : STRANDS;
    loop->full = ONS_NEW(body, loop->strands);
    if (!loop->full) { return ONS_MEMORY; }
    const int wanted = p->threads > 1 ? loop->strands : 1;
    for (; loop->bodies < wanted && !status; loop->bodies++) {
        status = make_body(p, stage, loop->tile, &loop->full[loop->bodies]);
    }
    if (!status && loop->rows % loop->tile) { status = make_body(p, stage, loop->rows % loop->tile, &loop->rest); }
    return status ? status : place_strands(p, loop);
}

void loop_free(struct loop *loop) {
    if (!loop) { return; }
    for (int k = 0; k < loop->bodies; k++) { free_body(&loop->full[k]); }
    free_body(&loop->rest);
    free(loop->full);
    free((void *)loop->sums);
    free(loop->memory);
    free(loop);
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

/* Blocks of `bytes` between the tile (without gaps) and the whole tensor. */
static void move_rows(const link *l, char *tile, char *all, size_t bytes, size_t rows_all, size_t first, bool in) {
    for (int64_t o = 0; o < l->outer; o++) {
        char *here = tile + (size_t)o * bytes, *there = all + ((size_t)o * rows_all + first) * l->row;
        memcpy(in ? here : there, in ? there : here, bytes);
    }
}

static void begin_tile(const struct loop *loop, body *b, int64_t first) {
    const ons_program *p = loop->owner;
    for (int32_t i = 0; i < b->shared_count; i++) {
        b->program.values[b->shared[i].inside].bound = p->values[b->shared[i].outside].data;
    }
    for (int32_t i = 0; i < b->loads_count; i++) {
        const link *l = &b->loads[i];
        value *v = &b->program.values[l->inside];
        char *all = p->values[l->outside].data;
        if (v->place == IN_OWN) {
            v->bound = all + (size_t)first * l->row;
        } else {
            move_rows(l, b->program.arena + v->offset, all, (size_t)b->tile * l->row, (size_t)loop->rows, (size_t)first,
                      true);
        }
    }
    program_place(&b->program);
}

static void place_sums(body *b, char *const *sums, bool add) {
    for (int32_t i = 0; i < b->sums_count; i++) {
        value *v = &b->program.values[b->sums[i].inside];
        if (v->place != IN_OWN) { continue; }
        v->own = sums[i];
        v->add = add;
    }
}

static void end_tile(const struct loop *loop, body *b, int64_t first, char *const *sums, bool add) {
    const ons_program *p = loop->owner;
    for (int32_t i = 0; i < b->stores_count; i++) {
        const link *l = &b->stores[i];
        move_rows(l, b->program.values[l->inside].data, p->values[l->outside].data, (size_t)b->tile * l->row,
                  (size_t)loop->rows, (size_t)first, false);
    }
    for (int32_t i = 0; i < b->sums_count; i++) {
        const value *v = &b->program.values[b->sums[i].inside];
        if (v->place != IN_OWN && add) {
            learning_kernels_here(v->what.type)->accumulate((size_t)ons_shape_count(v->what.shape), sums[i], v->data);
        } else if (v->place != IN_OWN) {
            memcpy(sums[i], v->data, v->bytes);
        }
    }
}

static void name_the_fault(struct loop *loop, const body *b) {
    loop->owner->bad_index = b->program.bad_index;
    for (size_t j = 0; j < loop->owner->count; j++) {
        if (loop->owner->values[j].origin == b->program.values[b->program.bad_value].origin) {
            loop->owner->bad_value = (int32_t)j;
        }
    }
    loop->failed = true;
}

static void run_strand(void *data, size_t strand) {
    struct loop *loop = data;
    const int64_t begin = loop->tiles * (int64_t)strand / loop->strands;
    const int64_t end = loop->tiles * (int64_t)(strand + 1) / loop->strands;
    for (int64_t t = begin; t < end && !loop->failed; t++) {
        const bool rest = t == loop->tiles - 1 && loop->rest.tile;
        body *b = rest ? &loop->rest : &loop->full[loop->bodies > 1 ? strand : 0];
        char *const *sums = loop->sums + strand * (size_t)b->sums_count;
        place_sums(b, sums, t > begin);
        begin_tile(loop, b, t * loop->tile);
        if (!chains_run(&b->program)) {
            name_the_fault(loop, b);
            return;
        }
        end_tile(loop, b, t * loop->tile, sums, t > begin);
    }
}

bool loop_run(ons_program *p, struct loop *loop) {
    loop->owner = p;
    loop->failed = false;
    ons_team_run(loop->strands > 1 ? p->team : NULL, (size_t)loop->strands, run_strand, loop);
    if (loop->failed) { return false; }
    const size_t count = (size_t)loop->full[0].sums_count;
    for (size_t i = 0; i < count; i++) {
        const value *v = &p->values[loop->full[0].sums[i].outside];
        const learning_kernels *kernels = learning_kernels_here(v->what.type);
        const size_t numbers = (size_t)ons_shape_count(v->what.shape), strands = (size_t)loop->strands;
        for (size_t step = 1; step < strands; step *= 2) {
            for (size_t k = 0; k + step < strands; k += 2 * step) {
                kernels->accumulate(numbers, loop->sums[k * count + i], loop->sums[(k + step) * count + i]);
            }
        }
    }
    return true;
}
