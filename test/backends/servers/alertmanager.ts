import { join } from 'node:path';
import { freePort } from '../../servers/process.js';
import { findProgram } from './find-program.js';
import { type Server, startServer } from './start-server.js';

const CONFIG = 'alertmanager.yml';

/** An Alertmanager of its own, alone. @param config its configuration, YAML. */
export async function startAlertmanager(config: string): Promise<Server> {
  const program = await findProgram('alertmanager');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return await startServer({
    name: 'alertmanager',
    program,
    url,
    ready: `${url}/-/ready`,
    files: { [CONFIG]: config },
    args: (folder) => [
      `--config.file=${join(folder, CONFIG)}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
  });
}
