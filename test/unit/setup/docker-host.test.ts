/** Addresses in the form of DOCKER_HOST. */
import { describe, expect, test } from 'vitest';
import { parseDockerHost } from '../../../src/setup/discovery/docker-host.ts';
import { fakeHost } from './fake-host.ts';

describe('parseDockerHost', () => {
  test.each([
    ['unix:///run/d.sock', { kind: 'socket', path: '/run/d.sock' }],
    ['/run/d.sock', { kind: 'socket', path: '/run/d.sock' }],
    ['npipe:////./pipe/docker_engine', { kind: 'socket', path: '\\\\.\\pipe\\docker_engine' }],
    ['tcp://10.0.0.1', { kind: 'tcp', host: '10.0.0.1', port: 2375 }],
    ['tcp://[::1]:99', { kind: 'tcp', host: '::1', port: 99 }],
    ['http://box:80', { kind: 'tcp', host: 'box', port: 80 }],
    ['box:4000', { kind: 'tcp', host: 'box', port: 4000 }],
  ])('%s', async (address, endpoint) => {
    expect(await parseDockerHost(address, 'TEST')).toEqual(endpoint);
  });

  test.each([['ssh://me@box'], ['fd://'], ['tcp://:x'], ['https://box:1']])(
    '%s is refused with advice',
    async (address) => {
      await expect(parseDockerHost(address, 'DOCKER_HOST')).rejects.toMatchObject({
        code: 'setup_failed',
        message: expect.stringContaining('DOCKER_HOST'),
      });
    },
  );

  test('TLS material is read, and its port is the default one', async () => {
    const { put, root } = await fakeHost();
    for (const name of ['ca', 'cert', 'key']) await put(`${name}.pem`, name.toUpperCase());
    expect(await parseDockerHost('tcp://box', 'TEST', root)).toEqual({
      kind: 'tcp',
      host: 'box',
      port: 2376,
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY' },
    });
    await expect(parseDockerHost('tcp://box', 'TEST', `${root}/none`)).rejects.toMatchObject({
      code: 'setup_failed',
    });
  });
});
