/** Refuses what a Dockerfile must not ask of the daemon. Everything else of it is the builder's to judge. */
import { ThawError } from '../../errors.ts';

/** A line that ends so goes on in the next; which of the two marks counts is up to a directive of the file itself. */
const CONTINUATION = /[\\`][ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*/g;
const ADD = /^\s*(?:ONBUILD\s+)*ADD\s(.*)$/i;
/** `://` and `git@` name something remote; `$` may stand for either, and `//` is what is left of one behind it. */
const REMOTE = /:\/\/|\bgit@|^git:|\$/i;

/**
 * `ADD` of an address is fetched by the Docker Engine itself, in the host's own network: it would reach what no sandbox
 * and no build step may reach. Throws `invalid_argument`. `FROM` stays: images are what a build is made of.
 */
export function checkDockerfile(text: string): void {
  const joined = text.replace(CONTINUATION, '');
  for (const line of [...text.split('\n'), ...joined.split('\n')]) {
    const sources = ADD.exec(line)?.[1];
    if (sources === undefined || !REMOTE.test(sources)) continue;
    throw new ThawError(
      'invalid_argument',
      'buildInfo.dockerfileContent: ADD takes files of the context only, without variables.',
      { next: 'Use COPY for files of the context, and RUN with curl or git for what is elsewhere.' },
    );
  }
}
