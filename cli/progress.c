/*
 * The progress of a job: one line that is renewed on a terminal, a line a minute elsewhere; always on standard error.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <unistd.h>

void cli_progress_begin(cli_progress *progress, const char *step, bool quiet) {
    *progress = (cli_progress){.quiet = quiet, .terminal = isatty(STDERR_FILENO), .step = step ? step : "step"};
}

static void duration(ons_text *text, double seconds) {
    const long whole = lround(seconds);
    if (whole < 120) {
        ons_text_add(text, "%ld s", whole);
    } else if (whole < 7200) {
        ons_text_add(text, "%ld min", (whole + 30) / 60);
    } else {
        ons_text_add(text, "%.1f h", seconds / 3600);
    }
}

static void line(const cli_progress *progress, const ons_progress *now, ons_text *text) {
    ons_text_add(text, "%s: ", now->phase ? now->phase : "running");
    if (now->total > 0) {
        ons_text_add(text, "%.3g/%.3g steps (%.0f %%)", now->done, now->total, floor(100 * now->done / now->total));
    } else {
        ons_text_add(text, "%.3g steps", now->done);
    }
    if (now->rate > 0) {
        ons_text_add(text, ", %.3g a second", now->rate);
        if (now->total > now->done && now->rate > 0) {
            ons_text_add(text, ", ");
            duration(text, (now->total - now->done) / now->rate);
            ons_text_add(text, " left");
        }
    }
    if (isfinite(now->worst_error)) { ons_text_add(text, ", worst error %.2g %%", 100 * now->worst_error); }
    (void)progress;
}

void cli_progress_show(void *data, const ons_progress *now) {
    cli_progress *progress = data;
    if (progress->quiet || (!progress->terminal && now->seconds - progress->last < 60)) { return; }
    progress->last = now->seconds;
    ons_text text = {0};
    ons_text_add(&text, "%s", progress->terminal ? "\r" : "");
    line(progress, now, &text);
    ons_text_add(&text, "%s", progress->terminal ? "\033[K" : "\n");
    if (!text.failed) {
        const ssize_t written = write(STDERR_FILENO, text.data, text.length);
        (void)written;
    }
    progress->shown = true;
    ons_text_free(&text);
}

void cli_progress_end(cli_progress *progress) {
    if (progress->terminal && progress->shown) { fprintf(stderr, "\r\033[K"); }
    progress->shown = false;
}
