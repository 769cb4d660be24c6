/** The settings of a sandbox, which can be changed in every state. Changing one is activity, as every tool call that names it. */

import { MAX_ARCHIVE_MINUTES } from '../../../schemas/settings.ts';
import type { SettingsOperations } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { SandboxRecord } from '../store/records.ts';
import { toApiSandbox } from './to-api.ts';

const MINUTE_MS = 60_000;

type Setting = Partial<Omit<SandboxRecord, 'id' | 'name' | 'state' | 'desiredState'>>;

/** `autoArchiveInterval` as it is kept: 0 asks for the longest, as in the API. */
export const clampArchiveMinutes = (minutes: number): number =>
  minutes === 0 ? MAX_ARCHIVE_MINUTES : Math.min(minutes, MAX_ARCHIVE_MINUTES);

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
      if (host.files === null) {
        throw new ThawError(
          'unsupported',
          'autoArchiveInterval: this engine runs without the host helper, which archives.',
          {
            next: 'Start Thaw without THAW_HELPER=off.',
          },
        );
      }
      return await set(name, () => ({ autoArchiveMinutes: clampArchiveMinutes(minutes) }));
    },
    setAutoDelete: (name, minutes) => set(name, () => ({ autoDeleteMinutes: minutes })),
    setTtl: (name, minutes) =>
      set(name, ({ createdAt }) => ({ destroyAt: minutes === 0 ? null : createdAt + minutes * MINUTE_MS })),
  };
}
