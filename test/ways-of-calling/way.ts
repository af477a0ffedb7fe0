import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import type { BehaviourName } from '../providers/behaviours.js';

/** What every way of calling is given. */
export interface Tools {
  /** Where the provider is: origin, and a path that ends in the behaviour. */
  readonly base: string;
  /** Counts what came, so that order and number are compared. */
  note(value: unknown): void;
  sleep(ms: number): Promise<void>;
}

/** One way of calling a model, run alike with and without the tap. `Kit`: what the SDK adds to the tools. */
export interface Way<Kit = unknown> {
  readonly name: string;
  /** What the provider does. `refused`: nobody listens there. */
  readonly behaviour: BehaviourName | 'refused';
  /** The dialect it speaks, where that is not the SDK's usual one. */
  readonly dialect?: string;
  /** How each attempt ends, as its leg says it: `ok`, `error:TYPE`, `aborted`, `missing`. */
  readonly legs: readonly string[];
  /** The SDKs, by label, where the attempts end otherwise. */
  readonly legsIn?: Readonly<Record<string, readonly string[]>>;
  /** Our own spans, where they are fewer than the attempts: the SDK has made one itself, which is used. */
  readonly spans?: number;
  /** What it returns is compared; so is what it throws. */
  run(tools: Kit & Tools): Promise<unknown>;
}

/** One SDK and every way of calling it that is held to be the same with and without the tap. */
export interface Sdk<Kit = unknown> {
  /** Its name and major version. */
  readonly label: string;
  /** The packages it is made of, as installed; the first one gives the version. */
  readonly packages: readonly [string, ...string[]];
  /** The dialect its ways speak unless they say otherwise. */
  readonly dialect: string;
  readonly ways: readonly Way<Kit>[];
  /** Imports it, once, in a process of its own; gives what a way needs of it. */
  load(): Promise<(tools: Tools) => Kit>;
}

/** How the attempts of a way end. A dialect that is not known leaves no legs and no spans. */
export function legsOf(way: Way, sdk: Sdk): readonly string[] {
  const dialect = way.dialect ?? sdk.dialect;
  if (!DIALECTS.some(({ name }) => name === dialect)) return [];
  return way.legsIn?.[sdk.label] ?? way.legs;
}

/** The spans we make in a way. */
export function spansOf(way: Way, sdk: Sdk): number {
  return Math.min(legsOf(way, sdk).length, way.spans ?? Number.POSITIVE_INFINITY);
}
