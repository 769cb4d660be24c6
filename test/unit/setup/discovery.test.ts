/** Which Docker Engine is chosen, from real sockets in a fabricated file system. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DiscoverOptions, discoverEngine } from '../../../src/setup/discover.ts';
import { fakeHost, serveOnSocket, temporaryDirectory } from './fake-host.ts';

const noManaged: DiscoverOptions['managed'] = { open: async () => ({ reason: 'it does not run' }) };
const runningManaged: DiscoverOptions['managed'] = {
  open: async () => ({ endpoint: { kind: 'socket', path: '/run/thaw/x/docker.sock' } }),
};

const contextPath = (name: string): string =>
  `home/u/.docker/contexts/meta/${createHash('sha256').update(name).digest('hex')}/meta.json`;
const contextMeta = (address: string): string => JSON.stringify({ Endpoints: { docker: { Host: address } } });

describe('order', () => {
  test('the explicit setting comes before DOCKER_HOST, and a flag before both', async () => {
    const directory = await temporaryDirectory();
    const [flag, thaw, docker] = ['f', 't', 'd'].map((name) => join(directory, name));
    for (const path of [flag, thaw, docker]) await serveOnSocket(path ?? '');
    const { host } = await fakeHost({ THAW_DOCKER_HOST: `unix://${thaw}`, DOCKER_HOST: `unix://${docker}` });
    const withFlag = await discoverEngine({ host, dockerHost: `unix://${flag}`, managed: noManaged });
    expect(withFlag.endpoint).toEqual({ kind: 'socket', path: flag });
    const withSetting = await discoverEngine({ host, managed: noManaged });
    expect(withSetting.endpoint).toEqual({ kind: 'socket', path: thaw });
    const { host: dockerOnly } = await fakeHost({ DOCKER_HOST: `unix://${docker}`, THAW_DOCKER_HOST: '' });
    const withDockerHost = await discoverEngine({ host: dockerOnly, managed: noManaged });
    expect(withDockerHost).toEqual({
      endpoint: { kind: 'socket', path: docker },
      source: 'DOCKER_HOST',
      managed: false,
      rejected: [],
    });
  });

  test('the context comes before the usual sockets, the system one before a desktop one', async () => {
    const { host, root, put } = await fakeHost();
    await serveOnSocket(join(root, 'var/run/docker.sock'));
    await serveOnSocket(join(root, 'home/u/.docker/run/docker.sock'));
    const system = await discoverEngine({ host, managed: noManaged });
    expect(system.source).toBe('usual socket of system daemon');

    const path = join(root, 'ctx.sock');
    await serveOnSocket(path);
    await put('home/u/.docker/config.json', JSON.stringify({ currentContext: 'mine', auths: {} }));
    await put(contextPath('mine'), contextMeta(`unix://${path}`));
    const context = await discoverEngine({ host, managed: noManaged });
    expect(context).toMatchObject({ endpoint: { path }, source: 'docker context mine' });
  });

  test('DOCKER_CONTEXT=default leaves the configured context out', async () => {
    const { host, root, put } = await fakeHost({ DOCKER_CONTEXT: 'default' });
    await put('home/u/.docker/config.json', '{"currentContext":"gone"}');
    await serveOnSocket(join(root, 'var/run/docker.sock'));
    const found = await discoverEngine({ host, managed: noManaged });
    expect(found.source).toBe('usual socket of system daemon');
  });

  test.each([
    ['rootless daemon', 'run/user/1000/docker.sock'],
    ['Docker Desktop', 'home/u/.docker/desktop/docker.sock'],
    ['OrbStack', 'home/u/.orbstack/run/docker.sock'],
    ['Colima', 'home/u/.colima/default/docker.sock'],
    ['Rancher Desktop', 'home/u/.rd/docker.sock'],
  ])('the socket of %s is a usual one', async (product, path) => {
    const { host, root } = await fakeHost({ XDG_RUNTIME_DIR: '/run/user/1000' });
    await serveOnSocket(join(root, path));
    const found = await discoverEngine({ host, managed: noManaged });
    expect(found.source).toBe(`usual socket of ${product}`);
    expect(found.rejected[0]).toEqual({
      candidate: `unix://${join(root, '/var/run/docker.sock')} (usual socket of system daemon)`,
      reason: 'there is no such socket',
    });
  });

  test('the managed daemon comes last, or first when it is asked for', async () => {
    const { host, root } = await fakeHost();
    const last = await discoverEngine({ host, managed: runningManaged });
    expect(last).toMatchObject({ managed: true, source: 'managed daemon' });
    expect(last.rejected.length).toBeGreaterThan(4);
    await serveOnSocket(join(root, 'var/run/docker.sock'));
    const asked = await discoverEngine({ host, dockerHost: 'managed', managed: runningManaged });
    expect(asked).toMatchObject({ managed: true, rejected: [] });
  });
});

describe('what does not answer', () => {
  test.each([['THAW_DOCKER_HOST'], ['DOCKER_HOST']])(
    '%s is an error and nothing takes its place',
    async (name) => {
      const { host, root } = await fakeHost({ [name]: 'unix:///nowhere/docker.sock' });
      await serveOnSocket(join(root, 'var/run/docker.sock'));
      await expect(discoverEngine({ host, managed: runningManaged })).rejects.toMatchObject({
        code: 'engine_unreachable',
        message: expect.stringContaining('there is no such socket'),
      });
    },
  );

  test('a context that DOCKER_CONTEXT names is an error, one of the configuration is passed over', async () => {
    const { host, root, put } = await fakeHost();
    await put('home/u/.docker/config.json', '{"currentContext":"off"}');
    await put(contextPath('off'), contextMeta('unix:///nowhere/desktop.sock'));
    await serveOnSocket(join(root, 'var/run/docker.sock'));
    const passedOver = await discoverEngine({ host, managed: noManaged });
    expect(passedOver.rejected).toEqual([
      { candidate: 'unix:///nowhere/desktop.sock (docker context off)', reason: 'there is no such socket' },
    ]);
    const asked = discoverEngine({
      host: { ...host, env: { DOCKER_CONTEXT: 'off' } },
      managed: noManaged,
    });
    await expect(asked).rejects.toMatchObject({ code: 'engine_unreachable' });
    const unknown = discoverEngine({
      host: { ...host, env: { DOCKER_CONTEXT: 'none' } },
      managed: noManaged,
    });
    await expect(unknown).rejects.toMatchObject({ code: 'setup_failed' });
  });

  test.each([
    ['config.json', '{"currentContext":'],
    ['config.json', '{"currentContext":7}'],
  ])('a broken %s is told and passed over', async (_name, text) => {
    const { host, root, put } = await fakeHost();
    const path = await put('home/u/.docker/config.json', text);
    await serveOnSocket(join(root, 'var/run/docker.sock'));
    const found = await discoverEngine({ host, managed: noManaged });
    expect(found.rejected[0]?.reason).toContain(path);
  });

  test('a broken context file is told and passed over', async () => {
    const { host, root, put } = await fakeHost();
    await put('home/u/.docker/config.json', '{"currentContext":"bad"}');
    const path = await put(contextPath('bad'), '{"Endpoints":{"docker":{}}}');
    await serveOnSocket(join(root, 'var/run/docker.sock'));
    const found = await discoverEngine({ host, managed: noManaged });
    expect(found.rejected[0]?.reason).toContain(path);
  });

  test.each([
    ['Podman', { 'api-version': '1.41', 'libpod-api-version': '4.3.1' }, 200, 'Podman'],
    [
      'a daemon with Windows containers',
      { 'api-version': '1.41', ostype: 'windows' },
      200,
      'Windows containers',
    ],
    ['another server', {}, 200, 'no Docker Engine'],
    ['a daemon that starts', { 'api-version': '1.41' }, 503, '503'],
  ])('%s is not used', async (_what, headers, status, reason) => {
    const { host, root } = await fakeHost();
    await serveOnSocket(join(root, 'var/run/docker.sock'), (_request, response) => {
      response.writeHead(status, headers).end();
    });
    const found = await discoverEngine({ host, managed: runningManaged });
    expect(found.rejected.some((rejection) => rejection.reason.includes(reason))).toBe(true);
  });

  test('a socket that never answers costs the deadline and no more', async () => {
    const { host, root } = await fakeHost();
    await serveOnSocket(join(root, 'var/run/docker.sock'), () => {});
    const startedAt = performance.now();
    const found = await discoverEngine({ host, managed: runningManaged, pingDeadlineMs: 100 });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(found.rejected.some(({ reason }) => reason === 'no answer within 0.1 s')).toBe(true);
  });

  test('a file that is no socket is told', async () => {
    const { host, root, put } = await fakeHost();
    await writeFile(await put('var/run/docker.sock', ''), '');
    const found = await discoverEngine({ host, managed: runningManaged });
    const rejection = found.rejected.find(({ candidate }) =>
      candidate.includes(join(root, 'var/run/docker.sock')),
    );
    expect(rejection?.reason).toMatch(/nothing listens|not a socket/);
  });

  test('when nothing answers every place is named, and what to do', async () => {
    const { host, root } = await fakeHost();
    await expect(discoverEngine({ host, managed: noManaged })).rejects.toMatchObject({
      code: 'engine_unreachable',
      message: expect.stringContaining(join(root, '/var/run/docker.sock')),
      next: expect.stringContaining('THAW_DOCKER_HOST'),
    });
  });
});
