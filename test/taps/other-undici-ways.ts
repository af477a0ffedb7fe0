import { setTimeout as sleep } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Dispatcher } from 'undici';
import { BODY, describe, outcome, turns, type UndiciWay, type World } from './way.js';

const fetchWith = ({ undici, agent, url }: World, behaviour: string, init: object = {}) =>
  undici.fetch(url(behaviour), { method: 'POST', body: BODY, dispatcher: agent, ...init });

async function fetched(world: World, behaviour: string, init: object = {}): Promise<unknown> {
  const response = await fetchWith(world, behaviour, init);
  return [response.status, [...response.headers], response.redirected, await response.text()];
}

function writable(): { into: Writable; chunks: Buffer[] } {
  const chunks: Buffer[] = [];
  const into = new Writable({
    highWaterMark: 1024,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      setImmediate(done);
    },
  });
  return { into, chunks };
}

async function streamed(world: World, behaviour: string): Promise<unknown> {
  const { into, chunks } = writable();
  const given: unknown[] = [];
  const result = await outcome(() =>
    world.undici.stream(world.url(behaviour), { method: 'POST', body: BODY, dispatcher: world.agent }, (data) => {
      given.push(data.statusCode, data.headers);
      return into;
    }),
  );
  return [result, given, Buffer.concat(chunks).toString('base64'), into.destroyed];
}

const retrying = ({ undici }: World, agent: Dispatcher): Dispatcher =>
  new undici.RetryAgent(agent, { minTimeout: 1, methods: ['POST'], statusCodes: [503] });

async function retried(world: World, agent: Dispatcher): Promise<unknown> {
  const { statusCode, body } = await agent.request(options(world, 'flaky'));
  const answer = await body.text();
  await agent.close();
  return [statusCode, answer];
}

/** An interceptor as people write it: what it hands on is a copy of the handler, with a member of its own. */
const copying: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch(options, { ...handler, onBodySent: () => undefined });

/** The same agent, around an interceptor that copies handlers. */
const aroundCopying = (world: World): World => ({
  ...world,
  agent: world.use(new world.undici.Agent().compose(copying)),
});

/** The options of a bare dispatch. */
const options = (world: World, behaviour: string): Dispatcher.DispatchOptions => {
  const { origin, pathname } = new URL(world.url(behaviour));
  return { origin, path: pathname, method: 'POST', body: BODY };
};

interface Controller {
  pause?(): void;
  resume?(): void;
  readonly aborted?: boolean;
  readonly rawHeaders?: unknown;
}

/** A handler of the version's own kind that writes down every call it gets. `at` may throw or pause. */
async function raw(
  world: World,
  behaviour: string,
  at: (name: string, controller: Controller) => unknown,
): Promise<unknown> {
  const calls: unknown[] = [];
  const older = !('cacheStores' in world.undici);
  await new Promise<void>((resolve) => {
    let controller: Controller = {};
    let last = '';
    const note = (name: string, ...args: unknown[]): unknown => {
      // How often there is data is the network's.
      if (name !== 'data' || last !== name) calls.push([name, ...args]);
      last = name;
      const result = at(name, controller);
      if (name === 'end' || name === 'error' || name === 'upgrade') void turns().then(resolve);
      return result;
    };
    const decoded = (headers: unknown): unknown => JSON.parse(JSON.stringify(headers).replace(/"\d+"/g, '"N"'));
    const newer = {
      onRequestStart: (given: Controller, context: unknown) => {
        controller = given;
        return note('start', context);
      },
      onResponseStart: (given: Controller, status: number, headers: unknown, message?: string) =>
        note('headers', status, decoded(headers), message, given === controller),
      onResponseData: (given: Controller, chunk: Buffer) => note('data', Buffer.isBuffer(chunk), given === controller),
      onResponseEnd: (_given: Controller, trailers: unknown) => note('end', trailers),
      onResponseError: (_given: Controller, error: unknown) => note('error', describe(error), controller.aborted),
    };
    const old = {
      onConnect: (abort: unknown, context: unknown) => note('start', typeof abort, context),
      onHeaders: (status: number, headers: Buffer[], resume: () => void, message: string) => {
        controller = { resume };
        return note('headers', status, headers.map(String), message) ?? true;
      },
      onData: (chunk: Buffer) => note('data', Buffer.isBuffer(chunk)) ?? true,
      onComplete: (trailers: unknown) => note('end', trailers),
      onError: (error: unknown) => note('error', describe(error)),
    };
    calls.push(world.agent.dispatch(options(world, behaviour), (older ? old : newer) as Dispatcher.DispatchHandler));
  });
  return calls;
}

