import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { setFailureSink } from '../guard.js';
import type { BodyObserver, Fetch, OnRequest, RequestObserver } from './observer.js';
import { tapFetch } from './tap-fetch.js';
import { runUntapped } from './untapped.js';

const URL_OF_MODEL = 'http://model.test/v1';
const failures: string[] = [];
beforeEach(() => {
  failures.length = 0;
  setFailureSink((operation) => void failures.push(operation));
});
afterEach(() => void setFailureSink(null));

/** Writes down what it is told. */
function recorder(changes: Partial<RequestObserver & BodyObserver> = {}): { told: string[]; onRequest: OnRequest } {
  const told: string[] = [];
  const tell = (what: string) => (): void => void told.push(what);
  const observer: RequestObserver & BodyObserver = {
    abandonedAfterMs: 20,
    run: (send) => send(),
    responded: (status) => {
      told.push(`responded ${status}`);
      return observer;
    },
    chunk: (bytes) => void told.push(`chunk ${Buffer.from(bytes).toString()}`),
    ended: tell('ended'),
    failed: (error) => void told.push(`failed ${String(error)}`),
    cancelled: tell('cancelled'),
    abandoned: tell('abandoned'),
    unobservable: tell('unobservable'),
    ...changes,
  };
  return {
    told,
    onRequest: (request) => {
      told.push(`${request.method} ${request.url.href}`);
      return observer;
    },
  };
}

/** A body whose chunks come after the response, as from a network. */
function networkBody(chunks: readonly string[]): ReadableStream<Uint8Array> {
  const rest = [...chunks];
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const next = rest.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(next));
    },
  });
}

const answering = (make: () => unknown): Fetch => (() => Promise.resolve(make())) as Fetch;

describe('what the host gets', () => {
  test('the very promise, where nobody is interested', () => {
    const promise = Promise.resolve(new Response());
    const original: Fetch = () => promise;
    expect(tapFetch(original, () => null)(URL_OF_MODEL)).toBe(promise);
  });

  test('the very response, and the very error', async () => {
    const response = new Response(networkBody(['a']));
    const { onRequest } = recorder();
    await expect(
      tapFetch(
        answering(() => response),
        onRequest,
      )(URL_OF_MODEL),
    ).resolves.toBe(response);
    const error = new Error('network');
    const failing: Fetch = () => Promise.reject(error);
    await expect(tapFetch(failing, onRequest)(URL_OF_MODEL)).rejects.toBe(error);
  });

  test('the arguments reach the original as they were given, and its properties show through', () => {
    const original = Object.assign(
      vi.fn<Fetch>(async () => new Response()),
      { marked: 7 },
    );
    const init = { method: 'PUT' };
    const tapped = tapFetch(original, recorder().onRequest);
    void tapped(URL_OF_MODEL, init);
    expect(original.mock.calls[0]?.[1]).toBe(init);
    expect(tapped.marked).toBe(7);
  });

  test('an original that throws at once still does', () => {
    const { told, onRequest } = recorder();
    const broken = (() => {
      throw new RangeError('at once');
    }) as Fetch;
    expect(() => tapFetch(broken, onRequest)(URL_OF_MODEL)).toThrow(RangeError);
    expect(told.at(-1)).toBe('failed RangeError: at once');
  });

  test.each([
    ['a plain value', () => 5],
    // oxlint-disable-next-line unicorn/no-thenable -- what is tested
    ['a thenable', () => Object.fromEntries([['then', () => undefined]])],
    ['a promise with methods of its own', () => Object.assign(Promise.resolve(1), { json: () => 1 })],
    ['a promise of another class', () => new (class Other extends Promise<number> {})((resolve) => resolve(1))],
  ])('%s is passed back as it is', (_name, make) => {
    const value = make();
    const { told, onRequest } = recorder();
    expect(tapFetch((() => value) as unknown as Fetch, onRequest)(URL_OF_MODEL)).toBe(value);
    expect(told.at(-1)).toBe('unobservable');
  });

  test.each([
    [
      'onRequest',
      () => ({
        onRequest: () => {
          throw new Error('ours');
        },
      }),
    ],
    [
      'run',
      () =>
        recorder({
          run: () => {
            throw new Error('ours');
          },
        }),
    ],
    [
      'run, after sending',
      () =>
        recorder({
          run: (send) => {
            send();
            throw new Error('ours');
          },
        }),
    ],
    [
      'responded',
      () =>
        recorder({
          responded: () => {
            throw new Error('ours');
          },
        }),
    ],
    [
      'chunk',
      () =>
        recorder({
          chunk: () => {
            throw new Error('ours');
          },
        }),
    ],
    [
      'ended',
      () =>
        recorder({
          ended: () => {
            throw new Error('ours');
          },
        }),
    ],
  ])('an observer that throws in %s changes nothing, and the request is sent once', async (_where, make) => {
    const original = vi.fn<Fetch>(async () => new Response(networkBody(['a', 'b'])));
    const response = await tapFetch(original, make().onRequest)(URL_OF_MODEL);
    await expect(response.text()).resolves.toBe('ab');
    expect(original).toHaveBeenCalledOnce();
    expect(failures.length).toBeGreaterThan(0);
  });
});

