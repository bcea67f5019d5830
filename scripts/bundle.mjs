/**
 * Puts the modules of the command line into few files, `dist/bundle/`: node takes longer to find and open hundreds of small
 * files than to run what is in them. The last step of `npm run build`. Programs that run as processes of their own stay where
 * they are: a path that begins at a module's place still begins there.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const BUNDLE = join(DIST, 'bundle');

/** What `bin/` imports. */
const ENTRIES = { main: join(DIST, 'cli/main.js'), fault: join(DIST, 'cli/fault.js') };

/** Packages that most commands load, of many modules or in CommonJS. They are joined in, with all that they need themselves. */
const JOINED = [
  'execa',
  'listr2',
  'proper-lockfile',
  'string-width',
  'tinyglobby',
  'which',
  'yaml',
  'yargs',
  'zod',
];

/** `/…/node_modules/@a/b/lib/c.js`: the package's directory, its name, and the path in it. */
const PACKAGED = /^(.*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+))[/\\](.*)$/;

/** Where a module was, as an expression. Packages that only packages need have no place that we could know: they get the bundle's. */
const placeOf = (id) => {
  const [, , name, path] = PACKAGED.exec(id) ?? [];
  if (name === undefined)
    return `new URL(${JSON.stringify(`../${relative(DIST, id)}`)}, import.meta.url).href`;
  return JOINED.includes(name)
    ? `new URL(${JSON.stringify(path)}, import.meta.resolve('${name}/package.json')).href`
    : 'import.meta.url';
};

const places = {
  name: 'places-of-modules',
  transform: (code, id) =>
    code.includes('import.meta.url') ? code.replaceAll('import.meta.url', placeOf(id)) : null,
};

/** What every command loads: one file. */
const always = new Set();
const eager = {
  name: 'what-every-command-loads',
  buildEnd() {
    const visit = (id) => {
      if (always.has(id)) return;
      always.add(id);
      for (const next of this.getModuleInfo(id)?.importedIds ?? []) visit(next);
    };
    for (const entry of Object.values(ENTRIES)) visit(entry);
  },
};

/** The other packages are left where they are. */
const isExternal = (id, importer) => {
  if (isBuiltin(id)) return true;
  return /^[^./]/.test(id) && !PACKAGED.test(importer ?? '') && !JOINED.includes(id);
};

const bundle = await rolldown({
  input: ENTRIES,
  platform: 'node',
  external: isExternal,
  plugins: [places, eager],
  onLog: (level, { message }) => {
    throw new Error(`${level}: ${message}`);
  },
});
const { output } = await bundle.write({
  dir: BUNDLE,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: {
    groups: [
      { name: 'always', test: (id) => always.has(id), priority: 2 },
      { name: (id) => PACKAGED.exec(id)?.[2]?.replace(/\W/g, '-'), debugName: 'packages', priority: 1 },
    ],
  },
});
await bundle.close();

/** What the licences of joined packages ask for. */
const licences = new Map();
for (const id of output.flatMap((file) => file.moduleIds ?? [])) {
  const [, dir, name] = PACKAGED.exec(id) ?? [];
  if (dir === undefined || licences.has(name)) continue;
  const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
  const files = readdirSync(dir).filter((file) => /^licen[cs]e/i.test(file));
  if (files.length === 0) throw new Error(`${name} has no licence to pass on`);
  licences.set(name, [
    `# ${name} ${version}`,
    ...files.map((f) => readFileSync(join(dir, f), 'utf8').trim()),
  ]);
}
const names = [...licences.keys()].toSorted();
writeFileSync(
  join(BUNDLE, 'LICENCES.md'),
  `${names.map((name) => licences.get(name).join('\n\n')).join('\n\n')}\n`,
);

// Old files go last: a command that runs meanwhile may still load them.
const made = new Set([...output.map((file) => file.fileName), 'LICENCES.md']);
for (const name of readdirSync(BUNDLE)) if (!made.has(name)) rmSync(join(BUNDLE, name), { recursive: true });
