/**
 * `npm run check`: everything that can be proved without a server.
 *
 * The build goes first, since type-aware lint and the package checks read what it made. The rest runs side by side.
 * Only what failed prints its output; the exit code is 1 when anything did.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd?: string;
}

interface Result {
  readonly step: Step;
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

const BUILD: Step = { name: 'types', command: ['tsc', '-b'] };

const STEPS: readonly Step[] = [
  { name: 'unused (knip)', command: ['knip', '--no-progress'] },
  ...['instrumentation', 'evaluator'].flatMap((name): Step[] => [
    {
      name: `types as published (attw), ${name}`,
      command: [
        'attw',
        '--pack',
        '.',
        '--profile',
        'esm-only',
        '--no-definitely-typed',
        '--no-emoji',
        '--format',
        'ascii',
      ],
      cwd: `packages/${name}`,
    },
    { name: `package (publint), ${name}`, command: ['publint', '--strict'], cwd: `packages/${name}` },
  ]),
  { name: 'lint (oxlint, type-aware)', command: ['oxlint', '--report-unused-disable-directives-severity=error'] },
  { name: 'format (oxfmt)', command: ['oxfmt', '--check'] },
  { name: 'import rules', command: ['node', 'tools/imports/main.ts'] },
  { name: 'YAML against its schemas', command: ['node', 'tools/schemas/main.ts'] },
];

function run(step: Step): Promise<Result> {
  const started = performance.now();
  const [file = '', ...args] = step.command;
  return new Promise((resolve) => {
    let output = '';
    const done = (ok: boolean): void => {
      resolve({ step, ok, seconds: (performance.now() - started) / 1000, output });
    };
    const child = spawn(file, args, {
      cwd: step.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => {
      output += `${error.message}\n`;
      done(false);
    });
    child.on('close', (code) => {
      done(code === 0);
    });
  });
}

function print({ step, ok, seconds, output }: Result): void {
  if (!ok) console.log(`\n--- ${step.name}: ${step.command.join(' ')}\n${output.trimEnd()}\n`);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${seconds.toFixed(1).padStart(5)} s  ${step.name}`);
}

const results: Result[] = [];
async function finish(step: Step): Promise<void> {
  const result = await run(step);
  results.push(result);
  print(result);
}

await finish(BUILD);
const waiting = [...STEPS];
const workers = Array.from({ length: availableParallelism() }, async () => {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await finish(step);
});
await Promise.all(workers);

const failed = results.filter(({ ok }) => !ok).map(({ step }) => step.name);
console.log(failed.length === 0 ? `\ncheck: all ${results.length} passed` : `\ncheck: FAILED: ${failed.join('; ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
