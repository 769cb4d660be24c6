/** What a sandbox uses of what it may use, read from its own cgroup files (v2, and v1) and its file system. */
import type { SystemMetrics } from '../../../schemas/system.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { runProgram } from '../exec/run-program.ts';
import type { FileAccess } from '../file-system/scope.ts';
import { AGENT_PATH } from '../guest/agent-volume.ts';

const GIB = 1024 ** 3;
const MAX_FILE_BYTES = 64 * 1024;
const SAMPLE_MS = 100;
const DISK_TIMEOUT_MS = 10_000;
const NS_PER_MS = 1_000_000;
const US_PER_MS = 1_000;

/** Null for a file that is not there. */
async function read({ agent, scope }: FileAccess, path: string): Promise<string | null> {
  const { signal } = scope;
  try {
    const options = { maxBytes: MAX_FILE_BYTES };
    return (await agent.readFile(path, options, signal === undefined ? {} : { signal })).data.toString(
      'utf8',
    );
  } catch (error) {
    if (isThawError(error) && error.httpStatus < 500) return null;
    throw error;
  }
}

/** The value of `name` in lines of `name value`. */
function field(text: string, name: string): number {
  const match = new RegExp(`^${name} (\\d{1,19})$`, 'm').exec(text);
  return match === null ? 0 : Number(match[1]);
}

/** Milliseconds of processor time since it began; null where the guest shows none. */
async function cpuTimeMs(access: FileAccess): Promise<number | null> {
  const unified = await read(access, '/sys/fs/cgroup/cpu.stat');
  if (unified !== null && /^usage_usec /m.test(unified)) return field(unified, 'usage_usec') / US_PER_MS;
  for (const folder of ['cpuacct', 'cpu,cpuacct']) {
    const text = await read(access, `/sys/fs/cgroup/${folder}/cpuacct.usage`);
    if (text !== null) return Number(text.trim()) / NS_PER_MS;
  }
  return null;
}

async function memory(access: FileAccess): Promise<Pick<SystemMetrics, 'memUsed' | 'memCache'>> {
  const current = await read(access, '/sys/fs/cgroup/memory.current');
  const used = current ?? (await read(access, '/sys/fs/cgroup/memory/memory.usage_in_bytes'));
  const statPath = current === null ? '/sys/fs/cgroup/memory/memory.stat' : '/sys/fs/cgroup/memory.stat';
  const stat = (await read(access, statPath)) ?? '';
  const memCache = current === null ? field(stat, 'total_cache') : field(stat, 'file');
  return { memUsed: Math.max(0, Number((used ?? '0').trim()) - memCache), memCache };
}

async function disk({
  context,
  sandbox,
  call,
}: FileAccess): Promise<Pick<SystemMetrics, 'diskTotal' | 'diskUsed' | 'diskFree'>> {
  if (context.volume === null)
    throw new ThawError('unsupported', 'Metrics need the guest agent, and this sandbox runs without one.', {
      next: 'Run `thaw doctor` on the host: it says how to get the guest agent.',
    });
  const argv = [AGENT_PATH, 'disk-use', '/'];
  const { stdout } = await runProgram(
    context,
    sandbox,
    { argv, timeoutMs: DISK_TIMEOUT_MS, maxOutputBytes: 1024 },
    call,
  );
  const [diskTotal = 0, diskUsed = 0, diskFree = 0] = /^\d+ \d+ \d+\n$/.test(stdout)
    ? stdout.trim().split(' ').map(Number)
    : [];
  return { diskTotal, diskUsed, diskFree };
}

/** Throws what `requireGuest` throws, and `unsupported` where there is no agent. */
export async function systemMetrics(access: FileAccess): Promise<SystemMetrics> {
  const { clock } = access.context;
  const { cpu, memoryGiB } = access.sandbox.record;
  const before = await cpuTimeMs(access);
  const startedMs = clock.monotonic();
  const [memoryUse, diskUse] = await Promise.all([
    memory(access),
    disk(access),
    new Promise((resolve) => setTimeout(resolve, SAMPLE_MS)),
  ]);
  const after = await cpuTimeMs(access);
  const elapsedMs = clock.monotonic() - startedMs;
  const busyMs = before === null || after === null ? 0 : Math.max(0, after - before);
  return {
    cpuCount: cpu,
    cpuUsedPct: Math.round((busyMs / elapsedMs / cpu) * 10_000) / 100,
    memTotal: Math.round(memoryGiB * GIB),
    ...memoryUse,
    ...diskUse,
    timestampMs: clock.now(),
  };
}
