/** .NET: projects whose sources import native functions. */
import { basename, dirname } from 'node:path/posix';
import { readXml } from './manifest.js';
import type { Found } from './proposal.js';
import { libraryName } from './proposal.js';
import { dirsWith, nearestOf, textsOf, under, within, type Tree } from './tree.js';
import { descendants, type Element } from './xml.js';

const IMPORTS = /\[(?:\w{1,60}: ?)?(?:DllImport|LibraryImport)(?:Attribute)?\(\s?"?([\w+./-]{1,80})"?/g;
/** Packages and SDKs of projects that hold tests. */
const TEST_PACKAGE =
  /^(?:Microsoft\.NET\.Test\.Sdk|xunit(?:\..{1,80})?|NUnit3?TestAdapter|MSTest(?:\..{1,80})?)$/i;

/** Elements of MSBuild, by name in lower case, with the attribute that refers to a package or an SDK. */
const REFERENCES = new Map([
  ['project', 'Sdk'],
  ['import', 'Sdk'],
  ['sdk', 'Name'],
  ['packagereference', 'Include'],
]);

/** What such an element refers to; `A;B` is two of them, `A/1.0` is one with its version. */
const referred = ({ name, attributes }: Element): string[] => {
  const value = attributes[REFERENCES.get(name.toLowerCase()) ?? ''] ?? '';
  return value.split(';').map((word) => word.trim().split('/', 1)[0] ?? '');
};

/** Format: https://learn.microsoft.com/visualstudio/msbuild/msbuild-project-file-schema-reference */
const isTestProject = (elements: readonly Element[]): boolean =>
  elements.some(
    (e) =>
      referred(e).some((name) => TEST_PACKAGE.test(name)) ||
      (e.name === 'IsTestProject' && e.text.trim().toLowerCase() === 'true'),
  );

/** Projects (*.csproj) that hold tests, also where the Directory.Build.props above them says so. */
const testProjects = async (tree: Tree, paths: readonly string[], unclear: string[]): Promise<string[]> => {
  const found: string[] = [];
  const propsAbove = nearestOf(dirsWith(tree, 'Directory.Build.props'));
  for (const path of paths) {
    const project = await readXml(tree, path, unclear);
    if (!project) continue;
    const above = propsAbove(path);
    const props =
      above === undefined ? undefined : await readXml(tree, under(above, 'Directory.Build.props'), unclear);
    // It is read for every project below it: what it says under a condition is for some of them.
    const shared = props ? descendants(props, (e) => e.attributes['Condition'] === undefined) : [];
    if (isTestProject([...descendants(project), ...shared])) found.push(path);
  }
  return found;
};

export const findDotnet = async (tree: Tree): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const cs = await textsOf(tree, (p) => p.endsWith('.cs'));
  const importing = cs.filter((f) => f.text.search(IMPORTS) >= 0);
  if (importing.length === 0) return found;
  const links = [
    ...new Set(importing.flatMap((f) => [...f.text.matchAll(IMPORTS)].map((m) => libraryName(m[1]!)))),
  ];
  const projects = tree.paths.filter((p) => p.endsWith('.csproj'));
  const tests = await testProjects(tree, projects, found.unclear);
  const why = `${importing[0]!.path} imports functions of ${links.slice(0, 5).join(', ')}`;
  for (const path of tests)
    found.suites.push({
      name: basename(path, '.csproj'),
      binding: 'net',
      dir: dirname(path),
      with: { runner: 'dotnet' },
      inputs: importing
        .map((f) => dirname(f.path))
        .filter((d, i, all) => all.indexOf(d) === i && !within(dirname(path), d)),
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
