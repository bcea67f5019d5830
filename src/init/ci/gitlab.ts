/** GitLab: jobs of a fixed number of shards. `plan --format gitlab` gives a child pipeline of as many as a plan has. */
import { GITLAB_JOBS_FILE } from '../../plan/formats.js';
import type { CiFile, CiProject } from './ci.js';

const PIPELINE = '.gitlab/ffi-gates.yml';

/** The jobs without what decides how many there are and what they wait for. */
const jobs = (version: string): string => `# Written by \`ffi-gates init\`; yours to change.
.ffi-gates:
  image: node:22-bookworm
  variables:
    FFI_GATES: npx --yes ffi-gates@${version}
    GIT_SUBMODULE_STRATEGY: recursive

.ffi-gates-plan:
  extends: .ffi-gates
  script:
    - mkdir -p reports
    - $FFI_GATES plan --provision --shards "$FFI_GATES_SHARDS" --json > reports/plan.json
  artifacts:
    paths: [reports/plan.json]

# A job that was lost or never started is tried again. One that ended stands.
.ffi-gates-shard:
  extends: .ffi-gates
  variables:
    FFI_GATES_CACHE_POLICY: pull
  # Builds are saved by the default branch only: what others leave, later jobs would execute.
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      variables: { FFI_GATES_CACHE_POLICY: pull-push }
    - when: on_success
  cache:
    key: ffi-gates-builds-$CI_NODE_INDEX
    paths: [.ffi-gates/builds]
    policy: $FFI_GATES_CACHE_POLICY
    when: always
  script:
    - $FFI_GATES run --provision --plan reports/plan.json --out reports/shard --reporter json
  artifacts:
    when: always
    paths: [reports/shard/*.blob*]
  retry:
    max: 1
    when: [runner_system_failure, stuck_or_timeout_failure, scheduler_failure]

# The verdict. Red also for cells that no shard delivered, each of which it names.
.ffi-gates-merge:
  extends: .ffi-gates
  rules:
    - when: always
  script:
    - $FFI_GATES merge reports/shard --plan reports/plan.json --out reports/latest --reporter json --reporter html --reporter junit --reporter gitlab
  artifacts:
    when: always
    paths: [reports/latest]
    reports:
      junit: reports/latest/junit*.xml
      codequality: reports/latest/gl-code-quality-report.json
`;

const PIPELINE_TEXT = `# Written by \`ffi-gates init\`; yours to change.
include:
  - local: /${GITLAB_JOBS_FILE}

ffi-gates-plan:
  extends: .ffi-gates-plan
  # The same number as below.
  variables: { FFI_GATES_SHARDS: 4 }

ffi-gates-shard:
  extends: .ffi-gates-shard
  parallel: 4
  needs: [ffi-gates-plan]

ffi-gates-merge:
  extends: .ffi-gates-merge
  needs: [ffi-gates-plan, ffi-gates-shard]
`;

export const gitlab = ({ version }: CiProject): CiFile[] => [
  { path: GITLAB_JOBS_FILE, text: jobs(version) },
  { path: PIPELINE, text: PIPELINE_TEXT },
  {
    path: '.gitlab-ci.yml',
    text: `include:\n  - local: /${PIPELINE}\n`,
    include: `add to .gitlab-ci.yml:  include: [{ local: /${PIPELINE} }]`,
  },
];
