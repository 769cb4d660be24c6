/** A fabricated host in a temporary directory, and little servers that answer a ping the way daemons do. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Environment, Host } from '../../../src/setup/host.ts';

/** A temporary directory that goes with the test. Short, because sockets live in it. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ts-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export interface FakeHost {
  readonly host: Host;
  readonly root: string;
  /** Writes a file below the root and answers its full path. */
  readonly put: (path: string, text: string) => Promise<string>;
}

/** Nothing of the real machine shows through: no PATH, no home, no sockets. */
export async function fakeHost(env: Environment = {}): Promise<FakeHost> {
  const root = await temporaryDirectory();
  return {
    root,
    host: { platform: 'linux', env, home: '/home/u', isRoot: false, fileSystemRoot: root },
    put: async (path, text) => {
      const full = join(root, path);
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, text);
      return full;
    },
  };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export const dockerAnswer: Answer = (_request, response) => {
  response
    .writeHead(200, { 'api-version': '1.41', ostype: 'linux', server: 'Docker/20.10.24 (linux)' })
    .end('OK');
};

/** Listens on a unix socket until the test ends. */
export async function serveOnSocket(path: string, answer: Answer = dockerAnswer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
}
