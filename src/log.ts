/** The one logger: JSON lines on standard error, because standard output belongs to the transport. */
import { type Logger, pino } from 'pino';
import { isSameFile, rotating } from './log-rotation.ts';

export type { Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const STDERR = 2;

/** Keys whose values never reach the log, at any of the depths that Thaw's records have. */
const secretKeys = ['env', 'token', 'authToken', 'authorization', 'password', 'apiKey'];

/** `file` is kept within its bound when standard error goes there. */
export function createLogger(level: LogLevel, file?: string): Logger {
  const destination = pino.destination({ dest: STDERR, sync: true });
  // A log file on a full disk or a terminal that is gone must not end the process that logs.
  destination.on('error', () => {});
  const sink =
    file !== undefined && isSameFile(STDERR, file)
      ? rotating({ write: (line) => void destination.write(line) }, file)
      : destination;
  return pino(
    {
      level,
      base: { name: 'thaw' },
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[hidden]' },
    },
    sink,
  );
}

/** A logger that drops everything, for tests and library use. */
export const silentLogger = (): Logger => createLogger('silent');
