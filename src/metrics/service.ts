/** `/metrics` for Prometheus, which shows an API key as every caller does: other users share the loopback address. */
import { answerJson, refuseJson } from '../http/answer.ts';
import { type Authenticator, AuthFailure, type HttpService } from '../http/service.ts';
import type { Metrics, Snapshot } from './metrics.ts';

export interface MetricsServiceOptions {
  readonly authenticator: Authenticator;
  readonly metrics: Metrics;
  readonly now: () => Snapshot;
}

export const metricsService = ({ authenticator, metrics, now }: MetricsServiceOptions): HttpService => ({
  prefix: '/metrics',
  handle: async (request, response) => {
    if (request.method !== 'GET') {
      refuseJson(request, response, 405, { error: 'Use GET.' }, { allow: 'GET' });
      return;
    }
    const identity = await authenticator.authenticate(request);
    if (identity instanceof AuthFailure) {
      refuseJson(request, response, identity.status, { error: identity.message }, identity.headers);
      return;
    }
    // A tenant is not told about the others.
    if (identity.organizationId !== null) {
      answerJson(response, 403, { error: "Use a key of the owner's own organization." });
      return;
    }
    const text = await metrics.render(now());
    response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
    response.end(text);
  },
});
