/*
 * The context of a running state: random streams, time, and where measured numbers go. A system that makes a mistake (a
 * lane or observable that does not exist) does not crash: the first mistake is kept and ends the run after the step.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "context.h"

#include "measures.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

ons_status lab_context_init(ons_context *context, lab_replica *replica, uint64_t seed) {
    const lab_task *task = replica->task;
    const lab_layout *layout = &replica->layout;
    const unsigned lanes = task->plan.lanes;
    *context = (ons_context){.task = task,
                             .layout = layout,
                             .replica = replica,
                             .key = ons_random_key(seed, task->key),
                             .lanes = lanes,
                             .threads = 1,
                             .sample = ONS_NEW(double, lanes * layout->means),
                             .series = ONS_NEW(double, lanes * layout->series),
                             .stamps = ONS_NEW(uint64_t, lanes * task->plan.observables)};
    if (context->sample && context->series && context->stamps) { return ONS_OK; }
    lab_context_free(context);
    return ONS_MEMORY;
}

void lab_context_free(ons_context *context) {
    free(context->sample);
    free(context->series);
    free(context->stamps);
    ons_text_free(&context->message);
    *context = (ons_context){0};
}

/* ---- mistakes -------------------------------------------------------------------------------------------------------
 */

static void mistake(ons_context *context, const char *format, ...) ONS_FORMAT(2, 3);
static void mistake(ons_context *context, const char *format, ...) {
    char line[512];
    va_list arguments;
    if (context->status != ONS_OK) { return; }
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    context->status = ONS_FAILED;
    ons_text_add(&context->message, "%s", line);
}

ons_status lab_context_status(const ons_context *context) {
    if (context->status == ONS_OK) { return ONS_OK; }
    return ons_fail(context->status, "%s", context->message.data ? context->message.data : "out of memory");
}

static const char *const kind_names[] = {"ONS_MEAN", "ONS_SERIES", "ONS_VALUE", "ONS_HISTOGRAM", "ONS_TABLE"};

/* Whether `function` may be called for this observable and lane. */
static bool allowed(ons_context *context, const char *function, unsigned kinds, size_t observable, unsigned lane) {
    const struct ons_plan *plan = &context->task->plan;
    if (observable >= plan->observables) {
        mistake(context, "%s() was called for observable %zu; '%s' has %zu of them", function, observable,
                plan->system->name, plan->observables);
        return false;
    }
    const ons_observable *row = &plan->system->observables[observable];
    if (!(kinds >> row->kind & 1u)) {
        mistake(context, "%s() was called for the observable '%s', which is %s", function, row->name,
                kind_names[row->kind]);
        return false;
    }
    if (lane >= context->lanes) {
        mistake(context, "%s() was called for lane %u of the observable '%s'; the state has %u lane%s", function, lane,
                row->name, context->lanes, context->lanes == 1 ? "" : "s");
        return false;
    }
    return context->layout->offsets[observable] != SIZE_MAX; /* what the task omits is measured for nobody */
}

/* ---- what a state may ask ------------------------------------------------------------------------------------------
 */

const ons_parameters *ons_context_parameters(const ons_context *context) { return &context->task->parameters; }
const ons_system *ons_context_system(const ons_context *context) { return context->task->plan.system; }
const void *ons_data(const ons_context *context) { return context->task->plan.system->data; }
unsigned ons_lanes(const ons_context *context) { return context->lanes; }
unsigned ons_threads(const ons_context *context) { return context->threads; }
uint64_t ons_steps(const ons_context *context) { return context->steps; }
double ons_time(const ons_context *context) { return context->time; }
double ons_target(const ons_context *context) { return context->target; }

uint64_t ons_replica(const ons_context *context, unsigned lane) {
    return context->replica->state_index * context->lanes + lane;
}

ons_random ons_stream(const ons_context *context, unsigned lane, uint32_t purpose) {
    return ons_random_stream(context->key, (uint32_t)ons_replica(context, lane), purpose);
}

bool ons_poll(ons_context *context, double done, double total) {
    return context->poll && context->poll(context->data, done, total);
}

bool ons_halted(ons_context *context, double done, double total) {
    return context->halted && context->halted(context->data, done, total);
}

/* ---- measuring ------------------------------------------------------------------------------------------------------
 */

/* Where the components of a MEAN or SERIES observable go; NULL when there is no such place. */
static double *place_of(ons_context *context, const char *function, size_t observable, unsigned lane, size_t *size) {
    const lab_layout *layout = context->layout;
    if (!allowed(context, function, 1u << ONS_MEAN | 1u << ONS_SERIES, observable, lane)) { return NULL; }
    const struct ons_plan *plan = &context->task->plan;
    uint64_t *stamp = &context->stamps[lane * plan->observables + observable];
    if (!context->measuring || *stamp == context->stamp) {
        mistake(context, "%s() was called for the observable '%s' %s", function,
                plan->system->observables[observable].name,
                context->measuring ? "twice for one lane" : "outside measure()");
        return NULL;
    }
    *stamp = context->stamp;
    *size = plan->shapes[observable].size;
    context->components += *size;
    return plan->system->observables[observable].kind == ONS_MEAN
               ? context->sample + lane * layout->means + layout->offsets[observable]
               : context->series + lane * layout->series + layout->offsets[observable];
}

