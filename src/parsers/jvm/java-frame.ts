/** Frames as the JVM prints them: in exception-like stacks and in its crash reports (`frame.cpp`, `vmError.cpp`). */
import type { Frame } from '../../model/diagnostic.js';

/** `\tat pkg.Class.method(File.java:9)`, `(Native Method)`, `(Unknown Source)`, with `app//` or `module@1/` in front. */
export function javaFrame(text: string): Frame | undefined {
  const found = /^\s*at ([^\s()]+)\(([^()]*)\)\s*$/.exec(text);
  if (!found) return undefined;
  const [, name = '', place = ''] = found;
  // A hidden class has a slash of its own: `Main$$Lambda/0x00000008000c2000.run`.
  const method = name.replace(/^.*\/(?!0x)/, '');
  const at = /^([^:]+):(\d+)$/.exec(place);
  if (at) return { kind: 'source', function: method, file: at[1] ?? '', line: Number(at[2]) };
  return /\.(?:java|kt|scala|groovy|clj)$/.test(place)
    ? { kind: 'symbol', function: method, file: place }
    : { kind: 'symbol', function: method };
}

/** A line of `Native frames:` and whether it is a Java frame. */
export type HotspotFrame = { frame: Frame; java: boolean };

/**
 * `C  [libx.so+0x1149]  fn+0x9`, `V  [libjvm.so+0x6b28e6]  f(int)+0x106  (file.cpp:12)`, `C  0x00007f…`,
 * `j  pkg.Class.method(I)V+5 mod@17`, `J 123 c2 pkg.Class.method()V (5 bytes) @ 0x… […]`, `v  ~StubRoutines::call_stub`,
 * `A  [lib.so+0x…]`.
 */
export function hotspotFrame(text: string): HotspotFrame | undefined {
  const native = /^[CVA] {1,2}\[([^\]]+?)(?:\+(0x[0-9A-Fa-f]+))?\](.*)$/.exec(text);
  if (native) return { frame: nativeFrame(native[1] ?? '', native[2], native[3] ?? ''), java: false };
  const bare = /^[CVv] {1,2}(0x[0-9A-Fa-f]+)\s*$/.exec(text);
  if (bare) return { frame: { kind: 'opaque', text: bare[1] ?? '' }, java: false };
  const interpreted = /^j {1,2}([^\s(]+)\(\S*/.exec(text);
  if (interpreted) return { frame: { kind: 'symbol', function: interpreted[1] ?? '' }, java: true };
  const compiled = /^J {1,2}(?:\d+%? )?(?:(?:c1|c2|C1|C2|jvmci|aot) )?([^\s(]+)\(\S*/.exec(text);
  if (compiled) return { frame: { kind: 'symbol', function: compiled[1] ?? '' }, java: true };
  const stub = /^v {1,2}(~\S.*)$/.exec(text);
  if (stub)
    return { frame: { kind: 'symbol', function: (stub[1] ?? '').replace(/ 0x\S*$/, '') }, java: false };
  return undefined;
}

function nativeFrame(module: string, offset: string | undefined, rest: string): Frame {
  const place = /\(([^():\s]+):(\d+)\)\s*$/.exec(rest);
  const name = rest
    .slice(0, place ? place.index : rest.length)
    .trim()
    .replace(/\+0x[0-9A-Fa-f]+$/, '');
  const at = { module, ...(offset && { offset }) };
  if (place && name)
    return { kind: 'source', function: name, file: place[1] ?? '', line: Number(place[2]), ...at };
  return { kind: 'module', ...at, ...(name && { function: name }) };
}
