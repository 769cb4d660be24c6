/** The files that an owner's log is in, and how large they become. Imports nothing: the relay uses it. */

/** A log of this size is set aside; with the one that was set aside before, a log has twice as much. */
export const MAX_LOG_BYTES = 16 * 1024 * 1024;

/** Where a log goes that is full. */
export const setAsideLog = (logFile: string): string => `${logFile}.1`;
