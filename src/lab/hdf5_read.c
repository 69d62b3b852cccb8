/*
 * HDF5, reading with distrust: every size is held against the size of the file before memory is taken, types other than
 * those that we write are refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hdf5.h"

#include <stdlib.h>
#include <string.h>

bool lab_h5_has(hid_t group, const char *name) { return H5Lexists(group, name, H5P_DEFAULT) > 0; }

bool lab_h5_has_attribute(hid_t object, const char *name) { return H5Aexists(object, name) > 0; }

/* Hard links only: an archive that points into another file is not one of ours. */
ons_status lab_h5_open_group(lab_h5 *h5, hid_t parent, const char *name, hid_t *group) {
    H5L_info_t link;
    *group = -1;
    if (H5Lget_info(parent, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD) {
        *group = H5Gopen2(parent, name, H5P_DEFAULT);
    }
    if (*group < 0) { return lab_h5_fail(h5, ONS_INVALID, "is damaged: no group '%s'", name); }
    return ONS_OK;
}

/* The number of elements behind a dataspace, if that many of `size` bytes can be in this file. */
static bool plausible(const lab_h5 *h5, hid_t space, size_t size, size_t *count) {
    const H5S_class_t class = space < 0 ? H5S_NO_CLASS : H5Sget_simple_extent_type(space);
    if (class != H5S_SCALAR && class != H5S_SIMPLE) { return false; }
    const hssize_t points = H5Sget_simple_extent_npoints(space);
    if (points < 0 || size == 0 || (uint64_t)points > h5->bytes / size) { return false; }
    *count = (size_t)points;
    return true;
}

/* Whether the file's type can stand for numbers of `memory`: the same class, nothing that takes memory of its own. */
static bool same_class(hid_t type, hid_t memory) {
    return type >= 0 && H5Tget_class(type) == H5Tget_class(memory) && H5Tget_size(type) <= 8;
}

/* A text of fixed length. */
static bool is_text(hid_t type) {
    return type >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && H5Tget_size(type) > 0;
}

/* Cuts `count` padded texts of `width` bytes into separate ones. */
static ons_status split(const char *bytes, size_t count, size_t width, char ***texts) {
    *texts = ONS_NEW(char *, count);
    if (*texts == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < count; ++i) {
        (*texts)[i] = ons_copy_part(bytes + i * width, strnlen(bytes + i * width, width));
        if ((*texts)[i] == NULL) {
            lab_texts_free(*texts, count);
            *texts = NULL;
            return ONS_MEMORY;
        }
    }
    return ONS_OK;
}

static ons_status memory_failed(lab_h5 *h5) { return h5->status = ONS_MEMORY; }

/* The bytes of an attribute: numbers of the type `memory`, or texts when it is negative (*size is then set to their
 * width). */
static ons_status attribute_bytes(lab_h5 *h5, hid_t object, const char *name, hid_t memory, size_t *size, void **data,
                                  size_t *count) {
    *data = NULL;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    const hid_t type = attribute < 0 ? -1 : H5Aget_type(attribute);
    const hid_t space = attribute < 0 ? -1 : H5Aget_space(attribute);
    const bool text = memory < 0;
    bool fits = text ? is_text(type) : same_class(type, memory);
    if (fits && text) { *size = H5Tget_size(type); }
    fits = fits && plausible(h5, space, text ? *size : H5Tget_size(type), count);
    if (!fits) {
        *count = 0;
        lab_h5_fail(h5, ONS_INVALID, "is damaged: the attribute '%s' is missing or unusable", name);
    } else if ((*data = ons_allocate(*count, *size)) == NULL) {
        memory_failed(h5);
    } else if (*count > 0 && H5Aread(attribute, text ? type : memory, *data) < 0) {
        lab_h5_fail(h5, ONS_INVALID, "is damaged: the attribute '%s' cannot be read", name);
    }
    if (h5->status != ONS_OK) {
        free(*data);
        *data = NULL;
    }
    if (space >= 0) { H5Sclose(space); }
    if (type >= 0) { H5Tclose(type); }
    if (attribute >= 0) { H5Aclose(attribute); }
    return h5->status;
}

/* The same for a dataset. What was never written has no storage and would come out of nothing: it must be there in
 * full. */
static ons_status dataset_bytes(lab_h5 *h5, hid_t group, const char *name, hid_t memory, size_t *size, void **data,
                                size_t *count) {
    *data = NULL;
    H5L_info_t link;
    const bool hard = H5Lget_info(group, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD;
    const hid_t dataset = hard ? H5Dopen2(group, name, H5P_DEFAULT) : -1;
    const hid_t type = dataset < 0 ? -1 : H5Dget_type(dataset);
    const hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
    const bool text = memory < 0;
    bool fits = text ? is_text(type) : same_class(type, memory);
    const size_t stored = fits ? H5Tget_size(type) : 0;
    if (text) { *size = stored; }
    fits = fits && plausible(h5, space, stored, count) && H5Dget_storage_size(dataset) >= (hsize_t)*count * stored;
    if (!fits) {
        *count = 0;
        lab_h5_fail(h5, ONS_INVALID, "is damaged: '%s' is missing or unusable", name);
    } else if ((*data = ons_allocate(*count, *size)) == NULL) {
        memory_failed(h5);
    } else if (*count > 0 && H5Dread(dataset, text ? type : memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, *data) < 0) {
        lab_h5_fail(h5, ONS_INVALID, "is damaged: '%s' cannot be read", name);
    }
    if (h5->status != ONS_OK) {
        free(*data);
        *data = NULL;
    }
    if (space >= 0) { H5Sclose(space); }
    if (type >= 0) { H5Tclose(type); }
    if (dataset >= 0) { H5Dclose(dataset); }
    return h5->status;
}

ons_status lab_h5_get_attribute(lab_h5 *h5, hid_t object, const char *name, hid_t memory, size_t size, void **data,
                                size_t *count) {
    return attribute_bytes(h5, object, name, memory, &size, data, count);
}

ons_status lab_h5_get_array(lab_h5 *h5, hid_t group, const char *name, hid_t memory, size_t size, void **data,
                            size_t *count) {
    return dataset_bytes(h5, group, name, memory, &size, data, count);
}

ons_status lab_h5_get_texts(lab_h5 *h5, hid_t object, const char *name, char ***texts, size_t *count) {
    void *bytes;
    size_t width = 0;
    *texts = NULL;
    ons_status status = attribute_bytes(h5, object, name, -1, &width, &bytes, count);
    if (status == ONS_OK && split(bytes, *count, width, texts) != ONS_OK) { status = memory_failed(h5); }
    free(bytes);
    return status;
}

ons_status lab_h5_get_text_array(lab_h5 *h5, hid_t group, const char *name, char ***texts, size_t *count) {
    void *bytes;
    size_t width = 0;
    *texts = NULL;
    ons_status status = dataset_bytes(h5, group, name, -1, &width, &bytes, count);
    if (status == ONS_OK && split(bytes, *count, width, texts) != ONS_OK) { status = memory_failed(h5); }
    free(bytes);
    return status;
}

/* The first of one text; *texts is taken apart. */
static ons_status only_text(lab_h5 *h5, const char *name, char **texts, size_t count, char **text) {
    if (count != 1) {
        lab_texts_free(texts, count);
        return lab_h5_fail(h5, ONS_INVALID, "is damaged: '%s' holds %zu texts instead of one", name, count);
    }
    *text = texts[0];
    free(texts);
    return ONS_OK;
}

ons_status lab_h5_get_text(lab_h5 *h5, hid_t object, const char *name, char **text) {
    char **texts;
    size_t count;
    *text = NULL;
    const ons_status status = lab_h5_get_texts(h5, object, name, &texts, &count);
    return status != ONS_OK ? status : only_text(h5, name, texts, count, text);
}

ons_status lab_h5_get_document(lab_h5 *h5, hid_t group, const char *name, char **text) {
    char **texts;
    size_t count;
    *text = NULL;
    const ons_status status = lab_h5_get_text_array(h5, group, name, &texts, &count);
    return status != ONS_OK ? status : only_text(h5, name, texts, count, text);
}

/* One number of an attribute. */
static ons_status scalar(lab_h5 *h5, hid_t object, const char *name, hid_t memory, size_t size, void *value) {
    void *data;
    size_t count;
    ons_status status = lab_h5_get_attribute(h5, object, name, memory, size, &data, &count);
    if (status != ONS_OK) { return status; }
    if (count == 1) {
        memcpy(value, data, size);
    } else {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: the attribute '%s' is no single number", name);
    }
    free(data);
    return status;
}

ons_status lab_h5_get_whole(lab_h5 *h5, hid_t object, const char *name, uint64_t *value) {
    return scalar(h5, object, name, H5T_NATIVE_UINT64, sizeof *value, value);
}

ons_status lab_h5_get_real(lab_h5 *h5, hid_t object, const char *name, double *value) {
    return scalar(h5, object, name, H5T_NATIVE_DOUBLE, sizeof *value, value);
}

/* ---- in pieces ---- */

ons_status lab_h5_open_stream(lab_h5 *h5, hid_t group, const char *name, hid_t *stream, int *rank,
                              hsize_t *dimensions) {
    H5L_info_t link;
    size_t count = 0;
    const bool hard = H5Lget_info(group, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD;
    *stream = hard ? H5Dopen2(group, name, H5P_DEFAULT) : -1;
    const hid_t type = *stream < 0 ? -1 : H5Dget_type(*stream);
    const hid_t space = *stream < 0 ? -1 : H5Dget_space(*stream);
    const H5T_class_t class = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    const size_t size = class == H5T_INTEGER || class == H5T_FLOAT ? H5Tget_size(type) : 0;
    *rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    bool fits = size > 0 && size <= 8 && *rank >= 1 && *rank <= 8 && plausible(h5, space, size, &count);
    fits = fits && H5Sget_simple_extent_dims(space, dimensions, NULL) == *rank;
    fits = fits && H5Dget_storage_size(*stream) >= (hsize_t)count * size;
    if (space >= 0) { H5Sclose(space); }
    if (type >= 0) { H5Tclose(type); }
    if (fits) { return ONS_OK; }
    if (*stream >= 0) { H5Dclose(*stream); }
    *stream = -1;
    return lab_h5_fail(h5, ONS_INVALID, "is damaged: '%s' is missing or unusable", name);
}

ons_status lab_h5_get_rows(lab_h5 *h5, hid_t stream, hid_t memory, hsize_t first, hsize_t rows, void *data) {
    hsize_t start[8] = {0}, count[8] = {0};
    const hid_t whole = H5Dget_space(stream);
    const int rank = whole < 0 ? -1 : H5Sget_simple_extent_dims(whole, count, NULL);
    bool good = rank >= 1 && rows <= count[0] && first <= count[0] - rows;
    start[0] = first;
    count[0] = rows;
    const hid_t piece = good ? H5Screate_simple(rank, count, NULL) : -1;
    good = piece >= 0 && H5Sselect_hyperslab(whole, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
           H5Dread(stream, memory, piece, whole, H5P_DEFAULT, data) >= 0;
    if (piece >= 0) { H5Sclose(piece); }
    if (whole >= 0) { H5Sclose(whole); }
    return good ? ONS_OK : lab_h5_fail(h5, ONS_INVALID, "is damaged: a series cannot be read");
}
