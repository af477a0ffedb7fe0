/** All YAML of the repository against its schemas: `node tools/schemas/main.ts`. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { checkFile } from './check-file.ts';

const paths = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.yaml', '*.yml'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '');
const failures = paths.flatMap((path) =>
  checkFile(path, readFileSync(path, 'utf8')).map((failure) => ({ path, ...failure })),
);
for (const { path, at, message } of failures) console.error(`${path} ${at}: ${message}`);
console.log(`schemas: ${paths.length} files, ${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;
