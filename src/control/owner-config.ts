/** The owner's configuration: flags over environment over defaults, checked once and frozen. */
import { z } from 'zod';
import { type Environment, type Paths, resolvePaths } from '../config.ts';
import { logLevels } from '../log.ts';
import { type OwnerOption, ownerOptions } from './owner-options.ts';

/** What the parser of the command line found, by flag name. */
export type FlagValues = Readonly<Record<string, string | boolean | undefined>>;

/** A setting that makes no sense; the message names it, its bounds and its value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const Config = z.object({
  backend: z.enum(['embedded', 'remote', 'auto']),
  dockerHost: z.string().nullable(),
  image: z.string().nullable(),
  install: z.boolean(),
  poolTarget: z.number(),
  refillConcurrency: z.number(),
  cpu: z.number(),
  memory: z.number(),
  pids: z.number(),
  user: z.string().max(32),
  autoStop: z.number(),
  maxSandboxes: z.number(),
  maxArchiveGiB: z.number().nullable(),
  maxSnapshotGiB: z.number().nullable(),
  minFreeGiB: z.number().nullable(),
  helper: z.enum(['on', 'off']),
  directLinks: z.enum(['on', 'off']),
  httpHost: z.string().max(255),
  httpPort: z.number(),
  httpAllowedHosts: z.string().nullable(),
  httpAllowedOrigins: z.string().nullable(),
  oauthIssuer: z.string().nullable(),
  oauthAudience: z.string().nullable(),
  oauthJwksUrl: z.string().nullable(),
  previewHost: z.string().max(255),
  previewPort: z.number(),
  previewDomain: z.string().max(255),
  openRanges: z.string().nullable(),
  toolsets: z.string().nullable(),
  tools: z.string().nullable(),
  excludeTools: z.string().nullable(),
  readOnly: z.boolean(),
  sandbox: z.string().nullable(),
  hostPaths: z.string().nullable(),
  maxClients: z.number(),
  sshHost: z.string().max(255),
  sshPort: z.number(),
  idleMinutes: z.number(),
  logLevel: z.enum(logLevels),
});

export type OwnerConfig = Readonly<z.output<typeof Config>> & { readonly paths: Paths };

const switchWords: Record<string, boolean> = {
  1: true,
  true: true,
  on: true,
  0: false,
  false: false,
  off: false,
};

function problem(option: OwnerOption, expected: string, given: string): ConfigError {
  return new ConfigError(`--${option.flag} (${option.variable}) must be ${expected}, not "${given}".`);
}

function parseNumber(option: OwnerOption & { kind: 'integer' | 'number' }, given: string): number {
  const value = Number(given);
  const fits = value >= option.min && value <= option.max;
  if (fits && (option.kind === 'number' || Number.isInteger(value))) return value;
  const what = option.kind === 'integer' ? 'a whole number' : 'a number';
  throw problem(option, `${what} from ${option.min} to ${option.max}`, given);
}

function parseText(option: OwnerOption, given: string): unknown {
  switch (option.kind) {
    case 'integer':
    case 'number':
      return parseNumber(option, given);
    case 'choice':
      if (!option.choices.includes(given))
        throw problem(option, `one of ${option.choices.join(', ')}`, given);
      return given;
    case 'switch': {
      const value = switchWords[given.toLowerCase()];
      if (value === undefined) throw problem(option, 'on or off', given);
      return value;
    }
    case 'text':
    default:
      return given;
  }
}

function read(option: OwnerOption, flags: FlagValues, environment: Environment): unknown {
  const flag = flags[option.flag];
  if (typeof flag === 'boolean') return flag;
  const variable = environment[option.variable];
  const given = flag ?? (variable === '' ? undefined : variable);
  if (given !== undefined) return parseText(option, given.trim());
  return option.kind === 'switch' ? false : option.default;
}

/** Throws ConfigError. */
export function readOwnerConfig(flags: FlagValues, environment: Environment): OwnerConfig {
  const values = Object.fromEntries(
    Object.entries(ownerOptions).map(([name, option]) => [name, read(option, flags, environment)]),
  );
  const parsed = Config.safeParse(values);
  if (!parsed.success) throw new ConfigError(z.prettifyError(parsed.error));
  if (parsed.data.oauthIssuer !== null && parsed.data.oauthAudience === null) {
    throw new ConfigError(
      '--oauth-issuer (THAW_OAUTH_ISSUER) needs --oauth-audience: a token for another server must not open this one.',
    );
  }
  const stateDir = flags[ownerOptions.stateDir.flag];
  const paths = resolvePaths(typeof stateDir === 'string' ? stateDir : undefined, environment);
  return Object.freeze({ ...parsed.data, paths: Object.freeze(paths) });
}
