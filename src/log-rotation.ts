/**
 * Keeps the file that an owner logs to within its bound while the owner runs. The file is standard error, which Node
 * cannot open anew, so what is in it is copied aside and the file itself is emptied: it is open for appending.
 */
import { copyFileSync, fstatSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { MAX_LOG_BYTES, setAsideLog } from './control/log-files.ts';

export interface LineSink {
  write(line: string): void;
}

/** Whether what is written to the open file `descriptor` goes to the file at `path`. */
export function isSameFile(descriptor: number, path: string): boolean {
  try {
    const [open, named] = [fstatSync(descriptor), statSync(path)];
    return open.isFile() && open.dev === named.dev && open.ino === named.ino;
  } catch {
    return false;
  }
}

function setAside(path: string): void {
  const copy = `${setAsideLog(path)}.new`;
  try {
    copyFileSync(path, copy);
    renameSync(copy, setAsideLog(path));
  } catch {
    // On a full disk the bound counts more than the old lines.
    rmSync(copy, { force: true });
  }
  truncateSync(path, 0);
}

/** Passes lines on, and sets the file that they end up in aside whenever it has `maxBytes`. */
export function rotating(sink: LineSink, path: string, maxBytes: number = MAX_LOG_BYTES): LineSink {
  let bytes = statSync(path).size;
  return {
    write(line) {
      sink.write(line);
      bytes += Buffer.byteLength(line);
      if (bytes < maxBytes) return;
      bytes = 0;
      try {
        setAside(path);
      } catch {
        // The file was taken away: what is written goes nowhere, and no line can tell so.
      }
    },
  };
}
