/** The owner's configuration for a command. */
import { ConfigError, type OwnerConfig, readOwnerConfig } from '../control/owner-config.ts';
import { type Flags, UsageError } from './command.ts';
import type { ProcessHost } from './host.ts';

/** Throws UsageError. */
export function readConfig(flags: Flags, host: ProcessHost): OwnerConfig {
  try {
    return readOwnerConfig(flags, host.environment);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw error;
  }
}
