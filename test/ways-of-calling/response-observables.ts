import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { describeValue } from './describe-value.js';
import { bodyOf, shape, textOf, tried, type Observable } from './observable.js';

/** What a host can see of a response and of its body, and every way to read it. */
export const responseObservables: readonly Observable[] = [
  {
    name: 'response: shape',
    look: async (call) => {
      const response = await call();
      const seen = [
        shape(response),
        response.ok,
        response.status,
        response.statusText,
        response.type,
        response.redirected,
        [...response.headers.keys()],
      ];
      await response.text();
      return seen;
    },
  },
  {
    name: 'response: inspect',
    look: async (call) => {
      const response = await call();
      const before = inspect(response).replaceAll(/https?:\S+|date: .*/g, '');
      await response.text();
      return [before, inspect(response).replaceAll(/https?:\S+|date: .*/g, '')];
    },
  },
  {
    name: 'response: body is the same object each time',
    look: async (call) => {
      const response = await call();
      const first = response.body;
      const same = [response.body === first, bodyOf(response) instanceof ReadableStream];
      await response.text();
      return [...same, response.body === first];
    },
  },
  {
    name: 'body: shape and inspect',
    look: async (call) => {
      const response = await call();
      const body = bodyOf(response);
      const before = [shape(body), inspect(body), inspect(body, { showHidden: true, depth: 0 }).length, body.locked];
      await response.text();
      return [before, shape(body), inspect(body), body.locked];
    },
  },
  ...(['text', 'json', 'arrayBuffer', 'blob', 'bytes', 'formData'] as const).map((method) => ({
    name: `response.${method}()`,
    look: async (call: (init?: RequestInit) => Promise<Response>): Promise<unknown> => {
      const response = await call({ body: '{"model":"m","messages":[]}' });
      const result = await tried(() => (response as unknown as Record<string, () => Promise<unknown>>)[method]?.());
      return [result, response.bodyUsed, response.body?.locked];
    },
  })),
  {
    name: 'body touched, then text()',
    look: async (call) => {
      const response = await call();
      void response.body;
      return response.text();
    },
  },
  {
    name: 'text() twice',
    look: async (call) => {
      const response = await call();
      await response.text();
      return tried(() => response.text());
    },
  },
  {
    name: 'getReader() twice',
    look: async (call) => {
      const body = bodyOf(await call({}, 'slow'));
      const reader = body.getReader();
      const second = await tried(() => body.getReader());
      await reader.cancel();
      return second;
    },
  },
  {
    name: 'text() while locked',
    look: async (call) => {
      const response = await call({}, 'slow');
      const reader = bodyOf(response).getReader();
      const locked = await tried(() => response.text());
      await reader.cancel();
      return locked;
    },
  },
  {
    name: 'clone(), both read',
    look: async (call) => {
      const response = await call();
      const clone = response.clone();
      return [await clone.text(), await response.text(), clone.body === response.body];
    },
  },
  {
    name: 'clone() of a body touched',
    look: async (call) => {
      const response = await call();
      const before = response.body;
      const clone = response.clone();
      return [response.body === before, before?.locked, await response.text(), await clone.text()];
    },
  },
  {
    name: 'clone() after text()',
    look: async (call) => {
      const response = await call();
      await response.text();
      return tried(() => response.clone());
    },
  },
  {
    name: 'a default reader',
    look: async (call) => {
      const reader = bodyOf(await call()).getReader();
      const parts: string[] = [];
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(Buffer.from(value).toString());
      }
      await reader.closed;
      return [parts.join(''), shape(reader)];
    },
  },
  {
    name: 'chunks own their memory',
    look: async (call) => {
      const { value } = await bodyOf(await call())
        .getReader()
        .read();
      return [
        value?.constructor.name,
        value?.byteOffset,
        value?.buffer.byteLength === value?.byteLength,
        (value?.buffer as { detached?: boolean } | undefined)?.detached,
      ];
    },
  },
  {
    name: 'a BYOB reader',
    look: async (call) => {
      const reader = bodyOf(await call()).getReader({ mode: 'byob' });
      let text = '';
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(64));
        text += Buffer.from(value ?? []).toString('latin1');
        if (done) return text;
      }
    },
  },
  { name: 'iteration', look: async (call) => textOf(bodyOf(await call()) as never) },
  {
    name: 'iteration left early',
    look: async (call) => {
      const body = bodyOf(await call({}, 'slow'));
      for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) return [chunk.length, body.locked];
      return 'nothing';
    },
  },
  { name: 'Readable.fromWeb', look: async (call) => textOf(Readable.fromWeb(bodyOf(await call()) as never)) },
  {
    name: 'tee',
    look: async (call) => {
      const [left, right] = bodyOf(await call()).tee();
      return Promise.all([textOf(left as never), textOf(right as never)]);
    },
  },
  {
    name: 'pipeTo',
    look: async (call) => {
      let text = '';
      await bodyOf(await call()).pipeTo(
        new WritableStream({ write: (chunk: Uint8Array) => void (text += Buffer.from(chunk).toString('latin1')) }),
      );
      return text;
    },
  },
  {
    name: 'pipeThrough',
    look: async (call) =>
      textOf(bodyOf(await call()).pipeThrough(new TextDecoderStream() as never) as never).catch(String),
  },
  {
    name: 'structuredClone with transfer',
    look: async (call) => {
      const body = bodyOf(await call());
      const moved = structuredClone(body, { transfer: [body as never] });
      return [await textOf(moved as never), body.locked];
    },
  },
  { name: 'new Response(body)', look: async (call) => new Response((await call()).body).text() },
  {
    name: 'cancel()',
    look: async (call) => {
      const response = await call({}, 'slow');
      const body = bodyOf(response);
      return [await body.cancel('why'), body.locked, response.bodyUsed, await tried(() => response.text())];
    },
  },
  {
    name: 'a socket destroyed under text()',
    look: async (call) => tried(async () => (await call({}, 'destroyed')).text()),
  },
  {
    name: 'unhandledRejection',
    look: async (_call, url) => {
      const seen: unknown[] = [];
      const listen = (reason: unknown, promise: Promise<unknown>): void =>
        void seen.push(describeValue(reason), promise === rejected);
      process.on('unhandledRejection', listen);
      const rejected = fetch(url('plain').replace(/:\d+/, ':1'), { method: 'POST', body: '{}' });
      await new Promise((resolve) => setTimeout(resolve, 60));
      process.off('unhandledRejection', listen);
      return seen;
    },
  },
];
