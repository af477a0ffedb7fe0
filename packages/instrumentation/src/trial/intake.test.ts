import type { Span } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import type { Dialect } from '../dialect/dialect.js';
import { openaiChat } from '../dialect/protocols/openai-chat.js';
import { ok, recorder, world } from './intake.test.support.js';

async function* long(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(101, ' ');
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('Intake', () => {
  it('starts and links the spans before the primary is sent, and sends the shadows after it', async () => {
    const { events, intake, call, trials } = world();
    const one = call();
    intake.take(one);
    events.push('primary sent');
    await Promise.resolve();
    events.push('primary: a microtask later');
    one.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(events.filter((event) => !event.endsWith('ended'))).toEqual([
      'shadow 1 started as a root',
      'primary linked',
      'shadow 2 started as a root',
      'primary linked',
      'primary sent',
      'primary: a microtask later',
      'shadow sent',
      'shadow sent',
    ]);
    expect(events.filter((event) => event.endsWith('ended')).toSorted()).toEqual(['shadow 1 ended', 'shadow 2 ended']);
  });

  it('ends the span of every shadow beside a primary whose span takes no links', async () => {
    const { addLink: _, ...old } = recorder('primary', [], 'a'.repeat(16));
    const { events, intake, call, trials, assembled } = world();
    const one = call({ span: old as Span });
    intake.take(one);
    one.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(events.filter((event) => event.endsWith('ended')).toSorted()).toEqual(['shadow 1 ended', 'shadow 2 ended']);
    expect(assembled[0]?.paired).toEqual(['candidate', 'aa']);
  });

  it('looks through the whole body once an arm before the primary is sent, and for the attributes after it', async () => {
    const looked: string[] = [];
    const watched = <Args extends unknown[], Result>(name: string, look: (...args: Args) => Result) => ({
      [name]: (...args: Args): Result => {
        looked.push(name);
        return look(...args);
      },
    });
    const { shadow } = openaiChat;
    if (shadow === null) throw new Error('a dialect without shadows');
    const dialect: Dialect = {
      ...openaiChat,
      ...watched('skim', openaiChat.skim),
      ...watched('requestAttributes', openaiChat.requestAttributes),
      shadow: { ...shadow, ...watched('change', shadow.change) },
    };
    const { intake, call, trials } = world();
    const one = call({ wire: { dialect } });
    intake.take(one);
    expect(looked).toEqual(['change', 'change']);
    one.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(looked.slice(2)).toEqual(['requestAttributes', 'requestAttributes']);
  });

  it('makes one trial of the primary and all legs, whoever comes last', async () => {
    for (const primaryFirst of [true, false]) {
      const { intake, call, trials, assembled } = world();
      const one = call();
      intake.take(one);
      if (!primaryFirst) await turn();
      one.settle(ok);
      await new Promise<void>((resolve) => void trials.whenSettled(resolve));
      expect(assembled).toHaveLength(1);
      expect(assembled[0]).toMatchObject({
        paired: ['candidate', 'aa'],
        dropped: {},
        trial: { producer: 'p1', pi: 1, input: { kind: 'text' } },
      });
      expect(Object.values(assembled[0]?.trial?.legs ?? {}).map(({ status }) => status)).toEqual(['ok', 'ok']);
    }
  });

  it('keeps the text at home where the experiment does not ask for it', async () => {
    const { intake, call, trials, assembled } = world({ content: 'none', policy: { gates: { errors: {} } } });
    const one = call();
    intake.take(one);
    one.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(assembled[0]?.trial).toMatchObject({
      input: { kind: 'none' },
      turns: 1,
      primary: { answer: { kind: 'none' } },
    });
  });

  it('drops the trial of a primary without an outcome', async () => {
    const { intake, call, trials, assembled, lost } = world();
    const one = call();
    intake.take(one);
    one.settle({ status: 'missing', reason: 'primary_unresolved' });
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(assembled[0]).toMatchObject({
      trial: null,
      dropped: { candidate: 'primary_unresolved', aa: 'primary_unresolved' },
    });
    expect(lost).toEqual(
      new Map([
        ['primary_unresolved candidate', 1],
        ['primary_unresolved aa', 1],
      ]),
    );
  });

  it('names why a primary cannot be compared', async () => {
    const { intake, call, trials, assembled } = world();
    const one = call();
    intake.take(one);
    one.settle({ status: 'missing', reason: 'primary_too_large' });
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    const reason = 'primary_too_large';
    expect(assembled[0]).toMatchObject({ trial: null, dropped: { candidate: reason, aa: reason } });
  });

  it('names the limit of ours that a leg has ended by', async () => {
    const { intake, call, trials, assembled } = world(
      { shadow: { maxBytes: 100 } },
      { respond: async () => ({ status: 200, headers: {}, body: long() }) },
    );
    const one = call();
    intake.take(one);
    one.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(assembled[0]).toMatchObject({ trial: null, dropped: { candidate: 'leg_too_large', aa: 'leg_too_large' } });
  });

  it('gives up what is unresolved at its deadline', async () => {
    const { intake, call, trials, assembled, events } = world(
      {},
      { deadlineMs: 30, respond: () => new Promise(() => undefined) },
    );
    const one = call();
    intake.take(one);
    one.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(assembled[0]).toMatchObject({ trial: null, dropped: { candidate: 'leg_deadline', aa: 'leg_deadline' } });
    await turn();
    expect(events.filter((event) => event.endsWith('ended'))).toHaveLength(2);
  });

  it('ends the legs in flight when the service stops', async () => {
    const { intake, call, trials, assembled, events } = world({}, { respond: () => new Promise(() => undefined) });
    const one = call();
    intake.take(one);
    one.settle(ok);
    trials.closeAll();
    expect(assembled[0]).toMatchObject({ trial: null, dropped: { candidate: 'shutdown', aa: 'shutdown' } });
    await turn();
    expect(events.filter((event) => event.endsWith('ended'))).toHaveLength(2);
  });

  it('accounts for every leg, and has its trial, where the meters of the host throw', async () => {
    const broken = (): never => {
      throw new Error('a view of the host');
    };
    const meters = { reached: broken, dropped: broken, measured: broken };
    const { intake, call, trials, assembled, counts } = world({}, { meters });
    const [answered, unanswered] = [call(), call()];
    intake.take(answered);
    intake.take(unanswered);
    answered.settle(ok);
    unanswered.settle({ status: 'missing', reason: 'primary_unresolved' });
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(assembled.map(({ trial }) => trial === null)).toEqual([false, true]);
    expect(counts.totals()).toEqual({ admitted: 4, published: 0, dropped: 2 });
  });

  it('admits no more than may be in flight, and again when there is room', async () => {
    const { intake, call, trials, counts, lost } = world({ shadow: { concurrency: 5 } });
    const calls = Array.from({ length: 4 }, () => call());
    for (const each of calls) intake.take(each);
    expect(lost).toEqual(
      new Map([
        ['concurrency_cap candidate', 1],
        ['concurrency_cap aa', 2],
      ]),
    );
    for (const each of calls) each.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    const later = call();
    intake.take(later);
    expect(counts.totals().admitted).toBe(7);
  });

  it.each(['not_announced', 'memory_cap', 'backlog_full', 'shutting_down'] as const)(
    'refuses while %s, and counts it as coverage',
    (reason) => {
      const { intake, call, counts, events } = world({}, { admittance: { open: false, reason } });
      intake.take(call());
      expect(events).toEqual([]);
      expect(counts.rows().map(({ sampled, skipped, admitted }) => [sampled, skipped, admitted])).toEqual([
        [1, { [reason]: 1 }, 0],
        [1, { [reason]: 1 }, 0],
      ]);
    },
  );

  it('refuses one candidate and not the other, and the A/A leg only when no candidate is left', () => {
    const { intake, call, counts } = world({
      candidates: { good: {}, bad: { parameters: { web_search_options: {} } } },
      candidate: undefined as never,
    });
    intake.take(call());
    const byArm = (): unknown =>
      Object.fromEntries(counts.rows().map(({ arm, admitted, skipped }) => [arm, [admitted, skipped]]));
    expect(byArm()).toEqual({ good: [1, {}], bad: [0, { disallowed_feature: 1 }], aa: [1, {}] });
    intake.take(
      call({
        wire: {
          body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], web_search_options: {} }),
        },
      }),
    );
    expect(byArm()).toEqual({
      good: [1, { disallowed_feature: 1 }],
      bad: [0, { disallowed_feature: 2 }],
      aa: [1, { disallowed_feature: 1 }],
    });
  });
});
