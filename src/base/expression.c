/*
 * Formulas over named reals: a recursive-descent parser that writes a program for a stack machine.
 *
 *   sum     = product { (+|-) product }
 *   product = signed { (*|/) signed }
 *   signed  = (+|-) signed | power
 *   power   = primary [ ^ signed ]              so that -2^2 = -4, 2^-1 = 1/2 and 2^3^2 = 2^9
 *   primary = number | name | function ( sum { , sum } ) | ( sum )
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Parentheses, signs and exponents inside each other; values waiting for their operator. */
enum { deepest = 200, most_waiting = 256 };

typedef struct function {
    const char *name;
    double (*one)(double);
    double (*two)(double, double);
} function;

typedef struct instruction {
    ons_operation operation;
    union {
        double number;
        size_t name;
        const function *function;
    } with;
} instruction;

struct ons_expression {
    instruction *program;
    size_t length, capacity;
    char **names;
    size_t name_count, name_capacity;
};

/* Not a number stays one, which fmin and fmax would hide. */
static double smaller(double a, double b) { return isnan(a) || isnan(b) ? NAN : a < b ? a : b; }
static double larger(double a, double b) { return isnan(a) || isnan(b) ? NAN : a > b ? a : b; }
static double sign(double a) { return isnan(a) ? NAN : (double)((a > 0) - (a < 0)); }
static double heaviside(double a) { return isnan(a) ? NAN : (double)(a > 0); }
static double modulo(double a, double b) { return a - b * floor(a / b); }

static const function functions[] = {
    {"abs", fabs, NULL},    {"sqrt", sqrt, NULL},  {"exp", ons_exp, NULL}, {"log", ons_log, NULL},
    {"log10", log10, NULL}, {"sin", sin, NULL},    {"cos", cos, NULL},     {"tan", tan, NULL},
    {"asin", asin, NULL},   {"acos", acos, NULL},  {"atan", atan, NULL},   {"sinh", sinh, NULL},
    {"cosh", cosh, NULL},   {"tanh", tanh, NULL},  {"floor", floor, NULL}, {"ceil", ceil, NULL},
    {"min", NULL, smaller}, {"max", NULL, larger}, {"sign", sign, NULL},   {"step", heaviside, NULL},
    {"atan2", NULL, atan2}, {"mod", NULL, modulo},
};
enum { function_count = sizeof functions / sizeof functions[0] };

typedef struct parser {
    ons_expression *expression;
    const char *source, *at;
    int depth;
    int waiting;    /* values on the stack at this place of the program */
    bool constants; /* pi and e are numbers, not names */
} parser;

static ons_status fail_here(const parser *state, const char *format, ...) ONS_FORMAT(2, 3);

static ons_status fail_here(const parser *state, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    base_print(text, sizeof text, format, arguments);
    va_end(arguments);
    return ons_fail(ONS_INVALID, "column %zu of '%.*s': %s", (size_t)(state->at - state->source) + 1, 4 * BASE_SHOWN,
                    state->source, text);
}

