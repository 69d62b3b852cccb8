/*
 * The words of the command line: options from the verb's table, and the rest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static ons_status unknown_option(const cli_verb *verb, const char *word) {
    char spelled[CLI_OPTIONS * 2 + 1][24];
    const char *names[CLI_OPTIONS * 2 + 1];
    size_t count = 0;
    for (const cli_option *option = verb->options; option->meaning; option++) {
        if (option->name) { snprintf(spelled[count], sizeof *spelled, "--%s", option->name), count++; }
        if (option->letter) { snprintf(spelled[count], sizeof *spelled, "-%c", option->letter), count++; }
    }
    snprintf(spelled[count++], sizeof *spelled, "--help");
    for (size_t i = 0; i < count; i++) { names[i] = spelled[i]; }
    const size_t length = strcspn(word, "=");
    char *name = ons_copy_part(word, length);
    if (!name) { return ONS_MEMORY; }
    char hint[CLI_HINT];
    const ons_status status =
        ons_fail(ONS_INVALID, "'onsager %s' has no option '%s'%s ('onsager %s --help' lists them)", verb->name, name,
                 cli_hint(hint, name, names, count), verb->name);
    free(name);
    return status;
}

/* The option that a word names; *value points to what follows it in the same word, or is NULL. */
static const cli_option *match_option(const cli_verb *verb, const char *word, const char **value) {
    *value = NULL;
    for (const cli_option *option = verb->options; option->meaning; option++) {
        if (word[1] == '-' && option->name) {
            const size_t length = strlen(option->name);
            if (strncmp(word + 2, option->name, length) != 0) { continue; }
            if (word[2 + length] == '\0') { return option; }
            if (word[2 + length] == '=') {
                *value = word + 3 + length;
                return option;
            }
        } else if (word[1] != '-' && option->letter == word[1]) {
            if (word[2] == '\0') { return option; }
            if (option->argument) {
                *value = word + 2;
                return option;
            }
        }
    }
    return NULL;
}

static ons_status read_option(cli_arguments *arguments, const cli_option *option, const char *inside, int count,
                              char **argv, int *next) {
    const char *word = argv[*next - 1];
    const char **value = &arguments->values[option - arguments->verb->options];
    if (*value) { return ons_fail(ONS_INVALID, "option '%s' is given twice", word); }
    if (!option->argument) {
        if (inside) { return ons_fail(ONS_INVALID, "option '%s' takes no value", word); }
        *value = "yes";
        return ONS_OK;
    }
    if (!inside && *next >= count) {
        return ons_fail(ONS_INVALID, "option '%s' needs a value: %s", word, option->argument);
    }
    *value = inside ? inside : argv[(*next)++];
    if (**value == '\0') { return ons_fail(ONS_INVALID, "option '%s' needs a value: %s", word, option->argument); }
    return ONS_OK;
}

ons_status cli_arguments_read(cli_arguments *arguments, const cli_verb *verb, int count, char **argv) {
    arguments->verb = verb;
    arguments->words = ONS_NEW(const char *, count);
    if (!arguments->words) { return ONS_MEMORY; }
    bool options = true;
    for (int next = 0; next < count;) {
        const char *word = argv[next++];
        if (!options || word[0] != '-' || word[1] == '\0') {
            arguments->words[arguments->word_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            options = false;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            return ONS_DONE;
        } else {
            const char *inside;
            const cli_option *option = match_option(verb, word, &inside);
            if (!option) { return unknown_option(verb, word); }
            const ons_status status = read_option(arguments, option, inside, count, argv, &next);
            if (status != ONS_OK) { return status; }
        }
    }
    return ONS_OK;
}

void cli_arguments_free(cli_arguments *arguments) { free(arguments->words); }

const char *cli_option_value(const cli_arguments *arguments, const char *name) {
    const cli_option *options = arguments->verb->options;
    for (size_t i = 0; options[i].meaning; i++) {
        const bool match =
            options[i].name ? strcmp(options[i].name, name) == 0 : options[i].letter == name[0] && !name[1];
        if (match) { return arguments->values[i]; }
    }
    return NULL;
}

ons_status cli_only_word(const cli_arguments *arguments, const char *what, const char **word) {
    if (arguments->word_count == 1) {
        *word = arguments->words[0];
        return ONS_OK;
    }
    if (arguments->word_count == 0) {
        return ons_fail(ONS_INVALID, "'onsager %s' needs %s: onsager %s %s", arguments->verb->name, what,
                        arguments->verb->name, arguments->verb->usage);
    }
    return ons_fail(ONS_INVALID, "'onsager %s' takes one word, %s; '%s' is one too many", arguments->verb->name, what,
                    arguments->words[1]);
}

static void add_quoted(ons_text *text, const char *word) {
    bool plain = *word != '\0';
    for (const char *c = word; *c; c++) { plain = plain && (isalnum((unsigned char)*c) || strchr("_-+=.,:/%@", *c)); }
    if (plain) {
        ons_text_add(text, "%s", word);
        return;
    }
    ons_text_add(text, "'");
    for (const char *c = word; *c; c++) {
        if (*c == '\'') {
            ons_text_add(text, "'\\''");
        } else {
            ons_text_add_bytes(text, c, 1);
        }
    }
    ons_text_add(text, "'");
}

char *cli_command_line(int count, const char *const *argv) {
    ons_text text = {0};
    ons_text_add(&text, "onsager");
    for (int i = 1; i < count; i++) {
        ons_text_add(&text, " ");
        add_quoted(&text, argv[i]);
    }
    if (!text.failed) { return text.data; }
    ons_text_free(&text);
    return NULL;
}
