/*
 * One task of a job, run for the eye: stepped, measured, drawn, and changed while it runs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "live.h"
#include "part.h"
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ons_live {
    const ons_job *job;
    unsigned threads;
    lab_instance *instance;
    lab_override **overrides; /* [parameters], NULL: none given */
    bool (*asked)(void *data), (*over)(void *data);
    void *data;

    uint64_t steps;
    double time;
    bool finished;
    ons_status broken; /* the failure of a step; ONS_OK: none */
    char *why;         /* its message */
    unsigned changes;

    ons_live_parameter *parameters;
    ons_text *texts; /* [parameters of the table]: their values */
    size_t parameter_count;

    ons_live_quantity *quantities;
    size_t quantity_count, components, scalars;
    double *latest;         /* [components] */
    uint64_t samples;       /* taken since the beginning of the history */
    uint64_t *sample_steps; /* [ONS_LIVE_HISTORY], a ring */
    double *history;        /* [ONS_LIVE_HISTORY][scalars] */
};

/* ---- one state ------------------------------------------------------------------------------------------------------
 */

static void instance_free(lab_instance *instance) {
    if (!instance) { return; }
    const ons_system *system = instance->task.parameters.system;
    if (instance->memory && system->destroy) { system->destroy(instance->memory); }
    free(instance->memory);
    lab_context_free(&instance->context);
    if (instance->replica.task) { lab_replica_free(&instance->replica); }
    lab_task_release(&instance->task);
    free(instance);
}

static bool poll_live(void *data, double done, double total) {
    const ons_live *live = data;
    (void)done;
    (void)total;
    return live->asked && live->asked(live->data);
}

static bool halt_live(void *data, double done, double total) {
    const ons_live *live = data;
    (void)done;
    (void)total;
    return live->over && live->over(live->data);
}

/* Counts and rows of endless runs are not kept. */
static ons_status instance_open(lab_instance *instance, ons_live *live) {
    const ons_job *job = live->job;
    const ons_system *system = job->system;
    ons_status status = lab_replica_init(&instance->replica, &instance->task, 0);
    if (status != ONS_OK) {
        instance->replica.task = NULL;
        return status;
    }
    status = lab_context_init(&instance->context, &instance->replica, job->seed);
    if (status != ONS_OK) { return status; }
    const unsigned most = instance->task.plan.threads;
    instance->context.threads = live->threads < 1 ? 1 : live->threads < most ? live->threads : most;
    instance->context.halted = halt_live;
    instance->context.data = live;
    instance->context.dropping = true;
    instance->memory = ons_allocate(1, system->state_size ? system->state_size : 1);
    if (!instance->memory) { return ONS_MEMORY; }
    status = system->create(instance->memory, &instance->context);
    return status == ONS_OK ? lab_context_status(&instance->context) : status;
}

static ons_status instance_create(lab_instance **created, ons_live *live, lab_override *const *overrides) {
    lab_instance *instance = ONS_NEW(lab_instance, 1);
    if (!instance) { return ONS_MEMORY; }
    ons_status status = lab_task_override(live->job, (const lab_override *const *)overrides, &instance->task);
    if (status == ONS_OK) { status = instance_open(instance, live); }
    if (status != ONS_OK) {
        instance_free(instance);
        return status;
    }
    *created = instance;
    return ONS_OK;
}

static ons_status take_start(lab_instance *instance) {
    return instance->task.start_file ? lab_start_from_archive(&instance->task, 0, instance->memory) : ONS_OK;
}

/* Hands all arrays of one state to another, through memory. */
static ons_status hand_over(const ons_system *system, lab_instance *from, lab_instance *to) {
    ons_part out = {.file = -1}, in = {.file = -1};
    ons_status status = lab_part_write(&out, -1, "memory");
    out.prefix = "state/";
    if (status == ONS_OK) { status = system->persist(from->memory, &out); }
    if (status == ONS_OK) { status = lab_part_end(&out); }
    if (status == ONS_OK) { status = lab_part_read(&in, out.bytes.data, out.bytes.length); }
    in.prefix = "state/";
    if (status == ONS_OK) { status = system->persist(to->memory, &in); }
    lab_part_close(&out);
    lab_part_close(&in);
    return status < 0 ? status : ONS_OK;
}

/* Lets the live state be this instance. */
static void install(ons_live *live, lab_instance *instance) {
    instance_free(live->instance);
    live->instance = instance;
    instance->context.poll = poll_live;
    instance->context.steps = live->steps;
    instance->context.time = instance->context.target = live->time;
}

