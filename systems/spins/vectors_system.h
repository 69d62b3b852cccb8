/*
 * What the systems xy, heisenberg and on share: the glue between the laboratory and the engine of O(n) spins.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_VECTORS_SYSTEM_H
#define ONSAGER_SYSTEMS_VECTORS_SYSTEM_H

#include "spin_quantities.h"
#include "spin_text.h"

enum { VECTOR_HELICITY_ENERGY = SPIN_OWN, VECTOR_HELICITY_CURRENT_SQUARED, VECTOR_VORTICITY };

/* What a descriptor's `data` points to. */
typedef struct vectors_system {
    uint32_t components; /* 0: the parameter `components` */
    uint32_t axis;       /* of the field */
    void (*colour)(const double *spin, uint8_t *rgb);
} vectors_system;

/* The rows of parameters behind `temperature`. */
#define VECTOR_PARAMETERS(product, axis)                                                                               \
    {"coupling", ONS_REAL, ONS_LIVE,                                                                                   \
     "1",        NULL,     NULL,                                                                                       \
     NULL,       NULL,     "J of H = -J sum " product ": positive is ferromagnetic"},                                  \
        {"field", ONS_REAL, ONS_LIVE, "0", NULL, NULL, NULL, "coupling", "external field h of H = ... - h sum " axis}, \
        SPIN_DYNAMICS("all along the field's axis"),                                                                   \
        {"order",                                                                                                      \
         ONS_CHOICE,                                                                                                   \
         0,                                                                                                            \
         "auto",                                                                                                       \
         "auto|sequential|checkerboard",                                                                               \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         "of single sites: one by one, or one sublattice after the other; auto: checkerboard where it exists"},        \
        {"width",                                                                                                      \
         ONS_REAL,                                                                                                     \
         0,                                                                                                            \
         "0",                                                                                                          \
         NULL,                                                                                                         \
         "[0, inf)",                                                                                                   \
         "update=metropolis",                                                                                          \
         NULL,                                                                                                         \
         "of a proposal (S + width v)/|S + width v|, or of a turn (checkerboard); 0: from the temperature"},           \
    {                                                                                                                  \
        "overrelaxation", ONS_INTEGER, 0, "0", NULL, "[0, 1000000]", NULL, NULL,                                       \
            "over-relaxation sweeps that follow each step of the update"                                               \
    }

#define VECTOR_OBSERVABLES                                                                                             \
    SPIN_OBSERVABLES("m = (1/N) sum S_i, a vector; |m| is its length", "m(k) = (1/N) sum S_i exp(i k r_i)",            \
                     "S_0 . S_r"),                                                                                     \
        [VECTOR_HELICITY_ENERGY] = {"helicity_energy",                                                                 \
                                    ONS_MEAN,                                                                          \
                                    0,                                                                                 \
                                    NULL,                                                                              \
                                    NULL,                                                                              \
                                    "coupling",                                                                        \
                                    "<e_u>, mean over the directions u and planes of rotation, see helicity_modulus"}, \
        [VECTOR_HELICITY_CURRENT_SQUARED] = {                                                                          \
            "helicity_current_squared",                                                                                \
            ONS_MEAN,                                                                                                  \
            0,                                                                                                         \
            NULL,                                                                                                      \
            NULL,                                                                                                      \
            "coupling^2",                                                                                              \
            "<I_u^2>/V, mean over the directions u and planes of rotation, see helicity_modulus"}

void vectors_helicity_modulus(const ons_means *means, const ons_parameters *p, double *value);

#define VECTOR_DERIVED                                                                                                 \
    SPIN_DERIVED,                                                                                                      \
        {"correlation_length", SPIN_MAGNETIZATION_SQUARED, spin_correlation_length, "length",                          \
         "second moment: sqrt(<m^2> / <|m(k)|^2> - 1) / (2 sin(k/2)), k = |k_min|"},                                   \
    {                                                                                                                  \
        "helicity_modulus", VECTOR_HELICITY_ENERGY, vectors_helicity_modulus, "coupling", "<e_u> - <I_u^2>/(V T)"      \
    }

/* Exact means of the chain without field; ONS_DONE for what is none. */
ons_status vectors_chain(const ons_parameters *p, uint32_t components, ons_vectors_exact *exact);
/* Their rows for `components` components (an expression of p): VECTOR_EXACT_PARTS stands before the table. */
#define VECTOR_EXACT_PART(quantity, components)                                                                        \
    static ons_status chain_##quantity(const ons_parameters *p, double *value) {                                       \
        ons_vectors_exact exact;                                                                                       \
        const ons_status status = vectors_chain(p, components, &exact);                                                \
        if (status) { return status; }                                                                                 \
        *value = exact.quantity;                                                                                       \
        return isfinite(*value) ? ONS_OK : ONS_DONE;                                                                   \
    }
