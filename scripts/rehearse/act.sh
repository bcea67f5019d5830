#!/usr/bin/env bash
# Rehearses what `init --ci github` writes, on this machine, with act (https://github.com/nektos/act) in place of GitHub: plan,
# four shards and merge of the smoke matrix, through the composite action. Once with one shard killed, which must end red and name
# its cells, once without, which must end green, and once as a pull request, which must build nothing, since what the pushes before
# it built was kept. act is taken from the PATH or from $ACT. Leaves logs in the directory that it names.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
act=${ACT:-$(command -v act || true)}
if [ -z "$act" ]; then echo 'act is not here: go install github.com/nektos/act@v0.2.89'; exit 2; fi
work=$(mktemp -d "${TMPDIR:-/tmp}/ffi-gates-act-XXXXXX")
port=$((20000 + RANDOM % 20000))
cleanup() { rm -rf -- "$work/home" "$work/repo" "$work/artifacts"; }
trap cleanup EXIT
echo "logs in $work"

# Stand-ins for the actions of others, which are fetched nowhere.
tools=$root/node_modules/.cache/act-standins
if [ ! -e "$tools/upload/index.js" ]; then
  mkdir -p "$tools/build"
  cp "$root"/scripts/rehearse/standins/* "$tools/build/"
  (cd "$tools/build" && npm install --silent --no-audit --no-fund >&2)
  for name in upload download; do
    mkdir -p "$tools/$name"
    # Names of classes are looked at by the client.
    (cd "$tools/build" && npx esbuild "$name.mjs" --bundle --platform=node --keep-names --log-level=error --outfile="$tools/$name/index.js")
  done
fi
standin() { # NAME OF THE ACTION, DIRECTORY
  local pin
  pin=$(grep -rhoE "uses: $1(/[a-z-]+)?@[0-9a-f]{40}" "$work/repo/.github" | head -n 1)
  given+=(--local-repository "$1@${pin##*@}=$2")
}
nothing='{ name: nothing, description: Does nothing., runs: { using: composite, steps: [{ shell: bash, run: ":" }] } }'
for name in upload download; do
  keys='name: { default: "" }, path: { default: "" }, pattern: { default: "" }, overwrite: { default: "false" }, if-no-files-found: { default: warn }, merge-multiple: { default: "false" }'
  echo "{ name: $name, description: A stand-in., inputs: { $keys }, runs: { using: node20, main: index.js } }" > "$tools/$name/action.yml"
done
mkdir -p "$tools/nothing/upload-sarif" "$tools/cache/restore" "$tools/cache/save"
for dir in nothing nothing/upload-sarif; do echo "$nothing" > "$tools/$dir/action.yml"; done
cat > "$tools/cache/restore/action.yml" <<'RESTORE'
name: restore
description: The newest archive whose name begins with one of the keys.
inputs: { path: { required: true }, key: { required: true }, restore-keys: { default: '' } }
outputs: { cache-matched-key: { value: '${{ steps.restore.outputs.key }}' } }
runs:
  using: composite
  steps:
    - id: restore
      shell: bash
      env: { WHERE: '${{ inputs.path }}', KEYS: "${{ inputs.key }}\n${{ inputs.restore-keys }}" }
      run: |
        mkdir -p "$ACT_CACHE"
        while read -r key; do
          found=$(find "$ACT_CACHE" -name "$key*.tar" -printf '%T@ %p\n' | sort -rn | head -n 1 | cut -d ' ' -f 2-)
          if [ -z "$key" ] || [ -z "$found" ]; then continue; fi
          tar -xf "$found"
          echo "key=$(basename "$found" .tar)" >> "$GITHUB_OUTPUT"
          echo "restored $(basename "$found" .tar)"
          break
        done <<< "$KEYS"
RESTORE
cat > "$tools/cache/save/action.yml" <<'SAVE'
name: save
description: One archive.
inputs: { path: { required: true }, key: { required: true } }
runs:
  using: composite
  steps:
    - shell: bash
      env: { WHERE: '${{ inputs.path }}', KEY: '${{ inputs.key }}' }
      run: |
        mkdir -p "$ACT_CACHE"
        tar -cf "$ACT_CACHE/$KEY.tar" "$WHERE"
        echo "saved $KEY"
SAVE

# A repository as a user has it: the smoke matrix, and what init writes beside it.
mkdir -p "$work/repo" "$work/home"
cp -r "$root/native-fixtures" "$work/repo/"
sed 's|^root: .*|root: native-fixtures|' "$root/matrices/smoke.yaml" > "$work/repo/ffi-gates.yaml"
cd "$work/repo"
printf '%s\n' reports/ .ffi-gates/ > .gitignore
node "$root/bin/ffi-gates.js" init --ci github
# On GitHub a checkout always lies at the same place, and builds hold its path. act gives each job a directory of its own, which is
# mounted at one place for ffi-gates. With a network of its own, too, in which no other job holds the lock of that place.
mkdir "$work/checkout"
cat > "$work/ffi-gates" <<WRAPPER
#!/bin/sh
exec unshare --user --map-root-user --mount --net -- sh -c \
  'mount --bind "\$PWD" "\$0" && cd "\$0" && exec node "$root/bin/ffi-gates.js" "\$@"' "$work/checkout" "\$@"
WRAPPER
chmod +x "$work/ffi-gates"
"$work/ffi-gates" --version > /dev/null || { echo 'mounts of one process need user namespaces: see unshare(1)'; exit 2; }
sed -i "s|npx --yes ffi-gates@[0-9.]*|$work/ffi-gates|" .github/actions/ffi-gates/action.yml
sed -i "s|^    # with: .*|    with: { shards: '4' }|" .github/workflows/ffi-gates.yml
git init -q -b main .
git -c user.name=act -c user.email=act@example.org add -A
git -c user.name=act -c user.email=act@example.org commit -q -m 'The smoke matrix'

given=()
for name in upload download; do standin "actions/$name-artifact" "$tools/$name"; done
standin actions/cache "$tools/cache"
standin actions/setup-node "$tools/nothing"
standin github/codeql-action "$tools/nothing"
echo '{ "repository": { "default_branch": "main", "private": true } }' > "$work/event.json"

rehearse() { # NAME OF THE LOG, EVENT
  rm -rf -- "$work/artifacts"
  local code=0
  HOME=$work/home XDG_CACHE_HOME=$work/home/.cache "$act" "$2" -P ubuntu-24.04=-self-hosted --action-offline-mode \
    --eventpath "$work/event.json" --artifact-server-path "$work/artifacts" --artifact-server-addr 127.0.0.1 \
    --artifact-server-port "$port" --no-cache-server --concurrent-jobs 2 --env "ACT_CACHE=$work/cache" "${given[@]}" \
    > "$work/$1.log" 2>&1 || code=$?
  echo "$1: act ended with $code"
  return "$code"
}

# Kills the process of one shard as soon as one of its cells is in the blob.
kill_shard() {
  local part
  while sleep 0.2; do
    part=$(find "$work/home" -path "*shard-$1-of-4.blob.part" 2>/dev/null | head -n 1 || true)
    if [ -z "$part" ] || ! grep -q '^{"kind":"cell"' "$part"; then continue; fi
    for pid in /proc/[0-9]*; do
      if tr '\0' ' ' < "$pid/cmdline" 2>/dev/null | grep -qE "^node $root/bin/ffi-gates.js run .*--shard $1/4 "; then
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
kill_shard 4 & killer=$!
red=0; rehearse killed push || red=$?
kill "$killer" 2>/dev/null || true
check 'a run whose shard was killed is red' test "$red" -ne 0
check 'it names the cells' grep -qE 'no result of .*shard 4/4' "$work/killed.log"
check 'what had ended counts' grep -qE 'shard 4/4 is incomplete' "$work/killed.log"
green=0; rehearse whole push || green=$?
check 'a run of all shards is green' test "$green" -eq 0
check 'the builds of the first run were used by the second' grep -q 'restored ffi-gates-builds' "$work/whole.log"
saved=$(ls "$work/cache")
warm=0; rehearse warm pull_request || warm=$?
check 'a pull request is green' test "$warm" -eq 0
check 'its merge has the report' test -n "$(find "$work/artifacts" -name ffi-gates.zip | head -n 1)"
check 'with the same cells, and no build' node - "$work/artifacts" <<'BUILDS'
const { execFileSync } = require('node:child_process');
const [zip] = execFileSync('find', [process.argv[2], '-name', 'ffi-gates.zip'], { encoding: 'utf8' }).split('\n');
const text = execFileSync('python3', ['-c', 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.read(next(n for n in z.namelist() if n.endswith("report.json"))).decode())', zip], { encoding: 'utf8', maxBuffer: 1 << 30 });
const { builds, cells } = JSON.parse(text);
const made = builds.filter((b) => !b.reused).map((b) => b.id);
console.log(`${cells.length} cells, ${builds.length} builds of which ${made.length} were made: ${made.join(' ')}`);
process.exitCode = builds.length > 0 && made.length === 0 ? 0 : 1;
BUILDS
check 'it kept nothing for others' test "$(ls "$work/cache")" = "$saved"
exit "$failed"
