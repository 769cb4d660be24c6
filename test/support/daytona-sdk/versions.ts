/** Daytona's official TypeScript SDKs, unmodified from the registry: the newest under both names, and an old one. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installPinned } from '../pinned-packages.ts';
import type { SdkModule } from './sdk-types.ts';

export interface SdkVersion {
  readonly title: string;
  /** Its name in the directory of pinned packages. */
  readonly alias: string;
  /** Before 0.171: lists by pages, polls for states, and runs code by a shell. */
  readonly isOld: boolean;
}

const packages = {
  'daytonaio-sdk': 'npm:@daytonaio/sdk@0.218.0',
  'daytona-sdk': 'npm:@daytona/sdk@0.216.0',
  'daytonaio-sdk-old': 'npm:@daytonaio/sdk@0.150.0',
} as const;

export const sdkVersions: readonly SdkVersion[] = [
  { title: '@daytonaio/sdk 0.218.0', alias: 'daytonaio-sdk', isOld: false },
  { title: '@daytona/sdk 0.216.0', alias: 'daytona-sdk', isOld: false },
  { title: '@daytonaio/sdk 0.150.0', alias: 'daytonaio-sdk-old', isOld: true },
];

/** Where the SDKs are; installs them once. */
export const installSdks = (): Promise<string> => installPinned('daytona-sdks', packages);

const isSdk = (value: unknown): value is SdkModule =>
  typeof value === 'object' && value !== null && 'Daytona' in value && typeof value.Daytona === 'function';

/** The file that a program imports to have this SDK. */
export const sdkFile = (directory: string, { alias }: SdkVersion): string =>
  createRequire(join(directory, 'package.json')).resolve(alias);

export async function loadSdk(directory: string, version: SdkVersion): Promise<SdkModule> {
  const loaded: unknown = await import(pathToFileURL(sdkFile(directory, version)).href);
  if (!isSdk(loaded)) throw new Error(`${version.title} has no Daytona class`);
  return loaded;
}
