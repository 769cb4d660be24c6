/** The connection to a sandbox without a guest agent, held to what the agent's own connection promises. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { agentlessSandbox } from '../support/agentless-sandbox.ts';
import { eventually } from '../support/open-engine.ts';

const refused = async (work: Promise<unknown>, code: ErrorCode): Promise<void> =>
  await expect(work).rejects.toMatchObject({ code });

const names = [
  'two words',
  `'single' "double"`,
  'line\nbreak\n',
  '-rf',
  '$(touch hacked)`id`;&|*?[a]',
  'grüße-日本-🧊',
  '\\back\\slash',
  '~',
  '%s%n',
  ' ',
];

describe('files without an agent', () => {
  it('have any name that Linux takes', async () => {
    const { agent, sh } = await agentlessSandbox();
    for (const name of names) {
      const path = `/t/${name}`;
      const data = Buffer.from(`in ${name}`);
      expect(await agent.writeFile(path, data, {}), name).toEqual({
        created: true,
        sizeBytes: data.length,
        resolvedPath: path,
      });
      expect((await agent.readFile(path, { maxBytes: 100 })).data, name).toEqual(data);
      expect(await agent.stat(path), name).toMatchObject({ type: 'file', mode: 0o644, uid: 0 });
    }
    const { entries } = await agent.list('/t', { depth: 1, maxEntries: 100 });
    const sorted = names.map((name) => Buffer.from(name)).sort((a, b) => Buffer.compare(a, b));
    expect(entries.map(({ path }) => path)).toEqual(sorted.map(String));
    for (const name of names) {
      await agent.move(`/t/${name}`, `/u-${name}`, { overwrite: false });
      await agent.remove(`/u-${name}`, { recursive: false });
      await agent.makeDirectory(`/t/${name}/${name}`, { parents: true, mode: 0o700 });
    }
    expect((await agent.list('/t', { depth: 2, maxEntries: 100 })).entries).toHaveLength(2 * names.length);
    await agent.remove('/t', { recursive: true });
    expect(await sh('ls -A / | grep -c "^u-\\|^t$\\|hacked"; ls -A /root | grep -c hacked')).toBe('0\n0');
  });

  it('keep owner and mode, follow links, append, and leave nothing beside', async () => {
    const { agent, sh } = await agentlessSandbox();
    const x = Buffer.from('new');
    await sh(
      'mkdir -m 777 /w; cd /w; echo old > f; chmod 640 f; chown 1:2 f; ln -s f link; ln -s gone dangling; ln -s circle circle',
    );
    expect(await agent.writeFile('/w/link', x, {})).toMatchObject({
      created: false,
      resolvedPath: '/w/link',
    });
    expect(await agent.writeFile('/w/dangling', x, {})).toMatchObject({ created: true });
    expect(await sh('cd /w; stat -c "%a %u:%g %s" f; cat gone; test -L link && echo link')).toBe(
      '640 1:2 3\nnewlink',
    );
    await refused(agent.writeFile('/w/circle', x, {}), 'invalid_argument');
    await refused(agent.readFile('/w/circle', { maxBytes: 1 }), 'invalid_argument');
    expect((await agent.stat('/w/circle')).type).toBe('symlink');
    expect(await agent.writeFile('/w/f', Buffer.from('er'), { append: true })).toMatchObject({
      sizeBytes: 5,
    });
    expect((await agent.readFile('/w/f', { maxBytes: 3, offset: 2 })).data.toString()).toBe('wer');
    // A file that is itself a mount is written in place.
    await agent.writeFile('/etc/hosts', Buffer.from('127.0.0.1 localhost here\n'), {});
    expect(await sh('cat /etc/hosts; ls -A /w /etc | grep -c "^.thaw-"')).toBe('127.0.0.1 localhost here\n0');
  });

  it('are reached with the rights of the user, from their home', async () => {
    const { agent, sh } = await agentlessSandbox();
    const daytona = { user: 'daytona' };
    const x = Buffer.from('x');
    const written = await agent.writeFile('a/../b//c', x, {}, daytona);
    expect(written.resolvedPath).toBe('/home/daytona/b/c');
    expect((await agent.stat('b/c', daytona)).uid).toBe((await agent.stat('/home/daytona')).uid);
    expect((await agent.list('../../..', { depth: 1, maxEntries: 1 }, daytona)).resolvedPath).toBe('/');
    expect((await agent.list('.', { depth: 1, maxEntries: 1 }, { user: '4321' })).resolvedPath).toBe('/');
    await sh('mkdir -m 700 /closed; echo s > /closed/s; mkdir -m 777 /open; echo o > /open/foreign');
    await refused(agent.readFile('/closed/s', { maxBytes: 1 }, daytona), 'permission_denied');
    await refused(agent.stat('/closed/s', daytona), 'permission_denied');
    await refused(agent.writeFile('/closed/new', x, {}, daytona), 'permission_denied');
    await refused(agent.writeFile('/closed/a/b', x, {}, daytona), 'permission_denied');
    await refused(agent.writeFile('/open/foreign', x, {}, daytona), 'permission_denied');
    await refused(agent.list('/closed', { depth: 1, maxEntries: 1 }, daytona), 'permission_denied');
    await refused(agent.remove('/closed', { recursive: true }, daytona), 'permission_denied');
    await refused(agent.stat('/', { user: 'ghost' }), 'invalid_argument');
  });

  it('tell what is in the way', async () => {
    const { agent, sh } = await agentlessSandbox();
    const x = Buffer.from('x');
    await sh('mkdir -p /w/d/e; cd /w; echo x > f; mkfifo pipe');
    await refused(agent.stat('/w/none'), 'file_not_found');
    await refused(agent.stat('/w/f/x'), 'not_a_directory');
    await refused(agent.readFile('/w/d', { maxBytes: 1 }), 'is_a_directory');
    await refused(agent.readFile('/w/pipe', { maxBytes: 1 }), 'not_a_file');
    await refused(agent.writeFile('/w/d', x, {}), 'is_a_directory');
    await refused(agent.writeFile('/w/f/x', x, {}), 'not_a_directory');
    await refused(agent.writeFile('/w/pipe', x, {}), 'not_a_file');
    await refused(agent.writeFile('/proc/none', x, {}), 'engine_error');
    await refused(agent.writeFile(`/w/${'n'.repeat(300)}`, x, {}), 'invalid_argument');
    await refused(agent.writeFile('/w/a\0b', x, {}), 'invalid_argument');
    await refused(agent.list('/w/f', { depth: 1, maxEntries: 1 }), 'not_a_directory');
    await refused(agent.makeDirectory('/w/d', {}), 'file_exists');
    await refused(agent.makeDirectory('/w/f', { parents: true }), 'file_exists');
    await refused(agent.makeDirectory('/w/no/d', {}), 'file_not_found');
    await refused(agent.remove('/w/d', { recursive: false }), 'is_a_directory');
    await refused(agent.remove('/w/none', { recursive: true }), 'file_not_found');
    await refused(agent.move('/w/none', '/w/x', { overwrite: true }), 'file_not_found');
    await refused(agent.move('/w/f', '/w/pipe', { overwrite: false }), 'file_exists');
    await refused(agent.move('/w/f', '/w/d', { overwrite: true }), 'is_a_directory');
    await refused(agent.move('/w/f', '/dev/shm/f', { overwrite: true }), 'unsupported');
    expect(await sh('ls -A /w')).toBe('d\nf\npipe');
  });

  it('are listed in name order, depth first, up to a bound', async () => {
    const { agent, sh } = await agentlessSandbox();
    await sh('mkdir -p /w/b/1; cd /w; touch a c b/2 b/10 b/1/x b! .h; ln -s b z');
    const all = await agent.list('/w', { depth: 9, maxEntries: 100 });
    expect(all.entries.map(({ type, path }) => `${type[0]} ${path}`)).toEqual([
      'f .h',
      'f a',
      'd b',
      'd b/1',
      'f b/1/x',
      'f b/10',
      'f b/2',
      'f b!',
      'f c',
      's z',
    ]);
    expect(all.truncated).toBe(false);
    for (const maxEntries of [0, 1, 9, 10]) {
      const part = await agent.list('/w', { depth: 9, maxEntries });
      expect(part).toMatchObject({ truncated: maxEntries < 10, entries: all.entries.slice(0, maxEntries) });
    }
    await sh('mkdir /many; cd /many; seq 5000 | xargs touch');
    const many = await agent.list('/many', { depth: 1, maxEntries: 1000 });
    expect(many.truncated).toBe(true);
    const expected = Array.from({ length: 5000 }, (_, n) => `${n + 1}`)
      .sort()
      .slice(0, 1000);
    expect(many.entries.map(({ path }) => path)).toEqual(expected);
  });

  it('are as they were when the caller gives up', async () => {
    const { agent, sh } = await agentlessSandbox();
    await agent.writeFile('/w/f', Buffer.from('old'), {});
    const controller = new AbortController();
    const work = agent.writeFile('/w/f', Buffer.alloc(300_000_000), {}, { signal: controller.signal });
    await eventually('a part is there', async () => (await sh('ls -A /w | wc -l')) === '2');
    controller.abort();
    await refused(work, 'cancelled');
    await eventually('the part is gone', async () => (await sh('ls -A /w; cat /w/f')) === 'f\nold');
  });
});

describe('processes without an agent', () => {
  it('get arguments and environment as they are, whatever is in them', async () => {
    const { agent } = await agentlessSandbox();
    const odd = names.filter((name) => name !== '');
    const script = 'printf "%s|" "$@" "$name" "$user" "$thaw_nonce" "$HOME" "$USER"';
    const process = await agent.spawn({
      argv: ['/bin/bash', '-c', script, 'sh', ...odd],
      env: { name: 'a\nb', user: '$x', USER: 'mine' },
      user: 'daytona',
    });
    let out = '';
    for await (const chunk of process.output('stdout')) out += chunk.toString();
    expect(out).toBe(`${[...odd, 'a\nb', '$x', '', '/home/daytona', 'mine'].join('|')}|`);
    expect(await process.exited).toEqual({ code: 0, signal: null });
  });

  it('are signalled as a group, and say by what they ended', async () => {
    const { agent, sh } = await agentlessSandbox();
    const process = await agent.spawn({ argv: ['/bin/bash', '-c', 'sleep 765 & sleep 765'] });
    process.signal(15);
    expect(await process.exited).toEqual({ code: null, signal: 15 });
    await eventually('the group is gone', async () => (await sh('pgrep -x sleep | wc -l')) === '1');
    const failed = await agent.spawn({ argv: ['/bin/sh', '-c', 'exit 7'] });
    expect(await failed.exited).toEqual({ code: 7, signal: null });
  });

  it('are signalled where the image has no setsid, too', async () => {
    const { agent, sh } = await agentlessSandbox();
    await sh('rm /usr/bin/setsid');
    const process = await agent.spawn({ argv: ['/bin/bash', '-c', 'echo out; sleep 765 & sleep 765'] });
    const output = process.output('stdout')[Symbol.asyncIterator]();
    expect((await output.next()).value?.toString()).toBe('out\n');
    process.signal(9);
    expect(await process.exited).toEqual({ code: null, signal: 9 });
    await eventually('the group is gone', async () => (await sh('pgrep -x sleep | wc -l')) === '1');
    expect((await (await agent.spawn({ argv: ['/bin/sh', '-c', 'exit 7'] })).exited).code).toBe(7);
  });

  it('run whatever their search path is', async () => {
    const { agent } = await agentlessSandbox();
    const script = 'echo $PATH; command -v ls || echo none';
    const process = await agent.spawn({ argv: ['/bin/bash', '-c', script], env: { PATH: '/opt/a:/opt/b' } });
    let out = '';
    for await (const chunk of process.output('stdout')) out += chunk.toString();
    expect(out).toBe('/opt/a:/opt/b\nnone\n');
    await refused(agent.spawn({ argv: ['ls'], env: { PATH: '/opt' } }), 'command_not_started');
  });

  it('block on what nobody reads, and lose nothing of it', async () => {
    const { agent } = await agentlessSandbox();
    const process = await agent.spawn({ argv: ['/bin/sh', '-c', 'head -c 5000000 /dev/zero; echo end >&2'] });
    await new Promise((resolve) => setTimeout(resolve, 300));
    let bytes = 0;
    for await (const chunk of process.output('stdout')) bytes += chunk.length;
    expect(bytes).toBe(5_000_000);
    expect(await process.exited).toEqual({ code: 0, signal: null });
  });

  it('leave no zombies, and the container ends in order with the last of them', async () => {
    const { agent, docker, id, sh } = await agentlessSandbox();
    await sh('for i in 1 2 3; do (sleep 0.05 &) ; done; setsid sleep 0.05 & true');
    await eventually('all are reaped', async () => (await sh("ps -eo stat | grep -c '^Z'")) === '0');
    await sh(
      `(trap 'sleep 0.3; echo ended > /note; exit' TERM; while :; do sleep 0.05; done) >/dev/null 2>&1 &`,
    );
    await agent.shutdown(10_000);
    expect(agent.isOpen).toBe(false);
    expect((await docker.inspectContainer(id))?.running).toBe(false);
    await docker.startContainer(id);
    let note = '';
    const handlers = { data: (_: string, chunk: Buffer) => (note += chunk.toString()), end: () => undefined };
    await docker.exec(id, { argv: ['cat', '/note'] }, handlers);
    await eventually('the note is read', () => note === 'ended\n');
  });

  it('end with their container, and whoever waits for them is told', async () => {
    const { agent, docker, id } = await agentlessSandbox();
    const process = await agent.spawn({ argv: ['sleep', '1000'] });
    await docker.killContainer(id, 'SIGKILL');
    await refused(process.exited, 'agent_unreachable');
    expect(await agent.closed).toMatchObject({ code: 'agent_unreachable' });
    await refused(agent.spawn({ argv: ['true'] }), 'agent_unreachable');
    await refused(agent.stat('/'), 'agent_unreachable');
  });

  it('are refused with the cause', async () => {
    const { agent } = await agentlessSandbox();
    await refused(agent.spawn({ argv: ['/no/such'] }), 'command_not_started');
    await refused(agent.spawn({ argv: ['no-such-program'] }), 'command_not_started');
    await refused(agent.spawn({ argv: ['/etc/passwd'] }), 'command_not_started');
    await refused(agent.spawn({ argv: ['true'], user: 'ghost' }), 'command_not_started');
    await refused(agent.spawn({ argv: ['true'], cwd: '/etc/passwd' }), 'command_not_started');
    await refused(agent.spawn({ argv: ['true', 'x'.repeat(200_000)] }), 'command_not_started');
    await refused(agent.spawn({ argv: [] }), 'invalid_argument');
    await refused(agent.spawn({ argv: ['true'], env: { 'a=b': '' } }), 'invalid_argument');
    await refused(agent.spawn({ argv: ['true'], pty: { cols: 80, rows: 24 } }), 'unsupported');
    await refused(agent.spawn({ argv: ['true'], rlimits: { nofile: 10 } }), 'unsupported');
    await refused(agent.dial(80), 'unsupported');
  });

  it('show the ports on which they listen', async () => {
    const { agent } = await agentlessSandbox();
    const code =
      'import socket,time\nfor f,a in ((2,"127.0.0.1"),(10,"::")):\n s=socket.socket(f);s.bind((a,8000+f));s.listen();globals()[a]=s\nprint("up",flush=True);time.sleep(99)';
    const process = await agent.spawn({ argv: ['python3', '-c', code], user: 'daytona' });
    for await (const chunk of process.output('stdout')) {
      expect(chunk.toString()).toBe('up\n');
      break;
    }
    const ports = await agent.listeningPorts();
    expect(ports).toMatchObject([
      { port: 8002, address: '127.0.0.1', family: 4 },
      { port: 8010, address: '::', family: 6 },
    ]);
    expect(await agent.ping()).toBeGreaterThan(0);
    await agent.signalAll(9);
    await process.exited;
    expect(await agent.listeningPorts()).toEqual([]);
  });
});
