/** A plan in the words of those who start its shards: CI systems, Slurm, Kubernetes, people. Pure. */
import { stringify } from 'yaml';
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { duration } from '../reporters/wording.js';
import type { PlanDocument } from './plan-document.js';

const minutes = (ms: number): number => Math.ceil(ms / 60_000);

/** The longest shard, in milliseconds. */
const longest = (d: PlanDocument): number => Math.max(0, ...d.shards.map((s) => s.ms));

/** Minutes after which a shard is hung for certain: estimates are of other machines, and builds may be cold. */
const limit = (d: PlanDocument): number => 3 * minutes(longest(d)) + 30;

/** A line a shard, for people. */
const shards = (d: PlanDocument): string =>
  d.shards.map((s) => `${s.index}/${d.shards.length}  ${s.cells.length} cells  ${duration(s.ms)}`).join('\n');

/** The matrix of a job, on one line for `$GITHUB_OUTPUT`. Empty shards get no job: nothing is planned in them. */
const githubMatrix = (d: PlanDocument): string =>
  JSON.stringify({
    include: d.shards
      .filter((s) => s.cells.length > 0)
      .map((s) => ({
        shard: `${s.index}/${d.shards.length}`,
        name: `${s.index}-of-${d.shards.length}`,
        cells: s.cells.length,
        minutes: minutes(s.ms),
      })),
  });

/** GitLab takes at most this many jobs of one `parallel`. */
const GITLAB_JOBS = 200;
/** Where `init --ci gitlab` writes the jobs that the child pipeline extends. */
export const GITLAB_JOBS_FILE = '.gitlab/ffi-gates-jobs.yml';

/** A child pipeline: as many jobs as the plan has shards, and the merge. Throws `Failure` 2 for more than GitLab takes. */
const gitlab = (d: PlanDocument): string => {
  const count = d.shards.length;
  if (count > GITLAB_JOBS)
    throw new Failure(
      EXIT.USAGE,
      `the plan has ${count} shards, and GitLab starts at most ${GITLAB_JOBS} jobs: plan with --shards ${GITLAB_JOBS}`,
    );
  const plan = { pipeline: '$PARENT_PIPELINE_ID', job: 'ffi-gates-plan' };
  return stringify({
    include: [{ local: `/${GITLAB_JOBS_FILE}` }],
    'ffi-gates-shard': { extends: '.ffi-gates-shard', parallel: count, needs: [plan] },
    'ffi-gates-merge': {
      extends: '.ffi-gates-merge',
      needs: [plan, { job: 'ffi-gates-shard', artifacts: true }],
    },
  }).trimEnd();
};

/** A script that submits an array of jobs and the merge after all of them, and ends as the merge does. */
const slurm = (d: PlanDocument): string =>
  `#!/usr/bin/env bash
# Submits the ${d.shards.length} shards of a plan as an array, and the merge after all of them, however they end. Ends with the exit
# code of the merge. Arguments are passed to both calls of sbatch. To be run where the plan was made, in a directory that all
# nodes see.
set -euo pipefail
export FFI_GATES="\${FFI_GATES:-npx --yes ffi-gates@${d.tool.version}}" PLAN="\${PLAN:-reports/plan.json}" OUT="\${OUT:-reports/latest}"
SHARDS_DIR="$(dirname "$OUT")/shards-${d.id.slice(0, 12)}"
export SHARDS_DIR
rm -rf -- "$SHARDS_DIR"
mkdir -p "$SHARDS_DIR"
# A task that a lost node takes along is started again as the next attempt. One that ends by itself, or by a signal, is not.
array=$(sbatch --parsable --requeue --job-name=ffi-gates --array=1-${d.shards.length} --time=${limit(d)} \\
  --output="$SHARDS_DIR/%a.log" "$@" <<'SHARD'
#!/usr/bin/env bash
set -f
exec $FFI_GATES run --plan "$PLAN" --out "$SHARDS_DIR/$SLURM_ARRAY_TASK_ID" --reporter json
SHARD
)
array=\${array%%;*}
echo "job $array: ${d.shards.length} shards of $PLAN, logs in $SHARDS_DIR"
code=0
sbatch --wait --job-name=ffi-gates-merge --dependency="afterany:$array" --output="$SHARDS_DIR/merge.log" "$@" <<'MERGE' || code=$?
#!/usr/bin/env bash
set -f
exec $FFI_GATES merge "$SHARDS_DIR" --plan "$PLAN" --out "$OUT" \${REPORTERS-}
MERGE
cat "$SHARDS_DIR/merge.log"
exit "$code"`;

