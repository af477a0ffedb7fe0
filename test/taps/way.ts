import type { Dispatcher } from 'undici';

export type Undici = typeof import('undici');

/** What one way of using undici is given. */
export interface World {
  readonly undici: Undici;
  /** An agent, tapped or not. */
  readonly agent: Dispatcher;
  /** The same for any other dispatcher; what it gives is destroyed afterwards. */
  use<Any extends Dispatcher>(dispatcher: Any): Any;
  /** URL of a model's endpoint that behaves so. */
  url(behaviour: string): string;
}

/** One way of using undici, what it does as plain data, and what the tap must be told of it. */
export interface UndiciWay {
  readonly name: string;
  run(world: World): Promise<unknown>;
  /** How each request ended for the observer: its status, if any, and how. */
  readonly told: readonly string[];
  /** Where undici 6 does it another way. */
  readonly toldBy6?: readonly string[];
  /** The oldest major version of undici that has it. Default: 6. */
  readonly since?: number;
}

export const BODY = '{"model":"m","messages":[]}';

/** What is to be known of an error: not its stack, which says whose frames it passed. */
export function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return { thrown: String(error) };
  const { name, message, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return { name, message: message.replace(/127\.0\.0\.1:\d+/g, 'HOST'), code, cause: cause && describe(cause) };
}

/** The outcome of something that may fail, as data. */
export async function outcome(run: () => unknown): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    return describe(error);
  }
}

/** Until the next turns of the loop have passed: what undici does in them has been done. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
