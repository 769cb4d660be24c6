/** A strict image registry on loopback: it serves one small image and notes every request that it did not expect. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

const digestOf = (data: Buffer): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

interface Blob {
  readonly type: string;
  readonly data: Buffer;
}

async function layerOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  const whole = buffer(tar);
  for (const [name, content] of Object.entries(files)) tar.entry({ name, mode: 0o644 }, content);
  tar.finalize();
  return await whole;
}

/** The image's manifest, and everything that it names, by digest. */
async function imageOf(files: Readonly<Record<string, string>>, config: object, architecture: string) {
  const layer = await layerOf(files);
  const zipped = gzipSync(layer);
  const description = Buffer.from(
    JSON.stringify({
      architecture,
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
      history: [{ created_by: 'test' }],
    }),
  );
  const configType = 'application/vnd.docker.container.image.v1+json';
  const layerType = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
  const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';
  const entry = (mediaType: string, data: Buffer) => ({
    mediaType,
    size: data.length,
    digest: digestOf(data),
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: entry(configType, description),
      layers: [entry(layerType, zipped)],
    }),
  );
  const blobs = new Map<string, Blob>([
    [digestOf(description), { type: configType, data: description }],
    [digestOf(zipped), { type: layerType, data: zipped }],
  ]);
  return { manifest: { type: manifestType, data: manifest }, blobs };
}

export interface TestRegistry {
  /** `127.0.0.1:PORT/NAME:TAG` of the image that it serves. */
  readonly reference: string;
  /** The same repository with a tag that it does not have. */
  readonly missing: string;
  readonly unexpected: readonly string[];
  close(): Promise<void>;
}

export async function startRegistry(
  files: Readonly<Record<string, string>>,
  config: object,
  architecture: string,
): Promise<TestRegistry> {
  const { manifest, blobs } = await imageOf(files, config, architecture);
  const unexpected: string[] = [];
  const find = (path: string): Blob | null => {
    const named = /^\/v2\/test\/image\/(manifests|blobs)\/(.+)$/.exec(path);
    const [, kind, reference = ''] = named ?? [];
    if (kind === 'blobs') return blobs.get(reference) ?? null;
    return ['1.0', digestOf(manifest.data)].includes(reference) ? manifest : null;
  };
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    if (url === '/v2/') {
      response.end('{}');
      return;
    }
    const blob = find(url);
    if (blob === null) {
      if (!url.endsWith('/manifests/none')) unexpected.push(`${method} ${url}`);
      response.statusCode = 404;
      response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
      return;
    }
    const { type, data } = blob;
    response.setHeader('content-type', type);
    response.setHeader('content-length', data.length);
    response.setHeader('docker-content-digest', digestOf(data));
    response.end(method === 'HEAD' ? undefined : data);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the registry has no port');
  const repository = `127.0.0.1:${address.port}/test/image`;
  return {
    reference: `${repository}:1.0`,
    missing: `${repository}:none`,
    unexpected,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
