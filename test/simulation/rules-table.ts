import { type Figure, type Found, type Rule, type RuleName, RULES } from './rules.js';

/** What all simulations of a run have found. */
export type AllFound = Readonly<Partial<Record<RuleName, Found>>>;

export const HEADS: readonly string[] = ['rule', 'figure', 'known', 'without it', 'with it', 'at most'];

/** The table of the rules that were tried, as rows of text. */
export function rowsOf(found: AllFound): readonly (readonly string[])[] {
  return Object.entries<Rule>(RULES).flatMap(([name, { rule, figure, known }]) => {
    const one = found[name as RuleName];
    if (one === undefined) return [];
    return [[rule, figure, known, text(one.without), text(one.with), text(one.atMost)]];
  });
}

export function markdownOf(found: AllFound): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(HEADS), line(HEADS.map((_, at) => (at < 3 ? '---' : '---:'))), ...rowsOf(found).map(line)].join('\n');
}

/** The names of the rules that have no figure yet. */
export function untried(found: AllFound): readonly string[] {
  return Object.keys(RULES).filter((name) => found[name as RuleName] === undefined);
}

function text(figure: Figure | undefined): string {
  if (figure === undefined) return '';
  return typeof figure === 'number' ? one(figure) : figure.map(one).join(' / ');
}

function one(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(3).replace(/^0\./, '.');
}
