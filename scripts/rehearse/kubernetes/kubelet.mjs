/**
 * Stands for the kubelet, the scheduler and the volume: runs each pod's command as a process of this machine, in the directory that
 * stands for the claim, and reports its end to the API server. A pod that is deleted is killed.
 *
 *     SERVER=https://… TOKEN=… NODE_EXTRA_CA_CERTS=… node kubelet.mjs DIRECTORY LOGS
 */
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [volume, logs] = process.argv.slice(2);
const { SERVER, TOKEN } = process.env;
const PODS = '/api/v1/namespaces/default/pods';
const call = async (method, path, body) => {
  const response = await fetch(SERVER + path, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/merge-patch+json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok && response.status !== 404) throw new Error(`${method} ${path}: ${await response.text()}`);
  return response.json();
};

/** The value of an environment variable, which may be a field of the pod. */
const valueOf = (pod, { value, valueFrom }) => {
  const [, kind, key] =
    /^metadata\.(annotations|labels)\['(.*)'\]$/.exec(valueFrom?.fieldRef?.fieldPath) ?? [];
  return kind ? pod.metadata[kind][key] : (value ?? '');
};

const running = new Map();
const run = async (pod) => {
  const { name, uid } = pod.metadata;
  const [container] = pod.spec.containers;
  const report = (phase, state) =>
    call('PATCH', `${PODS}/${name}/status`, {
      status: {
        phase,
        startTime: new Date().toISOString(),
        containerStatuses: [
          { name: container.name, image: container.image, imageID: '', ready: false, restartCount: 0, state },
        ],
      },
    });
  const [mount] = container.volumeMounts;
  const log = openSync(join(logs, `${name}.log`), 'a');
  const child = spawn(container.command[0], [...container.command.slice(1), ...container.args], {
    cwd: container.workingDir.replace(mount.mountPath, volume),
    env: {
      ...process.env,
      ...Object.fromEntries((container.env ?? []).map((e) => [e.name, valueOf(pod, e)])),
    },
    stdio: ['ignore', log, log],
    detached: true,
  });
  running.set(uid, child);
  await report('Running', { running: { startedAt: new Date().toISOString() } });
  const exitCode = await new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
  running.delete(uid);
  console.log(`${name}: ${exitCode}`);
  const terminated = {
    exitCode,
    finishedAt: new Date().toISOString(),
    reason: exitCode === 0 ? 'Completed' : 'Error',
  };
  await report(exitCode === 0 ? 'Succeeded' : 'Failed', { terminated });
};

const seen = new Set();
for (;;) {
  const { items } = await call('GET', PODS);
  for (const pod of items) {
    const { uid, name, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp && running.has(uid)) process.kill(-running.get(uid).pid, 'SIGTERM');
    if (deletionTimestamp || seen.has(uid)) continue;
    seen.add(uid);
    run(pod).catch((error) => console.error(`${name}: ${error.stack}`));
  }
  await sleep(200);
}
