import { renderStatus } from '../../packages/evaluator/src/cli/render-status.js';
import { styleFor } from '../../packages/evaluator/src/cli/style.js';
import type { Report } from '../../packages/evaluator/src/emit/ledger-metrics.js';
import type { Evaluator } from '../../packages/evaluator/src/evaluator.js';

/** Waits for what the evaluator sees, and says what it saw where it never comes. */
export async function until(
  evaluator: Evaluator,
  condition: (report: Report) => boolean,
  timeoutMs = 20_000,
): Promise<Report> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const report = await evaluator.look();
    if (report !== null && condition(report)) return report;
    if (Date.now() > end)
      throw new Error(
        `never seen; last:\n${report === null ? 'no report' : renderStatus(report, styleFor(false)).join('\n')}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
