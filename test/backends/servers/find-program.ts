import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isExecutable } from '../../servers/found.js';
import { buildProgram } from './build-program.js';
import { type Program, type ProgramName, PROGRAMS } from './programs.js';

const TOOLS = join(import.meta.dirname, '../tools');

/** A program that the suite needs is not there. The message names it, why, and what to do. */
class ProgramMissing extends Error {
  constructor(name: ProgramName, why: string, options?: ErrorOptions) {
    super(`${name}: ${why}. Wanted: ${PROGRAMS[name].install}`, options);
    this.name = 'ProgramMissing';
  }
}

const found = new Map<ProgramName, Promise<string>>();

/**
 * The path of a program: by its variable, the PATH, the cache (`${XDG_CACHE_HOME:-~/.cache}/understudy`), else built into it, which takes
 * minutes once. @throws ProgramMissing
 */
export function findProgram(name: ProgramName): Promise<string> {
  const known = found.get(name) ?? find(PROGRAMS[name]);
  found.set(name, known);
  return known;
}

async function find(program: Program): Promise<string> {
  const { name, variable, onPath, build } = program;
  const given = process.env[variable] ?? '';
  if (given !== '') {
    if (isExecutable(given)) return given;
    throw new ProgramMissing(name, `${variable} names ${given}, which is no program`);
  }
  const there = onPath.flatMap((each) => folders().map((folder) => join(folder, each))).filter(isExecutable);
  const taken = there.find((path) => program.accepts(path));
  if (taken !== undefined) return taken;
  if (build === null) throw new ProgramMissing(name, `no ${onPath.join(' and no ')} on the PATH`);
  const module = join(TOOLS, build.module);
  const path = join(cacheFolder(), `${name}-${keyOf(module)}`);
  if (isExecutable(path)) return path;
  const go = folders()
    .map((folder) => join(folder, 'go'))
    .find(isExecutable);
  const passed = there.length === 0 ? 'not on the PATH' : `${there.join(', ')} is too old`;
  if (go === undefined)
    throw new ProgramMissing(name, `${passed}, not in the cache (${path}), and there is no Go to build it`);
  try {
    await buildProgram({ go, module, package: build.package, tags: build.tags, path });
  } catch (cause) {
    throw new ProgramMissing(name, `it could not be built: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
  return path;
}

/** What it is built from decides the name: another version is another file. */
function keyOf(module: string): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(module, file)));
  return hash.digest('hex').slice(0, 12);
}

function cacheFolder(): string {
  const given = process.env['XDG_CACHE_HOME'] ?? '';
  return join(given === '' ? join(homedir(), '.cache') : given, 'understudy');
}

/** Where npm has not put its own before it. Debian keeps Go out of the way of users that have none. */
function folders(): readonly string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/go/bin'].filter((folder) => folder !== '');
}
