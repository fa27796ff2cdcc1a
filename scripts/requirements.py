"""Prints what pyproject.toml requires, one a line: `python scripts/requirements.py [extra]`.

So that the requirements can be installed before there is a wheel, and checks that need no wheel need no Node.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).resolve().parent.parent / "pyproject.toml").read_text())["project"]
print("\n".join(project["dependencies"] + [name for e in sys.argv[1:] for name in project["optional-dependencies"][e]]))
