import { expect, TestRunner } from 'vitest';
import type { Found, RuleName } from './rules.js';

declare module 'vitest' {
  interface TaskMeta {
    found?: Partial<Record<RuleName, Found>>;
  }
}

/** States what the running test found of a rule: printed at the end of the suite, and in docs/statistics.md. */
export function foundOf(name: RuleName, found: Found): void {
  const test = TestRunner.getCurrentTest();
  expect(test, 'a figure belongs to a test').toBeDefined();
  if (test === undefined) return;
  const known = test.meta.found ?? {};
  test.meta.found = { ...known, [name]: { ...known[name], ...found } };
}
