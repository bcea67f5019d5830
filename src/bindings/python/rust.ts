/** Extensions in Rust (maturin, setuptools-rust), which the project's own backend builds under a wrapper around rustc. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instrument, Step, Tools } from '../../model/launch.js';
import { rustcWrapper } from '../rustc-wrapper.js';

const BACKEND = /\bmaturin\b|\bsetuptools[_-]rust\b/;

/** Whether the project's build files name a backend for Rust. */
export const buildsRust = (project: string): boolean =>
  ['pyproject.toml', 'setup.py'].some((name) => {
    const file = join(project, name);
    return existsSync(file) && BACKEND.test(readFileSync(file, 'utf8'));
  });

/** A step that writes the wrapper, and the environment of a build that uses it. Nothing for a project without Rust. */
export const rustBuild = (
  project: string,
  place: { out: string; source: string },
  instrument: Pick<Instrument, 'cflags'>,
  tools: Tools,
): { steps: Step[]; env: Record<string, string> } =>
  buildsRust(project) ? rustcWrapper(project, place, instrument, tools) : { steps: [], env: {} };
