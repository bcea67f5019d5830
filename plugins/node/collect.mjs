/**
 * Replaces `node:test` when tests are listed (see `list.mjs`). Runs the bodies of suites, never those of
 * tests, and prints `FFI_GATES_TEST <json of the id>` for each test.
 */
import { writeSync } from 'node:fs';
import { mock } from 'node:test';

const outer = [];
const body = (args) => args.find((a) => typeof a === 'function');
const nameOf = (args) => (typeof args[0] === 'string' ? args[0] : body(args)?.name || '<anonymous>');

const one = (...args) => {
  const id = `${process.env.FFI_GATES_FILE}::${[...outer, nameOf(args)].join(' > ')}`;
  writeSync(1, `FFI_GATES_TEST ${JSON.stringify(id)}\n`);
  return Promise.resolve();
};

const group = (...args) => {
  outer.push(nameOf(args));
  body(args)?.({ name: outer.at(-1) });
  outer.pop();
  return Promise.resolve();
};

const variants = (call) => Object.assign(call, { skip: call, todo: call, only: call });
const ignored = () => {};

export const test = variants(one);
export const it = test;
export const describe = variants(group);
export const suite = describe;
export const before = ignored;
export const after = ignored;
export const beforeEach = ignored;
export const afterEach = ignored;
export { mock };
const { skip, todo, only } = test;
export { skip, todo, only };
Object.assign(test, { test, it, describe, suite, before, after, beforeEach, afterEach, mock });
export default test;
