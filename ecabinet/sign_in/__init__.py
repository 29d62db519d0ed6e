"""Signing in: password and second factor, devices and their sessions, the lease of a step-up."""
