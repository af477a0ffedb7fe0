import { createWriteStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { loadConfig, loadSeal } from '../config.js';
import { ConfigurationError, NotFoundError } from '../errors.js';
import { exportLines, importLines, type ImportReport } from '../evaluator/label-lines.js';
import { type Labelling, labelling } from '../evaluator/labelling.js';
import { openLedgerFor } from '../evaluator/stores.js';
import type { Ledger } from '../ledger/ledger.js';
import { EXIT } from './exit-codes.js';
import { type Keys, processKeys } from './keys.js';
import { labelSession } from './label-session.js';
import { count, plural } from './style.js';
import { jsonText, type Output } from './terminal.js';

export interface LabelOptions {
  readonly config?: string | undefined;
  readonly experiment?: string | undefined;
  readonly export?: string | undefined;
  readonly import?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `understudy label`: shows offered pairs and takes answers, or exchanges them as JSON lines. */
export async function labelCommand(
  options: LabelOptions,
  output: Output,
  openKeys: () => Keys | null = processKeys,
): Promise<number> {
  const { experiment = null } = options;
  if (options.export !== undefined && options.import !== undefined)
    throw new ConfigurationError('label', ['expected either --export or --import']);
  const config = loadConfig({ path: options.config });
  const opened = await openLedgerFor(config.ledgerUrl, { seal: loadSeal(config) });
  try {
    if (experiment !== null) await expectRunOf(experiment, opened.ledger);
    const labels = labelling(opened.ledger, Date.now);
    if (options.export !== undefined) return await exportTo(options.export, labels, experiment, options, output);
    if (options.import !== undefined) return await importFrom(options.import, labels, options, output);
    if (options.json === true) {
      output.out(jsonText({ open: await labels.open(experiment) }));
      return EXIT.ok;
    }
    const keys = openKeys();
    if (keys === null)
      throw new ConfigurationError('label', ['expected a terminal, --export FILE or --import FILE (`-` for a pipe)']);
    try {
      await labelSession(labels, { experiment, keys, output });
    } finally {
      keys.close();
    }
    return EXIT.ok;
  } finally {
    await opened.close();
  }
}

/** A name that is mistyped would look as if nothing were left to label. */
async function expectRunOf(experiment: string, ledger: Ledger): Promise<void> {
  const { runs } = await ledger.snapshot({ now: Date.now() });
  const names = [...new Set(runs.map(({ run }) => run.experiment))];
  if (names.includes(experiment)) return;
  const known = names.length === 0 ? '' : `, but of ${names.join(', ')}`;
  throw new NotFoundError(`the ledger holds no run of ${experiment}${known}`);
}

async function exportTo(
  path: string,
  labels: Labelling,
  experiment: string | null,
  { json }: LabelOptions,
  output: Output,
): Promise<number> {
  let lines = 0;
  if (path === '-') {
    for await (const line of exportLines(labels, experiment)) output.out(line);
    return EXIT.ok;
  }
  const counted = async function* (): AsyncIterable<string> {
    for await (const line of exportLines(labels, experiment)) {
      lines += 1;
      yield `${line}\n`;
    }
  };
  try {
    // What people said to a service: for the user's eyes alone, and never over another file.
    await pipeline(Readable.from(counted()), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (cause) {
    if ((cause as { code?: unknown }).code === undefined) throw cause;
    throw new ConfigurationError(path, ['--export: expected the name of a file that is not there and can be written'], {
      cause,
    });
  }
  output.out(json === true ? jsonText({ exported: lines }) : `${plural(lines, 'pair')} written to ${path}`);
  return EXIT.ok;
}

async function importFrom(path: string, labels: Labelling, { json }: LabelOptions, output: Output): Promise<number> {
  const report = await importLines(labels, await readText(path), path === '-' ? 'the standard input' : path);
  output.out(json === true ? jsonText(report) : sentence(report));
  return EXIT.ok;
}

async function readText(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(path, ['--import: expected a file that can be read'], { cause });
  }
}

function sentence({ lines, stored, late, known, unknown }: ImportReport): string {
  const rest = [
    ...(known > 0 ? [`${count(known)} had one already`] : []),
    ...(late > 0 ? [`${count(late)} came too late`] : []),
    ...(unknown > 0 ? [`${count(unknown)} are of pairs that are not offered`] : []),
  ];
  return `${count(stored)} of ${plural(lines, 'label')} stored${rest.length === 0 ? '' : `; ${rest.join(', ')}`}`;
}
