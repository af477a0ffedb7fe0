import type { Job } from 'bullmq';
import type { Queues } from './queues.js';
import type { Store } from './store.js';

export type FakeState = 'waiting' | 'delayed' | 'active' | 'failed' | 'completed';

/** A queue in memory. `onLook` is told of each look at the jobs of one state, before it. */
export class FakeQueue {
  readonly states: Map<string, FakeState> = new Map();
  readonly data: Map<string, unknown> = new Map();
  readonly #onLook: (state: string, looks: number, queue: FakeQueue) => void;
  readonly #looks = new Map<string, number>();

  constructor(onLook: (state: string, looks: number, queue: FakeQueue) => void = () => undefined) {
    this.#onLook = onLook;
  }

  get store(): Pick<Store, 'queues'> {
    return { queues: () => ({ queue: () => this, close: async () => undefined }) as unknown as Queues };
  }

  on(): this {
    return this;
  }

  async waitUntilReady(): Promise<void> {}

  async close(): Promise<void> {}

  async getRanges(types: readonly string[]): Promise<string[]> {
    return [...new Set(types.flatMap((state) => this.#idsOf(state)))];
  }

  async getJobs(types: readonly string[], start: number, end: number): Promise<Job[]> {
    const ids = types.flatMap((state) => this.#idsOf(state)).slice(start, end + 1);
    return await Promise.all(ids.map((id) => this.getJob(id)));
  }

  async getJob(id: string): Promise<Job> {
    return {
      id,
      data: this.data.get(id),
      updateData: async (data: unknown) => void this.data.set(id, data),
      isCompleted: async () => this.states.get(id) === 'completed',
    } as unknown as Job;
  }

  async getJobState(id: string): Promise<FakeState> {
    return this.states.get(id) ?? 'completed';
  }

  #idsOf(state: string): string[] {
    const looks = (this.#looks.get(state) ?? 0) + 1;
    this.#looks.set(state, looks);
    this.#onLook(state, looks, this);
    return [...this.states].flatMap(([id, its]) => (its === state ? [id] : []));
  }
}
