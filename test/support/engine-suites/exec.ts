/** Commands in real sandboxes, whatever they go through: results and limits. */
import { describe, expect, it } from 'vitest';
import { call, eventually, type OpenEngine } from '../open-engine.ts';

export function describeExec(open: OpenEngine): void {
  describe('exec', () => {
    it('tells stdout, stderr and the exit code apart', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({ env: { A: '1', B: '2' } }, call());
      const result = await engine.exec.exec(
        id,
        {
          command: 'echo "$A$B$C"; echo oops >&2; cat; pwd; exit 3',
          env: { B: '5', C: '6' },
          stdin: 'in\n',
          cwd: '/tmp',
        },
        call(),
      );
      expect(result).toMatchObject({
        status: 'exited',
        exitCode: 3,
        signal: null,
        stdout: '156\nin\n/tmp\n',
        stderr: 'oops\n',
        stdoutBytes: 12,
        stderrBytes: 5,
        truncated: false,
      });
    });

    it('runs bash, as whatever user is asked', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      const { stdout } = await engine.exec.exec(
        id,
        { command: 'a=(x y); echo "${a[1]} $(id -u) $HOME"', user: 'root' },
        call(),
      );
      expect(stdout).toBe('y 0 /root\n');
    });

    it('kills the group at the time limit and keeps what it printed', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      const command = 'echo before; (trap "" TERM; sleep 987) & sleep 987';
      const result = await engine.exec.exec(id, { command, timeoutSeconds: 0.5 }, call());
      expect(result).toMatchObject({ status: 'timed_out', exitCode: null, stdout: 'before\n' });
      expect(result.durationMs).toBeLessThan(4_000);
      await eventually('the group is dead', async () => {
        const { stdout } = await engine.exec.exec(id, { command: 'pgrep -f "sleep 98[7]" | wc -l' }, call());
        return stdout === '0\n';
      });
    });

    it('ends a command whose caller went away', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      const controller = new AbortController();
      const running = engine.exec.exec(id, { command: 'sleep 876' }, call(controller.signal));
      await eventually('it runs', async () => {
        const { stdout } = await engine.exec.exec(id, { command: 'pgrep -fc "sleep 87[6]"' }, call());
        return stdout !== '0\n';
      });
      controller.abort();
      await expect(running).rejects.toMatchObject({ code: 'cancelled' });
      const { stdout } = await engine.exec.exec(id, { command: 'pgrep -fc "sleep 87[6]"' }, call());
      expect(stdout).toBe('0\n');
    });

    it('does not wait for what a command leaves in the background, and does not kill it', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      const command =
        '(for i in $(seq 1 200); do echo tick; sleep 0.02; done; echo done > over) & echo started';
      const result = await engine.exec.exec(id, { command }, call());
      expect(result.stdout.startsWith('started\n') || result.stdout.includes('started')).toBe(true);
      expect(result.durationMs).toBeLessThan(3_000);
      await eventually('the background ended well', async () => {
        const { exitCode } = await engine.exec.exec(id, { command: 'test -f over' }, call());
        return exitCode === 0;
      });
    });

    it('says why a command could not start', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      await expect(engine.exec.exec(id, { command: 'true', cwd: '/nowhere' }, call())).rejects.toMatchObject({
        code: 'command_not_started',
        message: expect.stringContaining('/nowhere'),
      });
      await expect(
        engine.exec.exec(id, { command: 'true', user: 'nobody-here' }, call()),
      ).rejects.toMatchObject({
        code: 'command_not_started',
        message: expect.stringContaining('nobody-here'),
      });
    });

    it('takes a command of a megabyte', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      const long = await engine.exec.exec(id, { command: `x=${'y'.repeat(900_000)}; echo \${#x}` }, call());
      expect(long.stdout).toBe('900000\n');
    });

    it('survives a fork bomb: the limit holds, stop works, other sandboxes do not notice', async () => {
      const engine = await open();
      const [bomb, other] = await Promise.all([
        engine.lifecycle.create({}, call()),
        engine.lifecycle.create({}, call()),
      ]);
      const blown = engine.exec.exec(
        bomb.id,
        { command: 'f() { f | f & }; f; sleep 30', timeoutSeconds: 20 },
        call(),
      );
      const settled = blown.then(
        () => true,
        () => true,
      );
      await eventually('the limit of processes is reached', async () => {
        try {
          await engine.exec.exec(bomb.id, { command: 'true' }, call());
          return false;
        } catch (error) {
          return error instanceof Error && 'code' in error && error.code === 'process_limit';
        }
      });
      expect((await engine.exec.exec(other.id, { command: 'echo fine' }, call())).stdout).toBe('fine\n');
      expect(await engine.lifecycle.stop(bomb.id, { force: true }, call())).toMatchObject({
        state: 'stopped',
      });
      expect(await settled).toBe(true);
      await engine.lifecycle.start(bomb.id, call());
      expect((await engine.exec.exec(bomb.id, { command: 'echo again' }, call())).stdout).toBe('again\n');
    });
  });
}

/** Much output and many commands: minutes where each command is slow to start. */
export function describeExecLoad(open: OpenEngine): void {
  describe('exec under load', () => {
    it('counts a gigabyte of output in bounded memory', {
      timeout: 180_000,
    }, async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      global.gc?.();
      const before = process.memoryUsage().rss;
      let peak = before;
      const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
      const gigabyte = 1_000_000_000;
      const loud = engine.exec.exec(
        id,
        { command: `head -c ${gigabyte} /dev/zero | tr '\\0' z`, timeoutSeconds: 45, maxOutputBytes: 100 },
        call(),
      );
      // Another command in the same sandbox is not held up by the loud one.
      const quiet = await engine.exec.exec(id, { command: 'echo quiet' }, call());
      expect(quiet.stdout).toBe('quiet\n');
      const result = await loud;
      clearInterval(watch);
      expect(result).toMatchObject({ status: 'exited', exitCode: 0, stdoutBytes: gigabyte, truncated: true });
      expect(peak - before).toBeLessThan(150 * 1024 * 1024);
    });

    it('answers 300 commands over 30 sandboxes, none crossed', { timeout: 240_000 }, async () => {
      const engine = await open({ pool: { target: 30, refillConcurrency: 4 } });
      await eventually('30 are parked', () => engine.status().pool.parked === 30, 120_000);
      const sandboxes = await Promise.all(
        Array.from({ length: 30 }, (_, n) => engine.lifecycle.create({ env: { N: `${n}` } }, call())),
      );
      const answers = await Promise.all(
        Array.from({ length: 300 }, async (_, n) => {
          const sandbox = sandboxes[n % 30];
          const command = `echo "$N ${n} $(hostname)"; echo err${n} >&2; exit ${n % 7}`;
          const result = await engine.exec.exec(sandbox?.id ?? '', { command }, call());
          return { ...result, expected: `${n % 30} ${n} ${sandbox?.id}\n`, n };
        }),
      );
      for (const { stdout, stderr, exitCode, expected, n } of answers) {
        expect({ stdout, stderr, exitCode }).toEqual({
          stdout: expected,
          stderr: `err${n}\n`,
          exitCode: n % 7,
        });
      }
    });
  });
}
