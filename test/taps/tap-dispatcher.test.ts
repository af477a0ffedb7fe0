import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureCounts } from '../../packages/instrumentation/src/guard.js';
import type { BodyObserver, OnRequest, RequestObserver } from '../../packages/instrumentation/src/tap/observer.js';
import { tapDispatcher } from '../../packages/instrumentation/src/tap/tap-dispatcher.js';
import { OTHER_UNDICI_WAYS } from './other-undici-ways.js';
import { REQUEST_WAYS } from './request-ways.js';
import { startServer, type BehavingServer } from './server.js';
import { outcome, type Undici, type UndiciWay } from './way.js';

/** Another installed version, by path: how 6 and 7 are tried. */
const undici = (await import(process.env['UNDERSTUDY_TEST_UNDICI'] ?? 'undici')) as Undici;
const MAJOR = 'cacheStores' in undici ? ('Dispatcher1Wrapper' in undici ? 8 : 7) : 6;

const WAYS: readonly UndiciWay[] = [...REQUEST_WAYS, ...OTHER_UNDICI_WAYS].filter(({ since }) => (since ?? 0) <= MAJOR);

let server: BehavingServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** Writes down how each request ended, and counts what it is told after that. */
function witness(): { told: string[]; onRequest: OnRequest; open(): number; late: number } {
  const told: string[] = [];
  const seen = { told, open: () => begun - told.length, late: 0, onRequest: (() => null) as OnRequest };
  let begun = 0;
  seen.onRequest = (request) => {
    begun += 1;
    void request.body();
    let status = '';
    let over = false;
    const end = (how: string): void => {
      if (over) seen.late += 1;
      else told.push(`${status}${how}${request.aborted() && how !== 'ended' ? ' aborted' : ''}`);
      over = true;
    };
    const observer: RequestObserver & BodyObserver = {
      abandonedAfterMs: 300,
      run: (send) => send(),
      responded: (code) => {
        status = `${code} `;
        return observer;
      },
      chunk: () => undefined,
      ended: () => end('ended'),
      failed: () => end('failed'),
      cancelled: () => end('cancelled'),
      abandoned: () => end('abandoned'),
      unobservable: () => end('unobservable'),
    };
    return observer;
  };
  return seen;
}

interface Run {
  /** What the way gave, and what the server saw. */
  readonly did: { readonly result: unknown; readonly seen: readonly string[] };
  destroy(): Promise<unknown>;
}

async function run(way: UndiciWay, tap: <Any extends Dispatcher>(dispatcher: Any) => Any): Promise<Run> {
  const dispatchers: Dispatcher[] = [];
  const use = <Any extends Dispatcher>(dispatcher: Any): Any => {
    dispatchers.push(dispatcher);
    return tap(dispatcher);
  };
  const before = server.seen.length;
  const result = await way.run({
    undici,
    agent: use(new undici.Agent()),
    use,
    url: (behaviour) => `${server.origin}/${behaviour}/v1/chat/completions`,
  });
  return {
    did: { result, seen: server.seen.slice(before) },
    destroy: () => Promise.all(dispatchers.map((dispatcher) => outcome(() => dispatcher.destroy()))),
  };
}

describe(`undici ${MAJOR}`, () => {
  test.each(WAYS.map((way) => ({ way, name: way.name })))('$name', async ({ way }) => {
    const watched = witness();
    const bare = await run(way, (dispatcher) => dispatcher);
    const tapped = await run(way, (dispatcher) => tapDispatcher(dispatcher, watched.onRequest));
    expect(tapped.did).toEqual(bare.did);
    for (let wait = 0; wait < 1000 && watched.open() > 0; wait += 1) await sleep(5);
    expect(watched.told).toEqual((MAJOR === 6 ? way.toldBy6 : null) ?? way.told);
    await Promise.all([bare.destroy(), tapped.destroy()]);
    expect(watched.late).toBe(0);
    expect([...failureCounts()]).toEqual([]);
  });
});
