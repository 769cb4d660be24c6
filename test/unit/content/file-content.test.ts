/** Text is told from binary, and lines are cut exactly. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeContent, selectLines } from '../../../src/content/file-content.ts';

describe('decodeContent', () => {
  it('takes UTF-8 as text', () => {
    expect(decodeContent(Buffer.from('grüße\n'))).toEqual({ content: 'grüße\n', encoding: 'utf8' });
  });

  it('takes NUL and invalid UTF-8 as binary', () => {
    for (const bytes of [Buffer.from([0x61, 0, 0x62]), Buffer.from([0xff, 0xfe]), Buffer.from([0xc3])]) {
      const { content, encoding } = decodeContent(bytes);
      expect(encoding).toBe('base64');
      expect(Buffer.from(content, 'base64')).toEqual(bytes);
    }
  });
});

describe('selectLines', () => {
  it('counts a last line without an end, and no line in an empty file', () => {
    expect(selectLines('a\nb', 1, undefined)).toEqual({ content: 'a\nb', totalLines: 2, truncated: false });
    expect(selectLines('a\nb\n', 1, undefined).totalLines).toBe(2);
    expect(selectLines('', 1, undefined)).toEqual({ content: '', totalLines: 0, truncated: false });
  });

  it('cuts from the offset, at most the limit', () => {
    expect(selectLines('1\n2\n3\n4\n', 2, 2)).toEqual({ content: '2\n3\n', totalLines: 4, truncated: true });
    expect(selectLines('1\n2\n', 9, 2)).toEqual({ content: '', totalLines: 2, truncated: true });
  });

  it('puts a file together again from its pages', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'bb', '', 'ü')),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        (lines, ended, page) => {
          const text = lines.join('\n') + (ended && lines.length > 0 ? '\n' : '');
          const { totalLines } = selectLines(text, 1, undefined);
          let together = '';
          for (let offset = 1; offset <= totalLines; offset += page)
            together += selectLines(text, offset, page).content;
          expect(together).toBe(text);
        },
      ),
    );
  });
});
