// The signed checkpoints of a box: their form, their signatures, and the tree they speak of.
import { createPublicKey, verify } from "node:crypto";
import { sha256 } from "./canonical.mjs";
import { Wrong, must } from "./wrong.mjs";

const NOTE = /^(.+)\n(.+)\n(.+)\n\n— (\S+) (\S+)\n\n/u;
// What stands before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo (RFC 8410).
const ED25519_HEADER = Buffer.from("302a300506032b6570032100", "hex");
const ED25519 = Buffer.of(1);

function decoded(base64, length) {
  const bytes = Buffer.from(base64, "base64");
  // Buffer is lenient with base64; written again it has to be the same text.
  must(bytes.length === length && bytes.toString("base64") === base64, "a checkpoint or the key is not in base64");
  return bytes;
}

function readNote([, origin, size, root, name, signature]) {
  must(/^[1-9][0-9]*$/.test(size), "the size of a checkpoint is not a number");
  return {
    origin,
    name,
    size: Number(size),
    root: decoded(root, 32),
    signed: Buffer.from(`${origin}\n${size}\n${root}\n`),
    signature: decoded(signature, 68),
  };
}

/** The checkpoints in the text of `checkpoints.txt`; throws Wrong where it holds anything else. */
export function readCheckpoints(text) {
  const found = [];
  for (let rest = text; rest !== "";) {
    const match = NOTE.exec(rest);
    must(match, "checkpoints.txt holds something that is not a checkpoint");
    found.push(readNote(match));
    rest = rest.slice(match[0].length);
  }
  return found;
}

/** The signer in the contents of `key.json`, ready to check signatures. */
export function readSigner({ name, public_key }) {
  must(typeof name === "string" && typeof public_key === "string", "key.json holds no name and public_key");
  const bytes = decoded(public_key, 32);
  const key = createPublicKey({ key: Buffer.concat([ED25519_HEADER, bytes]), format: "der", type: "spki" });
  return { name, key, id: sha256(`${name}\n`, ED25519, bytes).subarray(0, 4) };
}

function checkSignature(checkpoint, signer) {
  must(checkpoint.signature.subarray(0, 4).equals(signer.id), "a checkpoint was signed with another key");
  must(
    verify(null, checkpoint.signed, signer.key, checkpoint.signature.subarray(4)),
    "the signature of a checkpoint is wrong",
  );
}

function checkOne(checkpoint, { name, question, roots, signer }) {
  must(checkpoint.name === name, "a checkpoint has another signer than the opening entry");
  must(checkpoint.origin === `${name}/questions/${question}`, "a checkpoint is of another box");
  if (checkpoint.size >= roots.length) throw new Wrong("here an entry is missing that was signed", roots.length - 1);
  if (signer) checkSignature(checkpoint, signer);
  const { root, size } = checkpoint;
  must(root.equals(roots[size]), `the tree at the checkpoint of size ${size} is another`);
}

/**
 * Holds the checkpoints against the tree. Throws Wrong with the first entry that no good checkpoint covers:
 * where the tree differs, it is that entry or one after it.
 * @param {ReturnType<typeof readCheckpoints>} checkpoints in the order of the file
 * @param {{name: string, question: string, roots: Buffer[], signer: ReturnType<typeof readSigner> | null}} box
 */
export function checkCheckpoints(checkpoints, box) {
  let covered = 0;
  for (const checkpoint of checkpoints) {
    try {
      must(checkpoint.size > covered, "the checkpoints are not in the order of their sizes");
      checkOne(checkpoint, box);
    } catch (error) {
      throw new Wrong(error.message, error.number ?? Math.min(covered, box.roots.length - 2));
    }
    covered = checkpoint.size;
  }
  if (covered !== box.roots.length - 1) throw new Wrong("the last checkpoint does not cover the whole box", covered);
}
