#!/usr/bin/env node
/**
 * Stands for `gh` in the rehearsal of a release: the calls that the workflow makes, on the bare repository `GH_ORIGIN`. As GitHub does,
 * it refuses a reference that exists or does not, and one that would go back without force. Any other call ends with 64.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

const { GH_ORIGIN, GH_REPO } = process.env;
const git = (...args) => execFileSync('git', ['-C', GH_ORIGIN, ...args], { encoding: 'utf8' }).trim();
const refuse = (why, code = 1) => {
  console.error(`gh: ${why}`);
  process.exit(code);
};
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    method: { type: 'string', default: 'GET' },
    'raw-field': { type: 'string', multiple: true, default: [] },
    field: { type: 'string', multiple: true, default: [] },
    silent: { type: 'boolean' },
    paginate: { type: 'boolean' },
    jq: { type: 'string' },
    'verify-tag': { type: 'boolean' },
    title: { type: 'string' },
    'notes-file': { type: 'string' },
  },
});
const exists = (ref) => spawnSync('git', ['-C', GH_ORIGIN, 'rev-parse', '-q', '--verify', ref]).status === 0;
const [command, ...rest] = positionals;

if (command === 'release' && rest[0] === 'create') {
  const [, tag, ...files] = rest;
  if (!exists(`refs/tags/${tag}`)) refuse(`tag ${tag} does not exist`);
  appendFileSync(join(GH_ORIGIN, 'releases'), `${[tag, ...files.map((f) => basename(f))].join(' ')}\n`);
} else if (command === 'api') {
  const path = rest[0].slice(`repos/${GH_REPO}/git/`.length);
  const fields = new Map([...values['raw-field'], ...values.field].map((f) => f.split(/=(.*)/s)));
  const [kind, ref] = [path.split('/')[0], path.replace(/^(?:matching-)?refs?\//, 'refs/')];
  if (kind === 'matching-refs' && values.jq === '.[].ref')
    console.log(git('for-each-ref', '--format=%(refname)', `${ref}*`));
  else if (kind === 'ref' && values.method === 'GET') {
    if (!exists(ref)) refuse('Not Found (HTTP 404)');
  } else if (kind === 'refs' && values.method === 'POST') {
    if (exists(fields.get('ref'))) refuse('Reference already exists (HTTP 422)');
    git('update-ref', fields.get('ref'), fields.get('sha'));
  } else if (kind === 'refs' && values.method === 'PATCH') {
    if (!exists(ref)) refuse('Reference does not exist (HTTP 422)');
    const forward = spawnSync('git', [
      '-C',
      GH_ORIGIN,
      'merge-base',
      '--is-ancestor',
      ref,
      fields.get('sha'),
    ]);
    if (forward.status !== 0 && fields.get('force') !== 'true')
      refuse('Update is not a fast forward (HTTP 422)');
    git('update-ref', ref, fields.get('sha'));
  } else refuse(`no such call here: ${process.argv.slice(2).join(' ')}`, 64);
} else refuse(`no such call here: ${process.argv.slice(2).join(' ')}`, 64);
