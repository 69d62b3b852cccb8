/*
 * Products of matrices of one precision from packed panels (Goto and van de Geijn 2008): C[n][m] = A[n][k] B[k][m].
 *
 * Every element of C is one sum over k in ascending order, in stretches of DEPTH: it does not depend on where a row or
 * a column lies in the matrix, nor on how rows are given to threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define V R(vector)
#define LANES ((int)(VECTOR / sizeof(REAL)))
/* A tile of C in registers: TILE_ROWS by 2 vectors. */
#if VECTOR == 64
#define TILE_ROWS 12
#else
#define TILE_ROWS 6
#endif
#define TILE_COLUMNS (2 * LANES)
#define DEPTH 256
#define ROWS 96 /* of A packed at a time: a multiple of TILE_ROWS */
#define COLUMNS ((int)((2 << 20) / sizeof(REAL) / DEPTH))

/* C tile (rows x columns of it wanted) += or = packed A[k][TILE_ROWS] packed B[k][TILE_COLUMNS] */
static void R(tile)(int64_t k, const REAL *A, const REAL *B, REAL *C, int64_t c_row, int rows, int columns, bool add) {
    V sum[TILE_ROWS][2];
    for (int i = 0; i < TILE_ROWS; i++) { sum[i][0] = sum[i][1] = (V){0}; }
    for (int64_t p = 0; p < k; p++) {
        const V b0 = R(load)(B), b1 = R(load)(B + LANES);
#pragma GCC unroll 16
        for (int i = 0; i < TILE_ROWS; i++) {
            const V a = A[i] - (V){0};
            sum[i][0] += a * b0;
            sum[i][1] += a * b1;
        }
        A += TILE_ROWS;
        B += TILE_COLUMNS;
    }
    if (rows == TILE_ROWS && columns == TILE_COLUMNS) {
        for (int i = 0; i < TILE_ROWS; i++) {
            REAL *c = C + i * c_row;
            if (add) {
                sum[i][0] += R(load)(c);
                sum[i][1] += R(load)(c + LANES);
            }
            R(store)(c, sum[i][0]);
            R(store)(c + LANES, sum[i][1]);
        }
        return;
    }
    for (int i = 0; i < rows; i++) {
        REAL line[TILE_COLUMNS], *c = C + i * c_row;
        R(store)(line, sum[i][0]);
        R(store)(line + LANES, sum[i][1]);
        for (int j = 0; j < columns; j++) { c[j] = add ? c[j] + line[j] : line[j]; }
    }
}

/* Panels of `width` lines of a matrix, line i of length k: to[panel][p][width], filled up with zeros. */
static void R(pack)(int64_t lines, int64_t k, const REAL *from, int64_t line, int64_t next, int width, REAL *to) {
    for (int64_t first = 0; first < lines; first += width) {
        const int here = lines - first < width ? (int)(lines - first) : width;
        const REAL *a = from + first * line;
        for (int64_t p = 0; p < k; p++) {
            int i = 0;
            for (; i < here; i++) { to[i] = a[i * line + p * next]; }
            for (; i < width; i++) { to[i] = 0; }
            to += width;
        }
    }
}

static void R(product)(int64_t n, int64_t m, int64_t k, const void *pA, int64_t a_row, int64_t a_column, const void *pB,
                       int64_t b_row, int64_t b_column, void *pC, int64_t c_row, bool add, void *scratch) {
    const REAL *A = pA, *B = pB;
    REAL *C = pC, *packed_b = scratch, *packed_a = packed_b + DEPTH * COLUMNS;
    for (int64_t column = 0; column < m; column += COLUMNS) {
        const int64_t columns = m - column < COLUMNS ? m - column : COLUMNS;
        for (int64_t depth = 0; depth < k; depth += DEPTH) {
            const int64_t deep = k - depth < DEPTH ? k - depth : DEPTH;
            R(pack)(columns, deep, B + depth * b_row + column * b_column, b_column, b_row, TILE_COLUMNS, packed_b);
            for (int64_t row = 0; row < n; row += ROWS) {
                const int64_t rows = n - row < ROWS ? n - row : ROWS;
                R(pack)(rows, deep, A + row * a_row + depth * a_column, a_row, a_column, TILE_ROWS, packed_a);
                for (int64_t j = 0; j < columns; j += TILE_COLUMNS) {
                    for (int64_t i = 0; i < rows; i += TILE_ROWS) {
                        const int64_t r = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
                        const int64_t c = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
                        R(tile)(deep, packed_a + i * deep, packed_b + j * deep, C + (row + i) * c_row + column + j,
                                c_row, (int)r, (int)c, add || depth > 0);
                    }
                }
            }
        }
    }
}

#undef V
#undef LANES
#undef TILE_ROWS
#undef TILE_COLUMNS
#undef DEPTH
#undef ROWS
#undef COLUMNS
