/** From the API's body of a create to the backend's: what is not served is refused, what asks for nothing is left out. */
import { CreateSandbox, MAX_MINUTES } from '../../schemas/create-sandbox.ts';
import type { ApiCreateSandbox } from '../../schemas/rest/requests.ts';
import { ApiFailure } from './failure.ts';
import { requireNonNegative, requireRegion } from './parameters.ts';

function refuse(field: string, reason: string): never {
  throw new ApiFailure(422, `${field}: ${reason}.`, { code: 'unsupported', next: 'Leave the field out.' });
}

function checkServed({
  gpu,
  secrets,
  autoPauseInterval,
  outboundProxyUrl,
  linkedSandbox,
}: ApiCreateSandbox): void {
  if ((gpu ?? 0) > 0) refuse('gpu', 'this engine has no GPUs');
  if ((secrets ?? []).length > 0) refuse('secrets', 'there is no vault of secrets; pass them as env');
  if ((autoPauseInterval ?? 0) > 0) refuse('autoPauseInterval', 'there is no interval for pausing');
  if ((outboundProxyUrl ?? '') !== '') refuse('outboundProxyUrl', 'outbound traffic goes through no proxy');
  if ((linkedSandbox ?? '') !== '') refuse('linkedSandbox', 'linked sandboxes are not served');
}

const minutes = (what: string, value: number): number =>
  Math.min(requireNonNegative(what, value), MAX_MINUTES);

const isGiven = (entry: readonly [string, unknown]): boolean => entry[1] !== undefined && entry[1] !== '';

/** Throws ApiFailure. */
export function toCreateInput(body: ApiCreateSandbox): CreateSandbox {
  checkServed(body);
  requireRegion(body.target);
  const {
    autoStopInterval: stop,
    autoArchiveInterval: archive,
    autoDeleteInterval: remove,
    ttlMinutes: ttl,
  } = body;
  const { cpu = 0, memory = 0, volumes = [], buildInfo } = body;
  const input = {
    name: body.name,
    snapshot: body.snapshot,
    user: body.user,
    env: body.env,
    labels: body.labels,
    public: body.public,
    networkBlockAll: body.networkBlockAll,
    networkAllowList: body.networkAllowList,
    domainAllowList: body.domainAllowList,
    cpu: cpu === 0 ? undefined : cpu,
    memory: memory === 0 ? undefined : memory,
    autoStopInterval: stop === undefined ? undefined : minutes('Auto-stop interval', stop),
    autoArchiveInterval: archive === undefined ? undefined : minutes('Auto-archive interval', archive),
    autoDeleteInterval: remove === undefined ? undefined : Math.max(-1, Math.min(remove, MAX_MINUTES)),
    ttlMinutes: ttl === undefined ? undefined : minutes('TTL', ttl),
    volumes:
      volumes.length === 0
        ? undefined
        : volumes.map((mount) => Object.fromEntries(Object.entries(mount).filter(isGiven))),
    buildInfo,
  };
  const checked = CreateSandbox.safeParse(Object.fromEntries(Object.entries(input).filter(isGiven)));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new ApiFailure(400, `${issue?.path.join('.') ?? 'body'}: ${issue?.message ?? 'is not valid'}`, {
    code: 'invalid_argument',
  });
}
