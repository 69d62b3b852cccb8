"""What the command gives for `ising`, against enumeration done here, independently of the library."""
import itertools
import math

from harness import FULL, command, run, tests

# Worst deviation allowed in reported errors: 4 for a handful of rows is what the issue asks for; fixed seeds, so that a
# pass stays a pass. With some 700 rows 4 errors would be passed by chance in 4 % of seeds.
LIMIT = 4.0


def bonds_of(lattice, L, periodic):
    """Sites and bonds (double ones at periodic L = 2 included), written down from the textbook definitions."""
    def wrap(x):
        if periodic:
            return x % L
        return x if 0 <= x < L else None

    def link(pairs, sites):
        index = {site: number for number, site in enumerate(sites)}
        result = []
        for a, b in pairs:
            cell = tuple(wrap(x) for x in b[0])
            if None not in cell:
                result.append((index[a], index[(cell, b[1])]))
        return len(sites), result

    if lattice == "chain":
        cells, per, steps = [(x,) for x in range(L)], 1, [(0, 0, (1,))]
    elif lattice == "square":
        cells, per, steps = list(itertools.product(range(L), repeat=2)), 1, [(0, 0, (1, 0)), (0, 0, (0, 1))]
    elif lattice == "triangular":
        # basis (1, 0), (1/2, sqrt 3/2): six neighbours, the third pair of directions is a1 - a2
        cells, per, steps = list(itertools.product(range(L), repeat=2)), 1, [(0, 0, (1, 0)), (0, 0, (0, 1)), (0, 0, (1, -1))]
    elif lattice == "honeycomb":
        cells, per = list(itertools.product(range(L), repeat=2)), 2
        steps = [(0, 1, (0, 0)), (0, 1, (-1, 0)), (0, 1, (0, -1))]
    elif lattice == "kagome":
        cells, per = list(itertools.product(range(L), repeat=2)), 3
        steps = [(0, 1, (0, 0)), (0, 2, (0, 0)), (1, 2, (0, 0)), (1, 0, (1, 0)), (2, 0, (0, 1)), (1, 2, (1, -1))]
    elif lattice == "cubic":
        cells, per, steps = list(itertools.product(range(L), repeat=3)), 1, [(0, 0, d) for d in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    elif lattice == "bcc":
        # primitive cell: neighbours a1, a2, a3 and a1 + a2 + a3
        cells, per = list(itertools.product(range(L), repeat=3)), 1
        steps = [(0, 0, d) for d in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1))]
    elif lattice == "fcc":
        # primitive cell: neighbours a1, a2, a3 and their differences
        cells, per = list(itertools.product(range(L), repeat=3)), 1
        steps = [(0, 0, d) for d in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, -1, 0), (1, 0, -1), (0, 1, -1))]
    sites = [(cell, s) for cell in cells for s in range(per)]
    pairs = []
    for cell in cells:
        for a, b, step in steps:
            pairs.append(((cell, a), (tuple(x + d for x, d in zip(cell, step)), b)))
    return link(pairs, sites)


def enumerate_ising(sites, bonds, temperature, coupling=1.0, field=0.0, couplings=None):
    weights = [0.0] * 6
    total = 0.0
    couplings = couplings or [coupling] * len(bonds)
    for spins in itertools.product((-1, 1), repeat=sites):
        energy = -sum(J * spins[i] * spins[j] for (i, j), J in zip(bonds, couplings)) - field * sum(spins)
        m = sum(spins) / sites
        weight = math.exp(-energy / temperature)
        total += weight
        for k, value in enumerate((energy / sites, m, abs(m), m * m, m**4, (energy / sites) ** 2)):
            weights[k] += weight * value
    e, m, ma, m2, m4, e2 = (w / total for w in weights)
    return {"energy": e, "magnetization": m, "magnetization_abs": ma, "magnetization_squared": m2, "magnetization_fourth": m4,
            "specific_heat": sites * (e2 - e * e) / temperature**2, "susceptibility": sites * (m2 - ma * ma) / temperature,
            "susceptibility_disordered": sites * m2 / temperature, "binder": 1 - m4 / (3 * m2 * m2), "binder_ratio": m4 / m2**2}


def compare(label, task, exact, faults):
    for name, value in exact.items():
        ours = task["observables"][name]
        deviation = abs(ours["mean"] - value)
        if deviation > LIMIT * ours["error"] + 1e-12 * max(1, abs(value)):
            faults.append(f"{label} {name}: {ours['mean']} +- {ours['error']}, exact {value}")
    return len(exact)


def check(label, words, exact, faults):
    document = run("ising", *words, "-o", f"physics{check.count}.h5")
    check.count += 1
    return compare(label, document["tasks"][0], exact, faults)


check.count = 0
STEPS = "steps=40000" if FULL else "steps=8000"


