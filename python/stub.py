"""Runs onsager.stubs from the build tree: stub.py BUILT SOURCES, the folders of the compiled module and of the package.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import pathlib
import runpy
import sys
import types

package = types.ModuleType("onsager")
package.__path__ = [str(pathlib.Path(folder)) for folder in (sys.argv[2], sys.argv[1])]
sys.modules["onsager"] = package
sys.dont_write_bytecode = True
runpy.run_module("onsager.stubs", run_name="__main__")
