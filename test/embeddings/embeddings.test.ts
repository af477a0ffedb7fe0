import { type EmbeddingsInput, resolveExperiment } from '@understudy/instrumentation/experiment';
import { eraseTrial, Seal, type SubjectKey } from '@understudy/instrumentation/trial';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkEmbeddings } from '../../packages/evaluator/src/evaluator/embedding/embedder.js';
import { pricesOf } from '../../packages/evaluator/src/evaluator/judging/pay.js';
import { type EmbeddingBench, openEmbeddingBench, type Said } from './embedding-bench.js';
import { type EmbeddingServer, SECRET, startEmbeddingServer, TOKENS, type Trouble } from './embedding-server.js';

let server: EmbeddingServer;
let bench: EmbeddingBench;
let from = 0;
beforeAll(async () => {
  server = await startEmbeddingServer();
  bench = await openEmbeddingBench();
}, 60_000);
afterAll(async () => {
  await bench.close();
  await server.close();
});
afterEach(() => {
  Object.assign(server, { trouble: null, times: Infinity, longest: Infinity, refused: null, atOnce: 0 });
  bench.errors.length = 0;
  bench.pause = async (ms) => void (bench.now += ms);
  from = server.requests.length;
});

const at = (change: Partial<EmbeddingsInput> = {}): EmbeddingsInput => ({
  model: 'embed-1',
  baseUrl: server.baseUrl,
  apiKey: { env: 'EMBEDDING_KEY' },
  ...change,
});
const asked = () => server.requests.slice(from);
let texts = 0;
/** A text nobody has said before. */
const fresh = (): string => `reply number ${(texts += 1)} of many`;
const said = (): Said => [fresh(), fresh(), fresh()];
const many = (count: number): readonly Said[] => Array.from({ length: count }, said);
const embeddings = (scores: readonly { readonly ab: object; readonly aa: object }[]): readonly unknown[] =>
  scores.flatMap(({ ab, aa }) => [Reflect.get(ab, 'embedding'), Reflect.get(aa, 'embedding')]);
const storedVectors = async (): Promise<number> =>
  (await bench.database.query('select from understudy.embeddings')).count;

describe('the score `embedding`', () => {
  it('is the cosine of both answers, beside all other scores; what is equal or empty costs nothing', async () => {
    const run = await bench.run('cosine', at());
    const first = 'the refund was issued today';
    const scores = await bench.send(run, [
      [first, 'today the refund was issued', 'bananas grow on tall green plants'],
      [first, first, ''],
      ['', 'anything', 'else'],
    ]);
    expect(scores.map(({ ab, aa }) => [ab['embedding'], aa['embedding']])).toEqual([
      [1, expect.closeTo(0, 0.4)],
      [1, 0],
      [undefined, undefined],
    ]);
    expect(scores[0]?.ab).toMatchObject({ exact: 0, lexical: expect.any(Number) });
    expect(asked().flatMap(({ body }) => body.input)).toHaveLength(3);
    expect(asked()[0]).toMatchObject({
      path: '/v1/embeddings',
      authorization: `Bearer ${SECRET}`,
      body: { model: 'embed-1' },
    });
    expect(asked()[0]?.body).not.toHaveProperty('dimensions');
    expect(bench.errors).toEqual([]);
  });

  it('is not there where a run has no embeddings', async () => {
    const scores = await bench.send(await bench.run('none', null), many(2));
    expect(embeddings(scores)).toEqual([undefined, undefined, undefined, undefined]);
    expect(asked()).toEqual([]);
  });

  it('of a batch is asked for in few requests, so many at once, no text twice', async () => {
    const run = await bench.run('batched', at({ batchSize: 10, concurrency: 2 }));
    const calls = many(20).map(([primary, shadow], index): Said => [
      primary,
      shadow,
      index % 2 === 0 ? primary : shadow,
    ]);
    const scores = await bench.send(run, calls);
    expect(embeddings(scores).every((score) => typeof score === 'number')).toBe(true);
    const inputs = asked().map(({ body }) => body.input);
    expect(inputs.map(({ length }) => length)).toEqual([10, 10, 10, 10]);
    expect(new Set(inputs.flat()).size).toBe(40);
    expect(server.atOnce).toBe(2);
  });

  it('costs nothing the second time: of the same batch, of the same texts, and after a restart', async () => {
    const run = await bench.run('kept', at());
    const calls = many(5);
    const scores = await bench.send(run, calls);
    expect(asked()).toHaveLength(1);
    await bench.restart();
    expect(embeddings(await bench.send(run, calls))).toEqual(embeddings(scores));
    expect(asked()).toHaveLength(1);
    await bench.send(await bench.run('kept-other', at({ model: 'embed-2' })), calls);
    expect(asked()).toHaveLength(2);
  });

  it('has as many dimensions as are asked for', async () => {
    const run = await bench.run('dimensions', at({ dimensions: 8 }));
    expect(embeddings(await bench.send(run, [said()]))).toEqual([expect.any(Number), expect.any(Number)]);
    expect(asked()[0]?.body.dimensions).toBe(8);
    server.trouble = 'dimensions';
    expect(embeddings(await bench.send(run, [said()]))).toEqual([null, null]);
    expect(String(bench.errors)).toContain('expected 8 dimensions, got 9');
  });
});

