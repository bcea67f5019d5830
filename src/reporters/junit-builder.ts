/**
 * The only door to junit-report-builder. Its types lack `newBuilder` on the default import under `nodenext` although the
 * method exists, so the cast is made once, here, to the part of the interface that we use.
 */
import builder from 'junit-report-builder';

export type JUnitCase = {
  className(name: string): JUnitCase;
  name(name: string): JUnitCase;
  time(seconds: number): JUnitCase;
  file(path: string): JUnitCase;
  failure(message: string, type: string): JUnitCase;
  /** `content` is the text of the element; `failure` takes its text from `stacktrace`. */
  error(message: string, type: string, content: string): JUnitCase;
  stacktrace(text: string): JUnitCase;
  skipped(): JUnitCase;
  standardOutput(text: string): JUnitCase;
};

export type JUnitSuite = {
  name(name: string): JUnitSuite;
  time(seconds: number): JUnitSuite;
  property(name: string, value: string): JUnitSuite;
  testCase(): JUnitCase;
};

export type JUnitDocument = { name(name: string): JUnitDocument; testSuite(): JUnitSuite; build(): string };

/** A new, empty document. */
export const newDocument = (): JUnitDocument =>
  (builder as unknown as { newBuilder(): JUnitDocument }).newBuilder();
