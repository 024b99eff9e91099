"""Machine listening to recordings; and the decoding of recordings, which the report needs too."""
