import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import { type Described, dialectsPage } from './dialect-tables.js';

const found = vi.hoisted(() => ({ described: [] as Described[] }));

// What a conformance test tells its suite is what is to be shown.
vi.mock('../../packages/instrumentation/src/dialect/conformance.test.support.js', () => ({
  testDialect: (dialect: Described['dialect'], fixtures: Described['fixtures']) => {
    found.described.push({ dialect, fixtures });
  },
}));

const PROTOCOLS = new URL('../../packages/instrumentation/src/dialect/protocols/', import.meta.url);

describe('docs/dialects.md', () => {
  beforeAll(async () => {
    const tests = readdirSync(PROTOCOLS).filter((name) => name.endsWith('.conformance.test.ts'));
    for (const name of tests) await import(new URL(name, PROTOCOLS).pathname);
  });

  const inOrder = (): readonly Described[] =>
    DIALECTS.flatMap((dialect) => found.described.filter((each) => each.dialect === dialect));

  it('shows every dialect', () => {
    expect(inOrder().map(({ dialect }) => dialect.name)).toEqual(DIALECTS.map(({ name }) => name));
  });

  it('is as the code is', async () => {
    await expect(dialectsPage(inOrder())).toMatchFileSnapshot('../../docs/dialects.md');
  });
});
