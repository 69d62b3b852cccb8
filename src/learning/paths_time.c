/*
 * Paths of finite length: generating functions by uniformization, paths drawn by Gillespie's method, tilted products in
 * discrete time, the information that a step loses.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/paths.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- ln Z(t) --------------------------------------------------------------------------------------------------- */

typedef struct uniform {
    const ons_path_process *process;
    double *tilted, *escape; /* [events], [states] */
    double rate;             /* largest escape rate */
    double *term, *next, *sum;
} uniform;

/* sum = exp(t L) x for rate t <= 1 or so: exp(- rate t) sum_k (rate t)^k/k! (1 + L/rate)^k x; all terms are positive.
 */
static void advance_vector(uniform *w, double time, const double *x) {
    const size_t n = w->process->states;
    const double step = w->rate * time;
    for (size_t i = 0; i < n; i++) { w->sum[i] = w->term[i] = x[i]; }
    for (unsigned k = 1; k < 400; k++) {
        double size = 0, whole = 0;
        for (size_t i = 0; i < n; i++) { w->next[i] = (1 - w->escape[i] / w->rate) * w->term[i]; }
        for (size_t e = 0; e < w->process->events; e++) {
            const ons_path_event *event = &w->process->event[e];
            w->next[event->from] += w->tilted[e] / w->rate * w->term[event->to];
        }
        for (size_t i = 0; i < n; i++) {
            w->term[i] = w->next[i] * step / k;
            w->sum[i] += w->term[i];
            size = fmax(size, w->term[i]);
            whole = fmax(whole, w->sum[i]);
        }
        if (size <= 1e-18 * whole) { break; }
    }
}

ons_status ons_path_partition(const ons_path_process *process, const double *gamma, double time, const double *p0,
                              double *log_partition) {
    const size_t n = process->states;
    if (!(time >= 0 && time < 1e12)) { return ons_fail(ONS_INVALID, "the length %g of paths is not a time", time); }
    uniform w = {.process = process};
    double *memory = ONS_NEW(double, process->events + 5 * n + 1);
    if (!memory) { return ONS_MEMORY; }
    w.tilted = memory;
    w.escape = w.tilted + process->events;
    w.term = w.escape + n;
    w.next = w.term + n;
    w.sum = w.next + n;
    double *x = w.sum + n, most = 0;
    for (size_t e = 0; e < process->events; e++) {
        double exponent = 0;
        for (size_t k = 0; gamma && k < process->functionals; k++) {
            exponent += gamma[k] * process->weight[k * process->events + e];
        }
        w.tilted[e] = process->event[e].rate * exp(exponent);
        w.escape[process->event[e].from] += process->event[e].rate;
        most = fmax(most, w.tilted[e]);
    }
    for (size_t i = 0; i < n; i++) {
        w.rate = fmax(w.rate, w.escape[i]);
        x[i] = 1;
    }
    w.rate = w.rate > 0 ? w.rate : 1;
    double logarithm = 0;
    const size_t steps = (size_t)ceil(time * fmax(w.rate, most));
    for (size_t k = 0; k < steps; k++) {
        const double step = time / (double)steps;
        advance_vector(&w, step, x);
        double size = 0;
        for (size_t i = 0; i < n; i++) { size = fmax(size, w.sum[i]); }
        for (size_t i = 0; i < n; i++) { x[i] = w.sum[i] / size; }
        logarithm += log(size) - w.rate * step;
    }
    double z = 0;
    for (size_t i = 0; i < n; i++) { z += p0[i] * x[i]; }
    *log_partition = logarithm + log(z);
    free(memory);
    return isfinite(*log_partition) ? ONS_OK : ons_fail(ONS_FAILED, "ln Z of the paths is not finite");
}

/* ---- paths ----------------------------------------------------------------------------------------------------- */

struct ons_path_sampler {
    const ons_path_process *process;
    size_t *first;      /* [states + 1]: events from a state */
    size_t *order;      /* [events] */
    double *cumulative; /* [events]: within a state */
};

