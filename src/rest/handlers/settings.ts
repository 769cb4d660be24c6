/** The settings of sandboxes, which can be changed in every state. */
import { ApiFailure } from '../failure.ts';
import type { Handlers, Input } from '../handler.ts';
import { requireMinutes, requireNonNegative } from '../parameters.ts';
import { type ServerFacts, toSandbox } from '../to-answers.ts';
import { byId } from './access.ts';
import { named } from './sandboxes.ts';

type Ids =
  | 'replaceLabels'
  | 'updatePublicStatus'
  | 'setAutostopInterval'
  | 'setAutoArchiveInterval'
  | 'setAutoDeleteInterval'
  | 'setAutoPauseInterval'
  | 'setTtl'
  | 'updateNetworkSettings'
  | 'updateLastActivity'
  | 'updateSandboxSecrets';

const nothingGiven = 'At least one of networkBlockAll, networkAllowList or domainAllowList must be provided';

export function settingsHandlers(facts: ServerFacts): Handlers<Ids> {
  const nameIn = ({ params }: { readonly params: Readonly<Record<string, string>> }): string =>
    params['sandboxIdOrName'] ?? '';
  return {
    async replaceLabels(input) {
      const { labels } = input.body;
      if (labels === undefined) return toSandbox(await named(input), facts);
      const settings = await input.group('settings');
      return toSandbox(await settings.setLabels(nameIn(input), labels, input.call), facts);
    },
    async updatePublicStatus(input) {
      const settings = await input.group('settings');
      const isPublic = input.params['isPublic'] === 'true';
      return toSandbox(await settings.setPublic(nameIn(input), isPublic, input.call), facts);
    },
    async setAutostopInterval(input) {
      const minutes = requireNonNegative('Auto-stop interval', requireMinutes(input.params['interval']));
      const settings = await input.group('settings');
      return toSandbox(await settings.setAutoStop(nameIn(input), minutes, input.call), facts);
    },
    async setAutoArchiveInterval(input) {
      const minutes = requireNonNegative('Auto-archive interval', requireMinutes(input.params['interval']));
      const settings = await input.group('settings');
      return toSandbox(await settings.setAutoArchive(nameIn(input), minutes, input.call), facts);
    },
    async setAutoDeleteInterval(input) {
      const minutes = requireMinutes(input.params['interval']);
      const settings = await input.group('settings');
      return toSandbox(await settings.setAutoDelete(nameIn(input), minutes, input.call), facts);
    },
    async setAutoPauseInterval(input) {
      const minutes = requireNonNegative('Auto-pause interval', requireMinutes(input.params['interval']));
      const sandbox = await named(input);
      if (minutes === 0) return toSandbox(sandbox, facts);
      throw new ApiFailure(422, 'Auto-pause is not served here: there is no interval for pausing.', {
        code: 'unsupported',
        next: 'Use an auto-stop interval, or pause it yourself.',
      });
    },
    async setTtl(input) {
      const minutes = requireNonNegative('TTL', requireMinutes(input.params['ttlMinutes'], 'ttlMinutes'));
      const settings = await input.group('settings');
      return toSandbox(await settings.setTtl(nameIn(input), minutes, input.call), facts);
    },
    async updateNetworkSettings(input: Input<'updateNetworkSettings'>) {
      const { networkBlockAll, networkAllowList, domainAllowList } = input.body;
      const wanted = {
        ...(networkBlockAll === undefined ? {} : { networkBlockAll }),
        ...(networkAllowList === undefined ? {} : { networkAllowList }),
        ...(domainAllowList === undefined ? {} : { domainAllowList }),
      };
      if (Object.keys(wanted).length === 0) {
        await named(input);
        throw new ApiFailure(400, nothingGiven, { code: 'invalid_argument' });
      }
      const network = await input.group('network');
      return toSandbox(await network.set(nameIn(input), wanted, input.call), facts);
    },
    async updateLastActivity(input) {
      const { id } = await byId(input);
      const settings = await input.group('settings');
      await settings.touch(id, input.call);
      return null;
    },
    async updateSandboxSecrets(input) {
      const sandbox = await named(input);
      if (input.body.secrets.length === 0) return toSandbox(sandbox, facts);
      throw new ApiFailure(422, 'secrets: there is no vault of secrets here; pass them as env.', {
        code: 'unsupported',
      });
    },
  };
}
