import type OpenAI from 'openai';
import type { ClientOptions } from 'openai';
import type { BehaviourName } from '../providers/behaviours.js';

/** What a way of calling is given. Both SDKs have the shapes that openai 7 declares for all that is used here. */
export interface Tools {
  /** A client of the SDK under test, without retries unless told otherwise. */
  client(options?: ClientOptions): OpenAI;
  /** Counts what came, so that order and number are compared. */
  note(value: unknown): void;
  sleep(ms: number): Promise<void>;
}

export function legsOf(way: Way, sdk: string): readonly string[] {
  return sdk === 'openai6' ? (way.legsOfOpenai6 ?? way.legs) : way.legs;
}

/** One way of calling a model, run alike with and without the tap. */
export interface Way {
  readonly name: string;
  /** What the provider does. `refused`: nobody listens there. */
  readonly behaviour: BehaviourName | 'refused';
  /** How each attempt at chat completions ends, as its leg says it: `ok`, `error:TYPE`, `aborted`, `missing`. One span each. */
  readonly legs: readonly string[];
  /** Where openai 6 makes another error of it than openai 7. */
  readonly legsOfOpenai6?: readonly string[];
  /** What it returns is compared; so is what it throws. */
  run(tools: Tools): Promise<unknown>;
}
