import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const SERVICES = fileURLToPath(new URL('fixtures/', import.meta.url));
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Makes folders with a service of the fixtures and everything it needs installed; gone when the tests of the file have ended. */
export function serviceFolders(): (service: string) => string {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return (service) => {
    const folder = mkdtempSync(join(tmpdir(), `understudy-${service}-`));
    folders.push(folder);
    cpSync(join(SERVICES, service), folder, { recursive: true });
    symlinkSync(MODULES, join(folder, 'node_modules'));
    return folder;
  };
}
