import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Report, Told } from './report.js';

const hooks = join(import.meta.dirname, '../ways-of-calling/source-modules.mjs');

/** Runs a service of this folder in a process of its own and gives what it reported. @throws with its errors where it failed. */
export async function runService(
  [script, ...args]: readonly [string, ...string[]],
  world: Told,
  environment: Readonly<Record<string, string>> = {},
): Promise<Report> {
  return JSON.parse(
    await runNode(['--import', hooks, join(import.meta.dirname, script), ...args], world, environment),
  ) as Report;
}

/** Runs Node and gives its standard output. @throws with its errors where it failed. */
export async function runNode(
  args: readonly string[],
  world: Told,
  environment: Readonly<Record<string, string>> = {},
  cwd: string = import.meta.dirname,
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], WORLD: JSON.stringify(world), ...environment };
    execFile(process.execPath, [...args], { cwd, env, timeout: 25_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${args.join(' ')}: ${error.message}\n${stderr}\n${stdout}`));
    });
  });
}
