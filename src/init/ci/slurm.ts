/** Slurm: a script that plans in a job, then submits the shards as an array and the merge after them. */
import type { CiFile, CiProject } from './ci.js';

const text = ({ version }: CiProject): string => `#!/usr/bin/env bash
# Written by \`ffi-gates init\`; yours to change. Runs the matrix on a cluster and ends with the exit code of the merge:
#
#   bash ffi-gates-slurm.sh [OPTION OF SBATCH…]        # such as --partition=ci --cpus-per-task=4
#
# SHARDS is the number of shards. The directory must be one that all nodes see, and the nodes alike: what the first of them
# lacks is no part of the plan (\`ffi-gates doctor\` says what that is).
set -euo pipefail
cd "$(dirname "$0")"
export FFI_GATES="\${FFI_GATES:-npx --yes ffi-gates@${version}}" PLAN=reports/plan.json
mkdir -p reports
# The plan is made on a node, since that is where the tools are.
SHARDS="\${SHARDS:-4}" sbatch --wait --quiet --job-name=ffi-gates-plan --output=reports/plan.log "$@" <<'PLAN' || { cat reports/plan.log; exit 2; }
#!/usr/bin/env bash
set -euf
$FFI_GATES plan --shards "$SHARDS" --json > "$PLAN"
PLAN
$FFI_GATES plan --plan "$PLAN" --format shards
$FFI_GATES plan --plan "$PLAN" --format slurm > reports/submit.sh
exec bash reports/submit.sh "$@"
`;

export const slurm = (p: CiProject): CiFile[] => [{ path: 'ffi-gates-slurm.sh', text: text(p) }];
