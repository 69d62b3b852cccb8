/*
 * Lattice descriptions from YAML files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spins.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_DISPLACEMENT = 1000000, LARGEST_CELL = 1000000 };

/* What is known while a file is read. */
typedef struct lattice_reader {
    const ons_yaml_document *document;
    const ons_yaml *basis, *sites, *bonds, *couplings;
    unsigned dimension;
    bool cartesian;
    const char **types; /* [type_count] names, borrowed from the document or from digits */
    size_t type_count;
    char *digits; /* storage of the names 0, 1, .. of a list of couplings */
    ons_lattice *lattice;
} lattice_reader;

static ons_status known_keys(const lattice_reader *reader, const ons_yaml *mapping, const char *what,
                             const char *const *keys, size_t count) {
    for (size_t i = 0; i < mapping->count; i++) {
        const ons_yaml *key = mapping->keys[i];
        bool known = false;
        for (size_t k = 0; k < count; k++) { known = known || !strcmp(key->text, keys[k]); }
        if (known) { continue; }
        const char *near = ons_nearest(key->text, keys, count);
        ons_text list = {0};
        for (size_t k = 0; k < count; k++) { ons_text_add(&list, k ? ", %s" : "%s", keys[k]); }
        const ons_status status =
            near ? ons_yaml_fail(reader->document, key, "unknown key '%s' in %s; did you mean '%s'?", key->text, what,
                                 near)
                 : ons_yaml_fail(reader->document, key, "unknown key '%s' in %s; expected one of %s", key->text, what,
                                 list.data ? list.data : "");
        ons_text_free(&list);
        return status;
    }
    return ONS_OK;
}

static ons_status read_real(const lattice_reader *reader, const ons_yaml *node, const char *what, double *value) {
    if (node->kind != ONS_YAML_SCALAR || ons_parse_real(node->text, value) != ONS_OK || !isfinite(*value)) {
        return ons_yaml_fail(reader->document, node, "expected a finite number as %s%s%s%s", what,
                             node->kind == ONS_YAML_SCALAR ? ", not '" : "",
                             node->kind == ONS_YAML_SCALAR ? node->text : "", node->kind == ONS_YAML_SCALAR ? "'" : "");
    }
    return ONS_OK;
}

static ons_status read_integer(const lattice_reader *reader, const ons_yaml *node, const char *what, int64_t low,
                               int64_t high, int64_t *value) {
    const bool scalar = node->kind == ONS_YAML_SCALAR;
    if (!scalar || ons_parse_integer(node->text, value) != ONS_OK || *value < low || *value > high) {
        return ons_yaml_fail(reader->document, node, "expected an integer from %lld to %lld as %s%s%s%s",
                             (long long)low, (long long)high, what, scalar ? ", not '" : "", scalar ? node->text : "",
                             scalar ? "'" : "");
    }
    return ONS_OK;
}

static ons_status expect_list(const lattice_reader *reader, const ons_yaml *node, const char *what, size_t count) {
    if (node->kind != ONS_YAML_SEQUENCE) {
        return ons_yaml_fail(reader->document, node, "expected a list of numbers as %s", what);
    }
    if (node->count != count) {
        return ons_yaml_fail(reader->document, node, "%s has %zu components where the basis has %zu vectors", what,
                             node->count, count);
    }
    return ONS_OK;
}

