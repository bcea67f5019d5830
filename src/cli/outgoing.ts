/**
 * The redactor of this process: everything that a command prints passes through it. It knows the environment, and a
 * matrix as soon as one is loaded. There is one, since what a secret is does not depend on who prints it.
 */
import { existsSync } from 'node:fs';
import { makeRedactor, type Redactor } from '../redaction/redactor.js';
import { secretsIn, secretsOfEnv, type Secret } from '../redaction/secrets.js';

const isPath = (value: string): boolean => value.startsWith('/') && existsSync(value);

let learned: Secret[] = [];
let current: Redactor | undefined;

/** Adds the secrets of a matrix. */
export const learnSecrets = (matrix: unknown): void => {
  learned = [...learned, ...secretsIn(matrix, isPath)];
  current = undefined;
};

/** The secrets that are known so far: those of matrices, then those of the environment. */
export const knownSecrets = (): Secret[] => [...learned, ...secretsOfEnv(process.env, isPath)];

/** The redactor, with all that is known so far. */
export const outgoing = (): Redactor => (current ??= makeRedactor(knownSecrets()));
