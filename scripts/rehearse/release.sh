#!/usr/bin/env bash
# Rehearses `.github/workflows/release.yml` without GitHub and npm: `scripts/rehearse/release.sh`. What the jobs pack, publish and
# announce run is taken from the workflow as it stands; a registry on this machine (verdaccio) takes the place of npm's, and a bare
# repository that of GitHub's API (release/gh.mjs). Then the package is installed from that registry and tried. Only provenance cannot
# be had here: npm must refuse to publish with it, and is asked again without. Needs npm 11 or newer, as the workflow's node has.
# Leaves logs in the directory that it names.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/ffi-gates-release-XXXXXX")
echo "logs in $work"
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf -- "$work/checkout" "$work/storage" "$work/npm" "$work/other"
}
trap cleanup EXIT
failed=0
check() { # WHAT, COMMAND…
  if "${@:2}"; then echo "ok      $1"; else echo "FAILED  $1"; failed=1; fi
}

tools=$root/node_modules/.cache/registry
if [ ! -x "$tools/node_modules/.bin/verdaccio" ]; then
  mkdir -p "$tools"
  # One of its dependencies asks for a tag (`cjs`), which not every registry has.
  echo '{ "private": true, "overrides": { "node-fetch": "2.7.0" } }' > "$tools/package.json"
  npm install --silent --no-audit --no-fund --prefix "$tools" verdaccio@6
fi
upstream=$(npm config get registry)
port=$((20000 + RANDOM % 20000))
cat > "$work/verdaccio.yaml" <<CONFIG
storage: $work/storage
auth: { htpasswd: { file: $work/users } }
uplinks: { npm: { url: '$upstream' } }
packages:
  ffi-gates: { access: \$all, publish: \$authenticated }
  '**': { access: \$all, proxy: npm }
log: { type: file, path: $work/verdaccio.log, level: http }
CONFIG
node "$tools/node_modules/.bin/verdaccio" --config "$work/verdaccio.yaml" --listen "127.0.0.1:$port" > "$work/verdaccio.out" 2>&1 & pids+=($!)
registry=http://127.0.0.1:$port/
for _ in $(seq 300); do if curl -sf "${registry}-/ping" > /dev/null; then break; fi; sleep 0.2; done
token=$(curl -sf -X PUT "${registry}-/user/org.couchdb.user:release" -H 'Content-Type: application/json' \
  -d '{"name":"release","password":"rehearsal-only"}' | sed -n 's/.*"token": *"\([^"]*\)".*/\1/p')
echo "//127.0.0.1:$port/:_authToken=$token" > "$work/npmrc"
local_npm() { npm_config_registry=$registry npm_config_userconfig=$work/npmrc npm_config_cache=$work/npm "$@"; }

