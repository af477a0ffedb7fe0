import { Command, CommanderError } from 'commander';
import { SCOPE } from '../emit/scope.js';
import { addDeciding } from './commands/deciding.js';
import { addGettingThere } from './commands/getting-there.js';
import { addJudging } from './commands/judging.js';
import { addRunning } from './commands/running.js';
import { EXIT, exitOfError } from './exit-codes.js';
import { errorText } from './foreign-text.js';
import { type Output, processOutput } from './terminal.js';

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
  const program = createProgram(output);
  const commands = {
    program,
    output,
    ended: async (work: Promise<number>): Promise<void> => {
      code = await work;
    },
  };
  for (const add of [addGettingThere, addRunning, addDeciding, addJudging]) add(commands);
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    output.err(output.errStyle.bad(errorText(error)));
    return exitOfError(error);
  }
}

function createProgram(output: Output): Command {
  return new Command('understudy')
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
}
