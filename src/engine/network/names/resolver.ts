/**
 * Thaw's resolver: answers a sandbox's questions as far as its policy goes. Where a policy lists names, the addresses of an
 * answer are let through before the program that asked hears of them.
 */
import type { Clock } from '../../../clock.ts';
import { ThawError, toThawError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import type { AgentConnection, GuestQuestion } from '../../agent/port.ts';
import { RESOLVER_PORT } from '../../agent/port.ts';
import type { HostPlace } from '../../host/port.ts';
import { formatAddress } from '../cidr.ts';
import { fitsDomain } from '../domains.ts';
import type { NetworkGuard } from '../guard.ts';
import { type NetworkRecord, toPolicy } from '../policy.ts';
import { AnswerCache } from './answer-cache.ts';
import {
  emptyAnswer,
  fitUdp,
  type NamedAddress,
  type Question,
  readAnswer,
  readQuestion,
  withId,
} from './message.ts';
import type { NameLog } from './name-log.ts';
import { askUpstream, parseServer } from './upstream.ts';

/** Questions under way at once: of one sandbox, and of all. More are dropped, as a busy resolver does. */
const MAX_OF_SANDBOX = 64;
const MAX_OF_ALL = 512;

/** Whose questions are answered. The record is looked up for each: its policy may have changed since the last. */
export interface Asker {
  readonly place: HostPlace;
  readonly agent: AgentConnection;
  /** Null while nobody has it: what is parked asks nothing. */
  readonly policy: () => NetworkRecord | null;
  readonly log: () => NameLog;
}

interface Parts {
  readonly guard: NetworkGuard;
  readonly clock: Clock;
  readonly log: Logger;
  /** As Node writes them; asked anew for each question, because a host's resolvers change with its network. */
  readonly servers: () => readonly string[];
}

export class NameResolver {
  readonly #parts: Parts;
  readonly #cache: AnswerCache;
  #underWay = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#cache = new AnswerCache(parts.clock);
  }

  /** Serves until the connection ends. Resolves when questions are taken; without that a sandbox has no names, and runs. */
  async serve(asker: Asker): Promise<void> {
    if (!this.#parts.guard.enforces) return;
    try {
      const questions = await asker.agent.takeQuestions(RESOLVER_PORT);
      void this.#take(asker, questions);
    } catch (error) {
      this.#parts.log.warn({ err: error, container: asker.place.containerId }, 'a sandbox has no resolver');
    }
  }

  async #take(asker: Asker, questions: AsyncIterable<GuestQuestion>): Promise<void> {
    let own = 0;
    try {
      for await (const question of questions) {
        if (own >= MAX_OF_SANDBOX || this.#underWay >= MAX_OF_ALL) continue;
        own += 1;
        this.#underWay += 1;
        void this.#answer(asker, question).finally(() => {
          own -= 1;
          this.#underWay -= 1;
        });
      }
    } catch (error) {
      if (asker.agent.isOpen) this.#parts.log.warn({ err: error }, 'the questions of a sandbox ended');
    }
  }

  async #answer(asker: Asker, given: GuestQuestion): Promise<void> {
    const question = readQuestion(given.message);
    if (question === null) return;
    try {
      const answer = await this.#resolve(asker, question);
      await given.answer(given.transport === 'udp' ? fitUdp(question, answer) : answer);
    } catch (error) {
      this.#parts.log.debug({ err: toThawError(error), name: question.name }, 'a name could not be resolved');
      // The connection may be gone; then nobody waits.
      await given.answer(emptyAnswer(question, 'serverFailure')).catch(() => undefined);
    }
  }

  async #resolve(asker: Asker, question: Question): Promise<Buffer> {
    const record = asker.policy();
    const policy = record === null ? null : toPolicy(record);
    const { name } = question;
    const allowed =
      policy !== null &&
      policy.outbound !== 'blocked' &&
      (policy.domains === null || fitsDomain(policy.domains, name));
    if (record === null || !allowed) {
      asker.log().refuse(name);
      return emptyAnswer(question, 'refused');
    }
    const { message, addresses } = await this.#lookUp(question);
    for (const { address } of addresses) asker.log().learn(formatAddress(address), name);
    if (policy.domains !== null && addresses.length > 0) {
      await this.#parts.guard.admit(asker.place, record, addresses);
      if (asker.policy() !== record)
        throw new ThawError('state_conflict', 'The policy changed while a name was resolved.');
    }
    return withId(message, question.id);
  }

  async #lookUp(question: Question): Promise<{ message: Buffer; addresses: readonly NamedAddress[] }> {
    const key = `${question.type} ${question.name}`;
    const kept = this.#cache.get(key);
    const message = kept?.message ?? (await askUpstream(this.#parts.servers().map(parseServer), question));
    const facts = readAnswer(message, question);
    if (facts === null) throw new ThawError('internal', 'An answer that was read once cannot be read again.');
    if (kept === null && facts.addresses.length > 0) this.#cache.put(key, message, facts.ttlSeconds);
    return { message, addresses: facts.addresses };
  }
}
