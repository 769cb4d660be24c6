/** The probe of `packet-probe.py` in a sandbox, and the way to a sandbox's network from the test's side. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { DockerPort } from '../../src/engine/docker/port.ts';
import { SANDBOX_LABEL } from '../../src/engine/labels.ts';
import type { Engine } from '../../src/engine/options.ts';
import { call } from './open-engine.ts';

const WAIT_SECONDS = 2;
const Outcome = z.union([z.string(), z.object({ code: z.number(), answers: z.number() })]);
const Results = z.record(z.string(), Outcome);

export async function putProbe(engine: Engine, sandbox: string): Promise<void> {
  const content = await readFile(new URL('packet-probe.py', import.meta.url), 'utf8');
  await engine.files.write(sandbox, { path: '/tmp/probe.py', content }, call());
}

/** Each way is `tcp|udp|ping|raw ADDRESS PORT` or `dns-udp|dns-tcp ADDRESS NAME`; what got through is told as `through`. */
export async function tryWays(
  engine: Engine,
  sandbox: string,
  ways: readonly string[],
  user?: string,
): Promise<z.infer<typeof Results>> {
  const command = `python3 /tmp/probe.py ${WAIT_SECONDS} ${ways.join(' ')}`;
  const request = { command, timeoutSeconds: 40, ...(user === undefined ? {} : { user }) };
  const { stdout, stderr } = await engine.exec.exec(sandbox, request, call());
  if (stderr !== '') throw new Error(`the probe failed: ${stderr}`);
  return Results.parse(JSON.parse(stdout));
}

/** The first process of a sandbox's container on the host. */
export async function containerPid(docker: DockerPort, engine: Engine, sandbox: string): Promise<number> {
  const { id } = await engine.lifecycle.get(sandbox, call());
  const [container] = await docker.listContainers({ [SANDBOX_LABEL]: id });
  const facts = container === undefined ? null : await docker.inspectContainer(container.id);
  if (facts === null || !facts.running) throw new Error(`${sandbox} does not run`);
  return facts.pid;
}
