import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { compare } from './compare.js';
import { runSdk, type SdkRuns } from './run-sdk.js';
import { SDKS } from './sdks.js';
import { renderTable, rowOf } from './table.js';

/** All SDKs at once, as many processes as there are cores. */
const RUN_TIMEOUT_MS = 240_000;
const DOCUMENT = fileURLToPath(new URL('../../docs/transparency.md', import.meta.url));
const running = new Map<string, Promise<SdkRuns>>();

beforeAll(() => {
  for (const sdk of SDKS) {
    const runs = runSdk(sdk);
    // Told where it is awaited.
    runs.catch(() => undefined);
    running.set(sdk.label, runs);
  }
});

describe.each(SDKS.map((sdk) => ({ sdk, label: sdk.label })))('$label', ({ sdk }) => {
  let runs: SdkRuns;
  beforeAll(async () => {
    runs = (await running.get(sdk.label)) as SdkRuns;
  }, RUN_TIMEOUT_MS);

  test.each(sdk.ways.map((way, index) => ({ way, index, name: way.name })))('$name', ({ way, index }) => {
    expect(runs.of('bare', index).observed?.way).toBe(way.name);
    for (const { what, expected, observed } of compare(sdk, way, index, runs)) expect(observed, what).toEqual(expected);
  });
});

test('docs/transparency.md says what came of it', { timeout: RUN_TIMEOUT_MS }, async () => {
  const rows = await Promise.all(SDKS.map(async (sdk) => rowOf(sdk, (await running.get(sdk.label)) as SdkRuns)));
  const committed = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '';
  await expect(renderTable(rows, committed, process.versions.node)).toMatchFileSnapshot(DOCUMENT);
});
