/*
 * Learning of the monotone machine: completion of partly seen images with their classes, losses, and derivatives
 * through the fixed point by the implicit function theorem.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "monotone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = MONOTONE_LANES };

/* ---- derivatives by weights ----------------------------------------------------------------------------------- */

/* With S the scales, the part of u' Phi z in A is sum_v s^2 u_v' A_v'A_v z_v - (A S u)'(A S z). */
typedef struct pulling {
    const ons_monotone *machine;
    const double *z, *u;   /* scaled */
    const double *Az, *Au; /* their images */
    const double *block;   /* K of each variable: A_v K_v is the derivative by the columns of v */
    double *gradient;
} pulling;

static void products(const ons_monotone *m, const monotone_product *product, const double *weights, const double *from,
                     double *to) {
    for (size_t tier = 0; tier < m->shape.tiers; tier++) {
        const size_t channels = m->shape.tier[tier].channels;
        for (size_t site = 0; site < monotone_sites(&m->shape.tier[tier]); site++) {
            const size_t at = m->site_of[tier] + site, begin = product->start[at];
            m->kernels->multiply(channels, product->start[at + 1] - begin, product->segment + begin, weights, from,
                                 to + (m->element_of[tier] + site * channels) * LANES);
        }
    }
}

static double lanes_product(const double *a, const double *b) {
    double sum[4] = {0};
    for (size_t lane = 0; lane < LANES; lane++) { sum[lane % 4] += a[lane] * b[lane]; }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* K = s^2 sum over lanes (z u' + u z') + (dF/ds)(-s/lambda) w w', the last where the scale binds: s = sqrt((1 - m) /
 * lambda), d lambda = 2 w' A' dA w. z and u are not scaled here; back: A'A S z and A'A S u. */
static void variable_block(const ons_monotone *m, size_t v, const double *z, const double *u, const double *back_z,
                           const double *back_u, double *block) {
    const monotone_variable at = monotone_variable_at(m, v);
    const size_t k = at.states;
    const double *gram = m->gram + m->block_of[v], *w = m->vector + at.first;
    const double s = m->scale[v];
    double by_scale = 0;
    for (size_t a = 0; a < k; a++) {
        const size_t row = (at.first + a) * LANES;
        by_scale -= lanes_product(u + row, back_z + row) + lanes_product(z + row, back_u + row);
        for (size_t b = 0; b < k; b++) {
            const double zu = lanes_product(z + row, u + (at.first + b) * LANES);
            const double uz = lanes_product(u + row, z + (at.first + b) * LANES);
            block[a * k + b] = s * s * (zu + uz);
            by_scale += 2 * s * gram[a * k + b] * uz;
        }
    }
    if (s >= 1) { return; }
    for (size_t a = 0; a < k; a++) {
        for (size_t b = 0; b < k; b++) { block[a * k + b] -= by_scale * s / m->top[v] * w[a] * w[b]; }
    }
}

/* All kernels that see one source site: -(A S u)_r (S z)_c - (A S z)_r (S u)_c + (A_v K_v)_rc. */
static void pull_site(const pulling *p, size_t tier, size_t site) {
    const ons_monotone *m = p->machine;
    const size_t channels = m->shape.tier[tier].channels, states = m->shape.tier[tier].states;
    const size_t first = m->element_of[tier] + site * channels, at = m->site_of[tier] + site;
    for (size_t s = m->backward.start[at]; s < m->backward.start[at + 1]; s++) {
        const monotone_segment *segment = &m->backward.segment[s];
        const size_t targets = segment->count, row = (size_t)segment->source * LANES;
        double *to = p->gradient + segment->matrix;
        m->kernels->outer(channels, targets, p->z + first * LANES, p->Au + row, -1, to);
        m->kernels->outer(channels, targets, p->u + first * LANES, p->Az + row, -1, to);
        for (size_t c = 0; c < channels; c++) {
            const size_t v = m->variable_of[tier] + (site * channels + c) / states;
            const double *K = p->block + m->block_of[v] + c % states * states;
            for (size_t b = 0; b < states; b++) {
                const double *weight = m->values + segment->matrix + (c / states * states + b) * targets;
                for (size_t t = 0; t < targets; t++) { to[c * targets + t] += K[b] * weight[t]; }
            }
        }
    }
}

