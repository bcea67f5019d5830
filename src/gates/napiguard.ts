/**
 * The rules of Node-API, watched in the calls that the project's addons make (plugins/preload/napiguard.c). Its wrappers are
 * generated from the headers of the Node that runs, where it runs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingForAddon, nodeHeaders } from '../bindings/node/addon.js';
import type { Gate } from './gate.js';
import { GUARD_ENDED, watched, watching } from './guard.js';
import { missingCompiler } from './toolchain.js';

const GENERATE = fileURLToPath(new URL('./programs/napi-wrappers.js', import.meta.url));
const HEADERS = ['js_native_api.h', 'js_native_api_types.h', 'node_api.h', 'node_api_types.h'];

export const napiguard: Gate = {
  ...watching,
  id: 'napiguard',
  title: 'the rules of Node-API',
  offer: {
    on: true,
    why: 'an env on a wrong thread, calls while an exception is pending, numbers that do not fit, references never deleted',
  },
  limits: [
    {
      bindings: ['node'],
      text: 'Sees calls of Node-API that your own addons make, also those that look the functions up, as Rust does. Not calls of V8 and of NAN. What an addon makes while it is loaded, or keeps when the process is ended by `process.exit`, is not called a leak; nor is what one place leaves fewer than eight times.',
    },
  ],
  unfit: (b, settings) =>
    b !== 'node'
      ? 'rules of Node-API'
      : settings?.['foreign'] !== undefined
        ? 'JavaScript calls the library through a package, not through an addon of the project'
        : undefined,
  missing: (host, _b, c) => missingCompiler(host, c) ?? missingForAddon(host.tools),
  preload: 'napiguard',
  preloadInputs: (host, cc, out) => {
    const include = join(nodeHeaders(host.tools) ?? '', 'include', 'node');
    const preprocessed = join(out, 'napi.i');
    return {
      facts: HEADERS.map((name) => readFileSync(join(include, name), 'utf8')),
      flags: [`-I${out}`, `-I${include}`],
      commands: [
        {
          argv: [
            cc,
            ...['-E', '-P', '-DNAPI_EXPERIMENTAL', '-DNAPI_EXTERN=FFI_GATES_NAPI'],
            ...['-x', 'c', '-o', preprocessed, join(include, 'node_api.h')],
          ],
          cwd: out,
          env: {},
        },
        {
          argv: [process.execPath, GENERATE, preprocessed, join(out, 'napi-wrappers.h')],
          cwd: out,
          env: {},
        },
      ],
    };
  },
  arm: (r) => ({
    prefix: [],
    env: { FFI_GATES_NAPIGUARD: r.logDir },
    hostArgs: [],
    // A process that ran tests and did not come to its end is not clean.
    atEnd: GUARD_ENDED,
    watched: watched('the tests call no addon that uses Node-API'),
  }),
};
