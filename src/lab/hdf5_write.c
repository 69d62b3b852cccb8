/*
 * HDF5, writing: groups, attributes, datasets. Times of objects are not stored, texts have a fixed length, so that
 * equal contents give equal files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hdf5.h"

#include <stdlib.h>
#include <string.h>

enum { COMPACT = 8192, CHUNK = 1 << 18 }; /* bytes: up to the first in the header; chunks of about the second */

static bool good(const lab_h5 *h5, hid_t object) { return h5->status == ONS_OK && h5->error == 0 && object >= 0; }

hid_t lab_h5_group(lab_h5 *h5, hid_t parent, const char *name) {
    if (!good(h5, parent)) { return -1; }
    const hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    hid_t group = -1;
    if (creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0 &&
        H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0) {
        group = H5Gcreate2(parent, name, H5P_DEFAULT, creation, H5P_DEFAULT);
    }
    if (group < 0) { lab_h5_fail(h5, ONS_FAILED, "cannot write the group '%s'", name); }
    if (creation >= 0) { H5Pclose(creation); }
    return group;
}

void lab_h5_group_close(hid_t group) {
    if (group >= 0) { H5Gclose(group); }
}

static hid_t space_of(unsigned rank, const hsize_t *dimensions) {
    return rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple((int)rank, dimensions, NULL);
}

static hid_t text_type(size_t length) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0) { return type; }
    H5Tset_size(type, length > 0 ? length : 1);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

void lab_h5_put_attribute(lab_h5 *h5, hid_t object, const char *name, hid_t file, hid_t memory, unsigned rank,
                          const hsize_t *dimensions, const void *data) {
    if (!good(h5, object)) { return; }
    hsize_t count = 1;
    for (unsigned d = 0; d < rank; ++d) { count *= dimensions[d]; }
    const hid_t space = space_of(rank, dimensions);
    const hid_t attribute = space < 0 ? -1 : H5Acreate2(object, name, file, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || (count > 0 && H5Awrite(attribute, memory, data) < 0)) {
        lab_h5_fail(h5, ONS_FAILED, "cannot write the attribute '%s'", name);
    }
    if (attribute >= 0) { H5Aclose(attribute); }
    if (space >= 0) { H5Sclose(space); }
}

void lab_h5_put_text(lab_h5 *h5, hid_t object, const char *name, const char *text) {
    if (!good(h5, object)) { return; }
    const hid_t type = text_type(strlen(text));
    lab_h5_put_attribute(h5, object, name, type, type, 0, NULL, text);
    H5Tclose(type);
}

/* Texts of one length in a row, padded with zeros; NULL counts as empty. */
static char *padded(const char *const *texts, size_t count, size_t *width) {
    *width = 1;
    for (size_t i = 0; i < count; ++i) {
        const size_t length = texts[i] == NULL ? 0 : strlen(texts[i]);
        if (length > *width) { *width = length; }
    }
    char *bytes = ons_allocate(count, *width);
    for (size_t i = 0; bytes != NULL && i < count; ++i) {
        if (texts[i] != NULL) { memcpy(bytes + i * *width, texts[i], strlen(texts[i])); }
    }
    return bytes;
}

void lab_h5_put_texts(lab_h5 *h5, hid_t object, const char *name, size_t count, const char *const *texts) {
    if (!good(h5, object)) { return; }
    size_t width;
    char *bytes = padded(texts, count, &width);
    if (bytes == NULL) {
        h5->status = ONS_MEMORY;
        return;
    }
    const hid_t type = text_type(width);
    const hsize_t dimension = count;
    lab_h5_put_attribute(h5, object, name, type, type, 1, &dimension, bytes);
    H5Tclose(type);
    free(bytes);
}

void lab_h5_put_whole(lab_h5 *h5, hid_t object, const char *name, uint64_t value) {
    lab_h5_put_attribute(h5, object, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, 0, NULL, &value);
}

void lab_h5_put_real(lab_h5 *h5, hid_t object, const char *name, double value) {
    lab_h5_put_attribute(h5, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 0, NULL, &value);
}

/* How a dataset of this size lies in the file: the header has a checksum, so have chunks with the Fletcher filter.
 * Chunks hold whole rows (the first index), or a part of one where a row alone is too long. */
