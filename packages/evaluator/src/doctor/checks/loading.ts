import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, ok, warn } from '../finding.js';

const CHECK = 'order of loading';
const OURS = '@understudy/instrumentation';
const REGISTER = `${OURS}/register`;
const FIX = `start it with \`node --import ${REGISTER} ...\`, or with \`--import\` of the file that makes UnderstudyInstrumentation: clients that are made before it keep their fetch`;

/** SDKs that take the fetch there is when their client is made. */
const CLIENTS = ['openai', '@anthropic-ai/sdk', '@google/genai', '@mistralai/mistralai', 'ollama'];

/**
 * Whether what starts a service loads us before its clients, as far as its files tell; nothing where they do not. A service that runs has seen it
 * itself, which counts for more (`seen untapped`).
 */
export function checkLoading(folder: string, environment: { readonly nodeOptions: string | null }): readonly Finding[] {
  const script = startOf(folder);
  const preloads = [...preloadsIn(script ?? ''), ...preloadsIn(environment.nodeOptions ?? '')];
  if (preloads.includes(REGISTER)) return [ok(CHECK, `--import ${REGISTER}`)];
  const files = preloads.flatMap((path) => textOf(folder, path));
  const own = files.find(({ text }) => text.includes(OURS));
  if (own !== undefined) return [checkFile(own)];
  const entry = entryOf(script ?? '').flatMap((path) => textOf(folder, path))[0];
  if (entry?.text.includes(OURS) === true) return [checkFile(entry)];
  if (script === null) return [];
  return [warn(CHECK, `\`${script.slice(0, 120)}\` loads the service without ${OURS}`, FIX)];
}

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Imports run in the order in which they stand. */
function checkFile({ path, text }: SourceFile): Finding {
  const imported = [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import\s[^;]*?from\s*|import\s*|(?:const|let|var)\s[^;\n]*?require\()\s*['"]([^'"]+)['"]/g,
    ),
  ];
  const names = imported.map(([, name = '']) => name);
  const at = names.findIndex((name) => name === OURS || name === REGISTER);
  const client = names.slice(0, Math.max(at, 0)).find((name) => CLIENTS.includes(name));
  if (client === undefined) return ok(CHECK, path);
  return warn(CHECK, `${path} imports ${client} before ${names[at] ?? OURS}`, FIX);
}

/** What starts the service, as its package.json says. */
function startOf(folder: string): string | null {
  try {
    const { scripts, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      scripts?: Readonly<Record<string, unknown>>;
      main?: unknown;
    };
    const start = scripts?.['start'];
    if (typeof start === 'string') return start;
    return typeof main === 'string' ? `node ${main}` : null;
  } catch {
    return null;
  }
}

function preloadsIn(command: string): readonly string[] {
  return [...command.matchAll(/(?:--import|--require|-r)[= ]["']?([^\s"']+)/g)].map(([, path = '']) => path);
}

function entryOf(command: string): readonly string[] {
  const [, path] = /(?:^|\s)((?:\.?\/?[\w.-]+\/)*[\w.-]+\.[cm]?[jt]s)\s*$/.exec(command) ?? [];
  return path === undefined ? [] : [path];
}

function textOf(folder: string, path: string): readonly SourceFile[] {
  const file = join(folder, path);
  if (!/\.[cm]?[jt]s$/.test(path) || !existsSync(file)) return [];
  return [{ path, text: readFileSync(file, 'utf8') }];
}
