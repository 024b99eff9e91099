"""Raw images compressed with gzip, xz or zstd."""
