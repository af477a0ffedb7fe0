import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { ConfigurationError } from '../errors.js';
import { LINES_TO_ADD } from '../init/files.js';
import { CONFIGURATION, filesFor, type NewFile, type Wishes, writeFiles } from '../init/initialise.js';
import { INSTRUMENTATION, readService, type Service } from '../init/service.js';
import { EXIT } from './exit-codes.js';
import { printableLine } from './foreign-text.js';
import { jsonText, type Output } from './terminal.js';

export interface InitOptions extends Partial<Wishes> {
  readonly dir?: string | undefined;
  readonly force?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Asks one question at the terminal; null: nobody is there to answer. */
export type Ask = (question: string) => Promise<string | null>;

/** `understudy init`: looks at a service, writes its configuration, and says what starts it from now on. */
export async function initCommand(options: InitOptions, output: Output, ask: Ask = askTerminal): Promise<number> {
  const service = readService(resolve(options.dir ?? '.'));
  const candidate = options.candidate ?? (await ask(questionFor(service))) ?? '';
  if (candidate.trim() === '')
    throw new ConfigurationError('init', ['expected --candidate MODEL: the model to compare, such as gpt-5-mini']);
  const files = filesFor(service, { ...options, candidate: candidate.trim() });
  if (options.dryRun !== true) writeFiles(service.folder, files, options.force === true);
  const steps = stepsFor(service);
  if (options.json === true) {
    const { folder, sdks, models, telemetry } = service;
    const found = { sdks: sdks.map((sdk) => sdk.package), models, telemetry };
    output.out(jsonText({ v: 1, folder, found, written: options.dryRun !== true, files, ...steps }));
    return EXIT.ok;
  }
  output.out(rendered(service, files, steps, options.dryRun === true, output));
  return EXIT.ok;
}

/** What is left to do. */
interface Steps {
  readonly install: string | null;
  /** Lines for the service's own file; none where a file was written. */
  readonly add: readonly string[];
  readonly start: string;
  readonly evaluator: string;
}

function stepsFor({ missing, install, telemetry, start }: Service): Steps {
  return {
    install: missing.length === 0 ? null : `${install} ${missing.join(' ')}`,
    add: telemetry === null || telemetry.isWired ? [] : LINES_TO_ADD,
    start: printableLine(telemetry === null ? startOf(start) : (start ?? 'as before')),
    evaluator: 'npx @understudy/evaluator dev',
  };
}

/** `node X` with our file before X; whatever else starts a service hands its Node the options it is given. */
function startOf(start: string | null): string {
  const [, entry] = /^node\s+([^&|;]+)$/.exec(start?.trim() ?? 'node server.js') ?? [];
  if (entry !== undefined) return `node --import ./${INSTRUMENTATION} ${entry}`;
  const script = start?.includes(' ') === true;
  return script
    ? `NODE_OPTIONS="--import ./${INSTRUMENTATION}" npm start`
    : `node --import ./${INSTRUMENTATION} ${start ?? ''}`;
}

function rendered(service: Service, files: readonly NewFile[], steps: Steps, dryRun: boolean, output: Output): string {
  const { sdks, models, telemetry } = service;
  const { bold, dim } = output.style;
  const wired = sdks.filter(({ seen }) => seen === 'wire').map((sdk) => sdk.package);
  const byHand = sdks.flatMap((sdk) =>
    sdk.seen === 'wire' ? [] : [`${sdk.package} needs a line of code: ${sdk.seen.recipe}`],
  );
  const found = [
    wired.length > 0
      ? `calls by ${wired.join(', ')} are seen as they are`
      : 'no SDK of a model was found among the dependencies: calls by `fetch` and `node:http` are seen all the same',
    ...byHand,
    ...(models.length > 0 ? [`models named in the sources: ${models.slice(0, 5).map(printableLine).join(', ')}`] : []),
    ...(telemetry !== null ? [`${telemetry.file} starts OpenTelemetry`] : []),
  ];
  const next = [
    ...(steps.install === null ? [] : [`${steps.install}`]),
    ...(steps.add.length === 0 ? [] : [`add to ${telemetry?.file ?? ''}:`, ...steps.add.map((line) => `    ${line}`)]),
    `${steps.evaluator}    ${dim('# beside the service, and before it')}`,
    `${steps.start}    ${dim('# the service, from now on')}`,
    `npx @understudy/evaluator status --watch`,
  ];
  return [
    ...found,
    '',
    ...files.flatMap(({ name, text }) =>
      dryRun ? [bold(`${name}:`), text] : [`${bold(name)} written${name === CONFIGURATION ? ': look at it' : ''}`],
    ),
    '',
    bold('Next:'),
    ...next.map((line) => `  ${line}`),
  ].join('\n');
}

function questionFor({ models }: Service): string {
  const [first] = models;
  const known = first === undefined ? '' : ` in the place of ${printableLine(first)}`;
  return `Which model would you like to try${known}? `;
}

async function askTerminal(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
