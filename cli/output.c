/*
 * What the command writes: to standard output, to files, and in lines of a given width.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

ons_status cli_text_status(const ons_text *text) {
    return text->failed ? ons_fail(ONS_MEMORY, "not enough memory for the output") : ONS_OK;
}

ons_status cli_print(const ons_text *text) {
    const ons_status status = cli_text_status(text);
    if (status != ONS_OK) { return status; }
    for (size_t done = 0; done < text->length;) {
        const ssize_t written = write(STDOUT_FILENO, text->data + done, text->length - done);
        if (written < 0 && errno == EINTR) { continue; }
        if (written < 0 && errno == EPIPE) { return ONS_OK; } /* `| head` has read enough */
        if (written < 0) { return ons_fail(ONS_FAILED, "standard output cannot be written: %s", strerror(errno)); }
        done += (size_t)written;
    }
    return ONS_OK;
}

/* A place that cannot be written is the user's mistake; what breaks later is a failure. */
static ons_status check_place(const char *path) {
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        return ons_fail(ONS_INVALID, "%s is a directory", path);
    }
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path) { return ONS_OK; }
    char *folder = ons_copy_part(path, (size_t)(slash - path));
    if (!folder) { return ONS_MEMORY; }
    ons_status result = ONS_OK;
    if (stat(folder, &status) != 0 || !S_ISDIR(status.st_mode)) {
        result = ons_fail(ONS_INVALID, "%s cannot be written: there is no folder %s", path, folder);
    }
    free(folder);
    return result;
}

ons_status cli_replace(const char *path, const void *bytes, size_t count) {
    const ons_status status = check_place(path);
    return status == ONS_OK ? ons_file_replace(path, bytes, count) : status;
}

ons_status cli_write(const char *path, const ons_text *text) {
    if (strcmp(path, "-") == 0) { return cli_print(text); }
    const ons_status status = cli_text_status(text);
    return status == ONS_OK ? cli_replace(path, text->data ? text->data : "", text->length) : status;
}

size_t cli_width(void) {
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) { return 100; }
    return size.ws_col < 40 ? 40 : size.ws_col > 100 ? 100 : size.ws_col;
}

static size_t columns_of(const char *text, size_t length) {
    size_t columns = 0;
    for (size_t i = 0; i < length; i++) { columns += ((unsigned char)text[i] & 0xC0) != 0x80; }
    return columns;
}

size_t cli_columns(const char *text) { return columns_of(text, strlen(text)); }

void cli_wrap(ons_text *text, const char *words, size_t length, size_t width, size_t indent, size_t used) {
    size_t column = used;
    bool first = true;
    for (size_t i = 0; i < length;) {
        while (i < length && (words[i] == ' ' || words[i] == '\n' || words[i] == '\t')) { i++; }
        size_t end = i;
        while (end < length && words[end] != ' ' && words[end] != '\n' && words[end] != '\t') { end++; }
        if (end == i) { break; }
        const size_t columns = columns_of(words + i, end - i);
        if (!first && column + 1 + columns > width) {
            ons_text_add(text, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            ons_text_add(text, " ");
            column++;
        }
        ons_text_add_bytes(text, words + i, end - i);
        column += columns;
        first = false;
        i = end;
    }
    ons_text_add(text, "\n");
}

const char *cli_hint(char buffer[CLI_HINT], const char *word, const char *const *names, size_t count) {
    const char *nearest = ons_nearest(word, names, count);
    if (nearest) {
        snprintf(buffer, CLI_HINT, ", did you mean '%s'?", nearest);
    } else {
        buffer[0] = '\0';
    }
    return buffer;
}
