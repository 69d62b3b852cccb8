/*
 * Quantities of the user's own after the run: formulas over the samples that an archive keeps. Formulas of means are
 * evaluated on the stored joint bins, as if they had been asked for before the run; those of samples on the full series
 * where it is stored (the same again), else on the thinned record, which a note says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate.h"
#include "formula.h"
#include "results.h"

#include <onsager/samples.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 4096 /* rows of a series in memory */

/* One formula in one task. */
typedef struct asked {
    const char *name;
    lab_formula formula;
    lab_term terms[LAB_FORMULA_NAMES]; /* of the vector [stored components, own ones] */
    double *constants[LAB_FORMULA_NAMES];
    bool own_inputs; /* uses another quantity of the user's own */
    unsigned rank;
    size_t shape[4], size, offset; /* offset: of samples: its place in the vector */
    const char *axis;
} asked;

typedef struct session {
    const ons_task_result *result;
    const ons_task_samples *samples;
    asked *list;
    size_t count;
    size_t width; /* of the vector */
} session;

static ons_status refuse(const asked *a, const char *why) {
    const char *text = a->formula.text; /* NULL: it could not be read, the reason quotes it */
    return ons_fail(ONS_INVALID, "measure.%s%s%s: %s", a->name, text == NULL ? "" : "=", text == NULL ? "" : text, why);
}

/* The present message with the formula before it. */
static ons_status refuse_again(const asked *a) {
    char *why = ons_copy(ons_message());
    const ons_status status = refuse(a, why == NULL ? "" : why);
    free(why);
    return status;
}

/* ---- names ----------------------------------------------------------------------------------------------------------
 */

static void take_shape(asked *a, unsigned rank, const size_t *shape, const char *axis) {
    if (rank == 0 || (a->rank > 0 && (a->axis != NULL || axis == NULL))) { return; }
    a->rank = rank;
    memcpy(a->shape, shape, sizeof a->shape);
    a->axis = axis;
}

static ons_status take_component(const asked *a, const lab_reference *reference, size_t count, lab_term *term) {
    term->size = count;
    term->inner = 1;
    if (!reference->indexed) { return ONS_OK; }
    if (reference->component >= count) {
        char why[128];
        snprintf(why, sizeof why, "`%.40s` has %zu component%s, counted from 0", reference->name, count,
                 count == 1 ? "" : "s");
        return refuse(a, why);
    }
    term->offset += reference->component;
    term->size = 1;
    return ONS_OK;
}

/* "16" or "[1,2,4]" as numbers, allocated; NULL: it is no number. */
static double *numbers_of(const char *text, size_t *count) {
    double *numbers = ONS_NEW(double, strlen(text) / 2 + 1);
    *count = 0;
    for (const char *at = text + strspn(text, "[ "); numbers != NULL && *at != '\0' && *at != ']';) {
        const size_t length = strcspn(at, ",] ");
        char word[64];
        if (length == 0 || length >= sizeof word) { break; }
        memcpy(word, at, length);
        word[length] = '\0';
        if (ons_parse_real(word, &numbers[*count]) != ONS_OK) { break; }
        ++*count;
        at += length + strspn(at + length, ", ");
    }
    if (*count == 0) { free(numbers), numbers = NULL; }
    return numbers;
}

/* Another quantity of the user's own, of samples, that was given before. */
static const asked *find_own(const session *s, size_t before, const char *name) {
    for (size_t i = 0; i < s->count; i++) {
        const asked *other = &s->list[i];
        const bool ready = other->formula.of_means ? false : other->offset > 0 && i != before;
        if (ready && strcmp(other->name, name) == 0) { return other; }
    }
    return NULL;
}

static ons_status find_parameter(const session *s, asked *a, size_t index, bool *found) {
    const lab_reference *reference = &a->formula.references[index];
    *found = false;
    for (size_t p = 0; p < s->result->parameters; p++) {
        if (strcmp(s->result->parameter[p], reference->name) != 0 || !s->result->value_is_number[p]) { continue; }
        size_t count;
        a->constants[index] = numbers_of(s->result->value[p], &count);
        if (a->constants[index] == NULL) { return ONS_MEMORY; }
        *found = true;
        a->terms[index] = (lab_term){.constant = a->constants[index]};
        return take_component(a, reference, count, &a->terms[index]);
    }
    return ONS_OK;
}

