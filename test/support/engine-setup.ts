/** Runs once around all tests that need an engine: prepares it, hands it to them, and fails the run when they leave something behind. */
import type { TestProject } from 'vitest/node';
import type { DockerEndpoint } from '../../src/engine/docker/endpoint.ts';
import { leftBehind, listThawObjects } from './leftovers.ts';
import { prepareTestEngine, releaseTestEngine } from './test-engine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    endpoint: DockerEndpoint;
    /** The default snapshot and its image in that daemon. */
    snapshot: { readonly name: string; readonly image: string };
    /** Path of the guest agent for that daemon. */
    agentBinary: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const prepared = await prepareTestEngine();
  project.provide('endpoint', prepared.endpoint);
  project.provide('snapshot', { name: prepared.snapshot.name, image: prepared.snapshot.image });
  // Most of the tests are about the agent: without it they would pass over it unseen.
  if (prepared.agentBinary === null)
    throw new Error('The tests need the guest agent, and it could not be built.');
  project.provide('agentBinary', prepared.agentBinary);
  const before = await listThawObjects(prepared.docker);
  return async () => {
    const left = await leftBehind(prepared.docker, before);
    if (prepared.started) await releaseTestEngine(prepared);
    if (left.length === 0) return;
    // vitest shows an error of a teardown and ends with status 0 all the same.
    process.exitCode = 1;
    throw new Error(`The tests left these behind:\n${left.join('\n')}`);
  };
}
