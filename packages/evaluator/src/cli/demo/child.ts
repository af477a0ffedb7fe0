import { type ChildProcess, fork } from 'node:child_process';
import { childEnvironment } from '../../config.js';

/** Variables that would change what the demo does. */
const NEUTRAL = {
  UNDERSTUDY_ENABLED: '',
  UNDERSTUDY_CONFIG: '',
  UNDERSTUDY_QUEUE_URL: '',
  UNDERSTUDY_SAMPLE_RATE: '',
  NODE_USE_ENV_PROXY: '',
  NODE_OPTIONS: '',
};

/** Starts a process of the demo's own, with a channel to it. What it prints goes to our standard error. */
export function startChild(module: URL): ChildProcess {
  return fork(module, { env: childEnvironment(NEUTRAL), execArgv: [], stdio: ['ignore', 2, 2, 'ipc'] });
}
