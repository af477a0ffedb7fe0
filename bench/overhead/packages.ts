import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The SDKs that the instrumentations are held against, by their name here. */
export const SDKS = { '5': 'openai5', '6': 'openai6', '7': 'openai' } as const;
export type SdkVersion = keyof typeof SDKS;

/** These load the SDK themselves, or look for its name in the path: copied, since a link is resolved to where it leads. */
export const INSTRUMENTATIONS: readonly string[] = [
  '@opentelemetry/instrumentation-openai',
  '@traceloop/instrumentation-openai',
  '@arizeai/openinference-instrumentation-openai',
];

/** A folder in which `openai` is the given version, for the instrumentations that stand beside it too. */
export interface Packages extends Disposable {
  readonly folder: string;
  readonly version: string;
}

export function packagesWith(sdk: SdkVersion): Packages {
  const folder = mkdtempSync(join(root, 'node_modules', '.overhead-'));
  const modules = join(folder, 'node_modules');
  cpSync(realpathSync(join(root, 'node_modules', SDKS[sdk])), join(modules, 'openai'), { recursive: true });
  for (const name of INSTRUMENTATIONS) {
    cpSync(join(root, 'node_modules', name), join(modules, name), { recursive: true, dereference: true });
  }
  const remove = (): void => {
    if (existsSync(folder)) rmSync(folder, { recursive: true });
  };
  const { version } = JSON.parse(readFileSync(join(modules, 'openai/package.json'), 'utf8')) as { version: string };
  return { folder, version, [Symbol.dispose]: remove };
}
