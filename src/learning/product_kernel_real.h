/*
 * Products of matrices of one precision: C[n][m] = A[n][k] B[k][m], by tiles of C in registers and packed panels of B
 * (Goto and van de Geijn 2008); small ones straight from where they lie.
 *
 * An element of C is one sum over k in ascending order, in stretches of DEPTH (of a few rows of a B that is given by
 * columns: of strands of a vector): it does not depend on where its row or column lies.
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
#define COLUMNS ((int)((2 << 20) / sizeof(REAL) / DEPTH))
#define SMALL 4096 /* elements of B that are not packed */
#define AS_IS 64   /* rows of A below which panels of B are not packed */

/* A tile of C in registers, `high` rows by `wide` vectors, both constants (rows by columns of it are wanted) = or += A
 * B; rows of B are b_row apart. */
static inline __attribute__((always_inline)) void R(tile_of)(int high, int wide, int64_t k, const REAL *A,
                                                             int64_t a_row, int64_t a_column, const REAL *B,
                                                             int64_t b_row, REAL *C, int64_t c_row, int rows,
                                                             int columns, bool add) {
    V sum[TILE_ROWS][2];
    const REAL *a[TILE_ROWS];
    for (int i = 0; i < TILE_ROWS; i++) {
        sum[i][0] = sum[i][1] = (V){0};
        a[i] = A + (i < rows ? i : rows - 1) * a_row;
    }
    for (int64_t p = 0; p < k; p++) {
        const V b0 = R(load)(B), b1 = wide > 1 ? R(load)(B + LANES) : b0;
#pragma GCC unroll 16
        for (int i = 0; i < high; i++) {
            const V x = a[i][p * a_column] - (V){0};
            sum[i][0] += x * b0;
            if (wide > 1) { sum[i][1] += x * b1; }
        }
        B += b_row;
    }
    if (columns == wide * LANES) {
        for (int i = 0; i < rows; i++) {
            REAL *c = C + i * c_row;
            for (int j = 0; j < wide; j++) {
                if (add) { sum[i][j] += R(load)(c + j * LANES); }
                R(store)(c + j * LANES, sum[i][j]);
            }
        }
        return;
    }
    for (int i = 0; i < rows; i++) {
        REAL line[TILE_COLUMNS] = {0}, *c = C + i * c_row;
        for (int j = 0; j < wide; j++) { R(store)(line + j * LANES, sum[i][j]); }
        for (int j = 0; j < columns; j++) { c[j] = add ? c[j] + line[j] : line[j]; }
    }
}

/* The smallest kind of tile that holds what is wanted. */
static void R(tile)(int64_t k, const REAL *A, int64_t a_row, int64_t a_column, const REAL *B, int64_t b_row, REAL *C,
                    int64_t c_row, int rows, int columns, bool add) {
#define TILE(high, wide) R(tile_of)(high, wide, k, A, a_row, a_column, B, b_row, C, c_row, rows, columns, add)
    const int thirds = (rows - 1) / (TILE_ROWS / 3), vectors = columns > LANES ? 2 : 1;
    switch (2 * thirds + vectors) {
    case 1: TILE(TILE_ROWS / 3, 1); break;
    case 2: TILE(TILE_ROWS / 3, 2); break;
    case 3: TILE(TILE_ROWS / 3 * 2, 1); break;
    case 4: TILE(TILE_ROWS / 3 * 2, 2); break;
    case 5: TILE(TILE_ROWS, 1); break;
    default: TILE(TILE_ROWS, 2); break;
    }
#undef TILE
}

/* Panels of TILE_COLUMNS columns: to[panel][p][TILE_COLUMNS], filled up with zeros. */
static void R(pack)(int64_t columns, int64_t k, const REAL *B, int64_t b_row, int64_t b_column, REAL *to) {
    for (int64_t first = 0; first < columns; first += TILE_COLUMNS, to += k * TILE_COLUMNS) {
        const int here = columns - first < TILE_COLUMNS ? (int)(columns - first) : TILE_COLUMNS;
        const REAL *b = B + first * b_column;
        if (here < TILE_COLUMNS) { memset(to, 0, (size_t)k * TILE_COLUMNS * sizeof(REAL)); }
        if (b_column == 1 && here == TILE_COLUMNS) {
            for (int64_t p = 0; p < k; p++) {
                memcpy(to + p * TILE_COLUMNS, b + p * b_row, TILE_COLUMNS * sizeof(REAL));
            }
            continue;
        }
        for (int64_t from = 0; from < k; from += 16) { /* a line of memory of every column, then the next */
            const int64_t end = k - from < 16 ? k : from + 16;
            for (int i = 0; i < here; i++) {
                for (int64_t p = from; p < end; p++) { to[p * TILE_COLUMNS + i] = b[i * b_column + p * b_row]; }
            }
        }
    }
}

/* ---- small ones -------------------------------------------------------------------------------------------------- */

