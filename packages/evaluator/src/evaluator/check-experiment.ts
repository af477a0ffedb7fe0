import { ConfigurationError } from '../errors.js';

/** Does what checks a part of an experiment; an error of it names the experiment, since a file holds many. */
export function checkExperiment(name: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(`experiment ${name}: ${error.source}`, error.issues, { cause: error });
  }
}
