/** Keys that URLs of files are signed with: one a sandbox, made when it is first asked for. */
import type { CallContext } from './port.ts';

export interface SignedRequest {
  /** `GET` for a download, `POST` for an upload. */
  readonly method: string;
  readonly path: string;
  /** Seconds since the epoch as in the URL; `0` for never. */
  readonly expires: string;
  /** `v1_` and the base64url of the HMAC. */
  readonly signature: string;
}

/** What a signed URL stands for. */
export interface SignedAdmission {
  /** For the call that follows; absent for the owner's own organization. */
  readonly organizationId?: string;
}

export interface SigningOperations {
  key(sandbox: string, context: CallContext): Promise<string>;
  /** Makes another, so that URLs which were signed before open nothing any more. */
  rotate(sandbox: string, context: CallContext): Promise<string>;
  /** By id alone: the URL is all that its holder has. Null unless the signature is right and not over. */
  admit(sandboxId: string, request: SignedRequest, context: CallContext): Promise<SignedAdmission | null>;
}
