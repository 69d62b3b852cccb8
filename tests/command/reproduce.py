"""Papers as a user meets them: every listed one at its smallest effort keeps the contract of `reproduce --json -`;
interrupted ones go on to the same numbers; bad words are refused. With ONSAGER_EFFORT=full every paper runs at
standard effort too, where at least four claims in five must be checked."""
import json
import math
import os
import re
import shutil
import signal
import subprocess
import time

from harness import FULL, ONSAGER, SANITIZED, command, tests

KINDS = {"exact", "published", "ordering", "statement"}
VERDICTS = {"agrees", "differs", "not-checked"}


def papers():
    done = command("list", "papers", "--names")
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def reproduce(paper, *words, expected=0):
    done = command("reproduce", paper, "--effort", "quick", "--json", "-", *words)
    assert done.returncode == expected, f"{paper}: exit code {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout)


def described_ids(paper):
    """The ids in the claims table of the paper's page."""
    page = command("describe", paper, "--paper", "--markdown").stdout
    table = page.split("\n## Claims\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", table, re.M)


def check_rule(claim):
    """The verdict follows from the numbers by the documented rule."""
    published, ours, error = claim["published"], claim["ours"], claim["our_error"]
    if ours is None or error is None or (claim["precision"] is not None and error > claim["precision"]):
        return "not-checked"
    away = ours - published
    away = {"equal": abs(away), "at-least": -away, "at-most": away}[claim["bound"]]
    return "agrees" if away <= claim["tolerance"] + 3 * math.hypot(error, claim["published_error"]) else "differs"


def check_claim(claim):
    assert claim["kind"] in KINDS and claim["verdict"] in VERDICTS, claim
    assert claim["why"] and claim["quantity"] and claim["place"], claim
    for key in ("published", "published_error", "ours", "our_error", "sigma"):
        assert claim[key] is None or math.isfinite(claim[key]), claim
    if claim["kind"] in ("exact", "published"):
        assert claim["published"] is not None and claim["published_error"] >= 0, claim
        if claim["effort"] == "quick":
            assert claim["verdict"] in (check_rule(claim), "not-checked"), claim
    else:
        assert claim["published"] is None, claim
    if claim["effort"] != "quick":
        assert claim["verdict"] == "not-checked", claim


def paper_test(paper):
    def test():
        document = reproduce(paper)
        claims = document["claims"]
        assert document["paper"] == paper and document["effort"] == "quick", document
        assert [claim["id"] for claim in claims] == described_ids(paper)
        for claim in claims:
            check_claim(claim)
        counts = [sum(claim["verdict"] == verdict for claim in claims) for verdict in ("agrees", "differs", "not-checked")]
        assert counts == [document["agree"], document["differ"], document["not_checked"]]
        assert counts[0] + counts[1] >= 1, "nothing was checked"
        report = open(f"{paper}-quick/report.html").read()
        assert all(f"<td>{claim['id']}</td>" in report for claim in claims)
        assert "<svg" in report or not shutil.which("gnuplot") or not os.path.isdir(f"{paper}-quick/figures")
        for job in document["jobs"]:
            assert job["complete"] and os.path.exists(f"{paper}-quick/{job['name']}.h5"), job
        again = reproduce(paper)  # finished: only read
        assert again["claims"] == claims

    return test


def standard_test(paper):
    def test():
        done = command("reproduce", paper, "--effort", "standard", "--json", "-")
        assert done.returncode == 0, done.stderr
        claims = json.loads(done.stdout)["claims"]
        for claim in claims:
            print(paper, claim["id"], claim["verdict"], claim["why"], flush=True)
        checked = sum(claim["verdict"] != "not-checked" for claim in claims)
        assert checked >= 0.8 * len(claims), f"{checked} of {len(claims)} claims were checked"

    return test


def start_and_stop(paper, seconds, number):
    process = subprocess.Popen([ONSAGER, "reproduce", paper, "--effort", "quick", "-o", "broken", "--json", "broken.json"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(seconds)
    process.send_signal(number)
    _, errors = process.communicate()
    return process.returncode, errors


def test_an_interrupted_paper_goes_on_to_the_same_numbers():
    codes = set()
    for seconds, number in ((0.3, signal.SIGTERM), (0.6, signal.SIGINT)):
        code, errors = start_and_stop("onsager-1944", seconds, number)
        assert code in (0, 128 + number), (code, errors)
        if code:
            assert "continue with: onsager reproduce onsager-1944" in errors, errors
        codes.add(code)
    assert codes != {0}, "the paper ended before it could be interrupted"
    whole, resumed = reproduce("onsager-1944"), reproduce("onsager-1944", "-o", "broken")
    assert whole["claims"] == resumed["claims"]


def test_the_table_counts_the_verdicts_and_one_claim_can_be_picked():
    done = command("reproduce", "onsager-1944", "--effort", "quick")
    assert done.returncode == 0 and re.search(r"^\d+ agrees?, \d+ differs?, \d+ not checked$", done.stdout, re.M), done.stdout
    done = command("reproduce", "onsager-1944", "--effort", "quick", "--claim", "kaufman-8")
    assert re.search(r"^kaufman-8 +exact", done.stdout, re.M) and not re.search(r"^tc ", done.stdout, re.M), done.stdout
    done = command("reproduce", "onsager-1944", "--effort", "quick", "--quiet")
    assert done.returncode == 0 and done.stdout == "" and done.stderr == "", done


def test_threads_do_not_change_the_numbers():
    assert reproduce("onsager-1944", "--threads", "1", "-o", "one")["claims"] == reproduce("onsager-1944")["claims"]


def refused(words, *parts):
    done = command(*words)
    assert done.returncode == 2, f"{words}: exit code {done.returncode}\n{done.stderr}"
    assert done.stderr.count("\n") == 1 and all(part in done.stderr for part in parts), done.stderr


def test_bad_words_are_refused():
    refused(["reproduce", "onsager-1945"], "onsager-1945", "did you mean 'onsager-1944'?")
    refused(["reproduce"], "a paper")
    refused(["reproduce", "onsager-1944", "--effort", "quik"], "did you mean 'quick'?")
    refused(["reproduce", "onsager-1944", "--claim", "kaufman-9"], "did you mean 'kaufman-")
    refused(["reproduce", "onsager-1944", "--threads", "none"], "--threads")
    refused(["reproduce", "onsager-1944", "-o", "no/where"], "no/where")
    refused(["describe", "onsager-1945"], "did you mean 'onsager-1944'?")
    assert not os.path.exists("no")


def test_papers_are_listed_and_described():
    listed = json.loads(command("list", "--json", "-").stdout)["papers"]
    assert [paper["name"] for paper in listed] == papers() and all(paper["summary"] for paper in listed)
    for paper in papers():
        text = command("describe", paper).stdout
        assert f"onsager reproduce {paper}" in text and "Claims" in text, text


for name in ["onsager-1944"] if SANITIZED else papers():
    globals()["test_contract_of_" + name] = paper_test(name)
    if FULL and not SANITIZED:
        globals()["test_standard_of_" + name] = standard_test(name)
tests(globals())