/** What another attempt may mend, and what it would only hide: see docs/exit-codes.md. */
const POD_FAILURES = [
  { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
  { action: 'FailJob', onExitCodes: { containerName: 'shard', operator: 'In', values: [2, 3] } },
  { action: 'FailIndex', onExitCodes: { containerName: 'shard', operator: 'In', values: [1, 4, 5, 6] } },
];

/** An indexed Job. The claim `ffi-gates` holds the checkout as `repo`, and `plan.json`; blobs are left in `shards`. */
export const kubernetesJob = (o: { shards: number; version: string; seconds: number }): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'ffi-gates', labels: { 'app.kubernetes.io/name': 'ffi-gates' } },
  spec: {
    completionMode: 'Indexed',
    completions: o.shards,
    parallelism: o.shards,
    backoffLimitPerIndex: 1,
    maxFailedIndexes: o.shards,
    podReplacementPolicy: 'Failed',
    podFailurePolicy: { rules: POD_FAILURES },
    activeDeadlineSeconds: o.seconds,
    template: {
      metadata: { labels: { 'app.kubernetes.io/name': 'ffi-gates' } },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        containers: [
          {
            name: 'shard',
            image: 'node:22-bookworm',
            workingDir: '/ffi-gates/repo',
            command: ['bash', '-c'],
            args: [
              `exec npx --yes ffi-gates@${o.version} run --provision --plan ../plan.json --out "../shards/$JOB_COMPLETION_INDEX" --reporter json`,
            ],
            resources: { requests: { cpu: '2', memory: '4Gi' }, limits: { memory: '8Gi' } },
            volumeMounts: [{ name: 'work', mountPath: '/ffi-gates' }],
          },
        ],
        volumes: [{ name: 'work', persistentVolumeClaim: { claimName: 'ffi-gates' } }],
      },
    },
  },
});

const kubernetes = (d: PlanDocument): string =>
  stringify(
    kubernetesJob({ shards: d.shards.length, version: d.tool.version, seconds: 60 * limit(d) }),
  ).trimEnd();

/** Steps for `buildkite-agent pipeline upload`. The plan is an artifact of the step that uploads them. */
const buildkite = (d: PlanDocument): string => {
  const tool = `npx --yes ffi-gates@${d.tool.version}`;
  const plan = 'buildkite-agent artifact download reports/plan.json .';
  return stringify({
    steps: [
      {
        key: 'ffi-gates-shard',
        label: 'ffi-gates %n',
        parallelism: d.shards.length,
        timeout_in_minutes: limit(d),
        commands: [
          plan,
          `${tool} run --provision --plan reports/plan.json --out reports/shard --reporter json`,
        ],
        artifact_paths: ['reports/shard/*.blob*'],
        // The agent was lost, or told to stop. Whatever ffi-gates itself ends with stands.
        retry: {
          automatic: [
            { exit_status: -1, limit: 2 },
            { exit_status: 143, limit: 1 },
          ],
        },
      },
      { wait: null, continue_on_failure: true },
      {
        key: 'ffi-gates-merge',
        label: 'ffi-gates merge',
        commands: [
          plan,
          "buildkite-agent artifact download 'reports/shard/*' blobs/",
          `${tool} merge blobs --plan reports/plan.json --out reports/latest`,
        ],
        artifact_paths: ['reports/latest/**/*'],
      },
    ],
  }).trimEnd();
};

/** Parameters of a pipeline, for the orb `continuation` or a call of the API. */
const circleci = (d: PlanDocument): string => JSON.stringify({ 'ffi-gates-shards': d.shards.length });

/** The formats of `plan --format`, by name. Each gives text without a newline at its end. */
export const PLAN_FORMATS = {
  shards,
  'github-matrix': githubMatrix,
  gitlab,
  slurm,
  'k8s-job': kubernetes,
  buildkite,
  circleci,
} as const satisfies Record<string, (d: PlanDocument) => string>;

export type PlanFormat = keyof typeof PLAN_FORMATS;
