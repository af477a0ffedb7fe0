import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

interface Wanted {
  /** Path of the `go` command. */
  readonly go: string;
  /** Folder of the module. */
  readonly module: string;
  readonly package: string;
  readonly tags: readonly string[];
  /** Where the program goes. */
  readonly path: string;
}

const SAID_EVERY = 200;
const KEPT_ERRORS = 4096;

/**
 * Builds a program, saying now and then how far it is. Nothing is at `path` before it is whole. A Go older than the module wants gets the
 * right one by itself (`GOTOOLCHAIN=auto`, the default since 1.21).
 */
export async function buildProgram({ go, module, package: name, tags, path }: Wanted): Promise<void> {
  const partial = `${path}.${process.pid}.part`;
  await mkdir(dirname(path), { recursive: true });
  const args = [
    'build',
    '-v',
    '-trimpath',
    ...(tags.length === 0 ? [] : ['-tags', tags.join(',')]),
    '-o',
    partial,
    name,
  ];
  const started = performance.now();
  const say = (text: string): void => console.log(`${basename(path)}: ${text}`);
  say('built once, from the versions in go.sum: some minutes');
  const child = spawn(go, args, {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let packages = 0;
  let rest = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      // With -v a package that is compiled is a line of its own; everything else is something gone wrong, or a download.
      if (!/^[\w.~/@!-]+$/.test(line)) errors = `${errors}${line}\n`.slice(-KEPT_ERRORS);
      else if (++packages % SAID_EVERY === 0) say(`${packages} packages, ${seconds(started)}`);
    }
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`go ${args.join(' ')}: exit ${code}\n${errors}${rest}`);
    await rename(partial, path);
    say(`done in ${seconds(started)}`);
  } finally {
    await rm(partial, { force: true });
  }
}

const seconds = (since: number): string => `${Math.round((performance.now() - since) / 1000)} s`;