static void scale_rows(const ons_monotone *m, const double *z, double *out) {
    for (size_t v = 0; v < m->variables; v++) {
        const monotone_variable at = monotone_variable_at(m, v);
        for (size_t k = at.first * LANES; k < (at.first + at.states) * LANES; k++) { out[k] = m->scale[v] * z[k]; }
    }
}

void ons_monotone_pull(const ons_monotone *machine, ons_monotone_work *work, const double *z, const double *u,
                       double *gradient) {
    const ons_monotone *m = machine;
    double *block = work->field; /* takes `states` numbers an element; soft and next follow: 3 LANES in all */
    scale_rows(m, z, work->r);
    scale_rows(m, u, work->p);
    products(m, &m->forward, m->values, work->r, work->Jr);
    products(m, &m->forward, m->values, work->p, work->Jp);
    products(m, &m->backward, m->turned, work->Jr, work->image);
    products(m, &m->backward, m->turned, work->Jp, work->back);
    for (size_t v = 0; v < m->variables; v++) {
        variable_block(m, v, z, u, work->image, work->back, block + m->block_of[v]);
    }
    const pulling p = {m, work->r, work->p, work->Jr, work->Jp, block, gradient};
    for (size_t tier = 0; tier < m->shape.tiers; tier++) {
        for (size_t site = 0; site < monotone_sites(&m->shape.tier[tier]); site++) { pull_site(&p, tier, site); }
    }
    for (size_t e = 0; e < m->elements; e++) {
        for (size_t lane = 0; lane < LANES; lane++) { gradient[m->weights + e] += u[e * LANES + lane]; }
    }
}

/* ---- losses --------------------------------------------------------------------------------------------------- */

/* softmax(scale^2 h) of one variable and lane; returns where h is largest. */
static size_t predict(size_t states, double scale, const double *h, double *q) {
    size_t best = 0;
    double sum = 0;
    for (size_t a = 1; a < states; a++) { best = h[a * LANES] > h[best * LANES] ? a : best; }
    for (size_t a = 0; a < states; a++) {
        q[a] = exp(scale * scale * (h[a * LANES] - h[best * LANES]));
        sum += q[a];
    }
    for (size_t a = 0; a < states; a++) { q[a] /= sum; }
    return best;
}

/* -weight (1 - p)^power ln p; its derivative by the logit a is slope (delta_ac - q_a). power is 0 or 2. */
static double focal(double p, double weight, bool focused, double *slope) {
    const double safe = fmax(p, 1e-300), rest = focused ? 1 - p : 1;
    *slope = focused ? weight * (2 * rest * p * log(safe) - rest * rest) : -weight;
    return -weight * rest * rest * log(safe);
}

typedef struct judging {
    const ons_monotone *machine;
    const ons_completion *examples;
    const double *field;
    double *e, *gradient; /* derivative by the fields; by all values, or NULL */
    ons_completion_loss *loss;
} judging;

/* One variable of one lane: adds to e and to the gradient of the scale; returns the loss. */
static double judge_variable(const judging *j, size_t first, size_t states, size_t lane, size_t truth, size_t scale_at,
                             double weight, bool focused, bool *missed) {
    double q[MONOTONE_STATES] = {0}, slope;
    const double scale = j->machine->values[scale_at];
    const double *h = j->field + first * LANES + lane;
    *missed = predict(states, scale, h, q) != truth;
    const double balance = focused && j->examples->balance ? j->examples->balance[truth] : 1;
    const double loss = focal(q[truth], balance, focused, &slope);
    double along = 0;
    for (size_t a = 0; a < states; a++) {
        const double by_logit = weight * slope * ((a == truth ? 1 : 0) - q[a]);
        j->e[(first + a) * LANES + lane] = by_logit * scale * scale;
        along += by_logit * 2 * scale * h[a * LANES];
    }
    if (j->gradient) { j->gradient[scale_at] += along; }
    return loss;
}

