/** `thaw install` on real files: what it writes, what it keeps, and when it leaves everything alone. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands.ts';
import { runCli } from '../../../src/cli/run.ts';
import { readConfigFile, replaceConfigFile } from '../../../src/client-config/config-file.ts';
import { systemClock } from '../../../src/clock.ts';
import { fakeProcess } from '../../support/fake-process.ts';

const node = '/opt/node/bin/node';
const program = realpathSync(fileURLToPath(new URL('../../../src/main.ts', import.meta.url)));

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'thaw-install-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function install(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { host, stdout, stderr } = fakeProcess({
    self: [node, program],
    environment: { HOME: home, ...environment },
  });
  const code = await runCli(['install', ...args], commands, host);
  return { code, stdout: stdout(), stderr: stderr() };
}

const fileOf = (...parts: readonly string[]): string => join(home, ...parts);
const cursor = (): string => fileOf('.cursor', 'mcp.json');
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const backups = (file: string): string[] =>
  readdirSync(dirname(file)).filter((name) => name.includes('.thaw-') && name.endsWith('.bak'));

function put(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const entry = { command: node, args: [program, 'mcp'] };

describe('the file of each client', () => {
  it.each([
    ['claude', '.config/Claude/claude_desktop_config.json', { mcpServers: { thaw: entry } }],
    ['claude-code', '.claude.json', { mcpServers: { thaw: { type: 'stdio', ...entry } } }],
    ['vscode', '.config/Code/User/mcp.json', { servers: { thaw: { type: 'stdio', ...entry } } }],
    ['cursor', '.cursor/mcp.json', { mcpServers: { thaw: entry } }],
  ])('of %s is made when it is missing', async (client, path, expected) => {
    const { code, stdout, stderr } = await install([client]);
    expect([code, read(fileOf(path))]).toEqual([0, expected]);
    expect(stdout).toContain(`--- /dev/null\n+++ ${fileOf(path)}\n@@ -0,0 +1,`);
    expect(stderr).toContain(`Wrote "thaw" into ${fileOf(path)}.`);
    expect(statSync(fileOf(path)).mode & 0o777).toBe(0o600);
    expect(backups(fileOf(path))).toEqual([]);
  });
});

describe('thaw install', () => {
  const others = '{\n\t"theme": "dark",\n\t"mcpServers": {\n\t\t"other": { "command": "x" }\n\t}\n}\n';

  it('keeps the rest of the file, its mode, and a copy of it', async () => {
    chmodSync(put(cursor(), others), 0o640);
    const { code, stdout } = await install(['cursor']);
    expect(code).toBe(0);
    expect(readFileSync(cursor(), 'utf8')).toBe(
      `{\n\t"theme": "dark",\n\t"mcpServers": {\n\t\t"other": { "command": "x" },\n\t\t"thaw": {\n\t\t\t"command": "${node}",\n\t\t\t"args": [\n\t\t\t\t"${program}",\n\t\t\t\t"mcp"\n\t\t\t]\n\t\t}\n\t}\n}\n`,
    );
    expect(stdout).toContain(
      '-\t\t"other": { "command": "x" }\n+\t\t"other": { "command": "x" },\n+\t\t"thaw": {\n',
    );
    expect(statSync(cursor()).mode & 0o777).toBe(0o640);
    const [backup = '', ...more] = backups(cursor());
    expect(more).toEqual([]);
    expect(backup).toMatch(/^mcp\.json\.thaw-\d{8}T\d{9}Z\.bak$/);
    expect(readFileSync(fileOf('.cursor', backup), 'utf8')).toBe(others);
    expect(readdirSync(fileOf('.cursor'))).toHaveLength(2);
  });

  it('changes nothing the second time, and the old text comes back with --remove', async () => {
    put(cursor(), others);
    await install(['cursor']);
    const before = readFileSync(cursor(), 'utf8');
    const again = await install(['cursor']);
    expect(again).toMatchObject({ code: 0, stdout: '' });
    expect(again.stderr).toContain('nothing to change');
    expect([readFileSync(cursor(), 'utf8'), backups(cursor()).length]).toEqual([before, 1]);
    expect((await install(['cursor', '--remove'])).code).toBe(0);
    expect(readFileSync(cursor(), 'utf8')).toBe(others);
    const gone = await install(['cursor', '--remove']);
    expect(gone).toMatchObject({ code: 0, stdout: '' });
    expect(gone.stderr).toContain('has no server "thaw"');
  });

  it('replaces an entry that is there, and adds another one under another name', async () => {
    put(cursor(), '{"mcpServers": {"thaw": {"command": "old"}}}');
    await install(['cursor', '--toolsets', 'core']);
    await install(['cursor', '--name', 'second']);
    expect(read(cursor())).toEqual({
      mcpServers: { thaw: { command: node, args: [program, 'mcp', '--toolsets', 'core'] }, second: entry },
    });
  });

  it('writes settings: flags as arguments with absolute paths, the environment as variables, no secret', async () => {
    const { stderr } = await install(['cursor', '--host-paths', 'a, /b', '--read-only', '--pool-target=2'], {
      THAW_STATE_DIR: '/s',
      DOCKER_HOST: 'tcp://d:1',
      DAYTONA_API_KEY: 'secret',
    });
    expect(read(cursor())).toEqual({
      mcpServers: {
        thaw: {
          command: node,
          args: [
            program,
            'mcp',
            '--pool-target',
            '2',
            '--read-only',
            '--host-paths',
            `${join(process.cwd(), 'a')},/b`,
          ],
          env: { THAW_STATE_DIR: '/s', DOCKER_HOST: 'tcp://d:1' },
        },
      },
    });
    expect(stderr).toContain('give --api-key-file');
  });

  it.each(['', ' \n'])('takes an empty file (%j) for one without servers', async (text) => {
    put(cursor(), text);
    expect((await install(['cursor'])).code).toBe(0);
    expect(read(cursor())).toEqual({ mcpServers: { thaw: entry } });
  });

  it('keeps comments and trailing commas, and asks VS Code for the key once', async () => {
    const text =
      '{\n  // my servers\n  "servers": {\n    "other": { "url": "https://x" }, // mine\n  },\n}\n';
    const file = put(fileOf('mcp.json'), text);
    const url = ['vscode', '--config', file, '--url', 'http://127.0.0.1:4440/mcp'];
    await install(url);
    await install([...url, '--name', 'second']);
    const written = readFileSync(file, 'utf8');
    expect(written).toContain('  // my servers\n');
    expect(written).toContain('"other": { "url": "https://x" }, // mine\n');
    expect(written.split('"thaw-api-key"')).toHaveLength(2);
    expect(written.split('"Bearer ${input:thaw-api-key}"')).toHaveLength(3);
    await install(['vscode', '--config', file, '--remove', '--name', 'second']);
    expect(readFileSync(file, 'utf8')).toContain('"thaw-api-key"');
    await install(['vscode', '--config', file, '--remove']);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('follows links and leaves them links', async () => {
    const real = put(fileOf('dotfiles', 'cursor.json'), '{}');
    mkdirSync(dirname(cursor()));
    symlinkSync(real, cursor());
    expect((await install(['cursor'])).code).toBe(0);
    expect(lstatSync(cursor()).isSymbolicLink()).toBe(true);
    expect(read(real)).toEqual({ mcpServers: { thaw: entry } });
    expect(backups(real)).toHaveLength(1);
  });

  it('shows without changing', async () => {
    put(cursor(), others);
    const dry = await install(['cursor', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stderr: 'Nothing was changed (--dry-run).\n' });
    expect(dry.stdout).toContain('+\t\t"thaw": {\n');
    const print = await install(['cursor', '--print']);
    expect(print).toEqual({
      code: 0,
      stdout: expect.stringContaining(`"args": ["${program}", "mcp"]`),
      stderr: '',
    });
    expect(JSON.parse(print.stdout)).toEqual({ mcpServers: { thaw: entry } });
    expect([readFileSync(cursor(), 'utf8'), readdirSync(dirname(cursor())).length]).toEqual([others, 1]);
    expect((await install(['claude', '--dry-run'])).code).toBe(0);
    expect(existsSync(fileOf('.config'))).toBe(false);
  });
});

describe('nothing is changed', () => {
  const isUntouched = (file: string, text: string | Uint8Array): void => {
    expect(readFileSync(file)).toEqual(Buffer.from(text));
    expect(readdirSync(dirname(file))).toHaveLength(1);
  };

  it.each([
    [
      'malformed',
      '{"mcpServers": {',
      'line 1, column 17: a name in double quotes is expected, and the text ends',
    ],
    ['no object', '[]', 'the file holds no object'],
    ['another shape', '{"mcpServers": []}', '"mcpServers" holds no object'],
    ['ambiguous', '{"mcpServers": {}, "mcpServers": {}}', '"mcpServers" is there twice'],
    ['not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 'is not UTF-8'],
  ])('in a file that is %s', async (_, text, message) => {
    mkdirSync(dirname(cursor()));
    writeFileSync(cursor(), text);
    const { code, stdout, stderr } = await install(['cursor']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain('Nothing was changed');
    isUntouched(cursor(), text);
  });

  it('in a file that is read-only, also for root', async () => {
    chmodSync(put(cursor(), '{}'), 0o444);
    const { code, stderr } = await install(['cursor']);
    expect([code, stderr]).toEqual([
      1,
      `thaw install: ${cursor()} is read-only. Nothing was changed; make it writable and try again.\n`,
    ]);
    isUntouched(cursor(), '{}');
  });

  it('where a directory, or a link that leads nowhere, has the name', async () => {
    mkdirSync(cursor(), { recursive: true });
    expect((await install(['cursor'])).stderr).toContain('is not a file');
    symlinkSync(fileOf('gone'), fileOf('link'));
    const { code, stderr } = await install(['cursor', '--config', fileOf('link')]);
    expect([code, stderr.includes('link to a file that is not there')]).toEqual([1, true]);
  });

  it('where a file is in the way of a directory', async () => {
    put(fileOf('.cursor'), '');
    const { code, stderr } = await install(['cursor']);
    expect(code).toBe(1);
    expect(stderr).toContain('ENOTDIR');
  });

  it('when another program changed the file meanwhile', async () => {
    const file = await readConfigFile(put(cursor(), '{}'));
    writeFileSync(cursor(), '{"theirs": 1}');
    await expect(replaceConfigFile(file, '{"ours": 1}', systemClock)).rejects.toThrow(
      'changed by another program',
    );
    isUntouched(cursor(), '{"theirs": 1}');
    const none = await readConfigFile(fileOf('new.json'));
    writeFileSync(fileOf('new.json'), '{}');
    await expect(replaceConfigFile(none, '{"ours": 1}', systemClock)).rejects.toThrow(
      'changed by another program',
    );
    expect(readFileSync(fileOf('new.json'), 'utf8')).toBe('{}');
  });
});

describe('the command line', () => {
  it.each([
    [[], 'Name the client: thaw install claude|claude-code|vscode|cursor'],
    [['cursr'], 'Unknown client "cursr". Did you mean "cursor"?'],
    [['cursor', 'vscode'], 'Unexpected argument "vscode".'],
    [['cursor', '--pool-target', 'x'], '--pool-target (THAW_POOL_TARGET) must be'],
    [['cursor', '--url', 'nonsense'], '--url must be the address of MCP'],
    [['cursor', '--url', 'http://x/mcp', '--read-only'], '--read-only is a setting of the server at --url.'],
    [['cursor', '--name', 'my server'], '--name must be up to 64 letters'],
    [['claude', '--project'], 'Claude Desktop has no files of projects.'],
    [['cursor', '--project', '--config', '/x'], 'Give one of --config and --project.'],
    [['cursor', '--print', '--remove'], 'Give one of --print and --remove.'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await install(args);
    expect([code, stderr.includes(message)]).toEqual([2, true]);
    expect(readdirSync(home)).toEqual([]);
  });

  it('says that Claude Desktop takes no servers over HTTP', async () => {
    const { code, stderr } = await install(['claude', '--url', 'http://127.0.0.1:4440/mcp']);
    expect([code, stderr.includes('takes no servers over HTTP')]).toEqual([1, true]);
  });
});
