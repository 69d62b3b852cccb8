/*
 * What the tests of jobs share: a folder of their own, and jobs made of words and files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_TESTS_LAB_JOB_WORDS_H
#define ONSAGER_TESTS_LAB_JOB_WORDS_H

#include <onsager/lab.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/onsager-job-XXXXXX";

static int make_folder(void **state) { return mkdtemp(folder) == NULL || chdir(folder) != 0; }

static int remove_folder(void **state) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return chdir("/") != 0 || system(command) != 0;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Words separated by blanks ('~' stands for a blank within a word), and a file's text, or NULL. */
static ons_status bind(ons_job **job, const ons_system *system, const char *file, const char *words) {
    char *copy = strdup(words), *rest = copy;
    assert_int_equal(ons_job_create(job), ONS_OK);
    ons_status status = file == NULL ? ONS_OK : ons_job_parse(*job, "job.yaml", file, strlen(file));
    for (char *word; status == ONS_OK && (word = strsep(&rest, " ")) != NULL;) {
        for (char *c = word; *c != '\0'; c++) { *c = *c == '~' ? ' ' : *c; }
        if (word[0] != '\0') { status = ons_job_word(*job, word); }
    }
    free(copy);
    return status == ONS_OK ? ons_job_bind(*job, system, NULL) : status;
}

#endif
