import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { SCOPE } from '../emit/scope.js';
import { controlCommand } from './control.js';
import { demoCommand } from './demo.js';
import { CANDIDATES } from './demo/experiment.js';
import { doctorCommand } from './doctor.js';
import { eraseCommand } from './erase.js';
import { EXIT, exitOfError } from './exit-codes.js';
import { errorText } from './foreign-text.js';
import { initCommand } from './init.js';
import { labelCommand } from './label.js';
import { PLANNED_GATES } from './plan-gate.js';
import { planCommand } from './plan.js';
import { rejudgeCommand } from './rejudge.js';
import { replayCommand } from './replay.js';
import { reportCommand } from './report.js';
import { runCommand } from './run.js';
import { statusCommand } from './status.js';
import { type Output, processOutput } from './terminal.js';
import { verdictCommand } from './verdict.js';

/** What may keep the process after a command has ended (an idle connection) is not waited for longer than this. */
const LINGER_MS = 1000;

/** The command line: `argv` as the process has it. Sets the exit code; never throws. */
export async function main(argv: readonly string[], output: Output = processOutput()): Promise<void> {
  process.once('uncaughtException', (error) => {
    // Node would exit with 1, which here means NO_GO.
    output.err(output.errStyle.bad(errorText(error)));
    process.exit(EXIT.infrastructure);
  });
  process.exitCode = await execute(argv, output);
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

async function execute(argv: readonly string[], output: Output): Promise<number> {
  let code: number = EXIT.ok;
  const program = createProgram(output, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    output.err(output.errStyle.bad(errorText(error)));
    return exitOfError(error);
  }
}

function createProgram(output: Output, ended: (code: number) => void): Command {
  const program = new Command('understudy')
    .description(
      'Shadow deployment for LLM calls: scores every pair and states, with an error guarantee, GO, NO_GO or HOLD.',
    )
    .version(SCOPE.version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.out(text.trimEnd()), writeErr: (text) => output.err(text.trimEnd()) })
    .showHelpAfterError('(`understudy --help` and `understudy COMMAND --help` say what there is)')
    .addHelpText(
      'after',
      `
Configuration: --config FILE, else UNDERSTUDY_CONFIG, else ./understudy.yaml; UNDERSTUDY_QUEUE_URL and UNDERSTUDY_LEDGER_URL
override it. Without any: an embedded store in ./.understudy. Telemetry: OTEL_EXPORTER_OTLP_ENDPOINT.

Exit codes: 0 go (or done), 1 no_go, 2 hold or invalid, 3 wrong usage or configuration, 4 a store cannot be reached.`,
    );
  const config = (): Option => new Option('-c, --config <file>', 'the configuration file');
  const json = (): Option => new Option('--json', 'print JSON');

  program
    .command('init')
    .description('look at the service in this folder, write its configuration, and say what starts it from now on')
    .option('--candidate <model>', 'the model to try; asked for at a terminal')
    .option('--model <pattern>', "the incumbent's calls, such as gpt-5*; else the one model the sources name, else all")
    .option('--base-url <url>', 'where the candidate is asked, if not where the service asks')
    .option('--dialect <protocol>', "the protocol it speaks, if not the service's")
    .option('--key-env <variable>', 'the environment variable that holds its key')
    .option('--name <experiment>', 'the experiment; else named after the candidate')
    .option('--rate <rate>', 'the share of calls to compare, in [0, 1]; else 0.1', aRate)
    .option('--queue <url>', 'redis://, postgres:// or embedded:FOLDER; else embedded:./.understudy')
    .option('--ledger <url>', "postgres:// or embedded:FOLDER; else the queue's store")
    .option('--preset <policy>', 'a policy by name (docs/policy.md)')
    .option('--dir <folder>', "the service's folder; else this one")
    .option('-f, --force', 'write over files that are there')
    .option('-n, --dry-run', 'print the files, and write none')
    .addOption(json())
    .action(async (options: Parameters<typeof initCommand>[0]) => ended(await initCommand(options, output)));
  program
    .command('doctor')
    .description(
      'look at everything a comparison needs; of what is wrong, why and what to do. Exits 2 where something fails',
    )
    .addOption(config())
    .option('--dir <folder>', "the service's folder, for what is installed there; else this one")
    .option('--no-calls', 'ask no model: each is asked one word otherwise, for a few tokens')
    .addOption(json())
    .action(async (options: Parameters<typeof doctorCommand>[0]) => ended(await doctorCommand(options, output)));
  program
    .command('run')
    .description('run the evaluator until SIGINT or SIGTERM')
    .addOption(config())
    .option(
      '--listen <address>',
      'answer /api/verdict at PORT (of this machine only) or HOST:PORT; else UNDERSTUDY_LISTEN',
    )
    .option('--accept-provisional', 'let /api/verdict pass what is go_provisional')
    .action(async (options: Parameters<typeof runCommand>[0]) => ended(await runCommand(options, output)));
  program
    .command('status')
    .description('print runs, the funnel, producers, what waits and what was put aside')
    .addOption(config())
    .addOption(json())
    .option('-w, --watch', 'again every second')
    .action(async (options: Parameters<typeof statusCommand>[0]) => ended(await statusCommand(options, output)));
  program
    .command('verdict')
    .description('print the verdict on a candidate, and exit with it')
    .addOption(config())
    .addOption(json().conflicts('markdown'))
    .addOption(new Option('--markdown', 'print Markdown, for a comment on a pull request'))
    .addOption(new Option('--junit <file>', "write JUnit's XML as well; `-`: to the standard output, and nothing else"))
    .option('-e, --experiment <name>', 'the experiment, where there are several')
    .option('-a, --arm <name>', 'the candidate, where there are several')
    .option('--accept-provisional', 'let go_provisional exit 0')
    .action(async (options: Parameters<typeof verdictCommand>[0]) => ended(await verdictCommand(options, output)));
  program
    .command('plan')
    .description(
      'pairs, days and dollars that a verdict needs: at the rates of the ledger, or of one gate as flags describe it',
    )
    .addOption(config())
    .addOption(json())
    .option('-e, --experiment <name>', 'only this experiment')
    .option('-a, --arm <name>', 'only this candidate')
    .option('--power <probability>', 'with which each gate is to be passed; default 0.8', between(0, 1))
    .option('--pairs-per-day <number>', 'pairs of evidence a day', between(0, Infinity))
    .option('--usd-per-pair <dollars>', 'what a pair of evidence costs', between(0, Infinity))
    .addOption(new Option('--gate <name>', 'one gate, without any store; default errors').choices(PLANNED_GATES))
    .option('--margin <share>', 'its margin', between(0, 0.5))
    .option('--ratio <number>', 'of a gate on latency, first chunks, cost or tokens', between(0, 10))
    .option(
      '--base-rate <share>',
      'how often the incumbent fails, refuses, or is invalid; default 0.01',
      between(0, 1, true),
    )
    .option('--ties <share>', 'of judged pairs; default 0.3', between(0, 1, true))
    .option('--sigma <number>', 'of the logarithm of latencies; default 0.5', between(0, 10))
    .option('--sensitivity <share>', "the judge's J; default 0.8", between(0, 1, true))
    .option(
      '--typical <share>',
      'what a call takes on average, as a share of `mostPerCall` of cost or tokens; default 0.1',
      between(0, 1),
    )
    .option('--alpha <share>', "in the place of the policy's", between(0, 0.5))
    .option('--run <number>', 'the how many-th run of the experiment', (text) => wholeNumber(text, 1, 1000))
    .option('--candidates <number>', 'of the experiment', (text) => wholeNumber(text, 1, 1000))
    .addHelpText('after', PLAN_EXAMPLES)
    .action(async (options: Parameters<typeof planCommand>[0]) => ended(await planCommand(options, output)));
  program
    .command('replay <file>')
    .description('decide on trials in lines of JSON, without a queue or a ledger; `-`: from the standard input')
    .option('-p, --policy <file>', 'a policy, an experiment or a configuration, in YAML; without it the defaults')
    .option('-e, --experiment <name>', 'the experiment of the configuration, where there are several')
    .option('-a, --arm <name>', 'the candidate, where there are several')
    .option('-r, --run <id>', 'only pairs of this run')
    .addOption(json())
    .addOption(new Option('--by <what>', 'print every one of them on its own, too').choices(['segment']))
    .option(
      '--sensitivity <J>',
      "of the judge, as `status` shows it; without it the judge's word is not counted",
      aShare,
    )
    .option('--declared', 'the policy was written down before the first pair, whatever run the pairs name')
    .option('--lenient', 'go on after a line that cannot be read; the verdict is then never GO')
    .option('--shuffle <seed>', 'read the pairs in another order: it says the same', (text) =>
      wholeNumber(text, 0, 2 ** 31),
    )
    .option('--shards <number>', 'tally in so many parts, and merge them: it says the same', (text) =>
      wholeNumber(text, 1, 64),
    )
    .option('--accept-provisional', 'let go_provisional exit 0')
    .action(async (file: string, options: Parameters<typeof replayCommand>[1]) =>
      ended(await replayCommand(file, options, output)),
    );
  program
    .command('report')
    .description(
      'write the verdict on a candidate as one HTML file: the sentence, estimates over time, segments, the worst pairs',
    )
    .addOption(config())
    .option('-e, --experiment <name>', 'the experiment, where there are several')
    .option('-a, --arm <name>', 'the candidate, where there are several')
    .option('-o, --out <file>', 'the file; without it, or `-`: the standard output')
    .action(async (options: Parameters<typeof reportCommand>[0]) => ended(await reportCommand(options, output)));
  program
    .command('erase')
    .description('remove what a person or a pair said from the queue and the ledger; numbers and verdicts stay')
    .addOption(config())
    .addOption(json())
    .option('-s, --subject <value>', 'all of a subject, as the `subject` attribute of its calls names it')
    .option('-p, --pair <id>', 'one pair, and the others of its call')
    .option('-n, --dry-run', 'only count what would be erased')
    .action(async (options: Parameters<typeof eraseCommand>[0]) => ended(await eraseCommand(options, output)));
  program
    .command('rejudge')
    .description("judge an experiment's stored pairs by another judge or rubric; its word is shown, the verdict stays")
    .addOption(config())
    .addOption(json())
    .option('-e, --experiment <name>', 'the experiment, where there are several')
    .option(
      '-r, --rubric <rubric>',
      'a built-in rubric, or the path of a YAML file, in the place of the configured one',
    )
    .option('-l, --limit <pairs>', 'pairs at most', (text) => wholeNumber(text, 1, 1_000_000_000))
    .option('-n, --dry-run', 'only count what would be judged')
    .action(async (options: Parameters<typeof rejudgeCommand>[0]) => ended(await rejudgeCommand(options, output)));
  program
    .command('control')
    .description('print or set what services follow within a second: the switch, the rate, the window')
    .addOption(config())
    .addOption(json())
    .option('-e, --experiment <name>', 'the experiment, where there are several')
    .option('--on', 'compare calls, whatever the configuration says')
    .option('--off', 'compare none')
    .option('--rate <rate>', 'in the place of sample.rate, in [0, 1]; 0 samples nothing, rules or not', aRate)
    .option('--from <time>', 'the beginning of the window: `now`, or a time as 2026-11-21T00:00:00Z', aTime)
    .option('--until <time>', 'its end', aTime)
    .option('--clear', 'forget what was set before: all as configured')
    .addHelpText('after', CONTROL_EXAMPLES)
    .action(async (options: Parameters<typeof controlCommand>[0]) => ended(await controlCommand(options, output)));
  program
    .command('label')
    .description('show pairs a judge was asked about, blinded, and take which answer is better')
    .addOption(config())
    .addOption(json())
    .option('-e, --experiment <name>', 'only pairs of this experiment')
    .option('--export <file>', 'write open pairs as JSON lines; `-`: to the standard output')
    .option('--import <file>', 'read labels from JSON lines; `-`: from the standard input')
    .addHelpText('after', LABEL_EXAMPLES)
    .action(async (options: Parameters<typeof labelCommand>[0]) => ended(await labelCommand(options, output)));
  program
    .command('demo')
    .description('the whole of it on this machine: no key, no server; under a minute')
    .addOption(
      new Option('--candidate <kind>', 'the candidate to try').choices(Object.keys(CANDIDATES)).default('good'),
    )
    .option('--calls <number>', 'calls of the service', (text) => wholeNumber(text, 1, 100_000), 3000)
    .option(
      '--seed <number>',
      'decides every conversation, answer and latency',
      (text) => wholeNumber(text, 0, 2 ** 31),
      1,
    )
    .addOption(json())
    .option('--keep', 'keep the store and print its folder')
    .action(async (options: Parameters<typeof demoCommand>[0]) => ended(await demoCommand(options, output)));
  return program;
}

