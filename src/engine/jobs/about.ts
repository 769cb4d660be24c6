/** What the engine writes down with a job, in the sandbox's own file system: untrusted when it is read back. */
import { z } from 'zod';

const MAX_COMMAND_CHARACTERS = 1_000;

const About = z.object({
  version: z.literal(1),
  sandbox: z.string(),
  /** Of the sandbox: a copied directory, as a fork or an earlier start leaves it, is none of this one's. */
  generation: z.number().int(),
  kind: z.enum(['exec', 'session', 'session-command']),
  /** The execId, the session's id, or the command's id in its session. */
  id: z.string().max(200),
  command: z.string().max(MAX_COMMAND_CHARACTERS),
});
export type About = z.infer<typeof About>;

export const encodeAbout = (about: Omit<About, 'version'>): Buffer =>
  Buffer.from(
    JSON.stringify({ version: 1, ...about, command: about.command.slice(0, MAX_COMMAND_CHARACTERS) }),
  );

/** Null for what nobody could have written. */
export function decodeAbout(bytes: Buffer): About | null {
  try {
    return About.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return null;
  }
}
