import type { Call } from '../capture/call.js';
import type { Clock } from '../capture/clock.js';
import type { ProviderResponse } from '../capture/provider-response.js';
import type { Candidate, Experiment } from '../experiment/definition.js';
import type { Secret } from '../shadow/secret.js';
import { AA_ARM } from '../trial/trial.js';
import { Faults } from './faults.js';
import type { Gate, Proposed, ShadowEnd } from './gate.js';
import { HostTrouble, type HostWindow } from './host-trouble.js';
import { Journal, type PauseMeters } from './journal.js';
import { LowLimits } from './low-limits.js';
import { keyHeadersOf, partyAt, partyOf, type Party, shares, targetOf } from './party.js';
import { LONGEST_PAUSE_MS, usualMs } from './pause.js';
import { type HeldBack, type PauseReason, Pauses, type PauseTrouble } from './pauses.js';
import { retryAfterMs } from './retry-after.js';
import { Spare } from './spare.js';

export interface GovernorOptions {
  readonly experiment: Experiment;
  /** The candidates' own keys, by candidate. */
  readonly apiKeys: ReadonlyMap<string, Secret>;
  readonly clock: Clock;
  readonly meters: PauseMeters;
  /** In [0,1). Default: `Math.random`. */
  readonly random?: () => number;
}

/** Between whom a shadow would be. */
interface Asked {
  readonly primary: Party;
  readonly target: Party;
}

/** What is found once for each call, however many arms it has. */
interface Seen {
  readonly primary: Party;
  draw: number | null;
}

/** Of a pause of `pauseMs`, the part that each step of resuming takes after trouble with a provider. */
const STEPS_IN_A_PAUSE = 6;
/** The host is measured all the time, so its trouble shows at once: each step of resuming in milliseconds. */
const HOST_STEP_MS = 1000;
const TOO_MANY_REQUESTS = 429;
const OVERLOADED = 529;
/** Services of many tenants ask many hosts with many keys. */
const MOST_PARTIES = 256;

const everything = (): boolean => true;
const NOTHING_HELD = { ended: (): void => undefined, unused: (): void => undefined };

/**
 * Holds the shadows of one experiment back while they could hurt somebody: the primaries' provider, its rate limits, or the host.
 *
 * Everything it decides by is past, and the draw while shadows resume knows nothing of the call: what is refused is coverage, and no
 * kind of call is refused more often than another.
 */
export class Governor {
  readonly #options: GovernorOptions;
  readonly #pauses: Pauses<Asked>;
  readonly #journal: Journal;
  readonly #limits: LowLimits;
  readonly #host: HostTrouble;
  readonly #spare: Spare;
  /** Whether a shadow was wanted since the last window. */
  #asked = false;
  readonly #targets: ReadonlyMap<string, Partial<Party>>;
  /** Where primaries may carry a candidate's key, beside the usual headers. */
  readonly #keyHeaders: readonly string[];
  readonly #random: () => number;
  /** Where calls are heeded: where primaries of the experiment go, and where its candidates are. */
  readonly #heeded: Set<string>;
  /** Whom primaries ask, of these. */
  readonly #origins = new Set<string>();
  readonly #keys = new Set<number>();
  readonly #faults: Faults;
  readonly #seen = new WeakMap<Call, Seen>();

  constructor(options: GovernorOptions) {
    const { experiment, apiKeys, clock, meters } = options;
    const { governor, candidates } = experiment;
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#journal = new Journal(experiment.name, clock, meters);
    this.#pauses = new Pauses((reason) => this.#stepMs(reason), this.#journal);
    this.#limits = new LowLimits(governor);
    this.#faults = new Faults(MOST_PARTIES);
    this.#host = new HostTrouble(governor);
    this.#spare = new Spare(governor.eventLoopShare);
    const arms: [string, Candidate | null][] = [...Object.entries(candidates), [AA_ARM, null]];
    this.#targets = new Map(arms.map(([name, candidate]) => [name, targetOf(candidate, apiKeys.get(name) ?? null)]));
    this.#keyHeaders = keyHeadersOf(Object.values(candidates));
    this.#heeded = new Set([...this.#targets.values()].flatMap(({ origin }) => origin ?? []));
  }

