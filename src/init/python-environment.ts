/** The environment in which a Python project's maintainers run its tests: what tox and nox set for them. */
import { toxSettings } from './pyproject.js';
import { toxLines, type BuildFiles } from './python-requirements.js';
import { under, type Tree } from './tree.js';

/** Variables that are about tools which we do not run, or that would take away what a gate sets. */
const NOT_THEIRS =
  /^(?:(?:C|CXX|CPP|LD)FLAGS|CC|CXX|LDSHARED|PATH|HOME|TMPDIR|LD_\w+|(?:A|L|T|UB|M)SAN_\w+|PYTHON(?:PATH|HOME|MALLOC|SAFEPATH|WARNINGS|FAULTHANDLER|DONTWRITEBYTECODE|USERBASE|NOUSERSITE)|(?:COV|COVERAGE|PIP|TOX|NOX|UV|VIRTUALENV|PYTEST)_?\w*)$/;

/** Words that mean themselves: no template, no reference to another variable. */
const isPlain = (value: string): boolean => !/[{}$\n]/.test(value);

type Pair = [name: string, value: string];

/** `NAME = VALUE` of `setenv`. */
const ofTox = ({ toml, texts }: BuildFiles): Pair[] => {
  const tox = toxSettings(toml);
  const lines = toxLines(texts['tox.ini'] || tox.ini, 'setenv', 'set_env');
  return [
    ...lines.flatMap((line): Pair[] => {
      const at = line.indexOf('=');
      return at < 0 || line.startsWith('#') ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
    }),
    ...Object.entries(tox.env).filter((e): e is Pair => typeof e[1] === 'string'),
  ];
};

/** `session.env["NAME"] = "VALUE"`, and `env={"NAME": "VALUE"}` of a call that runs pytest. */
const ofNox = (text: string): Pair[] => {
  const set = text.matchAll(/\bsession\.env\["(\w{1,80})"\] = "([^"\n]{0,200})"/g);
  const given = text
    .split('session.run(')
    .slice(1)
    .map((rest) => rest.split(/\n\s{0,80}\n/, 1)[0]!)
    .filter((call) => /["']pytest["']/.test(call))
    .flatMap((call) => [
      ...(call.split(/\benv=\{/, 2)[1]?.split('}', 1)[0] ?? '').matchAll(
        /["'](\w{1,80})["']: ?["']([^"'\n]{0,200})["']/g,
      ),
    ]);
  return [...set, ...given].map((m) => [m[1]!, m[2]!]);
};

/** Variables for a suite of the project in `dir`. */
export const testEnvironment = async (
  tree: Tree,
  dir: string,
  files: BuildFiles,
): Promise<{ env?: Record<string, string> }> => {
  const pairs = [...ofTox(files), ...ofNox(await tree.read(under(dir, 'noxfile.py')))];
  const env = Object.fromEntries(
    pairs.filter(([name, value]) => /^[A-Za-z_]\w*$/.test(name) && !NOT_THEIRS.test(name) && isPlain(value)),
  );
  return Object.keys(env).length ? { env } : {};
};
