/*
 * YAML documents as trees with places, built from libyaml's events. What a job needs no trace of is refused: aliases,
 * tags, several documents, duplicate keys, deep nesting.
 *
 * All nodes, texts and arrays lie in an arena that the document owns. While a document is read, the children of all
 * open sequences and mappings lie on one stack; closing one copies its part of the stack into the arena.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { deepest = 32, most_nodes = 10000000, most_bytes = 256 << 20, chunk_size = 1 << 16 };

typedef struct chunk {
    struct chunk *next;
    size_t used, size;
    max_align_t data[];
} chunk;

struct ons_yaml_document {
    char *name;
    chunk *chunks; /* the newest first */
    const ons_yaml *root;
    size_t nodes;
};

/* A sequence or mapping that is still open. */
typedef struct open_node {
    ons_yaml *node;
    size_t first; /* its children are stack[first..] */
} open_node;

typedef struct reader {
    ons_yaml_document *document;
    const ons_yaml **stack; /* children: items, or keys and values in turn */
    size_t height, capacity;
    open_node open[deepest];
    int depth;
    bool begun; /* a document was seen */
} reader;

static void *arena_allocate(ons_yaml_document *document, size_t size) {
    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (!document->chunks || document->chunks->size - document->chunks->used < size) {
        const size_t room = size > chunk_size ? size : chunk_size;
        chunk *fresh = malloc(sizeof(chunk) + room);
        if (!fresh) {
            ons_fail(ONS_MEMORY, "out of memory while reading %s", document->name);
            return NULL;
        }
        *fresh = (chunk){.next = document->chunks, .used = 0, .size = room};
        document->chunks = fresh;
    }
    void *memory = (char *)document->chunks->data + document->chunks->used;
    document->chunks->used += size;
    return memory;
}

static ons_status fail_at(const ons_yaml_document *document, yaml_mark_t mark, const char *format, ...)
    ONS_FORMAT(3, 4);

static ons_status fail_at(const ons_yaml_document *document, yaml_mark_t mark, const char *format, ...) {
    char text[BASE_MESSAGE / 2];
    va_list arguments;
    va_start(arguments, format);
    base_print(text, sizeof text, format, arguments);
    va_end(arguments);
    return ons_fail(ONS_INVALID, "%s:%zu:%zu: %s", document->name, mark.line + 1, mark.column + 1, text);
}

/* ---- bytes --------------------------------------------------------------------------------------------------------
 */

/* The length of the UTF-8 sequence at bytes[0] (RFC 3629: no overlong forms, no surrogates), and its character; 0:
 * none. */
static size_t utf8_length(const unsigned char *bytes, size_t left, uint32_t *character) {
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char first = bytes[0];
    const size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    if (length == 0 || length > left) { return 0; }
    uint32_t value = length == 1 ? first : first & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if (bytes[i] >> 6 != 2) { return 0; }
        value = value << 6 | (bytes[i] & 0x3FU);
    }
    if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) { return 0; }
    *character = value;
    return length;
}

/* YAML 1.1, production c-printable. */
static bool is_printable(uint32_t c) {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0x7F) || c == 0x85 || (c >= 0xA0 && c < 0xFFFE) ||
           c > 0xFFFF;
}

static ons_status check_bytes(const ons_yaml_document *document, const char *bytes, size_t count) {
    const unsigned char *all = (const unsigned char *)bytes;
    yaml_mark_t mark = {0, 0, 0};
    for (size_t i = 0; i < count;) {
        uint32_t character = 0;
        const size_t length = utf8_length(all + i, count - i, &character);
        if (length == 0) { return fail_at(document, mark, "the byte 0x%02X is not UTF-8", all[i]); }
        if (character == 0) { return fail_at(document, mark, "a NUL byte is not text"); }
        if (!is_printable(character)) {
            return fail_at(document, mark, "the control character U+%04X is not accepted", (unsigned)character);
        }
        mark.column++;
        if (character == '\n' || (character == '\r' && (i + 1 == count || all[i + 1] != '\n'))) {
            mark.line++;
            mark.column = 0;
        }
        i += length;
    }
    return ONS_OK;
}

/* ---- events -------------------------------------------------------------------------------------------------------
 */

static ons_status push(reader *state, const ons_yaml *node) {
    const ons_status status = ons_grow((void **)&state->stack, &state->capacity, state->height + 1, sizeof(void *));
    if (status == ONS_OK) { state->stack[state->height++] = node; }
    return status;
}

/* The mapping that waits for a key, or NULL. */
static const ons_yaml *wants_key(const reader *state) {
    if (state->depth == 0) { return NULL; }
    const open_node *top = &state->open[state->depth - 1];
    return top->node->kind == ONS_YAML_MAPPING && (state->height - top->first) % 2 == 0 ? top->node : NULL;
}