  /**
   * Shown every primary before it is sent. Of those that the experiment does not match, it heeds the ones that ask somebody whom it
   * asks, too.
   */
  watch(call: Call, matched: boolean): void {
    const primary = this.#see(call).primary;
    const { origin, keys } = primary;
    if (!matched && !this.#heeded.has(origin)) return;
    if (this.#origins.size < MOST_PARTIES) {
      this.#heeded.add(origin);
      this.#origins.add(origin);
    }
    for (const key of keys) if (this.#keys.size < MOST_PARTIES) this.#keys.add(key);
    const model = call.request.model ?? '';
    call.onResponse((response) => {
      if (this.#pausesOnRefusal && this.#faults.isTrouble(origin, response))
        this.#refused(call, primary, response, matched);
      this.#heed(primary, model, response, call);
    });
  }

  readonly gate: Gate<Proposed> = ({ call, arm }) => {
    const { primary } = this.#see(call);
    const target = partyAt(this.#targets.get(arm) ?? {}, primary);
    const now = this.#options.clock.elapsed();
    const held = this.#pauses.heldBack(now, { primary, target });
    this.#asked = true;
    const reason = this.#refusal(call, held) ?? this.#refusal(call, this.#spare.heldBack);
    if (reason !== null) {
      this.#journal.met(reason, call);
      return reason;
    }
    // Those of a provider of its own are the candidate's affair.
    if (!this.#isShared(target)) return NOTHING_HELD;
    const model = this.#modelOf(arm, call);
    return { ended: (end) => this.#ended(end, target, model), unused: NOTHING_HELD.unused };
  };

  /** Told of the host's state, window by window. */
  window(window: HostWindow): void {
    const now = this.#options.clock.elapsed();
    for (const [reason, trouble] of this.#host.look(window)) this.#pauses.trip(now, reason, '', everything, trouble);
    this.#pauses.settle(now);
    this.#makeRoom(window.utilization);
  }

  /** What of the shadows the event loop has no time for is held back. */
  #makeRoom(utilization: number): void {
    const before = this.#spare.share;
    this.#spare.look(utilization, this.#asked);
    this.#asked = false;
    const { share } = this.#spare;
    if (share === 1 && before < 1) this.#journal.ended('paused_busy');
    if (share < 1 && before === 1) this.#journal.began('paused_busy', busy(utilization), HOST_STEP_MS);
  }

  get #pausesOnRefusal(): boolean {
    return this.#options.experiment.governor.pauseMs > 0;
  }

  #stepMs(reason: PauseReason): number {
    const ofProvider = reason === 'paused_primary' || reason === 'paused_rate_limit';
    return ofProvider ? usualMs(this.#options.experiment.governor) / STEPS_IN_A_PAUSE : HOST_STEP_MS;
  }

  #see(call: Call): Seen {
    const known = this.#seen.get(call);
    if (known !== undefined) return known;
    const seen: Seen = { primary: partyOf(call.wire, this.#keyHeaders), draw: null };
    this.#seen.set(call, seen);
    return seen;
  }

  /** One draw for all arms of a call, as in sampling: they are compared with one another. */
  #draw(call: Call): number {
    const seen = this.#see(call);
    seen.draw ??= this.#random();
    return seen.draw;
  }

  #refusal(call: Call, held: HeldBack | null): PauseReason | null {
    return held !== null && this.#draw(call) >= held.share ? held.reason : null;
  }

  #isShared({ origin, keys }: Party): boolean {
    return this.#origins.has(origin) || keys.some((key) => this.#keys.has(key));
  }

  #modelOf(arm: string, call: Call): string {
    return this.#options.experiment.candidates[arm]?.model ?? call.request.model ?? '';
  }

  #refused(call: Call, { origin }: Party, response: ProviderResponse, matched: boolean): void {
    const concerns = ({ primary, target }: Asked): boolean => primary.origin === origin || target.origin === origin;
    const { status } = response;
    const isLimit = status === TOO_MANY_REQUESTS;
    const what = `${isLimit ? 'limit' : 'failing'} ${matched ? '' : origin}`;
    this.#journal.during(call, () =>
      this.#trip('paused_primary', what, matched ? everything : concerns, {
        ms: this.#waitMs(response),
        harm: true,
        detail: `the primary's provider answered ${status}`,
        ...(isLimit && { forgetMs: LONGEST_PAUSE_MS }),
      }),
    );
  }

  #ended({ outcome }: ShadowEnd, party: Party, model: string): void {
    const response = outcome?.response;
    if (response === undefined) return;
    const { status } = response;
    if (this.#pausesOnRefusal && (status === TOO_MANY_REQUESTS || status === OVERLOADED)) {
      this.#trip('paused_rate_limit', `refused ${party.origin}`, ({ target }) => shares(target, party), {
        ms: this.#waitMs(response),
        harm: true,
        detail: `the provider that both roles ask answered a shadow with ${status}`,
        forgetMs: LONGEST_PAUSE_MS,
      });
    }
    this.#heed(party, model, response, null);
  }

  /** Looks at what is left of the limits of somebody who is asked in both roles. */
  #heed(party: Party, model: string, response: ProviderResponse, call: Call | null): void {
    const { clock } = this.#options;
    for (const { name, trouble } of this.#limits.look(party, model, response, clock.now())) {
      if (trouble === null) this.#pauses.cut(clock.elapsed(), 'paused_rate_limit', name);
      else {
        const trip = (): void => this.#trip('paused_rate_limit', name, ({ target }) => shares(target, party), trouble);
        if (call === null) trip();
        else this.#journal.during(call, trip);
      }
    }
  }

  #trip(reason: PauseReason, what: string, concerns: (asked: Asked) => boolean, trouble: PauseTrouble): void {
    this.#pauses.trip(this.#options.clock.elapsed(), reason, what, concerns, trouble);
  }

  #waitMs(response: ProviderResponse): number {
    const { clock, experiment } = this.#options;
    return retryAfterMs(response, clock.now()) ?? usualMs(experiment.governor);
  }
}

function busy(utilization: number): PauseTrouble {
  return {
    ms: HOST_STEP_MS,
    harm: true,
    detail: `the event loop is busy for ${(100 * utilization).toFixed(0)} % of the time`,
  };
}