static ons_status find_keys(lattice_reader *reader, const ons_yaml *root) {
    static const char *const keys[] = {"name", "basis", "coordinates", "sites", "bonds", "couplings"};
    if (!root || root->kind != ONS_YAML_MAPPING) {
        if (!root) { return ons_fail(ONS_INVALID, "%s: the file is empty", ons_yaml_name(reader->document)); }
        return ons_yaml_fail(reader->document, root, "expected a mapping with the keys basis, sites and bonds");
    }
    ons_status status = known_keys(reader, root, "a lattice", keys, sizeof keys / sizeof *keys);
    if (status) { return status; }
    const ons_yaml **lists[] = {&reader->basis, &reader->sites, &reader->bonds};
    static const char *const names[] = {"basis", "sites", "bonds"};
    for (size_t i = 0; i < 3; i++) {
        *lists[i] = ons_yaml_get(root, names[i]);
        if (!*lists[i]) { return ons_yaml_fail(reader->document, root, "the lattice has no '%s'", names[i]); }
        if ((*lists[i])->kind != ONS_YAML_SEQUENCE || !(*lists[i])->count) {
            return ons_yaml_fail(reader->document, *lists[i], "expected a list with at least one entry under '%s'",
                                 names[i]);
        }
        if ((*lists[i])->count > LARGEST_CELL) {
            return ons_yaml_fail(reader->document, *lists[i], "more than %d entries under '%s'", LARGEST_CELL,
                                 names[i]);
        }
    }
    if (reader->basis->count > ONS_DIMENSIONS) {
        return ons_yaml_fail(reader->document, reader->basis, "a lattice has at most %d dimensions, not %zu",
                             ONS_DIMENSIONS, reader->basis->count);
    }
    reader->dimension = (unsigned)reader->basis->count;
    reader->couplings = ons_yaml_get(root, "couplings");
    const ons_yaml *coordinates = ons_yaml_get(root, "coordinates");
    if (coordinates) {
        const bool scalar = coordinates->kind == ONS_YAML_SCALAR;
        reader->cartesian = scalar && !strcmp(coordinates->text, "cartesian");
        if (!scalar || (!reader->cartesian && strcmp(coordinates->text, "fractional") != 0)) {
            return ons_yaml_fail(reader->document, coordinates, "coordinates are fractional or cartesian");
        }
    }
    const ons_yaml *name = ons_yaml_get(root, "name");
    if (name && name->kind != ONS_YAML_SCALAR) {
        return ons_yaml_fail(reader->document, name, "expected a text as name");
    }
    return ONS_OK;
}

/* The names of the bond types: from `couplings`, or the only one that the bonds use (NULL when they name none). */
static ons_status find_types(lattice_reader *reader) {
    assert(reader->bonds); /* find_keys refuses a lattice without them */
    const ons_yaml *couplings = reader->couplings;
    if (couplings && (couplings->kind == ONS_YAML_SCALAR || !couplings->count)) {
        return ons_yaml_fail(reader->document, couplings, "expected a mapping {type: factor} or a list of factors");
    }
    reader->type_count = couplings ? couplings->count : 1;
    if (reader->type_count > LARGEST_CELL) {
        return ons_yaml_fail(reader->document, couplings, "more than %d types of bonds", LARGEST_CELL);
    }
    reader->types = ONS_NEW(const char *, reader->type_count);
    reader->digits = ONS_NEW(char, reader->type_count * 12);
    if (!reader->types || !reader->digits) { return ONS_MEMORY; }
    for (size_t i = 0; couplings && i < couplings->count; i++) {
        if (couplings->kind == ONS_YAML_MAPPING) {
            reader->types[i] = couplings->keys[i]->text;
        } else {
            snprintf(reader->digits + 12 * i, 12, "%u", (unsigned)i);
            reader->types[i] = reader->digits + 12 * i;
        }
    }
    for (size_t i = 0; !couplings && i < reader->bonds->count; i++) {
        const ons_yaml *type = ons_yaml_get(reader->bonds->items[i], "type");
        if (!type || type->kind != ONS_YAML_SCALAR) { continue; }
        if (!reader->types[0]) { reader->types[0] = type->text; }
        if (strcmp(reader->types[0], type->text) != 0) {
            return ons_yaml_fail(reader->document, type,
                                 "bonds of several types ('%s', '%s') need 'couplings: {%s: 1, ...}'", reader->types[0],
                                 type->text, reader->types[0]);
        }
    }
    return ONS_OK;
}

static ons_status read_basis(lattice_reader *reader) {
    ons_lattice *lattice = reader->lattice;
    const unsigned d = reader->dimension;
    for (unsigned i = 0; i < d; i++) {
        const ons_yaml *row = reader->basis->items[i];
        ons_status status = expect_list(reader, row, "a basis vector", d);
        for (unsigned j = 0; !status && j < d; j++) {
            status = read_real(reader, row->items[j], "a component of a basis vector", &lattice->basis[i * d + j]);
        }
        if (status) { return status; }
    }
    double inverse[ONS_DIMENSIONS * ONS_DIMENSIONS];
    if (!spins_invert(d, lattice->basis, inverse)) {
        return ons_yaml_fail(reader->document, reader->basis, "the basis vectors are linearly dependent");
    }
    return ONS_OK;
}