static ons_status new_node(reader *state, ons_yaml_kind kind, yaml_mark_t mark, ons_yaml **node) {
    if (++state->document->nodes > most_nodes) {
        return fail_at(state->document, mark, "more than %d values are not accepted", most_nodes);
    }
    *node = arena_allocate(state->document, sizeof **node);
    if (!*node) { return ONS_MEMORY; }
    **node = (ons_yaml){.kind = kind, .line = (int)mark.line + 1, .column = (int)mark.column + 1, .text = ""};
    return push(state, *node);
}

static ons_status read_scalar(reader *state, const yaml_event_t *event) {
    const size_t length = event->data.scalar.length;
    const char *value = (const char *)event->data.scalar.value;
    if (strlen(value) != length) {
        return fail_at(state->document, event->start_mark, "a text with a NUL character is not accepted");
    }
    ons_yaml *node = NULL;
    const ons_status status = new_node(state, ONS_YAML_SCALAR, event->start_mark, &node);
    if (status != ONS_OK) { return status; }
    char *text = arena_allocate(state->document, length + 1);
    if (!text) { return ONS_MEMORY; }
    memcpy(text, value, length + 1);
    node->text = text;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return ONS_OK;
}

static ons_status open_collection(reader *state, ons_yaml_kind kind, yaml_mark_t mark) {
    if (wants_key(state)) { return fail_at(state->document, mark, "a key must be a single word or number"); }
    if (state->depth == deepest) {
        return fail_at(state->document, mark, "nesting deeper than %d is not accepted", deepest);
    }
    ons_yaml *node = NULL;
    const ons_status status = new_node(state, kind, mark, &node);
    if (status != ONS_OK) { return status; }
    state->open[state->depth++] = (open_node){.node = node, .first = state->height};
    return ONS_OK;
}

static int compare_keys(const void *a, const void *b) {
    const ons_yaml *left = *(const ons_yaml *const *)a, *right = *(const ons_yaml *const *)b;
    const int order = strcmp(left->text, right->text);
    if (order) { return order; }
    if (left->line != right->line) { return left->line < right->line ? -1 : 1; }
    return (left->column > right->column) - (left->column < right->column);
}

static bool is_before(const ons_yaml *a, const ons_yaml *b) {
    return a->line < b->line || (a->line == b->line && a->column < b->column);
}

/* The first key that stands there a second time is named. */
static ons_status check_duplicates(const reader *state, const ons_yaml *mapping) {
    if (mapping->count < 2) { return ONS_OK; }
    const ons_yaml **sorted = ONS_NEW(const ons_yaml *, mapping->count);
    if (!sorted) { return ONS_MEMORY; }
    memcpy(sorted, mapping->keys, mapping->count * sizeof(void *));
    qsort(sorted, mapping->count, sizeof(void *), compare_keys);
    const ons_yaml *second = NULL, *first = NULL;
    for (size_t i = 1; i < mapping->count; i++) {
        if (strcmp(sorted[i]->text, sorted[i - 1]->text) == 0 && (!second || is_before(sorted[i], second))) {
            first = sorted[i - 1];
            second = sorted[i];
        }
    }
    free(sorted);
    if (!second) { return ONS_OK; }
    return ons_yaml_fail(state->document, second, "the key '%.*s' was already given in line %d", BASE_SHOWN,
                         second->text, first->line);
}

static ons_status close_collection(reader *state) {
    const open_node top = state->open[--state->depth];
    assert(top.node);
    const size_t children = state->height - top.first;
    const ons_yaml **from = state->stack + top.first;
    const bool mapping = top.node->kind == ONS_YAML_MAPPING;
    const ons_yaml **to = arena_allocate(state->document, (children ? children : 1) * sizeof(void *));
    if (!to) { return ONS_MEMORY; }
    top.node->count = mapping ? children / 2 : children;
    top.node->items = to;
    if (mapping) {
        top.node->keys = to + top.node->count;
        for (size_t i = 0; i < top.node->count; i++) {
            top.node->keys[i] = from[2 * i];
            top.node->items[i] = from[2 * i + 1];
        }
    } else if (children) {
        memcpy(to, from, children * sizeof(void *));
    }
    state->height = top.first;
    return mapping ? check_duplicates(state, top.node) : ONS_OK;
}

/* Anchors and tags, which scalars, sequences and mappings may all carry. */
static ons_status refuse_properties(const reader *state, const yaml_event_t *event) {
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (anchor) {
        return fail_at(state->document, event->start_mark,
                       "anchors are not accepted: write '&%.*s' out where it is used", BASE_SHOWN,
                       (const char *)anchor);
    }
    if (tag) {
        return fail_at(state->document, event->start_mark, "tags are not accepted: leave '%.*s' out", BASE_SHOWN,
                       (const char *)tag);
    }
    return ONS_OK;
}