/* ---- parameters -----------------------------------------------------------------------------------------------------
 */

static ons_status list_parameters(ons_live *live) {
    const struct ons_parameters *p = &live->instance->task.parameters;
    live->parameter_count = 0;
    for (size_t k = 0; k < p->count; k++) {
        if (!p->values[k].present) { continue; }
        ons_text_clear(&live->texts[k]);
        lab_value_text(&p->table[k], &p->values[k], &live->texts[k]);
        if (live->texts[k].failed) { return ons_fail(ONS_MEMORY, "out of memory for the parameters"); }
        live->parameters[live->parameter_count++] =
            (ons_live_parameter){.described = &p->table[k],
                                 .value = live->texts[k].data ? live->texts[k].data : "",
                                 .given = p->values[k].given,
                                 .live = (p->table[k].flags & ONS_LIVE) != 0};
    }
    return ONS_OK;
}

static ons_status refuse_name(const ons_live *live, const char *name) {
    const lab_descriptor *descriptor = &live->job->source->descriptor;
    char shown[LAB_SHOWN];
    const char **known = ONS_NEW(const char *, descriptor->count);
    if (!known) { return ONS_MEMORY; }
    size_t count = 0;
    for (size_t k = 0; k < descriptor->count; k++) {
        if (descriptor->table[k].flags & ONS_LIVE) { known[count++] = descriptor->table[k].name; }
    }
    const char *nearest = ons_nearest(name, known, count);
    free(known);
    if (lab_parameter_find(descriptor->table, descriptor->count, name) != SIZE_MAX) {
        return ons_fail(ONS_INVALID, "`%s` of '%s' may not change while it runs", name, live->job->system->name);
    }
    return ons_fail(ONS_INVALID, "'%s' has no parameter `%s`%s%s%s", live->job->system->name, lab_shown(name, shown),
                    nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
}

static bool same_quantities(const lab_task *a, const lab_task *b) {
    bool same = a->plan.lanes == b->plan.lanes;
    for (size_t k = 0; k < a->plan.observables && same; k++) {
        const lab_shape *one = &a->plan.shapes[k], *other = &b->plan.shapes[k];
        same = one->omitted == other->omitted && one->rank == other->rank && one->size == other->size &&
               memcmp(one->dimensions, other->dimensions, one->rank * sizeof *one->dimensions) == 0;
    }
    return same;
}

/* The overrides after a change: the new ones, else those of before. */
static ons_status read_changes(const ons_live *live, size_t count, const char *const *names, const char *const *values,
                               lab_override **merged, lab_override **fresh) {
    const lab_descriptor *descriptor = &live->job->source->descriptor;
    memcpy(merged, live->overrides, descriptor->count * sizeof(lab_override *));
    for (size_t n = 0; n < count; n++) {
        const size_t k = lab_parameter_find(descriptor->table, descriptor->count, names[n]);
        if (k == SIZE_MAX || !(descriptor->table[k].flags & ONS_LIVE)) { return refuse_name(live, names[n]); }
        if (fresh[k]) { return ons_fail(ONS_INVALID, "`%s` is given twice", names[n]); }
        fresh[k] = ONS_NEW(lab_override, 1);
        if (!fresh[k]) { return ONS_MEMORY; }
        const ons_status status = lab_override_read(fresh[k], &descriptor->table[k], values[n]);
        if (status != ONS_OK) { return status; }
        merged[k] = fresh[k];
    }
    return ONS_OK;
}

static void overrides_free(lab_override **overrides, size_t count) {
    for (size_t k = 0; overrides && k < count; k++) {
        if (overrides[k]) { lab_override_free(overrides[k]); }
        free(overrides[k]);
    }
    free(overrides);
}

ons_status ons_live_change(ons_live *live, size_t count, const char *const *names, const char *const *values) {
    const size_t parameters = live->job->source->descriptor.count;
    lab_instance *instance = NULL;
    if (live->broken != ONS_OK) { return ons_fail(live->broken, "%s", live->why ? live->why : ""); }
    lab_override **merged = ONS_NEW(lab_override *, parameters), **fresh = ONS_NEW(lab_override *, parameters);
    ons_status status = merged && fresh ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) { status = read_changes(live, count, names, values, merged, fresh); }
    if (status == ONS_OK) { status = instance_create(&instance, live, merged); }
    if (status == ONS_OK && !same_quantities(&live->instance->task, &instance->task)) {
        status = ons_fail(ONS_INVALID, "this would change what '%s' measures; begin a new run for it",
                          live->job->system->name);
    }
    if (status == ONS_OK) { status = hand_over(live->job->system, live->instance, instance); }
    if (status == ONS_OK) {
        install(live, instance); /* the old one borrowed from the overrides that go now */
        instance = NULL;
        for (size_t k = 0; k < parameters; k++) {
            if (!fresh[k]) { continue; }
            lab_override *old = live->overrides[k];
            live->overrides[k] = fresh[k];
            fresh[k] = old;
        }
        live->finished = false;
        live->changes++;
        status = list_parameters(live);
    }
    instance_free(instance);
    overrides_free(fresh, parameters);
    free(merged);
    return status;
}

