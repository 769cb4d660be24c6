/** sandbox_find: files by name, lines by content. */
import { FindFiles, Found } from '../schemas/find.ts';
import { requireGroup } from '../src/backend/port.ts';
import { summarize } from '../src/content/found-text.ts';
import { ThawError } from '../src/errors.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_find',
  title: 'Find files and text',
  description:
    'Finds files by name and lines by content, in name order, like find and grep. Give name, content or both. Dot files, node_modules, binary files and files above 10 MiB are passed over. When truncated, narrow path, name or content.',
  kind: 'read',
  group: 'search',
  input: FindFiles,
  output: Found,
  async handle({ sandbox, fixed, ...request }, { backend, context }) {
    const { name, content } = request;
    if (name === undefined && content === undefined) {
      throw new ThawError('invalid_argument', 'name or content is required.', {
        next: 'Give a glob for names, a regular expression for lines, or both. For one directory use sandbox_list_files.',
      });
    }
    const search = { ...request, ...(content === undefined ? {} : { regex: fixed !== true }) };
    return summarize(
      await requireGroup(backend, 'search').search(sandbox, search, context),
      content === undefined,
    );
  },
});
