/**
 * Projects of Maven as their pom.xml says them, with what they inherit from poms of this repository and from profiles that are active
 * by default. Format: https://maven.apache.org/pom.html
 */
import { basename, dirname, join } from 'node:path/posix';
import { readXml } from './manifest.js';
import { within, type Tree } from './tree.js';
import { elementsAt, textAt, type Element } from './xml.js';

export type Pom = {
  path: string;
  dir: string;
  packaging: string;
  /** Directories of its modules. */
  modules: string[];
  /** Where its tests are, as far as a pom says so. */
  testDirs: string[];
  /** `groupId:artifactId`. */
  id: string;
  /** The same of each dependency, inherited ones included. */
  dependencies: string[];
  /** The nearest directory that holds it and all of its parents that are in this repository. */
  root: string;
};

type Model = { path: string; dir: string; project: Element };

/** Longer values are left as they are: properties that double each other would fill the memory. */
const LONGEST = 1000;
const ROUNDS = 20;

/** A text with the values of its `${…}`; what is not known stays. */
const expanded = (text: string, properties: ReadonlyMap<string, string>): string => {
  let out = text.trim();
  for (let round = 0; round < ROUNDS && out.length <= LONGEST && out.includes('${'); round++)
    out = out.replaceAll(/\$\{([\w.-]{1,200})\}/g, (reference, name: string) => {
      const value = properties.get(name) ?? reference;
      return value.length <= LONGEST ? value : reference;
    });
  return out;
};

/** A project and its profiles that are active by default, which override it. */
const parts = ({ project }: Model): Element[] => [
  project,
  ...elementsAt(project, 'profiles', 'profile').filter(
    (p) => textAt(p, 'activation', 'activeByDefault') === 'true',
  ),
];

/** Where the parent is looked for; Maven takes one from its own repository where this names none. */
const parentPath = (tree: Tree, { dir, project }: Model): string | undefined => {
  const [parent] = elementsAt(project, 'parent');
  if (!parent) return undefined;
  const relativePath = textAt(parent, 'relativePath') ?? '../pom.xml';
  const path = join(dir, relativePath);
  return [path, join(path, 'pom.xml')].find((p) => relativePath !== '' && tree.paths.includes(p));
};

/** A model and its parents, nearest first. */
const lineOf = async (
  tree: Tree,
  model: Model,
  load: (path: string) => Promise<Model | undefined>,
): Promise<Model[]> => {
  const line = [model];
  for (;;) {
    const child = line.at(-1)!;
    const path = parentPath(tree, child);
    const parent = path === undefined ? undefined : await load(path);
    if (!parent || line.includes(parent)) return line;
    if (textAt(parent.project, 'artifactId') !== textAt(child.project, 'parent', 'artifactId')) return line;
    line.push(parent);
  }
};

/** Properties of a line; those of the model win. */
const propertiesOf = (line: readonly Model[]): Map<string, string> => {
  const properties = new Map<string, string>();
  for (const model of line.toReversed())
    for (const part of parts(model))
      for (const property of elementsAt(part, 'properties').flatMap((e) => e.children))
        properties.set(property.name, property.text.trim());
  const { project } = line[0]!;
  for (const key of ['groupId', 'artifactId', 'version']) {
    const inherited = textAt(project, 'parent', key);
    const own = textAt(project, key) ?? inherited;
    if (own !== undefined) properties.set(`project.${key}`, own).set(`pom.${key}`, own);
    if (inherited !== undefined) properties.set(`project.parent.${key}`, inherited);
  }
  return properties.set('basedir', '.').set('project.basedir', '.').set('pom.basedir', '.');
};

const pomOf = (line: readonly Model[]): Pom => {
  const [model] = line as [Model];
  const { path, dir, project } = model;
  const properties = propertiesOf(line);
  const texts = (models: readonly Model[], ...names: string[]): string[] =>
    models
      .flatMap(parts)
      .flatMap((part) => elementsAt(part, ...names).map((e) => expanded(e.text, properties)));
  const nearest = line.find((m) => texts([m], 'build', 'testSourceDirectory').length > 0) ?? model;
  const dependencies = line.flatMap(parts).flatMap((part) => elementsAt(part, 'dependencies', 'dependency'));
  let root = dir;
  while (!line.every((m) => within(root, m.dir))) root = dirname(root);
  return {
    path,
    dir,
    packaging: expanded(textAt(project, 'packaging') ?? 'jar', properties),
    modules: texts([model], 'modules', 'module').map((module) => {
      const at = join(dir, module, '.');
      return basename(at).endsWith('.xml') ? dirname(at) : at;
    }),
    testDirs: texts([nearest], 'build', 'testSourceDirectory').map((tests) => join(dir, tests, '.')),
    id: expanded('${project.groupId}:${project.artifactId}', properties),
    dependencies: dependencies.map((d) =>
      expanded(`${textAt(d, 'groupId') ?? ''}:${textAt(d, 'artifactId') ?? ''}`, properties),
    ),
    root,
  };
};

/** Projects that tests of a Maven plugin build; some of them are meant to be broken. */
const TEST_DATA = /(?:^|\/)src\/(?:test|it)\//;

/** The projects of a repository by directory. What could not be read is in `unclear`. */
export const readPoms = async (tree: Tree, unclear: string[]): Promise<Map<string, Pom>> => {
  const models = new Map<string, Model | undefined>();
  const load = async (path: string): Promise<Model | undefined> => {
    if (!models.has(path)) {
      const project = await readXml(tree, path, TEST_DATA.test(path) ? [] : unclear);
      models.set(path, project && { path, dir: dirname(path), project });
    }
    return models.get(path);
  };
  const poms = new Map<string, Pom>();
  for (const path of tree.paths.filter((p) => basename(p) === 'pom.xml')) {
    const model = await load(path);
    if (model) poms.set(model.dir, pomOf(await lineOf(tree, model, load)));
  }
  return poms;
};
