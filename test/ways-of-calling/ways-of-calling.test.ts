import { beforeAll, describe, expect, test } from 'vitest';
import { compare } from './compare.js';
import { runSdk, type SdkRuns } from './run-sdk.js';
import { SDKS } from './sdks.js';

/** All SDKs at once, as many processes as there are cores. */
const RUN_TIMEOUT_MS = 240_000;
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
