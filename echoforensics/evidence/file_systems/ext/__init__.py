"""ext2, ext3 and ext4: what The Sleuth Kit does not provide, above all deleted files."""
