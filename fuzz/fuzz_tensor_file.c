/*
 * Fuzzes the readers of npy, npz, safetensors and PyTorch's files: the bytes as a file. What can be opened is read, as
 * long as it is not large.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

enum { LARGEST = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    ons_tensor_file *file;
    if (ons_tensor_file_open_memory(&file, "fuzz", bytes, count) != ONS_OK) { return 0; }
    for (size_t k = 0; k < ons_tensor_file_count(file) && k < 100; k++) {
        const ons_stored_info *info = ons_tensor_file_info(file, k);
        if (info->count > LARGEST) { continue; }
        double *values = ONS_NEW(double, info->count);
        ons_spectrum spectrum = {0};
        if (values && ons_tensor_file_double(file, k, values) == ONS_OK && info->count < 4096) {
            ons_spectrum_tensor(&spectrum, info, values);
        }
        ons_spectrum_free(&spectrum);
        free(values);
    }
    ons_tensor_file_close(file);
    return 0;
}
