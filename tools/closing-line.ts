/**
 * Prints what failed and `N passed, N failed` from vitest's JSON reports, as the last lines of CI: of a long log often only
 * the end is kept.
 *
 * Arguments: the names of the steps that failed, empty where none did, and the reports. A file that could not be loaded, and a
 * run that failed without a failed test (a build, an error outside of tests), count as one failure each: the line never says
 * `0 failed` of a failure.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly Assertion[];
  }[];
}

interface Assertion {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[] | null;
}

/** Of what a failed test says: an assertion of two long values may fill a screen. */
const MOST_LINES = 12;
const MOST_CHARACTERS = 1500;

function read(path: string | undefined): Report | null {
  try {
    return JSON.parse(readFileSync(path ?? '', 'utf8')) as Report;
  } catch {
    return null;
  }
}

/** The first lines of a message, indented, without the colours of a terminal. */
function excerpt(message: string): string {
  const lines = stripVTControlCharacters(message).slice(0, MOST_CHARACTERS).split('\n').slice(0, MOST_LINES);
  return lines.map((line) => `    ${line}`).join('\n');
}

const [steps, ...paths] = process.argv.slice(2);
const reports = paths.map(read);
const found = reports.filter((report) => report !== null);
const sumOf = (count: (report: Report) => number): number => found.reduce((sum, report) => sum + count(report), 0);
const files = found.flatMap(({ testResults }) => testResults);
const isFailed = ({ status }: { readonly status: string }): boolean => status === 'failed';
const broken = files.filter((file) => isFailed(file) && !file.assertionResults.some(isFailed));
let failed = sumOf((report) => report.numFailedTests) + broken.length;
if (failed === 0 && (steps !== '' || found.length < Math.max(1, reports.length))) failed = 1;

for (const { name, assertionResults } of files) {
  for (const { fullName, failureMessages } of assertionResults.filter(isFailed))
    console.log(`failed: ${relative('.', name)}: ${fullName}\n${excerpt((failureMessages ?? []).join('\n'))}`);
}
for (const { name, message } of broken) console.log(`could not be run: ${relative('.', name)}\n${excerpt(message)}`);
if (steps !== '') console.log(`failed steps: ${steps}`);
console.log(`\n${sumOf((report) => report.numPassedTests)} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
