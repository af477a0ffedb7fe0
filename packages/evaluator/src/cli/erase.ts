import { loadConfig, loadSeal } from '../config.js';
import { ConfigurationError } from '../errors.js';
import { erase, type Erased, type ErasureReport } from '../evaluator/erase.js';
import { openStores } from '../evaluator/stores.js';
import { EXIT } from './exit-codes.js';
import { count } from './style.js';
import { jsonText, type Output } from './terminal.js';

export interface EraseCommandOptions {
  readonly config?: string | undefined;
  readonly subject?: string | undefined;
  readonly pair?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly json?: boolean | undefined;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** `understudy erase`: removes what was said from the queue and the ledger; numbers and verdicts stay. */
export async function eraseCommand(options: EraseCommandOptions, output: Output): Promise<number> {
  const erased = checked(options);
  const config = loadConfig({ path: options.config });
  const seal = loadSeal(config);
  const stores = await openStores(config, { seal });
  try {
    const { queue, ledger } = stores;
    const report = await erase(erased, { queue, ledger, seal, dryRun: options.dryRun === true });
    output.out(options.json === true ? jsonText(report) : sentence(report));
    for (const problem of problems(report)) output.err(output.errStyle.bad(problem));
    return report.complete ? EXIT.ok : EXIT.infrastructure;
  } finally {
    await stores.close();
  }
}

function checked({ subject, pair }: EraseCommandOptions): Erased {
  if ((subject === undefined) === (pair === undefined))
    throw new ConfigurationError('erase', ['expected either --subject VALUE or --pair ID']);
  if (pair !== undefined) {
    if (!UUID.test(pair)) throw new ConfigurationError('erase', ['--pair: expected the id of a pair, a UUID']);
    return { pair: pair.toLowerCase() };
  }
  if (subject === undefined || subject === '')
    throw new ConfigurationError('erase', ['--subject: expected the value of the subject attribute, got nothing']);
  return { subject };
}

function sentence({ dryRun, pairs, calls, jobs, aside }: ErasureReport): string {
  const unreadable = aside.unreadable === 0 ? '' : ` and ${count(aside.unreadable)} that nobody can read`;
  const what = [
    `${count(pairs)} pairs of the ledger`,
    `${count(calls)} calls in ${count(jobs.changed)} jobs of the queue`,
    `${count(aside.aside)} entries put aside${unreadable}`,
  ].join(', ');
  return dryRun ? `would erase the content of ${what}` : `erased the content of ${what}; numbers and verdicts stay`;
}

/** What is left, and how to go on. */
function* problems({ jobs, aside }: ErasureReport): Iterable<string> {
  const sealed = jobs.sealed + aside.sealed;
  if (sealed > 0)
    yield `${count(sealed)} jobs or entries are sealed with a key that is not here: name it in \`encryption.previous\`, and run this again`;
  if (jobs.working > 0)
    yield `${count(jobs.working)} jobs were still being worked on with what they held: run this again once they are done`;
  if (jobs.unreadable > 0)
    yield `${count(jobs.unreadable)} jobs of the queue cannot be read: the evaluator puts them aside; run this again then`;
}
