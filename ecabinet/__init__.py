"""The kernel: what every other room stands on. It knows nothing of documents, meetings or votes."""
