// Writes .github/workflows/shards.yml, our own copy of the workflow that `init` writes into other repositories:
// `node scripts/workflows.mjs` after `npm run build`.
import { writeFileSync } from 'node:fs';
import { ownShards } from '../dist/init/ci/github.js';

writeFileSync(new URL('../.github/workflows/shards.yml', import.meta.url), ownShards());
