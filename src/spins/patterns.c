/*
 * Stored patterns, a bit an entry.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "recall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the bits ------------------------------------------------------------------------------------------------- */

double ons_patterns_bytes(double sites, double count, bool diluted) {
    const double column = ceil(count / SPINS_PLANE_BITS) * SPINS_PLANE_BITS / 8;
    return column * sites * (diluted ? 2 : 1) + column;
}

ons_status ons_patterns_create(ons_patterns **result, uint32_t sites, uint64_t count, bool diluted) {
    *result = NULL;
    if (sites < 1 || sites > ONS_PATTERNS_SITES) {
        return ons_fail(ONS_INVALID, "patterns have 1 to %d sites, not %u", ONS_PATTERNS_SITES, sites);
    }
    if (count < 1 || count > (uint64_t)1 << 40) {
        return ons_fail(ONS_INVALID, "a network stores 1 to 2^40 patterns, not %llu", (unsigned long long)count);
    }
    ons_patterns *patterns = ONS_NEW(ons_patterns, 1);
    if (!patterns) { return ONS_MEMORY; }
    patterns->sites = sites;
    patterns->count = count;
    patterns->diluted = diluted;
    patterns->blocks = (size_t)((count + SPINS_PLANE_BITS - 1) / SPINS_PLANE_BITS);
    patterns->stride = patterns->blocks * SPINS_PLANE_WORDS;
    patterns->plus = ONS_NEW(uint64_t, sites * patterns->stride);
    patterns->there = ONS_NEW(uint64_t, (diluted ? sites : 1) * patterns->stride);
    if (!patterns->plus || !patterns->there) {
        ons_patterns_free(patterns);
        return ONS_MEMORY;
    }
    for (uint64_t k = 0; !diluted && k < count; k++) { patterns->there[k / 64] |= (uint64_t)1 << k % 64; }
    *result = patterns;
    return ONS_OK;
}

void ons_patterns_free(ons_patterns *patterns) {
    if (!patterns) { return; }
    free(patterns->plus);
    free(patterns->there);
    free(patterns);
}

uint32_t ons_patterns_sites(const ons_patterns *patterns) { return patterns->sites; }
uint64_t ons_patterns_count(const ons_patterns *patterns) { return patterns->count; }

static void put_bit(uint64_t *word, uint64_t bit, bool value) {
    *word = (*word & ~((uint64_t)1 << bit)) | (uint64_t)value << bit;
}

ons_status ons_patterns_set(ons_patterns *patterns, uint64_t pattern, const int8_t *entry) {
    for (uint32_t i = 0; i < patterns->sites; i++) {
        if (entry[i] != 1 && entry[i] != -1 && !(patterns->diluted && entry[i] == 0)) {
            return ons_fail(ONS_INVALID, "entry %u of pattern %llu is %d; it must be -1%s or 1", i,
                            (unsigned long long)pattern, entry[i], patterns->diluted ? ", 0" : "");
        }
    }
    const uint64_t word = pattern / 64, bit = pattern % 64;
    for (uint32_t i = 0; i < patterns->sites; i++) {
        put_bit(patterns->plus + i * patterns->stride + word, bit, entry[i] > 0);
        if (patterns->diluted) { put_bit(patterns->there + i * patterns->stride + word, bit, entry[i] != 0); }
    }
    return ONS_OK;
}

void ons_patterns_get(const ons_patterns *patterns, uint64_t pattern, int8_t *entry) {
    const uint64_t word = pattern / 64, bit = pattern % 64;
    for (uint32_t i = 0; i < patterns->sites; i++) {
        const bool plus = patterns->plus[i * patterns->stride + word] >> bit & 1;
        const bool there = spins_patterns_there(patterns, i)[word] >> bit & 1;
        entry[i] = (int8_t)(!there ? 0 : plus ? 1 : -1);
    }
}

/* ---- random patterns ------------------------------------------------------------------------------------------ */

