/*
 * Steps downhill along gradients: SGD, momentum, Adam and its kin on groups of one flat array.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "optimiser_kernel.h"

#include <onsager/learning/optimiser.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ons_optimiser {
    ons_optimiser_settings settings;
    ons_parameter_group *groups; /* in the order of their elements */
    size_t group_count, count, width;
    const optimiser_kernels *kernels;
    void *first, *second, *largest, *average; /* [count] each, or NULL */
    void *saved;                              /* [count]: where the parameters were before an ascent */
    bool ascended;
    uint64_t steps;
    double norm;
};

static const optimiser_kernels *kernels_here(bool single) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return &optimiser_kernels_v4[single];
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { return &optimiser_kernels_v3[single]; }
#endif
    return &optimiser_kernels_plain[single];
}

/* ---- settings and groups ------------------------------------------------------------------------------------------
 */

ons_optimiser_settings ons_optimiser_defaults(ons_optimiser_method method) {
    return (ons_optimiser_settings){.method = method,
                                    .rate = method == ONS_ADAM ? 1e-3 : 1e-2,
                                    .momentum = 0.9,
                                    .beta1 = 0.9,
                                    .beta2 = 0.999,
                                    .epsilon = 1e-8,
                                    .coupling = method == ONS_ADAM ? ONS_DECAY_RATE : ONS_DECAY_GRADIENT};
}

static ons_status check_settings(const ons_optimiser_settings *s) {
    if ((unsigned)s->method > ONS_ADAM) {
        return ons_fail(ONS_INVALID, "the optimiser's method is %d; expected 0 to %d", (int)s->method, ONS_ADAM);
    }
    if ((unsigned)s->coupling > ONS_DECAY_INDEPENDENT) {
        return ons_fail(ONS_INVALID, "the coupling of the decay is %d; expected 0 to %d", (int)s->coupling,
                        ONS_DECAY_INDEPENDENT);
    }
    const struct {
        const char *name;
        double value, below;
    } numbers[] = {{"learning rate", s->rate, INFINITY},
                   {"momentum", s->momentum, 1},
                   {"dampening", s->dampening, 2},
                   {"beta1", s->beta1, 1},
                   {"beta2", s->beta2, 1},
                   {"epsilon", s->epsilon, INFINITY},
                   {"weight decay", s->decay, INFINITY},
                   {"clip", s->clip, INFINITY},
                   {"clip of elements", s->clip_element, INFINITY},
                   {"average", s->average, 1}};
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        if (numbers[k].value >= 0 && numbers[k].value < numbers[k].below) { continue; }
        return ons_fail(ONS_INVALID, "the optimiser's %s is %g; expected a number in [0, %g)", numbers[k].name,
                        numbers[k].value, numbers[k].below);
    }
    return ons_schedule_check(&s->schedule);
}

static int by_place(const void *a, const void *b) {
    const ons_parameter_group *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

static const char *name_of(const ons_parameter_group *group) { return group->name ? group->name : "without a name"; }

static ons_status take_groups(ons_optimiser *o, const ons_parameter_group *groups, size_t group_count) {
    const ons_parameter_group all = {.name = "of all parameters", .count = o->count, .rate = 1, .decay = 1};
    o->group_count = groups ? group_count : 1;
    o->groups = ONS_NEW(ons_parameter_group, o->group_count);
    if (!o->groups) { return ONS_MEMORY; }
    if (o->group_count) { memcpy(o->groups, groups ? groups : &all, o->group_count * sizeof all); }
    qsort(o->groups, o->group_count, sizeof all, by_place);
    size_t end = 0;
    for (size_t k = 0; k < o->group_count; k++) {
        const ons_parameter_group *group = &o->groups[k];
        if (group->first > o->count || group->count > o->count - group->first) {
            return ons_fail(ONS_INVALID, "the group %s has elements %zu to %zu of only %zu parameters", name_of(group),
                            group->first, group->first + group->count, o->count);
        }
        if (group->first < end && group->count > 0) {
            return ons_fail(ONS_INVALID, "the group %s begins at element %zu, inside the group %s before it",
                            name_of(group), group->first, name_of(&o->groups[k ? k - 1 : 0]));
        }
        if (!(group->rate >= 0 && isfinite(group->rate) && group->decay >= 0 && isfinite(group->decay))) {
            return ons_fail(ONS_INVALID, "the group %s has rate %g and decay %g; expected numbers of 0 or more",
                            name_of(group), group->rate, group->decay);
        }
        if (group->first + group->count > end) { end = group->first + group->count; }
    }
    return ONS_OK;
}

static ons_status take_memory(ons_optimiser *o) {
    const ons_optimiser_settings *s = &o->settings;
    const struct {
        void **array;
        bool wanted;
    } arrays[] = {{&o->first, s->method != ONS_SGD},
                  {&o->second, s->method == ONS_ADAM},
                  {&o->largest, s->method == ONS_ADAM && s->amsgrad},
                  {&o->average, s->average > 0}};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
        if (!arrays[k].wanted) { continue; }
        *arrays[k].array = ons_allocate(o->count, o->width);
        if (!*arrays[k].array) { return ONS_MEMORY; }
    }
    return ONS_OK;
}

