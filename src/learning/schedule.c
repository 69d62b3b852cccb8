/*
 * The order of a run: stages of operations on whole tensors, and between them loops over tiles of rows.
 *
 * What treats the rows of a batch apart (layers, activations, losses of single points and all their derivatives) is run
 * tile by tile, so that what is made stays in the cache until it is used; sums over rows (gradients of weights, the
 * loss) are gathered from tile to tile. The number of rows is the one for which most work can be done so. Tiles and the
 * strands of sums depend on shapes alone: results are the same for any number of threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "schedule.h"

#include <stdlib.h>
#include <string.h>

enum { CANDIDATES = 32, FEWEST_ROWS = 2 };

/* ---- which rows -------------------------------------------------------------------------------------------------- */

static double work_of(const ons_program *p, const value *v) {
    const double numbers = (double)ons_shape_count(v->what.shape);
    if (v->what.op != MATMUL) { return numbers; }
    const ons_shape a = p->values[v->in[0]].what.shape;
    return numbers * (double)a.size[a.dimensions - (v->what.attribute[0] & ONS_TRANSPOSE_A ? 2 : 1)];
}

static double rules_for(const ons_program *p, int64_t count, row_rule *rules) {
    double work = 0;
    for (size_t i = 0; i < p->count; i++) {
        rules[i] = rows_of(p, rules, (int32_t)i, count);
        if (rules[i].kind != WHOLE && p->values[i].what.op != INPUT) { work += work_of(p, &p->values[i]); }
    }
    return work;
}

/* The number of rows for which most of the work goes by rows; 0 when none does. */
static int64_t best_rows(const ons_program *p, row_rule *rules) {
    int64_t tried[CANDIDATES], best = 0;
    int count = 0;
    double most = 0;
    for (size_t i = 0; i < p->count; i++) {
        const ons_shape shape = p->values[i].what.shape;
        for (int d = 0; d < shape.dimensions && p->values[i].what.op == INPUT; d++) {
            int seen = 0;
            while (seen < count && tried[seen] != shape.size[d]) { seen++; }
            if (seen < count || count == CANDIDATES || shape.size[d] < FEWEST_ROWS) { continue; }
            tried[count++] = shape.size[d];
            const double work = rules_for(p, shape.size[d], rules);
            if (work > most) {
                most = work;
                best = shape.size[d];
            }
        }
    }
    if (best) { rules_for(p, best, rules); }
    return best;
}

/* ---- stages ------------------------------------------------------------------------------------------------------ */

/* Even stages are of whole operations, odd ones are loops. */
static void find_stages(const ons_program *p, const row_rule *rules, int32_t *stage) {
    for (size_t i = 0; i < p->count; i++) {
        const value *v = &p->values[i];
        const bool loops = rules[i].kind != WHOLE && v->what.op != INPUT;
        int32_t at = loops ? 1 : 0;
        for (int j = 0; j < v->what.inputs; j++) {
            const int32_t in = v->in[j], before = stage[in];
            const bool by_rows = rules[in].kind == BY_ROWS && p->values[in].what.op != INPUT;
            const bool reduced = rules[in].kind == REDUCED;
            int32_t least = before;
            if (loops) { least = by_rows ? before : reduced ? before + 2 : before + 1; }
            if (!loops) { least = by_rows || reduced ? before + 1 : before; }
            at = least > at ? least : at;
        }
        stage[i] = at;
    }
}

static ons_status fill_stages(ons_program *p, struct schedule *s, const int32_t *stage) {
    for (size_t i = 0; i < p->count; i++) { s->count = stage[i] + 1 > s->count ? stage[i] + 1 : s->count; }
    s->stages = ONS_NEW(struct stage, s->count + 1);
    s->order = ONS_NEW(int32_t, p->count);
    if (!s->stages || !s->order) { return ONS_MEMORY; }
    int32_t time = 0;
    for (int32_t k = 0; k < s->count; k++) {
        struct stage *now = &s->stages[k];
        now->values = s->order + time;
        const int32_t first = time;
        for (size_t i = 0; i < p->count; i++) {
            if (stage[i] == k) { s->order[time++] = (int32_t)i; }
        }
        now->count = time - first;
        for (int32_t j = 0; j < now->count; j++) {
            value *v = &p->values[now->values[j]];
            v->tiled = k % 2;
            v->first = k % 2 ? first : first + j;
            v->last = k % 2 ? time - 1 : first + j;
        }
    }
    return ONS_OK;
}

/* A value of a loop has memory of its own when another stage, or the caller, reads it. */
static void find_kept(ons_program *p, const row_rule *rules, const int32_t *stage, bool *kept) {
    for (size_t i = 0; i < p->count; i++) {
        const value *v = &p->values[i];
        for (int j = 0; j < v->what.inputs; j++) { kept[v->in[j]] |= stage[v->in[j]] != stage[i]; }
    }
    for (size_t i = 0; i < p->outputs_count; i++) { kept[p->outputs[i]] = true; }
    for (size_t i = 0; i < p->count; i++) {
        value *v = &p->values[i];
        kept[i] |= rules[i].kind == REDUCED;
        if (v->tiled && !kept[i]) { v->place = NOWHERE; }
    }
}

ons_status schedule_create(ons_program *p, struct schedule **result) {
    *result = NULL;
    struct schedule *s = ONS_NEW(struct schedule, 1);
    row_rule *rules = ONS_NEW(row_rule, p->count);
    int32_t *stage = ONS_NEW(int32_t, p->count);
    bool *kept = ONS_NEW(bool, p->count);
    ons_status status = s && rules && stage && kept ? ONS_OK : ONS_MEMORY;
    if (!status) {
        s->rows = best_rows(p, rules);
        if (s->rows == 0) {
            for (size_t i = 0; i < p->count; i++) { rules[i].kind = WHOLE; }
        }
        find_stages(p, rules, stage);
        status = fill_stages(p, s, stage);
    }
    if (!status) {
        find_kept(p, rules, stage, kept);
        s->rules = rules;
        s->kept = kept;
        *result = s;
    } else {
        schedule_free(s);
        free(rules);
        free(kept);
    }
    free(stage);
    return status;
}

ons_status schedule_prepare(ons_program *p) {
    struct schedule *s = p->schedule;
    ons_status status = ONS_OK;
    for (int32_t k = 1; k < s->count && !status; k += 2) { status = loop_create(p, &s->stages[k], &s->stages[k].loop); }
    return status;
}

void schedule_free(struct schedule *s) {
    if (!s) { return; }
    for (int32_t k = 0; k < s->count && s->stages; k++) { loop_free(s->stages[k].loop); }
    free(s->stages);
    free(s->order);
    free(s->rules);
    free(s->kept);
    free(s);
}

bool schedule_run(ons_program *p) {
    const struct schedule *s = p->schedule;
    for (int32_t k = 0; k < s->count; k++) {
        const struct stage *now = &s->stages[k];
        if (now->loop) {
            if (!loop_run(p, now->loop)) { return false; }
            continue;
        }
        for (int32_t j = 0; j < now->count; j++) {
            if (!program_run_value(p, now->values[j])) { return false; }
        }
    }
    return true;
}
