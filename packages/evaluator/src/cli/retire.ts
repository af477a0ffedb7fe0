import { loadConfig } from '../config.js';
import { ConfigurationError, NotFoundError } from '../errors.js';
import { openLedgerFor } from '../evaluator/stores.js';
import type { Ledger } from '../ledger/ledger.js';
import { EXIT } from './exit-codes.js';
import { printableLine } from './foreign-text.js';
import { plural } from './style.js';
import { jsonText, type Output } from './terminal.js';

export interface RetireOptions {
  readonly experiment: string;
  readonly config?: string | undefined;
  readonly undo?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** `understudy retire`: an experiment that is done with says nothing any more, on no page, no metric and no alert. Nothing of it is removed. */
export async function retireCommand(options: RetireOptions, output: Output): Promise<number> {
  const { experiment, undo = false } = options;
  const config = loadConfig({ path: options.config });
  const opened = await openLedgerFor(config.ledgerUrl);
  try {
    if (!undo) await checkUnserved(opened.ledger, experiment);
    const runs = await opened.ledger.retire(experiment, undo ? null : Date.now());
    if (runs === 0)
      throw new NotFoundError(`${printableLine(experiment)} has no run that is ${undo ? '' : 'not '}retired`);
    const said = undo
      ? `shown again: ${plural(runs, 'run')} of ${printableLine(experiment)}`
      : `retired: ${plural(runs, 'run')} of ${printableLine(experiment)}. \`--undo\` shows them again, and so does a service that compares for it`;
    output.out(options.json === true ? jsonText({ v: 1, experiment, runs, retired: !undo }) : said);
    return EXIT.ok;
  } finally {
    await opened.close();
  }
}

/** What a service announces again would be shown again. */
async function checkUnserved(ledger: Pick<Ledger, 'snapshot'>, experiment: string): Promise<void> {
  const { runs, producers } = await ledger.snapshot({ now: Date.now() });
  const own = new Set(runs.filter(({ run }) => run.experiment === experiment).flatMap((run) => run.producers));
  const alive = producers
    .filter(({ id, state }) => own.has(id) && state === 'alive')
    .map(({ id }) => printableLine(id));
  if (alive.length === 0) return;
  throw new ConfigurationError('retire', [
    `expected no service that compares for ${printableLine(experiment)}, got ${alive.slice(0, 3).join(', ')}${alive.length > 3 ? ', ...' : ''}: take it out of their configuration first; one that was killed is given up after a while`,
  ]);
}
