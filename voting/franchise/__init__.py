"""What a member brings to a vote besides one head: weights, and proxies given by absent members."""