describe('what the observer is told', () => {
  test('chunks, then the end', async () => {
    const { told, onRequest } = recorder();
    await (
      await tapFetch(
        answering(() => new Response(networkBody(['a', 'b']))),
        onRequest,
      )(URL_OF_MODEL, { method: 'post' })
    ).text();
    expect(told).toEqual([`POST ${URL_OF_MODEL}`, 'responded 200', 'chunk a', 'chunk b', 'ended']);
  });

  test('nothing is read before the host reads', async () => {
    const { told, onRequest } = recorder({ abandonedAfterMs: 10_000 });
    const response = await tapFetch(
      answering(() => new Response(networkBody(['a']))),
      onRequest,
    )(URL_OF_MODEL);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(told).toHaveLength(2);
    await response.body?.cancel();
    expect(told.at(-1)).toBe('cancelled');
  });

  test('no body is an end', async () => {
    const { told, onRequest } = recorder();
    await tapFetch(
      answering(() => new Response(null, { status: 204 })),
      onRequest,
    )(URL_OF_MODEL);
    expect(told.slice(1)).toEqual(['responded 204', 'ended']);
  });

  test('a body never read is abandoned after its deadline, once', async () => {
    const { told, onRequest } = recorder();
    const response = await tapFetch(
      answering(() => new Response(networkBody(['a']))),
      onRequest,
    )(URL_OF_MODEL);
    await vi.waitFor(() => expect(told.at(-1)).toBe('abandoned'));
    await expect(response.text()).resolves.toBe('a');
    expect(told.slice(1)).toEqual(['responded 200', 'abandoned']);
  });

  test('a slow body that somebody reads is not abandoned', async () => {
    const { told, onRequest } = recorder();
    const body = new ReadableStream({
      type: 'bytes',
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 70));
        controller.enqueue(new TextEncoder().encode('late'));
        controller.close();
      },
    });
    await (
      await tapFetch(
        answering(() => new Response(body)),
        onRequest,
      )(URL_OF_MODEL)
    ).text();
    expect(told.slice(2)).toEqual(['chunk late', 'ended']);
  });

  test('a body that breaks off', async () => {
    const { told, onRequest } = recorder();
    const body = new ReadableStream({ type: 'bytes', pull: (controller) => controller.error(new Error('gone')) });
    const response = await tapFetch(
      answering(() => new Response(body)),
      onRequest,
    )(URL_OF_MODEL);
    await expect(response.text()).rejects.toThrow('gone');
    expect(told.at(-1)).toBe('failed Error: gone');
  });
});

describe('mocks, whose chunks are queued before the response is given', () => {
  const READERS: Record<string, (response: Response) => Promise<unknown>> = {
    'text()': (response) => response.text(),
    'a reader': async (response) => {
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      while (!(await reader.read()).done);
    },
    iteration: async (response) => {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) void chunk;
    },
  };
  test.each(Object.entries(READERS))('are followed through %s', async (_name, read) => {
    const { told, onRequest } = recorder();
    const response = await tapFetch(
      answering(() => new Response('queued')),
      onRequest,
    )(URL_OF_MODEL);
    const keys = Object.keys(response.body ?? {});
    await read(response);
    expect(told.slice(1)).toEqual(['responded 200', 'chunk queued', 'ended']);
    expect(keys).toEqual([]);
  });

  test('clone, which no method shows, gives the observation up and stays a clone', async () => {
    const { told, onRequest } = recorder();
    const response = await tapFetch(
      answering(() => new Response('queued')),
      onRequest,
    )(URL_OF_MODEL);
    const clone = response.clone();
    await expect(Promise.all([response.text(), clone.text()])).resolves.toEqual(['queued', 'queued']);
    // Node 22 tees through the stream's own reader, which shows it to the end.
    await vi.waitFor(() => expect(told.at(-1)).toMatch(/^(abandoned|ended)$/));
  });

  test.each([
    [{ ok: true, status: 200, json: async () => ({}) }, 'abandoned'],
    [undefined, 'unobservable'],
    [{ ok: true }, 'unobservable'],
  ])('that are no responses: %j', async (value, last) => {
    const { told, onRequest } = recorder();
    await expect(
      tapFetch(
        answering(() => value),
        onRequest,
      )(URL_OF_MODEL),
    ).resolves.toBe(value);
    expect(told.at(-1)).toBe(last);
  });
});

describe('requests that are not looked at', () => {
  test('those made inside a tapped one', async () => {
    const { told, onRequest } = recorder();
    const inner = tapFetch(
      answering(() => new Response(null)),
      onRequest,
    );
    const outer = tapFetch(async (...args: Parameters<Fetch>) => {
      await Promise.resolve();
      return inner(...args);
    }, onRequest);
    await outer(URL_OF_MODEL);
    expect(told).toEqual([`GET ${URL_OF_MODEL}`, 'responded 200', 'ended']);
    await outer(URL_OF_MODEL);
    expect(told).toHaveLength(6);
  });

  test('those of runUntapped, for as long as it lasts', async () => {
    const { told, onRequest } = recorder();
    const tapped = tapFetch(
      answering(() => new Response(null)),
      onRequest,
    );
    await runUntapped(async () => {
      await Promise.resolve();
      await tapped(URL_OF_MODEL);
    });
    expect(told).toEqual([]);
  });

  test.each(['nowhere', '/relative', undefined, 5, null, {}])('what is no absolute URL: %j', async (input) => {
    const { told, onRequest } = recorder();
    await tapFetch(
      answering(() => new Response(null)),
      onRequest,
    )(input as never);
    expect(told).toEqual([]);
    expect(failures).toEqual([]);
  });
});
