/** The oldest names of the API: `/workspace`, which is `/sandbox` with a few more fields. */

const ALIASED = new Map([
  ['GET', /^(?:|\/[^/]+|\/[^/]+\/ports\/[^/]+\/preview-url|\/[^/]+\/build-logs)$/],
  ['POST', /^(?:|\/[^/]+\/(?:start|stop|backup|archive)|\/[^/]+\/(?:public|autostop|autoarchive)\/[^/]+)$/],
  ['PUT', /^\/[^/]+\/labels$/],
  ['DELETE', /^\/[^/]+$/],
]);

/** The path below `/api` that is meant, or null when it is none of these names. */
export function fromWorkspacePath(method: string, path: string): string | null {
  const rest = /^\/workspace(\/.*|)$/.exec(path)?.[1];
  if (rest === undefined || ALIASED.get(method)?.test(rest) !== true) return null;
  return `/sandbox${rest}`;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSandbox = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && 'id' in value && 'toolboxProxyUrl' in value;

/** A sandbox as it was answered when it was called a workspace. */
function toWorkspace(sandbox: Readonly<Record<string, unknown>>): unknown {
  const { name, createdAt, snapshot, errorReason, state } = sandbox;
  return {
    ...sandbox,
    image: snapshot ?? '',
    snapshotState: 'None',
    info: {
      created: createdAt,
      name,
      providerMetadata: JSON.stringify({ state, errorReason: errorReason ?? null }),
    },
  };
}

export function toWorkspaceAnswer(answer: unknown): unknown {
  if (Array.isArray(answer))
    return answer.map((item: unknown) => (isSandbox(item) ? toWorkspace(item) : item));
  return isSandbox(answer) ? toWorkspace(answer) : answer;
}
