/*
 * A file driver for HDF5 that never fails to write: after a first failure it keeps the reason and lets everything else
 * pass.
 *
 * HDF5 cannot close a file that it cannot write out (a full disk): it keeps it half open, and crashes or loops when the
 * process ends. With this driver it closes as always; who wrote looks at the reason and throws the file away.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hdf5.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct driver_file {
    H5FD_t common; /* HDF5's own part comes first */
    int file;
    haddr_t end_of_allocation, end_of_file;
    int *error; /* errno of the first failure; of the lab_h5 that writes */
} driver_file;

/* What the access property list carries. */
typedef struct driver_information {
    int *error;
} driver_information;

static H5FD_t *open_file(const char *name, unsigned flags, hid_t access, haddr_t largest) {
    (void)flags;
    (void)largest;
    const driver_information *information = H5Pget_driver_info(access);
    driver_file *driver = information == NULL ? NULL : ons_allocate(1, sizeof *driver);
    if (driver == NULL) { return NULL; }
    driver->error = information->error;
    driver->file = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (driver->file < 0) {
        *driver->error = errno;
        free(driver);
        return NULL;
    }
    return &driver->common;
}

static herr_t close_file(H5FD_t *common) {
    driver_file *driver = (driver_file *)common;
    if (close(driver->file) != 0 && errno != EINTR && *driver->error == 0) { *driver->error = errno; }
    free(driver);
    return 0;
}

static herr_t query(const H5FD_t *common, unsigned long *flags) {
    (void)common;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

static haddr_t get_eoa(const H5FD_t *common, H5FD_mem_t type) {
    (void)type;
    return ((const driver_file *)common)->end_of_allocation;
}

static herr_t set_eoa(H5FD_t *common, H5FD_mem_t type, haddr_t address) {
    (void)type;
    ((driver_file *)common)->end_of_allocation = address;
    return 0;
}

static haddr_t get_eof(const H5FD_t *common, H5FD_mem_t type) {
    (void)type;
    return ((const driver_file *)common)->end_of_file;
}

/* What was never written reads as zeros. */
static herr_t read_bytes(H5FD_t *common, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t count, void *bytes) {
    (void)type;
    (void)transfer;
    driver_file *driver = (driver_file *)common;
    char *to = bytes;
    while (count > 0) {
        const ssize_t got = pread(driver->file, to, count, (off_t)address);
        if (got < 0 && errno == EINTR) { continue; }
        if (got <= 0) {
            if (got < 0 && *driver->error == 0) { *driver->error = errno; }
            memset(to, 0, count);
            break;
        }
        to += got;
        address += (haddr_t)got;
        count -= (size_t)got;
    }
    return 0;
}

static herr_t write_bytes(H5FD_t *common, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t count,
                          const void *bytes) {
    (void)type;
    (void)transfer;
    driver_file *driver = (driver_file *)common;
    const char *from = bytes;
    const haddr_t end = address + count;
    while (count > 0 && *driver->error == 0) {
        const ssize_t put = pwrite(driver->file, from, count, (off_t)address);
        if (put < 0 && errno == EINTR) { continue; }
        if (put <= 0) {
            *driver->error = put < 0 ? errno : ENOSPC;
            break;
        }
        from += put;
        address += (haddr_t)put;
        count -= (size_t)put;
    }
    if (end > driver->end_of_file) { driver->end_of_file = end; }
    return 0;
}

static herr_t truncate_file(H5FD_t *common, hid_t transfer, hbool_t closing) {
    (void)transfer;
    (void)closing;
    driver_file *driver = (driver_file *)common;
    if (driver->end_of_allocation == driver->end_of_file) { return 0; }
    if (*driver->error == 0 && ftruncate(driver->file, (off_t)driver->end_of_allocation) != 0) {
        *driver->error = errno;
    }
    driver->end_of_file = driver->end_of_allocation;
    return 0;
}

static const H5FD_class_t driver_class = {
#if defined(H5FD_CLASS_VERSION)
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)512,
#endif
    .name = "onsager",
    .maxaddr = ((haddr_t)1 << 62) - 1,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(driver_information),
    .open = open_file,
    .close = close_file,
    .query = query,
    .get_eoa = get_eoa,
    .set_eoa = set_eoa,
    .get_eof = get_eof,
    .read = read_bytes,
    .write = write_bytes,
    .truncate = truncate_file,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

/* The driver is registered once and stays: HDF5 1.10 gives up a file's hold on its driver before it calls its close, so
 * that a driver which only the file holds would be called from memory that is freed. Called under the lock of
 * lab_h5_enter. */
static hid_t registered_driver(void) {
    static hid_t driver = -1;
    if (driver < 0 || H5Iget_type(driver) != H5I_VFL) { driver = H5FDregister(&driver_class); }
    return driver;
}

bool lab_h5_set_driver(hid_t access, int *error) {
    const driver_information information = {error};
    const hid_t driver = registered_driver();
    return driver >= 0 && H5Pset_driver(access, driver, &information) >= 0;
}
