/*
 * Claims of a paper: the rule of the verdict, and how a claim is settled.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reproduction.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ----------------------------------------------------------------------------------------------------------
 */

const char *ons_verdict_name(ons_verdict verdict) {
    switch (verdict) {
    case ONS_AGREES: return "agrees";
    case ONS_DIFFERS: return "differs";
    case ONS_NOT_CHECKED: break;
    }
    return "not-checked";
}

const char *ons_claim_kind_name(ons_claim_kind kind) {
    switch (kind) {
    case ONS_CLAIM_EXACT: return "exact";
    case ONS_CLAIM_PUBLISHED: return "published";
    case ONS_CLAIM_ORDERING: return "ordering";
    case ONS_CLAIM_STATEMENT: break;
    }
    return "statement";
}

const char *ons_effort_name(ons_effort effort) {
    switch (effort) {
    case ONS_QUICK: return "quick";
    case ONS_STANDARD: return "standard";
    case ONS_FULL: break;
    }
    return "full";
}

/* ---- the rule -------------------------------------------------------------------------------------------------------
 */

static bool is_number(const ons_claim *claim) {
    return claim->kind == ONS_CLAIM_EXACT || claim->kind == ONS_CLAIM_PUBLISHED;
}

/* How far a number lies from the published one; for bounds, how far on the wrong side (negative: on the right one). */
static double deviation(const ons_claim *claim, double ours) {
    switch (claim->bound) {
    case ONS_CLAIM_AT_LEAST: return claim->published - ours;
    case ONS_CLAIM_AT_MOST: return ours - claim->published;
    default: return fabs(ours - claim->published);
    }
}

/* Why a number is no check at all; NULL: it is one. */
static const char *no_check(const ons_claim *claim, double ours, double error) {
    if (!isfinite(ours)) { return "our number is not finite"; }
    if (!isfinite(error) || error < 0) { return "our number has no finite error"; }
    if (claim->precision > 0 && error > claim->precision) { return "our error is so large that this could not fail"; }
    return NULL;
}

ons_verdict ons_claim_verdict(const ons_claim *claim, double ours, double error) {
    if (no_check(claim, ours, error)) { return ONS_NOT_CHECKED; }
    const double allowed = claim->tolerance + 3 * hypot(error, claim->published_error);
    return deviation(claim, ours) <= allowed ? ONS_AGREES : ONS_DIFFERS;
}

static double sigma(const ons_claim *claim, double ours, double error) {
    const double combined = hypot(error, claim->published_error);
    if (!isfinite(ours) || !isfinite(combined) || !(combined > 0)) { return NAN; }
    return (claim->bound == ONS_CLAIM_EQUAL ? ours - claim->published : deviation(claim, ours)) / combined;
}

/* ---- the table ------------------------------------------------------------------------------------------------------
 */

void lab_reproduction_fault(ons_reproduction *reproduction, const char *format, ...) {
    if (reproduction->fault) { return; }
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&reproduction->fault, format, arguments) < 0) {
        reproduction->fault = NULL;
        reproduction->memory = true;
    }
    va_end(arguments);
}

static ons_status check_claim(const ons_paper *paper, size_t index) {
    const ons_claim *claim = &paper->claims[index];
    const char *lacks = !claim->quantity ? "quantity" : !claim->place ? "place" : !claim->why ? "why" : NULL;
    if (lacks) { return ons_fail(ONS_FAILED, "paper %s: claim '%s' has no %s", paper->name, claim->id, lacks); }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(paper->claims[i].id, claim->id) == 0) {
            return ons_fail(ONS_FAILED, "paper %s: two claims have the id '%s'", paper->name, claim->id);
        }
    }
    const bool sound = isfinite(claim->published) && isfinite(claim->published_error) && isfinite(claim->tolerance) &&
                       isfinite(claim->precision) && claim->published_error >= 0 && claim->tolerance >= 0 &&
                       claim->precision >= 0 && claim->bound <= ONS_CLAIM_AT_MOST;
    if (sound) { return ONS_OK; }
    return ons_fail(ONS_FAILED,
                    "paper %s: the numbers of claim '%s' are not in order (finite; errors, tolerance and precision not "
                    "negative)",
                    paper->name, claim->id);
}

ons_status lab_claims_begin(ons_reproduction *reproduction) {
    const ons_paper *paper = reproduction->paper;
    size_t count = 0;
    for (; paper->claims[count].id; count++) {
        const ons_status status = check_claim(paper, count);
        if (status != ONS_OK) { return status; }
    }
    reproduction->settled = ONS_NEW(ons_settled, count);
    reproduction->why = ONS_NEW(char *, count);
    if (!reproduction->settled || !reproduction->why) { return ONS_MEMORY; }
    reproduction->claims = count;
    for (size_t i = 0; i < count; i++) {
        reproduction->settled[i] = (ons_settled){&paper->claims[i], ONS_NOT_CHECKED, NAN, NAN, NAN, ""};
    }
    return ONS_OK;
}

