"""Rules, questions, rolls, the ballot box, written opinions and results. It knows nothing of decisions and archives."""
