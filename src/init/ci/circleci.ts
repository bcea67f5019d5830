/** CircleCI: one workflow, whose number of shards is a parameter of the pipeline. */
import type { CiFile, CiProject } from './ci.js';

const text = ({ version }: CiProject): string => `# Written by \`ffi-gates init\`; yours to change.
version: 2.1
parameters:
  # \`ffi-gates plan --format circleci\` prints it for a plan.
  ffi-gates-shards: { type: integer, default: 4 }
executors:
  ffi-gates:
    docker: [{ image: 'node:22-bookworm' }]
    environment: { FFI_GATES: npx --yes ffi-gates@${version} }
jobs:
  ffi-gates-plan:
    executor: ffi-gates
    steps:
      - checkout
      - run: |
          mkdir -p reports
          $FFI_GATES plan --provision --shards << pipeline.parameters.ffi-gates-shards >> --json > reports/plan.json
      - persist_to_workspace: { root: ., paths: [reports/plan.json] }
  ffi-gates-shard:
    executor: ffi-gates
    parallelism: << pipeline.parameters.ffi-gates-shards >>
    steps:
      - checkout
      - attach_workspace: { at: . }
      # A workspace is not kept of a job that has failed: the code is kept, and the last step fails with it.
      - run:
          no_output_timeout: 60m
          command: |
            code=0
            $FFI_GATES run --provision --plan reports/plan.json --out reports/shard --reporter json || code=$?
            echo "$code" > "/tmp/ffi-gates-code"
      - persist_to_workspace: { root: ., paths: ['reports/shard/*.blob*'] }
      - run: exit "$(cat /tmp/ffi-gates-code)"
  ffi-gates-merge:
    executor: ffi-gates
    steps:
      - checkout
      - attach_workspace: { at: . }
      - run: $FFI_GATES merge reports --plan reports/plan.json --out reports/latest
      - store_test_results: { path: reports/latest }
      - store_artifacts: { path: reports/latest }
workflows:
  ffi-gates:
    jobs:
      - ffi-gates-plan
      - ffi-gates-shard: { requires: [ffi-gates-plan] }
      - ffi-gates-merge:
          requires:
            - ffi-gates-plan
            # The verdict, also if a shard failed: it names what no shard delivered.
            - ffi-gates-shard: [success, failed]
`;

export const circleci = (p: CiProject): CiFile[] => [
  {
    path: '.circleci/config.yml',
    text: text(p),
    include:
      'add the jobs and the workflow that `init --ci circleci --dry-run` prints to .circleci/config.yml',
  },
];
