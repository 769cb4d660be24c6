/** The port's facts about a running sandbox. */
import type { SystemOperations } from '../../backend/system-operations.ts';
import type { EngineContext } from '../context.ts';
import { accessFiles } from '../file-system/scope.ts';
import { systemMetrics } from './metrics.ts';
import { sandboxPlaces } from './places.ts';

export const systemOperations = (context: EngineContext): SystemOperations => ({
  places: async (name, call) => await sandboxPlaces(await accessFiles(context, name, call)),
  metrics: async (name, call) => await systemMetrics(await accessFiles(context, name, call)),
});
