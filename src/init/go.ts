/** Go modules with packages that `import "C"`. */
import { basename, dirname, relative } from 'node:path/posix';
import { ciLines, goTags } from './ci.js';
import type { Found } from './proposal.js';
import { dirsWith, textsOf, under, within, type Tree } from './tree.js';

/** Also with a comment behind it (`// nolint`). */
const CGO = /^(?:import )?[ \t]{0,4}"C"[ \t]{0,8}(?:\/[/*].*)?\r?$/m;
/** What follows `LDFLAGS:` in the `#cgo` lines of a file. */
const linksOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.includes('#cgo ') && line.includes('LDFLAGS:'))
    .map((line) => line.slice(line.indexOf('LDFLAGS:')));

/** More packages with tests than this are not all compiled for each gate: only those that use cgo are named. */
const MANY = 12;

export const findGo = async (tree: Tree): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const modules = dirsWith(tree, 'go.mod');
  if (modules.length === 0) {
    const stray = (await textsOf(tree, (p) => p.endsWith('.go'))).find((f) => CGO.test(f.text));
    if (stray) found.unclear.push(`${stray.path}: imports "C", and there is no go.mod above it`);
    return found;
  }
  const moduleOf = (path: string): string | undefined =>
    modules.filter((m) => within(m, path)).sort((a, b) => b.length - a.length)[0];
  const sources = (await textsOf(tree, (p) => p.endsWith('.go'))).filter((f) => CGO.test(f.text));
  for (const dir of modules) {
    const own = sources.filter((f) => moduleOf(f.path) === dir);
    if (own.length === 0) continue;
    const packages = [...new Set(own.map((f) => dirname(f.path)))].sort();
    const tested = [
      ...new Set(
        tree.paths.filter((p) => p.endsWith('_test.go') && moduleOf(p) === dir).map((p) => dirname(p)),
      ),
    ];
    if (tested.length === 0) {
      found.unclear.push(`${under(dir, 'go.mod')}: ${own[0]!.path} imports "C", and there is no _test.go`);
      continue;
    }
    const chosen = tested.length > MANY ? tested.filter((d) => packages.includes(d)) : [];
    const module = /^module (\S{1,200})/m.exec(await tree.read(under(dir, 'go.mod')))?.[1] ?? basename(dir);
    const links = own.flatMap((f) =>
      linksOf(f.text).flatMap((line) => [...line.matchAll(/-l([\w+.-]{1,80})/g)].map((l) => l[1]!)),
    );
    const tags = goTags(await ciLines(tree, dir));
    const patterns = chosen.map((d) => (d === dir ? '.' : `./${relative(dir, d)}`));
    found.suites.push({
      name:
        module
          .replace(/\/v\d+$/, '')
          .split('/')
          .at(-1) ?? 'go',
      binding: 'go',
      dir,
      compiles: dir,
      ...(patterns.length || tags.length
        ? {
            with: {
              ...(patterns.length ? { package: patterns } : {}),
              ...(tags.length ? { tags } : {}),
            },
          }
        : {}),
      links,
      why: `${packages.length === 1 ? `${own[0]!.path} imports` : `${packages.length} packages import`} "C"${patterns.length ? `; of ${tested.length} packages with tests only those are compiled` : ''}`,
    });
  }
  return found;
};
