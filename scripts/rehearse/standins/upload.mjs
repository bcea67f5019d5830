// actions/upload-artifact, as far as action.yml uses it.
import { dirname } from 'node:path';
import { statSync } from 'node:fs';
import { DefaultArtifactClient } from '@actions/artifact';
import { getBooleanInput, getInput, setFailed, warning } from '@actions/core';
import { create } from '@actions/glob';

const client = new DefaultArtifactClient();
const name = getInput('name', { required: true });
const main = async () => {
  const globber = await create(getInput('path', { required: true }));
  const files = (await globber.glob()).filter((f) => statSync(f).isFile());
  const [search] = globber.getSearchPaths();
  if (files.length === 0) {
    const words = `no files were found for the artifact ${name}`;
    if (getInput('if-no-files-found') === 'error') setFailed(words);
    else warning(words);
  } else {
    if (getBooleanInput('overwrite')) await client.deleteArtifact(name).catch(() => undefined);
    const root = files.length === 1 && files[0] === search ? dirname(search) : search;
    await client.uploadArtifact(name, files, root);
  }
};

void main().catch(setFailed);
