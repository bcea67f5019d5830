#!/usr/bin/env bash
# Tries the tarball of the package (scripts/try-package.sh) on every version of Node that it supports, as the workflow `release` does,
# on this machine: `scripts/try-nodes.sh [VERSION…]`, by default 20, 22 and 24. npm has them as packages.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/ffi-gates-nodes-XXXXXX")
trap 'rm -rf -- "$work"' EXIT
(cd "$root" && npm run --silent build)
tarball=$work/$(cd "$root" && npm pack --silent --ignore-scripts --pack-destination "$work")
if [ $# -eq 0 ]; then set -- 20 22 24; fi
failed=0
for version in "$@"; do
  place=$root/node_modules/.cache/node-$version
  if [ ! -x "$place/node_modules/node/bin/node" ]; then
    mkdir -p "$place"
    echo '{ "private": true }' > "$place/package.json"
    npm install --silent --no-audit --no-fund --prefix "$place" "node@$version"
  fi
  PATH=$place/node_modules/node/bin:$PATH "$root/scripts/try-package.sh" "$tarball" || { echo "FAILED  on node $version"; failed=1; }
done
exit "$failed"
