#!/usr/bin/env bash
# Tries a tarball of the package as a new user would, in empty directories and with the node of the PATH: installs it, lets `init`
# write a matrix for a small repository, plans, runs it, and parses a log. The repository has one bug, which must be found. The
# argument may also be a name and version that npm's registry has (`ffi-gates@0.1.0`); without one the tarball is packed from this
# checkout. PROVISION=1 also installs what the machine lacks.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/ffi-gates-package-XXXXXX")
trap 'rm -rf -- "$work"' EXIT
if [ -f "${1:-}" ]; then tarball=$(realpath "$1"); elif [ $# -gt 0 ]; then tarball=$1; else
  (cd "$root" && npm run --silent build)
  tarball=$work/$(cd "$root" && npm pack --silent --ignore-scripts --pack-destination "$work")
fi
echo "node $(node --version), $(basename "$tarball")$(if [ -f "$tarball" ]; then echo ", $(du -k "$tarball" | cut -f 1) KiB"; fi)"

mkdir -p "$work/tool" "$work/repo/native"
cd "$work/tool"
echo '{ "private": true }' > package.json
npm install --silent --no-audit --no-fund "$tarball"
ffi_gates() { "$work/tool/node_modules/.bin/ffi-gates" "$@"; }

cd "$work/repo"
printf '%s\n' 'cmake_minimum_required(VERSION 3.16)' 'project(tally C)' 'add_library(tally SHARED tally.c)' > native/CMakeLists.txt
cat > native/tally.c <<'C'
#include <stdlib.h>

int *tally_new(int n) { return calloc((size_t)n, sizeof(int)); }
void tally_free(int *t) { free(t); }
int tally_get(const int *t, int i) { return t[i]; }
C
mkdir tests
cat > tests/test_tally.py <<'PY'
import ctypes, os

lib = ctypes.CDLL("libtally.so")
lib.tally_new.restype = ctypes.c_void_p
lib.tally_get.argtypes = [ctypes.c_void_p, ctypes.c_int]
lib.tally_free.argtypes = [ctypes.c_void_p]


def test_inside():
    tally = lib.tally_new(4)
    assert lib.tally_get(tally, 3) == 0
    lib.tally_free(tally)


def test_one_too_far():
    tally = lib.tally_new(4)
    lib.tally_get(tally, 4)
    lib.tally_free(tally)
PY

expect() { # CODE, COMMAND…
  local code=0
  "${@:2}" > "$work/output" 2>&1 || code=$?
  if [ "$code" -ne "$1" ]; then
    cat "$work/output"
    echo "FAILED  ${*:2}: exit code $code, and not $1"
    exit 1
  fi
  echo "ok      ${*:2}"
}
holds() { # FILE, TEXT
  grep -qF -- "$2" "$1" || { cat "$1"; echo "FAILED  $1 does not hold: $2"; exit 1; }
}
options=()
if [ "${PROVISION:-}" = 1 ]; then options+=(--provision); fi
expect 0 ffi_gates --version
expect 0 ffi_gates init
holds ffi-gates.yaml libtally.so
holds .github/actions/ffi-gates/action.yml "$(ffi_gates --version)"
expect 0 ffi_gates plan "${options[@]}" 'python*-asan'
expect 0 ffi_gates explain ownership/leak
expect 1 ffi_gates run "${options[@]}" --reporter json --reporter sarif 'python*-asan'
holds reports/latest/ffi-gates.sarif native/tally.c
node -e '
  const { findings } = JSON.parse(require("node:fs").readFileSync("reports/latest/report.json", "utf8"));
  const found = findings.filter((f) => !f.planted).map((f) => f.hazard);
  if (!found.some((h) => h.startsWith("bounds/"))) throw new Error(`no bounds hazard among: ${found}`);
'
log=$(find reports/latest/logs -type f -exec grep -l AddressSanitizer {} + | head -n 1)
expect 1 ffi_gates parse "$log"
echo 'the package works'