static ons_status find_stored(const session *s, asked *a, size_t index) {
    const lab_reference *reference = &a->formula.references[index];
    const ons_result *result = ons_task_find(s->result, reference->name);
    size_t first, count;
    if (result != NULL && result->derived) {
        return refuse(a, "it names a quantity that is made of means already; a formula takes what is measured, such as "
                         "energy, and mean(energy) for its mean");
    }
    if (ons_task_samples_find(s->samples, reference->name, &first, &count) != ONS_OK) { return refuse_again(a); }
    a->terms[index] = (lab_term){.offset = first};
    if (result != NULL && !reference->indexed) { take_shape(a, result->rank, result->shape, result->axis); }
    return take_component(a, reference, count, &a->terms[index]);
}

static ons_status find_term(const session *s, size_t which, size_t index) {
    asked *a = &s->list[which];
    const lab_reference *reference = &a->formula.references[index];
    const asked *own = find_own(s, which, reference->name);
    bool parameter = false;
    if (own == NULL && !reference->in_mean && ons_task_find(s->result, reference->name) == NULL) {
        const ons_status status = find_parameter(s, a, index, &parameter);
        if (status != ONS_OK || parameter) { return status; }
    }
    if (a->formula.of_means && reference->plain) {
        return refuse(a, "in a formula of means everything measured stands in mean(...)");
    }
    if (own == NULL) { return find_stored(s, a, index); }
    a->own_inputs = true;
    a->terms[index] = (lab_term){.offset = own->offset};
    if (!reference->indexed) { take_shape(a, own->rank, own->shape, own->axis); }
    return take_component(a, reference, own->size, &a->terms[index]);
}

/* Arrays go component by component. */
static ons_status fit_terms(asked *a) {
    a->size = 1;
    for (unsigned d = 0; d < a->rank; d++) { a->size *= a->shape[d]; }
    for (size_t i = 0; i < a->formula.count; i++) {
        lab_term *term = &a->terms[i];
        if (term->size == 1 || term->size == a->size) { continue; }
        if (term->constant == NULL || a->rank == 0 || term->size != a->shape[0]) {
            return refuse(a, "it mixes arrays of different lengths; take a component, such as NAME[0]");
        }
        term->inner = a->size / term->size;
    }
    return ONS_OK;
}

static ons_status resolve(session *s) {
    ons_status status = ONS_OK;
    s->width = s->samples->components;
    for (int means = 0; means < 2; means++) { /* those of samples first */
        for (size_t i = 0; i < s->count && status == ONS_OK; i++) {
            asked *a = &s->list[i];
            if (a->formula.of_means != (means == 1)) { continue; }
            bool measured = false;
            for (size_t k = 0; k < a->formula.count && status == ONS_OK; k++) {
                status = find_term(s, i, k);
                measured = measured || a->terms[k].constant == NULL;
            }
            if (status == ONS_OK && !measured) { status = refuse(a, "it holds nothing that is measured"); }
            if (status == ONS_OK) { status = fit_terms(a); }
            if (status != ONS_OK) { return status; }
            a->offset = s->width;
            if (means == 0) { s->width += a->size; }
        }
    }
    return status;
}

static void values_of(const asked *a, const double *vector, double *values) {
    const double *base[LAB_FORMULA_NAMES];
    for (size_t i = 0; i < a->formula.count; i++) {
        base[i] = (a->terms[i].constant != NULL ? a->terms[i].constant : vector) + a->terms[i].offset;
    }
    for (size_t c = 0; c < a->size; c++) { values[c] = lab_formula_value(&a->formula, a->terms, base, c); }
}

/* ---- samples --------------------------------------------------------------------------------------------------------
 */

