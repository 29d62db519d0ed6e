// The tree of RFC 9162, section 2.1, over the entries of a box.
import { sha256 } from "./canonical.mjs";

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** The leaf of an entry. */
export function leafOf(bytes) {
  return sha256(LEAF, bytes);
}

function node(left, right) {
  return sha256(NODE, left, right);
}

/** A tree that grows leaf by leaf: only the whole subtrees along its right edge are kept. */
export class GrowingTree {
  #peaks = []; // from the largest, at the left, to the smallest
  #size = 0;

  /** Adds a leaf at the right. */
  add(leaf) {
    let peak = leaf;
    // Every 1 at the end of the size in binary is a subtree that the new one completes.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) peak = node(this.#peaks.pop(), peak);
    this.#peaks.push(peak);
    this.#size += 1;
  }

  /** The root over the leaves so far. */
  root() {
    if (this.#size === 0) return sha256();
    return this.#peaks.reduceRight((right, left) => node(left, right));
  }
}

/** The roots of the tree by its size: the one at `n` stands over the first `n` leaves. */
export function rootsBySize(leaves) {
  const tree = new GrowingTree();
  const roots = [tree.root()];
  for (const leaf of leaves) {
    tree.add(leaf);
    roots.push(tree.root());
  }
  return roots;
}
