import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A command as a person types it, and what it took. */
export interface Typed {
  readonly command: string;
  readonly seconds: number;
  /** What came of it, where that is to be shown. */
  readonly said?: string;
}

type Environment = Readonly<Record<string, string>>;

/** What is set for this checkout, or by the npm that runs us, is not set for the clone. */
const OURS = /^(?:OTEL_|UNDERSTUDY_|NODE_OPTIONS|VITEST|npm_|INIT_CWD)/;

function environmentOf(environment: Environment): Environment {
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || OURS.test(name) ? [] : [[name, value]],
  );
  return { ...(Object.fromEntries(kept) as Environment), NO_COLOR: '1', ...environment };
}

/** Runs a command to its end. @throws where it fails, with what it printed */
export async function typed(
  command: string,
  cwd: string,
  environment: Environment = {},
): Promise<Typed & { readonly printed: string }> {
  const started = performance.now();
  const { child, log } = left(command, cwd, environment);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command}: ${code}\n${log()}`);
  return { command, seconds: (performance.now() - started) / 1000, printed: log() };
}

/** Starts a command that goes on, until `end`: with what it started in turn, which npx does not pass a signal on to. */
export function left(
  command: string,
  cwd: string,
  environment: Environment = {},
): { readonly child: ChildProcess; end(): void; log(): string } {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], {
    cwd,
    env: environmentOf(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // All of it has ended.
    }
  };
  const kill = (): void => signal('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.removeListener('exit', kill));
  return { child, end: () => signal('SIGTERM'), log: () => text };
}