const TROUBLES: readonly Trouble[] = [
  ...(['slow', 'rate_limit', 'overloaded', 'broken', 'unauthorized', 'redirect', 'garbage', 'no_json'] as const),
  ...([
    'too_few',
    'mixed_dimensions',
    'nulls',
    'zeros',
    'twice',
    'hang_up',
    'truncated',
    'cut_off',
    'no_model',
  ] as const),
];

describe('embeddings in trouble', () => {
  it.each(TROUBLES)(
    '%s: no pair is lost, the other scores are there, this one is null, and it is told why',
    async (trouble) => {
      server.trouble = trouble;
      const run = await bench.run(`trouble-${trouble}`, at({ timeoutMs: trouble === 'slow' ? 20 : 10_000 }));
      const begun = bench.now;
      const scores = await bench.send(run, many(3));
      expect(embeddings(scores)).toEqual(Array.from({ length: 6 }, () => null));
      expect(scores.every(({ ab }) => typeof ab['lexical'] === 'number')).toBe(true);
      expect(bench.errors).toHaveLength(1);
      expect(String(bench.errors[0])).toContain(`some scores \`embedding\` of trouble-${trouble} are null: embed-1: `);
      expect(JSON.stringify(bench.errors) + String(bench.errors)).not.toContain(SECRET);
      expect(bench.now - begun).toBeLessThanOrEqual(20_000);
      expect(asked().length).toBeLessThan(40);
      server.trouble = null;
      bench.now += 80_000;
      expect(embeddings(await bench.send(run, [said()]))).toEqual([expect.any(Number), expect.any(Number)]);
    },
  );

  it('that pass are waited out, as long as the provider asks for', async () => {
    for (const [trouble, least] of [
      ['rate_limit', 7000],
      ['overloaded', 1500],
      ['broken', 250],
      ['hang_up', 250],
    ] as const) {
      Object.assign(server, { trouble, times: 1 });
      const run = await bench.run(`passing-${trouble}`, at());
      const begun = bench.now;
      expect(embeddings(await bench.send(run, [said()]))).toEqual([expect.any(Number), expect.any(Number)]);
      expect(bench.now - begun).toBe(least);
    }
    expect(bench.errors).toEqual([]);
  });

  it('cost two deadlines at most, not one a batch, and then a request a minute', async () => {
    server.trouble = 'broken';
    const run = await bench.run('down', at());
    const down = bench.now;
    for (let batch = 0; batch < 2; batch += 1) await bench.send(run, [said()]);
    expect(bench.now - down).toBeLessThanOrEqual(40_000);
    const [begun, requests] = [bench.now, asked().length];
    for (let batch = 0; batch < 10; batch += 1)
      expect(embeddings(await bench.send(run, [said()]))).toEqual([null, null]);
    expect(bench.now).toBe(begun);
    expect(asked()).toHaveLength(requests);
    bench.now += 60_000;
    await bench.send(run, [said()]);
    expect(asked()).toHaveLength(requests + 1);
  });

  it('that nobody answers at all', async () => {
    const gone = await startEmbeddingServer();
    await gone.close();
    const run = await bench.run('nobody', at({ baseUrl: gone.baseUrl }));
    expect(embeddings(await bench.send(run, [said()]))).toEqual([null, null]);
    expect(String(bench.errors)).toContain('unreached: the endpoint could not be reached');
  });

  it('of one text cost that text alone, and of one that is too long nothing', async () => {
    const run = await bench.run('refused', at());
    server.refused = 'unspeakable';
    const calls = many(8);
    const scores = await bench.send(run, [...calls.slice(0, 4), [fresh(), 'unspeakable', fresh()], ...calls.slice(4)]);
    const none = embeddings(scores).map((score) => score === null);
    expect(none.filter(Boolean)).toHaveLength(1);
    expect(none[8]).toBe(true);
    server.longest = 2000;
    const long = await bench.send(run, [[fresh(), 'many words '.repeat(1000), 'few words']]);
    expect(embeddings(long)).toEqual([expect.any(Number), expect.any(Number)]);
  });

  it('end with the evaluator: the batch is put back, and another process embeds it', async () => {
    server.trouble = 'broken';
    const run = await bench.run('closing', at());
    const waiting = Promise.withResolvers<void>();
    bench.pause = (_ms, signal) => {
      waiting.resolve();
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    };
    const sent = bench.send(run, [said()]);
    await waiting.promise;
    bench.embedder.stop();
    await expect(sent).rejects.toMatchObject({ code: 'embedding_stopped', retryable: true });
    await bench.restart();
  });

  it('of a key that is not here are null, and told', async () => {
    delete bench.secrets['EMBEDDING_KEY'];
    const scores = await bench.send(await bench.run('keyless', at()), [said()]);
    bench.secrets['EMBEDDING_KEY'] = SECRET;
    expect(embeddings(scores)).toEqual([null, null]);
    expect(String(bench.errors)).toContain('the environment variable EMBEDDING_KEY');
    expect(asked()).toEqual([]);
  });
});

