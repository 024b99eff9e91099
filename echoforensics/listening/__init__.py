"""What a machine hears in a recording; and the decoding of recordings, which the report needs too."""
