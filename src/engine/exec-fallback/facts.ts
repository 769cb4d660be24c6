/** Reads what `stat` printed of a file. It comes out of the sandbox, so every part is checked. */
import { ThawError } from '../../errors.ts';
import type { GuestStat } from '../agent/port.ts';

const TYPE_MASK = 0o170_000;
const types: Readonly<Record<number, GuestStat['type']>> = {
  0o100_000: 'file',
  0o040_000: 'directory',
  0o120_000: 'symlink',
};
const FACTS = /^([\da-f]{1,8}) (\d{1,10}) (\d{1,10}) (\d{1,16}) (-?\d{1,12}) (.*)$/s;
const PRECISE = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\.(\d{3})/;

export function parseFacts(text: string): GuestStat {
  const match = FACTS.exec(text);
  if (match === null)
    throw new ThawError('engine_error', 'The sandbox answered facts of a file that make no sense.');
  const [, mode = '', uid, gid, size, seconds, written = ''] = match;
  const bits = Number.parseInt(mode, 16);
  // The text has the fraction of a second, where the tool tells it.
  const precise = PRECISE.exec(written);
  const ms = precise === null ? Number.NaN : Date.parse(`${precise[1]}T${precise[2]}.${precise[3]}Z`);
  return {
    type: types[bits & TYPE_MASK] ?? 'other',
    sizeBytes: Number(size),
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    modifiedMs: Number.isNaN(ms) ? Number(seconds) * 1000 : ms,
  };
}
