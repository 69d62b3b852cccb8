/*
 * Where the idx files of labelled images are, and pairs of them that belong together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/digits.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const size_t file_limit = (size_t)4 << 30;

/* The file itself, or the same with or without .gz; takes `path`. NULL: neither is there (or no memory). */
static char *existing(char *path) {
    if (!path || ons_file_exists(path)) { return path; }
    const size_t length = strlen(path);
    const bool zipped = length > 3 && strcmp(path + length - 3, ".gz") == 0;
    char *other = zipped ? ons_copy_part(path, length - 3) : ons_format("%s.gz", path);
    free(path);
    if (other && ons_file_exists(other)) { return other; }
    free(other);
    return NULL;
}

/* The file whose name has `to` in the place of `from`; NULL when that does not stand there or there is no such file. */
static char *beside(const char *path, const char *from, const char *to) {
    if (!path) { return NULL; }
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *at = strstr(name, from);
    return at ? existing(ons_format("%.*s%s%s", (int)(at - path), path, to, at + strlen(from))) : NULL;
}

static char *labels_beside(const char *images) {
    char *labels = beside(images, "images-idx3", "labels-idx1");
    return labels ? labels : beside(images, "images.idx3", "labels.idx1");
}

static bool is_file(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && !S_ISDIR(about.st_mode);
}

static char *images_in(const char *folder) {
    char *images = existing(ons_format("%s/train-images-idx3-ubyte", folder));
    return images ? images : existing(ons_format("%s/t10k-images-idx3-ubyte", folder));
}

ons_status ons_digits_find(const char *source, const char *labels, ons_digit_files *files) {
    *files = (ons_digit_files){.images = is_file(source) ? ons_copy(source) : images_in(source)};
    if (!files->images) {
        return ons_fail(ONS_INVALID,
                        "%s holds no train-images-idx3-ubyte or t10k-images-idx3-ubyte (or the same with .gz); the "
                        "digits of MNIST can be had from https://github.com/cvdf-datasets/mnist or "
                        "https://ossci-datasets.s3.amazonaws.com/mnist, any pair of idx files with these names will "
                        "do, and data=bars and data=drawn need no files",
                        source);
    }
    files->labels = labels && labels[0] ? ons_copy(labels) : labels_beside(files->images);
    files->test_images = beside(files->images, "train", "t10k");
    files->test_labels = labels_beside(files->test_images);
    if (files->labels) { return ONS_OK; }
    const ons_status status = ons_fail(ONS_INVALID,
                                       "%s: its labels are missing; expected images in a file like "
                                       "train-images-idx3-ubyte with train-labels-idx1-ubyte (or the same with .gz) "
                                       "beside it%s",
                                       files->images, labels ? ", or labels=FILE" : "");
    ons_digit_files_free(files);
    return status;
}

void ons_digit_files_free(ons_digit_files *files) {
    free(files->images);
    free(files->labels);
    free(files->test_images);
    free(files->test_labels);
    *files = (ons_digit_files){0};
}

ons_status ons_digits_read(const char *images, const char *labels, ons_idx *pixels, ons_idx *classes) {
    *pixels = *classes = (ons_idx){0};
    ons_status status = ons_idx_read(images, file_limit, pixels);
    if (!status) { status = ons_idx_read(labels, file_limit, classes); }
    if (!status && pixels->dimensions < 2) {
        status = ons_fail(ONS_INVALID, "%s holds %zu numbers in one dimension; expected images", images, pixels->count);
    }
    if (!status && (classes->dimensions != 1 || classes->count != pixels->shape[0])) {
        status = ons_fail(ONS_INVALID, "%s holds %zu labels in %d dimensions for %zu images", labels, classes->shape[0],
                          classes->dimensions, pixels->shape[0]);
    }
    if (status) {
        ons_idx_free(pixels);
        ons_idx_free(classes);
    }
    return status;
}
