/** The engine of the current docker context, read from the files that `docker context` keeps. */
import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isThawError, ThawError } from '../../errors.ts';
import { type Host, setting } from '../host.ts';
import { type Findings, nothingFound } from './candidate.ts';
import { parseDockerHost } from './docker-host.ts';
import { dockerConfigDir } from './environment.ts';

const Config = z.object({ currentContext: z.string().optional() });
const Meta = z.object({
  Endpoints: z.object({
    docker: z.object({ Host: z.string().min(1), SkipTLSVerify: z.boolean().optional() }),
  }),
});

/** The text of a file, or null when there is none. */
async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

/** Parses a JSON file of Docker's. Throws `setup_failed` naming the file when it makes no sense. */
function parseFile<Shape>(path: string, text: string, schema: z.ZodType<Shape>): Shape {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new ThawError(
    'setup_failed',
    `${path} is not what Docker writes there: ${z.prettifyError(parsed.error)}`,
    {
      next: 'Correct or remove that file, or choose another context with `docker context use`.',
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readContext(directory: string, name: string, explicit: boolean): Promise<Findings> {
  const source = `docker context ${name}`;
  const id = createHash('sha256').update(name).digest('hex');
  const metaPath = join(directory, 'contexts', 'meta', id, 'meta.json');
  const text = await readIfThere(metaPath);
  if (text === null) throw new ThawError('setup_failed', `The docker context ${name} does not exist.`);
  const { Host: address } = parseFile(metaPath, text, Meta).Endpoints.docker;
  const tlsPath = join(directory, 'contexts', 'tls', id, 'docker');
  const hasTls = await access(tlsPath).then(
    () => true,
    () => false,
  );
  const endpoint = await parseDockerHost(address, source, hasTls ? tlsPath : undefined);
  return { candidates: [{ source, endpoint, explicit }], rejected: [] };
}

/**
 * The context that DOCKER_CONTEXT or Docker's configuration names. One that DOCKER_CONTEXT names counts as asked for;
 * one that the configuration names may be a left-over of a desktop product that is switched off, so others are tried.
 */
export async function fromContext(host: Host): Promise<Findings> {
  const directory = dockerConfigDir(host);
  const asked = setting(host, 'DOCKER_CONTEXT');
  if (asked === 'default') return nothingFound;
  if (asked !== undefined) return await readContext(directory, asked, true);
  const configPath = join(directory, 'config.json');
  try {
    const text = await readIfThere(configPath);
    const name = text === null ? undefined : parseFile(configPath, text, Config).currentContext;
    if (name === undefined || name === '' || name === 'default') return nothingFound;
    return await readContext(directory, name, false);
  } catch (error) {
    if (!isThawError(error)) throw error;
    return { candidates: [], rejected: [{ candidate: 'docker context', reason: error.message }] };
  }
}
