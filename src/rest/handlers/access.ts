/** Ways into sandboxes: previews, SSH, the toolbox's address and the keys of signed file URLs. */
import type { Sandbox } from '../../../schemas/sandbox.ts';
import { DEFAULT_SSH_MINUTES } from '../../../schemas/ssh.ts';
import { ApiFailure } from '../failure.ts';
import type { Handlers, RequestFacts } from '../handler.ts';
import { requirePort } from '../parameters.ts';
import { type ServerFacts, toSandbox } from '../to-answers.ts';

type Ids =
  | 'getPortPreviewUrl'
  | 'getSignedPortPreviewUrl'
  | 'expireSignedPortPreviewUrl'
  | 'createSshAccess'
  | 'revokeSshAccess'
  | 'validateSshAccess'
  | 'getToolboxProxyUrl'
  | 'getSandboxSigningKey'
  | 'rotateSigningKey'
  | 'getSandboxLogs'
  | 'getSandboxTraces'
  | 'getSandboxTraceSpans'
  | 'getSandboxMetrics';

/** Of operations that take an id only: a name is not found. */
export async function byId({ group, params, call }: RequestFacts): Promise<Sandbox> {
  const id = params['sandboxId'] ?? '';
  const lifecycle = await group('lifecycle');
  const sandbox = await lifecycle.get(id, call);
  if (sandbox.id === id) return sandbox;
  throw new ApiFailure(404, `Sandbox with ID or name ${id} not found`, { code: 'sandbox_not_found' });
}

async function noTelemetry(input: RequestFacts): Promise<never> {
  await byId(input);
  throw new ApiFailure(403, 'Telemetry endpoints are disabled when Analytics API is configured');
}

export function accessHandlers(facts: ServerFacts): Handlers<Ids> {
  const nameIn = ({ params }: RequestFacts): string => params['sandboxIdOrName'] ?? '';
  return {
    async getPortPreviewUrl(input) {
      const port = requirePort(input.params['port']);
      const previews = await input.group('previews');
      const { port: _, ...answer } = await previews.url(nameIn(input), port, input.call);
      return answer;
    },
    async getSignedPortPreviewUrl(input) {
      const port = requirePort(input.params['port']);
      const previews = await input.group('previews');
      const seconds = input.query.expiresInSeconds;
      const { expiresAt: _, ...answer } = await previews.signedUrl(nameIn(input), port, seconds, input.call);
      return answer;
    },
    async expireSignedPortPreviewUrl(input) {
      const port = requirePort(input.params['port']);
      const previews = await input.group('previews');
      await previews.expire(nameIn(input), port, input.params['token'] ?? '', input.call);
      return null;
    },
    async createSshAccess(input) {
      const ssh = await input.group('ssh');
      const expiresInMinutes = input.query.expiresInMinutes ?? DEFAULT_SSH_MINUTES;
      const { sshConfig: _, ...access } = await ssh.create(nameIn(input), { expiresInMinutes }, input.call);
      return access;
    },
    async revokeSshAccess(input) {
      const ssh = await input.group('ssh');
      const { revoked: _, ...sandbox } = await ssh.revoke(
        nameIn(input),
        input.query.token ?? null,
        input.call,
      );
      return toSandbox(sandbox, facts);
    },
    async validateSshAccess({ query, group, call }) {
      const ssh = await group('ssh');
      const { valid, sandboxId } = await ssh.validate(query.token, call);
      return { valid, sandboxId: sandboxId ?? '' };
    },
    async getToolboxProxyUrl(input) {
      await byId(input);
      return { url: `${facts.url()}/toolbox` };
    },
    async getSandboxSigningKey(input) {
      const { id } = await byId(input);
      const signing = await input.group('signing');
      return await signing.key(id, input.call);
    },
    async rotateSigningKey(input) {
      const { id } = await byId(input);
      const signing = await input.group('signing');
      return await signing.rotate(id, input.call);
    },
    getSandboxLogs: noTelemetry,
    getSandboxTraces: noTelemetry,
    getSandboxTraceSpans: noTelemetry,
    getSandboxMetrics: noTelemetry,
  };
}
