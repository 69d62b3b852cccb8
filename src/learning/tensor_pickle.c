/*
 * The pickles of PyTorch's state dictionaries. A pickle is a program for a stack; this reads the part of the language
 * that describes dictionaries of tensors and refuses the rest: nothing is imported and nothing is called. Memory is at
 * most proportional to the bytes of the pickle.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor_pickle.h"

#include <stdlib.h>
#include <string.h>

enum { ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER, SIZE, FIRST_STORAGE };

/* All that may be named. Storages come last. */
static const struct {
    const char *name;
    ons_stored_type type;
} globals[] = {[ORDERED_DICT] = {"collections OrderedDict", 0},
               [REBUILD_TENSOR] = {"torch._utils _rebuild_tensor_v2", 0},
               [REBUILD_PARAMETER] = {"torch._utils _rebuild_parameter", 0},
               [SIZE] = {"torch Size", 0},
               [FIRST_STORAGE] = {"torch FloatStorage", ONS_STORED_F32},
               {"torch DoubleStorage", ONS_STORED_F64},
               {"torch HalfStorage", ONS_STORED_F16},
               {"torch BFloat16Storage", ONS_STORED_BF16},
               {"torch LongStorage", ONS_STORED_I64},
               {"torch IntStorage", ONS_STORED_I32},
               {"torch ShortStorage", ONS_STORED_I16},
               {"torch CharStorage", ONS_STORED_I8},
               {"torch ByteStorage", ONS_STORED_U8},
               {"torch BoolStorage", ONS_STORED_BOOL}};
enum { GLOBALS = sizeof globals / sizeof *globals };

static ons_status refuse(const pickle *p, const char *what) {
    return ons_fail(ONS_INVALID, "%s: its pickle is refused at byte %zu: %s", p->file, p->at, what);
}

/* ---- values and the stack -------------------------------------------------------------------------------------------
 */

static pickle_value *fresh(pickle *p, pickle_kind kind) {
    if (ons_grow((void **)&p->values, &p->capacity, p->count + 1, sizeof(pickle_value *))) { return NULL; }
    pickle_value *value = ONS_NEW(pickle_value, 1);
    if (!value) { return NULL; }
    value->kind = kind;
    p->values[p->count++] = value;
    return value;
}

static ons_status push(pickle *p, pickle_value *value) {
    if (!value) { return ONS_MEMORY; }
    const ons_status status = ons_grow((void **)&p->stack, &p->stack_capacity, p->depth + 1, sizeof(pickle_value *));
    if (status) { return status; }
    p->stack[p->depth++] = value;
    return ONS_OK;
}

static ons_status push_kind(pickle *p, pickle_kind kind) { return push(p, fresh(p, kind)); }

static ons_status push_integer(pickle *p, int64_t integer) {
    pickle_value *value = fresh(p, PICKLE_INTEGER);
    if (value) { value->integer = integer; }
    return push(p, value);
}

static ons_status append(pickle_value *to, pickle_value *item) {
    const ons_status status = ons_grow((void **)&to->items, &to->capacity, to->count + 1, sizeof(pickle_value *));
    if (!status) { to->items[to->count++] = item; }
    return status;
}

/* The `count` topmost values go as items to `to`. */
static ons_status move_items(pickle *p, size_t count, pickle_value *to) {
    ons_status status = to ? ONS_OK : ONS_MEMORY;
    if (count > p->depth) { return refuse(p, "its stack is empty"); }
    for (size_t k = p->depth - count; k < p->depth && !status; k++) {
        if (p->stack[k]->kind == PICKLE_MARK) { return refuse(p, "a mark stands among values"); }
        status = append(to, p->stack[k]);
    }
    p->depth -= count;
    return status;
}

/* How many values stand above the topmost mark. */
static ons_status above_mark(pickle *p, size_t *count) {
    for (*count = 0; *count < p->depth; ++*count) {
        if (p->stack[p->depth - 1 - *count]->kind == PICKLE_MARK) { return ONS_OK; }
    }
    return refuse(p, "a mark is missing");
}

static ons_status make_tuple(pickle *p, size_t count) {
    pickle_value *tuple = fresh(p, PICKLE_TUPLE);
    const ons_status status = move_items(p, count, tuple);
    return status ? status : push(p, tuple);
}

