/** A container without a guest agent and the connection to it, apart from any engine. */
import { inject, onTestFinished } from 'vitest';
import type { AgentConnection } from '../../src/engine/agent/port.ts';
import { createDockerClient } from '../../src/engine/docker/client.ts';
import type { DockerPort } from '../../src/engine/docker/port.ts';
import { execConnection } from '../../src/engine/exec-fallback/connection.ts';
import { initEntrypoint } from '../../src/engine/exec-fallback/init-script.ts';
import { labelsFor } from '../../src/engine/labels.ts';
import { type ContainerId, randomHex } from '../../src/ids.ts';

export interface AgentlessSandbox {
  readonly agent: AgentConnection;
  readonly docker: DockerPort;
  readonly id: ContainerId;
  /** Runs a shell text as root and answers its trimmed standard output. */
  readonly sh: (text: string) => Promise<string>;
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Runs until the test ends. */
export async function agentlessSandbox(): Promise<AgentlessSandbox> {
  const docker = createDockerClient(inject('endpoint'));
  const owner = `test-${randomHex(6)}`;
  const id = await docker.createContainer({
    name: `thaw-${owner}`,
    image: inject('snapshot').image,
    entrypoint: initEntrypoint,
    labels: labelsFor(owner, 'sandbox'),
    network: 'none',
    mounts: [],
    capabilities: { drop: [], add: [] },
    securityOptions: [],
    limits: { pids: 256 },
  });
  onTestFinished(() => docker.removeContainer(id));
  const stream = await docker.attach(id, () => undefined);
  await docker.startContainer(id);
  const agent = execConnection(docker, id, stream);
  onTestFinished(() => agent.close());
  return {
    agent,
    docker,
    id,
    sh: async (text) => {
      const process = await agent.spawn({ argv: ['/bin/bash', '-c', text] });
      const [out] = await Promise.all([readAll(process.output('stdout')), readAll(process.output('stderr'))]);
      return out.trim();
    },
  };
}
