/** The tools of a server in the forms that requests need, computed once for all connections. */
import type { Tool } from '../../tools/define-tool.ts';
import { type Annotations, annotate } from './annotate.ts';
import { type PublishedSchema, publishInput, publishOutput } from './published-schema.ts';

/** One entry of the answer to `tools/list`. */
export interface ListedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: PublishedSchema;
  readonly outputSchema: PublishedSchema;
  readonly annotations: Annotations;
}

export interface Catalogue {
  readonly listed: readonly ListedTool[];
  find(name: string): Tool | undefined;
  readonly names: readonly string[];
  /** The one sandbox that the connection works with, where that is so. */
  readonly sandbox: string | null;
  readonly readOnly: boolean;
}

/** How the tools were narrowed. */
export type CatalogueScope = Pick<Catalogue, 'sandbox' | 'readOnly'>;

const list = (tool: Tool): ListedTool => ({
  name: tool.name,
  title: tool.title,
  description: tool.description,
  inputSchema: publishInput(tool.input),
  outputSchema: publishOutput(tool.output),
  annotations: annotate(tool),
});

const openScope: CatalogueScope = { sandbox: null, readOnly: false };

export function buildCatalogue(tools: readonly Tool[], scope: CatalogueScope = openScope): Catalogue {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return {
    listed: tools.map(list),
    find: (name) => byName.get(name),
    names: tools.map(({ name }) => name),
    ...scope,
  };
}
