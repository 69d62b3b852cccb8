/*
 * Inside the laboratory: the few things of HDF5 that the archive needs, with one lock, silence, sizes checked before
 * memory is taken, and one message for every failure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_HDF5_H
#define ONSAGER_LAB_HDF5_H

#include <onsager/base.h>

#include <hdf5.h>

/* A file that is read or written. Writing is sticky: after the first failure `status` says so, the message is set, and
 * all later calls do nothing, so that it is enough to look at the end. The structure stays where it is while the file
 * is open. */
typedef struct lab_h5 {
    hid_t file;
    const char *path; /* for opening: path.new while writing */
    const char *name; /* for messages */
    char where[32];   /* "task 3: ", said in messages after the name */
    uint64_t bytes;   /* reading: of the file; no array in it can be longer */
    ons_status status;
    int error; /* writing: errno of what the system refused, 0: nothing */
} lab_h5;

/* HDF5 is one for the whole process and not made for threads: everything between enter and leave has it alone. Its own
 * messages are switched off here and stay off. Not to be nested. */
void lab_h5_enter(void);
void lab_h5_leave(void);

/* A new file at `path`; `name` stands in messages. */
ons_status lab_h5_create(lab_h5 *h5, const char *path, const char *name);
/* Writes everything out and closes; on any failure so far the file is thrown away and the status returned. */
ons_status lab_h5_finish(lab_h5 *h5);
/* Opens for reading after a look of our own at the first bytes: ONS_INVALID for a file that is missing, no HDF5, none
 * of the kind that we write, or shorter than it says. */
ons_status lab_h5_open(lab_h5 *h5, const char *path);
void lab_h5_close(lab_h5 *h5);
/* Sets h5->status and the message: the name of the file, what was tried, and the innermost reason that HDF5 gives. */
ons_status lab_h5_fail(lab_h5 *h5, ons_status status, const char *format, ...) ONS_FORMAT(3, 4);

/* hdf5_driver.c: files under this property list are written by a driver that keeps the first failure in *error. */
bool lab_h5_set_driver(hid_t access, int *error);

/* ---- writing ---- */
hid_t lab_h5_group(lab_h5 *h5, hid_t parent, const char *name); /* -1 after a failure; close with lab_h5_group_close */
void lab_h5_group_close(hid_t group);
/* Attributes: texts have a fixed length (variable ones lie in a heap without checksums). */
void lab_h5_put_text(lab_h5 *h5, hid_t object, const char *name, const char *text);
void lab_h5_put_texts(lab_h5 *h5, hid_t object, const char *name, size_t count, const char *const *texts);
void lab_h5_put_whole(lab_h5 *h5, hid_t object, const char *name, uint64_t value);
void lab_h5_put_real(lab_h5 *h5, hid_t object, const char *name, double value);
/* `file` is the type in the file, `memory` that of the data; rank 0: a scalar. */
void lab_h5_put_attribute(lab_h5 *h5, hid_t object, const char *name, hid_t file, hid_t memory, unsigned rank,
                          const hsize_t *dimensions, const void *data);
/* A dataset. Small ones lie in the header of their object, large ones in checksummed chunks. */
void lab_h5_put_array(lab_h5 *h5, hid_t group, const char *name, hid_t file, hid_t memory, unsigned rank,
                      const hsize_t *dimensions, const void *data);
void lab_h5_put_text_array(lab_h5 *h5, hid_t group, const char *name, size_t count, const char *const *texts);
void lab_h5_put_document(lab_h5 *h5, hid_t group, const char *name, const char *text);
/* A dataset of `rows` rows of `width` numbers that is filled piece by piece; -1 after a failure. */
hid_t lab_h5_stream(lab_h5 *h5, hid_t group, const char *name, hid_t file, hsize_t rows, unsigned rank,
                    const hsize_t *row_dimensions);
void lab_h5_stream_rows(lab_h5 *h5, hid_t stream, hid_t memory, hsize_t first, hsize_t rows, const void *data);
void lab_h5_stream_close(hid_t stream);

/* ---- reading ---- */
bool lab_h5_has(hid_t group, const char *name);
bool lab_h5_has_attribute(hid_t object, const char *name);
ons_status lab_h5_open_group(lab_h5 *h5, hid_t parent, const char *name, hid_t *group);
ons_status lab_h5_get_text(lab_h5 *h5, hid_t object, const char *name, char **text);
ons_status lab_h5_get_texts(lab_h5 *h5, hid_t object, const char *name, char ***texts, size_t *count);
ons_status lab_h5_get_whole(lab_h5 *h5, hid_t object, const char *name, uint64_t *value);
ons_status lab_h5_get_real(lab_h5 *h5, hid_t object, const char *name, double *value);
/* An attribute or dataset as numbers of the type `memory`, `size` bytes each; *data is allocated. */
ons_status lab_h5_get_attribute(lab_h5 *h5, hid_t object, const char *name, hid_t memory, size_t size, void **data,
                                size_t *count);
ons_status lab_h5_get_array(lab_h5 *h5, hid_t group, const char *name, hid_t memory, size_t size, void **data,
                            size_t *count);
ons_status lab_h5_get_text_array(lab_h5 *h5, hid_t group, const char *name, char ***texts, size_t *count);
ons_status lab_h5_get_document(lab_h5 *h5, hid_t group, const char *name, char **text);
/* A dataset that is read in pieces: at least `rank` dimensions, all of it stored; dimensions[8] is filled, *rank is
 * set. */
ons_status lab_h5_open_stream(lab_h5 *h5, hid_t group, const char *name, hid_t *stream, int *rank, hsize_t *dimensions);
ons_status lab_h5_get_rows(lab_h5 *h5, hid_t stream, hid_t memory, hsize_t first, hsize_t rows, void *data);
void lab_texts_free(char **texts, size_t count);

#endif
