import { html, type Html } from '../html.js';
import type { ReportInput } from '../report-input.js';
import { legText, requestText } from '../texts.js';

/** The pairs that speak most against the candidate, with what was said where that is kept and can be read. */
export function worstPairs({ worst }: ReportInput): Html {
  if (worst.length === 0) return html``;
  return html`<h2>Worst pairs</h2>
    ${worst.map(
      ({ ranked, pair }) =>
        html`<h3>${ranked.why}</h3>
          <p class="dim">pair ${ranked.pair}, segment ${ranked.segment}</p>
          ${said(pair)}`,
    )}`;
}

type Pair = ReportInput['worst'][number]['pair'];

function said(pair: Pair): Html {
  if (pair === null) return html`<p class="dim">It is not in the ledger any more.</p>`;
  const { content, withheld } = pair;
  if (content === null) {
    return withheld === 'sealed'
      ? html`<p class="dim">What was said is sealed with a key that is not here.</p>`
      : html`<p class="dim">What was said is not kept: it was erased, or has grown old.</p>`;
  }
  const request = requestText(content.input);
  if (request === null) return html`<p class="dim">What was said has not left the service.</p>`;
  return html`<div class="dim">request</div>
    <pre dir="auto">${request}</pre>
    <div class="key-one">incumbent</div>
    <pre dir="auto">${legText(content.primary)}</pre>
    <div class="key-other">candidate</div>
    <pre dir="auto">${legText(content.shadow)}</pre>`;
}
