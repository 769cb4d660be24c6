/** The settings of a sandbox, which can be changed in every state. Changing one is activity, as every tool call that names it. */

import type { SettingsOperations } from '../../backend/port.ts';
import type { EngineContext } from '../context.ts';
import type { Caller } from '../organizations.ts';
import type { SandboxRecord } from '../store/records.ts';
import { clampArchiveMinutes, requireArchiving } from './archive-interval.ts';
import { toApiSandbox } from './to-api.ts';

const MINUTE_MS = 60_000;

type Setting = Partial<Omit<SandboxRecord, 'id' | 'name' | 'state' | 'desiredState'>>;

export function settingsOperations(context: EngineContext): SettingsOperations {
  const { registry, clock, host } = context;
  const set = async (name: string, call: Caller, change: (record: SandboxRecord) => Setting) => {
    const sandbox = registry.find(name, call);
    registry.update(sandbox, { ...change(sandbox.record), lastActivityAt: clock.now() });
    return toApiSandbox(context, sandbox.record);
  };
  return {
    setLabels: (name, labels, call) => set(name, call, () => ({ labels })),
    setPublic: (name, isPublic, call) => set(name, call, () => ({ public: isPublic })),
    touch: (name, call) => set(name, call, () => ({})),
    setAutoStop: (name, minutes, call) => set(name, call, () => ({ autoStopMinutes: minutes })),
    async setAutoArchive(name, minutes, call) {
      registry.find(name, call);
      requireArchiving(host);
      return await set(name, call, () => ({ autoArchiveMinutes: clampArchiveMinutes(minutes) }));
    },
    setAutoDelete: (name, minutes, call) => set(name, call, () => ({ autoDeleteMinutes: minutes })),
    setTtl: (name, minutes, call) =>
      set(name, call, ({ createdAt }) => ({
        destroyAt: minutes === 0 ? null : createdAt + minutes * MINUTE_MS,
      })),
  };
}
