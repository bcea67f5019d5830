/**
 * The shape of the records of a blob: what came from another machine may have been cut, edited or written by anything. A record that
 * does not have it is damage, never an error of ours later on. Pure.
 */
import { z } from 'zod';
import { HAZARDS } from '../model/hazards.js';
import { BLOB_VERSION, type BlobRecord } from './blob.js';

const text = z.string();
const number = z.number();
const count = z.number().int().nonnegative();
const texts = z.array(text);
/** Fields that this does not name are kept. */
const some = z.looseObject;

const header = some({
  kind: z.literal('blob'),
  version: z.literal(BLOB_VERSION),
  plan: text,
  shard: some({ index: z.number().int().positive(), count: z.number().int().positive() }),
  attempt: z.number().int().positive(),
  provenance: some({
    tool: some({ version: text }),
    commit: text.optional(),
    dirty: z.boolean().optional(),
    repository: text.optional(),
  }),
  host: some({
    tools: z.record(text, some({ path: text, version: text }).optional()),
    os: some({ id: text, name: text }),
    cores: number,
    runtimes: z.record(text, text),
  }),
  started: z.iso.datetime(),
  load: number,
});

const frame = z.discriminatedUnion('kind', [
  some({
    kind: z.literal('source'),
    function: text,
    file: text,
    line: number,
    column: number.optional(),
    module: text.optional(),
  }),
  some({ kind: z.literal('module'), module: text, offset: text.optional(), function: text.optional() }),
  some({ kind: z.literal('symbol'), function: text, file: text.optional() }),
  some({ kind: z.literal('opaque'), text }),
]);

const diagnostic = some({
  tool: text,
  rule: text,
  hazard: z.enum(HAZARDS.map((h) => h.id)),
  tier: z.enum(['warning', 'info']).optional(),
  message: text,
  stacks: z.array(
    some({
      role: text,
      title: text.optional(),
      thread: text.optional(),
      locks: texts.optional(),
      frames: z.array(frame),
    }),
  ),
  effect: text.optional(),
  mend: text.optional(),
  region: text.optional(),
  leak: some({ kind: text, bytes: number, objects: number }).optional(),
  count: number.optional(),
  seed: number.optional(),
  complete: z.boolean(),
  missing: text.optional(),
  log: some({ line: number, endLine: number }),
});

const verdict = z.discriminatedUnion('kind', [
  some({ kind: z.literal('clean'), why: text.optional() }),
  some({ kind: z.literal('hazard'), findings: count, fresh: count, known: count, why: text.optional() }),
  some({ kind: z.literal('as-declared'), caught: count, why: text.optional() }),
  some({ kind: z.literal('missed'), missed: texts, why: text }),
  ...(['suite-failed', 'build-failed', 'skipped'] as const).map((kind) =>
    some({ kind: z.literal(kind), why: text }),
  ),
  some({ kind: z.literal('inconclusive'), doubt: text, why: text }),
]);

const event = some({ test: text });
const expectation = some({ case: text, hazard: text, file: text, line: number });

const cell = some({
  id: text,
  verdict,
  seen: z.array(some({ diagnostic, origin: text, log: text, test: text.optional(), repro: text })),
  tests: some({ passed: count, failed: count, skipped: count }),
  failedTests: z.array(some({ test: text, message: text.optional() })),
  diedIn: texts,
  missed: z.array(expectation),
  caught: z.array(expectation),
  objects: some({ instrumented: texts, runtime: texts, opaque: texts, blind: texts }).optional(),
  evidence: some({
    failed: text.optional(),
    uncollected: z.array(some({ file: text, why: text })).optional(),
    listed: texts,
    wanted: texts,
    logs: texts,
    ms: number.nonnegative(),
    seeds: number.optional(),
    waits: number.optional(),
    failing: some({ found: count, driven: count, lost: count, before: count.optional() }).optional(),
    noHostLines: text.optional(),
    provenAt: z.iso.datetime().optional(),
    own: some({ dirs: texts, shared: texts, objects: texts }),
    attempts: z.array(
      some({
        events: z.array(event),
        logs: z.array(some({ path: text, unread: z.array(some({ line: number, text })) })),
      }),
    ),
  }),
  sources: z.record(text, z.record(z.string().regex(/^\d{1,9}$/), text)),
});

const record = z.discriminatedUnion('kind', [
  header,
  some({ kind: z.literal('cell'), cell }),
  some({ kind: z.literal('log'), path: text, data: text }),
  some({
    kind: z.literal('build'),
    build: some({ id: text, ms: number.nonnegative(), reused: z.boolean(), failed: text.optional() }),
  }),
  some({ kind: z.literal('skip'), id: text, why: text }),
  some({ kind: z.literal('end'), records: count, ms: number.nonnegative(), load: number }),
]);

/** The record, or undefined for a value that is none. */
export const asRecord = (value: unknown): BlobRecord | undefined => {
  // The value itself: its fields stay in their order.
  return record.safeParse(value).success ? (value as BlobRecord) : undefined;
};
