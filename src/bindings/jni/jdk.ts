/**
 * A directory that looks like a JDK to surefire and whose `java` arms the real one. Surefire starts it by
 * `-Djvm`, so that the gate is around the JVM that runs the tests and never around Maven's own.
 * Surefire communicates with that JVM over its stdin and stdout, and moves all other text there into a dump
 * file. Therefore VM output (every `-Xcheck:jni` warning) goes to stderr, and stderr to a log file per
 * process.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Arm, Tools } from '../../model/launch.js';
import { envWords } from '../link.js';

/** The directory of the JDK that contains `tools.java`. */
export const jdkHome = (tools: Tools): string => {
  const java = tools['java'];
  if (!java) throw new Error('a JUnit suite is planned only where a JDK was found');
  return dirname(dirname(java.path));
};

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** A word of _JAVA_OPTIONS, whose quotes know no escapes (arguments.cpp, `parse_options_buffer`). */
const quotedForJvm = (word: string): string => (word.includes("'") ? `"${word}"` : `'${word}'`);

export type ArmedJdk = {
  /** The directory to create. It must not exist yet. */
  dir: string;
  arm: Arm;
  /** Receives `jvm.<pid>.log` (stderr and VM output) and `hs_err_<pid>.log` of each JVM. */
  logDir: string;
  /** Directories of `java.library.path`. They take precedence over those that the pom sets. */
  libraryPath: string[];
};

/** The text of the `java` script that replaces the real one. */
export const javaScript = (java: string, { arm, logDir, libraryPath }: Omit<ArmedJdk, 'dir'>): string => {
  const command = [
    ...['env', ...envWords(arm.env), ...arm.prefix, java, ...arm.hostArgs],
    ...[
      '-XX:+DisplayVMOutputToStderr',
      '-XX:-CreateCoredumpOnCrash',
      `-XX:ErrorFile=${logDir.replaceAll('%', '%%')}/hs_err_%p.log`,
    ],
  ];
  // Libraries unpack themselves from their jars into the temporary directory, for which the JVM ignores
  // TMPDIR. Only this variable is read after the command line, where a pom's argLine may name uninstrumented
  // libraries.
  const option = quotedForJvm(`-Djava.library.path=${libraryPath.join(':')}`);
  return [
    '#!/bin/sh',
    `case $TMPDIR in *\\'*) q='"' ;; *) q=\\' ;; esac`,
    `_JAVA_OPTIONS="$_JAVA_OPTIONS \${TMPDIR:+$q-Djava.io.tmpdir=$TMPDIR$q} "${quoted(option)}`,
    'export _JAVA_OPTIONS',
    `exec ${command.map(quoted).join(' ')} "$@" 2>>${quoted(logDir)}/jvm.$$.log`,
    '',
  ].join('\n');
};

/** Makes the directory and returns the path of its `java`. */
export const makeArmedJdk = (tools: Tools, jdk: ArmedJdk): string => {
  const home = jdkHome(tools);
  const java = join(jdk.dir, 'bin', 'java');
  mkdirSync(dirname(java), { recursive: true });
  mkdirSync(jdk.logDir, { recursive: true });
  // Surefire reads the version of the JVM from this file.
  symlinkSync(join(home, 'release'), join(jdk.dir, 'release'));
  writeFileSync(java, javaScript(join(home, 'bin', 'java'), jdk), { mode: 0o755 });
  return java;
};
