/** Buildkite: a step that plans and uploads the steps of the shards and of the merge. */
import type { CiFile, CiProject } from './ci.js';

const text = ({
  version,
}: CiProject): string => `# Written by \`ffi-gates init\`; yours to change. Agents need Node, and root or sudo for --provision.
steps:
  - key: ffi-gates-plan
    label: ffi-gates plan
    timeout_in_minutes: 30
    commands:
      - mkdir -p reports
      - npx --yes ffi-gates@${version} plan --provision --target 15m --json > reports/plan.json
      - buildkite-agent artifact upload reports/plan.json
      - npx --yes ffi-gates@${version} plan --plan reports/plan.json --format buildkite | buildkite-agent pipeline upload
`;

export const buildkite = (p: CiProject): CiFile[] => [
  {
    path: '.buildkite/ffi-gates.yml',
    text: text(p),
  },
];
