"""The documentation as a site: build_site.py ONSAGER OUT

Puts the pages of docs/, README.md, the sources they point to and the reference (reference.py) together in OUT/pages
and lets MkDocs make OUT/site of them, strictly: a link that leads nowhere is an error. The site needs nothing from
outside.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import reference

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s]+)(\))")

# The order of the site: a title, then pages or folders of docs/. Pages that stand nowhere here go under "More".
CONTENTS = [
    ("Begin", ["overview.md", "tutorial.md", "install.md", "what-there-is.md"]),
    ("How to", ["jobs.md", "results.md", "plots.md", "reports.md", "analysis.md", "samples.md", "own-observables.md",
                "watch.md", "many-machines.md", "papers.md", "own-systems.md", "lattices.md"]),
    ("Python", ["python.md", "python-systems.md", "python-engines.md"]),
    ("Physics", ["spin-models.md", "spin-glasses.md", "kinetics.md", "exact.md", "critical-points.md"]),
    ("Systems", ["systems"]),
    ("Papers", ["papers"]),
    ("Reference", ["reference/command.md", "library.md", "learning.md", "reference"]),
    ("Inside", ["architecture.md", "performance.md"]),
]


def stage(onsager, pages):
    """Writes all pages, their links turned into those of the site, and the reference beside them."""
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(HERE, pages, ignore=shutil.ignore_patterns("*.py", "*.sh", "*.json", "__pycache__"))
    shutil.copy(ROOT / "README.md", pages / "overview.md")
    for page in pages.rglob("*.md"):
        name = page.relative_to(pages)
        relink(page, pathlib.Path("README.md") if str(name) == "overview.md" else "docs" / name, pages)
    out = pages / "reference"
    out.mkdir()
    reference.headers(ROOT / "include", out)
    reference.command(onsager, out)
    if (ROOT / "python" / "onsager").is_dir():
        reference.python(ROOT / "python" / "onsager", out)


def site_path(path, pages):
    """Where a file of the repository stands on the site. Sources that pages point to are copied."""
    if path == "README.md":
        return "overview.md"
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path.startswith("include/") and path.endswith(".h"):
        return "reference/" + path.removeprefix("include/").removesuffix(".h").replace("/", "-") + ".md"
    if (ROOT / path).is_file():
        target = pages / "source" / (path + ("" if "." in path else ".txt"))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, target)
        return str(target.relative_to(pages))
    return path  # nothing there: MkDocs says so


def relink(page, source, pages):
    """Links of the page that stands at `source` in the repository become links of the site."""
    here = page.parent.relative_to(pages)

    def site_link(match):
        before, target, after = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match.group(0)
        path, mark, anchor = target.partition("#")
        path = os.path.normpath(os.path.join(source.parent, path))
        return before + os.path.relpath(site_path(path, pages), here) + mark + anchor + after

    text = LINK.sub(site_link, page.read_text())
    # A bar within code needs no backslash for MkDocs.
    page.write_text(re.sub(r"`[^`\n]*`", lambda code: code.group(0).replace("\\|", "|"), text))


def title(page):
    """The first heading of a page, for the list of contents."""
    heading = re.search(r"(?m)^# (.+)$", page.read_text())
    return re.sub(r"[`*]", "", heading.group(1)).strip() if heading else page.stem


def contents(pages):
    """The list of contents for MkDocs: [{title: [{page title: path}]}]."""
    seen, nav = {"index.md"}, [{"Home": "index.md"}]

    def entry(path):
        seen.add(path)
        return {title(pages / path): path}

    for name, members in CONTENTS:
        entries = []
        for member in members:
            if (pages / member).is_dir():
                found = sorted((pages / member).glob("*.md"))
                entries += [entry(str(page.relative_to(pages))) for page in found
                            if str(page.relative_to(pages)) not in seen]
            elif (pages / member).exists():
                entries.append(entry(member))
        if entries:
            nav.append({name: entries})
    rest = sorted(str(page.relative_to(pages)) for page in pages.rglob("*.md"))
    more = [entry(path) for path in rest if path not in seen]
    return nav + ([{"More": more}] if more else [])


def configuration(out, nav):
    """mkdocs.yml; JSON is YAML."""
    return json.dumps({
        "site_name": "onsager",
        "site_description": "A laboratory for statistical physics",
        "docs_dir": str(out / "pages"),
        "site_dir": str(out / "site"),
        "use_directory_urls": False,
        "theme": {"name": "mkdocs", "highlightjs": False, "nav_style": "dark", "include_homepage_in_sidebar": False},
        "markdown_extensions": ["tables", "fenced_code", {"toc": {"permalink": False}}],
        "plugins": ["search"],
        "nav": nav,
        "strict": True,
    }, indent=1)


def build(onsager, out):
    out = pathlib.Path(out).resolve()
    pages = out / "pages"
    stage(onsager, pages)
    (out / "mkdocs.yml").write_text(configuration(out, contents(pages)))
    done = subprocess.run(["mkdocs", "build", "--quiet", "--clean", "-f", str(out / "mkdocs.yml")],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the site could not be built:\n{done.stdout}{done.stderr}")
    print(out / "site" / "index.html")


if __name__ == "__main__":
    build(sys.argv[1], sys.argv[2])
