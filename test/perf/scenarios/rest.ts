/**
 * rest.create and rest.execute: the same as create.warm.stdio and exec.stdio by the REST API and the toolbox; sdk.create: a
 * create by Daytona's own SDK. rest.upload and rest.download: 100 MB of a file, beside docker.cp.put.
 */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { systemClock } from '../../../src/clock.ts';
import type { SdkSandbox } from '../../support/daytona-sdk/sdk-types.ts';
import { installSdks, loadSdk, sdkVersions } from '../../support/daytona-sdk/versions.ts';
import { type Bench, type Finding, type Scenario, samples } from '../scenario.ts';
import { type Api, openApi } from '../stages/api.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { repeat } from '../timing.ts';
import { sampleWarm } from './warm-batches.ts';

const FILE_BYTES = 100_000_000;
const PIECE_BYTES = 1_000_000;

async function withApi<Result>(stage: OwnerStage, work: (api: Api) => Promise<Result>): Promise<Result> {
  const api = await openApi(await stage.status());
  try {
    return await work(api);
  } finally {
    api.close();
  }
}

export const restCreate: Scenario<OwnerStage> = {
  names: ['rest.create'],
  run: (stage, bench) =>
    withApi(stage, async (api) => {
      const ms = await sampleWarm(stage, bench, async () => {
        const { id, state } = await api.json('POST', `${api.url}/sandbox`, {});
        if (state !== 'started') throw new Error(`A create answered state ${String(state)}.`);
        return String(id);
      });
      return [{ kind: 'times', name: 'rest.create', ms }];
    }),
};

export const restExecute: Scenario<OwnerStage> = {
  names: ['rest.execute'],
  run: (stage, bench) =>
    withApi(stage, async (api) => {
      const { id, toolboxProxyUrl } = await api.json('POST', `${api.url}/sandbox`, {});
      await stage.full();
      const url = `${String(toolboxProxyUrl)}/${String(id)}/process/execute`;
      const { signal } = bench;
      const ms = await repeat({ n: samples(bench, 500, 100), warmUp: 20, signal }, async () => {
        const { exitCode } = await api.json('POST', url, { command: 'true' });
        if (exitCode !== 0) throw new Error(`true ended with status ${String(exitCode)}`);
      });
      await stage.clear([String(id)]);
      return [{ kind: 'times', name: 'rest.execute', ms }];
    }),
};

export const sdkCreate: Scenario<OwnerStage> = {
  names: ['sdk.create'],
  run: (stage, bench) =>
    withApi(stage, async ({ url, key }) => {
      const [version] = sdkVersions;
      if (version === undefined) throw new Error('There is no SDK.');
      const { Daytona } = await loadSdk(await installSdks(), version);
      const daytona = new Daytona({ apiKey: key, apiUrl: url, target: 'local' });
      try {
        const ms = await sampleWarm(stage, bench, async () => {
          const { id, state }: SdkSandbox = await daytona.create();
          if (state !== 'started') throw new Error(`A create answered state ${String(state)}.`);
          return id;
        });
        return [{ kind: 'times', name: 'sdk.create', ms }];
      } finally {
        await daytona[Symbol.asyncDispose]?.();
      }
    }),
};

/** A file in a form, as SDKs send it: its length is not told before. */
function* formOf(boundary: string, path: string): Generator<Buffer> {
  const part = (name: string, rest = ''): string =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${rest}\r\n\r\n`;
  yield Buffer.from(`${part('files[0].path')}${path}\r\n${part('files[0].file', '; filename="file"')}`);
  const piece = Buffer.alloc(PIECE_BYTES, 'thaw ');
  for (let sent = 0; sent < FILE_BYTES; sent += PIECE_BYTES) yield piece;
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

/** The best of a few runs, as other work on the machine only ever adds. */
async function throughput(bench: Bench, name: string, work: () => Promise<void>): Promise<Finding> {
  const n = samples(bench, 5, 2);
  let best = Number.POSITIVE_INFINITY;
  for (let index = 0; index < n; index += 1) {
    bench.signal.throwIfAborted();
    const started = systemClock.monotonic();
    await work();
    best = Math.min(best, systemClock.monotonic() - started);
  }
  const note = '100 MB through the toolbox, the best run';
  return { kind: 'figure', name, value: FILE_BYTES / 1_000_000 / (best / 1000), unit: 'MB/s', n, note };
}

export const restFiles: Scenario<OwnerStage> = {
  names: ['rest.upload', 'rest.download'],
  run: (stage, bench) =>
    withApi(stage, async (api) => {
      const { id, toolboxProxyUrl } = await api.json('POST', `${api.url}/sandbox`, {});
      const toolbox = `${String(toolboxProxyUrl)}/${String(id)}`;
      const boundary = randomUUID();
      const type = `multipart/form-data; boundary=${boundary}`;
      const upload = (): Promise<void> =>
        api.put(`${toolbox}/files/bulk-upload`, type, Readable.from(formOf(boundary, '/tmp/file')));
      const download = async (): Promise<void> => {
        const bytes = await api.drain(`${toolbox}/files/download?path=/tmp/file`);
        if (bytes !== FILE_BYTES) throw new Error(`${bytes} bytes came back.`);
      };
      const findings = [
        await throughput(bench, 'rest.upload', upload),
        await throughput(bench, 'rest.download', download),
      ];
      await stage.clear([String(id)]);
      return findings;
    }),
};
