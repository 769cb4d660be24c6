/** One real sandbox named `box` with its toolbox, for the tests of a file. */
import { afterAll, beforeAll } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/options.ts';
import { call, disposeEngine, makeStateDir, testEngineOptions } from './open-engine.ts';
import { listenToolbox, type ToolboxServer } from './toolbox-server.ts';

export interface ToolboxSandbox {
  readonly server: () => ToolboxServer;
  /** What a route answers to JSON: status and body. */
  post(path: string, body: unknown): Promise<Answered>;
  get(path: string): Promise<Answered>;
  execute(body: object): Promise<Answered>;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

/** To be called at the top of a file. */
export function toolboxSandbox(): ToolboxSandbox {
  let engine: Engine;
  let stateDir = '';
  let server: ToolboxServer;
  beforeAll(async () => {
    stateDir = makeStateDir();
    engine = await openEngine(testEngineOptions(stateDir));
    await engine.lifecycle.create({ name: 'box', env: { OF_SANDBOX: 'yes' } }, call());
    server = await listenToolbox({ backend: engine });
  });
  afterAll(async () => {
    await server.close();
    await disposeEngine(engine, stateDir);
  });
  const post = async (path: string, body: unknown): Promise<Answered> =>
    answered(await server.post(path, body));
  return {
    server: () => server,
    post,
    get: async (path) => answered(await server.request(path)),
    execute: (body) => post('/process/execute', body),
  };
}
