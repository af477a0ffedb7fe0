import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Candidate } from '../../packages/instrumentation/src/experiment/definition.js';
import { AA_ARM } from '../../packages/instrumentation/src/trial/trial.js';
import { type Provider, startProvider } from '../providers/provider.js';
import { DISALLOWED } from './disallowed.js';
import { startShadowed } from './shadowed-service.js';
import { SPEAKERS } from './speakers.js';

describe('what a provider would run, keep or fetch', () => {
  let primaries: Provider;
  let candidates: Provider;

  beforeAll(async () => {
    primaries = await startProvider();
    candidates = await startProvider();
  });

  afterAll(async () => {
    await primaries.close();
    await candidates.close();
  });

  async function ask(path: string, request: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(request);
    await (await fetch(`${primaries.origin}/plain${path}`, { method: 'POST', headers, body })).text();
  }

  /** A candidate of the primary's own protocol, and one of every other that it is translated into. */
  function armsFor(dialect: string): Readonly<Record<string, Candidate>> {
    const spoken = SPEAKERS.some((speaker) => speaker.dialect === dialect);
    const others = spoken ? SPEAKERS.filter((speaker) => speaker.dialect !== dialect) : [];
    return {
      same: { model: 'other', baseUrl: `${candidates.origin}/same/plain` },
      ...Object.fromEntries(
        others.map((target) => [
          target.dialect,
          {
            dialect: target.dialect,
            baseUrl: `${candidates.origin}/${target.dialect}/plain${target.prefix}`,
            parameters: target.dialect === 'anthropic-messages' ? { max_tokens: 9 } : {},
          },
        ]),
      ),
    };
  }

  it.each(DISALLOWED)(
    'reaches no candidate of $dialect, nor its A/A leg',
    async ({ dialect, path, request, features }) => {
      const arms = armsFor(dialect);
      await using service = await startShadowed(arms, 'key', { noise: { rate: 1 } });
      const before = { primaries: primaries.seen.length, candidates: candidates.seen.length };
      await service.tapped(async () => {
        for (const feature of features) await ask(path, { ...request, ...feature });
      });
      expect(await service.trials()).toEqual([]);
      expect(candidates.seen.length - before.candidates).toBe(0);
      // Only the primaries themselves, as they were.
      expect(primaries.seen.length - before.primaries).toBe(features.length);
      for (const arm of [...Object.keys(arms), AA_ARM]) {
        expect([arm, await service.dropped(arm)]).toEqual([arm, { disallowed_feature: features.length }]);
      }
      // The same request without any of it does reach them.
      await service.tapped(() => ask(path, request));
      await service.trials();
      expect(candidates.seen.length - before.candidates).toBe(Object.keys(arms).length);
    },
  );

  it.each(DISALLOWED)(
    'is not what a candidate may declare in $dialect',
    async ({ dialect, path, request, features }) => {
      const declared = features.filter(
        (feature) => !Object.keys(feature).some((name) => /^(?:messages|input|contents|a_)/.test(name)),
      );
      const arms = declared.map((parameters, index): [string, Candidate] => [
        `c${index}`,
        { model: 'other', baseUrl: `${candidates.origin}/declared/plain`, parameters },
      ]);
      if (arms.length === 0) return expect(dialect).toBe('ollama-chat');
      await using service = await startShadowed(Object.fromEntries(arms), 'key');
      const before = candidates.seen.length;
      await service.tapped(() => ask(path, request));
      await service.trials();
      expect(candidates.seen.length - before).toBe(0);
      for (const [arm] of arms) expect([arm, await service.dropped(arm)]).toEqual([arm, { disallowed_feature: 1 }]);
    },
  );
});