void ons_pattern_draw(uint32_t sites, double dilution, ons_random *random, int8_t *entry) {
    const uint64_t blank = ons_threshold(dilution);
    uint32_t word = 0;
    for (uint32_t i = 0; i < sites; i++) {
        if (i % 32 == 0) { word = ons_random_32(random); }
        entry[i] = word >> i % 32 & 1 ? 1 : -1;
        if (dilution > 0 && spins_below(random, ons_random_32(random), blank)) { entry[i] = 0; }
    }
}

void ons_pattern_example(const int8_t *entry, uint32_t sites, double quality, ons_random *random, int8_t *example) {
    const uint64_t wrong = ons_threshold((1 - quality) / 2);
    for (uint32_t i = 0; i < sites; i++) {
        const bool turned = spins_below(random, ons_random_32(random), wrong);
        example[i] = (int8_t)(turned ? -entry[i] : entry[i]);
    }
}

/* ---- overlaps ------------------------------------------------------------------------------------------------- */

/* Numbers of `bits` planes of a block, for 512 patterns. */
static void spell(const uint64_t *planes, unsigned bits, int32_t *number) {
    for (unsigned w = 0; w < SPINS_PLANE_WORDS; w++) {
        int32_t *const of_word = number + 64 * (size_t)w;
        for (unsigned j = 0; j < 64; j++) { of_word[j] = 0; }
        for (unsigned b = 0; b < bits; b++) {
            const uint64_t plane = planes[b * SPINS_PLANE_WORDS + w];
            const uint32_t halves[2] = {(uint32_t)plane, (uint32_t)(plane >> 32)};
            for (unsigned j = 0; j < 64; j++) { of_word[j] |= (int32_t)((halves[j / 32] >> j % 32 & 1) << b); }
        }
    }
}

static unsigned digits_of(uint64_t number) {
    unsigned bits = 1;
    while (number >> bits) { bits++; }
    return bits;
}

ons_status ons_patterns_overlaps(const ons_patterns *patterns, const int8_t *spins, int32_t *overlap) {
    const spins_pattern_kernels *kernels = spins_pattern_kernels_in_use();
    uint64_t counter[32 * SPINS_PLANE_WORDS];
    int32_t match[SPINS_PLANE_BITS], entries[SPINS_PLANE_BITS];
    const unsigned bits = digits_of(patterns->sites);
    int8_t *up = NULL;
    if (patterns->diluted) {
        up = ONS_NEW(int8_t, patterns->sites);
        if (!up) { return ONS_MEMORY; }
        memset(up, 1, patterns->sites);
    }
    for (size_t k = 0; k < patterns->blocks; k++) {
        const size_t first = k * SPINS_PLANE_WORDS;
        kernels->count(patterns->plus + first, patterns->there + first, patterns->stride, spins, patterns->sites,
                       patterns->diluted, counter, bits);
        spell(counter, bits, match);
        if (up) {
            kernels->count(patterns->there + first, patterns->there + first, patterns->stride, up, patterns->sites,
                           true, counter, bits);
            spell(counter, bits, entries);
        }
        for (size_t j = 0; j < SPINS_PLANE_BITS && k * SPINS_PLANE_BITS + j < patterns->count; j++) {
            overlap[k * SPINS_PLANE_BITS + j] = 2 * match[j] - (up ? entries[j] : (int32_t)patterns->sites);
        }
    }
    free(up);
    return ONS_OK;
}

const spins_pattern_kernels *spins_pattern_kernels_in_use(void) {
    static const spins_pattern_kernels *const kernels[SPINS_ISAS] = {
#if defined(__x86_64__)
        [SPINS_V4] = &spins_pattern_kernels_v4,
        [SPINS_V3] = &spins_pattern_kernels_v3,
#endif
        [SPINS_PLAIN] = &spins_pattern_kernels_plain
    };
    return kernels[spins_isa_in_use()];
}