void ons_measure(ons_context *context, size_t observable, unsigned lane, double value) {
    size_t size;
    double *place = place_of(context, "ons_measure", observable, lane, &size);
    if (!place) { return; }
    if (size != 1) {
        mistake(context, "ons_measure() was called for the observable '%s', an array of %zu: use ons_measure_array()",
                context->task->plan.system->observables[observable].name, size);
        return;
    }
    *place = value;
}

void ons_measure_array(ons_context *context, size_t observable, unsigned lane, const double *values) {
    size_t size;
    double *place = place_of(context, "ons_measure_array", observable, lane, &size);
    if (place && size > 0) { memcpy(place, values, size * sizeof *values); }
}

static void name_what_was_forgotten(ons_context *context) {
    const struct ons_plan *plan = &context->task->plan;
    for (size_t k = 0; k < plan->observables; k++) {
        const ons_kind kind = plan->system->observables[k].kind;
        if ((kind != ONS_MEAN && kind != ONS_SERIES) || plan->shapes[k].omitted) { continue; }
        for (unsigned lane = 0; lane < context->lanes; lane++) {
            if (context->stamps[lane * plan->observables + k] == context->stamp) { continue; }
            mistake(context, "measure() of '%s' did not measure the observable '%s' in lane %u", plan->system->name,
                    plan->system->observables[k].name, lane);
        }
    }
}

/* What the user asked for in addition, from what the system has just measured. */
static void measure_own(ons_context *context) {
    const lab_task *task = context->task;
    const lab_layout *layout = context->layout;
    for (unsigned lane = 0; task->measures != NULL && lane < context->lanes; lane++) {
        double *const vectors[] = {[ONS_MEAN] = context->sample + lane * layout->means,
                                   [ONS_SERIES] = context->series + lane * layout->series};
        for (size_t i = 0; i < task->measures->count && !task->own[i].measure->formula.of_means; i++) {
            const struct lab_own *own = &task->own[i];
            const size_t index = own->measure->index;
            lab_own_values(own, layout, vectors[own->kind], vectors[own->kind] + layout->offsets[index]);
            context->stamps[lane * task->plan.observables + index] = context->stamp;
            context->components += own->size;
        }
    }
}

ons_status lab_context_measure(ons_context *context, const void *state) {
    const ons_system *system = context->task->plan.system;
    context->stamp++;
    context->components = 0;
    if (system->measure) {
        context->measuring = true;
        const ons_status status = system->measure(state, context);
        context->measuring = false;
        if (status < 0 && context->status == ONS_OK) { return status; }
    }
    measure_own(context);
    if (context->components != context->lanes * (context->layout->means + context->layout->series)) {
        name_what_was_forgotten(context);
    }
    return lab_context_status(context);
}

void ons_count(ons_context *context, size_t observable, unsigned lane, double value) {
    if (!allowed(context, "ons_count", 1u << ONS_HISTOGRAM, observable, lane) || context->dropping) { return; }
    lab_histogram *histogram = &context->replica->lanes[lane].histograms[context->layout->offsets[observable]];
    const lab_shape *shape = &context->task->plan.shapes[observable];
    const double place = (value - shape->low) / (shape->high - shape->low) * (double)histogram->bins;
    if (place >= 0.0 && value < shape->high) {
        const size_t bin = place < (double)histogram->bins ? (size_t)place : histogram->bins - 1;
        histogram->counts[histogram->blocks * histogram->bins + bin] += 1.0;
    } else if (value < shape->low) {
        histogram->below++;
    } else if (value == shape->high) { /* the last bin is closed */
        histogram->counts[histogram->blocks * histogram->bins + histogram->bins - 1] += 1.0;
    } else if (value > shape->high) {
        histogram->above++;
    } else {
        mistake(context, "ons_count() was given a value for the histogram '%s' that is no number",
                context->task->plan.system->observables[observable].name);
    }
}

void ons_value(ons_context *context, size_t observable, unsigned lane, size_t component, double value, double error) {
    if (!allowed(context, "ons_value", 1u << ONS_VALUE, observable, lane)) { return; }
    const size_t size = context->task->plan.shapes[observable].size;
    if (component >= size) {
        mistake(context, "ons_value() was called for component %zu of the observable '%s', which has %zu", component,
                context->task->plan.system->observables[observable].name, size);
        return;
    }
    const size_t place = context->layout->offsets[observable] + component;
    context->replica->lanes[lane].value[place] = value;
    context->replica->lanes[lane].value_error[place] = error >= 0.0 ? error : (double)NAN;
}

void ons_row(ons_context *context, size_t observable, unsigned lane, const ons_cell *cells) {
    if (!allowed(context, "ons_row", 1u << ONS_TABLE, observable, lane) || context->dropping) { return; }
    lab_table *table = &context->replica->lanes[lane].tables[context->layout->offsets[observable]];
    const size_t start = table->rows * table->columns;
    if (ons_grow((void **)&table->numbers, &table->capacity, start + table->columns, sizeof(double)) != ONS_OK) {
        mistake(context, "out of memory for the table '%s'", context->task->plan.system->observables[observable].name);
        return;
    }
    for (size_t k = 0; k < table->columns; k++) {
        table->numbers[start + k] = table->text[k] ? (double)NAN : cells[k].number;
        if (table->text[k]) {
            const char *text = cells[k].text ? cells[k].text : "";
            ons_text_add_bytes(&table->texts, text, strlen(text) + 1);
        }
    }
    table->rows++;
    if (table->texts.failed) { mistake(context, "out of memory for the texts of a table"); }
}