def test_every_lattice_and_update_against_enumeration():
    faults, rows = [], 0
    for lattice, L in (("chain", 8), ("square", 3), ("square", 2), ("triangular", 3), ("honeycomb", 2), ("kagome", 2), ("cubic", 2), ("bcc", 2),
                       ("fcc", 2)):
        for periodic in (True, False):
            sites, bonds = bonds_of(lattice, L, periodic)
            # Three quarters of the mean-field transition, so that the magnetization turns over often.
            temperature = 0.75 * max(1.5, 2 * len(bonds) / sites)
            exact = enumerate_ising(sites, bonds, temperature)
            for update in ("metropolis", "heat-bath", "wolff", "swendsen-wang"):
                words = [f"lattice={lattice}", f"L={L}", f"temperature={temperature!r}", f"boundary={'periodic' if periodic else 'open'}",
                         f"update={update}", STEPS]
                rows += check(f"{lattice} {L} {periodic} {update}", words, exact, faults)
    print(rows, "rows")
    assert not faults, "\n".join(faults)


def test_field_and_antiferromagnet_against_enumeration():
    faults = []
    for coupling, field, updates in ((1, 0.3, None), (-1, 0, None), (-1, 0.5, None)):
        for periodic in (True, False):
            sites, bonds = bonds_of("square", 3, periodic)
            exact = enumerate_ising(sites, bonds, 1.7, coupling, field)
            for update in ("metropolis", "heat-bath", "wolff", "swendsen-wang"):
                words = ["L=3", "temperature=1.7", f"coupling={coupling}", f"field={field}", f"update={update}", STEPS,
                         f"boundary={'periodic' if periodic else 'open'}"]
                if field:
                    probe = command("run", "ising", *words, "-o", "probe.h5", "--json", "-")
                    if probe.returncode == 2 and update in ("wolff", "swendsen-wang"):
                        assert "field" in probe.stderr
                        continue
                check(f"J={coupling} h={field} {periodic} {update}", words, exact, faults)
    assert not faults, "\n".join(faults)


def test_complete_graph_against_enumeration():
    faults, N = [], 9
    bonds = list(itertools.combinations(range(N), 2))
    exact = enumerate_ising(N, bonds, 1.1, couplings=[1 / N] * len(bonds))
    for update in ("metropolis", "heat-bath", "wolff", "swendsen-wang"):
        words = ["lattice=complete", f"L={N}", "temperature=1.1", f"update={update}", STEPS]
        probe = command("run", "ising", *words, "-o", "probe-complete.h5", "--json", "-")
        if probe.returncode == 2:
            assert update in probe.stderr, probe.stderr
            continue
        check(f"complete {update}", words, exact, faults)
    assert not faults, "\n".join(faults)


def test_a_users_lattice_and_edges_against_enumeration():
    with open("edges.txt", "w") as file:
        file.write("# a frustrated ring with a tail\n0 1 1.0\n1 2 -0.5\n2 0 0.7\n2 3\n3 4 -1.25\n")
    bonds, couplings = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)], [1.0, -0.5, 0.7, 1.0, -1.25]
    faults = []
    exact = enumerate_ising(5, bonds, 0.9, couplings=couplings)
    for update in ("metropolis", "heat-bath", "wolff", "swendsen-wang"):
        check(f"edges {update}", ["lattice=edges.txt", "temperature=0.9", f"update={update}", STEPS], exact, faults)
    assert not faults, "\n".join(faults)


def test_kaufman_is_what_the_table_prints():
    # 2 x 2 torus with double bonds: Z = 2 e^(8K) + 12 + 2 e^(-8K), K = 1/T
    K = 1 / 2.3
    Z = 2 * math.exp(8 * K) + 12 + 2 * math.exp(-8 * K)
    energy = -(2 * 8 * math.exp(8 * K) - 2 * 8 * math.exp(-8 * K)) / Z / 4
    row = run("ising", "L=2", "temperature=2.3", "steps=1000", "-o", "kaufman.h5")["tasks"][0]["observables"]["energy"]
    assert abs(row["exact"] - energy) < 1e-13, (row["exact"], energy)


def test_nishimori_line():
    # e^(2 beta) = p/(1-p): [e] = -(z/2) tanh beta, exactly, for any lattice (Nishimori 1981)
    p = 0.85
    beta = 0.5 * math.log(p / (1 - p))
    task = run("ising", "L=6", f"temperature={1 / beta!r}", "disorder=bimodal", f"disorder_probability={p}", "replicas=400", "steps=500",
               "update=heat-bath", "-o", "nishimori.h5")["tasks"][0]
    energy = task["observables"]["energy"]
    assert abs(energy["mean"] + 2 * math.tanh(beta)) < 4 * energy["error"], energy


tests(globals())
