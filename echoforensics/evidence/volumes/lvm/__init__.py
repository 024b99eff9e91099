"""LVM: physical volumes, their metadata, and the logical volumes made of them."""
