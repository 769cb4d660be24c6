/** What a client's configuration has to become so that it has Thaw, or has it no more. */
import { type McpClient, usesInput } from './clients.ts';
import { ClientConfigError } from './config-file.ts';
import { appendItem, findMember, removeEntry, removeMember, setMember } from './jsonc/edit.ts';
import { JsoncError, valueOf } from './jsonc/parse.ts';
import type { ServerEntry } from './server-entry.ts';

export interface ConfigChange {
  readonly client: McpClient;
  /** The name of the server in the client. */
  readonly name: string;
  /** Null removes it. */
  readonly server: ServerEntry | null;
}

const hasId = (value: unknown, id: string): boolean =>
  typeof value === 'object' && value !== null && 'id' in value && value.id === id;

/** With the client's question, when the entry asks it and it is not there. */
function withInput(text: string, { input }: McpClient): string {
  if (input === null) return text;
  const inputs = findMember(text, ['inputs']);
  const known = inputs === null ? [] : valueOf(inputs);
  if (Array.isArray(known) && known.some((item) => hasId(item, input.id))) return text;
  return appendItem(text, ['inputs'], input);
}

/** Without the question, when no entry asks it any more. */
function withoutInput(text: string, { input }: McpClient): string {
  if (input === null || text.includes(`\${input:${input.id}}`)) return text;
  const inputs = findMember(text, ['inputs']);
  if (inputs?.kind !== 'array') return text;
  const index = inputs.entries.findIndex(({ value }) => hasId(valueOf(value), input.id));
  if (index === -1) return text;
  return inputs.entries.length === 1 ? removeMember(text, ['inputs']) : removeEntry(text, inputs, index);
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function apply(text: string, { client, name, server }: ConfigChange): string {
  const path = [client.section, name] as const;
  const found = findMember(text, path);
  if (server === null) {
    return found === null ? text : withoutInput(removeMember(text, path), client);
  }
  const entry = client.entry(server);
  if (entry === null) {
    throw new ClientConfigError(
      `The file of ${client.title} takes no servers over HTTP. Leave --url out, or add the address in its settings.`,
    );
  }
  const set = found !== null && equal(valueOf(found), entry) ? text : setMember(text, path, entry);
  return usesInput(client, entry) ? withInput(set, client) : withoutInput(set, client);
}

/** The new text; the same one when there is nothing to do. Throws ClientConfigError for a text that is no configuration. */
export function changedText(text: string, change: ConfigChange, path: string): string {
  try {
    return apply(text, change);
  } catch (error) {
    if (!(error instanceof JsoncError)) throw error;
    throw new ClientConfigError(
      `${path} is not a valid configuration: ${error.message}. Nothing was changed; mend the file, or name another one with --config.`,
    );
  }
}
