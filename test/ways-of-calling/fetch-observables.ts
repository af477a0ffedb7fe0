import { inspect } from 'node:util';
import { shape, tried, type Observable } from './observable.js';

/** What a host can see of fetch itself, its arguments and its promise. */
export const fetchObservables: readonly Observable[] = [
  {
    name: 'fetch: name, length, tag',
    // From Node 26 on inspection says of a function that it is a proxy: the one thing that can be seen.
    look: async () => [
      fetch.name,
      fetch.length,
      typeof fetch,
      inspect(fetch).replace(/^Proxy\((.*)\)$/, '$1'),
      shape(fetch),
    ],
  },
  {
    name: 'fetch: its place on globalThis',
    look: async () => {
      const { value, ...rest } = Object.getOwnPropertyDescriptor(globalThis, 'fetch') ?? {};
      return [typeof value, rest, Object.keys(globalThis).indexOf('fetch') >= 0];
    },
  },
  {
    name: 'fetch: called on another this',
    look: async (_call, url) =>
      tried(() => fetch.call({ other: true } as never, url('bad_request'), { method: 'POST' })),
  },
  { name: 'fetch: no arguments', look: () => tried(() => (fetch as () => unknown)()) },
  { name: 'fetch: not a URL', look: () => tried(() => fetch('nowhere')) },
  {
    name: 'fetch: a relative URL',
    look: () => tried(() => fetch('/v1/chat/completions', { method: 'POST', body: '{}' })),
  },
  { name: 'fetch: a bad method', look: (call) => tried(() => call({ method: 'TRACE' })) },
  { name: 'fetch: a bad header', look: (call) => tried(() => call({ headers: { 'x y': 'z' } })) },
  {
    name: 'fetch: gives a promise',
    look: async (call) => {
      const promise = call();
      const seen = [
        promise instanceof Promise,
        Object.getPrototypeOf(promise) === Promise.prototype,
        // No symbols: on Node 22 every AsyncLocalStorage of the process leaves one on every promise.
        Object.getOwnPropertyNames(promise).length,
      ];
      await (await promise).text();
      return seen;
    },
  },
  {
    name: 'fetch: headers that can be walked only once',
    look: async (call) => {
      function* once(): Generator<[string, string]> {
        yield ['x-once', 'yes'];
      }
      return (await call({ headers: once() as never })).text();
    },
  },
  {
    name: 'fetch: a body as bytes',
    look: async (call) => (await call({ body: new TextEncoder().encode('{"model":"m","messages":[]}') })).text(),
  },
  {
    name: 'fetch: a body as a stream, half duplex',
    look: async (call) => {
      const body = new Blob(['{"model":"m",', '"messages":[]}']).stream();
      return (await call({ body, duplex: 'half' } as never)).text();
    },
  },
  {
    name: 'fetch: a body as a blob',
    look: async (call) => (await call({ body: new Blob(['{"model":"m","messages":[]}']) })).text(),
  },
  { name: 'fetch: keepalive', look: async (call) => (await call({ keepalive: true })).text() },
  {
    name: 'fetch: a Request',
    look: async (_call, url) => {
      const request = new Request(url('plain'), { method: 'POST', body: '{"model":"m","messages":[],"stream":true}' });
      const before = request.bodyUsed;
      const text = await (await fetch(request)).text();
      return [before, text, request.bodyUsed, await tried(() => request.text())];
    },
  },
  {
    name: 'fetch: a Request with a stream',
    look: async (_call, url) => {
      const body = new Blob(['{"model":"m",', '"messages":[]}']).stream();
      const request = new Request(url('plain'), { method: 'POST', body, duplex: 'half' } as never);
      return [await (await fetch(request)).text(), request.bodyUsed];
    },
  },
  {
    name: 'fetch: a Request sent twice',
    look: async (_call, url) => {
      const request = new Request(url('plain'), { method: 'POST', body: '{"model":"m","messages":[]}' });
      await (await fetch(request)).text();
      return tried(() => fetch(request));
    },
  },
  {
    name: 'fetch: a Request with another body in init',
    look: async (_call, url) => {
      const request = new Request(url('plain'), { method: 'POST', body: '{"model":"a","messages":[]}' });
      return [
        await (await fetch(request, { method: 'POST', body: '{"model":"b","messages":[]}' })).text(),
        request.bodyUsed,
      ];
    },
  },
  {
    name: 'signal: no listener more',
    look: async (call) => {
      const { signal } = new AbortController();
      let added = 0;
      const add = signal.addEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        added += 1;
        add(...args);
      };
      await (await call({ signal })).text();
      return added;
    },
  },
  { name: 'signal: aborted at once', look: (call) => tried(() => call({ signal: AbortSignal.abort() })) },
  {
    name: 'signal: aborted with a reason that is no error',
    look: (call) => tried(() => call({ signal: AbortSignal.abort('enough') })),
  },
  {
    name: 'signal: aborted before the response',
    look: async (call) => {
      const abort = new AbortController();
      const pending = tried(() => call({ signal: abort.signal }, 'hang'));
      setTimeout(() => abort.abort(), 40);
      return pending;
    },
  },
  {
    name: 'signal: aborted after the headers',
    look: async (call) => {
      const abort = new AbortController();
      const response = await call({ signal: abort.signal }, 'slow');
      abort.abort();
      return [await tried(() => response.text()), response.bodyUsed];
    },
  },
];
