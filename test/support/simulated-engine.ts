/** The real engine over the strict in-memory Docker Engine, with a clock that the test moves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine, EngineOptions } from '../../src/engine/options.ts';
import { Store } from '../../src/engine/store/store.ts';
import { silentLogger } from '../../src/log.ts';
import { FakeDocker } from './fake-docker.ts';
import { ManualClock } from './manual-clock.ts';
import { call } from './open-engine.ts';

export class SimulatedEngine {
  readonly docker = new FakeDocker();
  readonly clock = new ManualClock();
  readonly #stateDir = mkdtempSync(join(tmpdir(), 'thaw-simulated-'));
  #engine: Engine | null = null;

  get engine(): Engine {
    if (this.#engine === null) throw new Error('the engine is not open');
    return this.#engine;
  }

  async open(): Promise<void> {
    const agentBinary = join(this.#stateDir, 'agent');
    writeFileSync(agentBinary, 'fake');
    const options: EngineOptions = {
      stateDir: this.#stateDir,
      docker: this.docker.port(),
      defaultSnapshot: { name: 'default', image: 'fake' },
      agentBinary,
      pool: { target: 0, refillConcurrency: 1 },
      defaults: { cpu: 1, memoryGiB: 1, pids: 64, user: 'root', autoStopMinutes: 15 },
      maxSandboxes: 50,
      helper: 'off',
      clock: this.clock,
      log: silentLogger(),
    };
    this.#engine = await openEngine(options);
  }

  /** Another owner process takes over; `between` happens while there is none. */
  async replaceOwner(between?: () => void): Promise<void> {
    await this.engine.close({ sandboxes: 'keep' });
    between?.();
    await this.open();
  }

  /** Deletes every sandbox, closes, and answers what was left behind. */
  async dispose(): Promise<readonly string[]> {
    const { items } = await this.engine.lifecycle.list({ includeErroredDeleted: true, limit: 200 }, call());
    await Promise.all(items.map(({ id }) => this.engine.lifecycle.delete(id, call())));
    await this.engine.close({ sandboxes: 'stop' });
    const store = new Store(join(this.#stateDir, 'thaw.db'));
    const rows = [...store.sandboxes(), ...store.parked(), ...store.journal()];
    store.close();
    rmSync(this.#stateDir, { recursive: true, force: true });
    const { containers, networks, volumes } = this.docker;
    return [
      ...rows.map((row) => `row ${JSON.stringify(row)}`),
      ...[...containers.keys()].map((id) => `container ${id}`),
      ...networks.keys(),
      ...volumes.keys(),
    ];
  }
}
