/** Which Linux distribution this machine runs. */
import { readFile } from 'node:fs/promises';
import type { Host } from '../host.ts';

export interface Distribution {
  /** `debian`, `ubuntu`, … or empty when unknown. */
  readonly id: string;
  /** The release's code name: `bookworm`, `noble`, … */
  readonly codename: string;
  readonly name: string;
  /** Whether it has apt and the package names of Debian. */
  readonly debianFamily: boolean;
}

/** The text of os-release(5) as its fields. */
export function parseOsRelease(text: string): Distribution {
  const fields = new Map(
    text.split('\n').flatMap((line) => {
      const match = /^([A-Z_]+)=(?:"(.*)"|'(.*)'|(.*))$/.exec(line);
      return match === null ? [] : [[match[1] ?? '', match[2] ?? match[3] ?? match[4] ?? ''] as const];
    }),
  );
  const id = fields.get('ID') ?? '';
  return {
    id,
    codename: fields.get('VERSION_CODENAME') ?? '',
    name: fields.get('PRETTY_NAME') ?? id,
    debianFamily: id === 'debian' || id === 'ubuntu',
  };
}

export async function readDistribution(host: Host): Promise<Distribution> {
  return parseOsRelease(await readFile(`${host.fileSystemRoot}/etc/os-release`, 'utf8').catch(() => ''));
}
