"""The last verdicts on the claims of a paper as Markdown: verdicts.py docs/papers/NAME.json (generate.sh calls it)."""
import json
import math
import os
import sys


def number(value, error):
    """1.7456(12): the error's two leading digits in units of the value's last one."""
    if value is None:
        return ""
    if not error:
        return f"{value:.10g}"
    place = math.floor(math.log10(error)) - 1
    digits = round(error / 10**place)
    if digits == 100:
        place, digits = place + 1, 10
    return f"{value:.{max(0, -place)}f}({digits * 10 ** max(0, place)})" if -place < 15 else f"{value:.15g}({error:.1e})"


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def published(claim):
    bound = {"at-least": "at least ", "at-most": "at most "}.get(claim.get("bound"), "")
    return bound + number(claim["published"], claim["published_error"]) if claim["published"] is not None else ""


path = sys.argv[1]
print("\n## Last verdicts\n")
if not os.path.exists(path):
    print("Not measured yet.")
    sys.exit()
measured = json.load(open(path))
print(f"At effort {measured['effort']}: {measured['agree']} agree, {measured['differ']} differ, "
      f"{measured['not_checked']} not checked.\n")
print("| claim | published | ours | sigma | verdict | why |\n|---|---|---|---|---|---|")
for claim in measured["claims"]:
    sigma = "" if claim["sigma"] is None else f"{claim['sigma']:+.1f}"
    print(f"| `{claim['id']}` | {published(claim)} | {number(claim['ours'], claim['our_error'])} | {sigma} | "
          f"{claim['verdict']} | {cell(claim['why'])} |")
for note in measured["notes"]:
    print(f"\n{note}")
