/**
 * Reads explanations of hazards, with example code, from `docs/hazards/*.md`. People read these pages too.
 */
import { EXIT } from '../model/exit-codes.js';
import { readdirSync, readFileSync } from 'node:fs';
import { Failure } from '../model/failure.js';
import { HAZARDS } from '../model/hazards.js';
import type { Hazard } from '../model/hazard.js';
import { nearest } from '../config/did-you-mean.js';
import type { FixturesReport } from '../model/report.js';

export type Example = { language: string; wrong: string; right: string };
/** `unseen`: why no gate sees it, by binding, or by `*` for all of which nothing else is said. */
export type Explanation = { text: string; examples: Example[]; unseen: Record<string, string> };
export type Detection = FixturesReport['detection'];

const DOCS = new URL('../../docs/hazards/', import.meta.url);
const MARK = /^(?:\/\/|#) (wrong|right)$/;

/** A paragraph that says why no gate sees a hazard: `Not seen in node, net: …`, or `Not seen: …` for every binding. */
const UNSEEN = /^Not seen(?: in ([a-z, ]{1,80}))?: (.*)$/;

const addParagraph = (e: Explanation, paragraph: readonly string[]): void => {
  const text = paragraph.join(' ');
  const unseen = UNSEEN.exec(text);
  if (!unseen) e.text = `${e.text} ${text}`.trim();
  else for (const b of (unseen[1] ?? '*').split(',')) e.unseen[b.trim()] = unseen[2]!;
};

const example = (language: string, body: readonly string[]): Example => {
  const halves: Record<string, string[]> = { wrong: [], right: [] };
  let half: string[] | undefined;
  for (const line of body) {
    const m = MARK.exec(line);
    if (m) half = halves[m[1]!];
    else half?.push(line);
  }
  return { language, wrong: halves['wrong']!.join('\n'), right: halves['right']!.join('\n') };
};

/**
 * Reads the sections of one page: `## hazard/id`, text, why it is not seen where it is not, then fenced blocks. A
 * block's info string is its language; the comment lines `wrong` and `right` begin its two halves.
 */
export const parseExplanations = (text: string): Map<string, Explanation> => {
  const all = new Map<string, Explanation>();
  let open: Explanation | undefined;
  let fence: { language: string; body: string[] } | undefined;
  let paragraph: string[] = [];
  for (const line of text.split('\n')) {
    if (fence) {
      if (line !== '```') fence.body.push(line);
      else {
        open?.examples.push(example(fence.language, fence.body));
        fence = undefined;
      }
      continue;
    }
    if (line.trim() && !/^(?:```|## )/.test(line)) {
      paragraph.push(line.trim());
      continue;
    }
    if (open && paragraph.length) addParagraph(open, paragraph);
    paragraph = [];
    if (line.startsWith('```')) fence = { language: line.slice(3), body: [] };
    else if (line.startsWith('## '))
      all.set(line.slice(3).trim(), (open = { text: '', examples: [], unseen: {} }));
  }
  if (open && paragraph.length) addParagraph(open, paragraph);
  return all;
};

/** All shipped explanations, by hazard id. */
export const readExplanations = (): Map<string, Explanation> =>
  new Map(
    readdirSync(DOCS)
      .filter((f) => f.endsWith('.md') && f !== 'README.md')
      .sort()
      .flatMap((f) => [...parseExplanations(readFileSync(new URL(f, DOCS), 'utf8'))]),
  );

/**
 * The hazards that `word` names: an id, a family, or a unique last part of an id. Throws `Failure` 2 with a
 * suggestion.
 */
export const findHazards = (word: string): Hazard[] => {
  const exact = HAZARDS.filter((h) => h.id === word);
  if (exact.length) return exact;
  const family = HAZARDS.filter((h) => h.id.startsWith(`${word.replace(/\/$/, '')}/`));
  if (family.length) return family;
  const named = HAZARDS.filter((h) => h.id.endsWith(`/${word}`));
  if (named.length) return named;
  const names = HAZARDS.map((h) => h.id.split('/')[1]!);
  const families = HAZARDS.map((h) => h.id.split('/')[0]!);
  const close = nearest(word, [...HAZARDS.map((h) => h.id), ...names, ...families]);
  const meant = HAZARDS.find((h) => h.id.endsWith(`/${close}`))?.id ?? close;
  throw new Failure(
    EXIT.USAGE,
    `'${word}' is not a hazard.${meant === undefined ? ' See: ffi-gates list hazards' : ` Did you mean '${meant}'?`}`,
  );
};
