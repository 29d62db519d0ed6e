// What a passkey signed for one ballot.
import { createPublicKey, verify } from "node:crypto";
import { canonical, readOrNull, sha256 } from "./canonical.mjs";
import { must } from "./wrong.mjs";

// Ed25519 hashes by itself; ES256 and RS256 say SHA-256 in their names.
const HASH_BY_KIND = new Map([["ed25519", null], ["ec", "sha256"], ["rsa", "sha256"]]);

function decoded(base64url) {
  const bytes = Buffer.from(base64url, "base64url");
  must(bytes.toString("base64url") === base64url, "a part of the passkey's signature is not in base64url");
  return bytes;
}

function keyIn(bytes) {
  try {
    return createPublicKey({ key: bytes, format: "der", type: "spki" });
  } catch {
    return null;
  }
}

function challengeOf({ cast_id, choice, discuss, member, question, reserved, seen, text }) {
  const signed = { cast_id, choice, discuss, member, question, reserved, seen, text };
  return sha256(canonical(signed)).toString("base64url");
}

/** Throws Wrong unless the entry's assertion was made for this very ballot. */
export function checkAssertion(entry) {
  const { authenticator, client, credential, public_key, signature } = entry.assertion;
  decoded(credential);
  const clientBytes = decoded(client);
  const said = readOrNull(clientBytes.toString());
  must(said?.challenge === challengeOf(entry), "the passkey signed something else than this ballot");
  const key = keyIn(decoded(public_key));
  must(key && HASH_BY_KIND.has(key.asymmetricKeyType), "the passkey's public key cannot be read");
  const signed = Buffer.concat([decoded(authenticator), sha256(clientBytes)]);
  const hash = HASH_BY_KIND.get(key.asymmetricKeyType);
  must(verify(hash, signed, key, decoded(signature)), "the passkey's signature is wrong");
}