static ons_status marked_tuple(pickle *p) {
    size_t count;
    pickle_value *tuple = fresh(p, PICKLE_TUPLE);
    ons_status status = above_mark(p, &count);
    if (!status) { status = move_items(p, count, tuple); }
    if (status) { return status; }
    p->depth--; /* the mark */
    return push(p, tuple);
}

/* Items or pairs go into the list or dictionary below them (below the mark). */
static ons_status fill(pickle *p, pickle_kind kind, bool marked) {
    size_t count = kind == PICKLE_DICTIONARY ? 2 : 1;
    const ons_status status = marked ? above_mark(p, &count) : ONS_OK;
    if (status) { return status; }
    const size_t below = count + (marked ? 1 : 0);
    if (below >= p->depth || p->stack[p->depth - 1 - below]->kind != kind) {
        return refuse(p, kind == PICKLE_LIST ? "items for what is no list" : "pairs for what is no dictionary");
    }
    if (kind == PICKLE_DICTIONARY && count % 2) { return refuse(p, "a key has no value"); }
    const ons_status moved = move_items(p, count, p->stack[p->depth - 1 - below]);
    if (!moved && marked) { p->depth--; }
    return moved;
}

/* ---- bytes of the program -------------------------------------------------------------------------------------------
 */

static ons_status take(pickle *p, size_t bytes, uint64_t *number) {
    if (bytes > p->size - p->at) { return refuse(p, "it is cut off"); }
    *number = 0;
    for (size_t k = bytes; k-- > 0;) { *number = *number << 8 | p->bytes[p->at + k]; }
    p->at += bytes;
    return ONS_OK;
}

static ons_status push_text(pickle *p, size_t bytes) {
    uint64_t length = 0;
    const ons_status status = take(p, bytes, &length);
    if (status) { return status; }
    if (length > p->size - p->at) { return refuse(p, "a text goes beyond its end"); }
    if (memchr(p->bytes + p->at, 0, length)) { return refuse(p, "a text has a NUL"); }
    pickle_value *text = fresh(p, PICKLE_TEXT);
    if (!text) { return ONS_MEMORY; }
    text->at = p->at;
    text->count = length;
    p->at += length;
    return push(p, text);
}

static ons_status push_bytes_integer(pickle *p, size_t bytes, bool with_sign) {
    uint64_t number = 0;
    const ons_status status = take(p, bytes, &number);
    if (status) { return status; }
    return push_integer(p, with_sign ? (int64_t)(int32_t)(uint32_t)number : (int64_t)number);
}

/* A long in two's complement, little-endian, of at most 8 bytes. */
static ons_status push_long(pickle *p) {
    uint64_t length = 0, number = 0;
    ons_status status = take(p, 1, &length);
    if (!status && length > 8) { status = refuse(p, "an integer has more than 64 bits"); }
    if (!status) { status = take(p, length, &number); }
    if (status) { return status; }
    if (length > 0 && length < 8 && number >> (8 * length - 1)) { number |= UINT64_MAX << (8 * length); }
    return push_integer(p, (int64_t)number);
}

static ons_status memorise(pickle *p, uint64_t place) {
    if (p->depth == 0) { return refuse(p, "its stack is empty"); }
    if (place > p->size) { return refuse(p, "a place of the memo is larger than the pickle"); }
    const ons_status status = ons_grow((void **)&p->memo, &p->memo_capacity, (size_t)place + 1, sizeof(pickle_value *));
    if (status) { return status; }
    while (p->memo_count <= place) { p->memo[p->memo_count++] = NULL; }
    p->memo[place] = p->stack[p->depth - 1];
    return ONS_OK;
}

static ons_status remember(pickle *p, size_t bytes) {
    uint64_t place = 0;
    const ons_status status = take(p, bytes, &place);
    if (status) { return status; }
    if (place >= p->memo_count || !p->memo[place]) { return refuse(p, "nothing was put at that place of the memo"); }
    return push(p, p->memo[place]);
}

static ons_status memorise_at(pickle *p, size_t bytes) {
    uint64_t place = 0;
    const ons_status status = take(p, bytes, &place);
    return status ? status : memorise(p, place);
}

/* ---- names ----------------------------------------------------------------------------------------------------------
 */

