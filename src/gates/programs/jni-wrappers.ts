/** A separate program: writes the wrappers of JNI's functions. Arguments: the JDK's `jni.h`, the C file to write. */
import { readFileSync, writeFileSync } from 'node:fs';
import { jniFunctions, jniWrappers } from './jni-table.js';

const [header, out] = process.argv.slice(2);
if (header === undefined || out === undefined) throw new Error('usage: jni-wrappers <jni.h> <out.h>');
writeFileSync(out, jniWrappers(jniFunctions(readFileSync(header, 'utf8'))));
