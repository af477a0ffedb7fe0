import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, fail, ok, skipped, warn } from '../finding.js';

const NODE = [22, 19];
const API = '@opentelemetry/api';
const SDKS = [
  '@opentelemetry/sdk-node',
  '@opentelemetry/sdk-trace',
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/sdk-trace-base',
];
const OURS = '@understudy/instrumentation';

/** Node, and what of OpenTelemetry is installed beside the service. */
export function checkPackages(folder: string, node: string): readonly Finding[] {
  return [
    checkNode(node),
    ...(existsSync(join(folder, 'node_modules')) ? checkInstalled(folder) : [nothingInstalled(folder)]),
  ];
}

function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isNew = major > (NODE[0] ?? 0) || (major === NODE[0] && minor >= (NODE[1] ?? 0));
  return isNew ? ok('node', version) : fail('node', version, `run the service on Node ${NODE.join('.')} or newer`);
}

function nothingInstalled(folder: string): Finding {
  return skipped(
    'packages',
    `${join(folder, 'node_modules')} is not there: run it in the folder of the service, or name it with --dir`,
  );
}

function checkInstalled(folder: string): readonly Finding[] {
  const apis = copiesOf(folder, API);
  const sdk = SDKS.flatMap((name) =>
    copiesOf(folder, name)
      .slice(0, 1)
      .map(({ version }) => `${name} ${version}`),
  )[0];
  return [checkApi(apis), checkSdk(sdk), checkOurs(copiesOf(folder, OURS))];
}

function checkApi(copies: readonly Copy[]): Finding {
  const [first] = copies;
  if (first === undefined) return fail(API, 'not installed', `npm install ${API}`);
  const majors = new Set(copies.map(({ version }) => version.split('.')[0]));
  const list = copies.map(({ version, within }) => `${version}${within === null ? '' : ` in ${within}`}`).join(', ');
  // Copies share what is registered under a global symbol, as long as they are of one major version and none is older than who registers.
  if (majors.size > 1)
    return fail(
      API,
      list,
      `copies of several major versions share nothing: \`npm dedupe\`, or upgrade what brings ${copies.at(-1)?.within ?? 'the older one'}`,
    );
  const versions = new Set(copies.map(({ version }) => version));
  if (versions.size > 1)
    return warn(
      API,
      list,
      'the one that is loaded first registers for all, and an older one is refused by a newer: `npm dedupe`',
    );
  return ok(API, list);
}

function checkSdk(found: string | undefined): Finding {
  if (found !== undefined) return ok('OpenTelemetry SDK', found);
  return fail(
    'OpenTelemetry SDK',
    'not installed',
    'only calls whose span is recorded are compared: npm install @opentelemetry/sdk-node (`understudy init` writes its file), or `shadow: { requireRecording: false }`',
  );
}

function checkOurs(copies: readonly Copy[]): Finding {
  const [first] = copies;
  if (first === undefined) return fail(OURS, 'not installed', `npm install ${OURS}`);
  if (copies.length > 1)
    return warn(
      OURS,
      copies.map(({ version }) => version).join(', '),
      'each copy would tap the same calls: `npm dedupe`',
    );
  return ok(OURS, first.version);
}

interface Copy {
  readonly version: string;
  /** The package that brings it; null: the service itself. */
  readonly within: string | null;
}

/** The copies of a package: the service's own, and those that its dependencies bring, one level down. */
function copiesOf(folder: string, name: string): readonly Copy[] {
  const modules = join(folder, 'node_modules');
  const own = versionIn(join(modules, name));
  const nested = packagesIn(modules).flatMap((within): readonly Copy[] => {
    const version = versionIn(join(modules, within, 'node_modules', name));
    return version === null ? [] : [{ version, within }];
  });
  return [...(own === null ? [] : [{ version: own, within: null }]), ...nested];
}

function packagesIn(modules: string): readonly string[] {
  return readdirSync(modules).flatMap((entry) => {
    if (entry.startsWith('.')) return [];
    return entry.startsWith('@') ? readdirSync(join(modules, entry)).map((name) => `${entry}/${name}`) : [entry];
  });
}

function versionIn(folder: string): string | null {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}
