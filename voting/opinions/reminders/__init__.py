"""Reminders of written opinions: planned at the circulation by the body's schedule, to those alone who have not answered."""
