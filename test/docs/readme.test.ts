import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { resolveExperiment } from '../../packages/instrumentation/src/experiment/resolve.js';
import { parseConfigYaml } from '../../packages/instrumentation/src/experiment/yaml.js';

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const readme = file('README.md');

function blocks(language: string): readonly string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]+?)\`\`\``, 'g'))].map(([, text = '']) => text);
}
const [code = ''] = blocks('ts');
const configurations = blocks('yaml').filter((text) => text.includes('experiments:'));

it('the README has code before line 25', () => {
  expect(readme.split('\n').slice(0, 24).join('\n')).toContain('new UnderstudyInstrumentation({');
});

it('the experiment in its code can be used', () => {
  const literal = /experiments: \[(.+)\],/.exec(code)?.[1] ?? '';
  const json = literal.replaceAll("'", '"').replace(/(\w+):/g, '"$1":');
  expect(resolveExperiment(JSON.parse(json)).match.model).toBe('gpt-5*');
});

it.each([
  ['that the README runs', configurations[0] ?? ''],
  ['of the example', file('examples/service/understudy.yaml')],
])('the configuration %s can be used', (_of, text) => {
  const { experiments } = parseConfigYaml(text, '/srv/understudy.yaml');
  expect(experiments.map(({ name, segments }) => [name, segments.critical])).toEqual([['support-mini', ['refunds']]]);
});

it('what the README adds for all of the traffic can be used', () => {
  const [experiment] = parseConfigYaml(configurations[1] ?? '', '/srv/understudy.yaml').experiments;
  expect(experiment?.sample.rate).toBe(1);
  expect(experiment?.budget?.usd).toBe(50);
});

it('the links of the README lead somewhere', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) => path);
  expect(links.length).toBeGreaterThan(3);
  for (const path of links) if (/\.\w+$/.test(path)) expect(file(path).length).toBeGreaterThan(0);
});
