"""A worker of OpenRelik that extracts Echo and Alexa evidence."""
