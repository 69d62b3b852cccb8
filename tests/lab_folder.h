/*
 * A fresh folder for a test of the laboratory, and what a message must say.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_TESTS_LAB_FOLDER_H
#define ONSAGER_TESTS_LAB_FOLDER_H

#include <onsager/base.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Set-up and tear-down of cmocka; the folder is the working directory meanwhile. */
static int enter_folder(void **context) {
    char *folder = ons_copy("/tmp/onsager-test-XXXXXX");
    *context = folder;
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave_folder(void **context) {
    char *command = ons_format("rm -rf '%s'", (char *)*context);
    const int failed = chdir("/") != 0 || system(command) != 0;
    free(command);
    free(*context);
    return failed;
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

static void assert_message(const char *part) {
    if (strstr(ons_message(), part) == NULL) { fail_msg("'%s' lacks '%s'", ons_message(), part); }
}

#endif
