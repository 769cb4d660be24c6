/** sandbox_edit_file: replaces text in a file, exactly and atomically. */
import { EditedFile, EditFile } from '../schemas/edit.ts';
import { requireGroup } from '../src/backend/port.ts';
import { replaceText } from '../src/content/replace-text.ts';
import { ThawError } from '../src/errors.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_edit_file',
  title: 'Edit a file',
  description:
    'Replaces oldText by newText in a text file, atomically. oldText must occur exactly expectedCount times (default once), or nothing changes and the error names the nearest line. Answers the line numbers of the replacements.',
  kind: 'write',
  group: 'files',
  input: EditFile,
  output: EditedFile,
  async handle({ sandbox, path, oldText, newText, expectedCount = 1 }, { backend, context }) {
    const files = requireGroup(backend, 'files');
    const file = await files.read(sandbox, { path }, context);
    if (file.encoding !== 'utf8') {
      throw new ThawError('not_a_file', `${file.path} is no text; nothing was changed.`, {
        next: 'Edit binary files with sandbox_exec, or write them whole with sandbox_write_file.',
      });
    }
    const { text, count, lines } = replaceText(file.path, file.content, { oldText, newText, expectedCount });
    const written = await files.write(sandbox, { path, content: text }, context);
    return { path: written.path, replaced: count, lines: [...lines], sizeBytes: written.sizeBytes };
  },
});
