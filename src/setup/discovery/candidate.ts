/** What every way of finding a Docker Engine answers with. */
import type { DockerEndpoint } from '../../engine/docker/endpoint.ts';

export interface Candidate {
  /** Where it was found, in words for a person: “DOCKER_HOST”, “usual socket”. */
  readonly source: string;
  readonly endpoint: DockerEndpoint;
  /** Somebody asked for exactly this one: when it does not answer, no other takes its place. */
  readonly explicit: boolean;
}

/** A way to find an engine that could not be followed, and why. */
export interface Rejection {
  readonly candidate: string;
  readonly reason: string;
}

/** What one way of finding engines yields. */
export interface Findings {
  readonly candidates: readonly Candidate[];
  readonly rejected: readonly Rejection[];
}

export const nothingFound: Findings = { candidates: [], rejected: [] };
