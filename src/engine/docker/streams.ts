/** dockerode types its streams as bare interfaces; these check that they are what Node's http module makes. */
import { Duplex, Readable } from 'node:stream';
import { ThawError } from '../../errors.ts';

export function asReadable(stream: unknown): Readable {
  if (stream instanceof Readable) return stream;
  throw new ThawError('internal', 'The Docker client answered no stream.');
}

export function asDuplex(stream: unknown): Duplex {
  if (stream instanceof Duplex) return stream;
  throw new ThawError('internal', 'The Docker client answered no two-way stream.');
}
