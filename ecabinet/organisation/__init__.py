"""Units, positions, people, bodies, memberships, posts, roles and the working calendar."""