static ons_status read_sites(lattice_reader *reader) {
    ons_lattice *lattice = reader->lattice;
    const unsigned d = reader->dimension;
    double inverse[ONS_DIMENSIONS * ONS_DIMENSIONS];
    spins_invert(d, lattice->basis, inverse);
    for (size_t site = 0; site < lattice->sites; site++) {
        const ons_yaml *row = reader->sites->items[site];
        double given[ONS_DIMENSIONS];
        ons_status status = expect_list(reader, row, "the position of a site", d);
        for (unsigned j = 0; !status && j < d; j++) {
            status = read_real(reader, row->items[j], "a coordinate of a site", &given[j]);
        }
        if (status) { return status; }
        for (unsigned j = 0; j < d; j++) {
            double fraction = reader->cartesian ? 0 : given[j]; /* position = sum_j fraction_j basis_j */
            for (unsigned i = 0; reader->cartesian && i < d; i++) { fraction += given[i] * inverse[i * d + j]; }
            lattice->positions[site * d + j] = fraction;
        }
    }
    return ONS_OK;
}

static ons_status read_type(const lattice_reader *reader, const ons_yaml *bond, uint32_t *type) {
    const ons_yaml *node = ons_yaml_get(bond, "type");
    *type = 0;
    if (!node) {
        if (reader->type_count == 1) { return ONS_OK; }
        return ons_yaml_fail(reader->document, bond, "the bond has no 'type', but the lattice has %zu",
                             reader->type_count);
    }
    if (node->kind != ONS_YAML_SCALAR) { return ons_yaml_fail(reader->document, node, "expected a name as type"); }
    for (size_t i = 0; i < reader->type_count; i++) {
        *type = (uint32_t)i;
        if (!strcmp(node->text, reader->types[i])) { return ONS_OK; }
    }
    const char *near = ons_nearest(node->text, reader->types, reader->type_count);
    return ons_yaml_fail(reader->document, node, "'couplings' has no type '%s'%s%s%s", node->text,
                         near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static ons_status read_bond(const lattice_reader *reader, const ons_yaml *node, ons_lattice_bond *bond) {
    static const char *const keys[] = {"from", "to", "cell", "type"};
    if (node->kind != ONS_YAML_MAPPING) {
        return ons_yaml_fail(reader->document, node, "expected a bond like {from: 0, to: 0, cell: [1, 0]}");
    }
    ons_status status = known_keys(reader, node, "a bond", keys, 4);
    const ons_yaml *from = ons_yaml_get(node, "from"), *to = ons_yaml_get(node, "to"),
                   *cell = ons_yaml_get(node, "cell");
    if (!status && (!from || !to)) {
        return ons_yaml_fail(reader->document, node, "the bond has no '%s'", from ? "to" : "from");
    }
    int64_t source = 0, target = 0;
    const int64_t last = (int64_t)reader->lattice->sites - 1;
    if (!status) { status = read_integer(reader, from, "the site a bond starts from", 0, last, &source); }
    if (!status) { status = read_integer(reader, to, "the site a bond goes to", 0, last, &target); }
    if (!status && cell) { status = expect_list(reader, cell, "the cell of a bond", reader->dimension); }
    bool moves = false;
    for (unsigned j = 0; !status && cell && j < reader->dimension; j++) {
        int64_t step = 0;
        status = read_integer(reader, cell->items[j], "a component of the cell of a bond", -LARGEST_DISPLACEMENT,
                              LARGEST_DISPLACEMENT, &step);
        bond->cell[j] = (int32_t)step;
        moves = moves || step;
    }
    if (!status && source == target && !moves) {
        status =
            ons_yaml_fail(reader->document, node, "the bond joins site %lld of a cell to itself", (long long)source);
    }
    if (!status) { status = read_type(reader, node, &bond->type); }
    bond->source = (uint32_t)source;
    bond->target = (uint32_t)target;
    return status;
}

/* A bond with where it stands, in the direction that makes equal bonds equal. */
typedef struct bond_place {
    ons_lattice_bond bond, key;
    size_t index;
} bond_place;

static int compare_bonds(const ons_lattice_bond *a, const ons_lattice_bond *b) {
    if (a->source != b->source) { return a->source < b->source ? -1 : 1; }
    if (a->target != b->target) { return a->target < b->target ? -1 : 1; }
    for (unsigned j = 0; j < ONS_DIMENSIONS; j++) {
        if (a->cell[j] != b->cell[j]) { return a->cell[j] < b->cell[j] ? -1 : 1; }
    }
    return 0;
}

static int by_key(const void *a, const void *b) {
    const bond_place *x = a, *y = b;
    const int order = compare_bonds(&x->key, &y->key);
    return order ? order : x->index < y->index ? -1 : 1;
}

static int by_source(const void *a, const void *b) {
    const bond_place *x = a, *y = b;
    if (x->bond.source != y->bond.source) { return x->bond.source < y->bond.source ? -1 : 1; }
    return x->index < y->index ? -1 : 1;
}

static ons_lattice_bond canonical(ons_lattice_bond bond) {
    ons_lattice_bond reverse = {.source = bond.target, .target = bond.source};
    for (unsigned j = 0; j < ONS_DIMENSIONS; j++) { reverse.cell[j] = -bond.cell[j]; }
    bond.type = 0;
    return compare_bonds(&bond, &reverse) <= 0 ? bond : reverse;
}

static ons_status read_bonds(lattice_reader *reader) {
    ons_lattice *lattice = reader->lattice;
    ons_status status = ONS_OK;
    bond_place *places = ONS_NEW(bond_place, lattice->bonds);
    if (!places) { return ONS_MEMORY; }
    for (size_t b = 0; !status && b < lattice->bonds; b++) {
        status = read_bond(reader, reader->bonds->items[b], &places[b].bond);
        places[b].key = canonical(places[b].bond);
        places[b].index = b;
    }
    if (status) { goto cleanup; }
    qsort(places, lattice->bonds, sizeof *places, by_key);
    for (size_t b = 1; b < lattice->bonds; b++) {
        if (compare_bonds(&places[b].key, &places[b - 1].key)) { continue; }
        status = ons_yaml_fail(reader->document, reader->bonds->items[places[b].index],
                               "the bond is the one of line %d again; each bond is listed once, in one direction",
                               reader->bonds->items[places[b - 1].index]->line);
        goto cleanup;
    }
    qsort(places, lattice->bonds, sizeof *places, by_source);
    for (size_t b = 0; b < lattice->bonds; b++) { lattice->bond[b] = places[b].bond; }
cleanup:
    free(places);
    return status;
}

static ons_status read_document(lattice_reader *reader, const ons_yaml *root) {
    ons_status status = find_keys(reader, root);
    if (!status) { status = find_types(reader); }
    if (status) { return status; }
    const ons_yaml *name = ons_yaml_get(root, "name");
    reader->lattice = spins_lattice_allocate(name ? name->text : ons_yaml_name(reader->document), reader->dimension,
                                             reader->sites->count, reader->bonds->count, reader->type_count);
    if (!reader->lattice) { return ONS_MEMORY; }
    status = read_basis(reader);
    if (!status) { status = read_sites(reader); }
    reader->lattice->couplings[0] = 1;
    for (size_t i = 0; !status && reader->couplings && i < reader->type_count; i++) {
        status =
            read_real(reader, reader->couplings->items[i], "the coupling of a type", &reader->lattice->couplings[i]);
    }
    if (!status) { status = read_bonds(reader); }
    return status;
}

static ons_status from_document(ons_lattice **lattice, ons_yaml_document *document) {
    lattice_reader reader = {.document = document};
    const ons_status status = read_document(&reader, ons_yaml_root(document));
    if (status) {
        ons_lattice_free(reader.lattice);
        reader.lattice = NULL;
    }
    *lattice = reader.lattice;
    free(reader.types);
    free(reader.digits);
    ons_yaml_free(document);
    return status;
}

ons_status ons_lattice_read(ons_lattice **lattice, const char *path) {
    *lattice = NULL;
    ons_yaml_document *document = NULL;
    const ons_status status = ons_yaml_read(&document, path);
    return status ? status : from_document(lattice, document);
}

ons_status ons_lattice_parse(ons_lattice **lattice, const char *name, const char *bytes, size_t count) {
    *lattice = NULL;
    ons_yaml_document *document = NULL;
    const ons_status status = ons_yaml_parse(&document, name, bytes, count);
    return status ? status : from_document(lattice, document);
}
