/** What the engine says when an agent breaks the protocol: it ends that connection and nothing else. */
import { ThawError } from '../../errors.ts';

export const violation = (what: string): ThawError =>
  new ThawError('agent_protocol', `The sandbox's guest agent broke its protocol: ${what}.`);
