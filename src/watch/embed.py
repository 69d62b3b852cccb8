"""Turns the files of the live page into C: embed.py OUTPUT.c FILE ...; page.html becomes "/", the others "/NAME".

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

output, *files = sys.argv[1:]
with open(output, "w", encoding="ascii") as out:
    out.write('/* Made by src/watch/embed.py. SPDX-License-Identifier: GPL-3.0-or-later */\n#include "watch.h"\n\n')
    rows = []
    for number, path in enumerate(files):
        name, ending = os.path.splitext(os.path.basename(path))
        with open(path, "rb") as file:
            numbers = [str(byte) for byte in file.read()]
        lines = [",".join(numbers[start:start + 40]) for start in range(0, len(numbers), 40)]
        out.write(f"static const unsigned char bytes_{number}[] = {{\n" + ",\n".join(lines) + "};\n\n")
        address = "/" if ending == ".html" else "/" + name + ending
        rows.append(f'    {{"{address}", "{TYPES[ending]}", bytes_{number}, sizeof bytes_{number}}},\n')
    out.write("const watch_asset watch_assets[] = {\n" + "".join(rows) + "    {NULL, NULL, NULL, 0},\n};\n")
