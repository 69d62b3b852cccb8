/*
 * Loops over the numbers of numpy arrays: random numbers, bins, steps, colours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins.h>
#include <onsager/statistics.h>
#include <onsager/system.h>

/* ---- random numbers -------------------------------------------------------------------------------------------------
 */

static void engine_uniform(ons_random *random, double *values, size_t count) {
    for (size_t i = 0; i < count; i++) { values[i] = ons_random_uniform(random); }
}
static void engine_normal(ons_random *random, double *values, size_t count) {
    for (size_t i = 0; i < count; i++) { values[i] = ons_random_normal(random); }
}
static void engine_below(ons_random *random, uint32_t bound, int64_t low, int64_t *values, size_t count) {
    for (size_t i = 0; i < count; i++) { values[i] = low + (int64_t)ons_random_below(random, bound); }
}

/* What numpy's Generator takes its bits from: the beginning of its bitgen_t (numpy/random/bitgen.h). */
typedef struct engine_bits {
    void *state;
    uint64_t (*next_uint64)(void *state);
    uint32_t (*next_uint32)(void *state);
    double (*next_double)(void *state);
    uint64_t (*next_raw)(void *state);
} engine_bits;

static uint64_t next_64(void *state) { return ons_random_64((ons_random *)state); }
static uint32_t next_32(void *state) { return ons_random_32((ons_random *)state); }
static double next_uniform(void *state) { return ons_random_uniform((ons_random *)state); }
static void engine_bits_of(engine_bits *bits, ons_random *random) {
    *bits = (engine_bits){random, next_64, next_32, next_uniform, next_64};
}

/* ---- statistics -----------------------------------------------------------------------------------------------------
 */

/* samples [count][components] */
static void engine_add(ons_bins *bins, const double *samples, size_t count) {
    for (size_t i = 0; i < count; i++) { ons_bins_add(bins, samples + i * bins->components); }
}

/* ---- the Ising model ------------------------------------------------------------------------------------------------
 */

static void engine_ising_steps(ons_ising *ising, uint64_t steps) {
    for (uint64_t i = 0; i < steps; i++) { ons_ising_step(ising); }
}

/* `steps` steps; after each the energy and magnetization per site into energy [steps] and magnetization [steps]. */
static void engine_ising_series(ons_ising *ising, uint64_t steps, double *energy, double *magnetization) {
    for (uint64_t i = 0; i < steps; i++) {
        ons_ising_step(ising);
        energy[i] = ons_ising_energy(ising);
        magnetization[i] = ons_ising_magnetization(ising);
    }
}

/* ---- colours --------------------------------------------------------------------------------------------------------
 */

/* rgb [count][3] */
static void engine_colour_scale(const double *values, size_t count, double low, double high, uint8_t *rgb) {
    for (size_t i = 0; i < count; i++) { ons_colour_scale(values[i], low, high, rgb + 3 * i); }
}
static void engine_colour_angle(const double *angles, size_t count, uint8_t *rgb) {
    for (size_t i = 0; i < count; i++) { ons_colour_angle(angles[i], rgb + 3 * i); }
}
static void engine_colour_index(const uint32_t *indices, size_t count, uint8_t *rgb) {
    for (size_t i = 0; i < count; i++) { ons_colour_index(indices[i], rgb + 3 * i); }
}