void lab_claims_end(ons_reproduction *reproduction) {
    for (size_t i = 0; i < reproduction->claims; i++) {
        ons_settled *settled = &reproduction->settled[i];
        if (reproduction->why[i]) { continue; }
        if (settled->claim->effort > reproduction->options.effort) {
            settled->why =
                settled->claim->effort == ONS_FULL ? "checked with --effort full" : "checked from --effort standard on";
        } else {
            settled->why = reproduction->stopped ? "the reproduction was interrupted before it came to this"
                                                 : "the reproduction did not come to this";
        }
    }
}

void lab_claims_free(ons_reproduction *reproduction) {
    for (size_t i = 0; reproduction->why && i < reproduction->claims; i++) { free(reproduction->why[i]); }
    free(reproduction->why);
    free(reproduction->settled);
    free(reproduction->fault);
}

size_t ons_reproduction_claims(const ons_reproduction *reproduction, const ons_settled **settled) {
    *settled = reproduction->settled;
    return reproduction->claims;
}

/* ---- settling -------------------------------------------------------------------------------------------------------
 */

/* The claim that is settled now; NULL where the paper makes a mistake, which is noted. */
static ons_settled *settle(ons_reproduction *reproduction, const char *id) {
    const char *names[512];
    size_t count = 0;
    for (size_t i = 0; i < reproduction->claims; i++) {
        const ons_claim *claim = reproduction->settled[i].claim;
        if (count < 512) { names[count++] = claim->id; }
        if (strcmp(claim->id, id) != 0) { continue; }
        if (!reproduction->why[i]) { return &reproduction->settled[i]; }
        lab_reproduction_fault(reproduction, "claim '%s' is settled twice", id);
        return NULL;
    }
    const char *nearest = ons_nearest(id, names, count);
    lab_reproduction_fault(reproduction, "there is no claim '%s'%s%s%s", id, nearest ? ", did you mean '" : "",
                           nearest ? nearest : "", nearest ? "'?" : "");
    return NULL;
}

/* Keeps the reason behind a verdict: what `first` says and the paper's own words. */
static void give_reason(ons_reproduction *reproduction, ons_settled *settled, const char *first, const char *format,
                        va_list arguments) {
    char *words = NULL, *why = NULL;
    if (vasprintf(&words, format, arguments) < 0) { words = NULL; }
    if (words) { why = ons_format("%s%s%s", first, *first && *words ? ": " : "", words); }
    free(words);
    if (!why) {
        reproduction->memory = true;
        return;
    }
    settled->why = reproduction->why[settled - reproduction->settled] = why;
}

/* A claim that a smaller effort settles is no check: its tolerances are meant for more. */
static const char *too_early(const ons_reproduction *reproduction, const ons_settled *settled) {
    if (settled->claim->effort <= reproduction->options.effort) { return NULL; }
    return settled->claim->effort == ONS_FULL ? "checked with --effort full only" : "checked from --effort standard on";
}

void ons_claim_number(ons_reproduction *reproduction, const char *id, double ours, double error, const char *note,
                      ...) {
    ons_settled *settled = settle(reproduction, id);
    if (!settled) { return; }
    const ons_claim *claim = settled->claim;
    if (!is_number(claim)) {
        lab_reproduction_fault(reproduction, "claim '%s' is of kind %s: ons_claim_holds settles it, not a number", id,
                               ons_claim_kind_name(claim->kind));
        return;
    }
    const char *first = too_early(reproduction, settled);
    if (!first) { first = no_check(claim, ours, error); }
    settled->ours = ours;
    settled->error = error;
    settled->sigma = sigma(claim, ours, error);
    settled->verdict = first ? ONS_NOT_CHECKED : ons_claim_verdict(claim, ours, error);
    va_list arguments;
    va_start(arguments, note);
    give_reason(reproduction, settled, first ? first : "", note, arguments);
    va_end(arguments);
}

void ons_claim_holds(ons_reproduction *reproduction, const char *id, bool holds, const char *evidence, ...) {
    ons_settled *settled = settle(reproduction, id);
    if (!settled) { return; }
    if (is_number(settled->claim)) {
        lab_reproduction_fault(reproduction, "claim '%s' is a number: ons_claim_number settles it", id);
        return;
    }
    const char *first = too_early(reproduction, settled);
    settled->verdict = first ? ONS_NOT_CHECKED : holds ? ONS_AGREES : ONS_DIFFERS;
    va_list arguments;
    va_start(arguments, evidence);
    give_reason(reproduction, settled, first ? first : "", evidence, arguments);
    va_end(arguments);
}

void ons_claim_skip(ons_reproduction *reproduction, const char *id, const char *reason, ...) {
    ons_settled *settled = settle(reproduction, id);
    if (!settled) { return; }
    va_list arguments;
    va_start(arguments, reason);
    give_reason(reproduction, settled, "", reason, arguments);
    va_end(arguments);
}
