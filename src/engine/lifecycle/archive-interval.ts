/** The interval after which a stopped sandbox is archived: its bounds, and whether it can mean anything here. */
import { MAX_ARCHIVE_MINUTES } from '../../../schemas/settings.ts';
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';

/** `autoArchiveInterval` as it is kept: 0 asks for the longest, as in the API. */
export const clampArchiveMinutes = (minutes: number): number =>
  minutes === 0 ? MAX_ARCHIVE_MINUTES : Math.min(minutes, MAX_ARCHIVE_MINUTES);

/** Throws `unsupported` where nothing could ever be archived, so that no interval is accepted that means nothing. */
export function requireArchiving({ files }: Pick<EngineContext['host'], 'files'>): void {
  if (files !== null) return;
  throw new ThawError(
    'unsupported',
    'autoArchiveInterval: this engine runs without the host helper, which archives.',
    { next: 'Start Thaw without THAW_HELPER=off.' },
  );
}
