// Prints what CHANGELOG.md says of a version: node scripts/release-notes.mjs v1.2.3. Exits with 1 if that is another version than
// that of package.json and of the action, or if nothing is said of it.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const fail = (why) => {
  console.error(why);
  process.exit(1);
};

const version = (process.argv[2] ?? '').replace(/^v/, '');
const { name, version: packed } = JSON.parse(read('package.json'));
if (version !== packed) fail(`the tag says ${version}, and package.json says ${packed}`);
const { default: command } = parse(read('action.yml')).inputs.command;
if (command !== `npx --yes ${name}@${version}`) fail(`action.yml starts another version: ${command}`);
const section = read('CHANGELOG.md')
  .split(/^## /m)
  .find((s) => s.split(/[\s\]]/)[0].replace('[', '') === version);
const text = section?.slice(section.indexOf('\n')).trim();
if (!text) fail(`CHANGELOG.md says nothing of ${version}`);
console.log(text);
