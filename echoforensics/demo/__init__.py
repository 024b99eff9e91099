"""Sample evidence, made on the spot: an Echo's data partition, a cloud export and a phone's folder."""
