"""What a bundle holds, and whether its parts say the same: used in writing one and in verifying it."""