static ons_status read_event(reader *state, const yaml_event_t *event) {
    const ons_status status = refuse_properties(state, event);
    if (status != ONS_OK) { return status; }
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (state->begun) {
            return fail_at(state->document, event->start_mark, "one document is expected, not several");
        }
        state->begun = true;
        if (event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end) {
            return fail_at(state->document, event->start_mark, "tags are not accepted: leave the %%TAG line out");
        }
        return ONS_OK;
    case YAML_ALIAS_EVENT:
        return fail_at(state->document, event->start_mark, "aliases are not accepted: write '*%.*s' out", BASE_SHOWN,
                       (const char *)event->data.alias.anchor);
    case YAML_SCALAR_EVENT: return read_scalar(state, event);
    case YAML_SEQUENCE_START_EVENT: return open_collection(state, ONS_YAML_SEQUENCE, event->start_mark);
    case YAML_MAPPING_START_EVENT: return open_collection(state, ONS_YAML_MAPPING, event->start_mark);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return close_collection(state);
    case YAML_STREAM_END_EVENT: return ONS_DONE;
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    case YAML_NO_EVENT: return ONS_OK;
    }
    return ONS_OK;
}

static ons_status parser_failure(const ons_yaml_document *document, const yaml_parser_t *parser) {
    if (parser->error == YAML_MEMORY_ERROR) {
        return ons_fail(ONS_MEMORY, "out of memory while reading %s", document->name);
    }
    const char *problem = parser->problem ? parser->problem : "this is not YAML";
    if (parser->context) { return fail_at(document, parser->problem_mark, "%s, %s", problem, parser->context); }
    return fail_at(document, parser->problem_mark, "%s", problem);
}

static ons_status read_events(reader *state, yaml_parser_t *parser) {
    ons_status status = ONS_OK;
    while (status == ONS_OK) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) { return parser_failure(state->document, parser); }
        status = read_event(state, &event);
        yaml_event_delete(&event);
    }
    if (status != ONS_DONE) { return status; }
    state->document->root = state->height ? state->stack[0] : NULL;
    const ons_yaml *root = state->document->root;
    if (!root || (root->kind == ONS_YAML_SCALAR && !root->quoted && !*root->text)) {
        return ons_fail(ONS_INVALID, "%s:1:1: the document is empty", state->document->name);
    }
    return ONS_OK;
}

/* ---- documents ----------------------------------------------------------------------------------------------------
 */

static ons_yaml_document *new_document(const char *name) {
    ons_yaml_document *document = ONS_NEW(ons_yaml_document, 1);
    if (!document) { return NULL; }
    document->name = ons_copy(name);
    if (!document->name) {
        free(document);
        return NULL;
    }
    return document;
}

ons_status ons_yaml_parse(ons_yaml_document **document, const char *name, const char *bytes, size_t count) {
    *document = NULL;
    if (count > most_bytes) { return ons_fail(ONS_INVALID, "%s is longer than %d bytes", name, most_bytes); }
    if (count >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) { /* a byte order mark, which would count as a column */
        bytes += 3;
        count -= 3;
    }
    reader state = {.document = new_document(name)};
    yaml_parser_t parser;
    if (!state.document) { return ONS_MEMORY; }
    ons_status status = check_bytes(state.document, bytes, count);
    if (status == ONS_OK && !yaml_parser_initialize(&parser)) {
        status = ons_fail(ONS_MEMORY, "out of memory while reading %s", name);
    } else if (status == ONS_OK) {
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, count);
        status = read_events(&state, &parser);
        yaml_parser_delete(&parser);
    }
    free(state.stack);
    if (status != ONS_OK) {
        ons_yaml_free(state.document);
        return status;
    }
    *document = state.document;
    return ONS_OK;
}

ons_status ons_yaml_read(ons_yaml_document **document, const char *path) {
    char *bytes = NULL;
    size_t count = 0;
    *document = NULL;
    ons_status status = ons_file_read(path, most_bytes, &bytes, &count);
    if (status == ONS_OK) { status = ons_yaml_parse(document, path, bytes, count); }
    free(bytes);
    return status;
}

void ons_yaml_free(ons_yaml_document *document) {
    if (!document) { return; }
    while (document->chunks) {
        chunk *next = document->chunks->next;
        free(document->chunks);
        document->chunks = next;
    }
    free(document->name);
    free(document);
}

const ons_yaml *ons_yaml_root(const ons_yaml_document *document) { return document->root; }

const char *ons_yaml_name(const ons_yaml_document *document) { return document->name; }

const ons_yaml *ons_yaml_get(const ons_yaml *mapping, const char *key) {
    if (!mapping || mapping->kind != ONS_YAML_MAPPING) { return NULL; }
    for (size_t i = 0; i < mapping->count; i++) {
        if (strcmp(mapping->keys[i]->text, key) == 0) { return mapping->items[i]; }
    }
    return NULL;
}

ons_status ons_yaml_fail(const ons_yaml_document *document, const ons_yaml *node, const char *format, ...) {
    char text[BASE_MESSAGE / 2];
    va_list arguments;
    va_start(arguments, format);
    base_print(text, sizeof text, format, arguments);
    va_end(arguments);
    return ons_fail(ONS_INVALID, "%s:%d:%d: %s", document->name, node->line, node->column, text);
}
