/** Facts about a running sandbox. */
import type { SandboxPlaces, SystemMetrics } from '../../schemas/system.ts';
import type { CallContext } from './port.ts';

export interface SystemOperations {
  places(sandbox: string, context: CallContext): Promise<SandboxPlaces>;
  /** Bytes and shares of what it may use. */
  metrics(sandbox: string, context: CallContext): Promise<SystemMetrics>;
}
