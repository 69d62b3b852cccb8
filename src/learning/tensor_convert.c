/*
 * Types of tensors: names, sizes, and their values as doubles and floats.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor_file.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} types[] = {[ONS_STORED_BOOL] = {"bool", 1}, [ONS_STORED_U8] = {"u8", 1},     [ONS_STORED_I8] = {"i8", 1},
             [ONS_STORED_U16] = {"u16", 2},   [ONS_STORED_I16] = {"i16", 2},   [ONS_STORED_U32] = {"u32", 4},
             [ONS_STORED_I32] = {"i32", 4},   [ONS_STORED_U64] = {"u64", 8},   [ONS_STORED_I64] = {"i64", 8},
             [ONS_STORED_F16] = {"f16", 2},   [ONS_STORED_BF16] = {"bf16", 2}, [ONS_STORED_F32] = {"f32", 4},
             [ONS_STORED_F64] = {"f64", 8}};

size_t ons_stored_type_size(ons_stored_type type) { return types[type].size; }

const char *ons_stored_type_name(ons_stored_type type) { return types[type].name; }

static uint64_t gather(const uint8_t *from, size_t size, bool swapped) {
    uint64_t bits = 0;
    for (size_t k = 0; k < size; k++) { bits |= (uint64_t)from[k] << (8 * (swapped ? size - 1 - k : k)); }
    return bits;
}

static float as_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
static double half(uint32_t bits) {
    const int exponent = (int)(bits >> 10 & 31);
    const double fraction = (double)(bits & 1023), sign = bits & 0x8000 ? -1 : 1;
    if (exponent == 31) { return fraction > 0 ? NAN : sign * (double)INFINITY; }
    if (exponent == 0) { return sign * ldexp(fraction, -24); }
    return sign * ldexp(1024 + fraction, exponent - 25);
}

static double number(ons_stored_type type, uint64_t bits) {
    double value;
    switch (type) {
    case ONS_STORED_BOOL: return bits != 0;
    case ONS_STORED_I8: return (double)(int8_t)(uint8_t)bits;
    case ONS_STORED_I16: return (double)(int16_t)(uint16_t)bits;
    case ONS_STORED_I32: return (double)(int32_t)(uint32_t)bits;
    case ONS_STORED_I64: return (double)(int64_t)bits;
    case ONS_STORED_F16: return half((uint32_t)bits);
    case ONS_STORED_BF16: return (double)as_float((uint32_t)bits << 16);
    case ONS_STORED_F32: return (double)as_float((uint32_t)bits);
    case ONS_STORED_F64: memcpy(&value, &bits, sizeof value); return value;
    default: return (double)bits;
    }
}

void tensor_to_double(ons_stored_type type, bool swapped, const uint8_t *from, size_t count, double *to) {
    const size_t size = types[type].size;
    for (size_t k = 0; k < count; k++) { to[k] = number(type, gather(from + k * size, size, swapped)); }
}

void tensor_to_float(ons_stored_type type, bool swapped, const uint8_t *from, size_t count, float *to) {
    const size_t size = types[type].size;
    if (type == ONS_STORED_F32) {
        for (size_t k = 0; k < count; k++) { to[k] = as_float((uint32_t)gather(from + k * 4, 4, swapped)); }
        return;
    }
    for (size_t k = 0; k < count; k++) { to[k] = (float)number(type, gather(from + k * size, size, swapped)); }
}
