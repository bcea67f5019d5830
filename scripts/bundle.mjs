/**
 * Puts the modules of the command line into few files, `dist/bundle/`: node takes longer to find and open hundreds of small
 * files than to run what is in them. The last step of `npm run build`. Packages stay where they are, and so do programs that
 * run as processes of their own: a path that begins at a module's place still begins there.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const BUNDLE = join(DIST, 'bundle');

/** What `bin/` imports. */
const ENTRIES = { main: join(DIST, 'cli/main.js'), fault: join(DIST, 'cli/fault.js') };

const places = {
  name: 'places-of-modules',
  transform: (code, id) =>
    code.includes('import.meta.url')
      ? code.replaceAll(
          'import.meta.url',
          `new URL(${JSON.stringify(`../${relative(DIST, id)}`)}, import.meta.url).href`,
        )
      : null,
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

const bundle = await rolldown({
  input: ENTRIES,
  platform: 'node',
  external: (id) => !/^[./]/.test(id),
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
  codeSplitting: { groups: [{ name: 'always', test: (id) => always.has(id) }] },
});
await bundle.close();

// Old files go last: a command that runs meanwhile may still load them.
const made = new Set(output.map((file) => file.fileName));
for (const name of readdirSync(BUNDLE)) if (!made.has(name)) rmSync(join(BUNDLE, name), { recursive: true });
