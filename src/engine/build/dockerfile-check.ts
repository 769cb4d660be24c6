/** Refuses what a Dockerfile must not ask of the daemon. Everything else of it is the builder's to judge. */
import { ThawError } from '../../errors.ts';

/** The builder drops these wherever they are, in the middle of an instruction, too. */
const COMMENT = /^[ \t]*#[^\n]*(?:\n|$)/gm;
/** A line that ends so goes on in the next; which of the two it is is up to a directive of the file itself. */
const CONTINUATIONS = [/\\[ \t]*\r?\n(?:[ \t]*\r?\n)*/g, /`[ \t]*\r?\n(?:[ \t]*\r?\n)*/g];
const ADD = /^\s*(?:ONBUILD\s+)*ADD\s(.*)$/i;
/** These name something remote, and a variable may stand for either. */
const REMOTE = /:\/\/|\bgit@|\$/i;

/**
 * `ADD` of an address is fetched by the Docker Engine itself, in the host's own network: it would reach what no sandbox
 * and no build step may reach. Throws `invalid_argument`. `FROM` stays: images are what a build is made of.
 */
export function checkDockerfile(text: string): void {
  const bare = text.replace(COMMENT, '');
  const readings = [text, ...CONTINUATIONS.map((continuation) => bare.replace(continuation, ''))];
  for (const line of readings.flatMap((reading) => reading.split('\n'))) {
    const sources = ADD.exec(line)?.[1];
    if (sources === undefined || !REMOTE.test(sources)) continue;
    throw new ThawError(
      'invalid_argument',
      'buildInfo.dockerfileContent: ADD takes files of the context only, without variables.',
      { next: 'Use COPY for files of the context, and RUN with curl or git for what is elsewhere.' },
    );
  }
}
