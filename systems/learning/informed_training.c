/*
 * informed_training: see informed_training.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "informed_training.h"

#include <math.h>
#include <string.h>

ons_status informed_training_persist(ons_informed *informed, ons_part *part) {
    static const ons_element elements[] = {ONS_U64, ONS_F64, ONS_F32};
    ons_optimiser_array array;
    ons_status status = ONS_OK;
    for (size_t k = 0; !status && ons_informed_state(informed, k, &array); k++) {
        const ons_element element = elements[array.element];
        status = k ? ons_persist(part, array.name, element, array.values, array.count)
                   : ons_persist_configuration(part, array.name, element, array.values, 1, &array.count);
    }
    return status;
}

double informed_training_bytes(double width, double depth, double points, double channels, bool single) {
    const double number = single ? 4 : 8, weights = depth * width * (width + 1);
    return number * (8 * weights + 6 * points * width * depth * channels);
}

static void range_of(const double *values, size_t count, double *low, double *high) {
    *low = INFINITY, *high = -INFINITY;
    for (size_t k = 0; k < count; k++) {
        if (!isfinite(values[k])) { continue; }
        *low = fmin(*low, values[k]);
        *high = fmax(*high, values[k]);
    }
    if (!(*high > *low)) { *high = *low + 1; }
}

static ons_status draw_curves(const informed_grid *grid, const double *values, ons_picture *picture) {
    enum { HEIGHT = 240, LEAST = 480 };
    const size_t wide = grid->times > LEAST ? 1 : (LEAST + grid->times - 1) / grid->times;
    double low, high;
    const ons_status status = ons_picture_size(picture, wide * grid->times, HEIGHT);
    if (status) { return status; }
    range_of(values, grid->times * grid->fields, &low, &high);
    for (size_t k = 0; k < grid->times * wide; k++) {
        for (size_t f = 0; f < grid->fields; f++) {
            const double value = values[(k / wide) * grid->fields + f];
            if (!isfinite(value)) { continue; }
            const size_t row = (size_t)((high - value) / (high - low) * (HEIGHT - 1));
            ons_colour_index((unsigned)f, picture->pixels + 3 * (row * picture->width + k));
        }
    }
    return ONS_OK;
}

ons_status informed_training_picture(const informed_grid *grid, const double *values, ons_picture *picture) {
    if (grid->places < 2) { return draw_curves(grid, values, picture); }
    const size_t tall = 256 / grid->places > 0 ? 256 / grid->places : 1,
                 wide = 400 / grid->times > 0 ? 400 / grid->times : 1;
    double low, high;
    const ons_status status = ons_picture_size(picture, grid->times * wide, grid->places * tall);
    if (status) { return status; }
    range_of(values, grid->times * grid->places * grid->fields, &low, &high);
    for (size_t row = 0; row < picture->height; row++) {
        const size_t place = grid->places - 1 - row / tall;
        for (size_t column = 0; column < picture->width; column++) {
            const double value = values[((column / wide) * grid->places + place) * grid->fields];
            uint8_t *pixel = picture->pixels + 3 * (row * picture->width + column);
            if (isfinite(value)) { ons_colour_scale(value, low, high, pixel); }
        }
    }
    return ONS_OK;
}
