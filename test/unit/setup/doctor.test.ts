/** `thaw doctor` where there is no daemon, and how its report reads. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitStatus, formatReport, runDoctor } from '../../../src/setup/doctor.ts';
import { fakeHost } from './fake-host.ts';

describe('without a daemon', () => {
  test('it fails, names every place that was asked, and still checks the rest', async () => {
    const { host, root } = await fakeHost();
    const report = await runDoctor({
      host,
      nodeVersion: 'v20.15.0',
      stateDir: join(root, 'state', 'deep'),
      engineDir: join(root, 'engine'),
      runtimeRoot: join(root, 'run'),
      ownerPid: 42,
    });
    const byId = new Map(report.checks.map((check) => [check.id, check]));
    expect(exitStatus(report)).toBe(1);
    expect(byId.get('docker')).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('docker.sock'),
    });
    expect(byId.get('node')?.status).toBe('ok');
    expect(byId.get('state-dir')).toMatchObject({
      status: 'ok',
      found: expect.stringContaining('will be made'),
    });
    expect(byId.get('compiler')).toMatchObject({ status: 'info', found: 'not found' });
    expect(byId.get('owner')?.found).toContain('42');
    expect(byId.get('seccomp')?.status).toBe('info');
    expect(formatReport(report)).toContain('FAIL  Docker Engine');
  });

  test('an old Node fails', async () => {
    const { host, root } = await fakeHost();
    const options = { host, stateDir: root, engineDir: root, runtimeRoot: root, ownerPid: null };
    const report = await runDoctor({ ...options, nodeVersion: 'v20.14.9' });
    expect(report.checks.find(({ id }) => id === 'node')?.status).toBe('fail');
  });
});

test('the report lines up, advice below what it is about', () => {
  const text = formatReport({
    usable: true,
    checks: [
      { id: 'a', title: 'Long title', status: 'ok', found: 'fine' },
      { id: 'b', title: 'B', status: 'warn', found: 'one\ntwo', advice: 'Do it.' },
    ],
  });
  expect(text).toBe(
    [
      'ok    Long title  fine',
      'WARN  B           one',
      '                  two',
      '                  -> Do it.',
      '',
      'Thaw can run here.',
      '',
    ].join('\n'),
  );
});
