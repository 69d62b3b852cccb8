/*
 * Pictures of states in a report: of all tasks where they are few, else of some from the first to the last.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <onsager/registry.h>

#include <stdlib.h>
#include <string.h>

#define PICTURES ((size_t)6)
#define LARGEST ((size_t)1 << 22) /* pixels of a picture that a page can carry */

static bool draws(const char *name) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (strcmp((*system)->name, name) == 0) { return (*system)->picture != NULL; }
    }
    return false;
}

/* The varying parameters of a task. */
static void add_caption(const ons_results *results, const ons_task_result *task, ons_text *caption) {
    cli_names varying = {0};
    ons_text_add(caption, "%s", "");
    if (cli_varying(results, &varying) != ONS_OK) { return; }
    for (size_t i = 0; i < varying.count; i++) {
        ons_text value = {0};
        cli_place_text(task, varying.names[i], NULL, CLI_NO_INDEX, &value);
        if (value.length) {
            ons_text_add(caption, "%s%s = %s", caption->length ? ", " : "", varying.names[i], value.data);
        }
        ons_text_free(&value);
    }
    cli_names_free(&varying);
    if (!caption->length) { ons_text_add(caption, "the last configuration"); }
}

/* Nothing where there is no state to draw: a report does not need it. */
static ons_status add_picture(const ons_results *results, const ons_task_result *task, const char *source,
                              const char *folder, ons_text *pictures) {
    ons_picture picture = {0};
    ons_text caption = {0};
    char *path = ons_format("%s/picture.png", folder);
    ons_status status = path ? cli_state_picture(results, task, source, 0, &picture) : ONS_MEMORY;
    if (status == ONS_OK && picture.width * picture.height <= LARGEST) {
        add_caption(results, task, &caption);
        status = cli_html_picture(&picture, caption.data ? caption.data : "", path, pictures);
    }
    ons_text_free(&caption);
    ons_picture_free(&picture);
    free(path);
    return status == ONS_MEMORY ? status : ONS_OK;
}

ons_status cli_report_pictures(const ons_results *results, const char *source, ons_text *page) {
    const size_t count = ons_results_count(results), shown = count < PICTURES ? count : PICTURES;
    if (count == 0 || (!source && !draws(ons_results_system(results)))) { return ONS_OK; }
    char *folder = NULL;
    ons_text pictures = {0};
    ons_status status = cli_temporary_directory(&folder);
    for (size_t i = 0; i < shown && status == ONS_OK; i++) {
        const size_t t = shown > 1 ? i * (count - 1) / (shown - 1) : 0;
        status = add_picture(results, ons_results_task(results, t), source, folder, &pictures);
    }
    if (status == ONS_OK && pictures.length) {
        ons_text_add(
            page,
            "<h2>Pictures</h2>\n<p>The last configuration of the first replica%s.</p>\n<div class=\"pictures\">\n",
            shown < count ? " of some tasks" : "");
        ons_text_add_bytes(page, pictures.data, pictures.length);
        ons_text_add(page, "</div>\n");
    }
    page->failed = page->failed || pictures.failed;
    if (folder) { cli_remove_directory(folder); }
    free(folder);
    ons_text_free(&pictures);
    return status;
}
