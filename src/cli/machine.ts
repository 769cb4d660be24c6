/** The machine as set-up sees it, made of the process as commands see it. */
import { homedir, platform, userInfo } from 'node:os';
import { describeHost, type Host } from '../setup/host.ts';
import type { ProcessHost } from './host.ts';

export function machineOf({ environment }: ProcessHost): Host {
  // On Windows there is no uid (it is -1 there) and nobody is root.
  const facts = { platform: platform(), getuid: () => userInfo().uid };
  return describeHost(facts, environment, homedir());
}
