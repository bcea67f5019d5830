/**
 * Loaded with `--import`: replaces `node:test` by `collect.mjs` in test files, for both `require` and
 * `import`.
 */
import { Module, register } from 'node:module';
import collected from './collect.mjs';

const load = Module._load;
Module._load = function (request, ...rest) {
  return request === 'node:test' ? collected : load.call(this, request, ...rest);
};
register('./list-hooks.mjs', import.meta.url);