ons_status ons_optimiser_create(ons_optimiser **optimiser, const ons_optimiser_settings *settings, size_t count,
                                const ons_parameter_group *groups, size_t group_count) {
    *optimiser = NULL;
    ons_status status = check_settings(settings);
    if (status) { return status; }
    ons_optimiser *o = ONS_NEW(ons_optimiser, 1);
    if (!o) { return ONS_MEMORY; }
    o->settings = *settings;
    o->count = count;
    o->width = settings->single ? sizeof(float) : sizeof(double);
    o->kernels = kernels_here(settings->single);
    status = take_groups(o, groups, group_count);
    if (!status) { status = take_memory(o); }
    if (status) {
        ons_optimiser_free(o);
        return status;
    }
    *optimiser = o;
    return ONS_OK;
}

void ons_optimiser_free(ons_optimiser *o) {
    if (!o) { return; }
    free(o->groups);
    free(o->first);
    free(o->second);
    free(o->largest);
    free(o->average);
    free(o->saved);
    free(o);
}

/* ---- steps ----------------------------------------------------------------------------------------------------------
 */

static void *at(const ons_optimiser *o, void *array, size_t element) {
    return array ? (char *)array + element * o->width : NULL;
}

static const void *gradient_at(const ons_optimiser *o, const void *array, size_t element) {
    return (const char *)array + element * o->width;
}

bool ons_not_finite(const void *values, bool single, size_t count, size_t *element) {
    for (size_t i = 0; i < count; i++) {
        const double value = single ? (double)((const float *)values)[i] : ((const double *)values)[i];
        if (isfinite(value)) { continue; }
        *element = i;
        return true;
    }
    return false;
}

static ons_status name_the_fault(const ons_optimiser *o, const void *gradient) {
    for (size_t k = 0; k < o->group_count; k++) {
        const ons_parameter_group *group = &o->groups[k];
        size_t element;
        if (group->rate > 0 &&
            ons_not_finite(gradient_at(o, gradient, group->first), o->settings.single, group->count, &element)) {
            return ons_fail(ONS_FAILED, "step %llu: the gradient is not finite, first in element %zu of the group %s",
                            (unsigned long long)o->steps, element, name_of(group));
        }
    }
    return ons_fail(ONS_FAILED, "step %llu: the gradient is so large that its norm is not finite",
                    (unsigned long long)o->steps);
}

static ons_status find_norm(const ons_optimiser *o, const void *gradient, double *norm) {
    double sum = 0;
    for (size_t k = 0; k < o->group_count; k++) {
        const ons_parameter_group *group = &o->groups[k];
        if (group->rate > 0) {
            sum += o->kernels->squares(group->count, gradient_at(o, gradient, group->first), group->mask);
        }
    }
    *norm = sqrt(sum);
    return isfinite(sum) ? ONS_OK : name_the_fault(o, gradient);
}

static void step_group(const ons_optimiser *o, const ons_parameter_group *group, double scale, void *w,
                       const void *gradient) {
    const ons_optimiser_settings *s = &o->settings;
    const double schedule = ons_schedule_value(&s->schedule, o->steps), rate = s->rate * schedule * group->rate;
    const double decay = s->decay * group->decay, t = (double)o->steps + 1;
    optimiser_update u = {.count = group->count,
                          .w = at(o, w, group->first),
                          .g = gradient_at(o, gradient, group->first),
                          .m = at(o, o->first, group->first),
                          .v = at(o, o->second, group->first),
                          .largest = at(o, o->largest, group->first),
                          .mask = group->mask,
                          .scale = scale,
                          .limit = s->clip_element > 0 ? s->clip_element : INFINITY,
                          .penalty = s->coupling == ONS_DECAY_GRADIENT ? decay : 0,
                          .shrink = 1,
                          .rate = rate,
                          .epsilon = s->epsilon};
    if (s->coupling == ONS_DECAY_RATE) { u.shrink = 1 - rate * decay; }
    if (s->coupling == ONS_DECAY_INDEPENDENT) { u.shrink = 1 - schedule * decay; }
    if (s->method == ONS_ADAM) {
        u.keep = s->beta1;
        u.add = 1 - s->beta1;
        u.beta2 = s->beta2;
        u.rate = rate / (1 - pow(s->beta1, t));
        u.root = sqrt(1 - pow(s->beta2, t));
        o->kernels->adam(&u);
        return;
    }
    u.keep = s->momentum;
    u.add = o->steps == 0 ? 1 : 1 - s->dampening;
    u.look_ahead = s->nesterov ? 1 : 0;
    u.look_back = s->nesterov ? s->momentum : 1;
    o->kernels->descend(&u);
}

