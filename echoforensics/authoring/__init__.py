"""What developers write with: pages of the documentation made of the catalogue, and the beginnings of a new parser."""
