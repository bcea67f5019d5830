// One text for the tracking issue, from the pages of a soak in parts: `node scripts/soak-issue.mjs DIR PART…`, where
// DIR/ffi-gates-soak-PART/page.md is the page of a part. Each gets its share of what an issue may hold, and what one does not need
// is left to the next. A part without a page is named first, since its silence is no news.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** GitHub refuses issues of more characters than 65,536. */
const MAX = 65_000;
const CUT = '\n\n_Cut here. The whole page is in the artifact of this part._\n';

const [dir, ...parts] = process.argv.slice(2);
if (dir === undefined || parts.length === 0) {
  console.error('usage: node scripts/soak-issue.mjs DIR PART…');
  process.exit(2);
}
const pages = parts.map((part) => {
  try {
    return { part, text: readFileSync(join(dir, `ffi-gates-soak-${part}`, 'page.md'), 'utf8') };
  } catch {
    return { part, text: undefined };
  }
});

/** The lines from the start that fit. Rows of tables are never cut in the middle. */
const fitting = (text, room) => {
  if (text.length <= room) return text;
  const end = text.lastIndexOf('\n', room - CUT.length);
  return `${text.slice(0, Math.max(0, end))}${CUT}`;
};

const absent = pages.filter((p) => p.text === undefined);
let out = absent.map((p) => `**No page of ${p.part}: its job left none.**\n\n`).join('');
// The shortest first, so that what they leave goes to the others.
const there = pages.filter((p) => p.text !== undefined);
const texts = new Map();
let room = MAX - out.length;
let left = there.length;
for (const { part, text } of there.toSorted((a, b) => a.text.length - b.text.length)) {
  const heading = `# ${part}\n\n`;
  const body = `${heading}${fitting(text, Math.floor(room / left) - heading.length - 1)}\n`;
  texts.set(part, body);
  room -= body.length;
  left -= 1;
}
for (const { part } of there) out += texts.get(part);
process.stdout.write(out);
