/** The command line before a command runs: help, version, and what is wrong. */
import { expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands.ts';
import { parseFlags } from '../../../src/cli/parse-flags.ts';
import { hostOf } from '../../../src/cli/process-host.ts';
import { runCli } from '../../../src/cli/run.ts';
import { readEnvironment } from '../../../src/config.ts';
import { ownerOptionList } from '../../../src/control/owner-options.ts';
import { fakeProcess } from '../../support/fake-process.ts';

async function run(...argv: readonly string[]) {
  const { host, stdout, stderr } = fakeProcess();
  const code = await runCli(argv, commands, host);
  return { code, stdout: stdout(), stderr: stderr() };
}

it('shows all commands with --help, and without any command as an error', async () => {
  const help = await run('--help');
  expect(help).toMatchObject({ code: 0, stderr: '' });
  for (const { name, summary } of commands) {
    expect(help.stdout).toMatch(new RegExp(`^ {2}${name} +${summary.slice(0, 10)}`, 'm'));
  }
  expect(await run()).toEqual({ code: 2, stdout: '', stderr: help.stdout });
  expect(await run('help')).toEqual(help);
});

it('prints the version', async () => {
  expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it.each([
  ['sevre', 'thaw: Unknown command "sevre". Did you mean "serve"?\n'],
  [
    'xyzzy',
    'thaw: Unknown command "xyzzy". The commands are: mcp, serve, status, key, install, doctor, prune, stop, completion, help.\n',
  ],
  ['--versoin', 'thaw: Unknown option "--versoin".'],
])('names what is close to %s', async (word, expected) => {
  const { code, stdout, stderr } = await run(word);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(expected);
});

it('shows every option of the owner in serve --help and mcp --help, with its default', async () => {
  for (const { stdout, code } of [
    await run('serve', '--help'),
    await run('help', 'serve'),
    await run('mcp', '-h'),
  ]) {
    expect(code).toBe(0);
    for (const { flag, variable, help } of ownerOptionList) {
      expect(stdout).toContain(`--${flag}`);
      expect(stdout).toContain(`(${variable})`);
      expect(stdout).toContain(help);
    }
  }
});

it('refuses wrong values before anything is started', async () => {
  const { code, stderr } = await run('serve', '--pool-target', 'x');
  expect([code, stderr]).toEqual([
    2,
    'thaw: --pool-target (THAW_POOL_TARGET) must be a whole number from 0 to 1000, not "x".\n',
  ]);
});

const specs = { json: { type: 'boolean' }, 'state-dir': { type: 'string' } } as const;

it.each([
  [['--jsn'], 'Unknown option "--jsn". Did you mean "--json"?'],
  [['-x'], 'Unknown option "-x".'],
  [['--state-dir'], 'Option "--state-dir" needs a value.'],
  [['--state-dir='], 'Option "--state-dir" needs a value.'],
  [['--json=yes'], 'Option "--json" takes no value.'],
  [['extra'], 'Unexpected argument "extra".'],
])('says what is wrong with %j', (args, message) => {
  expect(() => parseFlags(args, specs)).toThrow(message);
});

it('reads flags with a space or an equals sign', () => {
  expect(parseFlags(['--json', '--state-dir', '/a'], specs)).toEqual({ json: true, 'state-dir': '/a' });
  expect(parseFlags(['--state-dir=/a'], specs)).toEqual({ 'state-dir': '/a' });
});

it('hands on no variable that Claude Desktop left as a placeholder, and tells its program to be Node', () => {
  expect(readEnvironment({ A: '1', B: '${user_config.host_folder}', C: undefined, D: '' })).toEqual({
    A: '1',
    D: '',
  });
  const node = (versions: object): string | undefined => {
    const program: NodeJS.Process = Object.create(process, { versions: { value: versions } });
    return hostOf(program, 'thaw.mjs').environment['ELECTRON_RUN_AS_NODE'];
  };
  expect([node({ electron: '38.0.0' }), node({})]).toEqual(['1', undefined]);
});
