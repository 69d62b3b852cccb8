/*
 * Names, units and formulas as the labels of figures: plain text becomes gnuplot's enhanced text.
 *
 * A letter that stands alone is a symbol and italic (L, T, 1/L); an index or exponent behind a symbol or a bracket is
 * set as one (T_c, x^2, <m>^2); "_" between words is a space. Nothing else is changed, and what gnuplot would interpret
 * is escaped.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <string.h>

#define NO_WIDTH "\xE2\x80\x8B" /* zero width space */

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool word(char c) { return letter(c) || digit(c) || (unsigned char)c >= 128; }

/* The article and the pronoun of a sentence are no symbols. */
static bool is_symbol(const char *plain, const char *c) {
    if (!letter(*c) || (c > plain && word(c[-1])) || word(c[1])) { return false; }
    const bool spaced = (c == plain || c[-1] == ' ') && c[1] == ' ' && letter(c[2]);
    return !(spaced && (*c == 'a' || *c == 'A' || *c == 'I'));
}

static void add_plain(char c, ons_text *text) {
    if (c == '\\') {
        ons_text_add(text, "\\\\");
    } else if (strchr("{}^_@&~", c)) {
        ons_text_add(text, "\\%c", c);
    } else {
        ons_text_add_bytes(text, (unsigned char)c < 32 ? " " : &c, 1);
    }
}

/* The characters of an index: letters and digits; a sign before digits, a point between them. */
static size_t index_length(const char *c) {
    size_t length = *c == '-' && digit(c[1]) ? 1 : 0;
    while (word(c[length]) || (c[length] == '.' && length && digit(c[length - 1]) && digit(c[length + 1]))) {
        length++;
    }
    return length;
}

/* Whether what ends before `c` may carry an index: a symbol, a closing bracket, for "^" a digit or a word too. */
static bool carries(const char *plain, const char *c, bool after_symbol) {
    if (c == plain) { return false; }
    return after_symbol || strchr(")]>|", c[-1]) || (*c == '^' && word(c[-1]));
}

void cli_typeset(const char *plain, ons_text *text) {
    bool after_symbol = false, after_group = false;
    ons_text_add(text, "%s", "");
    for (const char *c = plain; *c; c++) {
        const size_t index = *c == '_' || *c == '^' ? index_length(c + 1) : 0;
        if (index && carries(plain, c, after_symbol)) {
            ons_text_add(text, "%c{%.*s}", *c, (int)index, c + 1);
            c += index;
            after_symbol = false;
        } else if (*c == '_' && c > plain && word(c[-1]) && word(c[1])) {
            ons_text_add(text, " ");
            after_symbol = false;
        } else if (is_symbol(plain, c) ||
                   (letter(*c) && (c == plain || !word(c[-1])) && c[1] == '_' && index_length(c + 2))) {
            ons_text_add(text, "{/:Italic %c}", *c);
            after_symbol = true;
        } else if (*c == ' ' && (after_group || is_symbol(plain, c + 1))) {
            /* Readers of SVG drop a space at either end of a change of type, unless something without width is there.
             */
            ons_text_add(text, "%s\xC2\xA0%s", after_group ? NO_WIDTH : "", after_group ? "" : NO_WIDTH);
            after_symbol = false;
        } else {
            add_plain(*c, text);
            after_symbol = false;
        }
        after_group = text->length && text->data[text->length - 1] == '}';
    }
}

double cli_typeset_width(const char *plain) {
    double width = 0;
    for (const char *c = plain; *c; c++) {
        if (((unsigned char)*c & 0xC0) == 0x80) { continue; } /* the rest of a character in UTF-8 */
        width += strchr("ilj.,:;|!'()[]ftI ", *c) ? 0.36
                 : strchr("mwMW@%", *c)           ? 0.92
                 : *c >= 'A' && *c <= 'Z'         ? 0.72
                                                  : 0.62;
    }
    return width;
}

char *cli_axis_label(const char *name, const char *unit) {
    return unit && *unit ? ons_format("%s (%s)", name, unit) : ons_copy(name);
}