const failing =
  (where: string) =>
  (name: string): unknown => {
    if (name === where) throw new Error(`the host's own, at ${where}`);
    return undefined;
  };

export const OTHER_UNDICI_WAYS: readonly UndiciWay[] = [
  ...['json', 'gzip', 'br', 'stream', 'failing'].map((behaviour): UndiciWay => ({
    name: `fetch, ${behaviour}`,
    run: (world) => fetched(world, behaviour),
    told: [behaviour === 'failing' ? '429 ended' : '200 ended'],
  })),
  { name: 'fetch, redirected', run: (world) => fetched(world, 'moved'), told: ['307 ended', '200 ended'] },
  { name: 'fetch, cut', run: (world) => outcome(() => fetched(world, 'cut')), told: ['200 failed'] },
  {
    name: 'fetch, aborted',
    run: async (world) => {
      const controller = new AbortController();
      const sent = outcome(() => fetchWith(world, 'silent', { signal: controller.signal }));
      await turns();
      controller.abort();
      return sent;
    },
    told: ['failed aborted'],
  },
  {
    name: 'fetch, cancelled',
    run: async (world) => {
      const response = await fetchWith(world, 'pausing');
      const reader = response.body?.getReader();
      await reader?.read();
      return outcome(() => reader?.cancel('enough'));
    },
    told: ['200 failed aborted'],
  },
  { name: 'stream', run: (world) => streamed(world, 'json'), told: ['200 ended'] },
  { name: 'stream, slow to write', run: (world) => streamed(world, 'large'), told: ['200 ended'] },
  { name: 'stream, cut', run: (world) => streamed(world, 'cut'), told: ['200 failed'] },
  {
    name: 'stream, whose factory throws',
    run: (world) =>
      outcome(() =>
        world.undici.stream(world.url('json'), { method: 'POST', body: BODY, dispatcher: world.agent }, () => {
          throw new Error('no stream');
        }),
      ),
    told: ['200 failed'],
  },
  {
    name: 'pipeline',
    run: async (world) => {
      const through = world.undici.pipeline(
        world.url('json'),
        { method: 'POST', dispatcher: world.agent },
        ({ body, statusCode }) => body.once('pause', () => statusCode),
      );
      through.end(BODY);
      return text(through);
    },
    told: ['200 ended'],
  },
  {
    name: 'upgrade',
    run: async (world) => {
      const { headers, socket } = await world.undici.upgrade(world.url('json'), {
        dispatcher: world.agent,
        protocol: 'echo',
      });
      return [headers, await text(socket)];
    },
    told: [],
  },
  {
    name: 'connect',
    run: async (world) => {
      const { statusCode, socket } = await world.undici.connect(world.url('json'), { dispatcher: world.agent });
      return [statusCode, await text(socket)];
    },
    told: [],
  },
  {
    name: 'around a retry',
    run: (world) => retried(world, world.use(retrying(world, new world.undici.Agent()))),
    told: ['200 ended'],
  },
  {
    name: 'inside a retry',
    run: (world) => retried(world, retrying(world, world.agent)),
    told: ['503 failed', '200 ended'],
    toldBy6: ['503 failed aborted', '200 ended'],
  },
  {
    name: 'inside a redirect',
    run: async (world) => {
      const agent = world.agent.compose(world.undici.interceptors.redirect({ maxRedirections: 2 }));
      const { statusCode, body } = await agent.request(options(world, 'moved'));
      return [statusCode, await body.text()];
    },
    told: ['307 ended', '200 ended'],
  },
  {
    name: 'inside an interceptor that throws on errors',
    run: (world) =>
      outcome(() => world.agent.compose(world.undici.interceptors.responseError()).request(options(world, 'failing'))),
    told: ['429 ended'],
    since: 7,
  },
  {
    name: 'a mock',
    run: async (world) => {
      const mock = new world.undici.MockAgent();
      mock.disableNetConnect();
      mock
        .get('http://model.test')
        .intercept({ path: '/json/v1/chat/completions', method: 'POST' })
        .reply(200, 'mocked');
      const { statusCode, body } = await world
        .use(mock)
        .request({ ...options(world, 'json'), origin: 'http://model.test' });
      return [statusCode, await body.text()];
    },
    told: ['200 ended'],
  },
  { name: 'dispatch, json', run: (world) => raw(world, 'json', () => undefined), told: ['200 ended'] },
  { name: 'dispatch, trailers', run: (world) => raw(world, 'trailers', () => undefined), told: ['200 ended'] },
  { name: 'dispatch, cut', run: (world) => raw(world, 'cut', () => undefined), told: ['200 failed'] },
  {
    name: 'dispatch, whose handler throws at headers',
    run: (world) => raw(world, 'json', failing('headers')),
    told: ['200 failed'],
  },
  {
    name: 'dispatch, whose handler throws at data',
    run: (world) => raw(world, 'json', failing('data')),
    told: ['200 failed'],
  },
  {
    name: 'dispatch, whose handler throws at the end',
    run: (world) => raw(world, 'json', failing('end')),
    told: ['200 failed'],
  },
  {
    name: 'dispatch, paused and resumed',
    run: (world) =>
      raw(world, 'large', (name, controller) => {
        if (name !== 'headers' && name !== 'data') return undefined;
        controller.pause?.();
        void sleep(1).then(() => controller.resume?.());
        return controller.pause === undefined ? false : undefined;
      }),
    told: ['200 ended'],
  },
  {
    name: 'dispatch, around an interceptor that copies the handler',
    run: (world) => raw(aroundCopying(world), 'json', () => undefined),
    told: ['200 ended'],
  },
  {
    name: 'request, around an interceptor that copies the handler, which has its methods from its class',
    run: (world) => {
      const { agent } = aroundCopying(world);
      return outcome(() => agent.request(options(world, 'json')));
    },
    told: ['failed'],
  },
  {
    name: 'dispatch of what cannot be sent',
    run: async (world) => {
      const { agent } = world;
      const told: unknown[] = [];
      const handler = {
        onRequestStart: () => undefined,
        onResponseError: (_controller: unknown, error: unknown) => told.push(describe(error)),
        onConnect: () => undefined,
        onError: (error: unknown) => told.push(describe(error)),
      };
      const tries = [
        () => agent.dispatch({ ...options(world, 'json'), body: 5 } as never, handler),
        () => agent.dispatch(null as never, handler),
        () => agent.dispatch(options(world, 'json'), null as never),
      ];
      return [await Promise.all(tries.map((attempt) => outcome(attempt))), told];
    },
    told: ['failed'],
  },
  {
    name: 'after it was closed',
    run: async (world) => {
      await world.agent.close();
      return outcome(() => world.agent.request(options(world, 'json')));
    },
    told: ['failed'],
  },
  {
    name: 'what it is',
    run: async ({ agent, undici }) => {
      const connected = new Promise((resolve) => agent.once('connect', () => resolve('connected')));
      return [
        agent instanceof undici.Agent,
        agent.constructor.name,
        agent.dispatch.length,
        Object.getOwnPropertyNames(agent).toSorted(),
        (await Promise.race([connected, turns().then(() => 'waiting')])) as string,
      ];
    },
    told: [],
  },
];
