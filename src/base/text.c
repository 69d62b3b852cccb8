/*
 * Strings that grow, copies, and formatting into fresh memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

/* Room for `more` bytes and the NUL behind them. */
static bool make_room(ons_text *text, size_t more) {
    if (text->failed) { return false; }
    if (more > SIZE_MAX / 2 - text->length ||
        ons_grow((void **)&text->data, &text->capacity, text->length + more + 1, 1) != ONS_OK) {
        text->failed = true;
        return false;
    }
    return true;
}

void ons_text_add(ons_text *text, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = base_print(NULL, 0, format, arguments);
    if (length < 0) {
        text->failed = true;
    } else if (make_room(text, (size_t)length)) {
        base_print(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
    va_end(arguments);
}

void ons_text_add_bytes(ons_text *text, const void *bytes, size_t count) {
    if (!make_room(text, count)) { return; }
    if (count) { memcpy(text->data + text->length, bytes, count); }
    text->length += count;
    text->data[text->length] = '\0';
}

void ons_text_clear(ons_text *text) {
    text->length = 0;
    if (text->data) { text->data[0] = '\0'; }
}

void ons_text_free(ons_text *text) {
    free(text->data);
    *text = (ons_text){0};
}

char *ons_copy_part(const char *string, size_t length) {
    const size_t whole = strnlen(string, length);
    char *copy = ons_allocate(whole + 1, 1);
    if (copy) { memcpy(copy, string, whole); }
    return copy;
}

char *ons_copy(const char *string) { return ons_copy_part(string, strlen(string)); }

bool ons_ends_with(const char *text, const char *end) {
    const size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

char *ons_format(const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = base_print(NULL, 0, format, arguments);
    char *text = length < 0 ? NULL : ons_allocate((size_t)length + 1, 1);
    if (text) { base_print(text, (size_t)length + 1, format, again); }
    if (length < 0) { ons_fail(ONS_MEMORY, "a text could not be formatted"); }
    va_end(again);
    va_end(arguments);
    return text;
}
