import { escaped } from './escape.js';

/** Markup of ours. Only {@link html} makes it, so that nothing else can get into a page unescaped. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Piece = Html | string | number | readonly Html[];

/** Markup with pieces in it: every piece that is not markup itself is escaped. */
export function html(fixed: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  let markup = fixed[0] ?? '';
  for (const [at, piece] of pieces.entries()) markup += written(piece) + (fixed[at + 1] ?? '');
  return new Html(markup);
}

function written(piece: Piece): string {
  if (piece instanceof Html) return piece.markup;
  if (typeof piece === 'string' || typeof piece === 'number') return escaped(String(piece));
  return piece.map(({ markup }) => markup).join('');
}

/** A table: the heading, and rows of text. Numbers stand to the right, but for the first column. */
export function tableOf(heading: readonly string[], rows: readonly (readonly string[])[]): Html {
  const cells = (row: readonly string[]): Html =>
    html`<tr>
      ${row.map((cell) => html`<td>${cell}</td>`)}
    </tr>`;
  return html`<table>
    <thead>
      <tr>
        ${heading.map((cell) => html`<th>${cell}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(cells)}
    </tbody>
  </table>`;
}
