/*
 * Random streams: the choice of the kernel, filling, and normal numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>
#include <xxhash.h>

extern base_random_batch base_random_batch_plain, base_random_batch_v3, base_random_batch_v4;

typedef struct kernel {
    const char *name;
    base_random_batch *batch;
} kernel;

/* From the fastest to the one that runs everywhere. */
static const kernel kernels[] = {
#if defined(__x86_64__)
    {"x86-64-v4", base_random_batch_v4},
    {"x86-64-v3", base_random_batch_v3},
#endif
    {"plain", base_random_batch_plain},
};
enum { kernel_count = sizeof kernels / sizeof kernels[0] };

static bool runs_here(const kernel *candidate) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                    __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt");
    if (strcmp(candidate->name, "x86-64-v3") == 0) { return v3; }
    if (strcmp(candidate->name, "x86-64-v4") == 0) {
        return v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
    }
#endif
    return strcmp(candidate->name, "plain") == 0;
}

/* The kernel in use, set once by whoever needs it first: all threads would set the same. */
static _Atomic(const kernel *) chosen;

static const kernel *current_kernel(void) {
    const kernel *current = atomic_load_explicit(&chosen, memory_order_relaxed);
    for (int i = 0; !current && i < kernel_count; i++) {
        if (runs_here(&kernels[i])) {
            current = &kernels[i];
            atomic_store_explicit(&chosen, current, memory_order_relaxed);
        }
    }
    return current;
}

const char *ons_random_kernel(void) { return current_kernel()->name; }

bool ons_random_select(const char *name) {
    for (int i = 0; i < kernel_count; i++) {
        if (strcmp(name, kernels[i].name) == 0 && runs_here(&kernels[i])) {
            atomic_store_explicit(&chosen, &kernels[i], memory_order_relaxed);
            return true;
        }
    }
    return false;
}

uint64_t ons_random_key(uint64_t seed, uint64_t task) {
    unsigned char bytes[16]; /* little-endian on every machine */
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(seed >> 8 * i);
        bytes[8 + i] = (unsigned char)(task >> 8 * i);
    }
    return XXH3_64bits(bytes, sizeof bytes);
}

ons_random ons_random_stream(uint64_t key, uint32_t replica, uint32_t purpose) {
    return (ons_random){.key = key, .replica = replica, .purpose = purpose, .position = 0, .batch = UINT64_MAX};
}

void ons_random_seek(ons_random *random, uint64_t position) { random->position = position; }

void ons_random_refill(ons_random *random) {
    random->batch = random->position / ONS_RANDOM_BATCH;
    current_kernel()->batch(random->key, random->replica, random->purpose, random->batch, random->words);
}

void ons_random_fill(ons_random *random, uint32_t *words, size_t count) {
    const kernel *fast = current_kernel();
    while (count > 0) {
        const size_t offset = random->position % ONS_RANDOM_BATCH;
        size_t piece = ONS_RANDOM_BATCH - offset;
        if (piece <= count && offset == 0) { /* a whole batch goes straight to its place */
            fast->batch(random->key, random->replica, random->purpose, random->position / ONS_RANDOM_BATCH, words);
        } else {
            if (piece > count) { piece = count; }
            if (random->position / ONS_RANDOM_BATCH != random->batch) { ons_random_refill(random); }
            memcpy(words, random->words + offset, piece * sizeof *words);
        }
        random->position += piece;
        words += piece;
        count -= piece;
    }
}

/* Marsaglia and Bray 1964: a point (u, v) in the unit disk, s = u^2 + v^2, gives u sqrt(-2 log(s) / s). */
double ons_random_normal(ons_random *random) {
    for (;;) {
        const double u = 2 * ons_random_uniform(random) - 1, v = 2 * ons_random_uniform(random) - 1;
        const double s = u * u + v * v;
        if (s < 1 && s > 0) { return u * sqrt(-2 * ons_log(s) / s); }
    }
}

uint64_t ons_threshold(double probability) {
    if (!(probability > 0)) { return 0; }
    if (probability >= 1) { return UINT64_MAX; }
    const double scaled = probability * 0x1p64; /* exact: a change of the exponent */
    const uint64_t whole = (uint64_t)scaled;
    return whole + (scaled - (double)whole >= 0.5); /* exact too: the fraction is 0 where whole has more than 53 bits */
}
