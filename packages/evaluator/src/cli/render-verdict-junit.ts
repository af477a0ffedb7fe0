import type { Standing } from '../decide/standing.js';
import type { BadSegment, GateVerdict, State, Verdict } from '../decide/verdict.js';
import { describeGate } from '../decide/describe.js';

/** What came of a test case. */
type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

interface TestCase {
  readonly name: string;
  readonly outcome: Outcome;
  /** Why, in a word, and in a sentence. */
  readonly type: string;
  readonly message: string;
}

/**
 * A verdict as JUnit's XML: a test case for the verdict itself, and one for each gate and stream. Harm is a failure, what is open is skipped,
 * and a comparison that is biased is an error.
 *
 * @param at When it was decided, in epoch ms.
 */
export function renderVerdictJunit(
  { run, arm, verdict }: Standing,
  { at, acceptProvisional }: { readonly at: number; readonly acceptProvisional: boolean },
): string {
  const cases = [
    verdictCase(verdict, acceptProvisional),
    ...verdict.gates.map((gate) => gateCase(gate, acceptProvisional)),
    ...verdict.badSegments.map(segmentCase),
  ];
  const counted = (outcome: Outcome): number => cases.filter((one) => one.outcome === outcome).length;
  const counts = `tests="${cases.length}" failures="${counted('failure')}" errors="${counted('error')}" skipped="${counted('skipped')}"`;
  const name = `understudy ${run.experiment} ${arm}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="understudy" ${counts} time="0">`,
    `  <testsuite name=${quoted(name)} ${counts} time="0" timestamp="${new Date(at).toISOString()}">`,
    '    <properties>',
    ...Object.entries({ run: run.id, k: String(run.k), state: verdict.state, reason: verdict.reason }).map(
      ([property, value]) => `      <property name="${property}" value=${quoted(value)}/>`,
    ),
    '    </properties>',
    ...cases.flatMap((one) => caseLines(one, `understudy.${run.experiment}.${arm}`)),
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}

function verdictCase({ state, reason, sentence }: Verdict, acceptProvisional: boolean): TestCase {
  return { name: 'verdict', outcome: outcomeOfState(state, acceptProvisional), type: reason, message: sentence };
}

function outcomeOfState(state: State, acceptProvisional: boolean): Outcome {
  switch (state) {
    case 'go':
      return 'passed';
    case 'go_provisional':
      return acceptProvisional ? 'passed' : 'skipped';
    case 'hold':
      return 'skipped';
    case 'no_go':
      return 'failure';
    case 'invalid':
      return 'error';
  }
}

function gateCase(gate: GateVerdict, acceptProvisional: boolean): TestCase {
  const { gate: name, stream, state } = gate;
  const isPassed = state === 'safe' || (state === 'provisional' && acceptProvisional);
  const outcome = state === 'harm' ? 'failure' : isPassed ? 'passed' : 'skipped';
  return { name: stream === '_all' ? name : `${name} in ${stream}`, outcome, type: state, message: describeGate(gate) };
}

/** It holds the verdict, and stops nothing. */
function segmentCase({ stream, gate }: BadSegment): TestCase {
  const message = describeGate({ ...gate, state: 'harm' });
  return { name: `segment ${stream}`, outcome: 'skipped', type: 'segment', message };
}

function caseLines({ name, outcome, type, message }: TestCase, classname: string): readonly string[] {
  const head = `    <testcase name=${quoted(name)} classname=${quoted(classname)} time="0"`;
  switch (outcome) {
    case 'passed':
      return [`${head}>`, `      <system-out>${escaped(message)}</system-out>`, '    </testcase>'];
    case 'skipped':
      return [`${head}>`, `      <skipped message=${quoted(`${type}: ${message}`)}/>`, '    </testcase>'];
    case 'failure':
    case 'error':
      return [
        `${head}>`,
        `      <${outcome} type=${quoted(type)} message=${quoted(message)}>${escaped(message)}</${outcome}>`,
        '    </testcase>',
      ];
  }
}

function quoted(text: string): string {
  return `"${escaped(text)
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\n\r]/g, ' ')}"`;
}

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(NOT_XML, '\u{fffd}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** What XML 1.0 holds in no form, not even as a reference (its production 2, Char). */
// oxlint-disable-next-line no-control-regex
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
