import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { resolveExperiment } from '@understudy/instrumentation/experiment';
import { StoreError } from '../../packages/evaluator/src/errors.js';
import { createKnown } from '../../packages/evaluator/src/evaluator/known.js';
import { startOutputs } from '../../packages/evaluator/src/evaluator/start-outputs.js';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import { answerOf, type Known } from '../../packages/evaluator/src/serve/answer.js';
import { resultOf } from '../../packages/evaluator/src/serve/result.js';
import { type Server, startServer } from '../../packages/evaluator/src/serve/server.js';
import { arm, AT, errorsTally, report, run, runState } from './report.js';

const good = runState();
const bad = runState({
  run: run({ name: 'billing' }),
  arms: { small: arm({ streams: { _all: { errors: errorsTally(0, 200, 200) } } }) },
});

function known(change: Partial<Known> = {}): Known {
  const { standings } = report([good]);
  return { standings, at: AT, declared: {}, acceptProvisional: false, ...change };
}

const metrics = () => ({ contentType: 'text/plain', body: '' });
const ask = (query: string, of: Known = known()) => answerOf(new URLSearchParams(query), of);

describe('answerOf', () => {
  it('states the only candidate, in three values', () => {
    expect(ask('')).toEqual({
      status: 200,
      body: {
        v: 1,
        result: 'pass',
        experiment: 'support',
        candidate: 'small',
        run: good.run.id,
        k: 1,
        state: 'go',
        pairs: 1000,
        remaining: null,
        reason: 'safe',
        sentence: expect.stringMatching(/^GO: /),
        segments: [],
        setup: [],
        at: '2026-11-21T12:00:00.000Z',
      },
    });
    expect(ask('experiment=support&candidate=small')).toEqual(ask(''));
  });

  it.each([
    ['go', 'pass', 'pass'],
    ['go_provisional', 'inconclusive', 'pass'],
    ['hold', 'inconclusive', 'inconclusive'],
    ['invalid', 'inconclusive', 'inconclusive'],
    ['no_go', 'fail', 'fail'],
  ] as const)('%s: %s; where what is provisional is accepted, %s', (state, strict, lenient) => {
    expect(resultOf(state, { acceptProvisional: false })).toBe(strict);
    expect(resultOf(state, { acceptProvisional: true })).toBe(lenient);
  });

  it('says what is set up wrong for it, whatever the state', () => {
    const [one] = report([good]).standings;
    if (one === undefined) throw new Error('no standing');
    const setup = [{ cause: 'candidate_key', found: 'HTTP 401', fix: 'put the right key' }] as const;
    const standings = [{ ...one, verdict: { ...one.verdict, setup } }];
    expect(ask('', known({ standings }))).toMatchObject({ status: 200, body: { result: 'pass', setup } });
    expect(ask('', known({ standings: null }))).toMatchObject({ body: { reason: 'unavailable', setup: [] } });
  });

  it('picks among several by name only', () => {
    const two = known({ standings: report([good, bad]).standings });
    expect(ask('experiment=billing', two)).toMatchObject({ status: 200, body: { result: 'fail', state: 'no_go' } });
    expect(ask('', two)).toMatchObject({
      status: 400,
      body: { error: 'experiment_needed', known: ['support', 'billing'] },
    });
    const arms = { small: arm(), nano: arm() };
    const both = known({ standings: report([runState({ arms })]).standings });
    expect(ask('experiment=support', both)).toMatchObject({ status: 400, body: { error: 'candidate_needed' } });
    expect(ask('candidate=nano', both)).toMatchObject({ status: 200, body: { candidate: 'nano' } });
  });

  it('does not know what nobody has named, and says what there is', () => {
    expect(ask('experiment=other')).toEqual({
      status: 404,
      body: { error: 'unknown_experiment', message: 'there is no experiment "other"', known: ['support'] },
    });
    expect(ask('experiment=support&candidate=constructor')).toMatchObject({
      status: 404,
      body: { error: 'unknown_candidate', known: ['small'] },
    });
    expect(ask('experiment=__proto__')).toMatchObject({ status: 404 });
  });

  it('is inconclusive where there is no data: of what is configured, and of nothing at all', () => {
    const declared = { planned: ['nano'] };
    const nothing = { status: 200, body: { result: 'inconclusive', reason: 'no_data', run: null, state: null } };
    expect(ask('experiment=planned', known({ declared }))).toMatchObject(nothing);
    expect(ask('', known({ standings: [], declared }))).toMatchObject(nothing);
    expect(ask('', known({ standings: [] }))).toMatchObject(nothing);
    expect(ask('experiment=planned&candidate=small', known({ declared }))).toMatchObject({ status: 404 });
  });

  it('is inconclusive while the ledger cannot be read', () => {
    const away = known({ standings: null });
    expect(ask('experiment=support&candidate=small', away)).toMatchObject({
      status: 200,
      body: { result: 'inconclusive', reason: 'unavailable', experiment: 'support', candidate: 'small' },
    });
    expect(ask('', away)).toMatchObject({ status: 200, body: { result: 'inconclusive' } });
  });

  it('speaks of the newest run of an experiment only', () => {
    const next = runState({ run: run({ policy: { gates: { errors: { margin: 0.2 } } } }, 2), arms: {} });
    const { standings } = report([good, next]);
    expect(ask('experiment=support', known({ standings, declared: { support: ['small'] } }))).toMatchObject({
      body: { result: 'inconclusive', reason: 'no_data' },
    });
  });

  it.each([
    ['alpha=0.5', 'got "alpha"'],
    ['arm=small&experiment=support', 'got "arm"'],
    ['experiment=support&experiment=billing', 'got "experiment" twice'],
    ['candidate=small&candidate=small', 'got "candidate" twice'],
    [`${'x'.repeat(5000)}=1`, `got "${'x'.repeat(64)}"`],
    ['a%0A%22b=1', String.raw`got "a\n\"b"`],
  ])('takes no %s, and says what it got', (query, got) => {
    const message = `expected \`experiment\` and \`candidate\`, each at most once, ${got}`;
    expect(ask(query)).toMatchObject({ status: 400, body: { error: 'bad_query', message } });
  });
});

