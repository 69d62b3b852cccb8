/*
 * onsager describe: all about one system, from its descriptor alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

ons_status cli_describe(cli_arguments *arguments) {
    const char *word;
    ons_status status = cli_only_word(arguments, "a system", &word);
    if (status != ONS_OK) { return status; }
    cli_system system;
    status = cli_system_open(&system, word, "");
    if (status != ONS_OK) { return status; }
    ons_text text = {0};
    cli_page page = {.text = &text, .markdown = cli_option_value(arguments, "markdown"), .width = cli_width()};
    status = cli_page_system(&page, system.system, word);
    if (status == ONS_OK) { status = cli_print(&text); }
    ons_text_free(&text);
    cli_system_close(&system);
    return status;
}
