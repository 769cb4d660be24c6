/** The one logger: JSON lines on standard error, because standard output belongs to the transport. */
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Keys whose values never reach the log, at any of the depths that Thaw's records have. */
const secretKeys = ['env', 'token', 'authToken', 'authorization', 'password', 'apiKey'];

export function createLogger(level: LogLevel): Logger {
  const destination = pino.destination({ dest: 2, sync: true });
  // A log file on a full disk or a terminal that is gone must not end the process that logs.
  destination.on('error', () => {});
  return pino(
    {
      level,
      base: { name: 'thaw' },
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[hidden]' },
    },
    destination,
  );
}

/** A logger that drops everything, for tests and library use. */
export const silentLogger = (): Logger => createLogger('silent');
