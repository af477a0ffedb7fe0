/**
 * Prints `N passed, N failed` from vitest's JSON reports, as the last line of CI.
 *
 * Arguments: the exit code of what ran, and the reports. A file that could not be loaded, and a run that failed without a
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

const [code, ...paths] = process.argv.slice(2);
const reports = paths.map(read);
const found = reports.filter((report) => report !== null);
const sumOf = (count: (report: Report) => number): number => found.reduce((sum, report) => sum + count(report), 0);
const broken = found
  .flatMap(({ testResults }) => testResults)
  .filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  );
let failed = sumOf((report) => report.numFailedTests) + broken.length;
if (failed === 0 && (code !== '0' || found.length < Math.max(1, reports.length))) failed = 1;

for (const { name } of broken) console.log(`could not be run: ${name}`);
console.log(`\n${sumOf((report) => report.numPassedTests)} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
