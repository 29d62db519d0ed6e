"""What makes a box provable: the tree over its entries, signed checkpoints, receipts, time-stamps, and the checks before it opens."""
