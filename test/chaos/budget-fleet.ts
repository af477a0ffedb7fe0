import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Random } from '../simulation/random.js';
import type { Spender } from './budget-service.js';

const HOOKS = join(import.meta.dirname, '../ways-of-calling/source-modules.mjs');

type Counts = Record<string, number>;

/** Services that are started again whenever they are killed, and what they have counted, all lives together. */
export class Fleet implements AsyncDisposable {
  readonly #spender: Spender;
  readonly #random: Random;
  readonly #children = new Set<ChildProcess>();
  readonly #counts: Counts[] = [];
  #stopping = false;
  kills = 0;
  /** The end of what they wrote to their standard error. */
  errors = '';

  constructor(spender: Spender, random: Random, size: number) {
    this.#spender = spender;
    this.#random = random;
    for (let index = 0; index < size; index += 1) this.#start();
  }

  count(name: string): number {
    return this.#counts.reduce((sum, counts) => sum + (counts[name] ?? 0), 0);
  }

  /** SIGKILL for any one of them. */
  kill(): void {
    const running = [...this.#children].filter(({ killed }) => !killed);
    const one = running[Math.floor(this.#random.next() * running.length)];
    if (one?.kill('SIGKILL') === true) this.kills += 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    const ended = [...this.#children].map((child) => new Promise((resolve) => child.once('close', resolve)));
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(ended);
  }

  #start(): void {
    const child = spawn(process.execPath, ['--import', HOOKS, join(import.meta.dirname, 'budget-service.ts')], {
      env: { PATH: process.env['PATH'], SPENDER: JSON.stringify(this.#spender) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const index = this.#counts.push({}) - 1;
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      const last = lines.at(-1);
      if (last !== undefined) this.#counts[index] = JSON.parse(last) as Counts;
    });
    child.stderr.on('data', (chunk: Buffer) => (this.errors = (this.errors + chunk.toString()).slice(-4000)));
    this.#children.add(child);
    const killWithTests = (): boolean => child.kill('SIGKILL');
    process.once('exit', killWithTests);
    child.once('close', () => {
      process.removeListener('exit', killWithTests);
      this.#children.delete(child);
      if (!this.#stopping) this.#start();
    });
  }
}