ons_status ons_optimiser_step(ons_optimiser *o, void *parameters, const void *gradient) {
    double norm;
    const ons_status status = find_norm(o, gradient, &norm);
    if (o->ascended) {
        memcpy(parameters, o->saved, o->count * o->width);
        o->ascended = false;
    }
    if (status) { return status; }
    const double clip = o->settings.clip, scale = clip > 0 && norm > clip ? clip / norm : 1;
    if (o->average && o->steps == 0) { memcpy(o->average, parameters, o->count * o->width); }
    for (size_t k = 0; k < o->group_count; k++) {
        if (o->groups[k].rate > 0) { step_group(o, &o->groups[k], scale, parameters, gradient); }
    }
    if (o->average) { o->kernels->average(o->count, o->settings.average, parameters, o->average); }
    o->norm = norm;
    o->steps++;
    return ONS_OK;
}

ons_status ons_optimiser_ascend(ons_optimiser *o, void *parameters, const void *gradient, double radius) {
    double norm;
    const ons_status status = find_norm(o, gradient, &norm);
    if (status) { return status; }
    if (!o->saved) { o->saved = ons_allocate(o->count, o->width); }
    if (!o->saved) { return ONS_MEMORY; }
    memcpy(o->saved, parameters, o->count * o->width);
    o->ascended = true;
    for (size_t k = 0; k < o->group_count && norm > 0; k++) {
        const ons_parameter_group *group = &o->groups[k];
        if (!(group->rate > 0)) { continue; }
        o->kernels->move(group->count, radius / norm, gradient_at(o, gradient, group->first), group->mask,
                         at(o, parameters, group->first));
    }
    return ONS_OK;
}

/* ---- what it knows --------------------------------------------------------------------------------------------------
 */

const ons_optimiser_settings *ons_optimiser_settings_of(const ons_optimiser *o) { return &o->settings; }
uint64_t ons_optimiser_steps(const ons_optimiser *o) { return o->steps; }
double ons_optimiser_norm(const ons_optimiser *o) { return o->norm; }
const void *ons_optimiser_average(const ons_optimiser *o) { return o->steps ? o->average : NULL; }

double ons_optimiser_rate(const ons_optimiser *o) {
    return o->settings.rate * ons_schedule_value(&o->settings.schedule, o->steps);
}

ons_status ons_optimiser_set_rate(ons_optimiser *o, double rate, const ons_schedule *schedule) {
    ons_optimiser_settings changed = o->settings;
    changed.rate = rate;
    if (schedule) { changed.schedule = *schedule; }
    const ons_status status = check_settings(&changed);
    if (!status) { o->settings = changed; }
    return status;
}

bool ons_optimiser_state(ons_optimiser *o, size_t index, ons_optimiser_array *array) {
    const struct {
        const char *name;
        void *values;
    } moments[] = {{"first", o->first}, {"second", o->second}, {"largest", o->largest}, {"average", o->average}};
    if (index == 0) {
        *array = (ons_optimiser_array){"steps", ONS_OPTIMISER_COUNT, &o->steps, 1};
        return true;
    }
    if (index == 1) {
        *array = (ons_optimiser_array){"norm", ONS_OPTIMISER_DOUBLE, &o->norm, 1};
        return true;
    }
    index -= 2;
    for (size_t k = 0; k < sizeof moments / sizeof *moments; k++) {
        if (!moments[k].values || index-- > 0) { continue; }
        *array =
            (ons_optimiser_array){moments[k].name, o->settings.single ? ONS_OPTIMISER_SINGLE : ONS_OPTIMISER_DOUBLE,
                                  moments[k].values, o->count};
        return true;
    }
    return false;
}
