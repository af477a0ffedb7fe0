import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Blocks } from './spread.js';

/** Two arms without us, which are each other's control, and one with us. */
export type Arm = 'one' | 'other' | 'ours';

export const ARMS: readonly Arm[] = ['one', 'other', 'ours'];

/**
 * Of one arm: milliseconds of each call to its end and to the first piece of a stream, by block, how late the event loop was, and per call
 * the CPU of the whole process and the pauses of its garbage collector, in microseconds. Event loop and wrong answers are of all rounds, the
 * rest is of those that count.
 */
export interface Measured {
  readonly durations: Blocks;
  readonly firstChunks: Blocks;
  readonly calls: number;
  readonly wrong: number;
  readonly loopP99: number;
  readonly loopMax: number;
  readonly cpu: number;
  readonly collecting: number;
}

/** What is known of one block. */
export class Block {
  readonly durations: number[] = [];
  readonly firstChunks: number[] = [];
  /** Microseconds. */
  cpu = 0;
  collecting = 0;
  wrong = 0;
  stolen = 0;
}

export class Recorder {
  readonly blocks: Block[] = [];
  /** In all blocks, those that are set aside too. */
  wrong = 0;
  readonly loop = monitorEventLoopDelay({ resolution: 2 });

  get calls(): number {
    return this.#sum(({ durations }) => durations.length);
  }

  #sum(value: (block: Block) => number): number {
    return this.blocks.reduce((sum, block) => sum + value(block), 0);
  }

  measured(): Measured {
    const { blocks, wrong, loop, calls } = this;
    return {
      durations: blocks.map(({ durations }) => durations),
      firstChunks: blocks.map(({ firstChunks }) => firstChunks),
      calls,
      wrong,
      loopP99: loop.percentile(99) / 1e6,
      loopMax: loop.max / 1e6,
      cpu: this.#sum(({ cpu }) => cpu) / calls,
      collecting: this.#sum(({ collecting }) => collecting) / calls,
    };
  }
}