/* What stands here, for "..., not %s": a character of its own or the end. */
static const char *seen(const parser *state, char buffer[8]) {
    if (*state->at == '\0') { return "the end"; }
    size_t length = 1; /* of the UTF-8 sequence */
    while (length < 4 && ((unsigned char)state->at[length] & 0xC0) == 0x80) { length++; }
    base_printf(buffer, 8, "'%.*s'", (int)length, state->at);
    return buffer;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void skip_space(parser *state) { state->at += strspn(state->at, " \t\r\n"); }

static bool accept(parser *state, char c) {
    skip_space(state);
    if (*state->at != c) { return false; }
    state->at++;
    return true;
}

/* `change`: by how much the instruction makes the stack of values higher. */
static ons_status emit(parser *state, instruction step, int change) {
    ons_expression *expression = state->expression;
    state->waiting += change;
    if (state->waiting > most_waiting) { return fail_here(state, "the formula is nested too deeply"); }
    const ons_status status =
        ons_grow((void **)&expression->program, &expression->capacity, expression->length + 1, sizeof step);
    if (status == ONS_OK) { expression->program[expression->length++] = step; }
    return status;
}

static ons_status parse_sum(parser *state);
static ons_status parse_signed(parser *state);

static ons_status parse_number(parser *state) {
    const size_t length = base_decimal_length(state->at);
    if (length == 0) { return fail_here(state, "a number, a name or '(' is expected, not '.'"); }
    char *text = ons_copy_part(state->at, length);
    if (!text) { return ONS_MEMORY; }
    const double value = base_decimal_to_double(text);
    free(text);
    if (isinf(value)) { return fail_here(state, "the number is too large"); }
    state->at += length;
    return emit(state, (instruction){.operation = ONS_PUSH_NUMBER, .with.number = value}, 1);
}

static ons_status parse_arguments(parser *state, const function *called) {
    const int wanted = called->two ? 2 : 1;
    for (int i = 0; i < wanted; i++) {
        if (i > 0 && !accept(state, ',')) {
            return fail_here(state, "%s takes two arguments: ',' is expected", called->name);
        }
        const ons_status status = parse_sum(state);
        if (status != ONS_OK) { return status; }
    }
    if (!accept(state, ')')) {
        char buffer[8];
        if (*state->at == ',') {
            return fail_here(state, "%s takes %d argument%s", called->name, wanted, wanted == 1 ? "" : "s");
        }
        return fail_here(state, "')' is expected, not %s", seen(state, buffer));
    }
    return emit(state, (instruction){.operation = ONS_CALL, .with.function = called}, 1 - wanted);
}

static ons_status unknown_function(const parser *state, const char *word) {
    const char *names[function_count];
    for (int i = 0; i < function_count; i++) { names[i] = functions[i].name; }
    const char *nearest = ons_nearest(word, names, function_count);
    if (nearest) { return fail_here(state, "there is no function '%s'; did you mean '%s'?", word, nearest); }
    return fail_here(state, "there is no function '%s'", word);
}

/* A name of the caller's, kept once. */
static ons_status use_name(parser *state, const char *word) {
    ons_expression *expression = state->expression;
    size_t index = 0;
    while (index < expression->name_count && strcmp(expression->names[index], word) != 0) { index++; }
    if (index == expression->name_count) {
        const ons_status status =
            ons_grow((void **)&expression->names, &expression->name_capacity, index + 1, sizeof *expression->names);
        if (status != ONS_OK) { return status; }
        char *copy = ons_copy(word);
        if (!copy) { return ONS_MEMORY; }
        expression->names[expression->name_count++] = copy;
    }
    return emit(state, (instruction){.operation = ONS_PUSH_NAME, .with.name = index}, 1);
}

static ons_status parse_word(parser *state) {
    char word[64];
    size_t length = 0;
    while (is_letter(state->at[length]) || is_digit(state->at[length])) { length++; }
    if (length >= sizeof word) { return fail_here(state, "a name has at most %zu letters", sizeof word - 1); }
    memcpy(word, state->at, length);
    word[length] = '\0';
    const function *called = NULL;
    for (int i = 0; i < function_count; i++) {
        if (strcmp(functions[i].name, word) == 0) { called = &functions[i]; }
    }
    const char *begin = state->at;
    state->at += length;
    const bool opened = accept(state, '(');
    if (opened && called) { return parse_arguments(state, called); }
    if (called) { return fail_here(state, "'(' is expected after the function %s", word); }
    if (opened) {
        state->at = begin;
        return unknown_function(state, word);
    }
    if (state->constants && strcmp(word, "pi") == 0) {
        return emit(state, (instruction){.operation = ONS_PUSH_NUMBER, .with.number = M_PI}, 1);
    }
    if (state->constants && strcmp(word, "e") == 0) {
        return emit(state, (instruction){.operation = ONS_PUSH_NUMBER, .with.number = M_E}, 1);
    }
    return use_name(state, word);
}

static ons_status parse_primary(parser *state) {
    char buffer[8];
    skip_space(state);
    if (is_digit(*state->at) || *state->at == '.') { return parse_number(state); }
    if (is_letter(*state->at)) { return parse_word(state); }
    if (!accept(state, '(')) {
        return fail_here(state, "a number, a name or '(' is expected, not %s", seen(state, buffer));
    }
    const ons_status status = parse_sum(state);
    if (status != ONS_OK) { return status; }
    if (!accept(state, ')')) { return fail_here(state, "')' is expected, not %s", seen(state, buffer)); }
    return ONS_OK;
}

static ons_status parse_power(parser *state) {
    ons_status status = parse_primary(state);
    if (status != ONS_OK || !accept(state, '^')) { return status; }
    status = parse_signed(state);
    return status == ONS_OK ? emit(state, (instruction){.operation = ONS_POWER}, -1) : status;
}

/* Every way down passes here, so that this is where depth is counted. */
static ons_status parse_signed(parser *state) {
    if (++state->depth > deepest) { return fail_here(state, "the formula is nested too deeply"); }
    ons_status status = ONS_OK;
    if (accept(state, '-')) {
        status = parse_signed(state);
        if (status == ONS_OK) { status = emit(state, (instruction){.operation = ONS_NEGATE}, 0); }
    } else if (accept(state, '+')) {
        status = parse_signed(state);
    } else {
        status = parse_power(state);
    }
    state->depth--;
    return status;
}

static ons_status parse_product(parser *state) {
    ons_status status = parse_signed(state);
    while (status == ONS_OK) {
        const bool times = accept(state, '*');
        if (!times && !accept(state, '/')) { break; }
        status = parse_signed(state);
        if (status == ONS_OK) {
            status = emit(state, (instruction){.operation = times ? ONS_MULTIPLY : ONS_DIVIDE}, -1);
        }
    }
    return status;
}

static ons_status parse_sum(parser *state) {
    ons_status status = parse_product(state);
    while (status == ONS_OK) {
        const bool plus = accept(state, '+');
        if (!plus && !accept(state, '-')) { break; }
        status = parse_product(state);
        if (status == ONS_OK) { status = emit(state, (instruction){.operation = plus ? ONS_ADD : ONS_SUBTRACT}, -1); }
    }
    return status;
}

static ons_status parse(ons_expression **expression, const char *source, bool constants) {
    char buffer[8];
    *expression = NULL;
    parser state = {.expression = ONS_NEW(ons_expression, 1), .source = source, .at = source, .constants = constants};
    if (!state.expression) { return ONS_MEMORY; }
    ons_status status = parse_sum(&state);
    if (status == ONS_OK && *state.at != '\0') {
        status = fail_here(&state, "an operator or the end is expected, not %s", seen(&state, buffer));
    }
    if (status != ONS_OK) {
        ons_expression_free(state.expression);
        return status;
    }
    *expression = state.expression;
    return ONS_OK;
}

ons_status ons_expression_parse(ons_expression **expression, const char *source) {
    return parse(expression, source, true);
}

ons_status ons_expression_parse_names(ons_expression **expression, const char *source) {
    return parse(expression, source, false);
}

void ons_expression_free(ons_expression *expression) {
    if (!expression) { return; }
    for (size_t i = 0; i < expression->name_count; i++) { free(expression->names[i]); }
    free(expression->names);
    free(expression->program);
    free(expression);
}

size_t ons_expression_name_count(const ons_expression *expression) { return expression->name_count; }

const char *ons_expression_name(const ons_expression *expression, size_t index) {
    return index < expression->name_count ? expression->names[index] : NULL;
}

/* A square is one product, rounded once, on every machine; other powers are the C library's. */
static double power(double base, double exponent) { return exponent == 2 ? base * base : pow(base, exponent); }

static double combined(ons_operation what, double a, double b) {
    switch (what) {
    case ONS_ADD: return a + b;
    case ONS_SUBTRACT: return a - b;
    case ONS_MULTIPLY: return a * b;
    case ONS_DIVIDE: return a / b;
    default: return power(a, b);
    }
}

double ons_expression_value(const ons_expression *expression, const double *values) {
    double stack[most_waiting]; /* the parser counted: it neither overflows nor is read before it is written */
    size_t height = 0;
    /* NOLINTBEGIN(clang-analyzer-core.*) */
    for (size_t i = 0; i < expression->length; i++) {
        const instruction *step = &expression->program[i];
        const function *called = step->with.function;
        switch (step->operation) {
        case ONS_PUSH_NUMBER: stack[height++] = step->with.number; break;
        case ONS_PUSH_NAME: stack[height++] = values[step->with.name]; break;
        case ONS_NEGATE: stack[height - 1] = -stack[height - 1]; break;
        case ONS_CALL:
            height -= called->two != NULL;
            stack[height - 1] =
                called->two ? called->two(stack[height - 1], stack[height]) : called->one(stack[height - 1]);
            break;
        default:
            height--;
            stack[height - 1] = combined(step->operation, stack[height - 1], stack[height]);
            break;
        }
    }
    return stack[0];
    /* NOLINTEND(clang-analyzer-core.*) */
}

size_t ons_expression_length(const ons_expression *expression) { return expression->length; }

ons_term ons_expression_term(const ons_expression *expression, size_t index) {
    const instruction *step = &expression->program[index];
    ons_term term = {.operation = step->operation};
    switch (step->operation) {
    case ONS_PUSH_NUMBER: term.number = step->with.number; break;
    case ONS_PUSH_NAME: term.name = step->with.name; break;
    case ONS_CALL:
        term.function = step->with.function->name;
        term.arguments = step->with.function->two ? 2 : 1;
        break;
    default: break;
    }
    return term;
}
