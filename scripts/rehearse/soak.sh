#!/usr/bin/env bash
# A night of the smoke matrix, and the same night killed twice and resumed: `scripts/rehearse/soak.sh [MINUTES=15] [HISTORIES]`
# (minutes of each). Both must have the same iterations: cells, numbers, seeds, perturbations, verdicts, findings. Leaves the
# histories in the directory that it names; given that directory, it compares with the night that is there.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
minutes=${1:-15}
work=${2:-$(mktemp -d "${TMPDIR:-/tmp}/ffi-gates-nights-XXXXXX")}
rm -rf -- "$work/killed"
echo "histories in $work"
cd "$root"
# In the place of a shell of its own, which would otherwise be killed instead.
soak() { # DIRECTORY, MORE…
  exec node bin/ffi-gates.js soak --matrix matrices/smoke.yaml --cache "$work/builds" --history "$work/$1" --seed 11 --resume --quiet "${@:2}"
}
iterations() { if [ -e "$work/$1/history.ndjson" ]; then grep -c '"kind":"iter"' "$work/$1/history.ndjson" || true; else echo 0; fi; }

code=0
if [ ! -e "$work/whole/history.ndjson" ]; then (soak whole --for "${minutes}m") > "$work/whole.log" || code=$?; fi
# How many iterations fit into a time depends on the machine. Compared is what all cells have: so many rounds.
rounds=$(node -e '
  const lines = require("node:fs").readFileSync(process.argv[1], "utf8").trim().split("\n").map((l) => JSON.parse(l));
  const counts = new Map(lines.find((l) => l.kind === "night").cells.map((c) => [c.id, 0]));
  for (const l of lines) if (l.kind === "iter") counts.set(l.cell, counts.get(l.cell) + 1);
  console.log(Math.min(...counts.values()), counts.size);
' "$work/whole/history.ndjson")
read -r repeats cells <<< "$rounds"
all=$((repeats * cells))
echo "whole: exit code $code, $(iterations whole) iterations; $repeats of each of $cells cells are compared"
if [ "$repeats" -lt 1 ]; then echo 'FAILED  too short for one round'; exit 1; fi
for kill in 1 2; do
  at=$((all * kill / 3))
  soak killed --repeat "$repeats" > "$work/killed-$kill.log" 2>&1 & pid=$!
  while [ "$(iterations killed)" -lt "$at" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  echo "killed after $(iterations killed) of $all"
done
again=0
(soak killed --repeat "$repeats") > "$work/killed.log" || again=$?
node - "$work/whole/history.ndjson" "$work/killed/history.ndjson" "$all" <<'COMPARE'
const { readFileSync } = require('node:fs');
const [whole, killed, all] = process.argv.slice(2);
const read = (file) => {
  const lines = readFileSync(file, 'utf8').trim().split('\n').map((l) => JSON.parse(l));
  return {
    nights: lines.filter((l) => l.kind === 'night').length,
    rows: lines
      .filter((l) => l.kind === 'iter')
      .map(({ cell, i, seed, perturb, verdict, findings }) => JSON.stringify({ cell, i, seed, perturb, verdict, findings })),
  };
};
const [a, b] = [read(whole), read(killed)];
const wrong = a.rows.slice(0, Number(all)).filter((row, n) => row !== b.rows[n]);
if (b.nights !== 1 || b.rows.length !== Number(all) || wrong.length > 0) {
  console.log(`FAILED  ${b.nights} nights, ${b.rows.length} iterations, ${wrong.length} of them different:`, wrong.slice(0, 5));
  process.exit(1);
}
console.log(`ok      killed twice and resumed: the same ${b.rows.length} iterations`);
COMPARE
