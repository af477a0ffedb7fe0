import type { Output } from './terminal.js';

export const CANDIDATES: readonly string[] = ['good', 'bad', 'identical'];

export interface DemoOptions {
  readonly candidate: string;
  readonly calls: number;
  readonly seed: number;
  readonly json?: boolean | undefined;
  readonly keep?: boolean | undefined;
}

export async function demoCommand(_options: DemoOptions, _output: Output): Promise<number> {
  return 2;
}
