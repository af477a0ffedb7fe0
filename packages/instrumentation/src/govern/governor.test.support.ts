import { callOf } from '../capture/call.test.support.js';
import type { Call } from '../capture/call.js';
import type { ProviderResponse } from '../capture/provider-response.js';
import type { ExperimentInput } from '../experiment/definition.js';
import { resolveExperiment } from '../experiment/resolve.js';
import { Secret } from '../shadow/secret.js';
import type { ExchangeOutcome } from '../shadow/bounded.js';
import type { Permit } from './gate.js';
import { Governor } from './governor.js';

const START: number = Date.parse('2026-11-21T12:00:00Z');

/** A governor in a time of its own. */
export interface GovernedWorld {
  readonly governor: Governor;
  /** What was counted: `REASON began` and `REASON ended`. */
  readonly counted: string[];
  /** Events on primaries' spans: the number of the call, the reason, until when. */
  readonly events: (readonly [number: number, reason: unknown, until: unknown])[];
  /** Milliseconds since the start. */
  now: number;
  /** What is drawn while shadows resume. */
  draw: number;
  /** A primary, from its start on. */
  primary(how?: Primary): StartedPrimary;
  /** The share of arms that pass now, of the draws 0, 1/100, ... 99/100. */
  share(arm?: string, how?: Primary): number;
}

export interface Primary {
  readonly url?: string;
  readonly key?: string;
  readonly matched?: boolean;
  readonly model?: string;
}

export interface StartedPrimary {
  readonly call: Call;
  answered(status: number, headers?: Readonly<Record<string, string>>): void;
  /** Asks for a shadow of it. */
  shadow(arm?: string): Permit | string;
}

export function responseWith(status: number, headers: Readonly<Record<string, string>> = {}): ProviderResponse {
  return { status, header: (name) => headers[name] ?? null };
}

export function failed(type: string, headers: Readonly<Record<string, string>> = {}): ExchangeOutcome {
  const status = Number(type);
  return {
    status: 'error',
    type,
    durationMs: 1,
    ...(Number.isInteger(status) && { response: responseWith(status, headers) }),
  };
}

export function governed(
  input: Partial<ExperimentInput> = {},
  apiKeys: Readonly<Record<string, string>> = {},
): GovernedWorld {
  const experiment = resolveExperiment({
    name: 'e',
    ...(input.candidates === undefined && { candidate: { model: 'c' } }),
    ...input,
  });
  let calls = 0;
  const world: GovernedWorld = {
    now: 0,
    draw: 0,
    counted: [],
    events: [],
    governor: new Governor({
      experiment,
      apiKeys: new Map(Object.entries(apiKeys).map(([name, key]) => [name, new Secret(key)])),
      clock: { now: () => START + world.now, elapsed: () => 1000 + world.now },
      meters: { paused: (reason, _, now) => void world.counted.push(`${reason} ${now ? 'began' : 'ended'}`) },
      random: () => world.draw,
    }),
    primary({
      url = 'https://api.example.com/v1/chat/completions',
      key = 'sk-primary',
      matched = true,
      model = 'm',
    } = {}): StartedPrimary {
      calls += 1;
      const number = calls;
      const listeners: ((response: ProviderResponse) => void)[] = [];
      const call = callOf({
        startedAt: number,
        request: { operation: 'chat', model, stream: false },
        wire: { url: new URL(url), headers: new Map([['authorization', `Bearer ${key}`]]) },
        onResponse: (listener) => void listeners.push(listener),
        span: {
          addEvent: (_: string, attributes: Record<string, unknown>) =>
            world.events.push([number, attributes['understudy.pause.reason'], attributes['understudy.pause.until']]),
        } as unknown as Call['span'],
      });
      world.governor.watch(call, matched);
      return {
        call,
        answered: (status, headers) => {
          for (const listener of listeners) listener(responseWith(status, headers));
        },
        shadow: (arm = 'candidate') => world.governor.gate({ call, arm }),
      };
    },
    share(arm = 'candidate', how = {}): number {
      let passed = 0;
      for (let draw = 0; draw < 100; draw += 1) {
        world.draw = draw / 100;
        if (typeof world.primary(how).shadow(arm) !== 'string') passed += 1;
      }
      return passed / 100;
    },
  };
  return world;
}