static hid_t dataset_creation(hid_t type, unsigned rank, const hsize_t *dimensions) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (creation < 0) { return creation; }
    const size_t element = H5Tget_size(type);
    hsize_t count = 1;
    for (unsigned d = 0; d < rank; ++d) { count *= dimensions[d]; }
    H5Pset_obj_track_times(creation, false);
    if (count * element <= COMPACT) {
        H5Pset_layout(creation, H5D_COMPACT);
        return creation;
    }
    hsize_t chunk[8], wanted = CHUNK / element > 0 ? CHUNK / element : 1;
    for (unsigned d = rank; d-- > 0;) {
        chunk[d] = dimensions[d] > 0 && dimensions[d] < wanted ? dimensions[d] : wanted;
        wanted = wanted / chunk[d] > 0 ? wanted / chunk[d] : 1;
    }
    if (H5Pset_chunk(creation, (int)rank, chunk) < 0 || H5Pset_fletcher32(creation) < 0) {
        H5Pclose(creation);
        return -1;
    }
    return creation;
}

static hid_t create_dataset(lab_h5 *h5, hid_t group, const char *name, hid_t type, unsigned rank,
                            const hsize_t *dimensions) {
    const hid_t creation = dataset_creation(type, rank, dimensions);
    const hid_t space = space_of(rank, dimensions);
    hid_t dataset = -1;
    if (creation >= 0 && space >= 0) {
        dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    }
    if (dataset < 0) { lab_h5_fail(h5, ONS_FAILED, "cannot write '%s'", name); }
    if (space >= 0) { H5Sclose(space); }
    if (creation >= 0) { H5Pclose(creation); }
    return dataset;
}

void lab_h5_put_array(lab_h5 *h5, hid_t group, const char *name, hid_t file, hid_t memory, unsigned rank,
                      const hsize_t *dimensions, const void *data) {
    if (!good(h5, group)) { return; }
    hsize_t count = 1;
    for (unsigned d = 0; d < rank; ++d) { count *= dimensions[d]; }
    const hid_t dataset = create_dataset(h5, group, name, file, rank, dimensions);
    if (dataset >= 0 && count > 0 && H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
        lab_h5_fail(h5, ONS_FAILED, "cannot write '%s'", name);
    }
    if (dataset >= 0) { H5Dclose(dataset); }
}

void lab_h5_put_text_array(lab_h5 *h5, hid_t group, const char *name, size_t count, const char *const *texts) {
    if (!good(h5, group)) { return; }
    size_t width;
    char *bytes = padded(texts, count, &width);
    if (bytes == NULL) {
        h5->status = ONS_MEMORY;
        return;
    }
    const hid_t type = text_type(width);
    const hsize_t dimension = count;
    lab_h5_put_array(h5, group, name, type, type, 1, &dimension, bytes);
    H5Tclose(type);
    free(bytes);
}

void lab_h5_put_document(lab_h5 *h5, hid_t group, const char *name, const char *text) {
    if (!good(h5, group)) { return; }
    const hid_t type = text_type(strlen(text));
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, false);
    const hid_t dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (dataset < 0 || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) < 0) {
        lab_h5_fail(h5, ONS_FAILED, "cannot write '%s'", name);
    }
    if (dataset >= 0) { H5Dclose(dataset); }
    H5Pclose(creation);
    H5Sclose(space);
    H5Tclose(type);
}

hid_t lab_h5_stream(lab_h5 *h5, hid_t group, const char *name, hid_t file, hsize_t rows, unsigned rank,
                    const hsize_t *row_dimensions) {
    if (!good(h5, group)) { return -1; }
    hsize_t dimensions[8] = {rows};
    for (unsigned d = 0; d < rank && d < 7; ++d) { dimensions[d + 1] = row_dimensions[d]; }
    return create_dataset(h5, group, name, file, rank + 1, dimensions);
}

void lab_h5_stream_rows(lab_h5 *h5, hid_t stream, hid_t memory, hsize_t first, hsize_t rows, const void *data) {
    if (!good(h5, stream) || rows == 0) { return; }
    const hid_t whole = H5Dget_space(stream);
    hsize_t start[8] = {0}, count[8] = {0};
    const int rank = whole < 0 ? -1 : H5Sget_simple_extent_dims(whole, count, NULL);
    start[0] = first;
    count[0] = rows;
    const hid_t piece = rank < 1 ? -1 : H5Screate_simple(rank, count, NULL);
    if (piece < 0 || H5Sselect_hyperslab(whole, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
        H5Dwrite(stream, memory, piece, whole, H5P_DEFAULT, data) < 0) {
        lab_h5_fail(h5, ONS_FAILED, "cannot write a piece of a series");
    }
    if (piece >= 0) { H5Sclose(piece); }
    if (whole >= 0) { H5Sclose(whole); }
}

void lab_h5_stream_close(hid_t stream) {
    if (stream >= 0) { H5Dclose(stream); }
}