ons_status ons_path_sampler_create(ons_path_sampler **sampler, const ons_path_process *process, const double *rates) {
    ons_path_sampler *s = *sampler = ONS_NEW(ons_path_sampler, 1);
    if (!s) { return ONS_MEMORY; }
    s->process = process;
    s->first = ONS_NEW(size_t, process->states + 2);
    s->order = ONS_NEW(size_t, process->events);
    s->cumulative = ONS_NEW(double, process->events);
    if (!s->first || !s->order || !s->cumulative) {
        ons_path_sampler_free(s);
        *sampler = NULL;
        return ONS_MEMORY;
    }
    size_t *fill = s->first + 1; /* fill[x] moves from the first event of x to that of x + 1 */
    for (size_t e = 0; e < process->events; e++) { fill[process->event[e].from + 1]++; }
    for (size_t x = 1; x <= process->states; x++) { fill[x] += fill[x - 1]; }
    for (size_t e = 0; e < process->events; e++) { s->order[fill[process->event[e].from]++] = e; }
    for (size_t x = 0; x < process->states; x++) {
        double sum = 0;
        for (size_t k = s->first[x]; k < s->first[x + 1]; k++) {
            const size_t e = s->order[k];
            s->cumulative[k] = sum += rates ? rates[e] : process->event[e].rate;
        }
    }
    return ONS_OK;
}

void ons_path_sampler_free(ons_path_sampler *sampler) {
    if (!sampler) { return; }
    free(sampler->first);
    free(sampler->order);
    free(sampler->cumulative);
    free(sampler);
}

size_t ons_path_sample(const ons_path_sampler *s, size_t start, double time, ons_random *random, double *totals) {
    const ons_path_process *process = s->process;
    size_t state = start;
    for (double at = 0;;) {
        const size_t first = s->first[state], last = s->first[state + 1];
        if (first == last) { return state; }
        const double escape = s->cumulative[last - 1];
        at -= log(ons_random_uniform(random)) / escape;
        if (at >= time) { return state; }
        const double mark = ons_random_uniform(random) * escape;
        size_t k = first;
        while (k + 1 < last && s->cumulative[k] <= mark) { k++; }
        const size_t e = s->order[k];
        for (size_t f = 0; f < process->functionals; f++) { totals[f] += process->weight[f * process->events + e]; }
        state = process->event[e].to;
    }
}

/* ---- steps ----------------------------------------------------------------------------------------------------- */

typedef struct slices {
    size_t states, steps;
    const double *kernel, *flux, *gamma;
    double *forward, *backward; /* [steps + 1][states], scaled */
    double *row;                /* [2][states] */
} slices;

static double element(const slices *w, size_t t, size_t x, size_t y) {
    const size_t at = x * w->states + y;
    return w->kernel[at] * exp(w->gamma[t] * w->flux[at]);
}

static double scale(size_t count, double *x) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) { sum += x[i]; }
    for (size_t i = 0; i < count; i++) { x[i] /= sum; }
    return log(sum);
}

static double propagate(slices *w, const double *p0) {
    const size_t n = w->states;
    memcpy(w->forward, p0, n * sizeof *p0);
    double logarithm = scale(n, w->forward);
    for (size_t t = 0; t < w->steps; t++) {
        const double *from = w->forward + t * n;
        double *to = w->forward + (t + 1) * n;
        for (size_t x = 0; x < n; x++) {
            for (size_t y = 0; y < n; y++) { to[y] += from[x] * element(w, t, x, y); }
        }
        logarithm += scale(n, to);
    }
    for (size_t x = 0; x < n; x++) { w->backward[w->steps * n + x] = 1; }
    for (size_t t = w->steps; t-- > 0;) {
        double *to = w->backward + t * n;
        for (size_t x = 0; x < n; x++) {
            for (size_t y = 0; y < n; y++) { to[x] += element(w, t, x, y) * w->backward[(t + 1) * n + y]; }
        }
        (void)scale(n, to);
    }
    return logarithm;
}

