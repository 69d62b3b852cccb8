/*
 * What a reproduction shows beside its verdicts: notes, figures, pictures. Everything is copied.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reproduction.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool lab_plain_name(const char *name) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return name[0] != '\0' && name[0] != '.' && name[strspn(name, plain)] == '\0';
}

/* ---- notes ----------------------------------------------------------------------------------------------------------
 */

void ons_reproduction_note(ons_reproduction *reproduction, const char *format, ...) {
    char *note = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&note, format, arguments) < 0) { note = NULL; }
    va_end(arguments);
    if (!note || ons_grow((void **)&reproduction->note, &reproduction->note_capacity, reproduction->notes + 1,
                          sizeof *reproduction->note) != ONS_OK) {
        free(note);
        reproduction->memory = true;
        return;
    }
    reproduction->note[reproduction->notes++] = note;
}

size_t ons_reproduction_notes(const ons_reproduction *reproduction, const char *const **notes) {
    *notes = (const char *const *)reproduction->note;
    return reproduction->notes;
}

/* ---- figures --------------------------------------------------------------------------------------------------------
 */

static void free_figure(ons_figure *figure) {
    for (size_t i = 0; i < figure->count; i++) {
        free((char *)figure->curves[i].label);
        free((double *)figure->curves[i].x);
        free((double *)figure->curves[i].y);
        free((double *)figure->curves[i].error);
    }
    free((ons_figure_line *)figure->curves);
    free((char *)figure->name);
    free((char *)figure->title);
    free((char *)figure->x_label);
    free((char *)figure->y_label);
}

static bool name_is_new(ons_reproduction *reproduction, const char *what, const char *name, const char *other) {
    if (strcmp(name, other) != 0) { return true; }
    lab_reproduction_fault(reproduction, "two %s have the name '%s'", what, name);
    return false;
}

void ons_figure_begin(ons_reproduction *reproduction, const char *name, const char *title, const char *x_label,
                      const char *y_label, unsigned flags) {
    if (!lab_plain_name(name)) {
        lab_reproduction_fault(reproduction, "'%s' is no name for a figure: letters, digits and -_. only", name);
        return;
    }
    for (size_t i = 0; i < reproduction->figures; i++) {
        if (!name_is_new(reproduction, "figures", name, reproduction->figure[i].name)) { return; }
    }
    ons_figure figure = {ons_copy(name), ons_copy(title), ons_copy(x_label), ons_copy(y_label), flags, 0, NULL};
    if (!figure.name || !figure.title || !figure.x_label || !figure.y_label ||
        ons_grow((void **)&reproduction->figure, &reproduction->figure_capacity, reproduction->figures + 1,
                 sizeof figure) != ONS_OK) {
        free_figure(&figure);
        reproduction->memory = true;
        return;
    }
    reproduction->figure[reproduction->figures++] = figure;
    reproduction->curve_capacity = 0;
}

static double *copy_of(const double *values, size_t count) {
    double *copy = ONS_NEW(double, count);
    if (copy && count) { memcpy(copy, values, count * sizeof *copy); }
    return copy;
}

void ons_figure_curve(ons_reproduction *reproduction, const char *label, size_t count, const double *x, const double *y,
                      const double *error) {
    if (!reproduction->figures) {
        lab_reproduction_fault(reproduction, "the curve '%s' belongs to no figure: ons_figure_begin comes first",
                               label);
        return;
    }
    ons_figure *figure = &reproduction->figure[reproduction->figures - 1];
    ons_figure_line curve = {ons_copy(label), count, copy_of(x, count), copy_of(y, count), NULL};
    if (error) { curve.error = copy_of(error, count); }
    ons_figure_line *curves = (ons_figure_line *)figure->curves;
    const bool complete = curve.label && curve.x && curve.y && (!error || curve.error);
    if (!complete ||
        ons_grow((void **)&curves, &reproduction->curve_capacity, figure->count + 1, sizeof curve) != ONS_OK) {
        free((char *)curve.label);
        free((double *)curve.x);
        free((double *)curve.y);
        free((double *)curve.error);
        reproduction->memory = true;
        return;
    }
    curves[figure->count++] = curve;
    figure->curves = curves;
}

size_t ons_reproduction_figures(const ons_reproduction *reproduction, const ons_figure **figures) {
    *figures = reproduction->figure;
    return reproduction->figures;
}

/* ---- pictures -------------------------------------------------------------------------------------------------------
 */

static void free_image(ons_image *image) {
    free((char *)image->name);
    free((char *)image->caption);
    ons_picture_free(&image->picture);
}

void ons_reproduction_picture(ons_reproduction *reproduction, const char *name, const char *caption,
                              const ons_picture *picture) {
    if (!lab_plain_name(name)) {
        lab_reproduction_fault(reproduction, "'%s' is no name for a picture: letters, digits and -_. only", name);
        return;
    }
    for (size_t i = 0; i < reproduction->images; i++) {
        if (!name_is_new(reproduction, "pictures", name, reproduction->image[i].name)) { return; }
    }
    ons_image image = {.name = ons_copy(name), .caption = ons_copy(caption)};
    ons_status status = ons_picture_size(&image.picture, picture->width, picture->height);
    if (status == ONS_INVALID) {
        lab_reproduction_fault(reproduction, "the picture '%s' has %zu x %zu pixels", name, picture->width,
                               picture->height);
    }
    if (status == ONS_OK && (!image.name || !image.caption)) { status = ONS_MEMORY; }
    if (status == ONS_OK) {
        status = ons_grow((void **)&reproduction->image, &reproduction->image_capacity, reproduction->images + 1,
                          sizeof image);
    }
    if (status != ONS_OK) {
        free_image(&image);
        reproduction->memory = reproduction->memory || status == ONS_MEMORY;
        return;
    }
    memcpy(image.picture.pixels, picture->pixels, 3 * picture->width * picture->height);
    reproduction->image[reproduction->images++] = image;
}

size_t ons_reproduction_images(const ons_reproduction *reproduction, const ons_image **images) {
    *images = reproduction->image;
    return reproduction->images;
}

void lab_exhibits_free(ons_reproduction *reproduction) {
    for (size_t i = 0; i < reproduction->notes; i++) { free(reproduction->note[i]); }
    for (size_t i = 0; i < reproduction->figures; i++) { free_figure(&reproduction->figure[i]); }
    for (size_t i = 0; i < reproduction->images; i++) { free_image(&reproduction->image[i]); }
    free(reproduction->note);
    free(reproduction->figure);
    free(reproduction->image);
}
