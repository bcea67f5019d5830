/** Errors that a function was made to report, and that its host did not notice. Pure. */
import type { Diagnostic, Frame } from '../model/diagnostic.js';
import type { Failure } from './error-paths.js';

const OBJECT = /^([^+]+)\+(0x[0-9a-f]+)$/;
const LINE = /^(\S+) ([^:]+):(\d+)$/;

const frameOf = (place: string, name?: string): Frame[] => {
  const [, module, offset] = OBJECT.exec(place) ?? [];
  if (module !== undefined && offset !== undefined)
    return [{ kind: 'module', module, offset, ...(name === undefined ? {} : { function: name }) }];
  const [, fn, file, line] = LINE.exec(place) ?? [];
  if (fn === undefined || file === undefined) return [];
  return [{ kind: 'source', function: fn, file, line: Number(line) }];
};

/** The report of a test that passed although this call of it reported an error. */
export const ignoredError = ({ call, places }: Failure): Diagnostic => {
  const [self = '', ...callers] = places;
  const native = [
    ...frameOf(self, call),
    ...callers.filter((p) => OBJECT.test(p)).flatMap((p) => frameOf(p)),
  ];
  const managed = callers.filter((p) => !OBJECT.test(p)).flatMap((p) => frameOf(p));
  return {
    tool: 'errors',
    rule: 'errors/ignored',
    hazard: 'unwind/error-ignored',
    message: `${call} reported an error, and the test passed as though it had not`,
    stacks: [
      { role: 'fault', frames: native },
      ...(managed.length ? [{ role: 'managed' as const, frames: managed }] : []),
    ],
    complete: true,
    log: { line: 1, endLine: 1 },
  };
};
