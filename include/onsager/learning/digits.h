/*
 * learning/digits: small grey images with classes, from idx files or made here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_DIGITS_H
#define ONSAGER_LEARNING_DIGITS_H

#include <onsager/learning/idx.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Files of labelled images in idx format; those for testing are NULL where they are not there. */
typedef struct ons_digit_files {
    char *images, *labels, *test_images, *test_labels;
} ons_digit_files;

/* Every system that learns images finds them so. `source` is a folder with files as of MNIST (train-images-idx3-ubyte,
 * or else t10k-images-idx3-ubyte), or a file of images; names are tried with and without .gz. Labels lie beside the
 * images under the name with labels-idx1 for images-idx3, or are the file `labels` (NULL: the caller has no such
 * option; "": it was not given). Beside images of a name with `train` those for testing are sought with `t10k`.
 * ONS_INVALID: no such files; the message says which are expected and where they can be had. Free the files. */
ONS_API ons_status ons_digits_find(const char *source, const char *labels, ons_digit_files *files);
ONS_API void ons_digit_files_free(ons_digit_files *files);
/* Images of any size [count][...] and as many labels. ONS_INVALID: as ons_idx_read, or they do not belong together.
 * Free both. */
ONS_API ons_status ons_digits_read(const char *images, const char *labels, ons_idx *pixels, ons_idx *classes);

/* Square images in a shuffled order that depends on nothing but their number. */
typedef struct ons_digits {
    size_t count, side, classes;
    uint8_t *pixel; /* [count][side][side], 0 dark .. 255 bright */
    uint8_t *label; /* [count], below `classes` */
} ons_digits;

/* source "bars": bars and stripes (MacKay 2003), every row (class 0) or every column (1) of one random value, the
 * two uniform images left out; natural side 4. "drawn": the digits 0 to 9 from strokes, moved, sheared, scaled, with
 * noise; natural side 14. Otherwise a folder or a file as for ons_digits_find. side 0: the natural one; else files are
 * shrunk by a whole factor (means of squares). count: how many are wanted (made, or the first in shuffled order), 1 at
 * least.
 *
 * ONS_INVALID: no such folder or file (the message says which is expected and where it can be had), images that are not
 * square, labels of another number, fewer examples than wanted, a side that does not divide the files'. */
ONS_API ons_status ons_digits_load(ons_digits *digits, const char *source, size_t side, size_t count);
ONS_API void ons_digits_free(ons_digits *digits);
/* bits[count][side^2] = 1 where the pixel is brighter than threshold * 255. */
ONS_API void ons_digits_bits(const ons_digits *digits, double threshold, double *bits);
/* Grey bin 0 .. bins - 1 of a pixel: bins of equal width on [0, 1], closed on the right. */
ONS_API uint8_t ons_digits_bin(uint8_t pixel, size_t bins);

#ifdef __cplusplus
}
#endif
#endif
