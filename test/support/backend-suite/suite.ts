/** What every backend promises, as one suite: the engine in process and the remote backend pass the same assertions. */
import { beforeAll, describe, expect, it } from 'vitest';
import { CreatedSandbox } from '../../../schemas/create-sandbox.ts';
import { ExecResult } from '../../../schemas/exec.ts';
import { Sandbox } from '../../../schemas/sandbox.ts';
import { describeContents } from './contents.ts';
import { describeResources } from './resources.ts';
import { describeRunning } from './running.ts';
import { call, type Lacks, type Suite, type SuiteBackend } from './types.ts';

const LABELS = { suite: 'contract' };

function describeLifecycle({ backend, sandbox, lacks }: Suite): void {
  it('create answers a started sandbox with every field', async () => {
    const found = await backend().lifecycle.get('contract-box', call());
    expect(Sandbox.parse(found)).toMatchObject({
      id: sandbox(),
      name: 'contract-box',
      state: 'started',
      labels: LABELS,
      env: { GREETING: 'hello' },
      autoStopInterval: 7,
    });
  });

  it('list finds it by its label, and counts', async () => {
    const page = await backend().lifecycle.list({ labels: LABELS, limit: 10 }, call());
    expect(page.items).toMatchObject([{ id: sandbox(), name: 'contract-box', state: 'started' }]);
    expect(page).toMatchObject({ total: 1, page: 1, totalPages: 1, nextCursor: null });
    expect((await backend().lifecycle.list({ labels: { suite: 'other' } }, call())).items).toEqual([]);
  });

  it('refuses a name that is taken and a sandbox that is not there', async () => {
    await expect(backend().lifecycle.create({ name: 'contract-box' }, call())).rejects.toMatchObject({
      code: 'name_conflict',
    });
    await expect(backend().lifecycle.get('nobody', call())).rejects.toMatchObject({
      code: 'sandbox_not_found',
    });
    await expect(backend().exec.exec('nobody', { command: 'true' }, call())).rejects.toMatchObject({
      code: 'sandbox_not_found',
    });
  });

  it('sets labels, visibility and intervals', async () => {
    const { settings } = backend();
    const labels = { ...LABELS, more: 'yes' };
    expect(await settings.setLabels(sandbox(), labels, call())).toMatchObject({ labels });
    expect(await settings.setPublic(sandbox(), true, call())).toMatchObject({ public: true });
    expect(await settings.setPublic(sandbox(), false, call())).toMatchObject({ public: false });
    expect(await settings.setAutoStop(sandbox(), 9, call())).toMatchObject({ autoStopInterval: 9 });
    expect(await settings.setAutoArchive(sandbox(), 90, call())).toMatchObject({ autoArchiveInterval: 90 });
    expect(await settings.setAutoDelete('contract-box', -1, call())).toMatchObject({
      autoDeleteInterval: -1,
    });
    expect(await settings.touch('contract-box', call())).toMatchObject({ id: sandbox() });
  });

  if (lacks.ttl === true) {
    it('names an operation that the server lacks', async () => {
      await expect(backend().settings.setTtl(sandbox(), 5, call())).rejects.toMatchObject({
        code: 'unsupported_by_backend',
        message: expect.stringContaining('setTtl'),
      });
    });
  } else {
    it('sets a time to live', async () => {
      const { autoDestroyAt } = await backend().settings.setTtl(sandbox(), 5, call());
      expect(Date.parse(autoDestroyAt ?? '')).toBeGreaterThan(Date.now());
      expect(await backend().settings.setTtl(sandbox(), 0, call())).toMatchObject({ autoDestroyAt: null });
    });
  }

  if (lacks.forks === true) {
    it('says that containers do not fork or pause there', async () => {
      const refusal = { code: 'unsupported_by_backend' };
      await expect(backend().forks.fork(sandbox(), {}, call())).rejects.toMatchObject(refusal);
      await expect(backend().lifecycle.pause(sandbox(), call())).rejects.toMatchObject(refusal);
    });
  } else {
    it('forks, and knows who came from whom', async () => {
      const { forks, lifecycle } = backend();
      const outcome = await forks.fork(sandbox(), { names: ['contract-fork'] }, call());
      expect(outcome).toMatchObject({ children: [{ name: 'contract-fork', state: 'started', error: null }] });
      expect(outcome.envCopied).toEqual(['GREETING']);
      const id = outcome.children[0]?.id ?? '';
      expect(await forks.children(sandbox(), call())).toMatchObject([{ id }]);
      expect(await forks.parent(id, call())).toMatchObject({ id: sandbox() });
      expect(await forks.ancestors(id, call())).toMatchObject([{ id: sandbox() }]);
      expect(await lifecycle.pause(id, call())).toMatchObject({ state: 'paused' });
      expect(await lifecycle.resume(id, call())).toMatchObject({ state: 'started' });
      expect(await lifecycle.delete(id, call())).toMatchObject({ state: 'destroyed' });
    });
  }

  it('answers no parent where there is none', async () => {
    await expect(backend().forks.parent(sandbox(), call())).rejects.toMatchObject({
      code: 'sandbox_not_found',
    });
  });
}

function describeEnd({ backend, sandbox }: Suite): void {
  it('stops, refuses what a stopped one cannot, and starts again', async () => {
    const { lifecycle, exec } = backend();
    expect(await lifecycle.stop(sandbox(), { force: true }, call())).toMatchObject({ state: 'stopped' });
    await expect(exec.exec(sandbox(), { command: 'true' }, call())).rejects.toMatchObject({
      code: 'state_conflict',
      next: 'Call sandbox_start first.',
    });
    await expect(lifecycle.stop(sandbox(), { force: true }, call())).rejects.toMatchObject({
      code: 'state_conflict',
    });
    expect(await lifecycle.start(sandbox(), call())).toMatchObject({ state: 'started' });
    expect(ExecResult.parse(await exec.exec(sandbox(), { command: 'true' }, call()))).toMatchObject({
      exitCode: 0,
    });
  });

  it('deletes it, after which it is not there', async () => {
    const { lifecycle } = backend();
    expect(await lifecycle.delete('contract-box', call())).toMatchObject({ state: 'destroyed' });
    await expect(lifecycle.get(sandbox(), call())).rejects.toMatchObject({ code: 'sandbox_not_found' });
    await expect(lifecycle.delete(sandbox(), call())).rejects.toMatchObject({ code: 'sandbox_not_found' });
  });
}

/** `open` is called once. Closing is whoever opened it's. */
export function describeBackend(what: string, open: () => Promise<SuiteBackend>, lacks: Lacks = {}): void {
  describe(what, () => {
    let opened: SuiteBackend | null = null;
    let id = '';
    const suite: Suite = {
      backend: () => {
        if (opened === null) throw new Error('the backend is not open');
        return opened;
      },
      sandbox: () => id,
      lacks,
    };
    beforeAll(async () => {
      opened = await open();
      const wanted = {
        name: 'contract-box',
        labels: LABELS,
        env: { GREETING: 'hello' },
        autoStopInterval: 7,
      };
      const created = await opened.lifecycle.create(wanted, call());
      expect(CreatedSandbox.parse(created)).toMatchObject({ state: 'started', name: 'contract-box' });
      ({ id } = created);
    });
    describeLifecycle(suite);
    describeContents(suite);
    if (lacks.running !== true) describeRunning(suite);
    describeResources(suite);
    describeEnd(suite);
  });
}
