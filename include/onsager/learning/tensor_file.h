/*
 * learning/tensor_file: weights and other arrays in the files of NumPy (npy, npz), of safetensors and of PyTorch (the
 * zip files that torch.save writes). No code that a file carries is run: of a pickle only the words that describe
 * tensors are understood, everything else is refused by its name and place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_TENSOR_FILE_H
#define ONSAGER_LEARNING_TENSOR_FILE_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ons_stored_type {
    ONS_STORED_BOOL,
    ONS_STORED_U8,
    ONS_STORED_I8,
    ONS_STORED_U16,
    ONS_STORED_I16,
    ONS_STORED_U32,
    ONS_STORED_I32,
    ONS_STORED_U64,
    ONS_STORED_I64,
    ONS_STORED_F16,
    ONS_STORED_BF16,
    ONS_STORED_F32,
    ONS_STORED_F64
} ons_stored_type;

ONS_API size_t ons_stored_type_size(ons_stored_type type);      /* bytes of an element */
ONS_API const char *ons_stored_type_name(ons_stored_type type); /* "f32" */

/* The most dimensions that are read or written. */
#define ONS_STORED_RANK 8

typedef struct ons_stored_info {
    const char *name; /* "" for the array of an npy file; nested dictionaries of PyTorch are joined by '.' */
    ons_stored_type type;
    unsigned rank; /* 0: one number */
    size_t shape[ONS_STORED_RANK];
    size_t count; /* the product of the shape; may be 0 */
} ons_stored_info;

typedef struct ons_tensor_file ons_tensor_file;

/* Opens a file and reads what is in it, but no values; which format it is its first bytes tell. ONS_INVALID with a
 * message that names the file, the tensor and what is wrong: a file that is none of these, that is cut off, whose
 * shapes do not match the bytes that are there, with overlapping or missing parts, with types or Python objects that
 * are not understood. Memory is taken in proportion to the file's own list (at most 256 MiB of it are read), never to a
 * number that only stands in the file. Cost: the list of tensors, also for files of hundreds of GB. */
ONS_API ons_status ons_tensor_file_open(ons_tensor_file **file, const char *path);
/* The same of bytes that stay where they are until the file is closed; `name` stands in messages. */
ONS_API ons_status ons_tensor_file_open_memory(ons_tensor_file **file, const char *name, const void *bytes,
                                               size_t count);
ONS_API void ons_tensor_file_close(ons_tensor_file *file);

ONS_API const char *ons_tensor_file_format(const ons_tensor_file *file); /* "npy", "npz", "safetensors", "PyTorch" */
ONS_API size_t ons_tensor_file_count(const ons_tensor_file *file);
ONS_API const ons_stored_info *ons_tensor_file_info(const ons_tensor_file *file, size_t index);
/* ONS_INVALID with the nearest name when there is none of this name. */
ONS_API ons_status ons_tensor_file_find(const ons_tensor_file *file, const char *name, size_t *index);

/* All values of a tensor in row-major order, values[count], converted (rounded to nearest; f32 from f64 may overflow to
 * infinity). ONS_INVALID when compressed bytes are damaged or do not give what the shape says. */
ONS_API ons_status ons_tensor_file_float(ons_tensor_file *file, size_t index, float *values);
ONS_API ons_status ons_tensor_file_double(ons_tensor_file *file, size_t index, double *values);

/* What is to be written: values in row-major order, of the machine's own representation. */
typedef struct ons_stored {
    ons_stored_info info; /* `count` is not looked at */
    const void *values;
} ons_stored;

/* Replaces the file `path` as a whole; the ending decides: .npy (one tensor), .npz (stored, not compressed) or
 * .safetensors. ONS_INVALID: another ending, names that are empty or stand twice, bf16 for NumPy, an npz beyond 4 GB.
 * Takes the memory of the file. */
ONS_API ons_status ons_tensor_file_write(const char *path, const ons_stored *tensors, size_t count);

#ifdef __cplusplus
}
#endif
#endif
