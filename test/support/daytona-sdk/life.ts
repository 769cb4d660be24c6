/** Sandboxes from creation to deletion, through Daytona's SDK. */
import { expect, it } from 'vitest';
import { collect, type Stage } from './stage.ts';

export function lifeTests(stage: Stage): void {
  it('creates from the default snapshot and answers started', async () => {
    const { box } = stage();
    expect(box.state).toBe('started');
    expect(box.labels).toMatchObject({ suite: stage().name('suite') });
    expect(box.toolboxProxyUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/toolbox$/);
    const { result } = await box.process.executeCommand('echo $WHO');
    expect(result.trim()).toBe('agent');
  });

  it('gets by id and by name, and lists by label', async () => {
    const { daytona, box, version, name } = stage();
    expect((await daytona.get(box.id)).name).toBe(box.name);
    expect((await daytona.get(box.name)).id).toBe(box.id);
    const labels = { suite: name('suite') };
    const found = await collect(daytona.list(version.isOld ? labels : { labels }));
    expect(found.map(({ id }) => id)).toEqual([box.id]);
  });

  it('sets labels and intervals', async () => {
    const { box, daytona, version, name } = stage();
    const labels = { suite: name('suite'), changed: 'yes', 'code-toolbox-language': 'python' };
    expect(await box.setLabels(labels)).toEqual(labels);
    await box.setAutostopInterval(30);
    await box.setAutoArchiveInterval(60);
    await box.setAutoDeleteInterval(120);
    await box.refreshActivity();
    if (!version.isOld) await box.setTtl(600);
    expect(await daytona.get(box.id)).toMatchObject({
      labels,
      autoStopInterval: 30,
      autoArchiveInterval: 60,
      autoDeleteInterval: 120,
    });
  });

  it('stops, starts, resizes, archives and brings back with its files', async () => {
    const { daytona, name } = stage();
    const sandbox = await daytona.create({ name: name('life'), language: 'python' });
    await sandbox.fs.uploadFile(Buffer.from('kept'), 'kept.txt');
    await sandbox.resize({ cpu: 2, memory: 2 });
    expect(sandbox).toMatchObject({ cpu: 2, memory: 2, state: 'started' });
    await sandbox.stop();
    expect(sandbox.state).toBe('stopped');
    await sandbox.start();
    expect(sandbox.state).toBe('started');
    await sandbox.stop();
    await sandbox.archive();
    await expect
      .poll(async () => (await daytona.get(sandbox.id)).state, { timeout: 20_000 })
      .toBe('archived');
    await sandbox.start();
    expect(String(await sandbox.fs.downloadFile('kept.txt'))).toBe('kept');
    await sandbox.delete();
    await expect(daytona.get(sandbox.id)).rejects.toMatchObject({ name: 'DaytonaNotFoundError' });
  });

  it('deletes itself at its stop when it is ephemeral', async () => {
    const { daytona } = stage();
    const sandbox = await daytona.create({ autoDeleteInterval: 0 });
    await sandbox.stop();
    await expect(daytona.get(sandbox.id)).rejects.toMatchObject({ name: 'DaytonaNotFoundError' });
  });
}

/** What old SDKs have no methods for. */
export function newLifeTests(stage: Stage): void {
  it('forks with the files as they are, pauses, and closes the network', async () => {
    const { daytona, box, name } = stage();
    await box.fs.uploadFile(Buffer.from('of the source'), 'forked.txt');
    const child = await box.fork({ name: name('child') });
    expect(child).toMatchObject({ state: 'started', name: name('child') });
    expect(child.id).not.toBe(box.id);
    expect(String(await child.fs.downloadFile('forked.txt'))).toBe('of the source');
    await child.updateNetworkSettings({ networkBlockAll: true });
    expect(await daytona.get(child.id)).toMatchObject({ networkBlockAll: true });
    await child.pause();
    expect(child.state).toBe('paused');
    await child.start();
    expect(child.state).toBe('started');
    await child.delete();
  });
}
