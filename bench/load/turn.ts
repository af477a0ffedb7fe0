import { type ChildProcess, fork } from 'node:child_process';

/**
 * Whose process gets a processor before others: what is measured and the primary's provider, then the candidate, then all the rest, which
 * would be on other machines elsewhere. `usual`: none is preferred.
 */
export type Turn = 'usual' | 'second' | 'first';

/** Of `chrt` (util-linux): round-robin among the real-time processes of a priority. Asks for root. */
const PRIORITIES: Readonly<Record<Exclude<Turn, 'usual'>, string>> = { first: '2', second: '1' };

/** Forks a process with all its threads in such a turn, and gives it one argument as JSON. `flags` are Node's. */
export function forkProcess(file: string, argument: object, turn: Turn, flags: readonly string[] = []): ChildProcess {
  const preferred =
    turn === 'usual'
      ? { execArgv: [...flags] }
      : { execPath: 'chrt', execArgv: ['-r', PRIORITIES[turn], process.execPath, ...flags] };
  return fork(file, [JSON.stringify(argument)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], ...preferred });
}