#define VECTOR_EXACT_PARTS(components)                                                                                 \
    VECTOR_EXACT_PART(energy, components)                                                                              \
    VECTOR_EXACT_PART(specific_heat, components)                                                                       \
    VECTOR_EXACT_PART(magnetization_squared, components)
#define VECTOR_EXACT                                                                                                   \
    {"energy", chain_energy, "transfer matrix, Fisher 1964"},                                                          \
        {"specific_heat", chain_specific_heat, "transfer matrix, Fisher 1964"}, {                                      \
        "magnetization_squared", chain_magnetization_squared, "transfer matrix, Fisher 1964"                           \
    }

#define VECTOR_DYNAMICS_TEXT                                                                                           \
    "## Dynamics\n"                                                                                                    \
    "Each elementary move satisfies detailed balance, and the step leads from every state to all others with a "       \
    "positive\n"                                                                                                       \
    "density after a few steps, so that there is one stationary state and no period:\n"                                \
    "\n"                                                                                                               \
    "- `metropolis`: all sites in order; the proposal is (S + w v)/|S + w v| with w = `width` and v isotropic "        \
    "(uniform "                                                                                                        \
    "in\n"                                                                                                             \
    "  the unit disc or ball), accepted with min(1, exp(-dE/T)). width = 0 takes sqrt(2T/(|J| z + |h|)), at most 2, "  \
    "z "                                                                                                               \
    "the\n"                                                                                                            \
    "  mean number of neighbours.\n"                                                                                   \
    "- `heat-bath`: all sites in order, each from its distribution given its neighbours, exp(S . h_i/T): inverted in " \
    "closed\n"                                                                                                         \
    "  form for three components, otherwise by exact rejection (Best and Fisher 1979, Wood 1994).\n"                   \
    "- `order` of these two and of `overrelaxation`: sequential as above, or checkerboard: one sublattice after the "  \
    "other,\n"                                                                                                         \
    "  all sites of one at once, five to seven times faster. It exists for two and three components (but not for "     \
    "the\n"                                                                                                            \
    "  heat bath of two) on lattices with two sublattices: chain, square, honeycomb, cubic, bcc, hypercubic, files; "  \
    "the\n"                                                                                                            \
    "  lengths along which sublattices alternate must be even where the boundary is periodic. `auto` takes it where "  \
    "it\n"                                                                                                             \
    "  exists. The Metropolis proposal is then a turn of S by the Cayley vector a, components uniform between "        \
    "-width/2\n"                                                                                                       \
    "  and width/2, S + 2 (a x S + a x (a x S))/(1 + a^2) (two components: by the angle 2 arctan a), as likely as "    \
    "its "                                                                                                             \
    "\n"                                                                                                               \
    "  inverse; each sublattice move satisfies detailed balance, the sweep is stationary. Decisions compare 32 "       \
    "random\n"                                                                                                         \
    "  bits with exp(-dE/T), 64 where these leave it open. The bits are the same on every CPU: the moves use "         \
    "polynomials\n"                                                                                                    \
    "  of our own, without fused operations.\n"                                                                        \
    "- `wolff`: `clusters` single clusters a step: a random axis r, a random site, neighbours join with 1 - exp(-2 J " \
    "(S_i .\n"                                                                                                         \
    "  r)(S_j . r)/T) where that is positive, and the cluster is reflected, S to S - 2 (S . r) r. In a field a site "  \
    "stops\n"                                                                                                          \
    "  its cluster with 1 - exp(-(its rise of the energy in the field)/T).\n"                                          \
    "- `swendsen-wang`: all such clusters of one random axis, each reflected with its heat-bath probability in the "   \
    "field\n"                                                                                                          \
    "  (1/2 without).\n"                                                                                               \
    "- `overrelaxation`: that many sweeps of S to 2 (S . h_i) h_i/|h_i|^2 - S follow every step of the update; they "  \
    "keep\n"                                                                                                           \
    "  the energy and move the spins far (Creutz 1987).\n"                                                             \
    "\n"

ons_vectors_options vectors_options(const vectors_system *own, const ons_parameters *p);
ons_status vectors_check(const ons_system *system, const ons_parameters *p, ons_plan *plan);
ons_status vectors_create(void *state, ons_context *context);
ons_status vectors_advance(void *state, ons_context *context);
ons_status vectors_measure(const void *state, ons_context *context);
ons_status vectors_persist(void *state, ons_part *part);
ons_status vectors_picture(const void *state, unsigned lane, ons_picture *picture);
void vectors_destroy(void *state);

typedef struct vectors_state {
    spin_room room;
    const vectors_system *own;
    ons_vectors_model *model;
    ons_vectors *spins;
    uint32_t components;
    bool twist, vortices;
} vectors_state;

#endif
