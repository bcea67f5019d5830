/**
 * JUnit XML from cases; the only use of junit-report-builder. Everything that a document says passes through
 * here, so here foreign text is made harmless: XML forbids most controls, and a file may be shown in a CI server's
 * log. The types of the library lack `newBuilder` on the default import under `nodenext`, although the method
 * exists; the cast to the used part of its interface is made here only.
 */
import builder from 'junit-report-builder';
import type { Case } from '../cases.js';
import { harmless, inert, oneLine } from '../escape.js';

type JUnitCase = {
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
type JUnitSuite = {
  name(name: string): JUnitSuite;
  time(seconds: number): JUnitSuite;
  property(name: string, value: string): JUnitSuite;
  testCase(): JUnitCase;
};
type JUnitDocument = { name(name: string): JUnitDocument; testSuite(): JUnitSuite; build(): string };

/** A suite of a document. */
export type SuiteElement = {
  name: string;
  seconds?: number;
  properties?: readonly [name: string, value: string][];
  cases: Iterable<Case>;
};

const attribute = (text: string): string => inert(oneLine(text));

/** Text of an element. The library escapes only the first `]]>` of a CDATA section. */
const content = (text: string): string => harmless(text).replaceAll(']]>', ']] >');

/** Seconds with at most three decimals. The Jenkins xUnit schema refuses more. */
const rounded = (s = 0): number => Math.round(s * 1000) / 1000;

type XmlNode = { name?: string; children: XmlNode[]; attribute(name: string, value: string): unknown };

/** Skips a case with a reason. The library writes a bare `<skipped/>`, so the attribute is added during the build. */
const skip = (testCase: JUnitCase, why: string): void => {
  testCase.skipped();
  const node = testCase as unknown as { build(parent: unknown): XmlNode };
  const build = node.build.bind(testCase);
  node.build = (parent) => {
    const element = build(parent);
    element.children.find((c) => c.name === 'skipped')?.attribute('message', why);
    return element;
  };
};

const addCase = (suite: JUnitSuite, c: Case): void => {
  const element = suite
    .testCase()
    .className(attribute(c.className))
    .name(attribute(c.name))
    .time(rounded(c.seconds));
  if (c.file !== undefined) element.file(attribute(c.file));
  if (c.skipped !== undefined) skip(element, attribute(c.skipped));
  if (c.output !== undefined) element.standardOutput(content(c.output));
  if (!c.bad) return;
  const [message, type, text] = [attribute(c.bad.message), attribute(c.bad.type), content(c.bad.text)];
  if (c.bad.element === 'failure') element.failure(message, type).stacktrace(text);
  else element.error(message, type, text);
};

/** The text of a document. */
export const junitXml = (name: string, suites: Iterable<SuiteElement>): string => {
  const document = (builder as unknown as { newBuilder(): JUnitDocument }).newBuilder().name(attribute(name));
  for (const s of suites) {
    const suite = document.testSuite().name(attribute(s.name)).time(rounded(s.seconds));
    for (const [key, value] of s.properties ?? []) suite.property(attribute(key), attribute(value));
    for (const c of s.cases) addCase(suite, c);
  }
  return document.build();
};
