/** Images, snapshots and volumes, through Daytona's SDK. */
import { expect, it } from 'vitest';
import type { Stage } from './stage.ts';

export function templateTests(stage: Stage): void {
  it('builds a sandbox of an image definition, with the build’s log', async () => {
    const { sdk, daytona, image, name } = stage();
    const definition = sdk.Image.base(image)
      .runCommands(`echo "made for ${name('build')}" | tee /built`)
      .env({ BAKED: 'in' });
    let log = '';
    const sandbox = await daytona.create(
      { image: definition, resources: { cpu: 1, memory: 1 } },
      { timeout: 60, onSnapshotCreateLogs: (chunk) => (log += chunk) },
    );
    const ran = await sandbox.process.executeCommand('cat /built; echo $BAKED');
    expect(ran.result).toBe(`made for ${name('build')}\nin\n`);
    expect(log).toContain(`made for ${name('build')}`);
    await sandbox.delete();
  });

  it('makes, lists, uses and deletes a snapshot', async () => {
    const { sdk, daytona, image, name } = stage();
    const lines: string[] = [];
    const made = await daytona.snapshot.create(
      { name: name('snapshot'), image: sdk.Image.base(image).runCommands('echo two > /two') },
      { onLogs: (chunk) => lines.push(chunk) },
    );
    expect(made).toMatchObject({ name: name('snapshot'), state: 'active' });
    expect(lines.join('')).not.toBe('');
    expect((await daytona.snapshot.list()).items.map((snapshot) => snapshot.name)).toContain(
      name('snapshot'),
    );
    const sandbox = await daytona.create({ snapshot: name('snapshot') });
    expect((await sandbox.process.executeCommand('cat /two')).result).toBe('two\n');
    await sandbox.delete();
    await daytona.snapshot.delete(await daytona.snapshot.get(name('snapshot')));
    await expect(daytona.snapshot.get(name('snapshot'))).rejects.toMatchObject({
      name: 'DaytonaNotFoundError',
    });
  });

  it('mounts a volume in two sandboxes', async () => {
    const { daytona, name } = stage();
    const volume = await daytona.volume.get(name('volume'), true);
    expect((await daytona.volume.list()).map((each) => each.name)).toContain(volume.name);
    await expect
      .poll(async () => (await daytona.volume.get(volume.name)).state, { timeout: 10_000 })
      .toBe('ready');
    const volumes = [{ volumeId: volume.id, mountPath: '/shared' }];
    const [one, two] = await Promise.all([daytona.create({ volumes }), daytona.create({ volumes })]);
    await one.process.executeCommand('echo both > /shared/file');
    expect((await two.process.executeCommand('cat /shared/file')).result).toBe('both\n');
    await Promise.all([one.delete(), two.delete()]);
    await expect
      .poll(
        () =>
          daytona.volume.delete(volume).then(
            () => 'deleted',
            () => 'in use',
          ),
        { timeout: 10_000 },
      )
      .toBe('deleted');
  });
}

/** What old SDKs have no methods for. */
export function newTemplateTests(stage: Stage): void {
  it('makes a snapshot of a sandbox', async () => {
    const { daytona, box, name } = stage();
    await box.fs.uploadFile(Buffer.from('inside'), '/tmp/inside.txt');
    await box._experimental_createSnapshot(name('of-sandbox'));
    const sandbox = await daytona.create({ snapshot: name('of-sandbox') });
    expect(String(await sandbox.fs.downloadFile('/tmp/inside.txt'))).toBe('inside');
    await sandbox.delete();
    await daytona.snapshot.delete(await daytona.snapshot.get(name('of-sandbox')));
  });
}