const ons_live_parameter *ons_live_parameters(const ons_live *live, size_t *count) {
    *count = live->parameter_count;
    return live->parameters;
}

/* ---- life -----------------------------------------------------------------------------------------------------------
 */

static ons_status list_quantities(ons_live *live) {
    const lab_task *task = &live->instance->task;
    live->quantities = ONS_NEW(ons_live_quantity, task->plan.observables);
    if (!live->quantities) { return ONS_MEMORY; }
    for (size_t k = 0; k < task->plan.observables; k++) {
        const ons_observable *observable = &live->job->system->observables[k];
        const lab_shape *shape = &task->plan.shapes[k];
        if (shape->omitted || observable->kind == ONS_HISTOGRAM || observable->kind == ONS_TABLE) { continue; }
        live->quantities[live->quantity_count++] =
            (ons_live_quantity){.described = observable,
                                .size = shape->size,
                                .first = live->components,
                                .history = shape->size == 1 ? live->scalars : SIZE_MAX};
        live->components += shape->size;
        live->scalars += shape->size == 1;
    }
    live->latest = ONS_NEW(double, live->components);
    live->sample_steps = ONS_NEW(uint64_t, ONS_LIVE_HISTORY);
    live->history = ONS_NEW(double, ONS_LIVE_HISTORY * live->scalars);
    if (!live->latest || !live->sample_steps || !live->history) { return ONS_MEMORY; }
    for (size_t k = 0; k < live->components; k++) { live->latest[k] = NAN; }
    return ONS_OK;
}

/* With the parameters as they are. */
static ons_status begin(ons_live *live) {
    lab_instance *instance = NULL;
    ons_status status = instance_create(&instance, live, live->overrides);
    if (status == ONS_OK) { status = take_start(instance); }
    if (status != ONS_OK) {
        instance_free(instance);
        return status;
    }
    live->steps = 0;
    live->time = 0;
    live->finished = false;
    live->broken = ONS_OK;
    live->samples = 0;
    free(live->why);
    live->why = NULL;
    install(live, instance);
    return ONS_OK;
}

ons_status ons_live_create(ons_live **created, const ons_job *job, unsigned threads) {
    const size_t tasks = ons_job_task_count(job);
    if (tasks != 1) {
        return ons_fail(ONS_INVALID, "one task can be watched, and the job has %zu: give every parameter one value",
                        tasks);
    }
    const size_t parameters = job->source->descriptor.count;
    ons_live *live = ONS_NEW(ons_live, 1);
    if (!live) { return ONS_MEMORY; }
    live->job = job;
    live->threads = threads;
    live->overrides = ONS_NEW(lab_override *, parameters);
    live->parameters = ONS_NEW(ons_live_parameter, parameters);
    live->texts = ONS_NEW(ons_text, parameters);
    ons_status status = live->overrides && live->parameters && live->texts ? begin(live) : ONS_MEMORY;
    if (status == ONS_OK) { status = list_parameters(live); }
    if (status == ONS_OK) { status = list_quantities(live); }
    if (status != ONS_OK) {
        ons_live_free(live);
        return status;
    }
    *created = live;
    return ONS_OK;
}

void ons_live_free(ons_live *live) {
    if (!live) { return; }
    const size_t parameters = live->job->source->descriptor.count;
    instance_free(live->instance);
    overrides_free(live->overrides, parameters);
    for (size_t k = 0; live->texts && k < parameters; k++) { ons_text_free(&live->texts[k]); }
    free(live->texts);
    free(live->parameters);
    free(live->quantities);
    free(live->latest);
    free(live->sample_steps);
    free(live->history);
    free(live->why);
    free(live);
}

