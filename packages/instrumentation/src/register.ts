import { UnderstudyError } from './errors.js';
import { NO_CONFIGURATION, UnderstudyInstrumentation } from './instrumentation.js';

/** The instance that `node --import @understudy/instrumentation/register` made, or null where it could make none. */
export const understudy: UnderstudyInstrumentation | null = register();

function register(): UnderstudyInstrumentation | null {
  try {
    const instrumentation = new UnderstudyInstrumentation();
    if (instrumentation.status === 'absent') console.warn(`understudy is off: ${NO_CONFIGURATION}`);
    instrumentation.enable();
    return instrumentation;
  } catch (error) {
    // The service must start as it would without us: a mistake in our configuration is said once, and that is all.
    console.error(`understudy is off: ${UnderstudyError.isInstance(error) ? error.message : String(error)}`);
    return null;
  }
}
