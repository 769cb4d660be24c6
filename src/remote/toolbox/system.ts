/** The system group of the port over the toolbox. */
import { z } from 'zod';
import { SystemMetrics } from '../../../schemas/system.ts';
import type { SystemOperations } from '../../backend/system-operations.ts';
import type { RemoteContext } from '../context.ts';
import { callToolbox } from './call.ts';

const WireDirectory = z.looseObject({ dir: z.string() });
const WireMetrics = z.looseObject({
  ...SystemMetrics.omit({ timestampMs: true }).shape,
  timestampUnix: z.number(),
});

export function systemOperations(remote: RemoteContext): SystemOperations {
  return {
    async places(sandbox, context) {
      const ask = async (path: string): Promise<string> => {
        const request = { method: 'GET', path, idempotent: true };
        return (await callToolbox(remote, sandbox, request, WireDirectory, context)).value.dir;
      };
      const [home, work] = await Promise.all([ask('/user-home-dir'), ask('/work-dir')]);
      return { home, work };
    },
    async metrics(sandbox, context) {
      const request = { method: 'GET', path: '/system/metrics', idempotent: true };
      const { value } = await callToolbox(remote, sandbox, request, WireMetrics, context);
      return SystemMetrics.parse({ ...value, timestampMs: value.timestampUnix * 1000 });
    },
  };
}
