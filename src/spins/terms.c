/*
 * Lists of terms: hypergraphs with a coupling on each term, read, on lattices, complete and random.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/multispin.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static ons_status open_terms(ons_terms **result, uint32_t sites, double count, double members) {
    *result = NULL;
    if (!(count <= 4294967294.0)) {
        ons_fail(ONS_INVALID, "there would be %.4g terms, but at most 4294967294 are possible", count);
        return ONS_INVALID;
    }
    ons_terms *terms = *result = ONS_NEW(ons_terms, 1);
    if (!terms) { return ONS_MEMORY; }
    terms->sites = sites;
    terms->first = ONS_NEW(uint64_t, (size_t)count + 1);
    terms->member = ONS_NEW(uint32_t, (size_t)members);
    terms->coupling = ONS_NEW(double, (size_t)count);
    if (terms->first && terms->member && terms->coupling) { return ONS_OK; }
    ons_terms_free(terms);
    *result = NULL;
    return ONS_MEMORY;
}

void ons_terms_free(ons_terms *terms) {
    if (!terms) { return; }
    free(terms->first);
    free(terms->member);
    free(terms->coupling);
    free(terms);
}

/* Appends a term in the canonical form: sorted, pairs of equal spins cancelled. */
static void append(ons_terms *terms, const uint32_t *members, size_t count, double coupling) {
    const uint64_t begin = terms->first[terms->count];
    uint32_t *term = terms->member + begin;
    size_t length = 0;
    for (size_t k = 0; k < count; k++) {
        size_t place = 0;
        while (place < length && term[place] < members[k]) { place++; }
        if (place < length && term[place] == members[k]) {
            memmove(term + place, term + place + 1, (--length - place) * sizeof *term);
            continue;
        }
        memmove(term + place + 1, term + place, (length++ - place) * sizeof *term);
        term[place] = members[k];
    }
    if (length == 0) {
        terms->constant += coupling;
        return;
    }
    terms->coupling[terms->count++] = coupling;
    terms->first[terms->count] = begin + length;
}

ons_status ons_terms_create(ons_terms **result, uint32_t sites, uint64_t count, const uint64_t *first,
                            const uint32_t *member, const double *coupling) {
    /* a term may be a full place longer while it is sorted, never beyond its own members */
    ons_status status = open_terms(result, sites, (double)count, (double)(count ? first[count] : 0));
    for (uint64_t t = 0; !status && t < count; t++) {
        for (uint64_t k = first[t]; !status && k < first[t + 1]; k++) {
            if (member[k] >= sites) {
                status = ons_fail(ONS_INVALID, "term %llu names site %u, but there are %u sites, counted from 0",
                                  (unsigned long long)t, member[k], sites);
            }
        }
        if (!status && !isfinite(coupling[t])) {
            status = ons_fail(ONS_INVALID, "the coupling of term %llu must be finite, not %g", (unsigned long long)t,
                              coupling[t]);
        }
        if (!status) { append(*result, member + first[t], first[t + 1] - first[t], coupling[t]); }
    }
    if (status && *result) {
        ons_terms_free(*result);
        *result = NULL;
    }
    return status;
}

/* ---- lattices ------------------------------------------------------------------------------------------------- */

enum { MOST_DIMENSIONS = 4 };

typedef struct box {
    unsigned dimension;
    const int64_t *lengths;
    bool open;
    int64_t stride[MOST_DIMENSIONS], place[MOST_DIMENSIONS];
} box;

/* The site one step further in a direction; false: beyond an open boundary. */
static bool further(const box *b, unsigned d, uint32_t *site) {
    if (b->place[d] + 1 < b->lengths[d]) {
        *site += (uint32_t)b->stride[d];
        return true;
    }
    *site -= (uint32_t)(b->place[d] * b->stride[d]);
    return !b->open;
}

static void append_around(ons_terms *terms, const box *b, uint32_t site, double plaquette, double pair) {
    for (unsigned d = 0; d < b->dimension; d++) {
        uint32_t next = site;
        const bool inside = further(b, d, &next);
        if (inside && pair != 0) { append(terms, (uint32_t[]){site, next}, 2, pair); }
        for (unsigned e = 0; inside && plaquette != 0 && e < d; e++) {
            uint32_t beside = site, across = next;
            if (!further(b, e, &beside)) { continue; }
            further(b, e, &across); /* the place in direction e is that of `site` */
            append(terms, (uint32_t[]){site, next, beside, across}, 4, plaquette);
        }
    }
}

