import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const recipe = join(root, 'docs/recipes/opentelemetry.md');
const text = readFileSync(recipe, 'utf8');
const blocks = [...text.matchAll(/^```(js|cjs)\n([\s\S]+?)^```/gm)].map(([, kind = '', code = '']) => ({ kind, code }));

it.each(blocks)('example %# of the recipe, as $kind, runs and ends by itself', async ({ kind, code }) => {
  const environment = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
  const env = { PATH: process.env['PATH'], ...environment };
  const args = [`--input-type=${kind === 'cjs' ? 'commonjs' : 'module'}`, '-e', code];
  const { stderr } = await promisify(execFile)(process.execPath, args, { cwd: root, env, timeout: 20_000 });
  expect(stderr).toBe('');
});

it('has three of them, and links that lead somewhere', () => {
  expect(blocks.map(({ kind }) => kind)).toEqual(['js', 'cjs', 'js']);
  const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path);
  expect(links.filter((path) => !existsSync(join(recipe, '..', path)))).toEqual([]);
});
