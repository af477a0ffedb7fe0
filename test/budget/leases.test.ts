import { describe, expect, it } from 'vitest';
import type { LeaseReply, LeaseRequest } from '@understudy/instrumentation/experiment';
import { type Hold, LeaseHolder } from '../../packages/instrumentation/src/govern/budget/holder.js';
import { Scale } from '../../packages/instrumentation/src/govern/budget/scale.js';
import { type Random, seeded } from '../simulation/random.js';
import { ModelStore } from './model-store.js';

const LIMIT = 120_000;

interface Running {
  readonly hold: Hold;
  readonly worst: number;
}

interface Process {
  readonly holder: LeaseHolder;
  readonly scale: Scale;
  /** Ms of its own clock for each of the store's: no two clocks agree. */
  readonly rate: number;
  running: Running[];
}

/** Requests that are on their way to the store, which may come at any time, in any order, or never. */
interface Travelling {
  readonly request: LeaseRequest;
  readonly from: Process;
  readonly askedAt: number;
}

class World {
  readonly #random: Random;
  readonly store: ModelStore;
  readonly processes: Process[];
  #travelling: Travelling[] = [];
  #names = 0;
  now = 1_000_000;
  /** What the provider has really charged. */
  billed = 0;
  /** What calls that nobody waits for any more may still be charged at the most. */
  orphaned = 0;
  started = 0;
  killed = 0;
  lostAnswers = 0;
  ended = 0;

  constructor(seed: number) {
    this.#random = seeded(seed);
    this.store = new ModelStore(() => Math.floor(this.now));
    this.processes = Array.from({ length: 4 }, () => this.#process());
  }

  get underWay(): number {
    const running = this.processes.flatMap((one) => one.running);
    return this.orphaned + running.reduce((sum, { worst }) => sum + worst, 0);
  }

  step(): void {
    const at = this.#below(this.processes.length);
    const process = this.processes[at] as Process;
    const chance = this.#random.next();
    if (chance < 0.4) this.#start(process);
    else if (chance < 0.6) this.#end(process);
    else if (chance < 0.75) this.#ask(process);
    else if (chance < 0.9) this.#arrive();
    else if (chance < 0.995) this.now += this.#below(300);
    else if (chance < 0.998) this.now += this.#below(25_000);
    else this.#kill(at);
  }

  /** Everybody dies, and every lease ends. */
  finish(): void {
    while (this.processes.length > 0) {
      this.#kill(0);
      this.processes.pop();
    }
    this.now += 60_000;
    const { holder } = this.#process();
    this.store.apply(holder.request(holder.sizes(1000), null));
  }

  /** What the store would take for spent if everybody died now. */
  get known(): number {
    return this.store.spent + [...this.store.leases.values()].reduce((sum, { atRisk }) => sum + atRisk, 0);
  }

  #start({ holder, scale, running }: Process): void {
    const worst = 1 + this.#below(this.#random.chance(0.1) ? 2000 : 300);
    const hold = holder.hold(worst, scale);
    if (hold === null) return;
    this.started += 1;
    running.push({ hold, worst });
  }

  #end(process: Process): void {
    const [call] = process.running.splice(this.#below(process.running.length), 1);
    if (call === undefined) return;
    this.ended += 1;
    const cost = this.#random.chance(0.7) ? call.worst : this.#below(call.worst + 1);
    this.billed += cost;
    if (this.#random.chance(0.2)) call.hold.settle(null);
    else call.hold.settle(cost);
    // A second word about the same call changes nothing.
    if (this.#random.chance(0.1)) call.hold.release();
  }

  #ask(from: Process): void {
    const { holder } = from;
    const { inFlight } = holder;
    // Any sizes: what holds must not depend on how well they fit.
    const atRisk = inFlight + this.#below(this.#random.chance(0.5) ? 300 : 5000);
    const sizes = { least: this.#below(500), atRisk, reserve: atRisk + this.#below(3000) };
    this.#travelling.push({ request: holder.request(sizes, null), from, askedAt: this.now * from.rate });
    if (this.#travelling.length > 8) this.#travelling.shift();
  }

  #arrive(): void {
    // The newest mostly: as a connection that works has it.
    const last = this.#travelling.length - 1;
    const index = this.#random.chance(0.8) ? last : this.#below(last + 1);
    const [word] = this.#travelling.splice(index, 1);
    if (word === undefined) return;
    const reply: LeaseReply = this.store.apply(word.request);
    if (this.#random.chance(0.3)) {
      this.lostAnswers += 1;
      return;
    }
    word.from.holder.answered(word.request, reply, word.askedAt);
  }

  /** As by SIGKILL: what was started goes on at the provider, and costs what it may. */
  #kill(at: number): void {
    this.killed += 1;
    for (const { worst } of this.processes[at]?.running ?? []) this.orphaned += worst;
    this.processes[at] = this.#process();
  }

  #process(): Process {
    const rate = 0.97 + 0.06 * this.#random.next();
    const holder = new LeaseHolder({
      experiment: 'e',
      limit: LIMIT,
      newLease: () => `lease-${(this.#names += 1)}`,
      now: () => this.now * rate,
    });
    return { holder, scale: new Scale(), rate, running: [] };
  }

  #below(most: number): number {
    return Math.floor(this.#random.next() * most);
  }
}

describe('leases of many processes', () => {
  it('never pay for more than there is, whatever is lost, late, repeated or killed', () => {
    const seen = { started: 0, ended: 0, killed: 0, lostAnswers: 0, used: [] as number[] };
    for (let seed = 1; seed <= 40; seed += 1) {
      const world = new World(seed);
      for (let step = 0; step < 4000; step += 1) {
        world.step();
        expect(world.billed + world.underWay, `seed ${seed}, step ${step}`).toBeLessThanOrEqual(LIMIT);
        expect(world.known, `seed ${seed}, step ${step}`).toBeGreaterThanOrEqual(world.billed + world.underWay);
      }
      world.finish();
      // Whatever really was spent, the store knows of. A first word that comes when its lease has ended may be counted twice, no more.
      expect(world.store.spent, `seed ${seed}`).toBeGreaterThanOrEqual(world.billed + world.orphaned);
      expect(world.store.spent, `seed ${seed}`).toBeLessThanOrEqual(LIMIT * 1.02);
      seen.started += world.started;
      seen.ended += world.ended;
      seen.killed += world.killed;
      seen.lostAnswers += world.lostAnswers;
      seen.used.push(world.store.spent / LIMIT);
    }
    // All of it took place, and the money was there to be used.
    expect(seen.started).toBeGreaterThan(5000);
    expect(seen.killed).toBeGreaterThan(500);
    expect(seen.lostAnswers).toBeGreaterThan(1000);
    expect(Math.max(...seen.used)).toBeGreaterThan(0.9);
  });
});
