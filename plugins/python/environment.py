"""Makes a virtual environment as `python -m venv DIR` does: the same pip, and setuptools where venv brings it.

venv installs pip by a pip that runs out of a zip archive and compiles each of its files, most of which no build ever
imports: some four seconds, half of what a small package costs. The interpreter's own pip installs the same wheels without
compiling them. Where it cannot (no pip, one before 22.3, no bundled wheels), venv does it.
"""

import os
import shutil
import subprocess
import sys
import venv


def bundled():
    """The directories in which this interpreter has the wheels of pip. Debian keeps them in one of its own."""
    import ensurepip

    places = [
        os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"),
        getattr(ensurepip, "_WHEEL_PKG_DIR", None),
    ]
    return [p for p in places if p and os.path.isdir(p)]


def by_own_pip(target):
    """Whether the environment was made by the pip of this interpreter."""
    try:
        places = bundled()
        venv.create(target, symlinks=os.name != "nt", with_pip=False)
    except (ImportError, OSError):
        return False
    if not places:
        return False
    own = os.path.join(target, "Scripts" if os.name == "nt" else "bin", "python")
    projects = ["pip"] + (["setuptools"] if sys.version_info < (3, 12) else [])
    # Like ensurepip, which no setting of the user's reaches either.
    env = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")}
    env["PIP_CONFIG_FILE"] = os.devnull
    install = ["install", "-q", "--no-compile", "--no-index", *(w for p in places for w in ("--find-links", p))]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", own, *install, *projects],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return done.returncode == 0


def main(target):
    if by_own_pip(target):
        return 0
    shutil.rmtree(target, ignore_errors=True)
    return subprocess.run([sys.executable, "-m", "venv", target]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
