/**
 * Measures the parsers against a collection of real logs: `npm run conformance -- DIR [source…] [--list]`.
 *
 * DIR holds one directory per source with `index.jsonl`: rows of `{file, tool, expected_kind(s), expected_locations,
 * summary_lines, header_counts}`; a `tool` that ends in `-none` must yield no finding. Printed per source and tool: logs,
 * findings expected (mechanical header counts) and found, kinds and places that the index names and that were found,
 * findings in negatives, unread lines. `--list` also prints each log that differs. Exit code 1 when a negative has a finding.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const dist = process.env.CONFORMANCE_DIST ?? new URL('../../dist/', import.meta.url).pathname;
const { parseText } = await import(join(dist, 'parsers/text.js'));

const args = process.argv.slice(2);
const list = args.includes('--list');
const [root, ...wanted] = args.filter((a) => a !== '--list');
if (root === undefined) {
  console.error('usage: npm run conformance -- DIR [source…] [--list]');
  process.exit(2);
}

/** Counts of headers that announce records (counted on their own), or that are no finding by themselves. */
const NOT_FINDINGS = new Set(['lsan', 'miri_error']);
const slug = (s) =>
  String(s)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
const isHonesty = (s) => s.hazard.startsWith('tool/');

/** FileCheck pattern → regular expression (`{{re}}` is one, `[[VAR]]` is anything). */
function checkPattern(text) {
  const source = text
    .split(/(\{\{.*?\}\}|\[\[.*?\]\])/)
    .map((p) => {
      if (p.startsWith('{{')) return `(?:${p.slice(2, -2)})`;
      return p.startsWith('[[') ? '.*' : p.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

function kindSeen(kind, sightings) {
  const words = kind.replace(/^\w*Sanitizer:? ?/, '').split('\n')[0];
  const want = slug(words);
  const pattern = checkPattern(words.trim());
  return sightings.some((s) => {
    const message = s.message.replaceAll('0x…', '0x0');
    return (
      slug(s.rule.replace(/^[^/]*\//, '')) === want ||
      slug(message).includes(want) ||
      (pattern?.test(message) ?? false) ||
      (pattern?.test(`runtime error: ${message}`) ?? false) ||
      (/leak/.test(want) && s.leak !== undefined)
    );
  });
}

function placeSeen(place, sightings) {
  const frames = sightings.flatMap((s) => s.stacks.flatMap((k) => k.frames));
  const base = (f) => f.split(/[\\/]/).at(-1);
  return frames.some((f) => {
    if (place.file && place.line)
      return f.kind === 'source' && base(f.file) === base(place.file) && f.line === place.line;
    const name = place.function ?? place.module;
    return name !== undefined && (f.function ?? f.module ?? f.text ?? '').includes(name);
  });
}

const rate = (hit, of) => (of === 0 ? '      -' : `${((100 * hit) / of).toFixed(1).padStart(6)}%`);
let dirty = 0;

function measure(source) {
  const rows = readFileSync(join(root, source, 'index.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((l) => JSON.parse(l));
  const totals = new Map();
  for (const row of rows) {
    const t = totals.get(row.tool) ?? {
      logs: 0,
      want: 0,
      hit: 0,
      extra: 0,
      kinds: 0,
      kindHits: 0,
      places: 0,
      placeHits: 0,
      spurious: 0,
      unread: 0,
      cut: 0,
    };
    totals.set(row.tool, t);
    const path = join(root, source, row.file);
    if (!existsSync(path) || path.endsWith('.gz')) continue;
    const parsed = parseText(readFileSync(path, 'utf8'));
    const found = parsed.sightings.filter((s) => !isHonesty(s));
    const remarks = [];
    t.logs++;
    t.unread += parsed.unread.length;
    if (!parsed.complete) t.cut++;
    if (parsed.unread.length > 0)
      remarks.push(`unread ${parsed.unread[0].line}: ${parsed.unread[0].text.slice(0, 100)}`);
    if (!parsed.complete) remarks.push(`cut: ${parsed.missing[0]}`);
    if (row.tool.endsWith('-none') || row.is_negative || row.twin) {
      t.spurious += found.length;
      if (found.length > 0) remarks.push(`spurious ${found.map((s) => s.rule).join(' ')}`);
    } else {
      const want = Object.entries(row.header_counts ?? {}).reduce(
        (n, [k, c]) => (NOT_FINDINGS.has(k) ? n : n + c),
        0,
      );
      t.want += want;
      t.hit += Math.min(found.length, want);
      t.extra += Math.max(0, found.length - want);
      if (found.length !== want && row.header_counts) remarks.push(`findings ${found.length} of ${want}`);
      const summaries = (row.summary_lines ?? []).filter((s) => s.kind && s.kind !== 'undefined-behavior');
      const kinds = new Set(
        [...(row.expected_kinds ?? [row.expected_kind]), ...summaries.map((s) => s.kind)].filter(Boolean),
      );
      for (const kind of kinds) {
        t.kinds++;
        if (kindSeen(kind, parsed.sightings)) t.kindHits++;
        else remarks.push(`kind ${kind}`);
      }
      const places = [
        ...(row.expected_locations ?? []),
        ...(row.summary_lines ?? []).filter((s) => s.file && s.line),
      ];
      for (const place of places) {
        t.places++;
        if (placeSeen(place, parsed.sightings)) t.placeHits++;
        else remarks.push(`place ${place.file ?? ''}:${place.line ?? ''} ${place.function ?? ''}`);
      }
    }
    if (list && remarks.length > 0)
      console.log(`${source}/${row.file} [${row.tool}]\n    ${remarks.slice(0, 4).join('\n    ')}`);
  }
  console.log(
    `\n${source}\n  ${'tool'.padEnd(24)}  logs  want  found     %  extra  kinds  places  spurious unread cut`,
  );
  for (const [tool, t] of [...totals].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(
      `  ${tool.padEnd(24)} ${String(t.logs).padStart(5)} ${String(t.want).padStart(5)} ${String(t.hit).padStart(6)} ${rate(t.hit, t.want)}` +
        ` ${String(t.extra).padStart(4)} ${rate(t.kindHits, t.kinds)} ${rate(t.placeHits, t.places)}` +
        ` ${String(t.spurious).padStart(6)} ${String(t.unread).padStart(6)} ${String(t.cut).padStart(4)}`,
    );
    dirty += t.spurious;
  }
}

for (const source of readdirSync(root).sort()) {
  if (!existsSync(join(root, source, 'index.jsonl'))) continue;
  if (wanted.length === 0 || wanted.includes(source)) measure(source);
}
process.exitCode = dirty > 0 ? 1 : 0;
