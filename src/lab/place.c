/*
 * Where something was written, in messages.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"

#include <stdarg.h>
#include <string.h>

const char *lab_shown(const char *text, char buffer[LAB_SHOWN]) {
    size_t length = 0;
    while (text[length] != '\0' && length < LAB_SHOWN - 4) {
        const unsigned char byte = (unsigned char)text[length];
        buffer[length++] = byte < 0x20 || byte == 0x7f ? '?' : (char)byte;
    }
    if (text[length] != '\0') {
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
            length--;
        } /* not within a UTF-8 character */
        memcpy(buffer + length, "...", 3);
        length += 3;
    }
    buffer[length] = '\0';
    return buffer;
}

ons_status lab_fail_at(const lab_place *place, const char *format, ...) {
    char message[2048], shown[LAB_SHOWN];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    for (char *c = message; *c != '\0'; c++) { /* a message is one line, whatever the user wrote */
        if ((unsigned char)*c < 0x20) { *c = '?'; }
    }
    if (place->file != NULL) {
        return ons_fail(ONS_INVALID, "%s:%d:%d: %s", place->file, place->line, place->column, message);
    }
    if (place->word != NULL) { return ons_fail(ONS_INVALID, "%s: %s", lab_shown(place->word, shown), message); }
    return ons_fail(ONS_INVALID, "%s", message);
}
