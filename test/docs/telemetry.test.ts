import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as evaluator from '../../packages/evaluator/src/semconv.js';
import * as instrumentation from '../../packages/instrumentation/src/semconv.js';

const text = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
const documented = new Set([...text.matchAll(/`(understudy\.[\w.]+)`/g)].map(([, name = '']) => name));
const named = new Set<string>(
  [...Object.values(instrumentation), ...Object.values(evaluator)].filter((value) => value.startsWith('understudy.')),
);

it('docs/telemetry.md names every attribute and metric of our own, and no other', () => {
  expect([...documented].toSorted()).toEqual([...named].toSorted());
});
