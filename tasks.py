"""The project's tasks on a machine with Python >= 3.11 alone: ``python3 tasks.py demo`` and ``python3 tasks.py test``.

Each makes a virtual environment in ``.venv`` beside this file if there is none, installs the package into it, and runs
what was asked for. Further arguments are passed on. The environment is used again as long as pyproject.toml, the Python
version and the place of this folder are the same. Needs the standard library only.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "diffdalec-installed"
OLDEST = (3, 11)

TASKS = {
    "demo": ("run the demonstration on a small synthetic biome: diffdalec demo", ["-m", "diffdalec", "demo"], {"test"}),
    "test": ("run the tests: pytest", ["-m", "pytest"], {"test"}),
    "docs": (
        "build the documentation into docs/_build/html, warnings as errors",
        ["-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build/html"],
        {"test", "docs"},
    ),
    "setup": ("make or update the environment only; further arguments are extras: test, docs, gpu", [], {"test"}),
}
"""Task: (what it does, arguments of the environment's Python, extras of the package that it needs)."""


def main(arguments: list[str]) -> int:
    """Run a task; returns its exit code."""
    if sys.version_info < OLDEST:
        found, needed = ".".join(map(str, sys.version_info[:3])), ".".join(map(str, OLDEST))
        return _refuse(f"this is Python {found}; diffdalec needs {needed} or later")
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_usage())
        return 0
    task, *further = arguments
    if task not in TASKS:
        print(_usage(), file=sys.stderr)
        return _refuse(f"no task is named {task!r}; there are {', '.join(TASKS)}")
    _, command, extras = TASKS[task]
    if not _prepare(extras if command else extras | set(further)):
        return 1
    if not command:
        return 0
    _run([*command, *further])


def _prepare(extras: set[str]) -> bool:
    """Make the environment and install the package with ``extras``, unless that was done; False where it failed."""
    home = _hash(sys.version.encode(), str(ROOT).encode())
    settings = _hash((ROOT / "pyproject.toml").read_bytes())
    stamp = STAMP.read_text(encoding="utf-8").split() if STAMP.is_file() and PYTHON.exists() else []
    usable = stamp[:1] == [home]
    present = set(stamp[2:]) if usable else set()
    if usable and stamp[1] == settings and extras <= present:
        return True
    if not usable:
        # Ours goes where it belongs to another Python or folder; one that we did not make is only added to.
        clear = ["--clear"] if stamp else []
        _say(f"making a virtual environment in {VENV}")
        if subprocess.run([sys.executable, "-m", "venv", *clear, str(VENV)], check=False).returncode:
            _refuse("the environment could not be made; on Debian and Ubuntu install the package python3-venv")
            return False
    wanted = sorted(present | extras)
    _say(f"installing diffdalec[{','.join(wanted)}] into it; the first time this takes a minute or two")
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    if subprocess.run([*pip, "--editable", f".[{','.join(wanted)}]"], cwd=ROOT, check=False).returncode:
        _refuse("the installation failed; pip says why above")
        return False
    STAMP.write_text("\n".join([home, settings, *wanted]) + "\n", encoding="utf-8")
    return True


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _run(arguments: list[str]) -> NoReturn:
    """Hand over to the environment's Python in the project's folder."""
    _say("running python " + " ".join(arguments))
    sys.stdout.flush()
    os.chdir(ROOT)
    if os.name == "nt":  # there, exec returns to the shell at once
        sys.exit(subprocess.run([str(PYTHON), *arguments], check=False).returncode)
    os.execv(PYTHON, [str(PYTHON), *arguments])


def _usage() -> str:
    lines = [f"  {name:6s} {meaning}" for name, (meaning, _, _) in TASKS.items()]
    return "usage: python3 tasks.py TASK [further arguments]\n" + "\n".join(lines)


def _say(text: str) -> None:
    print(f"tasks: {text}", flush=True)


def _refuse(text: str) -> int:
    print(f"tasks: {text}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
