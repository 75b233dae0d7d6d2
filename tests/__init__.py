"""Tests of everything, on real servers.

A machine may forbid that compiled modules are kept. Tests start some hundred processes, and compiling all libraries
anew would be most of what each of them does, so here they are kept beside their sources.
"""

import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
