/** Opens a connection to the guest agent at the other end of a stream. */
import type { Duplex } from 'node:stream';
import { randomHex } from '../../ids.ts';
import type { Logger } from '../../log.ts';
import { AgentLink, unreachable } from './agent-link.ts';
import { makeConnection } from './connection.ts';
import { deferred, withDeadline } from './deferred.ts';
import { encodeFrame, NONCE_BYTES, PROTOCOL_VERSION, request } from './frame.ts';
import { type HelloAnswer, HelloFinder, resyncPadding } from './hello.ts';
import type { AgentConnection } from './port.ts';

/** An agent that can hear answers long before this; one that does not may wait for the rest of an old frame. */
const PADDING_AFTER_MS = 50;

export interface ConnectOptions {
  readonly timeoutMs: number;
  /** The other end is the host helper, which may write and read host files. */
  readonly host?: boolean;
  /** The stream is the direct link, so that none is offered. */
  readonly direct?: boolean;
  readonly log: Logger;
}

function helloFrame(nonce: Buffer): Buffer {
  const payload = Buffer.concat([nonce, Buffer.alloc(2)]);
  payload.writeUInt16LE(PROTOCOL_VERSION, NONCE_BYTES);
  return encodeFrame(0, { type: request.hello, flags: 0, channel: 0, payload });
}

async function greet(stream: Duplex, nonce: Buffer, timeoutMs: number): Promise<HelloAnswer> {
  const finder = new HelloFinder(nonce);
  const answered = deferred<HelloAnswer>();
  const onData = (chunk: Buffer): void => {
    try {
      const answer = finder.push(chunk);
      if (answer === null) return;
      // What follows belongs to the connection, which listens in the same turn as this resolves.
      stream.off('data', onData);
      stream.pause();
      answered.resolve(answer);
    } catch (error) {
      answered.reject(error instanceof Error ? error : unreachable('The guest agent sent nonsense.'));
    }
  };
  const onGone = (error?: Error): void =>
    answered.reject(unreachable('The guest agent ended before it answered.', error));
  const events = ['error', 'end', 'close'] as const;
  for (const event of events) stream.on(event, onGone);
  stream.on('data', onData);
  stream.write(helloFrame(nonce));
  const padding = setTimeout(() => stream.write(resyncPadding()), PADDING_AFTER_MS);
  try {
    return await withDeadline(answered.promise, timeoutMs, () =>
      unreachable(`The guest agent did not answer within ${timeoutMs} ms.`),
    );
  } finally {
    clearTimeout(padding);
    stream.off('data', onData);
    for (const event of events) stream.off(event, onGone);
  }
}

/**
 * Greets the agent and takes the stream over; channels of an earlier connection are discarded in the guest.
 * Throws `agent_unreachable` or `agent_protocol`, and then the stream is destroyed.
 */
export async function connectAgent(stream: Duplex, options: ConnectOptions): Promise<AgentConnection> {
  const { timeoutMs, host = false, direct = false, log } = options;
  const nonce = Buffer.from(randomHex(NONCE_BYTES), 'hex');
  try {
    const { info, rest } = await greet(stream, nonce, timeoutMs);
    const link = new AgentLink(stream, nonce.readUInt32LE(0), log);
    link.start(rest);
    stream.resume();
    return makeConnection(link, info, { host, direct });
  } catch (error) {
    stream.on('error', () => undefined);
    stream.destroy();
    throw error;
  }
}
