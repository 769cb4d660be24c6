/** The end of the quickstart: how each client gets this build of Thaw. */
import { clients } from '../client-config/clients.ts';
import { shellQuote } from '../client-config/server-entry.ts';
import { handedOn } from '../client-config/settings.ts';
import { claudeCodeCommand, snippets } from '../client-config/snippets.ts';
import type { Environment } from '../config.ts';
import { indent } from './show.ts';

/** `thaw` is the program and first arguments of the command line. */
export function clientLines(thaw: readonly [string, string], environment: Environment): readonly string[] {
  const [command, script] = thaw;
  const server = { kind: 'stdio', command, args: [script, 'mcp'], env: handedOn(environment) } as const;
  const ids = clients.map(({ id }) => id).join('|');
  return [
    '\nTo use it, let Thaw write itself into your client, with a diff before and a backup after:',
    indent(`${thaw.map(shellQuote).join(' ')} install ${ids}`),
    '\nor paste by hand:',
    ...snippets(server).flatMap(({ client, text }) => [`\n${client.title}, ${client.where}:`, indent(text)]),
    '\nClaude Code, in a shell:',
    indent(claudeCodeCommand(server)),
  ];
}
