/** The life of sandboxes on a real Docker Engine, with and without the guest agent. */
import { describe, expect, it } from 'vitest';
import { CreatedSandbox } from '../../../schemas/create-sandbox.ts';
import { Sandbox } from '../../../schemas/sandbox.ts';
import { call, type OpenEngine, poolIsFull } from '../open-engine.ts';

export function describeLifecycle(open: OpenEngine): void {
  describe('create', () => {
    it('claims a parked container whatever is asked, and the sandbox has all of it', async () => {
      const engine = await open({ pool: { target: 1, refillConcurrency: 1 } });
      await poolIsFull(engine);
      const created = await engine.lifecycle.create(
        {
          name: 'custom',
          user: 'root',
          env: { GREETING: 'hello world' },
          labels: { team: 'a' },
          cpu: 0.5,
          memory: 0.25,
          autoStopInterval: 3,
          autoDeleteInterval: 60,
        },
        call(),
      );
      expect(CreatedSandbox.parse(created)).toMatchObject({
        startedFrom: 'warm',
        state: 'started',
        name: 'custom',
        user: 'root',
        cpu: 0.5,
        memory: 0.25,
        labels: { team: 'a' },
        autoStopInterval: 3,
        autoDeleteInterval: 60,
      });
      const script =
        'id -un; echo "$GREETING"; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; hostname';
      const { stdout } = await engine.exec.exec('custom', { command: script }, call());
      expect(stdout.split('\n').slice(0, 4)).toEqual([
        'root',
        'hello world',
        String(0.25 * 1024 ** 3),
        created.id,
      ]);
    });

    it('makes a container when none is parked', async () => {
      const engine = await open();
      const created = await engine.lifecycle.create({ memory: 0.125 }, call());
      expect(created).toMatchObject({ startedFrom: 'cold', state: 'started', user: 'daytona' });
      const { stdout } = await engine.exec.exec(created.id, { command: 'id -un; pwd; echo $HOME' }, call());
      expect(stdout).toBe('daytona\n/home/daytona\n/home/daytona\n');
    });

    it('answers every field of the API', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({ name: 'fields' }, call());
      const got = await engine.lifecycle.get('fields', call());
      expect(Sandbox.parse(got)).toEqual(got);
      const always = Object.entries(Sandbox.shape).filter(
        ([, schema]) => !schema.safeParse(undefined).success,
      );
      for (const [field] of always) expect(got, field).toHaveProperty(field);
      expect(got.id).toBe(id);
    });

    it('hands out every parked container once when all are claimed at the same time', async () => {
      const engine = await open({ pool: { target: 6, refillConcurrency: 3 } });
      await poolIsFull(engine);
      const created = await Promise.all(Array.from({ length: 6 }, () => engine.lifecycle.create({}, call())));
      expect(new Set(created.map(({ id }) => id)).size).toBe(6);
      expect(created.every(({ startedFrom }) => startedFrom === 'warm')).toBe(true);
    });

    it('undoes a cold creation that its caller cancels', async () => {
      const engine = await open();
      const controller = new AbortController();
      const creating = engine.lifecycle.create({ name: 'never' }, call(controller.signal));
      controller.abort();
      await expect(creating).rejects.toMatchObject({ code: 'cancelled' });
      expect((await engine.lifecycle.list({}, call())).total).toBe(0);
    });
  });

  describe('stop and start', () => {
    it('keep the files and end the processes', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      await engine.exec.exec(
        id,
        { command: 'echo kept > note; sleep 1000 >/dev/null 2>&1 & echo $! > pid' },
        call(),
      );
      expect(await engine.lifecycle.stop(id, { force: false }, call())).toMatchObject({ state: 'stopped' });
      await expect(engine.exec.exec(id, { command: 'true' }, call())).rejects.toMatchObject({
        code: 'state_conflict',
        next: 'Call sandbox_start first.',
      });
      expect(await engine.lifecycle.start(id, call())).toMatchObject({ state: 'started', errorReason: null });
      const { stdout } = await engine.exec.exec(
        id,
        { command: 'cat note; kill -0 $(cat pid) 2>/dev/null || echo gone' },
        call(),
      );
      expect(stdout).toBe('kept\ngone\n');
    });

    it('let processes end in order, and by force at once', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      const trap = `trap 'echo ended > /home/daytona/trap; exit' TERM; while :; do sleep 0.05; done`;
      await engine.exec.exec(id, { command: `(${trap}) >/dev/null 2>&1 &` }, call());
      await engine.lifecycle.stop(id, { force: false }, call());
      await engine.lifecycle.start(id, call());
      expect((await engine.exec.exec(id, { command: 'cat trap' }, call())).stdout).toBe('ended\n');

      await engine.exec.exec(
        id,
        { command: `rm trap; (trap '' TERM; sleep 1000) >/dev/null 2>&1 &` },
        call(),
      );
      const began = performance.now();
      await engine.lifecycle.stop(id, { force: true }, call());
      expect(performance.now() - began).toBeLessThan(5_000);
    });

    it('keep the limits of the claim', async () => {
      const engine = await open({ pool: { target: 1, refillConcurrency: 1 } });
      await poolIsFull(engine);
      const { id } = await engine.lifecycle.create({ memory: 0.25 }, call());
      await engine.lifecycle.stop(id, { force: true }, call());
      await engine.lifecycle.start(id, call());
      const { stdout } = await engine.exec.exec(
        id,
        {
          command:
            'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max',
        },
        call(),
      );
      expect(Number(stdout)).toBe(0.25 * 1024 ** 3);
    });

    it('refuse what the state does not allow', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      expect(await engine.lifecycle.start(id, call())).toMatchObject({ state: 'started' });
      await engine.lifecycle.stop(id, { force: true }, call());
      await expect(engine.lifecycle.stop(id, { force: true }, call())).rejects.toMatchObject({
        code: 'state_conflict',
      });
    });

    it('let exactly one of two stops win', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      const results = await Promise.allSettled([
        engine.lifecycle.stop(id, { force: true }, call()),
        engine.lifecycle.stop(id, { force: true }, call()),
      ]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'busy' } });
    });
  });

  describe('delete', () => {
    it('waits for what runs and takes everything away', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({ name: 'gone' }, call());
      const stopping = engine.lifecycle.stop(id, { force: true }, call());
      const [deleted, again] = await Promise.all([
        engine.lifecycle.delete(id, call()),
        engine.lifecycle.delete('gone', call()),
      ]);
      await stopping;
      expect([deleted.state, again.state]).toEqual(['destroyed', 'destroyed']);
      await expect(engine.lifecycle.get('gone', call())).rejects.toMatchObject({ code: 'sandbox_not_found' });
      expect(await engine.lifecycle.create({ name: 'gone' }, call())).toMatchObject({ state: 'started' });
    });
  });

  describe('an ephemeral sandbox', () => {
    it('ends with its stop', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({ autoDeleteInterval: 0 }, call());
      expect(await engine.lifecycle.stop(id, { force: true }, call())).toMatchObject({ state: 'destroyed' });
      await expect(engine.lifecycle.get(id, call())).rejects.toMatchObject({ code: 'sandbox_not_found' });
    });
  });
}
