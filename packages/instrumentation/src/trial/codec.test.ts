import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBatch, decodeTrial, encodeBatch } from './codec.js';
import { createIds } from './ids.js';
import type { Batch, ClusterKey, RunId, SliceCount, Trial } from './trial.js';

const ids = createIds();
const startedAt = Date.UTC(2026, 10, 21);
const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };

function trial(change: Partial<Trial> = {}): Trial {
  return {
    v: 1,
    callId: ids.next(startedAt),
    run: '0123456789abcdef' as RunId,
    producer: 'p1',
    segment: 'refunds',
    cluster: 'fedcba9876543210' as ClusterKey,
    pi: 0.1,
    operation: 'chat',
    stream: false,
    startedAt,
    input: {
      kind: 'text',
      messages: [{ role: 'user', parts: [{ type: 'text', content: 'NUL \u0000, half a pair \ud800' }] }],
    },
    primary: {
      status: 'ok',
      answer: { kind: 'none' },
      finish: 'stop',
      usage: { inputTokens: 3 },
      durationMs: 12.5,
      model: 'large',
      span,
    },
    legs: {
      small: { status: 'error', type: 'timeout', durationMs: 60_000, span, pairId: ids.next(startedAt) },
      aa: { status: 'missing', reason: 'shutdown', pairId: ids.next(startedAt) },
    },
    ...change,
  };
}

function batch(trials: readonly Trial[]): Batch {
  return {
    v: 1,
    producer: 'p1',
    seq: 1,
    startedAt,
    sentAt: startedAt,
    watermark: startedAt,
    final: false,
    runs: [],
    totals: { admitted: 2, published: 2, dropped: 0 },
    slices: [],
    trials,
  };
}

function count(admitted: number): SliceCount {
  const counts = { eligible: 1, sampled: 1, skipped: {}, admitted, published: 1, dropped: {}, final: true };
  return { run: '0123456789abcdef' as RunId, slice: 1, segment: '_none', arm: 'small', pi: 1, ...counts };
}

const encodeRaw = (value: unknown): { v: 1; bytes: string } => ({
  v: 1,
  bytes: deflateRawSync(JSON.stringify(value)).toString('base64'),
});

describe('codec', () => {
  it('gives back what it was given, NUL and lone surrogates included', async () => {
    const sent = batch([trial(), trial()]);
    const encoded = await encodeBatch(sent);
    expect((await decodeBatch(await encodeBatch({ ...sent, slices: [count(1e9)] }))).slices).toHaveLength(1);
    expect(encoded.bytes).toMatch(/^[A-Za-z0-9+/=]+$/);
    expect(await decodeBatch(JSON.parse(JSON.stringify(encoded)))).toEqual(sent);
  });

  it.each([
    ['another version', { v: 2, bytes: '' }, 'version'],
    ['no object', 'x', 'encoding'],
    ['no bytes', { v: 1 }, 'encoding'],
    ['not compressed', { v: 1, bytes: 'AAAA' }, 'encoding'],
    ['broken JSON', { v: 1, bytes: deflateRawSync('{"v":1').toString('base64') }, 'encoding'],
    ['a missing field', encodeRaw({ ...batch([]), watermark: undefined }), 'field'],
    ['pi above 1', encodeRaw(batch([trial({ pi: 1.01 })])), 'field'],
    ['pi of 0', encodeRaw(batch([trial({ pi: 0 })])), 'field'],
    ['a count that no service reaches', encodeRaw({ ...batch([]), slices: [count(1e9 + 1)] }), 'field'],
    ['no leg', encodeRaw(batch([trial({ legs: {} })])), 'field'],
    ['a trial of another producer', encodeRaw(batch([trial({ producer: 'p2' })])), 'field'],
    [
      'a negative duration',
      encodeRaw(batch([trial({ primary: { status: 'error', type: 'x', durationMs: -1, span } })])),
      'field',
    ],
    [
      'an arm with a space',
      encodeRaw(JSON.parse(JSON.stringify(batch([trial()])).replace('"small"', '"a b"'))),
      'field',
    ],
  ])('names the error in %s', async (_what, data, code) => {
    await expect(decodeBatch(data)).rejects.toMatchObject({ name: 'ContractError', code });
  });

  it('leaves out what is unreadable of how a service is set up, and loses nothing else for it', async () => {
    const seen = { cause: 'candidate_key', experiment: null, count: 1, found: 'HTTP 401' };
    const broken = [{ ...seen, cause: undefined }, { ...seen, cause: 'Not A Word' }, { ...seen, count: -1 }, 'x', null];
    const sent = batch([trial()]);
    const misconfigured = async (value: unknown): Promise<unknown> => {
      const decoded = await decodeBatch(encodeRaw({ ...sent, misconfigured: value }));
      expect(decoded.trials).toHaveLength(1);
      return decoded.misconfigured;
    };
    expect(await misconfigured([seen, ...broken, seen])).toEqual([seen, seen]);
    expect(await misconfigured('x')).toEqual([]);
    expect(await misconfigured(Array.from({ length: 2000 }, () => seen))).toHaveLength(1024);
  });

  it('refuses a bomb by its size', async () => {
    const bomb = { v: 1, bytes: deflateRawSync(Buffer.alloc(1_000_000, 0x20)).toString('base64') };
    await expect(decodeBatch(bomb, { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'size' });
  });

  it('reads a trial from a line', () => {
    const one = trial();
    expect(decodeTrial(JSON.stringify(one))).toEqual(one);
    expect(() => decodeTrial('{"v":1}')).toThrow(/callId/);
  });
});

describe('createIds', () => {
  it('gives strictly increasing UUIDv7 of the start, also when the clock stands still or steps back', () => {
    const made = createIds();
    const times = [
      startedAt,
      startedAt,
      startedAt - 5000,
      ...Array.from({ length: 5000 }, () => startedAt),
      startedAt + 50,
    ];
    const all = times.map((time) => made.next(time));
    expect([...all].sort()).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
    expect(Number.parseInt(all[0]!.slice(0, 13).replace('-', ''), 16)).toBe(startedAt);
    for (const id of all) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
