import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { startProcess, untilReady } from './process.js';

/** A process that has ended and that nobody has collected counts as ended. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('Z') === false;
  } catch {
    return false;
  }
}

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-process-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(process.platform !== 'linux')('a server process of a test', () => {
  it('ends, and its folder goes, when the process that started it is killed', async () => {
    const folder = newFolder();
    const script = `
      import { startProcess } from ${JSON.stringify(new URL('process.ts', import.meta.url).href)};
      const server = await startProcess('sleep', ['600'], { cwd: process.argv[1] });
      console.log(server.pid);
      setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(printed.toString());
    expect(isRunning(pid)).toBe(true);

    parent.kill('SIGKILL');
    for (let tries = 0; tries < 100 && (isRunning(pid) || existsSync(folder)); tries += 1) await sleep(20);
    expect({ running: isRunning(pid), folder: existsSync(folder) }).toEqual({ running: false, folder: false });
  });

  it('is killed when it does not end in time', async () => {
    const server = await startProcess('sh', ['-c', 'trap "" TERM; echo deaf; while :; do sleep 0.1; done'], {
      cwd: newFolder(),
    });
    await untilReady(server, () => Promise.resolve(server.log().includes('deaf')));
    await server.end('SIGTERM', 100);
    expect(server.running).toBe(false);
  });

  it('says what a server printed that ended at start', async () => {
    const server = await startProcess('sh', ['-c', 'echo no such setting >&2; exit 1'], { cwd: newFolder() });
    await expect(untilReady(server, () => Promise.resolve(false))).rejects.toThrow('no such setting');
  });

  it('rejects for a program that is not there', async () => {
    await expect(startProcess('no-such-program', [], { cwd: newFolder() })).rejects.toThrow('ENOENT');
  });
});
