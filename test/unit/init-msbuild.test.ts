/** What `init` takes from *.csproj and Directory.Build.props: which projects hold tests. */
import { describe, expect, test } from 'vitest';
import { propose } from '../../src/init/propose.js';
import { treeOf } from '../../src/init/tree.js';

const IMPORT = 'class N { [DllImport("bar")] static extern int f(); }';
const reference = (name: string): string => `<ItemGroup><PackageReference Include="${name}" /></ItemGroup>`;
const project = (more: string): string => `<Project Sdk="Microsoft.NET.Sdk">${more}</Project>`;

const suitesOf = async (text: string, more: Record<string, string> = {}): Promise<string[]> => {
  const files = { 'lib/N.cs': IMPORT, 'lib/lib.csproj': project(''), 'net/T/T.csproj': text, ...more };
  return (await propose(treeOf(files))).suites.map((s) => s.dir);
};

describe('a project holds tests', () => {
  test.each([
    ['by one of several packages', project(reference('Moq; xunit.v3'))],
    ['by the name of a package in other capitals', project(reference('microsoft.net.test.sdk'))],
    [
      'by a reference over several lines',
      project('<PackageReference\r\n  Version="1"\r\n  Include=\'NUnit3TestAdapter\'\r\n/>'),
    ],
    ['by entities', project(reference('xuni&#116;'))],
    [
      'in the old namespace',
      `<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">${reference('MSTest.TestAdapter')}</Project>`,
    ],
    ['by its SDK', '<Project Sdk="MSTest.Sdk/3.6.0" />'],
    ['by an SDK behind others', '<Project><Sdk Name="MSTest.Sdk" Version="3.6.0" /></Project>'],
    [
      'by what it says of itself',
      project('<PropertyGroup><IsTestProject> True </IsTestProject></PropertyGroup>'),
    ],
    [
      'behind a document type',
      `<!DOCTYPE Project [<!ENTITY x "y">]>${project(`<A>&x;</A>${reference('xunit')}`)}`,
    ],
  ])('%s', async (_, text) => {
    expect(await suitesOf(text)).toEqual(['net/T']);
  });

  test.each([
    ['by the properties above it', { 'net/Directory.Build.props': project(reference('xunit')) }],
    [
      'by its own',
      { 'net/T/Directory.Build.props': project(reference('xunit')), 'Directory.Build.props': project('') },
    ],
  ])('%s', async (_, props) => {
    expect(await suitesOf(project(''), props)).toEqual(['net/T']);
  });
});

describe('a project holds none', () => {
  test.each([
    ['where the package is commented out', project(`<!-- ${reference('Microsoft.NET.Test.Sdk')} -->`)],
    ['where the package is removed', project('<ItemGroup><PackageReference Remove="xunit" /></ItemGroup>')],
    [
      'where text speaks of tests',
      project('<Description>for xunit, MSTest and NUnitTestAdapter</Description>'),
    ],
    ['where it is called like a test tool', project(reference('Acme.MSTest.Helpers'))],
    ['where it says so', project('<PropertyGroup><IsTestProject>false</IsTestProject></PropertyGroup>')],
  ])('%s', async (_, text) => {
    expect(await suitesOf(text)).toEqual([]);
  });

  test.each([
    ['below', { 'net/T/sub/Directory.Build.props': project(reference('xunit')) }],
    [
      'behind nearer ones',
      {
        'net/Directory.Build.props': project(reference('xunit')),
        'net/T/Directory.Build.props': project(''),
      },
    ],
    [
      'under a condition',
      {
        'net/Directory.Build.props': project(
          `<Choose Condition="'$(T)' == '1'">${reference('xunit')}</Choose>`,
        ),
      },
    ],
  ])('for properties %s', async (_, props) => {
    expect(await suitesOf(project(''), props)).toEqual([]);
  });
});
