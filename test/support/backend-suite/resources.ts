/** Snapshots, volumes, previews and SSH on every backend. */
import { expect, it } from 'vitest';
import { Snapshot } from '../../../schemas/copies.ts';
import { PortPreviewUrl, SignedPortPreviewUrl } from '../../../schemas/previews.ts';
import { SshAccess } from '../../../schemas/ssh.ts';
import { Volume } from '../../../schemas/volumes.ts';
import { call, type Suite } from './types.ts';

export function describeResources({ backend, sandbox }: Suite): void {
  it('makes a snapshot of it, finds it by name and id, and deletes it', async () => {
    const { snapshots } = backend();
    const made = await snapshots.fromSandbox(sandbox(), 'contract-snapshot', call());
    expect(made).toMatchObject({ name: 'contract-snapshot', state: 'active' });
    const found = await snapshots.get('contract-snapshot', call());
    expect(Snapshot.parse(found)).toMatchObject({ id: made.id, state: 'active' });
    expect((await snapshots.list({}, call())).items.map(({ name }) => name)).toContain('contract-snapshot');
    expect(await snapshots.deactivate('contract-snapshot', call())).toMatchObject({ state: 'inactive' });
    expect(await snapshots.activate(made.id, call())).toMatchObject({ state: 'active' });
    expect(await snapshots.delete('contract-snapshot', call())).toMatchObject({ id: made.id });
    await expect(snapshots.get('contract-snapshot', call())).rejects.toMatchObject({
      code: 'snapshot_not_found',
    });
  });

  it('makes volumes, whose names are unique', async () => {
    const { volumes } = backend();
    const made = await volumes.create({ name: 'contract-volume' }, call());
    expect(Volume.parse(made)).toMatchObject({ name: 'contract-volume', state: 'ready' });
    await expect(volumes.create({ name: 'contract-volume' }, call())).rejects.toMatchObject({
      code: 'name_conflict',
    });
    expect(await volumes.get('contract-volume', call())).toMatchObject({ id: made.id });
    expect(await volumes.get(made.id, call())).toMatchObject({ name: 'contract-volume' });
    expect((await volumes.list(call())).map(({ id }) => id)).toContain(made.id);
    expect(await volumes.delete('contract-volume', call())).toMatchObject({ id: made.id });
    await expect(volumes.get('contract-volume', call())).rejects.toMatchObject({ code: 'volume_not_found' });
  });

  it('gives addresses of previews', async () => {
    const { previews } = backend();
    const address = PortPreviewUrl.parse(await previews.url('contract-box', 3000, call()));
    expect(address).toMatchObject({ sandboxId: sandbox(), port: 3000 });
    expect(address.url).toContain(sandbox());
    const signed = SignedPortPreviewUrl.parse(await previews.signedUrl(sandbox(), 3000, 90, call()));
    const secondsLeft = (Date.parse(signed.expiresAt) - Date.now()) / 1000;
    expect(secondsLeft).toBeGreaterThan(60);
    expect(secondsLeft).toBeLessThanOrEqual(90);
    expect(await previews.expire(sandbox(), 3000, signed.token, call())).toEqual({
      sandboxId: sandbox(),
      port: 3000,
      expired: true,
    });
    expect(await previews.ports(sandbox(), call())).toMatchObject({ sandboxId: sandbox() });
  });

  it('gives and takes SSH access', async () => {
    const { ssh } = backend();
    const access = SshAccess.parse(await ssh.create(sandbox(), { expiresInMinutes: 5 }, call()));
    expect(access.sandboxId).toBe(sandbox());
    expect(access.sshCommand).toContain(access.token);
    expect(access.sshConfig).toContain(`User ${access.token}`);
    expect(await ssh.revoke(sandbox(), access.token, call())).toMatchObject({ id: sandbox() });
  });
}
