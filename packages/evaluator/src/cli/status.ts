import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../config.js';
import { standingsOf } from '../decide/standing.js';
import type { Report } from '../emit/ledger-metrics.js';
import type { Ledger } from '../ledger/ledger.js';
import { openLedgerFor } from '../evaluator/stores.js';
import { EXIT } from './exit-codes.js';
import { renderStatus, statusJson } from './render-status.js';
import { untilSignal } from './signals.js';
import { jsonText, type Output } from './terminal.js';

export interface StatusOptions {
  readonly config?: string | undefined;
  readonly json?: boolean | undefined;
  readonly watch?: boolean | undefined;
}

const WATCH_MS = 1000;
/** Home, and clear what is below. */
const REDRAW = '\u001b[H\u001b[J';

/** `understudy status`: what the ledger knows now, once or again and again. */
export async function statusCommand(options: StatusOptions, output: Output): Promise<number> {
  const config = loadConfig({ path: options.config });
  const opened = await openLedgerFor(config.ledgerUrl);
  const { signal, release } = untilSignal();
  try {
    for (;;) {
      const report = await readReport(opened.ledger);
      const text = options.json === true ? jsonText(statusJson(report)) : renderStatus(report, output.style).join('\n');
      output.out(options.watch === true && options.json !== true && output.live ? `${REDRAW}${text}` : text);
      if (options.watch !== true || signal.aborted) return EXIT.ok;
      await sleep(WATCH_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return EXIT.ok;
    }
  } finally {
    release();
    await opened.close();
  }
}

/** One look at a ledger that is only read. */
export async function readReport(ledger: Pick<Ledger, 'snapshot'>): Promise<Report> {
  const snapshot = await ledger.snapshot({ now: Date.now(), shown: true });
  return { snapshot, standings: standingsOf(snapshot) };
}