/* <j_t j_t'> for t' >= t: the flux of step t is carried forward with a weight of its own. */
static void correlate(const slices *w, size_t t, double *means, double *products) {
    const size_t n = w->states;
    double *plain = w->row, *marked = w->row + n;
    memcpy(plain, w->forward + t * n, n * sizeof *plain);
    memset(marked, 0, n * sizeof *marked);
    for (size_t u = t; u < w->steps; u++) {
        const double *back = w->backward + (u + 1) * n;
        double z = 0, mean = 0, product = 0, next[2 * 64];
        memset(next, 0, sizeof next);
        for (size_t x = 0; x < n; x++) {
            for (size_t y = 0; y < n; y++) {
                const double weight = element(w, u, x, y), j = w->flux[x * n + y];
                z += plain[x] * weight * back[y];
                mean += plain[x] * weight * j * back[y];
                product += (u == t ? plain[x] * j : marked[x]) * weight * j * back[y];
                next[y] += plain[x] * weight;
                next[n + y] += (u == t ? plain[x] * j : marked[x]) * weight;
            }
        }
        means[u] = mean / z;
        products[u] = product / z;
        double sum = 0;
        for (size_t y = 0; y < n; y++) { sum += next[y]; }
        for (size_t y = 0; y < n; y++) {
            plain[y] = next[y] / sum;
            marked[y] = next[n + y] / sum;
        }
    }
}

ons_status ons_path_slices(size_t states, const double *kernel, const double *flux, const double *p0, size_t steps,
                           const double *gamma, double *log_partition, double *mean, double *covariance) {
    if (states == 0 || states > 64 || steps == 0) {
        return ons_fail(ONS_INVALID, "slices have 1 to 64 states and a step at least, not %zu and %zu", states, steps);
    }
    slices w = {.states = states, .steps = steps, .kernel = kernel, .flux = flux, .gamma = gamma};
    double *memory = ONS_NEW(double, 2 * (steps + 1) * states + 2 * states + 2 * steps);
    if (!memory) { return ONS_MEMORY; }
    w.forward = memory;
    w.backward = w.forward + (steps + 1) * states;
    w.row = w.backward + (steps + 1) * states;
    double *means = w.row + 2 * states, *products = means + steps;
    const double logarithm = propagate(&w, p0);
    if (log_partition) { *log_partition = logarithm; }
    for (size_t t = 0; t < steps; t++) {
        correlate(&w, t, means, products);
        if (mean) { mean[t] = means[t]; }
        for (size_t u = t; covariance && u < steps; u++) {
            covariance[t * steps + u] = covariance[u * steps + t] = products[u] - means[t] * means[u];
        }
    }
    free(memory);
    return isfinite(logarithm) ? ONS_OK : ons_fail(ONS_FAILED, "ln Z of the paths is not finite");
}

ons_status ons_path_information_loss(size_t states, const double *kernel, const double *reverse, const double *p,
                                     double *loss, double *system) {
    double *after = ONS_NEW(double, states);
    if (!after) { return ONS_MEMORY; }
    const double *back = reverse ? reverse : kernel;
    double sum = 0, entropy = 0;
    for (size_t x = 0; x < states; x++) {
        for (size_t y = 0; y < states; y++) { after[y] += p[x] * kernel[x * states + y]; }
        entropy += p[x] > 0 ? p[x] * log(p[x]) : 0;
    }
    for (size_t x = 0; x < states; x++) {
        entropy -= after[x] > 0 ? after[x] * log(after[x]) : 0;
        for (size_t y = 0; y < states; y++) {
            const double there = p[x] * kernel[x * states + y], again = after[y] * back[y * states + x];
            if (there > 0) { sum += again > 0 ? there * log(there / again) : INFINITY; }
        }
    }
    free(after);
    *loss = sum;
    if (system) { *system = entropy; }
    return ONS_OK;
}
