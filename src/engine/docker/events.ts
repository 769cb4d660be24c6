/** The Docker Engine's event stream, narrowed to the container events that Thaw acts on. */

import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { ThawError } from '../../errors.ts';
import { asContainerId } from '../../ids.ts';
import type { ContainerEvent } from './container-event.ts';

const MAX_LINE_CHARS = 1_000_000;
const actions = ['start', 'die', 'oom', 'destroy'] as const;

/** The event names that the daemon is asked for. */
export const watchedActions: readonly string[] = actions;

const RawEvent = z.object({
  Type: z.literal('container'),
  Action: z.enum(actions),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
});

function parseEvent(line: string): ContainerEvent | null {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = RawEvent.safeParse(json);
  if (!parsed.success) return null;
  const { Action, Actor } = parsed.data;
  const code = Actor.Attributes['exitCode'];
  return {
    action: Action,
    id: asContainerId(Actor.ID),
    labels: Actor.Attributes,
    exitCode: code === undefined ? null : Number(code),
  };
}

/** One JSON document a line; unknown ones are passed over. */
export async function* readEvents(stream: Readable): AsyncGenerator<ContainerEvent> {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  for await (const chunk of stream) {
    pending += decoder.write(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
    if (pending.length > MAX_LINE_CHARS)
      throw new ThawError('engine_error', 'The Docker Engine sent an endless event.');
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      const event = parseEvent(line);
      if (event !== null) yield event;
    }
  }
}
