/** Mapped objects as the processes recorded them at their end. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { recordedObjects } from '../../src/execute/recorded-objects.js';

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-recorded-'));
afterAll(() => rmSync(dir, { recursive: true }));
const at = (name: string): string => join(dir, name);

test('records are read with the copies of what is gone', async () => {
  mkdirSync(at('objects'));
  writeFileSync(
    at('objects/maps.7'),
    '7f00-7f01 r-xp 00000000 08:01 1 /tmp/gone.so (deleted)\n7f02-7f03 r--p 00000000 08:01 1 /data\n',
  );
  expect(await recordedObjects(at('objects'))).toEqual(['/tmp/gone.so']);
  writeFileSync(at('objects/gone.so'), '');
  expect(await recordedObjects(at('objects'))).toEqual([at('objects/gone.so')]);
  expect(await recordedObjects(at('nowhere'))).toBeUndefined();
});
