import { types } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShadowedOptions, UnderstudyInstrumentation } from '../../packages/instrumentation/src/index.js';
import { experiment, type Service } from '../integration/service-harness.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { BEHAVIOURS } from './hostile-input-hooks.js';
import { type Account, accountOf, NO_NOISE, started, turns, watchHost } from './hostile-input-service.js';
import { VALUES } from './hostile-input-values.js';
import { report } from './report.js';
import { scaled } from './scale.js';

const CALLS = scaled(10, 2);

type Options = ShadowedOptions<[unknown], unknown>;
type Rule = 'model' | 'input' | 'answer' | 'arguments';
type Way = (value: unknown) => unknown;

const WITHOUT_RULES: Options = { experiment: 'trial-run', operation: 'classify' };

interface Row {
  readonly what: string;
  readonly account: Account;
}

describeWithRedis('values of a program', () => {
  const rows: Row[] = [];
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis.stop();
    printReport(rows);
  });

  /** Calls a function in its shadowed form so often, and says what became of its calls. */
  async function account(
    what: string,
    use: (understudy: UnderstudyInstrumentation) => Promise<void>,
    then?: (service: Service) => Promise<void>,
  ): Promise<Account> {
    const host = watchHost();
    await using service = await started({
      queueUrl: redis.url,
      experiments: [
        experiment({
          ...NO_NOISE,
          candidate: undefined as never,
          candidates: { candidate: { version: '1' } },
          content: 'redacted',
        }),
      ],
    });
    for (let call = 0; call < CALLS; call += 1) await use(service.understudy);
    expect(await service.understudy.flush(20_000)).toBe(true);
    await turns();
    await then?.(service);
    host.stop();
    expect(host.failures).toEqual([]);
    const found = await accountOf(service);
    rows.push({ what, account: found });
    expect(found.called).toBe(CALLS);
    expect(found.pairs + Object.values(found.dropped).reduce((sum, count) => sum + count, 0)).toBe(CALLS);
    return found;
  }

  /** The function gets what it was given and its caller what it gave: the same objects. */
  async function same(
    understudy: UnderstudyInstrumentation,
    value: unknown,
    primary: Way,
    candidate: Way,
    options: Options,
  ): Promise<void> {
    const got: unknown[] = [];
    const given: unknown[] = [];
    const fn = understudy.shadowed(
      (one: unknown): unknown => {
        got.push(one);
        const result = primary(one);
        given.push(result);
        return result;
      },
      candidate,
      options,
    );
    const result = fn(value);
    expect(got.length).toBe(1);
    expect(Object.is(got[0], value)).toBe(true);
    // A promise is given as one derived from it.
    if (!types.isPromise(given[0])) expect(Object.is(result, given[0])).toBe(true);
    else
      expect(Object.is(((await result) as readonly unknown[])[0], ((await given[0]) as readonly unknown[])[0])).toBe(
        true,
      );
  }

  describe.each(Object.keys(VALUES))('%s', (name) => {
    const make = VALUES[name] ?? expect.fail(name);

    it('as an argument', async () => {
      await account('arguments', async (understudy) => {
        await same(
          understudy,
          make(),
          () => 'said',
          () => 'said',
          WITHOUT_RULES,
        );
      });
    });

    it('as a result', async () => {
      await account('results', async (understudy) => {
        await same(understudy, 1, make, () => 'said', WITHOUT_RULES);
      });
    });

    it('as a result in a promise', async () => {
      await account('results in a promise', async (understudy) => {
        // In a list: what is a thenable itself would be followed by the language.
        await same(
          understudy,
          1,
          async () => [make()],
          () => 'said',
          WITHOUT_RULES,
        );
      });
    });

    it('as what a candidate gives', async () => {
      const { pairs, dropped } = await account('results of a candidate', async (understudy) => {
        await same(understudy, 1, () => 'said', make, WITHOUT_RULES);
      });
      // Whatever a candidate gives is its outcome, an answer or an error, unless it is more than is read.
      expect(pairs + (dropped['leg_too_large'] ?? 0)).toBe(CALLS);
    });
  });

  describe.each<Rule>(['model', 'input', 'answer', 'arguments'])('a rule `%s`', (rule) => {
    it.each(Object.keys(BEHAVIOURS))('%s', async (behaviour) => {
      const behave = BEHAVIOURS[behaviour] ?? expect.fail(behaviour);
      const options = { ...WITHOUT_RULES, [rule]: behave } as unknown as Options;
      const { dropped } = await account(`what a rule \`${rule}\` gives`, async (understudy) => {
        await same(
          understudy,
          { a: 1 },
          () => 'said',
          () => 'said',
          options,
        );
      });
      const reasons: Readonly<Record<Rule, readonly string[]>> = {
        model: [],
        input: ['untranslatable', 'redaction_failed'],
        answer: ['primary_unresolved', 'leg_broken', 'leg_too_large', 'redaction_failed'],
        arguments: ['untranslatable'],
      };
      for (const reason of Object.keys(dropped)) expect(reasons[rule]).toContain(reason);
    });
  });

  describe('a candidate', () => {
    it.each(Object.keys(BEHAVIOURS))('%s', async (behaviour) => {
      const behave = BEHAVIOURS[behaviour] ?? expect.fail(behaviour);
      const { pairs, dropped } = await account('a candidate', async (understudy) => {
        await same(understudy, 1, () => 'said', behave, WITHOUT_RULES);
      });
      expect(pairs + (dropped['leg_too_large'] ?? 0)).toBe(CALLS);
    });
  });

  describe('a primary', () => {
    it.each(Object.keys(BEHAVIOURS).filter((name) => !/promise|thenable|throws (null|an|what)/.test(name)))(
      '%s',
      async (behaviour) => {
        const behave = BEHAVIOURS[behaviour] ?? expect.fail(behaviour);
        await account('a primary', async (understudy) => {
          await same(understudy, 1, behave, () => 'said', WITHOUT_RULES);
        });
      },
    );

    it.each(['throws an error', 'throws null', 'throws what throws when it is looked at'])('%s', async (behaviour) => {
      const behave = BEHAVIOURS[behaviour] ?? expect.fail(behaviour);
      await account('a primary', async (understudy) => {
        const thrown: unknown[] = [];
        const primary = (): unknown => {
          try {
            return behave();
          } catch (error) {
            thrown.push(error);
            throw error;
          }
        };
        const fn = understudy.shadowed(primary, () => 'said', WITHOUT_RULES as never);
        try {
          fn();
        } catch (error) {
          thrown.push(error);
        }
        expect(thrown.length).toBe(2);
        expect(Object.is(thrown[0], thrown[1])).toBe(true);
      });
    });

    it('gives a promise that is rejected', async () => {
      await account('a primary', async (understudy) => {
        const error = new Error('made to reject');
        const fn = understudy.shadowed(
          async (_: unknown) => await Promise.reject(error),
          () => 'said',
          WITHOUT_RULES,
        );
        await expect(fn(1)).rejects.toBe(error);
      });
    });
  });
});

