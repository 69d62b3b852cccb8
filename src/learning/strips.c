/*
 * Chains of operations on elements, run together strip by strip: what one operation leaves in the first cache the next
 * finds there, and what only the chain itself needs has memory for one strip.
 *
 * A strip is a stretch of at most LONGEST numbers of every tensor of a chain. Arguments that are one number, or a row
 * that repeats, are written out for one strip before the first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 512, ARGUMENTS = 3 };

/* An operation of a chain. */
typedef struct link {
    int32_t value;
    element_kernel *kernel;
    int32_t repeated[ARGUMENTS]; /* place among the repeated arguments of the chain; -1: by strips */
    char *at[ARGUMENTS + 1];     /* in a run: where the result and the arguments lie, */
    size_t step[ARGUMENTS + 1];  /* and by how many bytes they move from number to number */
} link;

/* One number or a row that is written out. */
typedef struct repeated {
    int32_t value;
    size_t numbers;
    char *strip;
} repeated;

struct chain {
    int32_t first, beyond; /* of the program's values */
    size_t numbers, strip; /* of every tensor; of a strip */
    link *links;
    repeated *repeats;
    int32_t links_count, repeats_count;
    size_t links_room, repeats_room;
    char *memory;
};

static size_t numbers_of(const value *v) { return (size_t)ons_shape_count(v->what.shape); }

/* How many numbers of an argument go round in the result; 0: it does not lie in that way. */
static size_t period(const value *argument, const value *result) {
    const size_t all = numbers_of(argument);
    const ons_shape from = argument->what.shape, to = result->what.shape;
    if (all == numbers_of(result)) { return all; }
    size_t seen = 1;
    for (int i = 0; i < from.dimensions && seen < all; i++) {
        const int64_t size = from.size[from.dimensions - 1 - i];
        if (size != to.size[to.dimensions - 1 - i]) { return 0; }
        seen *= (size_t)size;
    }
    return all;
}

static bool is_link(const ons_program *p, const value *v) {
    if (!is_element(v->what.op) || v->view || v->place != IN_ARENA) { return false; }
    for (int j = 0; j < v->what.inputs; j++) {
        const value *a = &p->values[v->in[j]];
        if (a->what.type != v->what.type || period(a, v) == 0) { return false; }
        if (numbers_of(a) != numbers_of(v) && numbers_of(a) > LONGEST) { return false; }
    }
    return true;
}

/* Whether the chain can take one more: the same numbers, a strip that holds its rows a whole number of times, and
 * nothing of the chain itself read otherwise than strip by strip. */
static bool fits(const ons_program *p, const struct chain *c, const value *v, size_t *strip) {
    *strip = c->strip;
    if (c->numbers && numbers_of(v) != c->numbers) { return false; }
    for (int j = 0; j < v->what.inputs; j++) {
        const value *a = &p->values[v->in[j]];
        const bool whole = numbers_of(a) == numbers_of(v);
        for (int32_t i = c->first; i < c->beyond; i++) {
            const value *own = &p->values[i];
            const bool same = whole && own->shift == a->shift && own->bytes == a->bytes;
            if (own->root == a->root && !own->view && own->what.inputs && !same) { return false; }
        }
        if (!whole && *strip % numbers_of(a)) { *strip = *strip / numbers_of(a) * numbers_of(a); }
    }
    for (int32_t k = 0; k < c->repeats_count; k++) {
        if (*strip % c->repeats[k].numbers) { return false; }
    }
    for (int j = 0; j < v->what.inputs; j++) {
        const size_t numbers = numbers_of(&p->values[v->in[j]]);
        if (numbers != numbers_of(v) && *strip % numbers) { return false; }
    }
    return *strip >= LONGEST / 2;
}

static ons_status take_repeated(struct chain *c, const ons_program *p, int32_t index, int32_t *where) {
    for (*where = 0; *where < c->repeats_count; (*where)++) {
        if (c->repeats[*where].value == index) { return ONS_OK; }
    }
    const ons_status status =
        ons_grow((void **)&c->repeats, &c->repeats_room, (size_t)c->repeats_count + 1, sizeof *c->repeats);
    if (!status) {
        c->repeats[c->repeats_count++] = (repeated){.value = index, .numbers = numbers_of(&p->values[index])};
    }
    return status;
}

static ons_status take_link(struct chain *c, const ons_program *p, int32_t index, size_t strip) {
    const value *v = &p->values[index];
    link one = {.value = index, .kernel = learning_kernels_here(v->what.type)->element[v->what.op]};
    ons_status status = ons_grow((void **)&c->links, &c->links_room, (size_t)c->links_count + 1, sizeof *c->links);
    c->numbers = numbers_of(v);
    c->strip = strip;
    for (int j = 0; j < v->what.inputs && !status; j++) {
        one.repeated[j] = -1;
        if (numbers_of(&p->values[v->in[j]]) != c->numbers) {
            status = take_repeated(c, p, v->in[j], &one.repeated[j]);
        }
    }
    if (!status) { c->links[c->links_count++] = one; }
    return status;
}

static void drop(struct chain *c) {
    free(c->links);
    free(c->repeats);
    free(c->memory);
    *c = (struct chain){0};
}

