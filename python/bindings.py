"""Writes the C source of the module `onsager._library`: every public declaration of libonsager for Python.

The declarations are not written a second time: the preprocessor reads include/onsager/*.h, what comes from our headers
is kept, and cffi makes the module from it. In API mode the C compiler then checks each of them against the headers.

    bindings.py OUTPUT.c INCLUDE CDEF... -- COMPILER...

INCLUDE is the folder of the headers. A CDEF file declares what a header of the same name beside it (FILE.h) gives to
Python, and functions that Python gives to C (extern "Python").

SPDX-License-Identifier: GPL-3.0-or-later
"""

import pathlib
import re
import subprocess
import sys

import cffi


def headers(include):
    """The names of all public headers, as one includes them."""
    return ["onsager.h"] + sorted(str(path.relative_to(include)) for path in include.glob("onsager/**/*.h"))


def preprocess(include, compiler):
    """The text of our headers after the preprocessor, without that of the system."""
    source = "".join(f"#include <{name}>\n" for name in headers(include))
    text = subprocess.run(
        [*compiler, "-std=c17", "-D_GNU_SOURCE", "-E", "-x", "c", "-I", str(include), "-"],
        input=source, capture_output=True, text=True, check=True,
    ).stdout
    kept, ours = [], False
    for line in text.splitlines():
        marker = re.match(r'# \d+ "(.*?)"', line)
        if marker:
            ours = pathlib.Path(marker[1]).is_relative_to(include)
        elif ours:
            kept.append(line)
    return "\n".join(kept)


def without_attributes(text):
    """Drops __attribute__((...)) and what cffi does not read."""
    parts = re.split(r"__attribute__\s*(?=\()", text)
    kept = [parts[0]]
    for part in parts[1:]:
        depth = 0
        for place, letter in enumerate(part):
            depth += (letter == "(") - (letter == ")")
            if depth == 0:
                kept.append(part[place + 1:])
                break
    text = "".join(kept)
    text = re.sub(r"_Static_assert\s*\(.*?\)\s*;", "", text, flags=re.S)
    return re.sub(r"\b_Bool\b", "bool", text)


def without_bodies(text):
    """A `static inline` function becomes its declaration: the C source includes the header and has the body."""
    kept, place = [], 0
    for found in re.finditer(r"\bstatic\s+inline\b\s*([^{;]*)\{", text):
        if found.start() < place:
            continue
        depth, end = 1, found.end()
        while depth:
            depth += (text[end] == "{") - (text[end] == "}")
            end += 1
        kept += [text[place:found.start()], found[1].strip(), ";"]
        place = end
    kept.append(text[place:])
    return "".join(kept)


def constants(include):
    """Macros that are whole numbers, as cffi reads them."""
    found = {}
    for name in headers(include):
        for macro, value in re.findall(r"^#define (ONS_\w+) \(?(-?\d+)[uUlL]*\)?\s*(?:/\*.*)?$", (include / name).read_text(), re.M):
            found[macro] = value
    return "".join(f"#define {macro} {value}\n" for macro, value in found.items())


def main():
    output, include = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    end = sys.argv.index("--")
    more = [pathlib.Path(name) for name in sys.argv[3:end]]
    declarations = without_bodies(without_attributes(preprocess(include, sys.argv[end + 1:])))
    builder = cffi.FFI()
    builder.cdef("typedef int sig_atomic_t;\n" + constants(include) + declarations)
    for name in more:
        builder.cdef(name.read_text())
    source = "".join(f"#include <{name}>\n" for name in headers(include))
    source += "".join(name.with_suffix(".h").read_text() for name in more if name.with_suffix(".h").exists())
    builder.set_source("onsager._library", source)
    builder.emit_c_code(output)


main()
