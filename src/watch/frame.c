/*
 * A picture as bytes for the page: few colours as indices of few bits, which for the states of lattices is 8 to 24
 * times less than the pixels, at the price of one pass.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "watch.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_SIDE 1024
#define HEAD 20
#define MARK 0x46534e4fU /* "ONSF" */
#define SLOTS 1024       /* of the table of colours: four times as many as there can be */

typedef struct palette {
    uint32_t colours[SLOTS]; /* red << 16 | green << 8 | blue, + 1; 0: free */
    uint8_t index[SLOTS];
    uint8_t list[256][3];
    unsigned count;
} palette;

static uint32_t colour_at(const uint8_t *pixel) {
    return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
}

/* The index of a colour, -1 when there are more than 256. */
static int index_of(palette *p, uint32_t colour) {
    uint32_t slot = colour * 2654435761U >> 22; /* Knuth's multiplier; 10 bits */
    while (p->colours[slot] && p->colours[slot] != colour + 1) { slot = (slot + 1) % SLOTS; }
    if (p->colours[slot]) { return p->index[slot]; }
    if (p->count == 256) { return -1; }
    p->colours[slot] = colour + 1;
    p->index[slot] = (uint8_t)p->count;
    p->list[p->count][0] = (uint8_t)(colour >> 16);
    p->list[p->count][1] = (uint8_t)(colour >> 8 & 255);
    p->list[p->count][2] = (uint8_t)(colour & 255);
    return (int)p->count++;
}

/* The index of every pixel; false: there are too many colours. */
static bool find_indices(const ons_picture *picture, palette *p, uint8_t *indices) {
    const size_t pixels = picture->width * picture->height;
    uint32_t latest = UINT32_MAX;
    int index = 0;
    for (size_t k = 0; k < pixels; k++) {
        const uint32_t colour = colour_at(picture->pixels + 3 * k);
        if (colour != latest) { index = index_of(p, colour); }
        if (index < 0) { return false; }
        latest = colour;
        indices[k] = (uint8_t)index;
    }
    return true;
}

static unsigned bits_for(unsigned colours) { return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8; }

/* Packs indices into as many bits each, in place. */
static size_t pack(uint8_t *indices, size_t count, unsigned bits) {
    const unsigned each = 8 / bits;
    const size_t bytes = (count + each - 1) / each;
    for (size_t b = 0; b < bytes; b++) {
        unsigned byte = 0;
        for (unsigned k = 0; k < each; k++) {
            const size_t at = b * each + k;
            byte = byte << bits | (at < count ? indices[at] : 0U);
        }
        indices[b] = (uint8_t)byte;
    }
    return bytes;
}

static void put_number(uint8_t *place, uint64_t number) {
    for (unsigned k = 0; k < 4; k++) { place[k] = (uint8_t)(number >> 8 * k); }
}

static void put_head(uint8_t *bytes, const ons_picture *picture, uint64_t frame, unsigned colours) {
    const uint64_t numbers[] = {MARK, frame, picture->width, picture->height, colours};
    for (size_t k = 0; k < 5; k++) { put_number(bytes + 4 * k, numbers[k]); }
}

/* The mean colours of squares of `factor` pixels. */
static ons_status shrink(const ons_picture *picture, size_t factor, ons_picture *small) {
    const ons_status status =
        ons_picture_size(small, (picture->width + factor - 1) / factor, (picture->height + factor - 1) / factor);
    for (size_t y = 0; status == ONS_OK && y < small->height; y++) {
        for (size_t x = 0; x < small->width; x++) {
            unsigned sum[3] = {0}, count = 0;
            for (size_t v = y * factor; v < (y + 1) * factor && v < picture->height; v++) {
                for (size_t u = x * factor; u < (x + 1) * factor && u < picture->width; u++) {
                    const uint8_t *pixel = picture->pixels + 3 * (v * picture->width + u);
                    for (int c = 0; c < 3; c++) { sum[c] += pixel[c]; }
                    count++;
                }
            }
            uint8_t *pixel = small->pixels + 3 * (y * small->width + x);
            for (int c = 0; c < 3; c++) { pixel[c] = (uint8_t)(count ? (sum[c] + count / 2) / count : 0); }
        }
    }
    return status;
}

static ons_status encode(const ons_picture *picture, uint64_t frame, char **bytes, size_t *count) {
    const size_t pixels = picture->width * picture->height;
    palette *colours = ONS_NEW(palette, 1);
    uint8_t *buffer = ONS_NEW(uint8_t, HEAD + 3 * (size_t)256 + 3 * pixels);
    if (!colours || !buffer) {
        free(colours);
        free(buffer);
        return ONS_MEMORY;
    }
    uint8_t *indices = buffer + HEAD + 3 * (size_t)256;
    if (find_indices(picture, colours, indices)) {
        const size_t packed = pack(indices, pixels, bits_for(colours->count)), listed = 3 * (size_t)colours->count;
        put_head(buffer, picture, frame, colours->count);
        memcpy(buffer + HEAD, colours->list, listed);
        memmove(buffer + HEAD + listed, indices, packed);
        *count = HEAD + listed + packed;
    } else {
        put_head(buffer, picture, frame, 0);
        memcpy(buffer + HEAD, picture->pixels, 3 * pixels);
        *count = HEAD + 3 * pixels;
    }
    free(colours);
    *bytes = (char *)buffer;
    return ONS_OK;
}

ons_status watch_frame_encode(const ons_picture *picture, uint64_t frame, char **bytes, size_t *count) {
    const size_t longest = picture->width > picture->height ? picture->width : picture->height;
    const size_t factor = (longest + LONGEST_SIDE - 1) / LONGEST_SIDE;
    if (factor <= 1) { return encode(picture, frame, bytes, count); }
    ons_picture small = {0};
    ons_status status = shrink(picture, factor, &small);
    if (status == ONS_OK) { status = encode(&small, frame, bytes, count); }
    ons_picture_free(&small);
    return status;
}