static ons_status take_memory(struct chain *c, const ons_program *p) {
    const size_t bytes = c->strip * learning_type_size(p->values[c->links[0].value].what.type);
    c->memory = aligned_alloc(64, ((size_t)c->repeats_count * bytes + 127) / 64 * 64);
    if (!c->memory) { return ons_fail(ONS_MEMORY, "no memory for the chains of a program"); }
    for (int32_t k = 0; k < c->repeats_count; k++) { c->repeats[k].strip = c->memory + (size_t)k * bytes; }
    return ONS_OK;
}

/* The chain that begins at a value, as long as possible; what needs no run may stand between. */
static ons_status make_chain(const ons_program *p, int32_t first, struct chain *c) {
    *c = (struct chain){.first = first, .beyond = first, .strip = LONGEST};
    ons_status status = ONS_OK;
    for (int32_t i = first; i < (int32_t)p->count && !status; i++) {
        const value *v = &p->values[i];
        size_t strip;
        if (v->view) { continue; }
        if (!is_link(p, v) || !fits(p, c, v, &strip)) { break; }
        status = take_link(c, p, i, strip);
        c->beyond = i + 1;
    }
    return status;
}

ons_status chains_create(ons_program *p) {
    ons_status status = ONS_OK;
    size_t room = 0;
    for (int32_t i = 0; i < (int32_t)p->count && !status; i++) {
        struct chain c;
        if (!is_link(p, &p->values[i])) { continue; }
        status = make_chain(p, i, &c);
        if (!status && c.links_count > 1) { status = take_memory(&c, p); }
        if (!status && c.links_count > 1) {
            status = ons_grow((void **)&p->chains, &room, p->chains_count + 1, sizeof c);
        }
        if (status || c.links_count < 2) {
            drop(&c);
            continue;
        }
        p->chains[p->chains_count++] = c;
        i = c.beyond - 1;
    }
    return status;
}

void chains_free(ons_program *p) {
    for (size_t k = 0; k < p->chains_count; k++) { drop(&p->chains[k]); }
    free(p->chains);
}

/* Strip after strip everything of a chain is in use at once. What nothing else reads needs no more than one. */
void chains_find_uses(ons_program *p) {
    for (size_t k = 0; k < p->chains_count; k++) {
        const struct chain *c = &p->chains[k];
        for (size_t i = 0; i < p->count; i++) {
            value *v = &p->values[i];
            if (v->root != (int32_t)i) { continue; }
            const bool born = v->first >= c->first && v->first < c->beyond;
            const bool dies = v->last >= c->first && v->last < c->beyond && !v->kept;
            if (born) { v->first = c->first; }
            if (dies) { v->last = c->beyond - 1; }
            if (born && dies && is_element(v->what.op) && c->strip < c->numbers) {
                v->strip = true;
                v->bytes = c->strip * learning_type_size(v->what.type);
            }
        }
    }
}

/* ---- a run ------------------------------------------------------------------------------------------------------- */

static void write_out(const ons_program *p, const repeated *r, size_t strip, const learning_kernels *kernels) {
    const value *v = &p->values[r->value];
    const size_t size = learning_type_size(v->what.type), row = r->numbers * size;
    if (r->numbers == 1) {
        const double number = size == 4 ? (double)*(const float *)v->data : *(const double *)v->data;
        kernels->fill(strip, r->strip, number);
        return;
    }
    for (size_t at = 0; at < strip * size; at += row) { memcpy(r->strip + at, v->data, row); }
}

static void point(const ons_program *p, link *l, int which, int32_t index, size_t size) {
    const value *v = &p->values[index];
    l->at[which] = v->data;
    l->step[which] = p->values[v->root].strip ? 0 : size;
}

static void run_chain(ons_program *p, const struct chain *c) {
    const ons_tensor_type type = p->values[c->links[0].value].what.type;
    const learning_kernels *kernels = learning_kernels_here(type);
    const size_t size = learning_type_size(type), strip = c->strip < c->numbers ? c->strip : c->numbers;
    for (int32_t k = 0; k < c->repeats_count; k++) { write_out(p, &c->repeats[k], strip, kernels); }
    for (int32_t k = 0; k < c->links_count; k++) {
        link *l = &c->links[k];
        const value *v = &p->values[l->value];
        for (int j = 0; j <= ARGUMENTS; j++) { point(p, l, j, l->value, size); } /* those that are not there */
        for (int j = 0; j < v->what.inputs; j++) {
            if (l->repeated[j] < 0) {
                point(p, l, j + 1, v->in[j], size);
            } else {
                l->at[j + 1] = c->repeats[l->repeated[j]].strip;
                l->step[j + 1] = 0;
            }
        }
    }
    for (size_t first = 0; first < c->numbers; first += strip) {
        const size_t n = c->numbers - first < strip ? c->numbers - first : strip;
        for (int32_t k = 0; k < c->links_count; k++) {
            const link *l = &c->links[k];
            char *at[ARGUMENTS + 1];
            for (int j = 0; j <= ARGUMENTS; j++) { at[j] = l->at[j] + first * l->step[j]; }
            l->kernel(n, at[0], at[1], at[2], at[3], p->values[l->value].what.number);
        }
    }
}

bool chains_run(ons_program *p) {
    const struct chain *next = p->chains, *end = p->chains_count ? next + p->chains_count : next;
    for (int32_t i = 0; i < (int32_t)p->count; i++) {
        if (next < end && next->first == i) {
            run_chain(p, next);
            i = next->beyond - 1;
            next++;
        } else if (!program_run_value(p, i)) {
            return false;
        }
    }
    return true;
}
