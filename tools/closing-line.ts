/**
 * Prints `N passed, N failed` from vitest's JSON report, as the last line of CI.
 *
 * Arguments: the report, and the exit code of what ran. A file that could not be loaded, and a run that failed without a
 * failed test (a build, an error outside of tests), count as one failure each: the line never says `0 failed` of a failure.
 */
import { readFileSync } from 'node:fs';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

function read(path: string | undefined): Report | null {
  try {
    return JSON.parse(readFileSync(path ?? '', 'utf8')) as Report;
  } catch {
    return null;
  }
}

const [path, code] = process.argv.slice(2);
const report = read(path);
const broken = (report?.testResults ?? []).filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
);
let failed = (report?.numFailedTests ?? 0) + broken.length;
if (failed === 0 && (code !== '0' || report === null)) failed = 1;

for (const { name } of broken) console.log(`could not be run: ${name}`);
console.log(`\n${report?.numPassedTests ?? 0} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