static void add_row(const session *s, const double *row, double *vector, ons_bins *bins) {
    memcpy(vector, row, s->samples->components * sizeof *row);
    for (size_t i = 0; i < s->count; i++) {
        if (!s->list[i].formula.of_means) { values_of(&s->list[i], vector, vector + s->list[i].offset); }
    }
    ons_bins_add(bins, vector);
}

static ons_status add_series(const session *s, ons_samples *archive, size_t index, size_t replica, double *vector,
                             ons_bins *bins) {
    const size_t components = s->samples->components;
    const uint64_t rows = s->samples->replica[replica].series;
    double *piece = ONS_NEW(double, PIECE *components);
    ons_status status = piece == NULL ? ONS_MEMORY : ONS_OK;
    for (uint64_t first = 0; first < rows && status == ONS_OK; first += PIECE) {
        const size_t now = rows - first < PIECE ? (size_t)(rows - first) : PIECE;
        status = ons_samples_series(archive, index, s->samples, replica, first, now, piece);
        for (size_t r = 0; r < now && status == ONS_OK; r++) { add_row(s, piece + r * components, vector, bins); }
    }
    free(piece);
    return status;
}

/* Bins of the whole vector of one replica. */
static ons_status bin_replica(const session *s, ons_samples *archive, size_t index, size_t replica, bool series,
                              ons_bins *bins) {
    const ons_replica_samples *from = &s->samples->replica[replica];
    double *vector = ONS_NEW(double, s->width);
    if (vector == NULL) { return ONS_MEMORY; }
    ons_status status = ons_bins_init(bins, s->width, from->bins->capacity);
    if (status == ONS_OK && series) { status = add_series(s, archive, index, replica, vector, bins); }
    for (size_t r = 0; status == ONS_OK && !series && r < from->record->count; r++) {
        add_row(s, from->record->rows + r * s->samples->components, vector, bins);
    }
    free(vector);
    return status;
}

/* Whether every replica has kept all its samples. */
static bool has_series(const ons_task_samples *samples) {
    for (size_t r = 0; r < samples->replicas; r++) {
        const ons_replica_samples *replica = &samples->replica[r];
        if (replica->bins != NULL && replica->series < replica->bins->samples) { return false; }
    }
    return samples->replicas > 0;
}

/* ---- results --------------------------------------------------------------------------------------------------------
 */

static void derive(void *data, const double *means, double *outputs) { values_of(data, means, outputs); }

static ons_status estimate(asked *a, const ons_joint *joint, bool alone, ons_estimate *estimates) {
    const double *means = ons_joint_means(joint);
    if (alone) { /* nobody knows the scatter of one replica of a disorder */
        double *values = ONS_NEW(double, a->size);
        if (values == NULL) { return ONS_MEMORY; }
        values_of(a, means, values);
        for (size_t c = 0; c < a->size; c++) {
            estimates[c] = lab_estimate_nothing();
            estimates[c].mean = a->formula.of_means ? values[c] : means[a->offset + c];
        }
        free(values);
        return ONS_OK;
    }
    ons_status status = ONS_OK;
    if (a->formula.of_means) {
        status = ons_joint_derived(joint, a->size, derive, a, estimates);
        for (size_t c = 0; c < a->size; c++) { estimates[c].tau = estimates[c].binning_tau = NAN; }
    }
    for (size_t c = 0; !a->formula.of_means && c < a->size && status == ONS_OK; c++) {
        status = ons_joint_estimate(joint, a->offset + c, &estimates[c]);
    }
    return status;
}

/* Flags as those of a run have them: what is not finite, and what is wrong with the means it is made of. */
static ons_status judge(const asked *a, const ons_joint *joint, bool independent, ons_estimate *estimates) {
    bool *used = ONS_NEW(bool, ons_joint_components(joint));
    if (used == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < a->formula.count; i++) {
        const lab_term *term = &a->terms[i];
        for (size_t c = 0; term->constant == NULL && c < term->size; c++) { used[term->offset + c] = true; }
    }
    const bool inputs = a->formula.of_means && !independent;
    const ons_status status = inputs ? ons_joint_inputs(joint, used, a->size, estimates) : ONS_OK;
    for (size_t c = 0; c < a->size; c++) {
        if (!isfinite(estimates[c].mean)) { estimates[c].flags |= ONS_NOT_FINITE; }
    }
    free(used);
    return status;
}

