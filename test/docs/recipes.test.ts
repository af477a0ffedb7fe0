import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseConfigYaml } from '../../packages/instrumentation/src/experiment/yaml.js';
import { comparesCode } from '../../packages/instrumentation/src/experiment/of-code.js';

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it.each([
  ['functions', 'classifier'],
  ['ai-sdk', 'ai-sdk'],
  ['bedrock', 'bedrock'],
])('the recipe %s shows the code that is run, and an experiment that can be used', (page, example) => {
  const text = file(`docs/recipes/${page}.md`);
  const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]+?)\`\`\``).exec(text)?.[1] ?? '';
  expect(block('ts')).toBe(file(`examples/recipes/${example}.ts`));
  const { experiments } = parseConfigYaml(
    `version: 1\nledger: { url: embedded:./x }\n${block('yaml')}`,
    '/srv/understudy.yaml',
  );
  for (const experiment of experiments) {
    expect(comparesCode(experiment, [])).toBe(true);
    expect(file(`examples/recipes/${example}.ts`)).toContain(`experiment: '${experiment.name}'`);
  }
});
