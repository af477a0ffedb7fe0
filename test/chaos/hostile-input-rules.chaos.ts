import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { experiment } from '../integration/service-harness.js';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { BEHAVIOURS, type Hook, HOOKS, rulesWith } from './hostile-input-hooks.js';
import { type Account, accountOf, NO_NOISE, started, turns, watchHost } from './hostile-input-service.js';
import { report } from './report.js';
import { scaled } from './scale.js';

const CALLS = scaled(20, 4);

/** Of what a rule gives, what it may give: the pair is made by it. All else must be dropped with these reasons, or read as nothing. */
const LOST: Readonly<Record<Hook, readonly string[]>> = {
  segment: [],
  sampleKey: [],
  cluster: [],
  transform: ['untranslatable', 'disallowed_feature'],
  redact: ['redaction_failed'],
};
/** A redaction may give any text. */
const REDACTED = new Set(['gives half a character', 'gives NUL and line ends', 'gives `__proto__`']);

interface Row {
  readonly hook: Hook;
  readonly behaviour: string;
  readonly account: Account;
}

describeWithRedis('rules in code that do not do as they should', () => {
  const rows: Row[] = [];
  let redis: RedisServer;
  let provider: Provider;
  let answers: readonly string[];

  const ask = async (number: number): Promise<string> => {
    const response = await fetch(`${provider.origin}/echo/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-primary' },
      body: JSON.stringify({
        model: 'incumbent',
        stream: number % 2 === 0,
        messages: [{ role: 'user', content: `Question ${number}?` }],
      }),
    });
    return await response.text();
  };
  const askAll = async (): Promise<string[]> =>
    await Promise.all(Array.from({ length: CALLS }, async (_, number) => await ask(number)));

  beforeAll(async () => {
    redis = await startRedis();
    provider = await startProvider();
    answers = await askAll();
  });
  afterAll(async () => {
    await provider.close();
    await redis.stop();
    printReport(rows);
  });

  describe.each(HOOKS)('%s', (hook) => {
    it.each(Object.keys(BEHAVIOURS))('%s', async (behaviour) => {
      const host = watchHost();
      await using service = await started({
        queueUrl: redis.url,
        rules: { 'trial-run': rulesWith(hook, BEHAVIOURS[behaviour] ?? expect.fail(behaviour)) },
        experiments: [
          experiment({
            ...NO_NOISE,
            candidate: undefined as never,
            candidates: { candidate: { model: 'other', version: '1' } },
            sample: { rate: 1, by: hook === 'sampleKey' ? 'key' : 'trace' },
            segments: { version: '1' },
            cluster: { version: '1' },
            redaction: { version: '1' },
            content: hook === 'redact' ? 'redacted' : 'full',
          }),
        ],
      });
      expect(await askAll()).toEqual(answers);
      expect(await service.understudy.flush(20_000)).toBe(true);
      await turns();
      host.stop();
      expect(host.failures).toEqual([]);
      const account = await accountOf(service);
      rows.push({ hook, behaviour, account });
      const lost = Object.entries(account.dropped);
      expect(account.called).toBe(CALLS);
      expect(account.pairs + lost.reduce((sum, [, count]) => sum + count, 0)).toBe(CALLS);
      const mayLose = hook === 'redact' && REDACTED.has(behaviour) ? [] : LOST[hook];
      expect(account.pairs).toBe(mayLose.length === 0 ? CALLS : 0);
      for (const [reason] of lost) expect(mayLose).toContain(reason);
    });
  });
});

function printReport(rows: readonly Row[]): void {
  if (rows.length === 0) return;
  report(
    'Hostile input: rules in code',
    {
      columns: ['rule', 'ways to misbehave', 'calls', 'pairs', 'dropped, by reason', 'host errors', 'answers changed'],
      rows: HOOKS.map((hook) => {
        const own = rows.filter((row) => row.hook === hook);
        const dropped = new Map<string, number>();
        for (const { account } of own)
          for (const [reason, count] of Object.entries(account.dropped))
            dropped.set(reason, (dropped.get(reason) ?? 0) + count);
        return [
          hook,
          own.length,
          own.reduce((sum, { account }) => sum + account.called, 0),
          own.reduce((sum, { account }) => sum + account.pairs, 0),
          [...dropped].map(([reason, count]) => `${count} ${reason}`).join(', ') || 'none',
          0,
          0,
        ];
      }),
    },
    [
      `Each rule ${Object.keys(BEHAVIOURS).join(', ')}. A segment, a key or a cluster that cannot be had is none, and the pair is made ` +
        'without it; a request or a redaction that cannot be had drops its pair.',
    ],
  );
}
