import { describeSegments } from '../decide/segment-states.js';
import { html, type Html } from './html.js';
import type { ReportInput } from './report-input.js';
import { distributions } from './sections/distributions.js';
import { gates, segments } from './sections/gates.js';
import { overTime } from './sections/over-time.js';
import { about } from './sections/about.js';
import { worstPairs } from './sections/worst-pairs.js';
import { STYLE_HASH, STYLE_SHEET } from './style-sheet.js';
import { timeText } from './charts.js';

/**
 * A report as one HTML file. It loads nothing and runs nothing: no script, no image, no font, no form; a policy in its head says so to the
 * browser, too. Whatever models, services and people wrote is in it as text only. Pure.
 */
export function renderReport(input: ReportInput): string {
  const { standing, at } = input;
  const { run, arm, verdict } = standing;
  const { transitions } = standing.state;
  const policy = `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;
  const body: readonly Html[] = [
    html`<h1>${run.experiment}: candidate ${arm}</h1>`,
    html`<p class="dim">run ${run.id}, number ${run.k} of its experiment; as of ${timeText(at)}</p>`,
    html`<p class="sentence ${verdict.state}">${verdict.sentence}</p>`,
    ...verdict.holds
      .filter(({ sentence }) => !verdict.sentence.includes(sentence))
      .map(({ sentence }) => html`<p>also: ${sentence}</p>`),
    ...describeSegments({ verdict, transitions }).map((line) => html`<p>${line}</p>`),
    gates(input),
    overTime(input),
    segments(input),
    distributions(input),
    worstPairs(input),
    about(input),
  ];
  const head = html`<meta charset="utf-8" /><meta http-equiv="Content-Security-Policy" content="${policy}" /><meta
      name="viewport"
      content="width=device-width, initial-scale=1"
    /><meta name="referrer" content="no-referrer" /><title>${run.experiment}: ${arm}</title>`;
  return `<!doctype html>
<html lang="en"><head>${head.markup}<style>${STYLE_SHEET}</style></head>
<body>
${body.map(({ markup }) => markup).join('\n')}
</body></html>
`;
}
