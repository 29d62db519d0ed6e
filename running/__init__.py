"""What `./run` does: standard-library Python that installs what is missing and starts the rest."""