/* `at`: where the name was asked for. Bytes of the file that are no plain letters do not enter the message. */
static ons_status push_name(pickle *p, const uint8_t *module, size_t module_length, const uint8_t *name,
                            size_t name_length, size_t at) {
    char text[128];
    if (module_length + name_length + 2 > sizeof text) { return refuse(p, "the name of a global is too long"); }
    memcpy(text, module, module_length);
    text[module_length] = ' ';
    memcpy(text + module_length + 1, name, name_length);
    text[module_length + 1 + name_length] = 0;
    for (int k = 0; k < GLOBALS; k++) {
        if (strcmp(globals[k].name, text) != 0) { continue; }
        pickle_value *value = fresh(p, PICKLE_GLOBAL);
        if (value) { value->global = k; }
        return push(p, value);
    }
    for (char *c = text; *c; c++) { *c = (unsigned char)*c < ' ' || (unsigned char)*c > '~' ? '?' : *c; }
    text[module_length] = '.';
    return ons_fail(ONS_INVALID,
                    "%s: its pickle asks for %s at byte %zu, which is refused: only dictionaries of tensors are read",
                    p->file, text, at);
}

static ons_status push_global(pickle *p) {
    const size_t begin = p->at;
    const uint8_t *from = p->bytes + begin;
    const uint8_t *middle = memchr(from, '\n', p->size - begin);
    const uint8_t *end = middle ? memchr(middle + 1, '\n', p->size - (size_t)(middle + 1 - p->bytes)) : NULL;
    if (!end) { return refuse(p, "the name of a global is cut off"); }
    p->at = (size_t)(end + 1 - p->bytes);
    return push_name(p, from, (size_t)(middle - from), middle + 1, (size_t)(end - middle - 1), begin - 1);
}

static ons_status push_stacked_global(pickle *p) {
    if (p->depth < 2 || p->stack[p->depth - 1]->kind != PICKLE_TEXT || p->stack[p->depth - 2]->kind != PICKLE_TEXT) {
        return refuse(p, "a global has no name");
    }
    const pickle_value *name = p->stack[p->depth - 1], *module = p->stack[p->depth - 2];
    p->depth -= 2;
    return push_name(p, p->bytes + module->at, module->count, p->bytes + name->at, name->count, p->at - 1);
}

/* ---- what is rebuilt ------------------------------------------------------------------------------------------------
 */

static ons_status rebuild_tensor(pickle *p, const pickle_value *arguments) {
    if (arguments->count < 6 || arguments->items[0]->kind != PICKLE_STORAGE ||
        arguments->items[1]->kind != PICKLE_INTEGER || arguments->items[2]->kind != PICKLE_TUPLE ||
        arguments->items[3]->kind != PICKLE_TUPLE) {
        return refuse(p, "a tensor is not made of storage, offset, sizes and strides");
    }
    pickle_value *tensor = fresh(p, PICKLE_TENSOR);
    if (!tensor) { return ONS_MEMORY; }
    tensor->integer = arguments->items[1]->integer;
    static const size_t parts[] = {0, 2, 3};
    ons_status status = ONS_OK;
    for (size_t k = 0; k < 3 && !status; k++) { status = append(tensor, arguments->items[parts[k]]); }
    return status ? status : push(p, tensor);
}

static ons_status call(pickle *p) {
    if (p->depth < 2 || p->stack[p->depth - 1]->kind != PICKLE_TUPLE || p->stack[p->depth - 2]->kind != PICKLE_GLOBAL) {
        return refuse(p, "it calls what is no known name");
    }
    const pickle_value *arguments = p->stack[p->depth - 1];
    const int global = p->stack[p->depth - 2]->global;
    p->depth -= 2;
    if (global == ORDERED_DICT && arguments->count == 0) { return push_kind(p, PICKLE_DICTIONARY); }
    if (global == REBUILD_TENSOR) { return rebuild_tensor(p, arguments); }
    if (global == REBUILD_PARAMETER && arguments->count >= 1 && arguments->items[0]->kind == PICKLE_TENSOR) {
        return push(p, arguments->items[0]);
    }
    if (global == SIZE && arguments->count == 1 && arguments->items[0]->kind == PICKLE_TUPLE) {
        return push(p, arguments->items[0]);
    }
    return refuse(p, "a call with arguments that are not understood");
}

