import { globSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { check } from './check.ts';
import { OTHER_FOLDERS, PACKAGES } from './rules.ts';
import { scan } from './scan.ts';

const folders = [...PACKAGES.map(({ src }) => src), ...OTHER_FOLDERS];
const paths = folders
  .flatMap((folder) => globSync(`${folder}/**/*.{ts,mts,cts}`, { exclude: ['**/node_modules/**', '**/dist/**'] }))
  .map((path) => path.split(sep).join('/'));
const violations = check(paths.map((path) => scan(path, readFileSync(path, 'utf8'))));

for (const { path, line, rule, message, fix } of violations) {
  console.error(`${path}:${line} ${rule}: ${message}. Fix: ${fix}.`);
}
console.log(`import rules: ${paths.length} files, ${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
