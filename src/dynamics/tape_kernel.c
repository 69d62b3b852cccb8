/*
 * A tape for eight states side by side, and the functions that compiled flows share with it. Compiled once for each
 * instruction set, without contracted products and sums: a flow gives the same bits by its tape and compiled.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lane_functions.h"
#include "tape.h"

typedef double reals __attribute__((vector_size(8 * ONS_LANES), aligned(8), may_alias)); /* wherever they lie */

#define ONE_OPERAND(name)                                                                                              \
    static void eight_##name(const double *a, const double *b, double *target) {                                       \
        (void)b;                                                                                                       \
        *(reals *)target = FLOW_##name(*(const reals *)a);                                                             \
    }
#define TWO_OPERANDS(name)                                                                                             \
    static void eight_##name(const double *a, const double *b, double *target) {                                       \
        *(reals *)target = FLOW_##name(*(const reals *)a, *(const reals *)b);                                          \
    }

TWO_OPERANDS(power)
TWO_OPERANDS(min)
TWO_OPERANDS(max)
TWO_OPERANDS(atan2)
TWO_OPERANDS(mod)
ONE_OPERAND(abs)
ONE_OPERAND(sign)
ONE_OPERAND(step)
ONE_OPERAND(sqrt)
ONE_OPERAND(exp)
ONE_OPERAND(log)
ONE_OPERAND(log10)
ONE_OPERAND(sin)
ONE_OPERAND(cos)
ONE_OPERAND(tan)
ONE_OPERAND(asin)
ONE_OPERAND(acos)
ONE_OPERAND(atan)
ONE_OPERAND(sinh)
ONE_OPERAND(cosh)
ONE_OPERAND(tanh)
ONE_OPERAND(floor)
ONE_OPERAND(ceil)

static dynamics_of_eight *const functions[DYNAMICS_OPERATIONS] = {
    [DYNAMICS_POWER] = eight_power, [DYNAMICS_MIN] = eight_min,   [DYNAMICS_MAX] = eight_max,
    [DYNAMICS_ATAN2] = eight_atan2, [DYNAMICS_MOD] = eight_mod,   [DYNAMICS_ABS] = eight_abs,
    [DYNAMICS_SIGN] = eight_sign,   [DYNAMICS_STEP] = eight_step, [DYNAMICS_SQRT] = eight_sqrt,
    [DYNAMICS_EXP] = eight_exp,     [DYNAMICS_LOG] = eight_log,   [DYNAMICS_LOG10] = eight_log10,
    [DYNAMICS_SIN] = eight_sin,     [DYNAMICS_COS] = eight_cos,   [DYNAMICS_TAN] = eight_tan,
    [DYNAMICS_ASIN] = eight_asin,   [DYNAMICS_ACOS] = eight_acos, [DYNAMICS_ATAN] = eight_atan,
    [DYNAMICS_SINH] = eight_sinh,   [DYNAMICS_COSH] = eight_cosh, [DYNAMICS_TANH] = eight_tanh,
    [DYNAMICS_FLOOR] = eight_floor, [DYNAMICS_CEIL] = eight_ceil};

static void run(const dynamics_tape *tape, const dynamics_inputs *inputs, double *outputs, double *work) {
    reals *registers = (reals *)work;
    for (const dynamics_step *step = tape->steps, *end = step + tape->count; step < end; step++) {
        const reals *a = registers + step->a, *b = registers + step->b;
        reals *target = registers + step->target;
        switch (step->operation) {
        case DYNAMICS_NUMBER: *target = step->number - (reals){0}; break; /* -0 too */
        case DYNAMICS_TIME: *target = *(const reals *)inputs->t; break;
        case DYNAMICS_VARIABLE: *target = ((const reals *)inputs->x)[step->index]; break;
        case DYNAMICS_DELAYED: *target = ((const reals *)inputs->delayed)[step->index]; break;
        case DYNAMICS_PARAMETER: *target = ((const reals *)inputs->p)[step->index]; break;
        case DYNAMICS_ADD: *target = *a + *b; break;
        case DYNAMICS_SUBTRACT: *target = *a - *b; break;
        case DYNAMICS_MULTIPLY: *target = *a * *b; break;
        case DYNAMICS_DIVIDE: *target = *a / *b; break;
        case DYNAMICS_NEGATE: *target = -*a; break;
        default: functions[step->operation]((const double *)a, (const double *)b, (double *)target); break;
        }
    }
    for (size_t i = 0; i < tape->output_count; i++) { ((reals *)outputs)[i] = registers[tape->outputs[i]]; }
}

const dynamics_tape_kernel FLOW_ISA(dynamics_tape_kernel) = {run, functions};
