/** `thaw doctor` on the real daemon: everything that tests need is there, and looking changes nothing. */
import { homedir, tmpdir } from 'node:os';
import { describe, expect, inject, test } from 'vitest';
import { createDockerClient } from '../../../src/engine/docker/client.ts';
import { runDoctor } from '../../../src/setup/doctor.ts';
import { describeHost } from '../../../src/setup/host.ts';

describe('doctor', () => {
  test('finds every requirement', async () => {
    const endpoint = inject('endpoint');
    const { image } = inject('snapshot');
    const docker = createDockerClient(endpoint);
    const before = await docker.listContainers({});
    const report = await runDoctor({
      host: describeHost(process, process.env, homedir()),
      nodeVersion: process.version,
      dockerHost: endpoint.kind === 'socket' ? `unix://${endpoint.path}` : undefined,
      image,
      stateDir: tmpdir(),
      ownerPid: null,
    });
    expect(report.usable).toBe(true);
    const found = new Map(report.checks.map(({ id, status }) => [id, status]));
    for (const id of [
      'docker',
      'docker-version',
      'controllers',
      'default-snapshot',
      'guest-agent',
      'direct-links',
      'state-dir',
    ]) {
      expect([id, found.get(id)]).toEqual([id, 'ok']);
    }
    expect(await docker.listContainers({})).toEqual(before);
  });

  test('an image that is not there is told', async () => {
    const endpoint = inject('endpoint');
    const report = await runDoctor({
      host: describeHost(process, process.env, homedir()),
      nodeVersion: process.version,
      dockerHost: endpoint.kind === 'socket' ? `unix://${endpoint.path}` : undefined,
      image: 'thaw/no-such-image:1',
      stateDir: tmpdir(),
      ownerPid: null,
    });
    expect(report.checks.find(({ id }) => id === 'default-snapshot')?.status).toBe('info');
  });
});
