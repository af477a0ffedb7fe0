import { diag, DiagLogLevel } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Provider, startProvider } from '../providers/provider.js';
import { FEATURES, NAMES, PLAIN } from './features.js';
import { startShadowed } from './shadowed-service.js';
import { SPEAKERS } from './speakers.js';

describe('what a protocol has no word for is skipped, counted, and named in the log', () => {
  let primaries: Provider;
  let candidates: Provider;
  const said: string[] = [];

  beforeAll(async () => {
    primaries = await startProvider();
    candidates = await startProvider();
    const keep = (text: string): void => void said.push(text);
    const ignore = (): void => undefined;
    diag.setLogger({ error: ignore, warn: keep, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
  });

  afterAll(async () => {
    diag.disable();
    await primaries.close();
    await candidates.close();
  });

  const cases = NAMES.flatMap((source) =>
    FEATURES[source].map((feature, index) => ({ source, index, feature, name: feature.name })),
  );

  it.each(cases)('$source: $name', async ({ source, index, feature }) => {
    const experiment = `${source}-${index}`;
    const targets = SPEAKERS.map(({ dialect, prefix }) => [
      dialect,
      { dialect, model: 'other', baseUrl: `${candidates.origin}/${experiment}/${dialect}/plain${prefix}` },
    ]);
    await using service = await startShadowed(Object.fromEntries(targets), 'key', { name: experiment });
    const { path, request } = PLAIN[source];
    const response = await service.tapped(() =>
      fetch(`${primaries.origin}/plain${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...request, ...feature.request }),
      }),
    );
    await response.text();
    const [trial] = await service.trials();

    for (const { dialect } of SPEAKERS) {
      const detail = feature.refused[dialect];
      const reached = candidates.seen.filter(({ path: seen }) => seen.startsWith(`/${experiment}/${dialect}/`)).length;
      const outcome = {
        dialect,
        reached,
        leg: trial?.legs[dialect]?.status ?? null,
        dropped: await service.dropped(dialect),
        log: said.filter((text) => text.includes(`${dialect} of ${experiment} `)),
      };
      if (detail === undefined) expect(outcome).toEqual({ dialect, reached: 1, leg: 'ok', dropped: {}, log: [] });
      else {
        const log = [expect.stringMatching(new RegExp(`skips calls, untranslatable: .*${detail}`)) as unknown];
        expect(outcome).toEqual({ dialect, reached: 0, leg: null, dropped: { untranslatable: 1 }, log });
      }
    }
  });
});
