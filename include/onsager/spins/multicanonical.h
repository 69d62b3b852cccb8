/*
 * multicanonical: random walks in energy. Weights are learned by the algorithm of Wang and Landau and then fixed; what
 * is reported comes from the fixed weights alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_MULTICANONICAL_H
#define ONSAGER_SPINS_MULTICANONICAL_H

#include <onsager/base.h>
#include <onsager/spins/density.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_graph ons_graph;

/* ISING         H = - sum J_ij s_i s_j, s = +-1
 * POTTS         H = - sum J_ij delta(s_i, s_j), s = 0 .. states-1
 * BLUME_CAPEL   H = - sum J_ij s_i s_j + crystal_field sum s_i^2, s = -1, 0, 1 */
typedef enum ons_walk_kind { ONS_WALK_ISING, ONS_WALK_POTTS, ONS_WALK_BLUME_CAPEL } ons_walk_kind;

typedef struct ons_walk_options {
    ons_walk_kind kind;
    uint32_t states;      /* POTTS: 2 .. 127 */
    double coupling;      /* J_ij = coupling * strength of the bond */
    double crystal_field; /* BLUME_CAPEL */
    double factor;        /* ln f at which the weights are fixed, (0, 1) */
    bool whole;           /* walk over all energies even where half of them is enough */
    bool limited;         /* walk over those of `energies` alone */
    double energies[2];   /* limited: the lowest and highest energy per site */
} ons_walk_options;

/* What walks share. Energies are unit * level; bin b is level lowest + b * step. */
typedef struct ons_walk_model ons_walk_model;

typedef struct ons_walk_range {
    double unit;          /* > 0 */
    int64_t lowest, step; /* of the bins */
    size_t bins;          /* all that bounds allow; not every one has states */
    size_t window;        /* the walk is kept in the first `window` bins; less than bins where a symmetry of the model,
                             flipping one sublattice, gives g(-E) = g(E) */
    size_t moves;         /* changes of the bin by one move: -moves/2 .. moves/2 */
    uint32_t reach;       /* moves / 2 */
    size_t skipped[2];    /* limited: energies of the model that were left out below and above */
} ons_walk_range;

/* Refuses complete graphs, bonds of a site to itself, couplings (and crystal fields) that are no common multiples of
 * one unit (at most 127 of it on a bond), more than 2^22 bins, and limits between which there are fewer than two.
 * `graph` must outlive the model. */
ONS_API ons_status ons_walk_model_create(ons_walk_model **model, const ons_graph *graph,
                                         const ons_walk_options *options);
ONS_API void ons_walk_model_free(ons_walk_model *model);
ONS_API ons_walk_range ons_walk_model_range(const ons_walk_model *model);
ONS_API double ons_walk_model_sites(const ons_walk_model *model);
/* Whether no configuration at all can have this energy: on a regular graph whose sites are all alike, a set of sites
 * has at least as many bonds to the rest as one site has (W. Mader, Arch. Math. 22, 333 (1971)), so that a ferromagnet
 * has no energies close above its lowest. `alike`: the caller knows that the sites are. */
ONS_API bool ons_walk_model_gap(const ons_walk_model *model, size_t bin, bool alike);

#define ONS_WALKERS 4

/* One walk: a single walker learns, then ONS_WALKERS of them sample side by side with the same weights (their moves
 * take turns, which hides the latency of each). Fields are plain, so that a system can persist them: all but `model`
 * and `threshold`. */
typedef struct ons_walk {
    const ons_walk_model *model;
    ons_random random;
    int8_t *spins;             /* [ONS_WALKERS][sites] */
    int64_t bin[ONS_WALKERS];  /* where they are */
    double *log_g;             /* [window] learned; the weight of a configuration is exp(-log_g) */
    uint8_t *visited;          /* [window] ever, while learning */
    uint8_t *recent;           /* [window] visits since ln f was halved, up to 20 */
    double factor;             /* ln f of the learning */
    uint64_t learned;          /* moves of the learning since the last bin was discovered */
    uint8_t fixed;             /* 1: the weights are fixed */
    int8_t label[ONS_WALKERS]; /* end of the range where each was last: 1 the lowest bin, -1 the highest, 0 neither */
    uint64_t round_trips;      /* with fixed weights: lowest to highest bin and back */
    uint64_t *proposals;       /* [window][moves] moves tried with fixed weights, by bin and change of the bin */
    uint64_t *threshold;       /* [window][moves] their acceptance */
    int64_t ends[2];           /* lowest and highest bin of the learned weights */
} ons_walk;

/* A random start from `start`; the moves take from `random`. `model` must outlive it. ONS_FAILED: no configuration
 * within the limits was found. */
ONS_API ons_status ons_walk_init(ons_walk *walk, const ons_walk_model *model, ons_random random, ons_random *start);
ONS_API void ons_walk_free(ons_walk *walk);
ONS_API double ons_walk_bytes(double sites, size_t window, size_t moves);
/* `moves` moves of the learning: F. Wang and D. P. Landau, Phys. Rev. Lett. 86, 2050 (2001), with ln f halved when
 * all bins known were visited again, until ln f = bins/moves, which it then follows (R. E. Belardinelli and V. D.
 * Pereyra, Phys. Rev. E 75, 046701 (2007)); a bin met for the first time takes over the weight of its predecessor.
 * ONS_DONE when ln f <= factor: then the weights are fixed. Some 15 ns a move. */
ONS_API ons_status ons_walk_learn(ons_walk *walk, uint64_t moves);
/* `moves` moves (rounded up to a multiple of ONS_WALKERS) with fixed weights: a random site, another value of its spin,
 * accepted with min(1, w'/w), and 1/2 when the bin stays: detailed balance in every move, with the weight exp(-log_g)
 * of each configuration. Some 5 ns. */
ONS_API void ons_walk_sample(ons_walk *walk, uint64_t moves);
/* After the fields were set from outside: ONS_INVALID when spins, bin and weights cannot be. */
ONS_API ons_status ons_walk_refresh(ons_walk *walk);
/* The density of states of the sampling: pi, the stationary distribution over bins of the matrix of transitions that
 * was observed (fractions of the moves tried, times their exact acceptance; J.-S. Wang and R. H. Swendsen, J. Stat.
 * Phys. 106, 245 (2002)), by the elimination of Grassmann, Taksar and Heyman (Oper. Res. 33, 1107 (1985)), which has no
 * subtraction; ln g = ln pi + log_g, mirrored where a symmetry was used, normalised to sum g = states^sites (of a
 * limited walk to a largest g of 1). Bins without a visit are left out. ONS_DONE when bins are not connected yet. Its
 * error is told by independent walks. */
ONS_API ons_status ons_walk_density(const ons_walk *walk, ons_density *density);

#ifdef __cplusplus
}
#endif
#endif
