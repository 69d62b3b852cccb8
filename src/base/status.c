/*
 * The message of the latest failure, one for each thread, and printing that does not depend on the locale.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <locale.h>
#include <string.h>

static _Thread_local char message[BASE_MESSAGE];

/* Cheap: the C library keeps one object for the C locale, which newlocale returns without making anything. */
static locale_t plain_locale(void) { return newlocale(LC_ALL_MASK, "C", (locale_t)0); }

int base_print(char *buffer, size_t size, const char *format, va_list arguments) {
    const locale_t plain = plain_locale();
    const locale_t previous = plain ? uselocale(plain) : (locale_t)0;
    const int length = vsnprintf(buffer, size, format, arguments);
    if (previous) { uselocale(previous); }
    if (plain) { freelocale(plain); }
    return length;
}

int base_printf(char *buffer, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = base_print(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

ons_status ons_fail(ons_status status, const char *format, ...) {
    char fresh[BASE_MESSAGE]; /* the arguments may point into the old message */
    va_list arguments;
    va_start(arguments, format);
    const int length = base_print(fresh, sizeof fresh, format, arguments);
    va_end(arguments);
    if (length < 0) {
        base_printf(fresh, sizeof fresh, "a message that could not be formatted");
    } else if ((size_t)length >= sizeof fresh) {
        size_t end = sizeof fresh - 4;
        while (end > 0 && ((unsigned char)fresh[end] & 0xC0) == 0x80) { end--; } /* not inside a UTF-8 sequence */
        memcpy(fresh + end, "...", 4);
    }
    memcpy(message, fresh, strlen(fresh) + 1);
    return status;
}

const char *ons_message(void) { return message; }
