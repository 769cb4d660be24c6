/** The suite of every backend on the engine in process. */
import { rmSync } from 'node:fs';
import { afterAll } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/options.ts';
import { describeBackend } from '../support/backend-suite/suite.ts';
import { disposeEngine, makeStateDir, testEngineOptions } from '../support/open-engine.ts';

const stateDir = makeStateDir();
let engine: Engine | null = null;
afterAll(async () => {
  if (engine === null) rmSync(stateDir, { recursive: true, force: true });
  else await disposeEngine(engine, stateDir);
});

describeBackend('the engine in process', async () => {
  const options = testEngineOptions(stateDir, {
    pool: { target: 1, refillConcurrency: 1 },
    sshEndpoint: () => ({ host: '127.0.0.1', port: 2222, hostKey: 'ssh-ed25519 AAAA' }),
    previewBase: () => ({
      scheme: 'http',
      domain: 'localhost',
      publicPort: 4480,
      listenHost: '127.0.0.1',
      listenPort: 4480,
    }),
  });
  engine = await openEngine(options);
  return engine;
});
