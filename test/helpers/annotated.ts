/** Annotations of one file, without the suite that it belongs to. */
import { readFileSync } from 'node:fs';
import { parseAnnotations, type Expectation } from '../../src/config/annotations.js';

/** The planted cases of a file. Lines that call cases (`~ calls …`) mean those of the whole suite, and are left out. */
export const casesIn = (file: string): Expectation[] =>
  parseAnnotations(readFileSync(file, 'utf8').replace(/~(\^* ?)calls .*/g, ''), file);
