/** `thaw doctor` for the remote backend: whether the API answers and takes the key. */
import type { RemoteSettings } from '../backend/choose.ts';
import { systemClock } from '../clock.ts';
import { createLogger } from '../log.ts';
import { type ApiCheck, checkApi } from '../remote/check-api.ts';
import type { DoctorReport } from '../setup/doctor.ts';

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(host);

/** A key over plain HTTP is read by everybody on the way. */
function wayOf({ apiUrl }: RemoteSettings): DoctorReport['checks'][number] {
  const { protocol, hostname } = new URL(apiUrl);
  const base = { id: 'api-url', title: 'API address' } as const;
  if (protocol === 'https:' || isLoopback(hostname)) return { ...base, status: 'ok', found: apiUrl };
  return {
    ...base,
    status: 'warn',
    found: `${apiUrl}, not encrypted`,
    advice: 'Use an https address: the key goes over the network in the clear.',
  };
}

function reportOf(settings: RemoteSettings, { reachable, accepted, found, advice }: ApiCheck): DoctorReport {
  const advised = advice === null ? {} : { advice };
  const source = `from ${settings.tokenSource}`;
  const key = !reachable ? 'not tried' : accepted ? `accepted, ${source}` : `${source}: ${found}`;
  return {
    checks: [
      wayOf(settings),
      {
        id: 'api-reachable',
        title: 'API',
        status: reachable ? 'ok' : 'fail',
        found: reachable && !accepted ? 'answers' : found,
        ...(reachable ? {} : advised),
      },
      {
        id: 'api-key',
        title: 'API key',
        status: accepted ? 'ok' : reachable ? 'fail' : 'info',
        found: key,
        ...(reachable ? advised : {}),
      },
    ],
    usable: accepted,
  };
}

export const remoteReport = async (settings: RemoteSettings): Promise<DoctorReport> =>
  reportOf(settings, await checkApi({ settings, clock: systemClock, log: createLogger('silent') }));
