/*
 * What the files of base share with each other and with nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef BASE_INSIDE_H
#define BASE_INSIDE_H

#include <onsager/base.h>
#include <stdarg.h>

/* Length of the longest message, its NUL included. */
#define BASE_MESSAGE 4096

/* vsnprintf with the numbers of the C locale. */
int base_print(char *buffer, size_t size, const char *format, va_list arguments) ONS_FORMAT(3, 0);
int base_printf(char *buffer, size_t size, const char *format, ...) ONS_FORMAT(3, 4);

/* strtod of the C locale on a text whose form is known to be right. */
double base_decimal_to_double(const char *text);

/* The length of the decimal number (no sign, digits with an optional point and exponent) that `text` begins with; 0:
 * none. */
size_t base_decimal_length(const char *text);

/* The bytes of a user's text that a message shows, for "%.*s". */
#define BASE_SHOWN 60

/* The smallest limit of this process's control groups (each from its own up to the root), UINT64_MAX if none. */
uint64_t base_cgroup_memory(void);
/* The processors' worth of time that the control groups allow, rounded up; UINT64_MAX if unlimited. */
uint64_t base_cgroup_processors(void);

/* One batch of random words: blocks 16 batch .. 16 batch + 15 of the stream. */
typedef void base_random_batch(uint64_t key, uint32_t replica, uint32_t purpose, uint64_t batch,
                               uint32_t words[ONS_RANDOM_BATCH]);

/* exp(x) for 2^-54 <= |x| <= 746 and log(x) for finite x > 0, x != 1, with `near` within 2^-40 of log(x): correctly
 * rounded, by integers of 288 bits, in microseconds. */
double base_exact_exp(double x);
double base_exact_log(double x, double near);

#endif