const PLAN_EXAMPLES = `
Examples:
  understudy plan                                            every experiment, at the rates of the ledger
  understudy plan -e support-mini --usd-per-pair 0.004
  understudy plan --gate errors --margin 0.01 --base-rate 0.03 --pairs-per-day 2000
  understudy plan --gate win_rate --margin 0.05 --ties 0.4 --sensitivity 0.9
  understudy plan --gate latency_p95 --ratio 1.2 --sigma 0.6
  understudy plan --gate cost --ratio 0.8 --typical 0.2`;

const CONTROL_EXAMPLES = `
Examples:
  understudy control                                         what is set, and which services follow
  understudy control --off                                   nothing is compared, within a second
  understudy control --on --rate 0.02                        again, a fiftieth of the calls
  understudy control -e support-mini --until 2026-12-01T00:00:00Z
  understudy control --clear                                 all as configured

What is set is kept in the queue's store and outlives restarts. UNDERSTUDY_ENABLED=false of a service is over all of it.`;

const LABEL_EXAMPLES = `
In a terminal: a, b: the better answer; t: a tie; s: cannot say (final); q: quit. What is answered is stored at once, so
that anyone can go on. Which answer is A is drawn by lot.

Examples:
  understudy label -e support-mini
  understudy label --export pairs.jsonl       one line a pair: {"pair", "run", "experiment", "segment", "request", "a", "b", "deadline"}
  understudy label --import labels.jsonl      one line a label: {"pair": "...", "answer": "A"}, or "B", "tie", "skip"

A file is imported as a whole or, where a line is wrong, not at all; again it changes nothing. The first answer to a pair stays.`;

function aRate(text: string): number {
  const rate = Number(text);
  if (text.trim() !== '' && rate >= 0 && rate <= 1) return rate;
  throw new InvalidArgumentError('Expected a number in [0, 1].');
}

/** ISO 8601 with an offset: a time without one would be another in every place. */
function aTime(text: string): number {
  if (text === 'now') return Date.now();
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (time >= 0) return time;
  throw new InvalidArgumentError('Expected `now`, or a time with its offset such as 2026-11-21T00:00:00Z.');
}

/** A number between two others, without them; `closed`: or the lower one. */
function between(low: number, high: number, closed = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && (value > low || (closed && value === low)) && value < high) return value;
    const range = high === Infinity ? `above ${low}` : `${closed ? 'from' : 'above'} ${low} and below ${high}`;
    throw new InvalidArgumentError(`Expected a number ${range}.`);
  };
}

function aShare(text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share > 0 && share <= 1) return share;
  throw new InvalidArgumentError('Expected a number in (0, 1].');
}

function wholeNumber(text: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`);
}