static void judge_lane(const judging *j, size_t lane) {
    const ons_monotone *m = j->machine;
    const ons_completion *x = j->examples;
    const size_t pixels = monotone_sites(&m->shape.tier[0]), states = m->shape.tier[0].states;
    const size_t last = m->shape.tiers - 1, scales = m->weights + m->elements;
    size_t hidden = 0;
    bool missed;
    for (size_t v = 0; v < pixels; v++) { hidden += !x->seen[v * LANES + lane]; }
    double sum = 0;
    for (size_t v = 0; v < pixels; v++) {
        if (x->seen[v * LANES + lane]) { continue; }
        sum += judge_variable(j, v * states, states, lane, x->pixel[v * LANES + lane], scales + v,
                              (1 - x->share) / (double)hidden, true, &missed);
        j->loss->missed += missed;
    }
    j->loss->hidden += hidden;
    if (hidden) { j->loss->reconstruction += sum / (double)hidden; }
    j->loss->classification += judge_variable(j, m->element_of[last], m->shape.tier[last].states, lane, x->label[lane],
                                              m->count - 1, x->share, false, &missed);
    j->loss->wrong += missed;
}

static ons_status check_examples(const ons_monotone *m, const ons_completion *x) {
    const ons_tier *pixel = &m->shape.tier[0], *label = &m->shape.tier[m->shape.tiers - 1];
    if (m->shape.tiers < 2 || pixel->channels != pixel->states || label->side != 1 ||
        label->channels != label->states) {
        return ons_fail(ONS_INVALID,
                        "completion needs one variable a site in tier 0 and one variable in the last tier");
    }
    if (x->lanes < 1 || x->lanes > LANES) {
        return ons_fail(ONS_INVALID, "1 to %d examples are completed at once, not %zu", LANES, x->lanes);
    }
    for (size_t lane = 0; lane < x->lanes; lane++) {
        if (x->label[lane] >= label->states) {
            return ons_fail(ONS_INVALID, "a label is %d, but there are %zu classes", x->label[lane], label->states);
        }
        for (size_t v = 0; v < monotone_sites(pixel); v++) {
            if (x->pixel[v * LANES + lane] >= pixel->states) {
                return ons_fail(ONS_INVALID, "pixel %zu has state %d of %zu", v, x->pixel[v * LANES + lane],
                                pixel->states);
            }
        }
    }
    return ONS_OK;
}

/* Uniform marginals, but seen pixels; lanes without an example are left uniform. */
static void begin(const ons_monotone *m, const ons_completion *x, uint8_t *clamped, double *z) {
    const size_t pixels = monotone_sites(&m->shape.tier[0]);
    memset(clamped, 0, m->variables * LANES);
    for (size_t v = 0; v < m->variables; v++) {
        const monotone_variable at = monotone_variable_at(m, v);
        for (size_t k = at.first * LANES; k < (at.first + at.states) * LANES; k++) { z[k] = 1 / (double)at.states; }
        for (size_t lane = 0; v < pixels && lane < x->lanes; lane++) {
            if (!x->seen[v * LANES + lane]) { continue; }
            clamped[v * LANES + lane] = 1;
            for (size_t a = 0; a < at.states; a++) {
                z[(at.first + a) * LANES + lane] = a == x->pixel[v * LANES + lane] ? 1 : 0;
            }
        }
    }
}

ons_status ons_monotone_complete(const ons_monotone *machine, ons_monotone_work *work, const ons_fixed_point *how,
                                 const ons_completion *examples, double *z, ons_completion_loss *loss,
                                 double *gradient) {
    ons_status status = check_examples(machine, examples);
    if (status) { return status; }
    uint8_t *clamped = ONS_NEW(uint8_t, machine->variables * LANES);
    if (!clamped) { return ONS_MEMORY; }
    begin(machine, examples, clamped, z);
    status = ons_monotone_solve(machine, work, how, clamped, examples->lanes, z, NULL, NULL);
    if (!status) {
        ons_monotone_fields(machine, work, z, true, work->field);
        memset(work->e, 0, machine->elements * LANES * sizeof *work->e);
        const judging j = {machine, examples, work->field, work->e, gradient, loss};
        for (size_t lane = 0; lane < examples->lanes; lane++) { judge_lane(&j, lane); }
    }
    if (!status && gradient) {
        status = ons_monotone_adjoint(machine, work, clamped, examples->lanes, z, work->e, fmin(how->tolerance, 1e-4),
                                      work->u);
        if (!status) { ons_monotone_pull(machine, work, z, work->u, gradient); }
    }
    free(clamped);
    return status;
}
