"""The pages made of several packages: home, the live meeting, search, the hall screen. Routes and templates only."""