ons_status ons_live_reset(ons_live *live) {
    const ons_status status = begin(live);
    if (status != ONS_OK) { return status; }
    for (size_t k = 0; k < live->components; k++) { live->latest[k] = NAN; }
    live->changes++;
    return ONS_OK;
}

void ons_live_interrupt(ons_live *live, bool (*asked)(void *data), bool (*over)(void *data), void *data) {
    live->asked = asked;
    live->over = over;
    live->data = data;
}

uint64_t ons_live_steps(const ons_live *live) { return live->steps; }
bool ons_live_finished(const ons_live *live) { return live->finished; }
unsigned ons_live_changes(const ons_live *live) { return live->changes; }

/* ---- steps ----------------------------------------------------------------------------------------------------------
 */

/* Keeps the first failure: the state is not what it was. */
static ons_status break_down(ons_live *live, ons_status status) {
    live->broken = status;
    live->why = ons_copy(ons_message());
    return status;
}

ons_status ons_live_step(ons_live *live) {
    ons_context *context = &live->instance->context;
    if (live->broken != ONS_OK) { return ons_fail(live->broken, "%s", live->why ? live->why : ""); }
    if (live->finished) { return ONS_DONE; }
    const double next = floor(live->time) + 1;
    context->target = next;
    ons_status status = live->job->system->advance(live->instance->memory, context);
    if (status >= 0 && context->status != ONS_OK) { status = lab_context_status(context); }
    if (status < 0) { return break_down(live, status); }
    if (status == ONS_STOPPED) { return ONS_STOPPED; }
    live->finished = status == ONS_DONE;
    live->steps++;
    live->time = next;
    context->steps = live->steps;
    context->time = context->target = next;
    return status;
}

/* ---- what is measured -----------------------------------------------------------------------------------------------
 */

const ons_live_quantity *ons_live_quantities(const ons_live *live, size_t *count) {
    *count = live->quantity_count;
    return live->quantities;
}

size_t ons_live_components(const ons_live *live) { return live->components; }
size_t ons_live_scalars(const ons_live *live) { return live->scalars; }
const double *ons_live_latest(const ons_live *live) { return live->latest; }

/* Where lane 0 has the components of an observable. */
static const double *measured(const lab_instance *instance, const ons_observable *observable, size_t index) {
    const size_t offset = instance->replica.layout.offsets[index];
    switch (observable->kind) {
    case ONS_MEAN: return instance->context.sample + offset;
    case ONS_SERIES: return instance->context.series + offset;
    default: return instance->replica.lanes[0].value + offset;
    }
}

ons_status ons_live_measure(ons_live *live) {
    lab_instance *instance = live->instance;
    if (live->broken != ONS_OK) { return ons_fail(live->broken, "%s", live->why ? live->why : ""); }
    const ons_status status = lab_context_measure(&instance->context, instance->memory);
    if (status < 0) { return break_down(live, status); }
    const size_t slot = live->samples % ONS_LIVE_HISTORY;
    for (size_t k = 0; k < live->quantity_count; k++) {
        const ons_live_quantity *quantity = &live->quantities[k];
        const size_t index = (size_t)(quantity->described - live->job->system->observables);
        const double *from = measured(instance, quantity->described, index);
        memcpy(live->latest + quantity->first, from, quantity->size * sizeof *from);
        if (quantity->size == 1) { live->history[slot * live->scalars + quantity->history] = *from; }
    }
    live->sample_steps[slot] = live->steps;
    live->samples++;
    return ONS_OK;
}

size_t ons_live_history(const ons_live *live, size_t most, uint64_t *steps, double *values) {
    size_t count = live->samples < ONS_LIVE_HISTORY ? (size_t)live->samples : ONS_LIVE_HISTORY;
    count = count < most ? count : most;
    for (size_t k = 0; k < count; k++) {
        const size_t slot = (size_t)((live->samples - count + k) % ONS_LIVE_HISTORY);
        if (steps) { steps[k] = live->sample_steps[slot]; }
        if (values && live->scalars) {
            memcpy(values + k * live->scalars, live->history + slot * live->scalars, live->scalars * sizeof *values);
        }
    }
    return count;
}

/* ---- picture --------------------------------------------------------------------------------------------------------
 */

bool ons_live_has_picture(const ons_live *live) { return live->job->system->picture != NULL; }

ons_status ons_live_picture(const ons_live *live, ons_picture *picture) {
    if (!live->job->system->picture) {
        return ons_fail(ONS_INVALID, "the system '%s' draws no pictures of its states", live->job->system->name);
    }
    return live->job->system->picture(live->instance->memory, 0, picture);
}
