// What the browser and the server say of passkeys to each other: bytes here, base64url without padding there.

/** What a passkey signed, as it goes to the server. */
export interface Assertion {
  credential: string;
  authenticator: string;
  client: string;
  signature: string;
}

type Named = Record<string, unknown>;
type Bytes = Uint8Array<ArrayBuffer>;

export function base64url(value: ArrayBuffer): string {
  const signs = Array.from(new Uint8Array(value), (byte) => String.fromCharCode(byte)).join("");
  return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function bytesOf(text: unknown): Bytes {
  const signs = atob(String(text).replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(signs, (sign) => sign.charCodeAt(0));
}

/** Whether this browser can ask for a passkey at all. */
export function knowsPasskeys(): boolean {
  return window.isSecureContext && "credentials" in navigator && "PublicKeyCredential" in window;
}

function descriptors(given: unknown): PublicKeyCredentialDescriptor[] {
  return Array.isArray(given) ? given.map((each: Named) => ({ type: "public-key", id: bytesOf(each["id"]) })) : [];
}

/** Makes a new passkey; null where the person turned away. An `InvalidStateError` says that this device holds one already. */
export async function makePasskey(options: Named): Promise<Record<string, string> | null> {
  const user = options["user"] as Named;
  const publicKey = {
    ...options,
    challenge: bytesOf(options["challenge"]),
    user: { ...user, id: bytesOf(user["id"]) },
    excludeCredentials: descriptors(options["excludeCredentials"]),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = await refusedAsNull(navigator.credentials.create({ publicKey }));
  if (!(made instanceof PublicKeyCredential) || !(made.response instanceof AuthenticatorAttestationResponse)) return null;
  return { credential: base64url(made.rawId), client: base64url(made.response.clientDataJSON), attestation: base64url(made.response.attestationObject) };
}

/** Asks a passkey for its answer; null where the person turned away. `user` says whose it is, where the passkey tells. */
export async function askPasskey(publicKey: PublicKeyCredentialRequestOptions): Promise<(Assertion & { user: string }) | null> {
  const given = await refusedAsNull(navigator.credentials.get({ publicKey }));
  if (!(given instanceof PublicKeyCredential) || !(given.response instanceof AuthenticatorAssertionResponse)) return null;
  const { authenticatorData, clientDataJSON, signature, userHandle } = given.response;
  return {
    credential: base64url(given.rawId),
    authenticator: base64url(authenticatorData),
    client: base64url(clientDataJSON),
    signature: base64url(signature),
    user: userHandle ? base64url(userHandle) : "",
  };
}

/** What the server asks for, in the form the browser takes. */
export function requestFrom(options: Named): PublicKeyCredentialRequestOptions {
  return {
    ...options,
    challenge: bytesOf(options["challenge"]),
    allowCredentials: descriptors(options["allowCredentials"]),
  } as unknown as PublicKeyCredentialRequestOptions;
}

/** A person who turns away, or waits too long, is no fault. */
async function refusedAsNull<Given>(asking: Promise<Given>): Promise<Given | null> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof DOMException && error.name !== "InvalidStateError") return null;
    throw error;
  }
}
