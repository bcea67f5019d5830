#!/usr/bin/env bash
# A soak of a race that is hidden by the order in which two threads take a lock, under TSan: `scripts/rehearse/hidden-race.sh [N=50]`
# iterations without a perturbation, and N with `schedule`. The second must show it at least N/5 times, by Fisher's test more often
# than the first, and the page must say so. Leaves history and page in the directory that it names.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
n=${1:-50}
work=$(mktemp -d "${TMPDIR:-/tmp}/ffi-gates-race-XXXXXX")
echo "history in $work"
mkdir -p "$work/repo/src" "$work/repo/tests"
cd "$work/repo"
cp "$root/scripts/rehearse/race.c" src/race.c
printf 'int racy(void);\nint right(void);\n' > src/race.h
cat > tests/main.c <<'C'
#include <ffi_gates_suite.h>
#include "race.h"
const suite_test suite_tests[] = {{"racy", racy}, {0, 0}};
C
cat > ffi-gates.yaml <<'YAML'
version: 1
targets: { race: { builder: cc, dir: src, sources: [race.c], produces: [librace.so] } }
suites:
  - { id: s, binding: c, dir: tests, targets: [race], with: { sources: [main.c], include: [../src], libs: [race] } }
gates: { tsan: { compilers: [gcc] } }
YAML
code=0
node "$root/bin/ffi-gates.js" soak 's-*' --repeat $((2 * n)) --perturb none,schedule --seed 7 --history "$work/soak" --cache "$work/builds" \
  --quiet > "$work/soak.log" 2>&1 || code=$?
cat "$work/soak/page.md"
node - "$work/soak/history.ndjson" "$n" "$code" "$work/soak/page.md" <<'JUDGE'
const { readFileSync } = require('node:fs');
const [history, n, code, page] = process.argv.slice(2);
const iterations = readFileSync(history, 'utf8').trim().split('\n').map((l) => JSON.parse(l)).filter((l) => l.kind === 'iter');
const under = (name) => iterations.filter((i) => i.perturb === name);
const seen = (name) => under(name).filter((i) => i.findings.length > 0).length;
const text = readFileSync(page, 'utf8');
const checks = {
  'there are as many iterations as were asked for': under('none').length === +n && under('schedule').length === +n,
  [`without a perturbation it is hidden: ${seen('none')} of ${n}`]: seen('none') <= n / 25,
  [`with waits it shows: ${seen('schedule')} of ${n}`]: seen('schedule') >= n / 5,
  'the soak ends with 1': code === '1',
  'the page has both rates': text.includes(`none ${seen('none')} of ${n}`) && text.includes(`schedule ${seen('schedule')} of ${n}`),
  'and says that the perturbation shows it': text.includes('schedule shows it'),
};
for (const [what, ok] of Object.entries(checks)) console.log(`${ok ? 'ok     ' : 'FAILED '} ${what}`);
process.exitCode = Object.values(checks).every(Boolean) ? 0 : 1;
JUDGE
