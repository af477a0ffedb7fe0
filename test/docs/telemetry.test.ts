import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as evaluator from '../../packages/evaluator/src/semconv.js';
import * as instrumentation from '../../packages/instrumentation/src/semconv.js';
import { metricTables } from './metric-tables.js';

const page = fileURLToPath(new URL('../../docs/telemetry.md', import.meta.url));
const text = readFileSync(page, 'utf8');
const documented = new Set([...text.matchAll(/`(understudy\.[\w.]+)`/g)].map(([, name = '']) => name));
const named = new Set<string>(
  [...Object.values(instrumentation), ...Object.values(evaluator)].filter((value) => value.startsWith('understudy.')),
);

it('docs/telemetry.md names every attribute and metric of our own, and no other', () => {
  expect([...documented].toSorted()).toEqual([...named].toSorted());
});

it('has the tables that the instruments are made of (npm run docs:telemetry)', async () => {
  const generated = /(<!-- metrics -->\n\n)[^]*?(\n\n<!-- end of metrics -->)/;
  expect(text).toMatch(generated);
  const [, before = '', after = ''] = generated.exec(text) ?? [];
  await expect(text.replace(generated, () => `${before}${metricTables()}${after}`)).toMatchFileSnapshot(page);
});

it('tells apart what is written of both packages', () => {
  const [service = '', ledger = ''] = metricTables().split('### From the ledger');
  expect(service).toContain('`understudy_publish_buffered`');
  expect(ledger).toContain('`understudy_estimate`');
});
