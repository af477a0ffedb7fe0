import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SCALE } from './scale.js';

const DOCUMENT = fileURLToPath(new URL('../../docs/chaos.md', import.meta.url));

/** A table of a run: a heading of columns, and rows of cells. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/**
 * Prints a section of the suite's report, and with `UNDERSTUDY_CHAOS_DOCS=1` puts it into `docs/chaos.md`, between the marks of its
 * `id`. A run of less than the full size says so.
 */
export function report(id: string, { columns, rows }: Table, notes: readonly string[] = []): void {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.map(cellOf).join(' | ')} |`;
  const size = SCALE === 1 ? [] : [`At ${SCALE} of the full size.`];
  const text = [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
  const section = [text, ...[...notes, ...size].map((note) => `\n${note}`)].join('\n');
  process.stdout.write(`\n## ${id}\n\n${section}\n\n`);
  if (process.env['UNDERSTUDY_CHAOS_DOCS'] === '1') putInto(DOCUMENT, id, section);
}

function cellOf(cell: string | number): string {
  return String(cell).replaceAll('|', '\\|');
}

function putInto(path: string, id: string, section: string): void {
  const [begin, end] = [`<!-- ${id} -->`, `<!-- end of ${id} -->`];
  const document = existsSync(path) ? readFileSync(path, 'utf8') : '# Under attack\n';
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  const made = `${begin}\n\n${section}\n\n${end}`;
  const next =
    from < 0 || to < 0
      ? `${document.trimEnd()}\n\n## ${id}\n\n${made}\n`
      : document.slice(0, from) + made + document.slice(to + end.length);
  writeFileSync(path, next);
}
