/** The table of tool versions with which all fixtures passed. */
import { readFile } from 'node:fs/promises';
import type { Proven } from '../judge/blame.js';

const TABLE = new URL('../../matrices/proven.json', import.meta.url);

/** Reads the table that the package ships. */
export const readProven = async (): Promise<Proven> => JSON.parse(await readFile(TABLE, 'utf8')) as Proven;