static ons_status keep(const session *s, asked *a, const ons_joint *joint, size_t sampled, ons_result *result) {
    *result = (ons_result){.kind = ONS_MEAN, .derived = a->formula.of_means, .rank = a->rank, .size = a->size};
    memcpy(result->shape, a->shape, sizeof result->shape);
    result->name = ons_copy(a->name);
    result->unit = ons_copy("");
    result->meaning = ons_copy(a->formula.text);
    result->axis = a->axis == NULL ? NULL : ons_copy(a->axis);
    ons_estimate *estimates = ONS_NEW(ons_estimate, a->size);
    ons_status status = result->name && result->unit && result->meaning && estimates ? ONS_OK : ONS_MEMORY;
    const bool alone = s->samples->independent && sampled == 1;
    if (status == ONS_OK) { status = estimate(a, joint, alone, estimates); }
    if (status == ONS_OK && !alone) { status = judge(a, joint, s->samples->independent, estimates); }
    if (status == ONS_OK) { status = lab_result_reserve(result, 1, true); }
    for (size_t c = 0; c < a->size && status == ONS_OK; c++) { lab_result_set(result, c, &estimates[c]); }
    free(estimates);
    return status;
}

static ons_status note_record(const session *s, ons_task_result *task) {
    uint64_t rows = 0, samples = 0;
    ons_text notes = {0};
    for (size_t r = 0; r < s->samples->replicas; r++) {
        rows += s->samples->replica[r].record->count;
        samples += s->samples->replica[r].bins->samples;
    }
    ons_text_add(&notes, "%s", task->notes);
    for (size_t i = 0; i < s->count; i++) {
        const asked *a = &s->list[i];
        if (a->formula.of_means && !a->own_inputs) { continue; }
        ons_text_add(&notes, "%s is from the thinned record, %llu of %llu samples; series=yes keeps all\n", a->name,
                     (unsigned long long)rows, (unsigned long long)samples);
    }
    if (notes.failed) {
        ons_text_free(&notes);
        return ONS_MEMORY;
    }
    free((void *)task->notes);
    task->notes = notes.data;
    return ONS_OK;
}

/* Results behind those of the task, from the joints: of the stored bins, and of the bins of the whole vector (NULL:
 * nothing asks for it). */
static ons_status keep_all(session *s, ons_task_result *task, const ons_joint *stored, const ons_joint *whole,
                           size_t sampled) {
    ons_result *results = ONS_NEW(ons_result, task->results + s->count);
    if (results == NULL) { return ONS_MEMORY; }
    if (task->results > 0) { memcpy(results, task->result, task->results * sizeof *results); }
    free((void *)task->result);
    task->result = results;
    ons_status status = ONS_OK;
    for (size_t i = 0; i < s->count && status == ONS_OK; i++) {
        asked *a = &s->list[i];
        const ons_joint *joint = a->formula.of_means && !a->own_inputs ? stored : whole;
        ons_result *result = &results[task->results++];
        status = keep(s, a, joint, sampled, result);
        for (size_t c = 0; status == ONS_OK && c < a->size; c++) { task->flags |= result->flags[c]; }
    }
    return status;
}

