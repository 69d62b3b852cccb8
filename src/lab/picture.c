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
        ons_fail(ONS_INVALID, "a picture has sides of 1 to %d pixels, not %zu x %zu", LONGEST_SIDE, width, height);
        return ONS_INVALID;
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

/* ---- lattices ---- */

#define PLEASANT 384     /* pixels: small lattices are drawn in blocks until they are about so wide */
#define LONGEST_ROW 1024 /* sites: longer chains are wrapped */

/* Panels of rows x columns sites, side by side. */
typedef struct panels {
    size_t rows, columns, count;
    size_t across, down; /* panels in the picture */
    size_t gap;          /* pixels between them */
    size_t block;        /* pixels of a site */
    size_t shrink;       /* sites of a pixel */
    size_t sites;
} panels;

static size_t divided(size_t number, size_t by) { return (number + by - 1) / by; }

static panels lay_out(unsigned rank, const size_t *dimensions) {
    panels p = {.rows = 1, .columns = 1, .count = 1, .block = 1, .shrink = 1, .sites = 1};
    for (unsigned d = 0; d < rank; d++) { p.sites *= dimensions[d]; }
    if (rank >= 2) {
        p.rows = dimensions[rank - 2];
        p.columns = dimensions[rank - 1];
        p.count = p.sites / (p.rows * p.columns);
    } else if (p.sites <= LONGEST_ROW) {
        p.columns = p.sites;
    } else {
        p.columns = (size_t)ceil(sqrt((double)p.sites));
        p.rows = divided(p.sites, p.columns);
    }
    const double square = ceil(sqrt((double)p.count * (double)p.rows / (double)p.columns));
    p.across = square < 1 ? 1 : square > (double)p.count ? p.count : (size_t)square;
    p.down = divided(p.count, p.across);
    const size_t wide = p.across * p.columns, high = p.down * p.rows, longest = wide > high ? wide : high;
    p.block = longest < PLEASANT ? PLEASANT / longest : 1;
    p.gap = p.count > 1 ? (p.block > 2 ? p.block : 2) : 0;
    while (divided(p.columns, p.shrink) * p.across + p.gap * p.across > LONGEST_SIDE ||
           divided(p.rows, p.shrink) * p.down + p.gap * p.down > LONGEST_SIDE) {
        p.shrink++;
    }
    return p;
}

/* The mean colour of the sites of a pixel. */
static void mean_colour(const panels *p, const uint8_t *rgb, size_t panel, size_t row, size_t column, uint8_t *pixel) {
    unsigned sum[3] = {0}, count = 0;
    for (size_t r = row; r < row + p->shrink && r < p->rows; r++) {
        for (size_t c = column; c < column + p->shrink && c < p->columns; c++) {
            const size_t site = (panel * p->rows + r) * p->columns + c;
            if (site >= p->sites) { continue; }
            for (int k = 0; k < 3; k++) { sum[k] += rgb[3 * site + k]; }
            count++;
        }
    }
    for (int k = 0; k < 3; k++) { pixel[k] = (uint8_t)(count ? (sum[k] + count / 2) / count : 128); }
}

static void draw_panel(const panels *p, const uint8_t *rgb, size_t panel, ons_picture *picture) {
    const size_t high = divided(p->rows, p->shrink), wide = divided(p->columns, p->shrink);
    const size_t top = panel / p->across * (high * p->block + p->gap),
                 left = panel % p->across * (wide * p->block + p->gap);
    for (size_t r = 0; r < high; r++) {
        for (size_t c = 0; c < wide; c++) {
            uint8_t pixel[3];
            mean_colour(p, rgb, panel, r * p->shrink, c * p->shrink, pixel);
            for (size_t y = 0; y < p->block; y++) {
                for (size_t x = 0; x < p->block; x++) {
                    const size_t at = (top + r * p->block + y) * picture->width + left + c * p->block + x;
                    memcpy(picture->pixels + 3 * at, pixel, 3);
                }
            }
        }
    }
}

ons_status ons_picture_lattice(ons_picture *picture, unsigned rank, const size_t *dimensions, const uint8_t *rgb) {
    const panels p = lay_out(rank, dimensions);
    const size_t wide = p.across * (divided(p.columns, p.shrink) * p.block + p.gap) - p.gap,
                 high = p.down * (divided(p.rows, p.shrink) * p.block + p.gap) - p.gap;
    const size_t least = 16; /* pixels: a row of few sites is drawn higher */
    const bool row = p.rows == 1 && p.count == 1 && high < least;
    const ons_status status = ons_picture_size(picture, wide, row ? least : high);
    if (status != ONS_OK) { return status; }
    memset(picture->pixels, 128, 3 * picture->width * picture->height);
    for (size_t panel = 0; panel < p.count; panel++) { draw_panel(&p, rgb, panel, picture); }
    for (size_t y = high; row && y < least; y++) { memcpy(picture->pixels + 3 * y * wide, picture->pixels, 3 * wide); }
    return ONS_OK;
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
