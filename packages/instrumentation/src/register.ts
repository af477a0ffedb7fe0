import { UnderstudyError } from './errors.js';
import { NO_CONFIGURATION, UnderstudyInstrumentation } from './instrumentation.js';

/** The instance that `node --import @understudy/instrumentation/register` made, or null where it could make none. */
export const understudy: UnderstudyInstrumentation | null = register();

function register(): UnderstudyInstrumentation | null {
  try {
    const instrumentation = new UnderstudyInstrumentation();
    if (instrumentation.status === 'absent') say(NO_CONFIGURATION);
    instrumentation.enable();
    return instrumentation;
  } catch (error) {
    // The service must start as it would without us: a mistake in our configuration is said once, and that is all.
    say(UnderstudyError.isInstance(error) ? error.message : String(error));
    return null;
  }
}

/** Nothing of the host's logging is there yet when this runs. */
function say(reason: string): void {
  process.stderr.write(`understudy is off: ${reason}\n`);
}
