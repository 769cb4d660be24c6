/** An engine behind the SSH gateway, and OpenSSH's own programs as its clients. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SshAccess } from '../../schemas/ssh.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/options.ts';
import { silentLogger } from '../../src/log.ts';
import { describeHost } from '../../src/setup/host.ts';
import { installMissing } from '../../src/setup/install/packages.ts';
import { lineProgress } from '../../src/setup/progress.ts';
import { openGateway, type SshGateway } from '../../src/ssh/gateway.ts';
import { call, disposeEngine, type EngineChange, makeStateDir, testEngineOptions } from './open-engine.ts';

const CLIENT_TIMEOUT_MS = 60_000;

export interface SshStage {
  readonly engine: Engine;
  readonly gateway: SshGateway;
  /** A directory for the clients' files. */
  readonly dir: string;
  close(): Promise<void>;
}

/** The clients that the tests use, from the distribution where they are missing. */
export async function installClients(): Promise<void> {
  await installMissing(
    describeHost(process, process.env, homedir()),
    [
      {
        purpose: 'to test SSH',
        programs: ['ssh', 'scp', 'sftp', 'ssh-keygen', 'rsync', 'git'],
        packages: ['openssh-client', 'rsync', 'git'],
      },
    ],
    lineProgress((line) => process.stderr.write(`${line}\n`)),
    true,
  );
}

export async function openSshStage(change: EngineChange = {}): Promise<SshStage> {
  const stateDir = makeStateDir();
  let gateway: SshGateway | null = null;
  const engine = await openEngine(
    testEngineOptions(stateDir, { sshEndpoint: () => gateway?.endpoint ?? null, ...change }),
  );
  const opened = await openGateway({
    host: '127.0.0.1',
    port: 0,
    stateDir,
    admit: async (token) => await Promise.resolve(engine.admitSsh(token)),
    log: change.log ?? silentLogger(),
  }).catch(async (error: unknown) => {
    // Nobody gets a stage that could be closed, so what was opened ends here.
    await disposeEngine(engine, stateDir);
    throw error;
  });
  gateway = opened;
  const dir = mkdtempSync(join(tmpdir(), 'thaw-ssh-'));
  mkdirSync(join(dir, 'home'));
  return {
    engine,
    gateway: opened,
    dir,
    async close() {
      await opened.close();
      await disposeEngine(engine, stateDir);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface Client {
  /** `thaw-box`, as the file at `config` knows the sandbox. */
  readonly host: string;
  readonly config: string;
  readonly access: SshAccess;
}

/** A token for a sandbox, and a configuration of the client that holds what the tool answered and nothing of the machine's. */
export async function makeClient(
  { engine, dir }: SshStage,
  sandbox: string,
  expiresInMinutes = 60,
): Promise<Client> {
  const access = await engine.ssh.create(sandbox, { expiresInMinutes }, call());
  const config = join(dir, `config-${access.id}`);
  const own = `  UserKnownHostsFile ${join(dir, 'known_hosts')}\n  LogLevel ERROR\n  ConnectTimeout 20\n`;
  writeFileSync(config, `${access.sshConfig}${own}`);
  return { host: `thaw-${sandbox}`, config, access };
}

export interface ClientResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A program that runs beside the test; it ends with the test at the latest. */
export function startClient(
  stage: Pick<SshStage, 'dir'>,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    stdio: 'pipe',
    cwd: stage.dir,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: join(stage.dir, 'home'), ...env },
    timeout: CLIENT_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => undefined);
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, 'close').then(
    ([code]: (number | null)[]): ClientResult => ({
      code: code ?? null,
      stdout: Buffer.concat(stdout),
      stderr,
    }),
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, ended, output: () => Buffer.concat(stdout).toString('utf8'), errors: () => stderr };
}

export async function runClient(
  stage: Pick<SshStage, 'dir'>,
  argv: readonly string[],
  options: { readonly input?: string | Buffer; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ClientResult> {
  const { child, ended } = startClient(stage, argv, options.env);
  child.stdin.end(options.input ?? '');
  return await ended;
}

/** Runs a command over ssh. */
export const ssh = async (
  stage: SshStage,
  client: Client,
  args: readonly string[],
  options: Parameters<typeof runClient>[2] = {},
): Promise<ClientResult> =>
  await runClient(stage, ['ssh', '-F', client.config, client.host, ...args], options);
