/**
 * A program of its own: when the tests lie inside the package that they test, puts what a wheel leaves out of them, and
 * what pytest looks for above them, into the installed package. Arguments: the suite's directory, the project's, and
 * where the wheel's content is.
 */
import { cpSync, existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from './package-root.js';

const ABOVE = ['pytest.ini', '.pytest.ini', 'pyproject.toml', 'tox.ini', 'setup.cfg', 'conftest.py'];

const [suite, project, installed] = process.argv.slice(2);
if (suite && project && installed) {
  const inside = relative(packageRoot(suite), suite);
  if (inside && existsSync(join(installed, inside.split('/')[0]!))) {
    // What is installed stays: the tests may lie beside the code, whose sources differ from what was built of them.
    cpSync(suite, join(installed, inside), { recursive: true, force: false });
    for (const name of ABOVE)
      if (existsSync(join(project, name)))
        cpSync(join(project, name), join(installed, name), { force: false });
  }
}
