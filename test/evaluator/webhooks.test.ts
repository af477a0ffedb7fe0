import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RunId } from '@understudy/instrumentation/trial';
import type { VerdictChange } from '../../packages/evaluator/src/ledger/change.js';
import type { Notice } from '../../packages/evaluator/src/ledger/notices.js';
import { send } from '../../packages/evaluator/src/notify/send.js';
import type { Webhook } from '../../packages/evaluator/src/outputs.js';
import { startWebhook } from '../servers/webhook.js';

const AT = Date.UTC(2026, 10, 21, 12);
const DAY = 86_400_000;

const CHANGE: VerdictChange = {
  id: 7,
  experiment: 'support',
  arm: 'small',
  run: 'run-1' as RunId,
  k: 2,
  state: 'no_go',
  previous: 'hold',
  reason: 'harm',
  sentence: 'NO_GO: errors 9.0 % against 1.0 %',
  pairs: 412,
  at: AT,
};

function notice(change: Partial<VerdictChange> = {}, attempt = 1): Notice {
  return { destination: 'webhook', change: { ...CHANGE, ...change }, attempt, claimedUntil: AT + 30_000 };
}

const to = (url: string, name: Webhook['name'] = 'webhook', secret: string | null = null): Webhook => ({
  name,
  url: () => url,
  secret: secret === null ? null : () => secret,
});
const now = () => AT;

describe('send', () => {
  it('posts a change as JSON, under an id that stays the same', async () => {
    await using receiver = await startWebhook();
    expect(await send(to(receiver.url), notice(), { now })).toEqual({ status: 'sent' });
    await send(to(receiver.url), notice({}, 2), { now });
    const [first, second] = receiver.received;
    expect(JSON.parse(first!.body)).toEqual({
      type: 'understudy.verdict.changed',
      v: 1,
      id: `run-1.7.${AT}`,
      at: '2026-11-21T12:00:00.000Z',
      experiment: 'support',
      candidate: 'small',
      run: 'run-1',
      k: 2,
      state: 'no_go',
      previous: 'hold',
      reason: 'harm',
      sentence: 'NO_GO: errors 9.0 % against 1.0 %',
      pairs: 412,
    });
    expect(first!.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': `run-1.7.${AT}` });
    expect(first!.headers['webhook-signature']).toBeUndefined();
    expect([second!.body, second!.headers['webhook-id']]).toEqual([first!.body, first!.headers['webhook-id']]);
  });

  it.each([
    ['a secret of at least 16 signs', 'a secret of at least 16 signs'],
    [`whsec_${Buffer.from('some twenty-four bytes..').toString('base64')}`, 'some twenty-four bytes..'],
  ])('signs what it sends by %s', async (secret, key) => {
    await using receiver = await startWebhook();
    await send(to(receiver.url, 'webhook', secret), notice(), { now });
    const { headers, body } = receiver.received[0]!;
    const signed = `${String(headers['webhook-id'])}.${AT / 1000}.${body}`;
    expect(headers['webhook-timestamp']).toBe(String(AT / 1000));
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  });

  it('has a shape for Slack, in which no text is a mention or too long', async () => {
    await using receiver = await startWebhook();
    const sentence = `HOLD: <!channel> & <https://evil|here>\n${'&'.repeat(4000)}`;
    await send(to(receiver.url, 'slack'), notice({ sentence }), { now });
    const { text, blocks } = JSON.parse(receiver.received[0]!.body) as {
      text: string;
      blocks: { text?: { text: string }; elements?: { text: string }[] }[];
    };
    expect(text).toContain('support / small: HOLD: &lt;!channel&gt; &amp; &lt;https://evil|here&gt; &amp;');
    expect(blocks[0]?.text?.text).toMatch(/^:x: \*support \/ small\*\nHOLD: /);
    expect(blocks[0]?.text?.text.length).toBeLessThan(3000);
    expect(blocks[1]?.elements?.[0]?.text).toBe('no_go (was hold), 412 pairs, run run-1, number 2 of its experiment');
  });

  it.each([
    [500, 1, {}, 1000],
    [500, 4, {}, 8000],
    [404, 40, {}, 300_000],
    [302, 1, { location: 'http://127.0.0.1:1/' }, 1000],
    [429, 1, { 'retry-after': '30' }, 30_000],
    [429, 1, { 'retry-after': '0' }, 1000],
  ] as const)('tries again after %i at attempt %i, with %j', async (status, attempt, headers, waitMs) => {
    await using receiver = await startWebhook({ status, headers });
    expect(await send(to(receiver.url), notice({}, attempt), { now })).toEqual({
      status: 'again',
      dueAt: AT + waitMs,
      failure: `answered ${status}`,
    });
    expect(receiver.received).toHaveLength(1);
  });

  it.each([400, 410, 413, 422])('gives up at %i', async (status) => {
    await using receiver = await startWebhook({ status });
    expect(await send(to(receiver.url), notice(), { now })).toMatchObject({ status: 'given_up' });
  });

  it('sends nothing that is a day old', async () => {
    await using receiver = await startWebhook({ status: 503 });
    const at = (age: number) => send(to(receiver.url), notice(), { now: () => AT + age });
    expect(await at(DAY - 1)).toMatchObject({ status: 'again' });
    expect(await at(DAY)).toEqual({ status: 'given_up', failure: 'older than a day' });
    expect(receiver.received).toHaveLength(1);
  });

  it('waits for no one for ever', async () => {
    await using receiver = await startWebhook('hang');
    const sent = await send(to(receiver.url), notice(), { now, timeoutMs: 50 });
    expect(sent).toMatchObject({ status: 'again', failure: 'no answer within 50 ms' });
  });

  it('says what failed, and never where', async () => {
    const gone = await startWebhook();
    await gone[Symbol.asyncDispose]();
    const refused = await send(to(gone.url), notice(), { now });
    expect(refused).toMatchObject({ status: 'again', failure: 'ECONNREFUSED' });
    const odd = await send(to('http://[bad T000SECRET'), notice(), { now });
    expect(odd).toMatchObject({ status: 'again' });
    expect(JSON.stringify([refused, odd])).not.toMatch(/T000SECRET|127\.0\.0\.1/);
  });
});
