/** Commands on a pseudo terminal. */
import { expect, it } from 'vitest';
import { describeAgent, read } from './describe-agent.ts';

describeAgent('terminals', (subject) => {
  const agent = () => subject().agent;
  const pty = { cols: 100, rows: 30 };

  it('is a controlling terminal of the size asked for', async () => {
    const argv = [
      '/bin/sh',
      '-c',
      'stty size; tty; ps -o tpgid= -p $$ | tr -d " "; echo $$ $TERM; stat -c %u $(tty)',
    ];
    const process = await agent().spawn({ argv, pty, user: 'daemon' });
    const lines = (await read(process)).split('\r\n');
    expect(lines[0]).toBe('30 100');
    expect(lines[1]).toMatch(/^\/dev\/pts\/\d+$/);
    expect(`${lines[2]} xterm-256color`).toBe(lines[3]);
    expect(lines[4]).toBe('1');
    expect(await process.exited).toEqual({ code: 0, signal: null });
    expect(await read(process, 'stderr')).toBe('');
  });

  it('tells the command of a new size', async () => {
    const argv = [
      '/bin/bash',
      '-c',
      'trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.01; done',
    ];
    const process = await agent().spawn({ argv, pty });
    let text = '';
    for await (const chunk of process.output('stdout')) {
      text += chunk.toString();
      if (text === 'ready\r\n') process.resize({ cols: 41, rows: 12 });
    }
    expect(text).toBe('ready\r\n12 41\r\n');
  });

  it('passes keys on, an interrupt among them', async () => {
    const process = await agent().spawn({ argv: ['/bin/cat'], pty });
    await process.write(Buffer.from('typed\n'));
    let text = '';
    for await (const chunk of process.output('stdout')) {
      text += chunk.toString();
      if (text === 'typed\r\ntyped\r\n') await process.write(Buffer.of(3));
    }
    expect(await process.exited).toEqual({ code: null, signal: 2 });
  });

  it('ends the input with the key for it', async () => {
    const process = await agent().spawn({ argv: ['/bin/cat'], pty });
    process.closeStdin();
    expect(await read(process)).toBe('');
    expect(await process.exited).toEqual({ code: 0, signal: null });
  });

  it('delivers everything that was written before the end', async () => {
    const process = await agent().spawn({ argv: ['/bin/sh', '-c', 'seq 1 50000'], pty });
    expect((await read(process)).trim().split('\r\n')).toHaveLength(50_000);
  });

  it('ends with its main process although a background child keeps it open', async () => {
    const argv = ['/bin/bash', '-c', 'trap "" HUP; sleep 5 & echo $!'];
    const process = await agent().spawn({ argv, pty });
    const child = Number(await read(process));
    expect(await process.exited).toMatchObject({ code: 0 });
    globalThis.process.kill(child, 9);
  });

  it('outlives that the command closes the terminal, and reads on when it is opened again', async () => {
    const close = 'exec <&- >&- 2>&-; sleep 0.1';
    const argv = [
      '/bin/sh',
      '-c',
      `echo one; ${close}; echo two >/dev/tty; sleep 0.1; seq 1 9000 >/dev/tty; exit 6`,
    ];
    const process = await agent().spawn({ argv, pty });
    const lines = (await read(process)).trim().split('\r\n');
    expect([...lines.slice(0, 3), lines.at(-1)]).toEqual(['one', 'two', '1', '9000']);
    expect(lines).toHaveLength(9_002);
    expect(await process.exited).toEqual({ code: 6, signal: null });
  });

  it('refuses a size that is none', async () => {
    await expect(agent().spawn({ argv: ['true'], pty: { cols: 0, rows: 1 } })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });
});
