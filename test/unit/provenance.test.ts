/** Remotes of git as URLs that others can follow, without credentials. */
import { expect, test } from 'vitest';
import { repositoryUrl } from '../../src/host/provenance.js';

test.each([
  ['https://github.com/a/b.git', 'https://github.com/a/b'],
  ['https://user:secret@git.example:8443/a/b', 'https://git.example:8443/a/b'],
  ['git@github.com:a/b.git', 'https://github.com/a/b'],
  ['ssh://git@git.example:2222/a/b.git', 'https://git.example/a/b'],
  ['git://git.example/a.git', 'https://git.example/a'],
  ['host:/srv/git/a.git', 'https://host/srv/git/a'],
  ['/srv/git/a.git', undefined],
  ['../a.git', undefined],
  ['file:///srv/a.git', undefined],
  ['C:\\git\\a', undefined],
  ['', undefined],
  ['https://', undefined],
])('%s', (remote, url) => expect(repositoryUrl(remote)).toBe(url));
