/**
 * The tables that the package ships (`matrices/*.json`). `scripts/` makes them from passed runs of our
 * fixtures.
 */
import { readFile } from 'node:fs/promises';
import type { FixturesReport } from '../model/report.js';

const read = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(new URL(`../../matrices/${name}.json`, import.meta.url), 'utf8')) as T;

/** Which gates detected which hazard. */
export const readDetection = (): Promise<FixturesReport['detection']> => read('detection');

/** Duration of each cell in milliseconds, by its id. */
export const readDurations = (): Promise<Record<string, number>> => read('durations');

/** The tool versions with which all fixtures passed. */
export const readProven = (): Promise<Proven> => read('proven');

/**
 * Versions of tools with which all fixtures passed, newest last. `matrices/proven.json` is made by
 * `scripts/proven.mjs`.
 */
export type Proven = Readonly<Record<string, readonly string[]>>;