describe('startServer', () => {
  const open: Server[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });

  async function served(of: () => Promise<Known>, onError: (error: unknown) => void = () => undefined) {
    const server = await startServer({ listen: { host: '127.0.0.1', port: 0 }, known: of, metrics, onError });
    open.push(server);
    return async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${server.url}${path}`, init);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
  }
  const standings = report([good, bad]).standings;
  const of = async () => known({ standings });

  it('gives a GET the verdict, whatever it is, and a POST a status for it', async () => {
    const request = await served(of);
    const [pass, fail] = ['/api/verdict?experiment=support', '/api/verdict?experiment=billing'];
    expect(await request(pass)).toMatchObject({ status: 200, body: { result: 'pass' } });
    expect(await request(fail)).toMatchObject({ status: 200, body: { result: 'fail' } });
    const post = { method: 'POST', body: JSON.stringify({ name: 'podinfo', experiment: 'support' }) };
    expect(await request(pass, post)).toMatchObject({ status: 200, body: { result: 'pass' } });
    expect(await request(fail, post)).toMatchObject({ status: 409, body: { result: 'fail' } });
    expect(await request('/api/verdict?experiment=other', post)).toMatchObject({ status: 404 });
  });

  it('gives a HEAD what a GET has, without the body', async () => {
    await served(of);
    const { url } = open[0]!;
    for (const [path, status] of [
      ['/api/verdict?experiment=billing', 200],
      ['/api/verdict?foo=1', 400],
      ['/api/verdict?experiment=other', 404],
    ] as const) {
      const [get, head] = [await fetch(url + path), await fetch(url + path, { method: 'HEAD' })];
      expect(head.status).toBe(status);
      expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
      expect([await head.text(), (await get.text()).length > 0]).toEqual(['', true]);
    }
  });

  it('calls for a rollback by NO_GO only', async () => {
    const request = await served(of);
    const post = { method: 'POST' };
    expect(await request('/api/verdict/rollback?experiment=billing', post)).toMatchObject({ status: 200 });
    expect(await request('/api/verdict/rollback?experiment=support', post)).toMatchObject({ status: 409 });
    const away = await served(async () => known({ standings: null }));
    expect(await away('/api/verdict/rollback', post)).toMatchObject({ status: 409 });
    expect(await away('/api/verdict', post)).toMatchObject({ status: 409, body: { reason: 'unavailable' } });
  });

  it('is alive where the ledger cannot be read, and ready only where it can', async () => {
    const request = await served(of);
    expect(await request('/healthz')).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await request('/readyz')).toEqual({ status: 200, body: { status: 'ok' } });
    const away = await served(async () => known({ standings: null }));
    expect(await away('/healthz')).toMatchObject({ status: 200 });
    expect(await away('/readyz')).toEqual({ status: 503, body: { status: 'the ledger cannot be read' } });
  });

  it.each([
    ['/healthz', 'POST', 405],
    ['/', 'GET', 404],
    ['/api/verdict/', 'GET', 404],
    ['/constructor', 'POST', 404],
    ['/api/verdict', 'DELETE', 405],
    ['/api/verdict/rollback', 'GET', 405],
  ])('answers %s to %s with %i', async (path, method, status) => {
    const request = await served(of);
    expect(await request(path, { method })).toMatchObject({ status, body: { error: expect.any(String) } });
  });

  it('tells what broke to the log and not to whoever asks, and goes on', async () => {
    const errors: unknown[] = [];
    const broken = new Error('postgres://user:SECRET@host');
    const request = await served(
      async () => Promise.reject(broken),
      (error) => errors.push(error),
    );
    const answered = await request('/api/verdict');
    expect(answered).toMatchObject({ status: 500, body: { error: 'internal' } });
    expect(JSON.stringify(answered)).not.toContain('SECRET');
    expect(errors).toEqual([broken]);
  });

  it('survives what is no HTTP, and targets that are no path', async () => {
    const request = await served(of);
    const { hostname, port } = new URL(open[0]!.url);
    for (const line of ['nonsense\r\n\r\n', 'GET //[ HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n']) {
      const socket = connect(Number(port), hostname);
      socket.end(line);
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 4/);
    }
    expect(await request('/api/verdict?experiment=support')).toMatchObject({ status: 200 });
  });

  it('says which address is taken', async () => {
    await served(of);
    const { port } = new URL(open[0]!.url);
    const again = startServer({
      listen: { host: '127.0.0.1', port: Number(port) },
      known: of,
      metrics,
      onError: () => undefined,
    });
    await expect(again).rejects.toThrow(`cannot listen at 127.0.0.1:${port}: EADDRINUSE`);
  });
});

it('an evaluator that cannot have its address lets go of what it has, and says why', async () => {
  const listen = { host: '127.0.0.1', port: 0 };
  const taken = await startServer({ listen, known: async () => known(), metrics, onError: () => undefined });
  const { port } = new URL(taken.url);
  let undone = 0;
  const started = startOutputs(
    {
      config: { listen: { ...listen, port: Number(port) } },
      acceptProvisional: false,
      ledger: {} as Ledger,
      holder: 'me',
      emitter: { change: () => undefined },
      report: () => null,
      now: () => AT,
      onError: () => undefined,
      onChange: () => undefined,
    },
    async () => void (undone += 1),
  );
  await expect(started).rejects.toThrow(StoreError);
  expect(undone).toBe(1);
  await taken.close();
});

describe('createKnown', () => {
  const experiments = [resolveExperiment({ name: 'planned', candidates: { nano: {} } })];
  const last = report([good]);
  function knowing(seen: typeof last | null, snapshot: () => Promise<typeof last.snapshot>, now: () => number) {
    const errors: unknown[] = [];
    const ledger = { snapshot };
    const onError = (error: unknown): void => void errors.push(error);
    const get = createKnown({ ledger, report: () => seen, experiments, acceptProvisional: false, now, onError });
    return { get, errors };
  }

  it('answers from the last look of this process, without the ledger', async () => {
    const { get } = knowing(
      last,
      async () => Promise.reject(new Error('asked')),
      () => AT + 5000,
    );
    expect(await get()).toMatchObject({ at: AT, standings: last.standings, declared: { planned: ['nano'] } });
  });

  it('reads the ledger where another replica looks, or this one has not for a while: once a second, whoever asks', async () => {
    for (const seen of [null, last]) {
      let [reads, now] = [0, AT + 5001];
      const snapshot = async () => {
        reads += 1;
        return { ...last.snapshot, at: now };
      };
      const { get } = knowing(seen, snapshot, () => now);
      expect(await Promise.all([get(), get(), get()])).toMatchObject(Array(3).fill({ at: AT + 5001 }));
      expect(reads).toBe(1);
      now += 999;
      await get();
      expect(reads).toBe(1);
      now += 1;
      await get();
      expect(reads).toBe(2);
    }
  });

  it('knows nothing while the ledger is away, and says why to the log', async () => {
    const away = new Error('away');
    const { get, errors } = knowing(
      null,
      async () => Promise.reject(away),
      () => AT,
    );
    expect(await get()).toMatchObject({ standings: null, at: AT });
    expect(errors).toEqual([away]);
  });
});