/* ('storage', type, key, device, elements) */
static ons_status find_storage(pickle *p) {
    const pickle_value *place = p->depth ? p->stack[p->depth - 1] : NULL;
    if (!place || place->kind != PICKLE_TUPLE || place->count != 5 || place->items[0]->kind != PICKLE_TEXT ||
        place->items[0]->count != 7 || memcmp(p->bytes + place->items[0]->at, "storage", 7) != 0 ||
        place->items[1]->kind != PICKLE_GLOBAL || place->items[1]->global < FIRST_STORAGE ||
        place->items[2]->kind != PICKLE_TEXT || place->items[4]->kind != PICKLE_INTEGER ||
        place->items[4]->integer < 0) {
        return refuse(p, "a reference that is no storage of numbers");
    }
    pickle_value *storage = fresh(p, PICKLE_STORAGE);
    if (!storage) { return ONS_MEMORY; }
    storage->type = globals[place->items[1]->global].type;
    storage->integer = place->items[4]->integer;
    storage->at = place->items[2]->at;
    storage->count = place->items[2]->count;
    p->stack[p->depth - 1] = storage;
    return ONS_OK;
}

/* A dictionary with attributes (state_dict's _metadata), which are dropped. */
static ons_status drop_attributes(pickle *p) {
    if (p->depth < 2 || p->stack[p->depth - 1]->kind != PICKLE_DICTIONARY ||
        p->stack[p->depth - 2]->kind != PICKLE_DICTIONARY) {
        return refuse(p, "attributes for what is no dictionary");
    }
    p->depth--;
    return ONS_OK;
}

/* ---- the program ----------------------------------------------------------------------------------------------------
 */

static ons_status pass(pickle *p, size_t bytes) {
    uint64_t ignored = 0;
    return take(p, bytes, &ignored);
}

static ons_status push_float(pickle *p) {
    const ons_status status = pass(p, 8);
    return status ? status : push_kind(p, PICKLE_NONE);
}

static ons_status containers(pickle *p, uint8_t code) {
    switch (code) {
    case '}': return push_kind(p, PICKLE_DICTIONARY);
    case ']': return push_kind(p, PICKLE_LIST);
    case ')': return push_kind(p, PICKLE_TUPLE);
    case '(': return push_kind(p, PICKLE_MARK);
    case 't': return marked_tuple(p);
    case 0x85: return make_tuple(p, 1);
    case 0x86: return make_tuple(p, 2);
    case 0x87: return make_tuple(p, 3);
    case 's': return fill(p, PICKLE_DICTIONARY, false);
    case 'u': return fill(p, PICKLE_DICTIONARY, true);
    case 'a': return fill(p, PICKLE_LIST, false);
    case 'e': return fill(p, PICKLE_LIST, true);
    case 'R': return call(p);
    case 'b': return drop_attributes(p);
    case 'Q': return find_storage(p);
    case 'c': return push_global(p);
    case 0x93: return push_stacked_global(p);
    default: {
        p->at--;
        char what[64];
        snprintf(what, sizeof what, "operation 0x%02x is not one of dictionaries of tensors", code);
        return refuse(p, what);
    }
    }
}

static ons_status step(pickle *p, uint8_t code) {
    switch (code) {
    case 0x80: return pass(p, 1); /* the version */
    case 0x95: return pass(p, 8); /* a frame */
    case 'N': return push_kind(p, PICKLE_NONE);
    case 0x88: return push_integer(p, 1);
    case 0x89: return push_integer(p, 0);
    case 'K': return push_bytes_integer(p, 1, false);
    case 'M': return push_bytes_integer(p, 2, false);
    case 'J': return push_bytes_integer(p, 4, true);
    case 0x8a: return push_long(p);
    case 'G': return push_float(p);
    case 0x8c: return push_text(p, 1);
    case 'X': return push_text(p, 4);
    case 'q': return memorise_at(p, 1);
    case 'r': return memorise_at(p, 4);
    case 0x94: return memorise(p, p->memo_count);
    case 'h': return remember(p, 1);
    case 'j': return remember(p, 4);
    default: return containers(p, code);
    }
}

ons_status pickle_read(pickle *p, pickle_value **result) {
    ons_status status = ONS_OK;
    while (!status) {
        if (p->at >= p->size) { return refuse(p, "it is cut off"); }
        const uint8_t code = p->bytes[p->at++];
        if (code == '.') { break; }
        status = step(p, code);
    }
    if (!status && p->depth != 1) { status = refuse(p, "it does not end with one value"); }
    *result = status ? NULL : p->stack[0];
    return status;
}

void pickle_free(pickle *p) {
    for (size_t k = 0; k < p->count; k++) {
        free(p->values[k]->items);
        free(p->values[k]);
    }
    free(p->values);
    free(p->stack);
    free(p->memo);
}
