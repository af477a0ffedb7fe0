import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { BODY, outcome, turns, type UndiciWay, type World } from './way.js';

type Options = Partial<Dispatcher.RequestOptions<unknown>>;

const post = (
  { undici, agent, url }: World,
  behaviour: string,
  options: Options = {},
): Promise<Dispatcher.ResponseData<unknown>> =>
  undici.request(url(behaviour), { method: 'POST', body: BODY, ...options, dispatcher: agent });

/** A whole exchange: everything `request` gives, and the bytes. */
async function whole(world: World, behaviour: string, options: Options = {}): Promise<unknown> {
  const { statusCode, headers, trailers, opaque, context, body } = await post(world, behaviour, options);
  const bytes = Buffer.from(await body.arrayBuffer()).toString('base64');
  return { statusCode, headers, trailers, opaque, context, bytes };
}

async function* piecewise(): AsyncGenerator<string> {
  yield BODY.slice(0, 9);
  yield BODY.slice(9);
}

function form({ undici }: World): InstanceType<World['undici']['FormData']> {
  const data = new undici.FormData();
  data.set('purpose', 'batch');
  return data;
}

const BODIES: Readonly<Record<string, (world: World) => unknown>> = {
  string: () => BODY,
  'empty string': () => '',
  null: () => null,
  Buffer: () => Buffer.from(BODY),
  Uint8Array: () => new TextEncoder().encode(BODY),
  Readable: () => Readable.from([BODY]),
  'async generator': () => piecewise(),
  'async iterable': () => ({ [Symbol.asyncIterator]: piecewise }),
  iterable: () => [BODY],
  Blob: () => new Blob([BODY]),
};

const whileReading = async (
  world: World,
  behaviour: string,
  leave: (body: Dispatcher.ResponseData['body']) => unknown,
) => {
  const { body } = await post(world, behaviour);
  return outcome(async () => {
    for await (const chunk of body) {
      void chunk;
      await leave(body);
    }
  });
};

