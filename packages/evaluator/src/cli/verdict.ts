import { writeFileSync } from 'node:fs';
import { loadConfig } from '../config.js';
import type { Standing } from '../decide/standing.js';
import { NotFoundError } from '../errors.js';
import { openLedgerFor } from '../evaluator/stores.js';
import type { VerdictChange } from '../ledger/change.js';
import { exitOfState } from './exit-codes.js';
import { changesJson, renderSince } from './render-changes.js';
import { renderVerdict, verdictJson } from './render-verdict.js';
import { renderVerdictJunit } from './render-verdict-junit.js';
import { renderVerdictMarkdown } from './render-verdict-markdown.js';
import { readReport } from './status.js';
import { jsonText, type Output } from './terminal.js';

export interface VerdictOptions {
  readonly config?: string | undefined;
  readonly experiment?: string | undefined;
  readonly arm?: string | undefined;
  readonly json?: boolean | undefined;
  readonly markdown?: boolean | undefined;
  /** A file; `-`: the standard output, in the place of everything else. */
  readonly junit?: string | undefined;
  readonly acceptProvisional?: boolean | undefined;
}

/** Changes that JSON has, the newest first. */
const MOST_CHANGES = 20;

/** `understudy verdict`: the verdict on one candidate, as text, JSON, Markdown or JUnit's XML, and as the exit code. */
export async function verdictCommand(options: VerdictOptions, output: Output): Promise<number> {
  const config = loadConfig({ path: options.config });
  const acceptProvisional = options.acceptProvisional === true;
  const opened = await openLedgerFor(config.ledgerUrl);
  try {
    const { snapshot, standings } = await readReport(opened.ledger);
    const standing = chooseStanding(standings, options);
    const { run, arm } = standing;
    const changes = await opened.ledger.changes.history({ experiment: run.experiment, arm }, MOST_CHANGES);
    const { junit } = options;
    const xml = junit === undefined ? '' : renderVerdictJunit(standing, { at: snapshot.at, acceptProvisional });
    output.out(junit === '-' ? xml : rendered(standing, changes, options, output));
    if (junit !== undefined && junit !== '-') writeFileSync(junit, `${xml}\n`);
    return exitOfState(standing.verdict.state, { acceptProvisional });
  } finally {
    await opened.close();
  }
}

function rendered(
  standing: Standing,
  changes: readonly VerdictChange[],
  { json, markdown }: VerdictOptions,
  { style }: Output,
): string {
  if (json === true) return jsonText({ ...verdictJson(standing), changes: changesJson(changes) });
  if (markdown === true) return renderVerdictMarkdown(standing);
  return [...renderVerdict(standing, style), ...renderSince(standing.verdict.state, changes, style)].join('\n');
}

/** The one candidate that is meant: of the newest run of its experiment. Throws {@link NotFoundError} for none and for several. */
export function chooseStanding(
  standings: readonly Standing[],
  { experiment, arm }: Pick<VerdictOptions, 'experiment' | 'arm'>,
): Standing {
  const current = standings.filter((standing) => standing.current);
  const meant = current.filter(
    (standing) =>
      (experiment === undefined || standing.run.experiment === experiment) &&
      (arm === undefined || standing.arm === arm),
  );
  const [first] = meant;
  if (first !== undefined && meant.length === 1) return first;
  const known = current.map((standing) => `--experiment ${standing.run.experiment} --arm ${standing.arm}`);
  if (known.length === 0)
    throw new NotFoundError('there is no run yet: a service announces its run before its first shadow');
  const problem = meant.length === 0 ? 'there is no such candidate' : 'several candidates are meant';
  throw new NotFoundError(`${problem}; there are:\n${known.map((line) => `  ${line}`).join('\n')}`);
}
