/** The parts of the README that follow from the code: each is made here and stands between markers there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { apiOperations, laterApiOperations, type OperationId } from '../../schemas/api-operations.ts';
import { restOperations } from '../../schemas/rest/operations.ts';
import { commands } from '../../src/cli/commands.ts';
import { clients } from '../../src/client-config/clients.ts';
import { claudeCodeCommand, snippetOf } from '../../src/client-config/snippets.ts';
import { type OwnerOption, ownerOptionList } from '../../src/control/owner-options.ts';
import { otherExceptions, stateExceptions } from '../../src/rest/exceptions.ts';
import { tools } from '../../tools/index.ts';
import { operationServices, ownTools, type Service } from '../../tools/operations.ts';
import { BenchReport } from '../perf/report.ts';
import { actual, isMet, targets } from '../perf/targets.ts';
import { root } from './imports.ts';

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[] = [],
): string {
  const rule = head.map((_, column) => (numeric.includes(column) ? '--:' : '---'));
  return [row(head), row(rule), ...rows.map(row)].join('\n');
}

const code = (text: string): string => `\`${text}\``;

const InputSchema = z.object({
  properties: z.record(z.string(), z.unknown()),
  required: z.array(z.string()).default([]),
});

/** Required arguments first, in bold. */
function argumentsOf(input: z.ZodType): string {
  const { properties, required } = InputSchema.parse(z.toJSONSchema(input, { io: 'input' }));
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  return [...required.map((name) => `**${code(name)}**`), ...optional.map(code)].join(', ');
}

const firstSentence = (text: string): string => /^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text;

const toolTable = (): string =>
  table(
    ['Tool', 'What it does', 'Arguments (required ones in bold)'],
    tools.map(({ name, description, input }) => [code(name), firstSentence(description), argumentsOf(input)]),
  );

function serviceText(service: Service): string {
  if (service.kind === 'tool') return code(service.tool);
  if (service.kind === 'REST only') return `none: ${service.reason}`;
  return service.kind === 'internal' ? service.reason : `not served: ${service.reason}`;
}

