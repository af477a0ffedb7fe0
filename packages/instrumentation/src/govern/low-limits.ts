import type { ProviderResponse } from '../capture/provider-response.js';
import type { GovernorSettings } from '../experiment/protection.js';
import { usualMs } from './pause.js';
import type { Party } from './party.js';
import type { PauseTrouble } from './pauses.js';
import { LIMIT_HEADERS, type LimitHeaders } from './rate-limit-headers.js';
import { type Reading, readingsOf } from './rate-limits.js';

/** A limit that was spoken of: what is wrong with it, or null where enough of it is left. */
export interface Spoken {
  readonly name: string;
  readonly trouble: PauseTrouble | null;
}

/** What one origin speaks of, so that not every response is searched for everything. */
interface Habit {
  looks: number;
  headers: readonly LimitHeaders[];
}

/** The first responses of an origin are searched for every header, then one in so many. */
const FIRST_LOOKS = 4;
const LOOK_AGAIN = 64;
const MOST_ORIGINS = 256;
const MOST_LIMITS = 1024;
const LONGEST_MODEL = 64;
/** Of the headroom, what must be left for a limit to have recovered: at the border it would pause and resume call by call. */
const RECOVERED = 4 / 3;
/** A limit that says it is whole again at once has not been so yet. */
const SHORTEST_MS = 1000;

/** Finds the rate limits of which less is left than an experiment wants to be. */
export class LowLimits {
  readonly #settings: GovernorSettings;
  readonly #habits = new Map<string, Habit>();
  /** The limits that have been low and have not recovered. */
  readonly #low = new Set<string>();
  /** The most that has been left of limits whose size is not said. */
  readonly #most = new Map<string, number>();

  constructor(settings: GovernorSettings) {
    this.#settings = settings;
  }

  /** @param model Limits are each model's, as a rule. @param now Epoch ms. */
  look({ origin, keys }: Party, model: string, response: ProviderResponse, now: number): readonly Spoken[] {
    const readings = this.#read(origin, response, now);
    if (readings.length === 0) return [];
    const place = `${origin} ${keys.join(',')} ${model.slice(0, LONGEST_MODEL)}`;
    return readings.map((reading) => {
      const name = `${place} ${reading.name}`;
      return { name, trouble: this.#troubleOf(reading, name) };
    });
  }

  #read(origin: string, response: ProviderResponse, now: number): readonly Reading[] {
    let habit = this.#habits.get(origin);
    if (habit === undefined) {
      if (this.#habits.size >= MOST_ORIGINS) return [];
      habit = { looks: 0, headers: [] };
      this.#habits.set(origin, habit);
    }
    habit.looks += 1;
    const everything = habit.looks <= FIRST_LOOKS || habit.looks % LOOK_AGAIN === 0;
    if (!everything && habit.headers.length === 0) return [];
    const readings = readingsOf(response, now, everything ? LIMIT_HEADERS : habit.headers);
    if (everything && readings.length > 0) {
      const known = habit.headers;
      const named = new Set(readings.map(({ name }) => name));
      habit.headers = LIMIT_HEADERS.filter((each) => known.includes(each) || named.has(each.remaining));
    }
    return readings;
  }

  #troubleOf(reading: Reading, name: string): PauseTrouble | null {
    const { of, remaining, limit } = reading;
    const { headroom } = this.#settings;
    const whole = limit ?? this.#mostOf(name, remaining);
    const enough = this.#low.has(name) ? Math.min(headroom * RECOVERED, 1) : headroom;
    if (whole <= 0 || remaining / whole >= enough) {
      this.#low.delete(name);
      return null;
    }
    if (this.#low.size < MOST_LIMITS) this.#low.add(name);
    const share = Math.floor((100 * remaining) / whole);
    const resetMs = reading.resetMs();
    return {
      ms: resetMs === null ? usualMs(this.#settings) : Math.max(resetMs, SHORTEST_MS),
      // Nobody was hurt: what is left is there for the primaries.
      harm: false,
      detail: `${share} % of the limit of ${of} that both roles share is left`,
    };
  }

  #mostOf(name: string, remaining: number): number {
    const most = Math.max(this.#most.get(name) ?? 0, remaining);
    if (this.#most.has(name) || this.#most.size < MOST_LIMITS) this.#most.set(name, most);
    return most;
  }
}
