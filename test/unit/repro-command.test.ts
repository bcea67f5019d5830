import { describe, expect, test } from 'vitest';
import { partsOf, reproOf, withEnvironment } from '../../src/execute/repro-command.js';

const l = (logDir: string, env: Record<string, string> = { A: "it's" }) =>
  reproOf({ argv: ['/bin/x', '--opt', 'a b', '); cat /etc/* 2>/dev/null'], cwd: '/r', env }, logDir);

describe('partsOf', () => {
  test.each(['/out/logs/1/gate', "/o'dd/logs", '/out/with blank'])(
    'finds the logs of a line that we made: %s',
    (dir) => {
      const line = l(dir);
      const parts = partsOf(line)!;
      expect(parts.logDir).toBe(dir);
      expect(line.startsWith(`${parts.command}; cat `)).toBe(true);
      expect(parts.command.endsWith(')')).toBe(true);
    },
  );
  test('does not take another line for one', () => expect(partsOf('true')).toBeUndefined());
});

test('the environment is whole, quoted, and without credentials', () => {
  const line = withEnvironment(l('/d'), {
    PATH: '/bin',
    NOTE: "it's $HOME",
    GITHUB_TOKEN: 'x',
    'BASH_FUNC_f%%': '() {}',
  });
  expect(line).toContain(` && env -i PATH=/bin 'NOTE=it'\\''s $HOME' 'A=it'\\''s' /bin/x`);
  expect(line).not.toContain('GITHUB_TOKEN');
  expect(line).not.toContain('BASH_FUNC');
});
