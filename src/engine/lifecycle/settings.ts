/** The settings of a sandbox, which can be changed in every state. Changing one is activity, as every tool call that names it. */

import type { SettingsOperations } from '../../backend/port.ts';
import type { EngineContext } from '../context.ts';
import type { SandboxRecord } from '../store/records.ts';
import { clampArchiveMinutes, requireArchiving } from './archive-interval.ts';
import { toApiSandbox } from './to-api.ts';

const MINUTE_MS = 60_000;

type Setting = Partial<Omit<SandboxRecord, 'id' | 'name' | 'state' | 'desiredState'>>;

export function settingsOperations(context: EngineContext): SettingsOperations {
  const { registry, clock, host } = context;
  const set = async (name: string, change: (record: SandboxRecord) => Setting) => {
    const sandbox = registry.find(name);
    registry.update(sandbox, { ...change(sandbox.record), lastActivityAt: clock.now() });
    return toApiSandbox(context, sandbox.record);
  };
  return {
    setLabels: (name, labels) => set(name, () => ({ labels })),
    setPublic: (name, isPublic) => set(name, () => ({ public: isPublic })),
    touch: (name) => set(name, () => ({})),
    setAutoStop: (name, minutes) => set(name, () => ({ autoStopMinutes: minutes })),
    async setAutoArchive(name, minutes) {
      registry.find(name);
      requireArchiving(host);
      return await set(name, () => ({ autoArchiveMinutes: clampArchiveMinutes(minutes) }));
    },
    setAutoDelete: (name, minutes) => set(name, () => ({ autoDeleteMinutes: minutes })),
    setTtl: (name, minutes) =>
      set(name, ({ createdAt }) => ({ destroyAt: minutes === 0 ? null : createdAt + minutes * MINUTE_MS })),
  };
}
