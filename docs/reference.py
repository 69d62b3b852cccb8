"""The reference, read from the source: public headers, the Python package, the help of the command.

    reference.py headers INCLUDE OUT     a page for every header: its opening comment, then comments and declarations
    reference.py python PACKAGE OUT      a page for every public module: signatures and docstrings (nothing is imported)
    reference.py command ONSAGER OUT     one page: `onsager help` and `onsager VERB --help`

Each writes Markdown files into OUT.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import ast
import pathlib
import re
import subprocess
import sys
import textwrap

RULE = re.compile(r"-{8,}")
GUARD = re.compile(r"^(#ifndef ONSAGER_|#define ONSAGER_\w+_H$|#ifdef __cplusplus|extern \"C\" \{|}$|#endif)")
HEADING = re.compile(r"^-{2,}\s*(.+?)\s*-*\s*$")


def comment_text(comment):
    """The words of a C comment without its stars; a paragraph a line."""
    inner = re.sub(r"^/\*+|\*+/$", "", comment.strip())
    lines = [re.sub(r"^\s*\*? ?", "", line).rstrip() if index else line.strip()
             for index, line in enumerate(inner.split("\n"))]
    return "\n".join(lines).strip()


def escaped(text):
    """A comment as Markdown: signs that Markdown would take for its own are left as they are written."""
    return re.sub(r"([\\*_\[\]|])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))


def header_pieces(source):
    """("heading", text), ("comment", text) and ("code", text), in the order of the header."""
    code = []
    for part in re.split(r"(?m)(^/\*.*?\*/[ \t]*$)", source, flags=re.S | re.M):
        if part.startswith("/*"):
            if "".join(code).strip():
                yield "code", "".join(code)
            code = []
            text = comment_text(part)
            heading = HEADING.match(text.split("\n")[0])
            if heading:
                yield "heading", heading.group(1)
                text = "\n".join(text.split("\n")[1:]).strip()
            if RULE.sub("", text).strip():
                yield "comment", text
        else:
            code.append(part)
    if "".join(code).strip():
        yield "code", "".join(code)


def clean_code(code):
    """Declarations without the guards of the header and the mark of visibility."""
    lines = [line for line in code.split("\n") if not GUARD.match(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines).replace("ONS_API ", "")).strip("\n")


def header_page(path, name):
    out, first = [f"# `{name}`\n"], True
    for kind, text in header_pieces(path.read_text()):
        if kind == "heading":
            out.append(f"## {escaped(text[0].upper() + text[1:])}\n")
        elif kind == "comment":
            if first:
                text = re.sub(r"SPDX-License-Identifier:.*", "", text).strip()
                text, first = text[0].upper() + text[1:], False
            out.append(escaped(text) + "\n")
        else:
            code = clean_code(text)
            if code.strip():
                out.append(f"```c\n{code}\n```\n")
    return "\n".join(out)


def headers(include, out):
    include = pathlib.Path(include)
    for path in sorted(include.rglob("*.h")):
        name = path.relative_to(include)
        page = "-".join(name.with_suffix("").parts)
        (out / f"{page}.md").write_text(header_page(path, name))


def signature(node):
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({ast.unparse(node.args)}){returns}"


def documented(node, prefix, level):
    """A function or class with its docstring, and the public methods of a class; nothing where there is no docstring."""
    text = ast.get_docstring(node)
    if node.name.startswith("_") or not text:
        return
    if isinstance(node, ast.ClassDef):
        yield f"{'#' * level} class `{prefix}{node.name}`\n\n{text}\n"
        for child in node.body:
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
                yield from documented(child, f"{node.name}.", level + 1)
    else:
        yield f"{'#' * level} `{prefix}{node.name}`\n\n```python\n{signature(node)}\n```\n\n{text}\n"


def python(package, out):
    for path in sorted(pathlib.Path(package).glob("*.py")):
        if path.name.startswith("_") and path.name != "__init__.py":
            continue
        tree = ast.parse(path.read_text())
        name = "onsager" if path.stem == "__init__" else f"onsager.{path.stem}"
        entries = [entry for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))
                   for entry in documented(node, "", 2)]
        if entries or path.stem == "__init__":
            page = "\n".join([f"# `{name}`\n", (ast.get_docstring(tree) or "") + "\n", *entries])
            (out / f"{name}.md").write_text(page)


def command(onsager, out):
    ask = lambda *words: subprocess.run([onsager, *words], capture_output=True, text=True, check=True).stdout
    general = ask("help")
    verbs = [verb for verb in re.findall(r"(?m)^  ([a-z]+) {2,}\S", general) if verb != "help"]
    pages = [f"# The command\n\n```text\n{general.strip()}\n```\n"]
    for verb in verbs:
        pages.append(f"## onsager {verb}\n\n```text\n{textwrap.dedent(ask(verb, '--help')).strip()}\n```\n")
    (out / "command.md").write_text("\n".join(pages))


if __name__ == "__main__":
    kind, source, target = sys.argv[1:]
    target = pathlib.Path(target)
    target.mkdir(parents=True, exist_ok=True)
    {"headers": headers, "python": python, "command": command}[kind](source, target)
