/** Paths that tools would take apart are refused before anything runs, with the reason; all others are served. */
import { describe, expect, test } from 'vitest';
import { checkPaths } from '../../src/cli/check-request.js';
import { parseMatrix } from '../../src/config/matrix.js';
import { memcheck } from '../../src/gates/valgrind.js';
import { asan } from '../../src/gates/sanitizers.js';
import { madeHost } from '../helpers/made-host.js';

const matrix = (builder: 'make' | 'cmake', binding = 'c') =>
  parseMatrix(
    `version: 1\ntargets:\n  t: { builder: ${builder}, dir: ., produces: [libt.so] }\nsuites:\n  - { id: s, binding: ${binding}, dir: ., targets: [t] }\ngates: { plain: }\n`,
    '/repo/ffi-gates.yaml',
  );
const USUAL = { out: '/w/out', cache: '/w/cache', repository: '/w/repo' };
const LONG = `/${Array.from({ length: 5 }, () => 'x'.repeat(40)).join('/')}`;

describe('a path with', () => {
  const REFUSED: [keyof typeof USUAL, string, RegExp][] = [
    [
      'out',
      '/w/a:b',
      /^the output directory must not contain ':', .*sanitizers: \/w\/a:b; pass another --out$/,
    ],
    ['out', '/w/a"b', /must not contain '"'/],
    ['out', '/w/a\nb', /must not contain "\\n"/],
    [
      'cache',
      '/w/a;b',
      /^the build cache must not contain ';', .*LD_LIBRARY_PATH: \/w\/a;b; pass another --cache$/,
    ],
    ['cache', '/w/a:b', /must not contain ':'/],
    ['cache', '/w/a,b', /must not contain ','.*-Wl,-rpath/],
    ['cache', '/w/a#b', /must not contain '#'/],
    ['cache', '/w/a\\b', /must not contain '\\'/],
    ['cache', '/w/a\tb', /must not contain "\\t"/],
    ['repository', '/w/a:b', /^the path of the repository must not contain ':', .*; move it$/],
    ['repository', '/w/a;b', /must not contain ';'.*CMake/],
    ['repository', '/w/C#', /must not contain '#'.*CMake/],
    ['repository', '/w/a"b', /must not contain '"'.*CMake/],
    ['repository', '/w/a[1]', /must not contain '\['.*GLOB/],
  ];
  test.each(REFUSED)('%s %j is refused', (path, value, message) => {
    expect(() => checkPaths(matrix('cmake'), { ...USUAL, [path]: value })).toThrow(message);
  });

  const SERVED = ['/w/a b', "/w/a'b", '/w/a=b', '/w/a$b', '/w/ünï', '/w/-a', '/w/日本', '/w/a%pb', LONG];
  test.each(SERVED)('%j is served', (value) => {
    checkPaths(matrix('cmake'), { out: value, cache: value, repository: value });
  });

  test('what only CMake cannot take is served without it', () => {
    checkPaths(matrix('make'), { ...USUAL, out: '/w/a,b;c#d', repository: '/w/C#;d[1]' });
  });

  const OF_A_HOST: [string, keyof typeof USUAL, string, RegExp][] = [
    ['node', 'cache', '/w/a$b', /'\$'.*node-gyp/],
    ['node', 'repository', '/w/a$b', /'\$'.*node-gyp/],
    ['rs', 'cache', '/w/a%b', /'%'.*linker/],
  ];
  test.each(OF_A_HOST)('what the tools of %s take apart is refused: %s %s', (binding, path, value, why) => {
    expect(() => checkPaths(matrix('make', binding), { ...USUAL, [path]: value })).toThrow(why);
    checkPaths(matrix('make'), { ...USUAL, [path]: value });
  });

  test.each(['py', 'pyx'])('what pytest reads as parameters of a test is refused for %s', (binding) => {
    const refused = () => checkPaths(matrix('make', binding), { ...USUAL, repository: '/w/a[1]' });
    expect(refused).toThrow(/must not contain '\['.*pytest/);
  });
});

describe('the directory of the logs in options of checkers', () => {
  const at = (logDir: string) => ({ host: madeHost(), binding: 'c', compiler: 'gcc', logDir }) as const;
  test.each(['/w/a b', '/w/a,b', '/w/a\tb'])('%j is quoted where sanitizers split', (dir) => {
    expect(asan.arm(at(dir)).env['ASAN_OPTIONS']).toContain(`log_path="${dir}/asan"`);
  });
  test('a percent sign is doubled for Valgrind', () => {
    expect(memcheck.arm(at('/w/a%pb')).prefix).toContain('--xml-file=/w/a%%pb/vg.%p.xml');
  });
});
