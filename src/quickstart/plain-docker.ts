/**
 * Containers by plain Docker, for comparison: what `docker run`, `exec`, `cp`, `stop`, `start` and `rm` do, as requests
 * to the Engine API on kept-alive connections. That leaves out the start of the docker command line itself, so it is
 * the fastest form of each.
 */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { z } from 'zod';
import type { DockerEndpoint } from '../engine/docker/endpoint.ts';

const TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Ends at once on SIGTERM, so that a stop is not a wait for the grace to pass. */
const WAIT_COMMAND = ['/bin/sh', '-c', 'trap "exit 0" TERM; sleep infinity & wait'];

const Created = z.object({ Id: z.string() });
const ExecState = z.object({ ExitCode: z.number().nullable() });
const Containers = z.array(z.object({ Id: z.string() }));
const Networks = z.array(z.object({ Id: z.string(), Name: z.string() }));

/** The network that `docker run` uses unless told otherwise. */
const DEFAULT_NETWORK = 'bridge';

export interface PlainExec {
  readonly exitCode: number | null;
  readonly outputBytes: number;
}

export class PlainDocker {
  readonly #endpoint: DockerEndpoint;
  readonly #agent: Agent;
  readonly #label: string;
  #network: Promise<string> | null = null;

  /** Every container gets `label`, by which `removeAll` finds it. */
  constructor(endpoint: DockerEndpoint, label: string) {
    this.#endpoint = endpoint;
    this.#label = label;
    const secure = endpoint.kind === 'tcp' && endpoint.tls !== undefined;
    this.#agent = secure
      ? new TlsAgent({ keepAlive: true, ...endpoint.tls })
      : new Agent({ keepAlive: true });
  }

  /** `docker run -d`: creates and starts. Answers the id. */
  async run(image: string): Promise<string> {
    this.#network ??= this.#findNetwork();
    const body = {
      Image: image,
      Entrypoint: WAIT_COMMAND,
      Cmd: [],
      Labels: { [this.#label]: '' },
      HostConfig: { NetworkMode: await this.#network },
    };
    const { Id } = Created.parse(await this.#json('POST', '/containers/create', body));
    await this.start(Id);
    return Id;
  }

  /** `docker exec`: create, start, output to its end, exit status. */
  async exec(id: string, argv: readonly string[], workingDir = '/'): Promise<PlainExec> {
    const body = { AttachStdout: true, AttachStderr: true, Cmd: argv, WorkingDir: workingDir };
    const { Id } = Created.parse(await this.#json('POST', `/containers/${id}/exec`, body));
    const output = await this.#send('POST', `/exec/${Id}/start`, { Detach: false, Tty: false });
    const { ExitCode } = ExecState.parse(await this.#json('GET', `/exec/${Id}/json`));
    return { exitCode: ExitCode, outputBytes: output.length };
  }

  /** `docker cp` into the container: unpacks a tar below `directory`. */
  async copyIn(id: string, directory: string, tar: Buffer): Promise<void> {
    await this.#send('PUT', `/containers/${id}/archive?path=${encodeURIComponent(directory)}`, tar);
  }

  /** `docker cp` out of the container: the path as a tar. */
  async copyOut(id: string, path: string): Promise<Buffer> {
    return await this.#send('GET', `/containers/${id}/archive?path=${encodeURIComponent(path)}`);
  }

  /** `docker ps --all`, those of this comparison alone. */
  async list(): Promise<readonly string[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [this.#label] }));
    const found = Containers.parse(await this.#json('GET', `/containers/json?all=1&filters=${filters}`));
    return found.map(({ Id }) => Id);
  }

  async stop(id: string): Promise<void> {
    await this.#send('POST', `/containers/${id}/stop?t=10`);
  }

  async start(id: string): Promise<void> {
    await this.#send('POST', `/containers/${id}/start`);
  }

  /** `docker rm --force`. */
  async remove(id: string): Promise<void> {
    await this.#send('DELETE', `/containers/${id}?force=1&v=1`);
  }

  /** Removes whatever this object made and did not remove yet. */
  async removeAll(): Promise<void> {
    for (const id of await this.list()) await this.remove(id);
    const filters = JSON.stringify({ label: [this.#label] });
    for (const { Id } of await this.#networks(filters)) await this.#send('DELETE', `/networks/${Id}`);
    this.#network = null;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #networks(filters: string): Promise<z.infer<typeof Networks>> {
    return Networks.parse(await this.#json('GET', `/networks?filters=${encodeURIComponent(filters)}`));
  }

  /** Docker's own bridge, or a bridge of this comparison where the daemon runs without: a container gets a network either way. */
  async #findNetwork(): Promise<string> {
    const found = await this.#networks(JSON.stringify({ name: [DEFAULT_NETWORK] }));
    if (found.some(({ Name }) => Name === DEFAULT_NETWORK)) return DEFAULT_NETWORK;
    const name = this.#label;
    await this.#json('POST', '/networks/create', { Name: name, Driver: 'bridge', Labels: { [name]: '' } });
    return name;
  }

  async #json(method: string, path: string, body?: object): Promise<unknown> {
    return JSON.parse((await this.#send(method, path, body)).toString('utf8'));
  }

  async #send(method: string, path: string, body?: object | Buffer): Promise<Buffer> {
    const data = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const type = Buffer.isBuffer(body) ? 'application/x-tar' : 'application/json';
    const answer = await this.#request(method, path, type, data ?? Buffer.alloc(0));
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer) {
      const part: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      size += part.length;
      if (size > MAX_ANSWER_BYTES) throw new Error(`${method} ${path}: the answer is too long.`);
      chunks.push(part);
    }
    const content = Buffer.concat(chunks);
    const { statusCode = 0 } = answer;
    if (statusCode < 400) return content;
    throw new Error(
      `Docker answered ${statusCode} to ${method} ${path}: ${content.toString('utf8', 0, 500).trim()}`,
    );
  }

  #request(method: string, path: string, type: string, data: Buffer): Promise<IncomingMessage> {
    const endpoint = this.#endpoint;
    const options = {
      method,
      path,
      agent: this.#agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        host: 'docker',
        'content-length': data.length,
        ...(data.length > 0 ? { 'content-type': type } : {}),
      },
    };
    return new Promise((resolve, reject) => {
      const open = () => {
        if (endpoint.kind === 'socket') return httpRequest({ ...options, socketPath: endpoint.path });
        const { host, port, tls } = endpoint;
        if (tls === undefined) return httpRequest({ ...options, host, port });
        return httpsRequest({ ...options, host, port });
      };
      open().once('response', resolve).once('error', reject).end(data);
    });
  }
}
