"""Two versions of one paper, page by page and word by word, side by side."""
