/**
 * A separate program for tests inside the package that they test: adds to the installed package those of its
 * tests that a wheel omits, and configuration files that pytest looks for above them. Arguments: directories
 * of the suite, of the project and of the wheel's content.
 */
import { cpSync, existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from './package-root.js';

const ABOVE = ['pytest.ini', '.pytest.ini', 'pyproject.toml', 'tox.ini', 'setup.cfg', 'conftest.py'];

const [suite, project, installed] = process.argv.slice(2);
if (suite && project && installed) {
  const inside = relative(packageRoot(suite), suite);
  if (inside && existsSync(join(installed, inside.split('/')[0]!))) {
    // Never overwrites installed files: tests may be in the same directory as the code, and its sources
    // differ from the built ones.
    cpSync(suite, join(installed, inside), { recursive: true, force: false });
    for (const name of ABOVE)
      if (existsSync(join(project, name)))
        cpSync(join(project, name), join(installed, name), { force: false });
  }
}
