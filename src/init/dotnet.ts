/** .NET: projects whose sources import native functions. */
import { basename, dirname } from 'node:path/posix';
import type { Found } from './proposal.js';
import { libraryName } from './proposal.js';
import { textsOf, within, type Tree } from './tree.js';

const IMPORTS = /\[(?:\w{1,60}: ?)?(?:DllImport|LibraryImport)(?:Attribute)?\(\s?"?([\w+./-]{1,80})"?/g;
const SDK = /Microsoft\.NET\.Test\.Sdk|\bxunit\b|NUnit3?TestAdapter|MSTest/i;

export const findDotnet = async (tree: Tree): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const cs = await textsOf(tree, (p) => p.endsWith('.cs'));
  const importing = cs.filter((f) => f.text.search(IMPORTS) >= 0);
  if (importing.length === 0) return found;
  const links = [
    ...new Set(importing.flatMap((f) => [...f.text.matchAll(IMPORTS)].map((m) => libraryName(m[1]!)))),
  ];
  const projects = await textsOf(tree, (p) => p.endsWith('.csproj'));
  const tests = projects.filter((p) => SDK.test(p.text));
  const why = `${importing[0]!.path} imports functions of ${links.slice(0, 5).join(', ')}`;
  for (const p of tests)
    found.suites.push({
      name: basename(p.path, '.csproj'),
      binding: 'net',
      dir: dirname(p.path),
      with: { runner: 'dotnet' },
      inputs: importing
        .map((f) => dirname(f.path))
        .filter((d, i, all) => all.indexOf(d) === i && !within(dirname(p.path), d)),
      links,
      needsTarget: true,
      why,
    });
  if (tests.length) return found;
  const fixture = cs.find((f) => /\[Test(?:Fixture)?\b/.test(f.text) && f.text.includes('NUnit.Framework'));
  if (fixture && projects.length === 0)
    found.suites.push({
      name: basename(dirname(fixture.path)),
      binding: 'net',
      dir: dirname(fixture.path),
      links,
      needsTarget: true,
      why: `${why}; NUnit under Mono`,
    });
  else
    found.unclear.push(
      `${importing[0]!.path}: imports native functions, and no test project (*.csproj with a test SDK) is here`,
    );
  return found;
};
