/** Kubernetes: an indexed Job for the shards, and a Job for the merge, over one volume. */
import { stringify } from 'yaml';
import { kubernetesJob } from '../../plan/formats.js';
import type { CiFile, CiProject } from './ci.js';

const HEADER = `# Written by \`ffi-gates init\`; yours to change. The claim \`ffi-gates\` (ReadWriteMany) is a volume with the checkout as \`repo\`
# and the plan as \`plan.json\`, made with the same image. Then:
#
#   kubectl apply -f kubernetes/ffi-gates-shards.yaml && kubectl wait job/ffi-gates --for=condition=Complete --timeout=2h
#   kubectl apply -f kubernetes/ffi-gates-merge.yaml
#
# Merge also if the first ends otherwise: it names what is missing. \`ffi-gates plan --plan plan.json --format k8s-job\` prints
# the first for as many shards as a plan has.
`;

const SHARDS = 4;
const SECONDS = 7200;

/** The same pod as of a shard, with another command. */
const merge = ({ version }: CiProject): object => {
  const job = kubernetesJob({ shards: 1, version, seconds: 1800 }) as {
    spec: { template: { spec: { containers: [Record<string, unknown>] } } };
  };
  const [shard] = job.spec.template.spec.containers;
  const command = `exec npx --yes ffi-gates@${version} merge ../shards --plan ../plan.json --out ../report`;
  return {
    ...job,
    metadata: { name: 'ffi-gates-merge', labels: { 'app.kubernetes.io/name': 'ffi-gates' } },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: 1800,
      template: {
        ...job.spec.template,
        spec: {
          ...job.spec.template.spec,
          containers: [{ ...shard, name: 'merge', args: [command] }],
        },
      },
    },
  };
};

export const kubernetes = (p: CiProject): CiFile[] => [
  {
    path: 'kubernetes/ffi-gates-shards.yaml',
    text: HEADER + stringify(kubernetesJob({ shards: SHARDS, version: p.version, seconds: SECONDS })),
  },
  { path: 'kubernetes/ffi-gates-merge.yaml', text: HEADER + stringify(merge(p)) },
];
