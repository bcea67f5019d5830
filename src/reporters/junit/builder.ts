/**
 * The only use of junit-report-builder. Its types lack `newBuilder` on the default import under `nodenext`,
 * although the method exists. The cast to the used part of its interface is made here only.
 */
import builder from 'junit-report-builder';

export type JUnitCase = {
  className(name: string): JUnitCase;
  name(name: string): JUnitCase;
  time(seconds: number): JUnitCase;
  file(path: string): JUnitCase;
  failure(message: string, type: string): JUnitCase;
  /** `content` is the text of the element. For `failure` the text comes from `stacktrace`. */
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

type XmlNode = { name?: string; children: XmlNode[]; attribute(name: string, value: string): unknown };

/**
 * Skips a case with a reason. The library writes a bare `<skipped/>`, so the attribute is added during the
 * build.
 */
export const skip = (testCase: JUnitCase, why: string): void => {
  testCase.skipped();
  const node = testCase as unknown as { build(parent: unknown): XmlNode };
  const build = node.build.bind(testCase);
  node.build = (parent) => {
    const element = build(parent);
    element.children.find((c) => c.name === 'skipped')?.attribute('message', why);
    return element;
  };
};
