/** What the daemon says about itself, as far as the checks need it. */
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import type { DockerEndpoint } from '../../engine/docker/endpoint.ts';
import { ThawError } from '../../errors.ts';
import { requestEngine } from '../engine-request.ts';

const deadlineMs = 10_000;

const DaemonFacts = z.object({
  ServerVersion: z.string(),
  Architecture: z.string(),
  OSType: z.string(),
  OperatingSystem: z.string().default(''),
  KernelVersion: z.string().default(''),
  Driver: z.string(),
  DriverStatus: z.array(z.array(z.string())).nullish(),
  CgroupVersion: z.string().default('1'),
  CgroupDriver: z.string().default(''),
  DockerRootDir: z.string().default(''),
  MemoryLimit: z.boolean().default(false),
  PidsLimit: z.boolean().default(false),
  CpuCfsQuota: z.boolean().default(false),
  LiveRestoreEnabled: z.boolean().default(false),
  ExperimentalBuild: z.boolean().default(false),
  SecurityOptions: z.array(z.string()).nullish(),
  Runtimes: z.record(z.string(), z.unknown()).default({}),
  NCPU: z.number().default(0),
  MemTotal: z.number().default(0),
});

/** In the names of the Docker Engine API. */
export type DaemonFacts = z.output<typeof DaemonFacts>;

async function get(endpoint: DockerEndpoint, path: string): Promise<{ status: number; body: unknown }> {
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const answer = await requestEngine(endpoint, { method: 'GET', path, signal });
    return { status: answer.statusCode ?? 0, body: await json(answer) };
  } catch (cause) {
    throw new ThawError('engine_unreachable', `The Docker Engine does not answer GET ${path}.`, { cause });
  }
}

/** Throws `engine_unreachable` or `engine_error`. */
export async function readDaemonFacts(endpoint: DockerEndpoint): Promise<DaemonFacts> {
  const { status, body } = await get(endpoint, '/info');
  const parsed = DaemonFacts.safeParse(body);
  if (status === 200 && parsed.success) return parsed.data;
  throw new ThawError(
    'engine_error',
    `The Docker Engine describes itself in a way that Thaw does not know (HTTP ${status}).`,
  );
}

export async function hasImage(endpoint: DockerEndpoint, image: string): Promise<boolean> {
  const { status } = await get(endpoint, `/images/${image}/json`);
  return status === 200;
}
