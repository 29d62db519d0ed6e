"""Where members stand on the items of an agenda, said before the item is called."""