export const REQUEST_WAYS: readonly UndiciWay[] = [
  { name: 'request', run: (world) => whole(world, 'json', { opaque: { mine: 1 } }), told: ['200 ended'] },
  ...Object.entries(BODIES).map(([name, make]): UndiciWay => ({
    name: `request with a body: ${name}`,
    run: (world) => whole(world, 'json', { body: make(world) as string }),
    told: ['200 ended'],
  })),
  {
    name: 'request with a form',
    run: async (world) => outcome(() => whole(world, 'empty', { body: form(world) })),
    told: ['204 ended'],
  },
  {
    name: 'request with a body that fails',
    run: (world) =>
      outcome(() =>
        whole(world, 'json', {
          body: Readable.from(
            (async function* () {
              yield 'a';
              throw new Error('no more');
            })(),
          ),
        }),
      ),
    told: ['failed'],
  },
  ...['gzip', 'br', 'deflate', 'zstd'].map((encoding): UndiciWay => ({
    name: `request, ${encoding}`,
    run: (world) => whole(world, encoding),
    told: ['200 ended'],
  })),
  ...['unknown', 'corrupt'].map((encoding): UndiciWay => ({
    name: `request, ${encoding} encoding`,
    run: (world) => whole(world, encoding),
    told: ['200 abandoned'],
  })),
  { name: 'request, 204', run: (world) => whole(world, 'empty'), told: ['204 ended'] },
  { name: 'request, 429', run: (world) => whole(world, 'failing'), told: ['429 ended'] },
  { name: 'request, trailers', run: (world) => whole(world, 'trailers'), told: ['200 ended'] },
  { name: 'request, stream', run: (world) => whole(world, 'stream'), told: ['200 ended'] },
  { name: 'request, large', run: (world) => whole(world, 'large'), told: ['200 ended'] },
  {
    name: 'request, early hints',
    run: async (world) => {
      const hints: unknown[] = [];
      return [await whole(world, 'hints', { onInfo: (info) => hints.push(info) }), hints];
    },
    told: ['200 ended'],
  },
  {
    name: 'request, raw headers',
    run: (world) => whole(world, 'json', { responseHeaders: 'raw' }),
    told: ['200 ended'],
  },
  {
    name: 'request, headers in turn, and a query',
    run: (world) => whole(world, 'json', { headers: ['X-One', '1', 'x-two', '2'], query: { a: [1, 2], b: 'c' } }),
    told: ['200 ended'],
  },
  {
    name: 'request, headers in a Map',
    run: (world) => whole(world, 'json', { headers: new Map([['X-One', '1']]) as unknown as Headers }),
    told: ['200 ended'],
  },
  {
    name: 'request, a dispatcher of one origin',
    run: async (world) => {
      const pool = world.use(new world.undici.Pool(new URL(world.url('json')).origin, { connections: 1 }));
      const path = new URL(world.url('json')).pathname;
      const answers = await Promise.all(
        [1, 2, 3].map(() => pool.request({ path, method: 'POST', body: BODY }).then(({ body }) => body.text())),
      );
      return [answers, pool instanceof world.undici.Pool, pool.stats.queued];
    },
    told: ['200 ended', '200 ended', '200 ended'],
  },
  {
    name: 'request, connection cut',
    run: async (world) => outcome(() => whole(world, 'cut')),
    told: ['200 failed'],
  },
  {
    name: 'request, nobody there',
    run: ({ undici, agent }) =>
      outcome(() => undici.request('http://127.0.0.1:1/v1/chat/completions', { method: 'POST', dispatcher: agent })),
    told: ['failed'],
  },
  {
    name: 'request, headersTimeout',
    run: (world) => outcome(() => post(world, 'silent', { headersTimeout: 10 })),
    told: ['failed'],
  },
  {
    name: 'request, bodyTimeout',
    run: (world) => outcome(() => whole(world, 'pausing', { bodyTimeout: 10 })),
    told: ['200 failed'],
  },
  {
    name: 'request, aborted before',
    run: (world) => outcome(() => post(world, 'json', { signal: AbortSignal.abort() })),
    told: ['failed aborted'],
  },
  {
    name: 'request, aborted while it waits',
    run: async (world) => {
      const controller = new AbortController();
      const sent = outcome(() => post(world, 'silent', { signal: controller.signal }));
      await turns();
      controller.abort(new Error('own reason'));
      return sent;
    },
    told: ['failed aborted'],
  },
  {
    name: 'request, aborted by an event',
    run: async (world) => {
      const signal = new EventEmitter();
      const sent = outcome(() => post(world, 'silent', { signal }));
      await turns();
      signal.emit('abort');
      return [await sent, signal.listenerCount('abort')];
    },
    told: ['failed aborted'],
  },
  {
    name: 'request, aborted while reading',
    run: async (world) => {
      const controller = new AbortController();
      const { body } = await post(world, 'pausing', { signal: controller.signal });
      return outcome(async () => {
        for await (const chunk of body) if (chunk !== null) controller.abort();
      });
    },
    told: ['200 cancelled aborted'],
  },
  {
    name: 'request, left early',
    run: (world) => whileReading(world, 'pausing', (body) => body.destroy()),
    told: ['200 cancelled aborted'],
  },
  {
    name: 'request, destroyed with an error',
    run: (world) => whileReading(world, 'pausing', (body) => body.destroy(new Error('enough'))),
    told: ['200 cancelled aborted'],
  },
  {
    name: 'request, dumped',
    run: async (world) => {
      const { body } = await post(world, 'json');
      await body.dump();
      return [body.bodyUsed, body.destroyed];
    },
    told: ['200 ended'],
  },
  {
    name: 'request, a large body never read',
    run: async (world) => {
      const { statusCode, body } = await post(world, 'large');
      await turns();
      body.on('error', () => undefined);
      return [statusCode, body.readableFlowing];
    },
    told: ['200 abandoned'],
  },
];
