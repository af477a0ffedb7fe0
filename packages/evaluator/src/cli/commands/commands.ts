import type { Command } from 'commander';
import type { Output } from '../terminal.js';

/** What commands are added to. */
export interface Commands {
  readonly program: Command;
  readonly output: Output;
  /** Takes the exit code of a command once it has one. */
  readonly ended: (work: Promise<number>) => Promise<void>;
}
