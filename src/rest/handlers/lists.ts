/** The list of sandboxes in its three shapes: a page with a cursor, a numbered page, and the first document's array. */
import { z } from 'zod';
import type { ListSandboxes, SandboxPage } from '../../../schemas/list-sandboxes.ts';
import type { ApiSandbox } from '../../../schemas/rest/answers.ts';
import { isThawError } from '../../errors.ts';
import { ApiFailure } from '../failure.ts';
import type { Handlers, RequestFacts } from '../handler.ts';
import { type ServerFacts, toListItem, toSandbox } from '../to-answers.ts';

/** Of the first document's list, which has no pages. */
const MAX_ARRAY = 10_000;
const PAGE = 200;

const Labels = z.record(z.string().max(256), z.string().max(4096));

function parseLabels(text: string | undefined): { readonly labels?: Readonly<Record<string, string>> } {
  if (text === undefined) return {};
  try {
    return { labels: Labels.parse(JSON.parse(text)) };
  } catch {
    throw new ApiFailure(400, 'Invalid labels JSON format', { code: 'invalid_argument' });
  }
}

/** Only what is given: the backend's query has no undefined fields. */
function given(query: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

/** The whole of what a list names. One that was deleted in the meantime is left out. */
async function whole(input: RequestFacts, { items }: SandboxPage, facts: ServerFacts): Promise<ApiSandbox[]> {
  const lifecycle = await input.group('lifecycle');
  const found = await Promise.all(
    items.map(({ id }) =>
      lifecycle.get(id, input.call).catch((error: unknown) => {
        if (isThawError(error, 'sandbox_not_found')) return null;
        throw error;
      }),
    ),
  );
  return found.flatMap((sandbox) => (sandbox === null ? [] : [toSandbox(sandbox, facts)]));
}

async function asArray(input: RequestFacts, query: ListSandboxes, facts: ServerFacts): Promise<ApiSandbox[]> {
  const lifecycle = await input.group('lifecycle');
  const all: ApiSandbox[] = [];
  let cursor: string | null = null;
  do {
    const at: ListSandboxes = cursor === null ? {} : { cursor };
    const page: SandboxPage = await lifecycle.list({ ...query, ...at, limit: PAGE }, input.call);
    all.push(...(await whole(input, page, facts)));
    cursor = page.nextCursor;
  } while (cursor !== null && all.length < MAX_ARRAY);
  return all;
}

export function listHandlers(facts: ServerFacts): Handlers<'listSandboxes' | 'listSandboxesPaginated'> {
  return {
    async listSandboxes(input) {
      const { verbose, labels, includeWarm: _, regionIds: regions, sort, ...filters } = input.query;
      const query: ListSandboxes = {
        ...given({ ...filters, ...parseLabels(labels), regions }),
        sort: sort ?? 'lastActivityAt',
      };
      if (verbose !== undefined) {
        const { cursor: _cursor, limit: _limit, ...all } = query;
        return await asArray(input, { ...all, sort: 'createdAt' }, facts);
      }
      const lifecycle = await input.group('lifecycle');
      const page = await lifecycle.list(query, input.call);
      const items = await whole(input, page, facts);
      return { items: items.map(toListItem), nextCursor: page.nextCursor };
    },
    async listSandboxesPaginated(input) {
      const { labels, ...filters } = input.query;
      const lifecycle = await input.group('lifecycle');
      const query: ListSandboxes = given({ ...filters, ...parseLabels(labels) });
      const page = await lifecycle.list(query, input.call);
      const items = await whole(input, page, facts);
      const { total, page: number, totalPages } = page;
      return { items, total: total ?? items.length, page: number ?? 1, totalPages: totalPages ?? 1 };
    },
  };
}
