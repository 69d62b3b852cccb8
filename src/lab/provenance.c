/*
 * Provenance: how an archive came about, a YAML list with an entry for every run that wrote it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* In double quotes, as YAML and JSON have it. */
static void add_quoted(ons_text *text, const char *word) {
    ons_text_add(text, "\"");
    for (const unsigned char *c = (const unsigned char *)word; *c != '\0'; ++c) {
        if (*c == '"' || *c == '\\') {
            ons_text_add(text, "\\%c", *c);
        } else if (*c < 0x20 || *c == 0x7f) {
            ons_text_add(text, "\\x%02x", *c);
        } else {
            ons_text_add_bytes(text, c, 1);
        }
    }
    ons_text_add(text, "\"\n");
}

static void add_date(ons_text *text, const char *key, time_t when) {
    struct tm parts;
    char date[32] = "";
    if (gmtime_r(&when, &parts) != NULL) { strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &parts); }
    ons_text_add(text, "%s%s\n", key, date);
}

/* "model name" of /proc/cpuinfo; empty where there is none. */
static void add_processor(ons_text *text) {
    char line[512], model[256] = "";
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && model[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || colon == NULL) { continue; }
        snprintf(model, sizeof model, "%s", colon + 1 + strspn(colon + 1, " \t"));
        model[strcspn(model, "\n")] = '\0';
    }
    if (file != NULL) { fclose(file); }
    ons_text_add(text, "  cpu: ");
    add_quoted(text, model);
}

static bool named_before(const ons_job *job, size_t task) {
    for (size_t t = 0; t < task; ++t) {
        const char *path = job->tasks[t].start_file;
        if (path != NULL && strcmp(path, job->tasks[task].start_file) == 0) { return true; }
    }
    return false;
}

/* The archives that tasks started from, each once, with their digests as they are now. */
static void add_starts(ons_text *text, const ons_job *job) {
    bool first = true;
    for (size_t t = 0; t < job->task_count; ++t) {
        const char *path = job->tasks[t].start_file;
        if (path == NULL || named_before(job, t)) { continue; }
        ons_digest digest;
        char words[ONS_DIGEST_TEXT];
        ons_text_add(text, "%s    - file: ", first ? "  start:\n" : "");
        add_quoted(text, path);
        if (ons_digest_file(path, &digest) == ONS_OK) {
            ons_text_add(text, "      digest: \"%s\"\n", ons_digest_text(digest, words));
        }
        first = false;
    }
}

char *lab_provenance(const ons_job *job, const lab_archive_options *options, const char *earlier) {
    ons_text text = {0};
    const time_t now = time(NULL);
#if defined(__clang__)
    static const char compiler[] = __VERSION__;
#else
    static const char compiler[] = "gcc " __VERSION__;
#endif
    if (earlier != NULL) { ons_text_add(&text, "%s", earlier); }
    ons_text_add(&text, "- onsager: %s\n", ONS_VERSION);
    add_date(&text, "  started: ", now - (time_t)(isfinite(options->seconds) ? options->seconds : 0));
    add_date(&text, "  finished: ", now);
    ons_text_add(&text, "  interrupted: %s\n", options->interrupted ? "yes" : "no");
    add_processor(&text);
    ons_text_add(&text, "  processors: %u\n", ons_processors());
    ons_text_add(&text, "  compiler: ");
    add_quoted(&text, compiler);
    ons_text_add(&text, "  threads: %u\n", job->threads);
    ons_text_add(&text, "  random: %s\n", ons_random_kernel());
    if (options->command != NULL) {
        ons_text_add(&text, "  command: ");
        add_quoted(&text, options->command);
    }
    add_starts(&text, job);
    if (text.failed) { ons_text_free(&text); }
    return text.data;
}
