/** Builds the snapshot's image from a public base image, where the daemon reaches a registry. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { z } from 'zod';
import type { DockerEndpoint } from '../../engine/docker/endpoint.ts';
import { ThawError } from '../../errors.ts';
import { requestEngine } from '../engine-request.ts';
import { dpkgSettings, finishScript, imageChanges, type SnapshotRecipe } from './recipe.ts';

const buildTimeoutMs = 900_000;

const BuildEvent = z.object({ stream: z.string().optional(), error: z.string().optional() });

/** The Dockerfile of a recipe; its files are those of `buildContext`. */
export const dockerfile = (recipe: SnapshotRecipe, base: string): string =>
  [
    `FROM ${base}`,
    'COPY sandbox.cfg /etc/dpkg/dpkg.cfg.d/sandbox',
    'COPY finish.sh /tmp/finish.sh',
    `RUN export DEBIAN_FRONTEND=noninteractive && apt-get update && apt-get install -y --no-install-recommends ${recipe.packages.join(' ')} && /bin/sh /tmp/finish.sh`,
    ...imageChanges(recipe),
    '',
  ].join('\n');

async function buildContext(recipe: SnapshotRecipe, base: string): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: 'Dockerfile' }, dockerfile(recipe, base));
  tar.entry({ name: 'sandbox.cfg' }, dpkgSettings);
  tar.entry({ name: 'finish.sh' }, finishScript(recipe));
  tar.finalize();
  return await buffer(tar);
}

export interface PublicBuild {
  readonly endpoint: DockerEndpoint;
  readonly recipe: SnapshotRecipe;
  /** A Debian image that the daemon has. */
  readonly base: string;
  readonly image: string;
  readonly onLine: (line: string) => void;
  /** The network that build steps use; the daemon's own choice when absent. */
  readonly network?: string | undefined;
}

async function follow(body: Readable, onLine: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: body })) {
    if (line.trim() === '') continue;
    const event = BuildEvent.parse(JSON.parse(line));
    if (event.error !== undefined)
      throw new ThawError('engine_error', `The image could not be built: ${event.error}`);
    const text = event.stream?.trim() ?? '';
    if (text !== '') onLine(text);
  }
}

/** Builds and tags the image. Throws `engine_error` with the daemon's explanation. */
export async function buildFromPublicImage(build: PublicBuild): Promise<void> {
  const { endpoint, recipe, base, image, onLine, network } = build;
  const query = new URLSearchParams({ t: image, rm: '1', forcerm: '1' });
  if (network !== undefined) query.set('networkmode', network);
  const context = await buildContext(recipe, base);
  const answer = await requestEngine(endpoint, {
    method: 'POST',
    path: `/build?${query.toString()}`,
    headers: { 'content-type': 'application/x-tar', 'content-length': String(context.length) },
    body: context,
    signal: AbortSignal.timeout(buildTimeoutMs),
  });
  if (answer.statusCode !== 200) {
    answer.resume();
    throw new ThawError(
      'engine_error',
      `The daemon refused to build an image (HTTP ${answer.statusCode ?? 0}).`,
    );
  }
  await follow(answer, onLine);
}