ons_status ons_terms_plaquettes(ons_terms **result, unsigned dimension, const int64_t *lengths, bool open,
                                double plaquette, double pair) {
    *result = NULL;
    if (dimension < 2 || dimension > MOST_DIMENSIONS) {
        return ons_fail(ONS_INVALID, "plaquettes exist in 2 to %d dimensions, not %u", MOST_DIMENSIONS, dimension);
    }
    box b = {.dimension = dimension, .lengths = lengths, .open = open};
    double sites = 1;
    for (unsigned d = dimension; d-- > 0;) {
        if (lengths[d] < 1) {
            return ons_fail(ONS_INVALID, "a length must be at least 1, not %lld", (long long)lengths[d]);
        }
        b.stride[d] = (int64_t)sites;
        sites *= (double)lengths[d];
        if (sites > 4294967294.0) { return ons_fail(ONS_INVALID, "at most 4294967294 sites are possible"); }
    }
    if (!isfinite(plaquette) || !isfinite(pair)) {
        return ons_fail(ONS_INVALID, "couplings must be finite, not %g and %g", plaquette, pair);
    }
    const double squares = plaquette != 0 ? dimension * (dimension - 1) / 2.0 * sites : 0;
    const double pairs = pair != 0 ? dimension * sites : 0;
    const ons_status status = open_terms(result, (uint32_t)sites, squares + pairs, 4 * squares + 2 * pairs);
    for (uint32_t site = 0; !status && site < (uint32_t)sites; site++) {
        append_around(*result, &b, site, plaquette, pair);
        for (unsigned d = dimension; d-- > 0 && ++b.place[d] == lengths[d];) { b.place[d] = 0; }
    }
    return status;
}

/* ---- all sets ------------------------------------------------------------------------------------------------- */

double ons_terms_sets(double sites, unsigned size) {
    double sets = 1;
    for (unsigned k = 0; k < size; k++) { sets = sets * (sites - k) / (k + 1); }
    return sets > 0 ? floor(sets + 0.5) : 0;
}

double ons_terms_bytes(double sites, unsigned size, double count, unsigned states) {
    const double terms = count * (16 + 4 * size), model = count * (16 + 8 * size) + 8 * sites;
    return terms + model + states * (count + 9 * sites);
}

static ons_status check_size(uint32_t sites, unsigned size) {
    if (size < 1 || size > ONS_TERMS_MEMBERS || size > sites) {
        return ons_fail(ONS_INVALID, "a term has 1 to %u of the spins, not %u",
                        sites < ONS_TERMS_MEMBERS ? sites : ONS_TERMS_MEMBERS, size);
    }
    return ONS_OK;
}

ons_status ons_terms_complete(ons_terms **result, uint32_t sites, unsigned size) {
    *result = NULL;
    ons_status status = check_size(sites, size);
    const double count = ons_terms_sets(sites, size);
    if (!status) { status = open_terms(result, sites, count, count * size); }
    if (status) { return status; }
    uint32_t set[ONS_TERMS_MEMBERS];
    for (unsigned k = 0; k < size; k++) { set[k] = k; }
    for (;;) {
        append(*result, set, size, 1);
        unsigned k = size;
        while (k > 0 && set[k - 1] == sites - size + k - 1) { k--; }
        if (k == 0) { return ONS_OK; }
        set[k - 1]++;
        for (; k < size; k++) { set[k] = set[k - 1] + 1; }
    }
}

/* ---- random sets ---------------------------------------------------------------------------------------------- */

/* A set, sorted, what is not used is the largest number. */
typedef struct term_set {
    uint32_t member[ONS_TERMS_MEMBERS];
} term_set;

static int compare_sites(const void *a, const void *b) {
    const uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return (one > other) - (one < other);
}

static int compare_sets(const void *a, const void *b) {
    const term_set *one = a, *other = b;
    for (unsigned k = 0; k < ONS_TERMS_MEMBERS; k++) {
        if (one->member[k] != other->member[k]) { return one->member[k] < other->member[k] ? -1 : 1; }
    }
    return 0;
}

/* False: a member stands twice. */
static bool make_set(term_set *set, const uint32_t *members, unsigned size) {
    memset(set, 0xff, sizeof *set);
    memcpy(set->member, members, size * sizeof *members);
    qsort(set->member, size, sizeof *members, compare_sites);
    for (unsigned k = 1; k < size; k++) {
        if (set->member[k] == set->member[k - 1]) { return false; }
    }
    return true;
}

static ons_status take_sets(ons_terms **result, uint32_t sites, unsigned size, const term_set *sets, uint64_t count) {
    const ons_status status = open_terms(result, sites, (double)count, (double)count * size);
    for (uint64_t t = 0; !status && t < count; t++) { append(*result, sets[t].member, size, 1); }
    return status;
}

