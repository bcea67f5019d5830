#!/usr/bin/env bash
# Rehearses what `init --ci gitlab` writes, on this machine, with gitlab-ci-local in place of GitLab: plan, four shards and merge of
# the smoke matrix, with artifacts up and down. Once whole, which must end green, and once with a shard killed, which must end red
# and name its cells. Needs rsync, and npm, which fetches gitlab-ci-local and the Node that it asks for. Leaves logs in the
# directory that it names.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
command -v rsync >/dev/null || { echo 'rsync is not here: apt-get install rsync'; exit 2; }
tools=$root/node_modules/.cache/gitlab-ci-local
if [ ! -e "$tools/node_modules/.bin/gitlab-ci-local" ]; then
  mkdir -p "$tools"
  echo '{ "private": true }' > "$tools/package.json"
  npm install --silent --no-audit --no-fund --prefix "$tools" node@22 gitlab-ci-local@4.75.1
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/ffi-gates-gitlab-XXXXXX")
cleanup() { rm -rf -- "$work/repo" "$work/home" "$work/origin.git"; }
trap cleanup EXIT
echo "logs in $work"

# A repository as a user has it: the smoke matrix, and what init writes beside it.
mkdir -p "$work/repo" "$work/home"
cp -r "$root/native-fixtures" "$work/repo/"
sed 's|^root: .*|root: native-fixtures|' "$root/matrices/smoke.yaml" > "$work/repo/ffi-gates.yaml"
cd "$work/repo"
printf '%s\n' reports/ .ffi-gates/ .gitlab-ci-local/ > .gitignore
node "$root/bin/ffi-gates.js" init --ci gitlab
git init -q -b main .
git init -q --bare "$work/origin.git"
git remote add origin "$work/origin.git"
git -c user.name=gitlab -c user.email=gitlab@example.org add -A
git -c user.name=gitlab -c user.email=gitlab@example.org commit -q -m 'The smoke matrix'
git push -q origin main

rehearse() { # NAME OF THE LOG
  local code=0
  # Without containers: what the image has is on this machine.
  HOME=$work/home "$tools/node_modules/.bin/node" "$tools/node_modules/.bin/gitlab-ci-local" --force-shell-executor --shell-isolation \
    --variable "FFI_GATES=node $root/bin/ffi-gates.js" --concurrency 2 > "$work/$1.log" 2>&1 || code=$?
  echo "$1: gitlab-ci-local ended with $code"
  return "$code"
}

# Kills the process of one shard as soon as one of its cells is in the blob.
kill_shard() {
  local part
  while sleep 0.2; do
    part=$(find "$work/repo" -path "*shard-$1-of-4.blob.part" 2>/dev/null | head -n 1 || true)
    if [ -z "$part" ] || ! grep -q '^{"kind":"cell"' "$part"; then continue; fi
    for pid in /proc/[0-9]*; do
      if tr '\0' ' ' < "$pid/cmdline" 2>/dev/null | grep -qE "^node $root/bin/ffi-gates.js run " \
        && tr '\0' '\n' < "$pid/environ" 2>/dev/null | grep -qx "CI_NODE_INDEX=$1"; then
        kill -KILL "${pid#/proc/}"
        return
      fi
    done
  done
}

failed=0
check() { # WHAT, COMMAND…
  if "${@:2}"; then echo "ok      $1"; else echo "FAILED  $1"; failed=1; fi
}
green=0; rehearse whole || green=$?
check 'a run of all shards is green' test "$green" -eq 0
check 'its merge has the report' test -n "$(find "$work/repo" -path '*latest/report.json' | head -n 1)"
check 'and what GitLab reads of it' test -n "$(find "$work/repo" -name gl-code-quality-report.json | head -n 1)"
kill_shard 4 & killer=$!
red=0; rehearse killed || red=$?
kill "$killer" 2>/dev/null || true
check 'a run whose shard was killed is red' test "$red" -ne 0
check 'it names the cells' grep -qE 'no result of .*shard 4/4' "$work/killed.log"
check 'what had ended counts' grep -q 'shard 4/4 is incomplete' "$work/killed.log"
exit "$failed"
