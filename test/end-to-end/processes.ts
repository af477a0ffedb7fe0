import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const EXAMPLE = `${REPOSITORY}examples/service/`;
const CLI = `${REPOSITORY}packages/evaluator/bin/understudy.js`;

export type Environment = Readonly<Record<string, string>>;

/** A process of the main job. It is killed with the tests. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  /** All it has printed. */
  log(): string;
  /** Sends SIGTERM and gives its exit code; SIGKILL after 15 s. */
  stop(): Promise<number | null>;
}

/** The service of `examples/`, in a process of its own. */
export interface Service extends Running {
  ask(question: Question): Promise<Answer>;
}

export interface Question {
  readonly conversation: string;
  readonly topic: string;
  readonly question: string;
  readonly stream?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Starts the example service; `instrumented: false` leaves Understudy and OpenTelemetry out of its process. */
export async function startService(
  environment: Environment,
  options: { instrumented?: boolean } = {},
): Promise<Service> {
  const preload = options.instrumented === false ? [] : ['--import', `${EXAMPLE}instrumentation.ts`];
  const running = start([...preload, `${EXAMPLE}server.ts`], { OPENAI_API_KEY: 'sk-primary', ...environment });
  const port = Number((await printed(running, /listening on (\d+)/))[1]);
  return {
    ...running,
    async ask({ stream = false, ...question }) {
      const response = await fetch(`http://127.0.0.1:${port}/ask${stream ? '?stream' : ''}`, {
        method: 'POST',
        body: JSON.stringify(question),
      });
      return { status: response.status, text: await response.text() };
    },
  };
}

/** Starts `understudy run`. */
export async function startEvaluator(config: string, environment: Environment = {}): Promise<Running> {
  const running = start([CLI, 'run', '--config', config], environment);
  await printed(running, /evaluator .* runs/);
  return running;
}

/** Runs one command of `understudy` to its end. */
export async function understudy(args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { env: environmentOf({}), stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Calls `run` for each index below `count`, so many at a time, and gives the results in order. */
export async function inParallel<Result>(
  count: number,
  width: number,
  run: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) results[index] = await run(index);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

function environmentOf(environment: Environment): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|UNDERSTUDY_|NODE_OPTIONS|VITEST)/.test(name),
  );
  return { ...Object.fromEntries(inherited), NO_COLOR: '1', ...environment };
}

/** Starts Node. @param cwd Default: the process's. */
export function start(args: readonly string[], environment: Environment, cwd?: string): Running {
  const child = spawn(process.execPath, args, {
    env: environmentOf(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      child.emit('printed');
    });
  }
  const killWithTests = (): boolean => child.kill('SIGKILL');
  process.once('exit', killWithTests);
  child.once('exit', () => process.removeListener('exit', killWithTests));
  const stop = async (): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    child.kill('SIGTERM');
    await once(child, 'exit');
    clearTimeout(killer);
    return child.exitCode;
  };
  return {
    child,
    log: () => text,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** Waits until it has printed the pattern. @throws after 30 s, or when it has ended without, with all it has printed */
export async function printed({ child, log }: Running, pattern: RegExp): Promise<RegExpExecArray> {
  const late = setTimeout(() => child.emit('printed'), 30_000);
  const started = performance.now();
  try {
    for (;;) {
      const found = pattern.exec(log());
      if (found !== null) return found;
      if (child.exitCode !== null || performance.now() - started > 29_000)
        throw new Error(`expected ${pattern}, got:\n${log()}`);
      await Promise.race([once(child, 'printed'), once(child, 'exit')]);
    }
  } finally {
    clearTimeout(late);
  }
}
