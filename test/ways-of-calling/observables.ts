import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { describeValue } from './describe-value.js';

/** One thing a host can look at or do with a fetch, its response or its body. Run bare and tapped; what it gives is compared. */
export interface Observable {
  readonly name: string;
  /** `call` makes the request: a chat completion, streamed in 5 pieces with the given behaviour (default `plain`). */
  look(call: (init?: RequestInit, behaviour?: string) => Promise<Response>, url: (behaviour: string) => string): Promise<unknown>;
}

type Body = ReadableStream<Uint8Array>;

function bodyOf(response: Response): Body {
  if (response.body === null) throw new Error('no body');
  return response.body as Body;
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What a promise did, its error described as a host would see it. */
async function tried(run: () => unknown): Promise<unknown> {
  try {
    return { gave: describeValue(await run()) };
  } catch (error) {
    return { threw: describeValue(error) };
  }
}

function shape(value: object): unknown {
  return {
    own: Reflect.ownKeys(value).map(String),
    enumerable: Object.keys(value),
    prototype: Reflect.ownKeys(Object.getPrototypeOf(value) as object).map(String),
    class: value.constructor.name,
    tag: Object.prototype.toString.call(value),
    frozen: Object.isFrozen(value),
    extensible: Object.isExtensible(value),
  };
}

export const OBSERVABLES: readonly Observable[] = [
  { name: 'fetch: name, length, tag', look: async () => [fetch.name, fetch.length, typeof fetch, inspect(fetch), shape(fetch)] },
  { name: 'fetch: its place on globalThis', look: async () => {
    const { value, ...rest } = Object.getOwnPropertyDescriptor(globalThis, 'fetch') ?? {};
    return [typeof value, rest, Object.keys(globalThis).indexOf('fetch') >= 0];
  } },
  { name: 'fetch: called on another this', look: async (_call, url) => tried(() => fetch.call({ other: true } as never, url('bad_request'), { method: 'POST' })) },
  { name: 'fetch: no arguments', look: () => tried(() => (fetch as () => unknown)()) },
  { name: 'fetch: not a URL', look: () => tried(() => fetch('nowhere')) },
  { name: 'fetch: a relative URL', look: () => tried(() => fetch('/v1/chat/completions', { method: 'POST', body: '{}' })) },
  { name: 'fetch: a bad method', look: (call) => tried(() => call({ method: 'TRACE' })) },
  { name: 'fetch: a bad header', look: (call) => tried(() => call({ headers: { 'x y': 'z' } })) },
  { name: 'fetch: gives a promise', look: async (call) => {
    const promise = call();
    const seen = [promise instanceof Promise, Object.getPrototypeOf(promise) === Promise.prototype, Reflect.ownKeys(promise).length];
    await (await promise).text();
    return seen;
  } },
  { name: 'fetch: headers that can be walked only once', look: async (call) => {
    function* once(): Generator<[string, string]> {
      yield ['x-once', 'yes'];
    }
    return (await call({ headers: once() as never })).text();
  } },
  { name: 'fetch: a body as bytes', look: async (call) => (await call({ body: new TextEncoder().encode('{"model":"m","messages":[]}') })).text() },
  { name: 'fetch: a body as a stream, half duplex', look: async (call) => {
    const body = new Blob(['{"model":"m",', '"messages":[]}']).stream();
    return (await call({ body, duplex: 'half' } as never)).text();
  } },
  { name: 'fetch: a body as a blob', look: async (call) => (await call({ body: new Blob(['{"model":"m","messages":[]}']) })).text() },
  { name: 'fetch: keepalive', look: async (call) => (await call({ keepalive: true })).text() },
  { name: 'fetch: a Request', look: async (_call, url) => {
    const request = new Request(url('plain'), { method: 'POST', body: '{"model":"m","messages":[],"stream":true}' });
    const before = request.bodyUsed;
    const text = await (await fetch(request)).text();
    return [before, text, request.bodyUsed, await tried(() => request.text())];
  } },
  { name: 'fetch: a Request with a stream', look: async (_call, url) => {
    const body = new Blob(['{"model":"m",', '"messages":[]}']).stream();
    const request = new Request(url('plain'), { method: 'POST', body, duplex: 'half' } as never);
    return [await (await fetch(request)).text(), request.bodyUsed];
  } },
  { name: 'fetch: a Request sent twice', look: async (_call, url) => {
    const request = new Request(url('plain'), { method: 'POST', body: '{"model":"m","messages":[]}' });
    await (await fetch(request)).text();
    return tried(() => fetch(request));
  } },
  { name: 'fetch: a Request with another body in init', look: async (_call, url) => {
    const request = new Request(url('plain'), { method: 'POST', body: '{"model":"a","messages":[]}' });
    return [await (await fetch(request, { body: '{"model":"b","messages":[]}' })).text(), request.bodyUsed];
  } },
  { name: 'signal: no listener more', look: async (call) => {
    const { signal } = new AbortController();
    let added = 0;
    const add = signal.addEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      added += 1;
      add(...args);
    };
    await (await call({ signal })).text();
    return added;
  } },
  { name: 'signal: aborted at once', look: (call) => tried(() => call({ signal: AbortSignal.abort() })) },
  { name: 'signal: aborted with a reason that is no error', look: (call) => tried(() => call({ signal: AbortSignal.abort('enough') })) },
  { name: 'signal: aborted before the response', look: async (call) => {
    const abort = new AbortController();
    const pending = tried(() => call({ signal: abort.signal }, 'hang'));
    setTimeout(() => abort.abort(), 40);
    return pending;
  } },
  { name: 'signal: aborted after the headers', look: async (call) => {
    const abort = new AbortController();
    const response = await call({ signal: abort.signal }, 'slow');
    abort.abort();
    return [await tried(() => response.text()), response.bodyUsed];
  } },
  { name: 'response: shape', look: async (call) => {
    const response = await call();
    const seen = [shape(response), response.ok, response.status, response.statusText, response.type, response.redirected, [...response.headers.keys()]];
    await response.text();
    return seen;
  } },
  { name: 'response: inspect', look: async (call) => {
    const response = await call();
    const before = inspect(response).replaceAll(/https?:\S+|date: .*/g, '');
    await response.text();
    return [before, inspect(response).replaceAll(/https?:\S+|date: .*/g, '')];
  } },
  { name: 'response: body is the same object each time', look: async (call) => {
    const response = await call();
    const same = [response.body === response.body, bodyOf(response) instanceof ReadableStream];
    await response.text();
    return [...same, response.body === response.body];
  } },
  { name: 'body: shape and inspect', look: async (call) => {
    const response = await call();
    const body = bodyOf(response);
    const before = [shape(body), inspect(body), inspect(body, { showHidden: true, depth: 0 }).length, body.locked];
    await response.text();
    return [before, shape(body), inspect(body), body.locked];
  } },
  ...(['text', 'json', 'arrayBuffer', 'blob', 'bytes', 'formData'] as const).map((method) => ({
    name: `response.${method}()`,
    look: async (call: (init?: RequestInit) => Promise<Response>): Promise<unknown> => {
      const response = await call({ body: '{"model":"m","messages":[]}' });
      const result = await tried(() => (response as unknown as Record<string, () => Promise<unknown>>)[method]?.());
      return [result, response.bodyUsed, response.body?.locked];
    },
  })),
  { name: 'body touched, then text()', look: async (call) => {
    const response = await call();
    void response.body;
    return response.text();
  } },
  { name: 'text() twice', look: async (call) => {
    const response = await call();
    await response.text();
    return tried(() => response.text());
  } },
  { name: 'getReader() twice', look: async (call) => {
    const body = bodyOf(await call({}, 'slow'));
    const reader = body.getReader();
    const second = await tried(() => body.getReader());
    await reader.cancel();
    return second;
  } },
  { name: 'text() while locked', look: async (call) => {
    const response = await call({}, 'slow');
    const reader = bodyOf(response).getReader();
    const locked = await tried(() => response.text());
    await reader.cancel();
    return locked;
  } },
  { name: 'clone(), both read', look: async (call) => {
    const response = await call();
    const clone = response.clone();
    return [await clone.text(), await response.text(), clone.body === response.body];
  } },
  { name: 'clone() of a body touched', look: async (call) => {
    const response = await call();
    const before = response.body;
    const clone = response.clone();
    return [response.body === before, before?.locked, await response.text(), await clone.text()];
  } },
  { name: 'clone() after text()', look: async (call) => {
    const response = await call();
    await response.text();
    return tried(() => response.clone());
  } },
  { name: 'a default reader', look: async (call) => {
    const reader = bodyOf(await call()).getReader();
    const parts: string[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(Buffer.from(value).toString());
    }
    await reader.closed;
    return [parts.join(''), shape(reader)];
  } },
  { name: 'chunks own their memory', look: async (call) => {
    const { value } = await bodyOf(await call()).getReader().read();
    return [value?.constructor.name, value?.byteOffset, value?.buffer.byteLength === value?.byteLength, value?.buffer.detached];
  } },
  { name: 'a BYOB reader', look: async (call) => {
    const reader = bodyOf(await call()).getReader({ mode: 'byob' });
    let text = '';
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(64));
      text += Buffer.from(value ?? []).toString('latin1');
      if (done) return text;
    }
  } },
  { name: 'iteration', look: async (call) => textOf(bodyOf(await call()) as never) },
  { name: 'iteration left early', look: async (call) => {
    const body = bodyOf(await call({}, 'slow'));
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) return [chunk.length, body.locked];
    return 'nothing';
  } },
  { name: 'Readable.fromWeb', look: async (call) => textOf(Readable.fromWeb(bodyOf(await call()) as never)) },
  { name: 'tee', look: async (call) => {
    const [left, right] = bodyOf(await call()).tee();
    return Promise.all([textOf(left as never), textOf(right as never)]);
  } },
  { name: 'pipeTo', look: async (call) => {
    let text = '';
    await bodyOf(await call()).pipeTo(new WritableStream({ write: (chunk: Uint8Array) => void (text += Buffer.from(chunk).toString('latin1')) }));
    return text;
  } },
  { name: 'pipeThrough', look: async (call) => textOf(bodyOf(await call()).pipeThrough(new TextDecoderStream() as never) as never).catch(String) },
  { name: 'structuredClone with transfer', look: async (call) => {
    const body = bodyOf(await call());
    const moved = structuredClone(body, { transfer: [body] });
    return [await textOf(moved as never), body.locked];
  } },
  { name: 'new Response(body)', look: async (call) => new Response((await call()).body).text() },
  { name: 'cancel()', look: async (call) => {
    const response = await call({}, 'slow');
    const body = bodyOf(response);
    return [await body.cancel('why'), body.locked, response.bodyUsed, await tried(() => response.text())];
  } },
  { name: 'a socket destroyed under text()', look: async (call) => tried(async () => (await call({}, 'destroyed')).text()) },
  { name: 'unhandledRejection', look: async (_call, url) => {
    const seen: unknown[] = [];
    let rejected: unknown;
    const listen = (reason: unknown, promise: Promise<unknown>): void => void seen.push(describeValue(reason), promise === rejected);
    process.on('unhandledRejection', listen);
    rejected = fetch(url('plain').replace(/:\d+/, ':1'), { method: 'POST', body: '{}' });
    await new Promise((resolve) => setTimeout(resolve, 60));
    process.off('unhandledRejection', listen);
    return seen;
  } },
];
