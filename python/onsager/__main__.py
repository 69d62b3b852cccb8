"""The command `onsager` that comes with the package: `python -m onsager`, and `onsager` after pip install.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import pathlib
import sys


def command():
    """The path of the command: that of the wheel, else that of the build tree; None where there is none."""
    here = pathlib.Path(__file__).resolve().parent
    for path in (here / "bin" / "onsager", here.parent.parent / "onsager"):
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    return None


def main():
    """Becomes the command, with the arguments of this process."""
    path = command()
    if path is None:
        sys.exit("onsager: the command was not found beside the package")
    os.execv(path, [path, *sys.argv[1:]])


if __name__ == "__main__":
    main()
