/** The settings of this host's apt that decide whether packages can be fetched at all. */
import { runCommand } from '../command.ts';
import { commandEnvironment } from '../find-program.ts';
import type { Host } from '../host.ts';
import { withoutCredentials } from './apt-sources.ts';

const timeoutMs = 20_000;
/** Proxies, and hosts whose clock differs from the archive's. */
const taken = /^(Acquire::(?:https?::Proxy|Check-Valid-Until|Check-Date)) "([^"\\]*)";$/;

export interface AptSettings {
  /** For apt and debootstrap while the snapshot is built. */
  readonly buildEnv: Readonly<Record<string, string>>;
  /** An apt.conf for the build. */
  readonly forBuild: string;
  /** An apt.conf for the snapshot: without credentials. */
  readonly forSnapshot: string;
}

/** `lines` is the output of `apt-config dump`. */
export function selectAptSettings(lines: readonly string[]): AptSettings {
  const settings = lines.flatMap((line) => {
    const match = taken.exec(line);
    return match === null ? [] : [{ name: match[1] ?? '', value: match[2] ?? '' }];
  });
  const format = (value: (raw: string) => string): string =>
    settings.map(({ name, value: raw }) => `${name} "${value(raw)}";\n`).join('');
  const proxy = settings.find(({ name }) => name === 'Acquire::http::Proxy')?.value;
  return {
    buildEnv: proxy === undefined || !URL.canParse(proxy) ? {} : { http_proxy: proxy },
    forBuild: format((raw) => raw),
    forSnapshot: format((raw) => (URL.canParse(raw) ? withoutCredentials(raw) : raw)),
  };
}

export async function readAptSettings(host: Host): Promise<AptSettings> {
  const lines: string[] = [];
  await runCommand(['apt-config', 'dump'], {
    timeoutMs,
    env: commandEnvironment(host),
    onLine: (line) => lines.push(line),
  });
  return selectAptSettings(lines);
}