it('embeddings of a file are checked at start: their key is there, and can stand in a header', () => {
  const experiments = [resolveExperiment({ name: 'checked', candidate: { model: 'small' }, embeddings: at() })];
  expect(() => checkEmbeddings(experiments, () => SECRET)).not.toThrow();
  expect(() => checkEmbeddings(experiments, () => undefined)).toThrow(
    'expected the key for embed-1 in the environment variable EMBEDDING_KEY',
  );
  expect(() => checkEmbeddings(experiments, () => 'sk two words')).toThrow('expected printable ASCII');
});

describe('what embeddings cost', () => {
  it('has list prices', () => {
    const price = pricesOf({}).of('text-embedding-3-small', 'https://api.openai.com');
    // 0.02 USD a million tokens, in nano-dollars.
    expect(price?.cost({ input: 1_000_000, output: 0 })).toBe(20_000_000);
  });

  const prices = { 'embed-*': { input: 100, output: 0 } };

  it('is paid from the budget, and never more than is in it', async () => {
    // Three texts a call: 30 tokens as the server counts them, 0.003 USD.
    const run = await bench.run('paid', at({ batchSize: 3, concurrency: 1 }), {
      budget: { usd: 0.02, prices, pace: false },
    });
    for (let call = 0; call < 12; call += 1) await bench.send(run, [said()]);
    const vectors = asked().flatMap(({ body }) => body.input).length;
    expect(vectors * TOKENS * 100e-6).toBeLessThanOrEqual(0.02);
    expect(vectors).toBeGreaterThanOrEqual(9);
    expect(vectors).toBeLessThan(36);
    expect(String(bench.errors.at(-1))).toContain('unpaid: no money is left in the budget');
  });

  it('is not spent where there is a budget and no price is known, and the line to add is told once', async () => {
    const run = await bench.run('unpriced', at({ model: 'own-model' }), { budget: { usd: 1 } });
    await bench.send(run, [said()]);
    await bench.send(run, [said()]);
    expect(asked()).toEqual([]);
    expect(
      bench.errors.filter((error) => String(error).includes('"own-model": { input: ..., output: ... }')),
    ).toHaveLength(1);
  });
});

const HER = 'f0'.repeat(16) as SubjectKey;

describe('vectors in the ledger', () => {
  it('go with the content of the subject or the call they were made for', async () => {
    const run = await bench.run('erased', at());
    const before = await storedVectors();
    const calls: string[] = [];
    const pairs: string[] = [];
    await bench.send(run, [said(), said(), said()], (trial, index) => {
      calls.push(trial.callId);
      pairs.push(trial.legs['small']?.pairId ?? '');
      if (index === 0) Object.assign(trial, { subject: HER });
    });
    expect(await storedVectors()).toBe(before + 9);
    await bench.ledger.erase({ kind: 'subject', subject: HER }, { dryRun: true });
    expect(await storedVectors()).toBe(before + 9);
    await bench.ledger.erase({ kind: 'subject', subject: HER }, { dryRun: false });
    expect(await storedVectors()).toBe(before + 6);
    const call = await bench.ledger.findCall(pairs[1] ?? '');
    await bench.ledger.erase({ kind: 'pair', pair: pairs[1] ?? '', call }, { dryRun: false });
    const { rows } = await bench.database.query<{ call: string }>(
      'select distinct call::text as call from understudy.embeddings where call = any($1::uuid[])',
      [calls],
    );
    expect(rows).toEqual([{ call: calls[2] }]);
  });

  it('are not made of a call that was erased on its way', async () => {
    const run = await bench.run('erased-before', at());
    const scores = await bench.send(run, [said()], (trial) => void Object.assign(trial, eraseTrial(trial)));
    expect(embeddings(scores)).toEqual([undefined, undefined]);
    expect(asked()).toEqual([]);
  });

  it('are sealed where content is, and with another key asked for again', async () => {
    await bench.restart(new Seal(Buffer.alloc(32, 7)));
    const run = await bench.run('sealed', at());
    bench.now += 1000;
    const call = said();
    const scores = await bench.send(run, [call]);
    const { rows } = await bench.database.query<{ vector: Buffer }>(
      'select vector from understudy.embeddings order by stored_at desc, key limit 3',
    );
    expect(new Set(rows.map(({ vector }) => vector.length)).size).toBe(1);
    expect(rows.every(({ vector }) => vector[0] === 0xe7 && vector.length > 32 + 40)).toBe(true);
    expect(embeddings(await bench.send(run, [call]))).toEqual(embeddings(scores));
    expect(asked()).toHaveLength(1);
    await bench.restart(null);
    expect(embeddings(await bench.send(run, [call]))).toEqual(embeddings(scores));
    expect(asked()).toHaveLength(2);
  });

  it('go when they are old', async () => {
    expect(await storedVectors()).toBeGreaterThan(0);
    await bench.ledger.tryLease('me', bench.now, 60_000);
    await bench.ledger.expire({ holder: 'me', now: bench.now, before: bench.now + 1 });
    expect(await storedVectors()).toBe(0);
  });
});