static ons_status measure_task(session *s, ons_samples *archive, size_t index, ons_task_result *task) {
    const size_t replicas = s->samples->replicas;
    bool whole_wanted = false;
    for (size_t i = 0; i < s->count; i++) { whole_wanted = whole_wanted || !s->list[i].formula.of_means; }
    const bool series = has_series(s->samples);
    ons_bins *bins = ONS_NEW(ons_bins, replicas + 1);
    const ons_bins **list = ONS_NEW(const ons_bins *, replicas + 1);
    ons_joint *stored = NULL, *whole = NULL;
    size_t sampled = 0;
    ons_status status = bins == NULL || list == NULL ? ONS_MEMORY : ons_task_samples_joint(s->samples, &stored);
    for (size_t r = 0; r < replicas && status == ONS_OK; r++) {
        if (s->samples->replica[r].bins->samples == 0) { continue; }
        if (whole_wanted) { status = bin_replica(s, archive, index, r, series, &bins[sampled]); }
        list[sampled] = &bins[sampled];
        sampled++;
    }
    if (status == ONS_OK && whole_wanted) {
        status = ons_joint_create(&whole, list, sampled, s->samples->independent ? ONS_INDEPENDENT : 0);
    }
    if (status == ONS_OK) { status = keep_all(s, task, stored, whole, sampled); }
    if (status == ONS_OK && whole_wanted && !series) { status = note_record(s, task); }
    for (size_t r = 0; bins != NULL && r < replicas; r++) {
        if (bins[r].components) { ons_bins_free(&bins[r]); }
    }
    ons_joint_free(stored);
    ons_joint_free(whole);
    free(list);
    free(bins);
    return status;
}

/* ---- the archive ----------------------------------------------------------------------------------------------------
 */

static ons_status check_name(const ons_results *results, const asked *list, size_t index) {
    const char *name = list[index].name;
    bool taken = false;
    if (!lab_formula_is_name(name)) {
        return ons_fail(ONS_INVALID,
                        "measure.%s: `%s` cannot name a quantity: letters, digits and '_' can, a letter first, and not "
                        "the words of formulas",
                        name, name);
    }
    for (size_t i = 0; i < index; i++) { taken = taken || strcmp(list[i].name, name) == 0; }
    for (size_t i = 0; i < results->name_count; i++) { taken = taken || strcmp(results->names[i], name) == 0; }
    for (size_t p = 0; results->count > 0 && p < results->tasks[0].parameters; p++) {
        taken = taken || strcmp(results->tasks[0].parameter[p], name) == 0;
    }
    return taken ? ons_fail(ONS_INVALID,
                            "measure.%s: there is a parameter or quantity `%s` already; give yours another "
                            "name",
                            name, name)
                 : ONS_OK;
}

static void forget_terms(session *s) {
    for (size_t i = 0; i < s->count; i++) {
        asked *a = &s->list[i];
        for (size_t k = 0; k < LAB_FORMULA_NAMES; k++) { free(a->constants[k]); }
        memset(a->constants, 0, sizeof a->constants);
        a->rank = 0;
        a->offset = 0;
        a->axis = NULL;
        a->own_inputs = false;
    }
}

static ons_status measure_all(ons_results *results, session *s, ons_samples *archive) {
    ons_status status = ONS_OK;
    for (size_t t = 0; t < results->count && status == ONS_OK; t++) {
        ons_task_result *task = &results->tasks[t];
        ons_task_samples *samples = NULL;
        const size_t index = ons_samples_find(archive, task->key);
        status = ons_samples_task(archive, index, &samples);
        if (status != ONS_OK) { break; }
        s->result = task;
        s->samples = samples;
        status = resolve(s);
        if (status == ONS_OK) { status = measure_task(s, archive, index, task); }
        forget_terms(s);
        ons_task_samples_free(samples);
    }
    return status;
}

ons_status ons_results_measure(ons_results *results, const ons_own_quantity *measures, size_t count) {
    session s = {.list = ONS_NEW(asked, count), .count = count};
    ons_samples *archive = NULL;
    ons_status status = s.list == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t i = 0; i < count && status == ONS_OK; i++) {
        s.list[i].name = measures[i].name;
        status = check_name(results, s.list, i);
        if (status != ONS_OK) { break; }
        status = lab_formula_parse(&s.list[i].formula, measures[i].formula);
        if (status == ONS_INVALID) { refuse_again(&s.list[i]); }
    }
    if (status == ONS_OK) { status = ons_samples_open(&archive, results->path); }
    if (status == ONS_OK) { status = measure_all(results, &s, archive); }
    if (status == ONS_OK) { status = lab_results_names(results); }
    ons_samples_close(archive);
    for (size_t i = 0; s.list != NULL && i < count; i++) { lab_formula_free(&s.list[i].formula); }
    free(s.list);
    return status;
}
