import { openReading } from '../../packages/instrumentation/src/shadow/process-share.js';
import { createTransport } from '../../packages/instrumentation/src/shadow/undici.js';
import { watch, type Mode } from './watch.js';

// What belongs to the process and not to a call. Run as: node --import ./source-modules.mjs host-process.ts CHECK MODE ORIGIN
const [check, mode, origin] = process.argv.slice(2) as [string, Mode, string];
const SLOTS = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map((name) => Symbol.for(name));

interface Dispatcher {
  dispatch(options: object, handler: object): boolean;
}

const slots = (): unknown[] => SLOTS.map((slot) => Reflect.get(globalThis, slot));
const same = (before: readonly unknown[]): boolean[] => slots().map((value, index) => value === before[index]);

async function call(at = origin): Promise<string> {
  const body = JSON.stringify({ model: 'gpt-5', messages: [] });
  const response = await fetch(`${at}/plain/v1/chat/completions`, { method: 'POST', body });
  return (await response.text()).slice(0, 60);
}

/** Everything of ours that could touch the process: the tap, and the transport of shadows with a request of its own. */
async function start(): Promise<void> {
  const watcher = watch(mode);
  if (mode === 'bare') return;
  // A shadow in flight does not keep the process.
  const alive = setInterval(() => undefined, 1_000);
  const transport = createTransport({ timeoutMs: 5_000, environmentProxy: false });
  const url = new URL(`${origin}/plain/v1/chat/completions`);
  const { body } = await transport.send({ url, headers: {}, body: '{}' }, new AbortController().signal, openReading());
  for await (const chunk of body) if (chunk.length === 0) break;
  clearInterval(alive);
  await watcher.settled({ legs: 0, spans: 0 });
}

/** A dispatcher of the user's own in front of the process's. */
function counting(): { readonly dispatcher: Dispatcher; count(): number } {
  const [inner] = slots() as Dispatcher[];
  let count = 0;
  return {
    dispatcher: {
      dispatch(options, handler) {
        count += 1;
        return inner?.dispatch(options, handler) === true;
      },
    },
    count: () => count,
  };
}

const CHECKS = {
  async 'the dispatcher, fetch used before'() {
    await call();
    const before = slots();
    await start();
    return [same(before), await call(), same(before)];
  },
  async 'the dispatcher, fetch not used before'() {
    const before = slots();
    await start();
    return [before, await call(), slots()[0]?.constructor.name];
  },
  async "a user's dispatcher, set before"() {
    await call();
    const { dispatcher, count } = counting();
    Reflect.set(globalThis, SLOTS[0] as symbol, dispatcher);
    await start();
    return [await call(), count(), slots()[0] === dispatcher];
  },
  async "a user's dispatcher, set afterwards"() {
    await call();
    await start();
    const { dispatcher, count } = counting();
    Reflect.set(globalThis, SLOTS[0] as symbol, dispatcher);
    return [await call(), count(), slots()[0] === dispatcher];
  },
  async "undici's setGlobalDispatcher"(): Promise<unknown> {
    const { Agent, getGlobalDispatcher, request, setGlobalDispatcher } = await import('undici');
    const agent = new Agent();
    setGlobalDispatcher(agent);
    await start();
    const { statusCode, body } = await request(`${origin}/plain/v1/chat/completions`, { method: 'POST', body: '{}' });
    await body.dump();
    return [statusCode, getGlobalDispatcher() === agent, await call().catch((error: Error) => error.name)];
  },
  /** The environment names a proxy, which leads to the provider whatever it is asked for. */
  async 'the proxy of the environment'() {
    await start();
    return call('http://upstream.invalid');
  },
  async 'listeners, globals, the environment'() {
    await call();
    await start();
    await call();
    // The SDK of OpenTelemetry keeps what is global of it under symbols; those of ours would be strings or functions.
    const globals = Object.getOwnPropertyNames(globalThis);
    return [process.eventNames().map(String), globals, Object.keys(process.env), process.exitCode ?? 'unset'];
  },
} satisfies Record<string, () => Promise<unknown>>;

export type Check = keyof typeof CHECKS;

const checks: Record<string, (() => Promise<unknown>) | undefined> = CHECKS;
const result = await checks[check]?.();
process.stdout.write(JSON.stringify(result), () => process.exit(0));
