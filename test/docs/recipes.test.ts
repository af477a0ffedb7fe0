import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { resolveConfig } from '../../packages/instrumentation/src/experiment/resolve.js';
import { comparesCode } from '../../packages/instrumentation/src/experiment/of-code.js';
import { parse } from 'yaml';

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it.each([
  ['functions', 'classifier'],
  ['ai-sdk', 'ai-sdk'],
  ['bedrock', 'bedrock'],
])('the recipe %s shows the code that is run, and an experiment that can be used', (page, example) => {
  const text = file(`docs/recipes/${page}.md`);
  const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]+?)\`\`\``).exec(text)?.[1] ?? '';
  expect(block('ts')).toBe(file(`examples/recipes/${example}.ts`));
  const written = parse(block('yaml')) as { experiments: Record<string, unknown>[] };
  const experiments = written.experiments.map((each) => ({ content: 'full', ...each }));
  const config = resolveConfig({ version: 1, queue: { url: 'embedded:./x' }, experiments });
  for (const experiment of config.experiments) {
    expect(comparesCode(experiment, [])).toBe(true);
    expect(file(`examples/recipes/${example}.ts`)).toContain(`experiment: '${experiment.name}'`);
  }
});