# A repository with this checkout as its only commit, and what GitHub tells a job.
version=$(node -p 'require(process.argv[1]).version' "$root/package.json")
git init -q --bare -b main "$work/origin.git"
mkdir "$work/checkout"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | tar --null -cf - -T - --ignore-failed-read) | tar -xf - -C "$work/checkout"
commit() { # MESSAGE
  git -C "$work/checkout" add -A
  git -C "$work/checkout" -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m "$1"
  git -C "$work/checkout" push -q "$work/origin.git" "HEAD:refs/heads/${2:-main}"
}
git -C "$work/checkout" init -q -b main
commit first
tag() { # TAG: tags the checkout's commit, as who releases does
  git -C "$work/checkout" push -q "$work/origin.git" "HEAD:refs/tags/$1"
  export GITHUB_REF_NAME=$1 GITHUB_SHA
  GITHUB_SHA=$(git -C "$work/checkout" rev-parse HEAD)
}
export GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=somebody/ffi-gates GH_REPO=somebody/ffi-gates GH_ORIGIN=$work/origin.git
mkdir -p "$work/bin" "$work/steps"
ln -s "$root/scripts/rehearse/release/gh.mjs" "$work/bin/gh"
# The text of each step of a job that runs commands, in files: job-1.sh, job-2.sh, …
(cd "$root" && node --input-type=module -e '
  import { readFileSync, writeFileSync } from "node:fs";
  import { parse } from "yaml";
  const { jobs } = parse(readFileSync(".github/workflows/release.yml", "utf8"));
  for (const [job, { steps }] of Object.entries(jobs))
    steps.filter((s) => s.run).forEach((s, i) => writeFileSync(`${process.argv[1]}/${job}-${i + 1}.sh`, s.run));
' "$work/steps")
steps() { # JOB, DIRECTORY: its commands in order, as a runner starts them
  local step
  for step in "$work/steps/$1"-*.sh; do
    (cd "$2" && PATH=$work/bin:$PATH bash -e "$step") >> "$work/$1.log" 2>&1 || { echo "$step:"; tail -n 20 "$work/$1.log"; return 1; }
  done
}
tag "v$version"

check 'the job pack' steps pack "$work/checkout"
mkdir -p "$work/published/package"
cp "$work"/checkout/ffi-gates-*.tgz "$work/checkout/release-notes.md" "$work/published/package/"
check 'packs the version of the tag' test -f "$work/published/package/ffi-gates-$version.tgz"
check 'with the repository that npm compares with the provenance' grep -qF "git+https://github.com/somebody/ffi-gates.git" \
  <(tar -xOf "$work/published/package/ffi-gates-$version.tgz" package/package.json)
check 'and the text of the changelog' grep -qF -- '- ' "$work/published/package/release-notes.md"

publish() { (cd "$work/published" && local_npm steps publish .); }
if publish > "$work/refused.log" 2>&1; then echo 'FAILED  npm publishes with provenance where there can be none'; failed=1; fi
check 'npm refuses to publish with provenance here, and says why' grep -qi provenance "$work/publish.log"
sed -i 's/ --provenance//' "$work"/steps/publish-*.sh
check 'without, the job publish' publish
tags() { local_npm npm view ffi-gates dist-tags --json --prefer-online | tr -d ' \n'; }
check 'publishes it as the latest' test "$(tags)" = "{\"latest\":\"$version\"}"
if publish > "$work/again.log" 2>&1; then echo 'FAILED  it publishes the same version twice'; failed=1; fi
check 'a second time it is refused' grep -qE 'E409|EPUBLISHCONFLICT|previously published' "$work/publish.log"

mkdir "$work/empty"
started() { (cd "$work/empty" && local_npm npx --yes "ffi-gates@$version" --version); }
check "the action's own command starts it" test "$(started)" = "$version"
check 'installed from there it works' local_npm "$root/scripts/try-package.sh" "ffi-gates@$version"

announce() { (cd "$work/published" && steps announce .); }
at() { git -C "$work/origin.git" rev-parse -q --verify "refs/tags/$1" || echo none; }
check 'the job announce' announce
check 'makes the release, with the tarball' grep -qxF "v$version ffi-gates-$version.tgz" "$work/origin.git/releases"
one=$GITHUB_SHA
check 'and the major tag' test "$(at "v${version%%.*}")" = "$one"

# Later versions: the tarball of this one, under another number.
release() { # VERSION
  commit "$1" "release-$1"
  tag "v$1"
  rm -rf -- "$work/other" && mkdir "$work/other"
  tar -xf "$work/published/package/ffi-gates-$version.tgz" -C "$work/other"
  (cd "$work/other/package" && npm pkg set "version=$1" && npm pack --silent --ignore-scripts --pack-destination "$work/other" > /dev/null)
  mkdir -p "$work/releases/$1/package"
  cp "$work/other/ffi-gates-$1.tgz" "$work/published/package/release-notes.md" "$work/releases/$1/package/"
  (cd "$work/releases/$1" && local_npm steps publish . && steps announce .)
}
check 'a newer version (90.2.0)' release 90.2.0
first=$GITHUB_SHA
check 'has its major tag' test "$(at v90)" = "$first"
check 'leaves that of the other' test "$(at "v${version%%.*}") $first" != "$first $one" -a "$(at "v${version%%.*}")" = "$one"
check 'a newer version of the same major (90.10.0)' release 90.10.0
newest=$GITHUB_SHA
check 'moves its tag' test "$(at v90) $first" != "$first $newest"
check 'to itself' test "$(at v90)" = "$newest"
check 'a patch of an older one (90.2.1)' release 90.2.1
check 'moves it not' test "$(at v90)" = "$newest"
check 'and is not the latest' test "$(tags)" = '{"latest":"90.10.0","release-90.2":"90.2.1"}'
exit "$failed"
