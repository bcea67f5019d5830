#!/usr/bin/env bash
# A race that the order of two locks hides, and its twin, under TSan: `scripts/rehearse/rare-race.sh [N=50]` runs each N times as it is
# and N times with `perturb: 0.5`, and prints how often TSan sees it. Expected: never, never; at least N/5 times, never. On a busy
# machine threads wait by themselves, so that it may be seen as it is.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
n=${1:-50}
work=$(mktemp -d "${TMPDIR:-/tmp}/ffi-gates-race-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/src" "$work/tests"
cp "$root/scripts/rehearse/race.c" "$work/src/race.c"
printf 'int racy(void);\nint right(void);\n' > "$work/src/race.h"
printf '#include <ffi_gates_suite.h>\n#include "race.h"\nconst suite_test suite_tests[] = {{"racy", racy}, {"right", right}, {0, 0}};\n' > "$work/tests/main.c"
cat > "$work/ffi-gates.yaml" <<'YAML'
version: 1
canaries: false
targets: { race: { builder: cc, dir: src, sources: [race.c], produces: [librace.so] } }
suites:
  - { id: s, binding: c, dir: tests, targets: [race], with: { sources: [main.c], include: [../src], libs: [race] } }
gates: { tsan: { perturb: 0.5, seeds: 200 } }
YAML
cd "$work"
node "$root/bin/ffi-gates.js" run --quiet > run.log || true
found=$(node -e 'console.log(JSON.parse(require("node:fs").readFileSync("reports/latest/report.json", "utf8")).findings[0].fingerprint)')
# The command of the finding, with another share, another seed and one test. TSan ends a process in which it saw a race with 66.
node "$root/bin/ffi-gates.js" repro "$found" | tail -1 > repro.sh

seen() { # TEST, SHARE
  local count=0 code
  for seed in $(seq 1 "$n"); do
    code=0
    sed -E "s/FFI_GATES_PERTURB=[^ ]+/FFI_GATES_PERTURB=$2/; s/FFI_GATES_PERTURB_SEED=[^ ]+/FFI_GATES_PERTURB_SEED=$seed/; s/suite racy( right)?\)/suite $1)/; s/\); cat .*/)/" repro.sh > once.sh
    bash once.sh > once.log 2>&1 || code=$?
    case $code in 0) ;; 66) count=$((count + 1)) ;; *) cat once.log; exit 1 ;; esac
  done
  echo "$count"
}
plain=$(seen racy 0); perturbed=$(seen racy 0.5); twin=$(seen right 0); twin_perturbed=$(seen right 0.5)
echo "race: $plain of $n plain, $perturbed of $n perturbed; twin: $twin of $n plain, $twin_perturbed of $n perturbed"
if [ "$plain" -eq 0 ] && [ "$perturbed" -ge $(((n + 4) / 5)) ] && [ "$twin" -eq 0 ] && [ "$twin_perturbed" -eq 0 ]; then echo OK; else echo FAILED; exit 1; fi
