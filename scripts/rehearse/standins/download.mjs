// actions/download-artifact, as far as action.yml uses it: by name, or every one that matches a pattern with a star at its end.
import { join } from 'node:path';
import { DefaultArtifactClient } from '@actions/artifact';
import { getInput, setFailed } from '@actions/core';

const client = new DefaultArtifactClient();
const [name, pattern, path] = ['name', 'pattern', 'path'].map((i) => getInput(i));
const main = async () => {
  if (name) {
    const { artifact } = await client.getArtifact(name);
    await client.downloadArtifact(artifact.id, { path });
  } else {
    const start = pattern.replace(/\*$/, '');
    const { artifacts } = await client.listArtifacts();
    const wanted = artifacts.filter((a) =>
      start === pattern ? a.name === pattern : a.name.startsWith(start),
    );
    const alone = wanted.length === 1;
    for (const a of wanted) await client.downloadArtifact(a.id, { path: alone ? path : join(path, a.name) });
  }
};

void main().catch(setFailed);