/* Rows of C from rows of B as they lie. `beyond`: rows of B from this one on may not be read past their end. */
static inline __attribute__((always_inline)) void R(few_rows)(int rows, int64_t m, int64_t k, const REAL *A,
                                                              int64_t a_row, int64_t a_column, const REAL *B,
                                                              int64_t b_row, REAL *C, int64_t c_row, bool add) {
    for (int64_t j = 0; j < m; j += LANES) {
        const int here = m - j < LANES ? (int)(m - j) : LANES;
        V sum[4];
        for (int i = 0; i < rows; i++) { sum[i] = (V){0}; }
        int64_t p = 0;
        /* A vector at the end of a row may reach into the next rows, not beyond the matrix. */
        for (; p < k && (here == LANES || p * b_row + j + LANES <= (k - 1) * b_row + m); p++) {
            const V b = R(load)(B + p * b_row + j);
            for (int i = 0; i < rows; i++) { sum[i] += (A[i * a_row + p * a_column] - (V){0}) * b; }
        }
        for (; p < k; p++) {
            REAL line[LANES];
            for (int l = 0; l < LANES; l++) { line[l] = l < here ? B[p * b_row + j + l] : 0; }
            const V b = R(load)(line);
            for (int i = 0; i < rows; i++) { sum[i] += (A[i * a_row + p * a_column] - (V){0}) * b; }
        }
        for (int i = 0; i < rows; i++) {
            REAL *c = C + i * c_row + j;
            if (here == LANES) {
                R(store)(c, add ? (V)(R(load)(c) + sum[i]) : sum[i]);
            } else {
                for (int l = 0; l < here; l++) { c[l] = add ? c[l] + sum[i][l] : sum[i][l]; }
            }
        }
    }
}

static void R(small)(int64_t n, int64_t m, int64_t k, const REAL *A, int64_t a_row, int64_t a_column, const REAL *B,
                     int64_t b_row, REAL *C, int64_t c_row, bool add) {
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        R(few_rows)(4, m, k, A + i * a_row, a_row, a_column, B, b_row, C + i * c_row, c_row, add);
    }
    for (; i < n; i++) { R(few_rows)(1, m, k, A + i * a_row, a_row, a_column, B, b_row, C + i * c_row, c_row, add); }
}

/* A row of C from columns of B that are contiguous. */
static void R(dots)(int64_t m, int64_t k, const REAL *A, const REAL *B, int64_t b_column, REAL *C, bool add) {
    for (int64_t j = 0; j < m; j++) {
        const REAL *b = B + j * b_column;
        V sums = (V){0};
        int64_t p = 0;
        for (; p + LANES <= k; p += LANES) { sums += R(load)(A + p) * R(load)(b + p); }
        REAL strands[LANES], sum = 0;
        R(store)(strands, sums);
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int l = 0; l < half; l++) { strands[l] += strands[l + half]; }
        }
        for (; p < k; p++) { sum += A[p] * b[p]; }
        sum += strands[0];
        C[j] = add ? C[j] + sum : sum;
    }
}

/* ---- any --------------------------------------------------------------------------------------------------------- */

static void R(packed)(int64_t n, int64_t m, int64_t k, const REAL *A, int64_t a_row, int64_t a_column, const REAL *B,
                      int64_t b_row, int64_t b_column, REAL *C, int64_t c_row, bool add, REAL *scratch) {
    for (int64_t column = 0; column < m; column += COLUMNS) {
        const int64_t columns = m - column < COLUMNS ? m - column : COLUMNS;
        for (int64_t depth = 0; depth < k; depth += DEPTH) {
            const int64_t deep = k - depth < DEPTH ? k - depth : DEPTH;
            const REAL *from = B + depth * b_row + column * b_column;
            /* For few rows of A, whole panels of rows are read where they lie. */
            const int64_t as_is = b_column == 1 && n <= AS_IS ? columns / TILE_COLUMNS * TILE_COLUMNS : 0;
            R(pack)(columns - as_is, deep, from + as_is * b_column, b_row, b_column, scratch);
            for (int64_t j = 0; j < columns; j += TILE_COLUMNS) {
                const bool here = j < as_is;
                const REAL *panel = here ? from + j : scratch + (j - as_is) * deep;
                for (int64_t i = 0; i < n; i += TILE_ROWS) {
                    const int64_t rows = n - i < TILE_ROWS ? n - i : TILE_ROWS;
                    const int64_t wide = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
                    R(tile)
                    (deep, A + i * a_row + depth * a_column, a_row, a_column, panel, here ? b_row : TILE_COLUMNS,
                     C + i * c_row + column + j, c_row, (int)rows, (int)wide, add || depth > 0);
                }
            }
        }
    }
}

static void R(product)(int64_t n, int64_t m, int64_t k, const void *pA, int64_t a_row, int64_t a_column, const void *pB,
                       int64_t b_row, int64_t b_column, void *pC, int64_t c_row, bool add, void *scratch) {
    const REAL *A = pA, *B = pB;
    REAL *C = pC;
    if (m == 1 && n > 1 && c_row == 1) { /* a column: as the row B^T A^T */
        R(product)(1, n, k, B, b_column, b_row, A, a_column, a_row, C, n, add, scratch);
    } else if (b_column == 1 && (n <= 4 || (m * k <= SMALL && n * m * k <= 8 * SMALL))) {
        R(small)(n, m, k, A, a_row, a_column, B, b_row, C, c_row, add);
    } else if (n <= 2 && b_row == 1 && a_column == 1) {
        for (int64_t i = 0; i < n; i++) { R(dots)(m, k, A + i * a_row, B, b_column, C + i * c_row, add); }
    } else {
        R(packed)(n, m, k, A, a_row, a_column, B, b_row, b_column, C, c_row, add, scratch);
    }
}

#undef V
#undef LANES
#undef TILE_ROWS
#undef TILE_COLUMNS
#undef DEPTH
#undef COLUMNS
#undef SMALL
#undef AS_IS
