/*
 * gnuplot: what the layout of figures tells the script. Private to layout.c, legend.c, script.c and gnuplot.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_CLI_GNUPLOT_H
#define ONSAGER_CLI_GNUPLOT_H

#include "cli.h"

typedef enum key_place {
    KEY_NONE,
    KEY_TOP_LEFT,
    KEY_TOP_RIGHT,
    KEY_BOTTOM_LEFT,
    KEY_BOTTOM_RIGHT,
    KEY_ABOVE
} key_place;

/* One panel: lengths in points (1/72 inch), ranges in its own units. */
typedef struct panel {
    const cli_figure *figure;
    double low[2], high[2];       /* x, y */
    double z_low, z_high;         /* of its map */
    double width, height, bottom; /* of the frame; bottom: above that of the picture */
    cli_ticks x, y, z;
    key_place key;
    size_t key_columns, key_rows;
    bool labelled; /* has the label and numbers of the x axis */
    bool exact;    /* draws exact values */
} panel;

typedef struct picture {
    const cli_canvas *canvas;
    double size, width, height, left; /* of the type; of the picture; where frames begin */
    double above;                     /* for legend and title, over the highest frame */
    panel *panels;
    size_t count, number;
} picture;

/* Sets all but canvas, number, and the figures and count of the panels. */
void cli_layout(picture *of);
/* Finds room for the legend of a panel whose frame and ranges are known. */
void cli_legend(panel *of, double size);
/* Whether points of a curve stand too close for a sign each: then it is a line, its errors a band. */
bool cli_dense(const cli_curve *curve, const panel *of, double size);
bool cli_has_legend(const panel *of);
/* The terminal's unit of type in points: SVG counts 96 to the inch. */
double cli_type_scale(const cli_canvas *canvas);
void cli_script(const picture *of, ons_text *script);
/* "figure-2b-curve-" and the like: how the files of panel p of a picture begin. */
void cli_data_name(const picture *of, size_t p, ons_text *name);

#endif
