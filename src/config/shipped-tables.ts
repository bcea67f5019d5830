/** The tables that the package ships (`matrices/*.json`), made from green runs of its own fixtures by `scripts/`. */
import { readFile } from 'node:fs/promises';
import type { FixturesReport } from '../model/report.js';

const read = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(new URL(`../../matrices/${name}.json`, import.meta.url), 'utf8')) as T;

/** Who saw which hazard. */
export const readDetection = (): Promise<FixturesReport['detection']> => read('detection');

/** Milliseconds that each cell took, by its id. */
export const readDurations = (): Promise<Record<string, number>> => read('durations');

/** The tool versions with which all fixtures passed. */
export const readProven = (): Promise<Proven> => read('proven');

/** Versions of tools with which all fixtures passed, newest last: `matrices/proven.json`, made by `scripts/proven.mjs`. */
export type Proven = Readonly<Record<string, readonly string[]>>;
