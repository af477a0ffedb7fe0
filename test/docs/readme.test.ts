import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { resolveExperiment } from '../../packages/instrumentation/src/experiment/resolve.js';
import { parseConfigYaml } from '../../packages/instrumentation/src/experiment/yaml.js';

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const readme = file('README.md');

function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]+?)\`\`\``).exec(readme)?.[1];
  if (found === undefined) throw new Error(`no ${language} in the README`);
  return found;
}

it('the README has code before line 25', () => {
  expect(readme.split('\n').slice(0, 24).join('\n')).toContain('new UnderstudyInstrumentation({');
});

it('the experiment in its code can be used', () => {
  const literal = /experiments: \[(.+)\],/.exec(block('ts'))?.[1] ?? '';
  const json = literal.replaceAll("'", '"').replace(/(\w+):/g, '"$1":');
  expect(resolveExperiment(JSON.parse(json)).match.model).toBe('gpt-5*');
});

it.each([
  ['of the README', block('yaml')],
  ['of the example', file('examples/service/understudy.yaml')],
])('the configuration %s can be used', (_of, text) => {
  const { experiments } = parseConfigYaml(text, '/srv/understudy.yaml');
  expect(experiments.map(({ name, segments }) => [name, segments.critical])).toEqual([['support-mini', ['refunds']]]);
});

it('the links of the README lead somewhere', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) => path);
  expect(links.length).toBeGreaterThan(3);
  for (const path of links) if (/\.\w+$/.test(path)) expect(file(path).length).toBeGreaterThan(0);
});
