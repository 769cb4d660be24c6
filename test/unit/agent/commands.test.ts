/** Commands: what they are given, how they end, and how a failure to start is told. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startLocalAgent } from '../../support/local-agent.ts';
import { describeAgent, eventually, read, run, shell } from './describe-agent.ts';

describeAgent('commands', (subject) => {
  const agent = () => subject().agent;

  it('keeps stdout and stderr apart and tells the exit code', async () => {
    const result = await shell(agent(), 'echo out; echo err >&2; exit 7');
    expect(result).toEqual({ stdout: 'out\n', stderr: 'err\n', code: 7, signal: null });
  });

  it('tells the signal that ended a command', async () => {
    expect(await shell(agent(), 'kill -TERM $$')).toMatchObject({ code: null, signal: 15 });
  });

  it('gives a user its ids, groups, home and environment, and the request the last word', async () => {
    const text = 'id -u; id -g; id -G; pwd; echo $HOME $USER $LOGNAME; echo $A';
    const { stdout } = await shell(agent(), text, { user: 'daemon', env: { A: 'b c', USER: 'me' } });
    expect(stdout).toBe('1\n1\n1\n/usr/sbin\n/usr/sbin me daemon\nb c\n');
  });

  it('takes a number for a user, with or without a group, whether or not there is an entry', async () => {
    expect((await shell(agent(), 'id -u; id -g', { user: '1' })).stdout).toBe('1\n1\n');
    expect((await shell(agent(), 'id -u; id -g; pwd', { user: '4242' })).stdout).toBe('4242\n0\n/\n');
    expect((await shell(agent(), 'id -u; id -g', { user: '4242:4343' })).stdout).toBe('4242\n4343\n');
    expect((await shell(agent(), 'id -u; id -gn', { user: 'nobody:daemon' })).stdout).toBe('65534\ndaemon\n');
  });

  it('falls back to / when the home directory is missing', async () => {
    expect((await shell(agent(), 'pwd', { user: 'nobody' })).stdout).toBe('/\n');
  });

  it('resolves a program through the PATH of the request', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'agent-'));
    try {
      await writeFile(join(dir, 'greet'), 'echo hello $1\n', { mode: 0o755 });
      const result = await run(agent(), { argv: ['greet', 'you'], env: { PATH: `/nowhere:${dir}` } });
      expect(result.stdout).toBe('hello you\n');
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('leaks no descriptor, no signal mask and no ignored signal', async () => {
    const { stdout } = await run(agent(), {
      argv: ['/bin/sh', '-c', 'ls /proc/self/fd; grep -E "^Sig(Blk|Ign)" /proc/self/status'],
    });
    expect(stdout).toBe('0\n1\n2\n3\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n');
  });

  it('feeds stdin to its end, far beyond the window', async () => {
    const text = 'line of text\n'.repeat(100_000);
    const { stdout } = await run(agent(), { argv: ['/bin/sh', '-c', 'wc -c; cat'] }, text);
    expect(stdout).toBe(`${text.length}\n`);
    expect((await run(agent(), { argv: ['/bin/cat'] }, text)).stdout).toBe(text);
  });

  it('takes stdin that the command does not read', async () => {
    const text = 'x'.repeat(3_000_000);
    expect(await run(agent(), { argv: ['/bin/true'] }, text)).toMatchObject({ code: 0 });
    expect(
      await run(agent(), { argv: ['/bin/sh', '-c', 'exec <&-; sleep 0.1; echo done'] }, text),
    ).toMatchObject({
      stdout: 'done\n',
    });
  });

  it('gives /dev/null where no stdin is asked for', async () => {
    expect(await run(agent(), { argv: ['/bin/cat'] })).toMatchObject({ stdout: '', code: 0 });
  });

  it('runs a shell text of 1 MB as if it were an argument', async () => {
    const text = `echo "$0 $1"; ls /proc/self/fd | wc -l; : ${'x'.repeat(1_000_000)}; exit 3`;
    const result = await run(agent(), { argv: ['/bin/sh', '-c', text, 'name', 'first'] });
    expect(result).toMatchObject({ stdout: 'name first\n4\n', code: 3 });
    const lines = `${'# comment\n'.repeat(30_000)}echo $LINENO; false || { cat; }`;
    const fed = await run(agent(), { argv: ['bash', '-c', lines] }, 'stdin is free');
    expect(fed.stdout).toBe('30001\nstdin is free');
  });

  it('passes a megabyte of arguments and environment', async () => {
    const many = Array.from({ length: 10 }, (_, index) => `${index}`.repeat(100_000));
    const result = await run(agent(), {
      argv: ['/bin/sh', '-c', 'echo $# ${#1} ${#V}', ...many],
      env: { V: 'v'.repeat(100_000) },
    });
    expect(result.stdout).toBe('9 100000 100000\n');
  });

  it.each([
    [
      'a missing program',
      { argv: ['no-such-program'] },
      'command_not_started',
      /no-such-program was not found/,
    ],
    ['a missing path', { argv: ['/no/such'] }, 'command_not_started', /\/no\/such was not found/],
    ['no permission', { argv: ['/etc/passwd'] }, 'command_not_started', /cannot be executed: EACCES/],
    ['a directory', { argv: ['/etc'] }, 'command_not_started', /EACCES/],
    [
      'a missing directory',
      { argv: ['true'], cwd: '/no/such' },
      'command_not_started',
      /\/no\/such cannot be entered: ENOENT/,
    ],
    [
      'a forbidden directory',
      { argv: ['true'], cwd: '/root', user: 'nobody' },
      'command_not_started',
      /EACCES/,
    ],
    ['an unknown user', { argv: ['true'], user: 'ghost' }, 'command_not_started', /no user ghost/],
    [
      'an unknown group',
      { argv: ['true'], user: 'root:ghosts' },
      'command_not_started',
      /no user root:ghosts/,
    ],
    ['too long an argument', { argv: ['true', 'x'.repeat(200_000)] }, 'command_not_started', /128 KiB/],
    ['a NUL', { argv: ['true', 'a\0b'] }, 'invalid_argument', /NUL/],
    ['no program', { argv: [] }, 'invalid_argument', /no program/],
    ['a bad variable', { argv: ['true'], env: { 'A=B': 'c' } }, 'invalid_argument', /variable/],
    ['a bad limit', { argv: ['true'], rlimits: { nofile: -1 } }, 'invalid_argument', /nofile/],
    ['too much in all', { argv: ['true'], env: { A: 'x'.repeat(5_000_000) } }, 'invalid_argument', /4 MiB/],
  ])('refuses %s', async (_, options, code, message) => {
    await expect(agent().spawn(options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    // The connection goes on.
    expect((await shell(agent(), 'echo ok')).stdout).toBe('ok\n');
  });

  it('applies limits, and reports the process limit as such', async () => {
    const { stdout } = await shell(agent(), 'ulimit -n; ulimit -c', { rlimits: { nofile: 77, core: 0 } });
    expect(stdout).toBe('77\n0\n');
    const first = await agent().spawn({ argv: ['sleep', '1000'], user: '54321' });
    const second = agent().spawn({ argv: ['/bin/true'], user: '54321', rlimits: { nproc: 0 } });
    await expect(second).rejects.toMatchObject({ code: 'process_limit', retryable: true });
    first.signal(9);
    await first.exited;
  });

  it('kills the whole process group', async () => {
    const process = await agent().spawn({
      argv: ['/bin/sh', '-c', 'sleep 1000 & sleep 1000 & echo up; wait'],
    });
    for await (const chunk of process.output('stdout')) {
      expect(chunk.toString()).toBe('up\n');
      break;
    }
    const left = async () => (await shell(agent(), `pgrep -g ${process.pid} | wc -l`)).stdout.trim();
    expect(await left()).toBe('3');
    process.signal(9);
    expect(await process.exited).toEqual({ code: null, signal: 9 });
    await eventually(async () => (await left()) === '0');
    process.signal(9);
  });

  it('ends with the main process while a background child holds its output', async () => {
    const process = await agent().spawn({
      argv: [
        '/bin/sh',
        '-c',
        '(trap "" TERM; while :; do echo noise || exit; sleep 0.01; done) & echo $!; head -c 100000 /dev/zero',
      ],
    });
    const output = await read(process);
    expect(await process.exited).toMatchObject({ code: 0 });
    expect(output.length).toBeGreaterThan(100_000);
    // It never gets SIGPIPE nor blocks: its time goes on.
    const [child] = output.split('\n');
    const ticks = async () =>
      (await shell(agent(), `awk '{print $10 + $12 + $14 + $15 + $16}' /proc/${child}/stat`)).stdout.trim();
    const before = await ticks();
    expect(before).not.toBe('');
    await eventually(async () => (await ticks()) !== before);
    expect((await shell(agent(), `kill -9 ${child}`)).code).toBe(0);
  });

  it('reaps the zombies of its children', async () => {
    await Promise.all(Array.from({ length: 20 }, async () => await shell(agent(), '(true &) ; true')));
    const zombies = `ps -o stat= --ppid ${subject().local.pid} | grep -c Z`;
    await eventually(async () => (await shell(agent(), zombies)).stdout.trim() === '0');
  });
});

it('survives that it cannot fork, and says so', async () => {
  const wrapper = ['setpriv', '--reuid=54322', '--regid=54322', '--clear-groups', 'prlimit', '--nproc=1'];
  const local = await startLocalAgent({ wrapper });
  const agent = await local.connect();
  await expect(agent.spawn({ argv: ['/bin/true'] })).rejects.toMatchObject({
    code: 'process_limit',
    retryable: true,
  });
  await expect(agent.stat('/')).rejects.toMatchObject({ code: 'process_limit' });
  expect(await agent.ping()).toBeGreaterThan(0);
  agent.close();
  await local.stop();
});

it('runs commands as itself where it is not root, and says why it cannot as another', async () => {
  const local = await startLocalAgent({
    wrapper: ['setpriv', '--reuid=54323', '--regid=54323', '--clear-groups'],
  });
  const agent = await local.connect();
  expect((await shell(agent, 'id -u', { user: '54323:54323' })).stdout).toBe('54323\n');
  await expect(agent.spawn({ argv: ['true'] })).rejects.toMatchObject({
    code: 'command_not_started',
    message: expect.stringContaining('cannot run as root: EPERM'),
  });
  agent.close();
  await local.stop();
});
