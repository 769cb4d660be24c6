/** nftables in a sandbox's network namespace, through one process that the helper starts there. */
import { ThawError } from '../../errors.ts';
import type { GuestProcess } from '../agent/port.ts';
import { AGENT_PATH } from '../guest/agent-volume.ts';
import type { HelperConnection } from './helper-host.ts';
import type { HostNetwork, HostPlace } from './port.ts';

const NFT = '/usr/sbin/nft';
const DEADLINE_MS = 10_000;
const SIGKILL = 9;
/** A table with full sets is some 200 KiB. */
const MAX_OUTPUT_BYTES = 4 << 20;
const MAX_STDERR_CHARS = 1_000;
/** nft's exit code for rules that the kernel refuses, or a thing that is not there. */
const REFUSED = 1;
/** Exit code of the agent's `network-plug`. */
const NO_BRIDGE = 67;

async function collect(chunks: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    if (bytes < maxBytes) parts.push(chunk.subarray(0, maxBytes - bytes));
    bytes += chunk.length;
  }
  return Buffer.concat(parts).toString('utf8');
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end or is killed at its deadline. */
async function finish(process: GuestProcess, input: string): Promise<Outcome> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    process.signal(SIGKILL);
  }, DEADLINE_MS);
  try {
    const output = Promise.all([
      collect(process.output('stdout'), MAX_OUTPUT_BYTES),
      collect(process.output('stderr'), MAX_STDERR_CHARS),
    ]);
    output.catch(() => undefined);
    await process.write(Buffer.from(input));
    process.closeStdin();
    const { code } = await process.exited;
    const [stdout, stderr] = await output;
    if (late) throw new ThawError('timeout', `The rules of a network took longer than ${DEADLINE_MS} ms.`);
    return { code, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

/** Null where the helper's image has no nft. */
export async function helperNetwork(connection: HelperConnection): Promise<HostNetwork | null> {
  const agent = await connection.agent();
  const present = await agent.stat(NFT).then(
    () => true,
    () => false,
  );
  if (!present) return null;

  const nft = async (place: HostPlace, argv: readonly string[], input: string): Promise<Outcome> => {
    const inside = [AGENT_PATH, 'in-network', String(place.pid), place.containerId, NFT, ...argv];
    const process = await (await connection.agent()).spawn({ argv: inside, cwd: '/', stdin: true });
    return await finish(process, input);
  };
  const succeed = ({ code, stdout, stderr }: Outcome): string => {
    if (code === 0) return stdout;
    throw new ThawError(
      'engine_error',
      `The network rules of the sandbox could not be set: ${stderr.split('\n')[0]?.trim() || `exit code ${code}`}.`,
      { next: 'Run `thaw doctor` on the host; the kernel needs nftables with connection tracking.' },
    );
  };

  return {
    async plug({ pid, containerId }, { bridge, portPrefix, gateway4, gateway6 }) {
      const gateways = gateway6 === null ? [gateway4] : [gateway4, gateway6];
      const argv = [AGENT_PATH, 'network-plug', String(pid), containerId, bridge, portPrefix, ...gateways];
      const process = await (await connection.agent()).spawn({ argv, cwd: '/', stdin: true });
      const { code, stdout, stderr } = await finish(process, '');
      if (code === 0) return stdout.trim();
      throw new ThawError(
        'engine_error',
        `The sandbox could not be attached to its network: ${stderr.split('\n')[0]?.trim() || `exit code ${code}`}.`,
        code === NO_BRIDGE ? { context: { bridge: 'missing' } } : {},
      );
    },
    async apply(place, script) {
      succeed(await nft(place, ['-f', '-'], script));
    },
    async query(place, command) {
      return succeed(await nft(place, ['-j', ...command], ''));
    },
    async has(place, command) {
      const outcome = await nft(place, command, '');
      if (outcome.code !== REFUSED) succeed(outcome);
      return outcome.code === 0;
    },
    readHostFile: async (path) => await (await connection.agent()).rawRead(path),
  };
}
