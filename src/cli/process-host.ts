/** The real process as a ProcessHost. */
import { type Environment, readEnvironment } from '../config.ts';
import type { ProcessHost } from './host.ts';

/** Claude Desktop runs bundles by its own program, which is Node to what it starts only when it is told so. */
const programEnvironment = ({ versions }: NodeJS.Process): Environment =>
  versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' };

/** `entry` is the file that was started. The streams are opened when they are first used. */
export function hostOf(node: NodeJS.Process, entry: string): ProcessHost {
  return {
    pid: node.pid,
    nodeVersion: node.version,
    environment: { ...readEnvironment(), ...programEnvironment(node) },
    self: [node.execPath, ...node.execArgv, entry],
    get stdin() {
      return node.stdin;
    },
    get stdout() {
      return node.stdout;
    },
    get stderr() {
      return node.stderr;
    },
    parentPid: () => node.ppid,
    onSignal: (handler) => {
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) node.on(signal, () => handler(signal));
    },
    onCrash: (handler) => {
      node.on('uncaughtException', handler);
      node.on('unhandledRejection', handler);
    },
    exit: (code) => node.exit(code),
  };
}
