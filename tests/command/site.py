"""The documentation as a site: all links lead somewhere, nothing comes from outside, the reference has every public name."""
import html
import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys

from harness import ONSAGER, SOURCE, folder, tests

BUILD_SITE = pathlib.Path(SOURCE, "docs", "build_site.py")
OUT = pathlib.Path(folder.name, "documentation")
if not shutil.which("mkdocs"):
    print("skipped: MkDocs is not installed")
    sys.exit(77)
DONE = subprocess.run([sys.executable, BUILD_SITE, ONSAGER, OUT], capture_output=True, text=True)


def pages():
    return sorted(OUT.glob("site/**/*.html"))


def test_site_is_built():
    assert DONE.returncode == 0, DONE.stdout + DONE.stderr
    assert pathlib.Path(DONE.stdout.strip()).is_file(), DONE.stdout


def test_links_lead_somewhere():
    """MkDocs looks at pages; this looks at images and anchors too."""
    for page in pages():
        text = page.read_text()
        for target in re.findall(r'(?:href|src)="([^"]+)"', text):
            target = html.unescape(target)
            if re.match(r"[a-z]+:", target) or page.name == "404.html":
                continue
            path, _, anchor = target.partition("#")
            found = (page.parent / path.partition("?")[0]).resolve() if path else page
            found = found / "index.html" if found.is_dir() else found
            assert found.is_file(), f"{page.relative_to(OUT)}: {target}"
            if anchor and found.suffix == ".html":
                assert f'id="{anchor}"' in found.read_text(), f"{page.relative_to(OUT)}: {target}"


def test_nothing_from_outside():
    for page in pages():
        outside = re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//[^"]*"', page.read_text())
        assert not outside, f"{page}: {outside}"


def test_reference_has_every_public_name():
    missing = []
    for header in sorted(pathlib.Path(SOURCE, "include").rglob("*.h")):
        name = "-".join(header.relative_to(pathlib.Path(SOURCE, "include")).with_suffix("").parts)
        page = html.unescape(re.sub(r"<[^>]+>", "", (OUT / "site" / "reference" / f"{name}.html").read_text()))
        for function in re.findall(r"ONS_API[^;{]*?\b(ons_\w+)\(", header.read_text()):
            if function not in page:
                missing.append(f"{name}: {function}")
    assert not missing, missing


def test_reference_of_python():
    """Signatures and docstrings come from the source, nothing is imported."""
    spec = importlib.util.spec_from_file_location("reference", BUILD_SITE.with_name("reference.py"))
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    package = pathlib.Path(folder.name, "package")
    package.mkdir()
    (package / "__init__.py").write_text('"""The module."""\ndef seen(a, *, b=1) -> int:\n    """What it does."""\n'
                                         'def _hidden():\n    """Not shown."""\n')
    (package / "walk.py").write_text('class Walk:\n    """A walk."""\n    def step(self):\n        """One step."""\n')
    reference.python(package, package)
    page = (package / "onsager.md").read_text()
    assert "seen(a, *, b=1) -> int" in page and "What it does." in page and "_hidden" not in page, page
    page = (package / "onsager.walk.md").read_text()
    assert "class `Walk`" in page and "`Walk.step`" in page, page


tests(globals())
