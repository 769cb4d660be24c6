/** What set-up makes: the default snapshot, the guest agent, and the programs that make them. */
import { findAgentBinary, WITHOUT_AGENT } from '../agent-binary.ts';
import { findProgram } from '../find-program.ts';
import { type Check, daemonCheck } from './check.ts';
import { hasImage } from './daemon-facts.ts';

export const snapshotCheck = daemonCheck('default-snapshot', 'Default snapshot', async (_daemon, context) => {
  const { engine, snapshotImage } = context;
  if ('daemon' in engine && (await hasImage(engine.endpoint, snapshotImage))) {
    return { status: 'ok', found: snapshotImage };
  }
  return {
    status: 'info',
    found: `${snapshotImage} is not there yet`,
    advice:
      'The first start makes it: a minute or two, or seconds when its root file system is in the cache.',
  };
});

export const agentCheck = daemonCheck('guest-agent', 'Guest agent', async ({ Architecture }) => {
  const path = await findAgentBinary(Architecture);
  if (path !== null) return { status: 'ok', found: `for ${Architecture}` };
  return {
    status: 'warn',
    found: `none for ${Architecture}`,
    advice: `Set-up builds it where it finds gcc and libc6-dev (\`npm run build\` in a source tree). Until then ${WITHOUT_AGENT}`,
  };
});

/** Only whoever may look into /proc/PID/fd of a sandbox finds its agent's socket. */
export const directLinkCheck = daemonCheck(
  'direct-links',
  'Direct links to agents',
  (_daemon, { host, local }) =>
    host.isRoot && local
      ? { status: 'ok', found: 'as root, on the kernel of the Docker Engine' }
      : {
          status: 'info',
          found: local ? 'not as this user' : "the Docker Engine's processes are not on this machine",
          advice:
            "Commands and files go through the Docker Engine's attach streams, half a millisecond slower. Nothing else depends on it.",
        },
);

const programCheck = (id: string, title: string, program: string, need: string): Check => ({
  id,
  title,
  async run({ host }) {
    const path = await findProgram(host, program);
    return path === null
      ? { status: 'info', found: 'not found', advice: need }
      : { status: 'ok', found: path };
  },
});

export const compilerCheck = programCheck(
  'compiler',
  'C compiler',
  'cc',
  'Needed only to build the guest agent: gcc and libc6-dev.',
);
export const debootstrapCheck = programCheck(
  'debootstrap',
  'debootstrap',
  'debootstrap',
  'Needed only to build the default snapshot where no registry answers.',
);
