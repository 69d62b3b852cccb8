/*
 * Pictures of states: memory, colours, PNG files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/system.h>

#include <errno.h>
#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_SIDE 16384

ons_status ons_picture_size(ons_picture *picture, size_t width, size_t height) {
    ons_picture_free(picture);
    if (width < 1 || height < 1 || width > LONGEST_SIDE || height > LONGEST_SIDE) {
        return ons_fail(ONS_INVALID, "a picture has sides of 1 to %d pixels, not %zu x %zu", LONGEST_SIDE, width,
                        height);
    }
    picture->pixels = ONS_NEW(uint8_t, 3 * width * height);
    if (!picture->pixels) { return ONS_MEMORY; }
    picture->width = width;
    picture->height = height;
    return ONS_OK;
}

void ons_picture_free(ons_picture *picture) {
    free(picture->pixels);
    *picture = (ons_picture){0};
}

/* ---- colours ---- */

static uint8_t byte_of(double part) { return (uint8_t)(255 * fmin(fmax(part, 0), 1) + 0.5); }

/* The cube-helix: brightness grows evenly from black to white while the hue turns (Green 2011). */
void ons_colour_scale(double value, double low, double high, uint8_t *rgb) {
    double x = high > low ? (value - low) / (high - low) : 0.5;
    x = x > 0 ? fmin(x, 1) : 0;
    const double angle = 6.283185307179586 * (0.5 / 3 + 1 - 1.5 * x), amplitude = 1.2 * x * (1 - x) / 2;
    const double c = cos(angle), s = sin(angle);
    rgb[0] = byte_of(x + amplitude * (-0.14861 * c + 1.78277 * s));
    rgb[1] = byte_of(x + amplitude * (-0.29227 * c - 0.90649 * s));
    rgb[2] = byte_of(x + amplitude * 1.97294 * c);
}

void ons_colour_angle(double angle, uint8_t *rgb) {
    for (int k = 0; k < 3; k++) { rgb[k] = byte_of(0.55 + 0.45 * cos(angle - 2.0943951023931953 * k)); }
}

/* Eight colours that remain distinct to the colour-blind (Okabe and Ito), then around the circle. */
void ons_colour_index(unsigned index, uint8_t *rgb) {
    static const uint8_t colours[][3] = {{0, 0, 0},      {230, 159, 0}, {86, 180, 233}, {0, 158, 115},
                                         {240, 228, 66}, {0, 114, 178}, {213, 94, 0},   {204, 121, 167}};
    if (index < sizeof colours / sizeof *colours) {
        memcpy(rgb, colours[index], 3);
        return;
    }
    ons_colour_angle(2.399963229728653 * index, rgb); /* the golden angle */
}

/* ---- files ---- */

ons_status ons_picture_write(const ons_picture *picture, const char *path) {
    png_image image = {.version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_RGB};
    image.width = (png_uint_32)picture->width;
    image.height = (png_uint_32)picture->height;
    errno = 0;
    if (png_image_write_to_file(&image, path, 0, picture->pixels, 0, NULL)) { return ONS_OK; }
    const ons_status status =
        ons_fail(ONS_FAILED, "cannot write the picture %s: %s", path, errno ? strerror(errno) : image.message);
    png_image_free(&image);
    return status;
}