function printReport(rows: readonly Row[]): void {
  const whats = [...new Set(rows.map(({ what }) => what))];
  if (whats.length === 0) return;
  report(
    'Hostile input: values',
    {
      columns: ['', 'kinds', 'calls', 'pairs', 'dropped, by reason', 'host errors', 'results changed'],
      rows: whats.map((what) => {
        const own = rows.filter((row) => row.what === what).map((row) => row.account);
        const dropped = new Map<string, number>();
        for (const [reason, count] of own.flatMap((each) => Object.entries(each.dropped)))
          dropped.set(reason, (dropped.get(reason) ?? 0) + count);
        const sum = (of: (each: Account) => number): number => own.reduce((total, each) => total + of(each), 0);
        const reasons = [...dropped].map(([reason, count]) => `${count} ${reason}`).join(', ') || 'none';
        return [what, own.length, sum((each) => each.called), sum((each) => each.pairs), reasons, 0, 0];
      }),
    },
    [
      `Functions in their shadowed form, with ${Object.keys(VALUES).length} kinds of values (${Object.keys(VALUES).join('; ')}), and rules and ` +
        `functions that misbehave in ${Object.keys(BEHAVIOURS).length} ways. The primary got the very object it was given and its caller the ` +
        'very object it gave. A candidate that hangs has an error, `timeout`, and one that gives what cannot be read, `unreadable_answer`.',
    ],
  );
}