ons_status ons_terms_random(ons_terms **result, uint32_t sites, unsigned size, uint64_t count, ons_random *random) {
    *result = NULL;
    ons_status status = check_size(sites, size);
    if (!status && (double)count > ons_terms_sets(sites, size)) {
        status = ons_fail(ONS_INVALID, "there are only %.4g different sets of %u of %u spins, not %llu",
                          ons_terms_sets(sites, size), size, sites, (unsigned long long)count);
    }
    if (status) { return status; }
    term_set *sets = ONS_NEW(term_set, count);
    if (!sets) { return ONS_MEMORY; }
    for (uint64_t found = 0; found < count;) {
        for (uint64_t t = found; t < count; t++) {
            uint32_t members[ONS_TERMS_MEMBERS];
            do {
                for (unsigned k = 0; k < size; k++) { members[k] = ons_random_below(random, sites); }
            } while (!make_set(&sets[t], members, size));
        }
        qsort(sets, count, sizeof *sets, compare_sets);
        found = 1;
        for (uint64_t t = 1; t < count; t++) { /* those that stand twice are drawn again */
            if (compare_sets(&sets[t], &sets[found - 1]) != 0) { sets[found++] = sets[t]; }
        }
    }
    status = take_sets(result, sites, size, sets, count);
    free(sets);
    return status;
}

/* A set with its number. */
typedef struct numbered_set {
    term_set set; /* first: compared as one */
    uint64_t number;
} numbered_set;

static int compare_numbered(const void *a, const void *b) {
    const numbered_set *one = a, *other = b;
    const int sets = compare_sets(a, b);
    return sets ? sets : (one->number > other->number) - (one->number < other->number);
}

/* Marks the groups of stubs with a repeated member, and all but the first of equal ones; how many there are. */
static uint64_t find_bad(const uint32_t *stubs, numbered_set *sets, uint64_t count, unsigned size, uint8_t *bad) {
    uint64_t found = 0;
    for (uint64_t t = 0; t < count; t++) {
        bad[t] = !make_set(&sets[t].set, stubs + t * size, size);
        sets[t].number = t;
    }
    qsort(sets, count, sizeof *sets, compare_numbered);
    for (uint64_t t = 1; t < count; t++) {
        if (compare_sets(&sets[t], &sets[t - 1]) == 0) { bad[sets[t].number] = 1; }
    }
    for (uint64_t t = 0; t < count; t++) { found += bad[t]; }
    return found;
}

static void exchange(uint32_t *one, uint32_t *other) {
    const uint32_t kept = *one;
    *one = *other;
    *other = kept;
}

/* Stubs in a random order, then bad groups mended until there are none; false: there was no end. */
static bool pair_stubs(uint32_t *stubs, numbered_set *sets, uint64_t count, unsigned size, uint8_t *bad,
                       ons_random *random) {
    enum { PASSES = 1000 };
    const uint32_t total = (uint32_t)(count * size);
    for (uint32_t k = total; k > 1; k--) { exchange(&stubs[k - 1], &stubs[ons_random_below(random, k)]); }
    for (unsigned pass = 0; pass < PASSES; pass++) {
        if (find_bad(stubs, sets, count, size, bad) == 0) { return true; }
        for (uint64_t t = 0; t < count; t++) {
            if (!bad[t]) { continue; }
            const uint32_t one = (uint32_t)(t * size) + ons_random_below(random, size);
            exchange(&stubs[one], &stubs[ons_random_below(random, total)]);
        }
    }
    return false;
}

ons_status ons_terms_regular(ons_terms **result, uint32_t sites, unsigned size, uint32_t degree, ons_random *random) {
    *result = NULL;
    ons_status status = check_size(sites, size);
    const uint64_t total = (uint64_t)sites * degree, count = status ? 0 : total / size;
    if (!status && (degree < 1 || total % size || total > UINT32_MAX || degree > ons_terms_sets(sites - 1, size - 1))) {
        status =
            ons_fail(ONS_INVALID,
                     "%u spins cannot each stand in %u different terms of %u: spins times terms must be a multiple "
                     "of %u",
                     sites, degree, size, size);
    }
    if (status) { return status; }
    uint32_t *stubs = ONS_NEW(uint32_t, total);
    numbered_set *sets = ONS_NEW(numbered_set, count);
    uint8_t *bad = ONS_NEW(uint8_t, count);
    if (!stubs || !sets || !bad) {
        status = ONS_MEMORY;
    } else {
        for (uint64_t k = 0; k < total; k++) { stubs[k] = (uint32_t)(k / degree); }
        if (!pair_stubs(stubs, sets, count, size, bad, random)) {
            status = ons_fail(ONS_FAILED, "found no hypergraph of %u spins with %u different terms of %u each", sites,
                              degree, size);
        }
    }
    if (!status) { status = open_terms(result, sites, (double)count, (double)total); }
    for (uint64_t t = 0; !status && t < count; t++) { append(*result, sets[t].set.member, size, 1); }
    free(stubs);
    free(sets);
    free(bad);
    return status;
}

/* ---- couplings ------------------------------------------------------------------------------------------------ */

void ons_terms_bimodal(ons_terms *terms, double coupling, ons_random *random) {
    for (uint64_t t = 0; t < terms->count; t++) {
        terms->coupling[t] = ons_random_32(random) >> 31 ? coupling : -coupling;
    }
}

void ons_terms_gaussian(ons_terms *terms, double coupling, ons_random *random) {
    for (uint64_t t = 0; t < terms->count; t++) { terms->coupling[t] = coupling * ons_random_normal(random); }
}
