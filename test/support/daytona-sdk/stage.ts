/** What the parts of the SDK tests share: a client of one SDK, a sandbox that all of them may use, and what is true of both. */

import type { SdkClient, SdkModule, SdkSandbox } from './sdk-types.ts';
import type { SdkVersion } from './versions.ts';

export interface SdkStage {
  readonly version: SdkVersion;
  readonly sdk: SdkModule;
  readonly daytona: SdkClient;
  readonly apiKey: string;
  readonly apiUrl: string;
  /** A key that may change nothing. */
  readonly readerKey: string;
  /** Started, with language python. */
  readonly box: SdkSandbox;
  /** An image that the daemon has, to build on. */
  readonly image: string;
  /** A client with another key. */
  readonly connect: (apiKey: string) => SdkClient;
  /** Makes a name that no other version's tests use. */
  readonly name: (what: string) => string;
}

/** Resolves to the stage of the running test: it is opened before the first one. */
export type Stage = () => SdkStage;

export async function collect(listed: ReturnType<SdkClient['list']>): Promise<readonly SdkSandbox[]> {
  if (!(Symbol.asyncIterator in listed)) return (await listed).items;
  const all: SdkSandbox[] = [];
  for await (const sandbox of listed) all.push(sandbox);
  return all;
}
