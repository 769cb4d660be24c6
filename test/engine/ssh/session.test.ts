/** Shells and commands by OpenSSH's own client on a real sandbox. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, eventually } from '../../support/open-engine.ts';
import {
  type Client,
  installClients,
  makeClient,
  openSshStage,
  runClient,
  type SshStage,
  ssh,
  startClient,
} from '../../support/ssh.ts';

let stage: SshStage;
let client: Client;
beforeAll(async () => {
  await installClients();
  stage = await openSshStage();
  await stage.engine.lifecycle.create({ name: 'box', env: { OWN: 'from create' } }, call());
  client = await makeClient(stage, 'box');
});
afterAll(async () => await stage.close());

describe('a command', () => {
  it('runs as the user, with its environment, and answers both streams and its exit code', async () => {
    const text = 'whoami; pwd; echo "$OWN|$HOME"; echo err >&2; exit 7';
    const { code, stdout, stderr } = await ssh(stage, client, [text]);
    expect(stdout.toString()).toBe('daytona\n/home/daytona\nfrom create|/home/daytona\n');
    expect(stderr).toBe('err\n');
    expect(code).toBe(7);
  });

  it('is what the command of the tool runs, token and port included', async () => {
    const [program = '', ...rest] = client.access.sshCommand.split(' ');
    expect(client.access.sshCommand).toBe(
      `ssh -p ${stage.gateway.endpoint.port} ${client.access.token}@127.0.0.1`,
    );
    const options = [
      '-o',
      `UserKnownHostsFile=${stage.dir}/other_hosts`,
      '-o',
      'StrictHostKeyChecking=accept-new',
    ];
    const { stdout } = await runClient(stage, [program, ...options, ...rest, 'echo', 'here']);
    expect(stdout.toString()).toBe('here\n');
  });

  it('reads its input to the end', async () => {
    const input = Buffer.alloc(3_000_000, 'thaw ');
    const { stdout } = await ssh(stage, client, ['cat'], { input });
    expect(stdout.equals(input)).toBe(true);
  });

  it('tells a signal that ended it', async () => {
    const { code } = await ssh(stage, client, ['kill -TERM $$']);
    // OpenSSH's client answers 255 for an exit signal, which only -v shows.
    expect(code).toBe(255);
    const { stderr } = await runClient(stage, [
      'ssh',
      '-v',
      '-F',
      client.config,
      '-o',
      'LogLevel=DEBUG1',
      client.host,
      'kill -TERM $$',
    ]);
    expect(stderr).toContain('exit-signal');
  });

  it('gets variables with safe names and no others', async () => {
    const set = ['-o', 'SetEnv=LANG=C.UTF-8 MY_VAR="a b" LD_PRELOAD=/x PATH=/nowhere 1BAD=x'];
    const { stdout } = await runClient(stage, [
      'ssh',
      '-F',
      client.config,
      ...set,
      client.host,
      'echo "$MY_VAR|$LANG|$LD_PRELOAD|$PATH"',
    ]);
    expect(stdout.toString()).toMatch(/^a b\|C\.UTF-8\|\|\/usr\/local\/sbin:/);
  });

  it('keeps both streams whole when they are large and mixed', async () => {
    const text =
      'for i in $(seq 40); do head -c 100000 /dev/zero | tr "\\0" o; head -c 100000 /dev/zero | tr "\\0" e >&2; done';
    const { stdout, stderr, code } = await ssh(stage, client, [text]);
    expect(code).toBe(0);
    expect(stdout.toString()).toBe('o'.repeat(4_000_000));
    expect(stderr).toBe('e'.repeat(4_000_000));
  });

  it('goes on through new keys', async () => {
    const input = Buffer.alloc(8_000_000, 'rekey ');
    const { stdout } = await runClient(
      stage,
      ['ssh', '-F', client.config, '-o', 'RekeyLimit=1M', client.host, 'cat'],
      { input },
    );
    expect(stdout.equals(input)).toBe(true);
  });

  it('ends with its client', async () => {
    const running = startClient(stage, ['ssh', '-F', client.config, client.host, 'echo up; exec sleep 987']);
    await eventually('it runs', () => running.output() === 'up\n');
    running.child.kill('SIGKILL');
    await eventually('it is gone', async () => {
      const { stdout } = await stage.engine.exec.exec(
        'box',
        { command: 'pgrep -f "sleep 98[7]" || true' },
        call(),
      );
      return stdout === '';
    });
  });
});

describe('a shell', () => {
  it('is a login shell on a terminal that is resized with the client', async () => {
    // Python gives the client a terminal of its own, whose size the test changes.
    const running = startClient(
      stage,
      [
        'python3',
        '-c',
        [
          'import fcntl, os, pty, struct, sys, termios, signal',
          'def size(rows, cols): fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))',
          'pid, fd = pty.fork()',
          'if pid == 0:',
          '    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 31, 101, 0, 0))',
          '    os.execvp(sys.argv[1], sys.argv[1:])',
          'seen = b""',
          'def until(mark):',
          '    global seen',
          '    while mark not in seen:',
          '        seen += os.read(fd, 4096)',
          'until(b"$ ")',
          'os.write(fd, b"shopt login_shell; echo $TERM; stty size; echo on\\"e\\"\\n")',
          'until(b"one\\r\\n")',
          'size(40, 120); os.kill(pid, signal.SIGWINCH)',
          'os.write(fd, b"until stty size | grep 40; do sleep 0.02; done; echo tw\\"o\\"\\n")',
          'until(b"two\\r\\n")',
          'os.write(fd, b"echo thr\\"ee\\"; sleep 100\\n")',
          'until(b"three\\r\\n")',
          'os.write(fd, b"\\x03")',
          'until(b"^C")',
          'os.write(fd, b"echo status $?\\n")',
          'until(b"status 130\\r\\n")',
          'os.write(fd, b"exit 9\\n")',
          'try:',
          '    while True:',
          '        data = os.read(fd, 4096)',
          '        if not data: break',
          '        seen += data',
          'except OSError: pass',
          'sys.stdout.buffer.write(seen)',
          'sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))',
        ].join('\n'),
        'ssh',
        '-F',
        client.config,
        client.host,
      ],
      { TERM: 'xterm-thaw' },
    );
    const { code, stdout, stderr } = await running.ended;
    const text = stdout.toString();
    expect(text, stderr).toMatch(/login_shell\s+on\r\nxterm-thaw\r\n31 101\r\n/);
    expect(text).toContain('40 120\r\n');
    expect(code).toBe(9);
  });
});