/** Whether REST serves an operation; its other answers are the API's own refusals. */
function restText(id: string): string {
  const operations: Readonly<Record<string, { readonly summary: string }>> = restOperations;
  const summary = operations[id]?.summary;
  if (summary === undefined) return 'refused: 403';
  return /^(?:Not|Only)\b/.test(summary) ? lowerFirst(summary) : 'yes';
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

/** Every operation of the API with the tool that stands for it, then the tools that no operation stands behind. */
function operationTable(): string {
  const { sandbox, snapshots, volumes } = apiOperations;
  const routes: Readonly<Record<OperationId, string>> = {
    ...sandbox,
    ...laterApiOperations.sandbox,
    ...snapshots,
    ...volumes,
  };
  const services: Readonly<Record<string, Service>> = operationServices;
  const rows = Object.entries(routes).flatMap(([id, route]) => {
    const service = services[id];
    return service === undefined ? [] : [[code(id), code(route), serviceText(service), restText(id)]];
  });
  const others = Object.entries(restOperations).flatMap(([id, { route, summary }]) =>
    id in routes ? [] : [`- ${code(id)} (${code(route)}): ${summary}`],
  );
  const own = Object.entries(ownTools).map(([name, reason]) => `- ${code(name)}: ${reason}`);
  return [
    table(['Operation', 'Method and path', 'Tool', 'REST'], rows),
    'REST serves these operations of other parts of the API, too:',
    others.join('\n'),
    'Where REST differs from the API on purpose:',
    [...stateExceptions.map(({ why }) => why), ...otherExceptions].map((text) => `- ${text}`).join('\n'),
    'Tools that have no operation there:',
    own.join('\n'),
  ].join('\n\n');
}

const commandTable = (): string =>
  table(
    ['Command', 'What it is for'],
    commands.map(({ name, summary }) => [code(`thaw ${name}`), summary]),
  );

function defaultOf(option: OwnerOption): string {
  if (option.kind === 'switch') return 'off';
  if (option.kind === 'choice') return option.default;
  return String(option.default ?? option.shownDefault ?? 'none');
}

const settingTable = (): string =>
  table(
    ['Flag', 'Variable', 'Default', 'Meaning'],
    ownerOptionList.map((option) => [
      code(`--${option.flag}`),
      code(option.variable),
      defaultOf(option),
      option.help,
    ]),
  );

/** What `thaw install` writes, for a checkout and for an owner that runs, as a person pastes it. */
function clientSnippets(): string {
  const fence = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;
  const stdio = {
    kind: 'stdio',
    command: 'node',
    args: ['/path/to/thaw/dist/thaw.mjs', 'mcp'],
    env: {},
  } as const;
  const http = { kind: 'http', url: 'http://127.0.0.1:4440/mcp' } as const;
  const servers = [
    { title: 'over stdio', server: stdio },
    { title: 'over HTTP', server: http },
  ];
  return clients
    .flatMap((client) =>
      servers.flatMap(({ title, server }) => {
        const text = snippetOf(client, server);
        if (text === null) return [];
        const where = server.kind === 'stdio' ? `${title}, ${client.where}` : title;
        const shell = client.id === 'claude-code' ? [fence('sh', claudeCodeCommand(server))] : [];
        return [`**${client.title}** ${where}:`, ...shell, fence('json', text)];
      }),
    )
    .join('\n\n');
}

const ms = (value: number): string => value.toFixed(2);

/** The recorded report of the benchmark, with the targets that it is held against. */
async function benchmarkTables(): Promise<string> {
  const text = await readFile(join(root, 'test/perf/recorded.json'), 'utf8');
  const report = BenchReport.parse(JSON.parse(text));
  const { machine, node, docker, commit, results } = report;
  const load =
    machine.load === undefined ? '' : `; load ${machine.load.before} before and ${machine.load.after} after`;
  const times = table(
    ['Milliseconds', 'n', 'min', 'p50', 'p99'],
    results.map(({ name, n, min, p50, p99 }) => [code(name), String(n), ms(min), ms(p50), ms(p99)]),
    [1, 2, 3, 4],
  );
  const held = targets.flatMap((target) => {
    const value = actual(target, report);
    if (value === undefined) return [];
    const { name, statistic, bound, limit } = target;
    const what = statistic === 'value' ? code(name) : `${code(name)} ${statistic}`;
    return [[what, `${bound} ${limit}`, ms(value), isMet(target, value) ? 'yes' : '**no**']];
  });
  return [
    `Measured on ${machine.cores} cores (${machine.cpu}, shared with other work${load}), ${machine.memoryGiB} GiB, ${machine.system}; Node ${node.slice(1)}; Docker ${docker}; commit ${commit.replace(/^([0-9a-f]{12})[0-9a-f]*/, '$1')}.`,
    times,
    table(['Target', 'Limit', 'Measured', 'Met'], held, [2]),
  ].join('\n\n');
}

/** By the name that the markers have. */
export const generated: Readonly<Record<string, () => string | Promise<string>>> = {
  tools: toolTable,
  operations: operationTable,
  commands: commandTable,
  clients: clientSnippets,
  settings: settingTable,
  benchmarks: benchmarkTables,
};

export const readmePath = join(root, 'README.md');

/** `text` with what stands between the markers of `name` replaced. Throws when the markers are not there once each. */
export function replaceGenerated(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- generated: ${name} (npm run readme) -->`, `<!-- end of ${name} -->`];
  const [before, middle, ...more] = text.split(begin);
  const after = middle?.split(end);
  if (before === undefined || after?.length !== 2 || more.length > 0) {
    throw new Error(`The README has not exactly one pair of markers "${begin}" and "${end}".`);
  }
  return `${before}${begin}\n\n${content}\n\n${end}${after[1]}`;
}

/** The README as it should be. */
export async function renderReadme(text: string): Promise<string> {
  let result = text;
  for (const [name, render] of Object.entries(generated))
    result = replaceGenerated(result, name, await render());
  return result;
}
